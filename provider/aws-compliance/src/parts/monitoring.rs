//! [`ComplianceMonitoring`]: the whole. Read this first.

use account_look::{LookRequest, PlannedKey, PlannedName};
use aws_resources::lambda;
use functions_core::contract::Handler;
use functions_core::contract::trigger;
use pulumi_component::{
    Checks, Component, ConstructError, Context, Input, Output, Outputs, ResourceOptions, Scope, TypeToken, depends_on,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::facts::AccountFacts;
use crate::account::scan::{self, LookupArgs};
use crate::inputs::bounds;
use crate::inputs::iam::IamArgs;
use crate::inputs::tags::Tags;
use crate::inputs::waivers::{self, WaiverArgs};
use crate::parts::aggregation::{Aggregation, AggregationArgs, SourcesArgs};
use crate::parts::alarms::{Alarms, AlarmsArgs, AlarmsSettingsArgs};
use crate::parts::alerts::{Alerts, AlertsArgs, NotificationsArgs};
use crate::parts::dashboard::{Dashboard, DashboardArgs, DashboardSettingsArgs};
use crate::parts::encryption::{Encryption, EncryptionArgs};
use crate::parts::functions::{Functions, FunctionsArgs, FunctionsSettingsArgs, event_rules};
use crate::parts::history::{History, HistoryArgs};
use crate::parts::recorder::role;
use crate::parts::recorder::{Recorder, RecorderArgs, RecorderSettingsArgs};
use crate::parts::report_store::{ReportStore, ReportStoreArgs, ReportsArgs};
use crate::parts::rule_set::{DeployAs, FrameworkArgs, RuleSet, RuleSetArgs, RulesArgs};
use crate::plan::names::NamePrefix;

/// Inputs of [`ComplianceMonitoring`]. None has to be given.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ComplianceMonitoringArgs {
    /// Start of every physical name: a-z, 0-9 and hyphen. There is one deployment for each account and region.
    pub name_prefix: NamePrefix,
    /// Tags of every resource that takes them. At most 49; names of 1 to 128 characters that do not begin with `aws:`,
    /// values of up to 256.
    pub tags: Tags,
    /// ARN of your own KMS key, of the region that this is deployed to; not of an alias. It must admit CloudWatch Logs,
    /// EventBridge, CloudWatch alarms and SNS. Default: a key is created.
    pub kms_key_arn: Option<Input<String>>,
    /// Where reports are kept and for how long.
    pub reports: ReportsArgs,
    /// How the account is looked at before anything is deployed to it.
    pub lookup: LookupArgs,
    /// Whose configuration recorder is used.
    pub recorder: RecorderSettingsArgs,
    /// Which rules are evaluated.
    pub rules: RulesArgs,
    /// Frameworks whose rules are evaluated, too, each rule once.
    pub frameworks: Vec<FrameworkArgs>,
    /// Who is told what, and when.
    pub notifications: NotificationsArgs,
    /// Findings that are accepted for a time. They leave score, notices, metrics and alarms, and the report lists them apart.
    pub waivers: Vec<WaiverArgs>,
    /// Most days ahead of which a waiver may end. Range: 1-365. Default: 365.
    pub waiver_max_days: Option<u32>,
    /// Which accounts and regions are seen.
    pub aggregation: SourcesArgs,
    /// How the functions run.
    pub functions: FunctionsSettingsArgs,
    /// What every IAM role has.
    pub iam: IamArgs,
    /// What is told although nobody looks.
    pub alarms: AlarmsSettingsArgs,
    /// Whether there is a dashboard.
    pub dashboard: DashboardSettingsArgs,
    /// Whether our own resources keep to what frameworks ask for, as far as that is a matter of settings: the functions'
    /// logs are kept at least 365 days, and the bucket can lock objects, which has to be decided before the first
    /// deployment. `docs/self-assessment.md` says what every rule finds with and without it.
    pub hardened: bool,
}

/// A complete AWS Config compliance monitor for one account and region: key, report bucket, rules, functions, topic,
/// alarms, aggregator and dashboard. The region must have a configuration recorder, or `recorder.mode` says to create it.
///
/// Not there yet: remediation, waivers, cost, several regions.
#[derive(Debug, Outputs)]
pub struct ComplianceMonitoring {
    /// Name of the bucket that holds the reports.
    pub bucket_name: Output<String>,
    /// ARN of the bucket that holds the reports.
    pub bucket_arn: Output<String>,
    /// Id of the KMS key; of your own key, its ARN.
    pub kms_key_id: Output<String>,
    /// ARN of the KMS key.
    pub kms_key_arn: Output<String>,
    /// ARN of the processing function.
    pub processing_lambda_arn: Output<String>,
    /// Name of the processing function.
    pub processing_lambda_name: Output<String>,
    /// ARN of the aggregation function.
    pub aggregation_lambda_arn: Output<String>,
    /// Name of the aggregation function.
    pub aggregation_lambda_name: Output<String>,
    /// ARN of the remediation function.
    pub remediation_lambda_arn: Output<String>,
    /// Name of the remediation function.
    pub remediation_lambda_name: Output<String>,
    /// ARN of the topic that carries notices.
    pub sns_topic_arn: Output<String>,
    /// Name of the Athena workgroup that queries the history, where there is one.
    pub history_workgroup_name: Output<Option<String>>,
    /// Names, as given in `emails` and `routes`, of e-mail subscriptions that nobody had confirmed when the stack was last
    /// deployed or refreshed.
    pub pending_emails: Output<Vec<String>>,
    /// Names, as given in `routes`, of routes that receive nothing because their address or HTTPS endpoint had not confirmed the
    /// subscription when the stack was last deployed or refreshed.
    pub pending_routes: Output<Vec<String>>,
    /// Name of the table that keeps what processing knows.
    pub ledger_table_name: Output<String>,
    /// Name of the dashboard, where there is one.
    pub dashboard_name: Output<Option<String>>,
    /// Names of the rules in the account; those in conformance packs have names of AWS's.
    pub config_rule_names: Output<Vec<String>>,
    /// Names of the conformance packs in the account.
    pub conformance_pack_names: Output<Vec<String>>,
    /// Name of the configuration aggregator.
    pub config_aggregator_name: Output<String>,
    /// ARN of the processing function's role.
    pub lambda_role_arn: Output<String>,
    /// ARN of the role that AWS Config reads this account with: that of the recorder in use. Of a recorder that is reused it is
    /// known where the account was inspected.
    pub config_role_arn: Output<Option<String>>,
}

impl Component for ComplianceMonitoring {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:ComplianceMonitoring");
    type Args = ComplianceMonitoringArgs;
    type Facts = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        if let Some(key) = &args.kms_key_arn {
            checks.input("kmsKeyArn", key, |arn| bounds::key_arn(arn));
        }
        checks.under("reports", |checks| {
            args.reports.check(checks);
            args.reports.check_schedule(&args.functions.schedule, checks);
        });
        checks.under("lookup", |checks| args.lookup.check(checks));
        checks.under("recorder", |checks| {
            args.recorder.check(checks);
            args.recorder.check_effect(checks);
        });
        checks.under("notifications", |checks| {
            args.notifications.check(checks);
            args.notifications.check_schedule(&args.functions.schedule, checks);
        });
        checks.under("aggregation", |checks| args.aggregation.check(checks));
        checks.under("functions", |checks| args.functions.check(checks));
        checks.under("iam", |checks| args.iam.check(checks));
        checks.under("alarms", |checks| args.alarms.check(&args.functions.schedule, checks));
        args.rules.check(&args.frameworks, &args.name_prefix, checks);
        let known = args.rules.names(&args.frameworks);
        checks.under("notifications", |checks| args.notifications.check_rules(&known, checks));
        waivers::check(&args.waivers, args.waiver_max_days, &known, checks);
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, ConstructError> {
        let facts = AccountFacts::look(context).await?;
        args.aggregation.tell(context, &facts).await;
        args.rules.tell(&args.frameworks, context, facts.known_region());
        let request = args.look_request(&facts).await;
        let (mut errors, mut warnings) = args.rules.misplaced(&facts);
        warnings.extend(args.notifications.elsewhere(facts.known_account_id()));
        errors.extend(args.kms_key_arn.as_ref().and_then(|key| facts.key_elsewhere(key)));
        errors.extend(facts.without_aggregator_queries());
        let facts = scan::see(context, facts, request, (errors, warnings)).await?;
        Ok(role::find(context, &args.recorder, facts).await)
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, ConstructError> {
        let (kms_key_id, kms_key_arn) = match &args.kms_key_arn {
            Some(own) => (own.output().clone(), own.output().clone()),
            None => {
                let encryption = scope.component::<Encryption>("encryption", args.encryption(facts), facts)?;
                (encryption.kms_key_id, encryption.kms_key_arn)
            }
        };
        let reports = scope.component::<ReportStore>("reports", args.report_store(&kms_key_arn, facts), facts)?;
        let history_workgroup_name = if args.reports.history {
            scope.component::<History>("history", args.history(&kms_key_arn, &reports), facts)?.workgroup_name.map(Some)
        } else {
            Output::known(None)
        };
        let recorder = match args.recorder.is_ours(facts) {
            true => Some(scope.component::<Recorder>("recorder", args.recorder(&kms_key_arn, &reports), facts)?),
            false => None,
        };
        let recorded = recorder.as_ref().map(|recorder| facts.recorded_by(recorder.recorder_name.clone()));
        let rules = scope.component::<RuleSet>(
            "rules",
            args.rule_set(&kms_key_arn, &reports),
            recorded.as_ref().unwrap_or(facts),
        )?;
        let alerts = scope.component::<Alerts>("alerts", args.alerts(&kms_key_arn), facts)?;
        let functions =
            scope.component::<Functions>("functions", args.functions(&kms_key_arn, &reports, &alerts), facts)?;
        let aggregation = scope.component::<Aggregation>("aggregation", args.aggregation(), facts)?;
        let first = first_runs(scope, &rules, &functions, &aggregation);
        if args.alarms.enabled {
            let facts = facts.after_first_runs(first);
            scope.component::<Alarms>("alarms", args.alarms(&alerts, &reports), &facts)?;
        }
        let dashboard_name = if args.dashboard.enabled {
            scope.component::<Dashboard>("dashboard", args.dashboard(), facts)?.dashboard_name.map(Some)
        } else {
            Output::known(None)
        };
        Ok(Self {
            bucket_name: reports.bucket_name,
            bucket_arn: reports.bucket_arn,
            kms_key_id,
            kms_key_arn,
            processing_lambda_arn: functions.processing_lambda_arn,
            processing_lambda_name: functions.processing_lambda_name,
            aggregation_lambda_arn: functions.aggregation_lambda_arn,
            aggregation_lambda_name: functions.aggregation_lambda_name,
            remediation_lambda_arn: functions.remediation_lambda_arn,
            remediation_lambda_name: functions.remediation_lambda_name,
            sns_topic_arn: alerts.topic_arn,
            history_workgroup_name,
            pending_emails: alerts.pending_emails,
            pending_routes: alerts.pending_routes,
            ledger_table_name: functions.ledger_table_name,
            dashboard_name,
            config_rule_names: rules.config_rule_names,
            conformance_pack_names: rules.conformance_pack_names,
            config_aggregator_name: aggregation.config_aggregator_name,
            lambda_role_arn: functions.lambda_role_arn,
            config_role_arn: match recorder {
                Some(recorder) => recorder.config_role_arn.map(Some),
                None => rules.config_role_arn,
            },
        })
    }
}

/// Runs processing and aggregation once, after everything that they need: the first report exists when the deployment ends.
/// Later deployments do not run them. Id of the last run.
fn first_runs(scope: &Scope, rules: &RuleSet, functions: &Functions, aggregation: &Aggregation) -> Output<String> {
    let run = |role: &str, function: &Output<String>, options: ResourceOptions| {
        let input = serde_json::json!({ trigger::MEMBER: trigger::DEPLOYMENT }).to_string();
        let required = lambda::invocation::Required { function_name: function.into(), input: input.into() };
        lambda::Invocation::child(scope, role, required).lifecycle_scope("CREATE_ONLY").options(options).register()
    };
    let ready = ResourceOptions::default()
        .and_depends_on_origin_of(&rules.config_rule_names)
        .and_depends_on_origin_of(&functions.processing_queue_url)
        .and_depends_on_origin_of(&aggregation.config_aggregator_name);
    let first = run("first-processing", &functions.processing_lambda_name, ready);
    // A run that is waited for has no destination, so that aggregation is asked as well.
    run("first-aggregation", &functions.aggregation_lambda_name, depends_on(&first)).id()
}

/// What the look at the account is asked.
impl ComplianceMonitoringArgs {
    async fn look_request(&self, facts: &AccountFacts) -> LookRequest {
        let name = self.name_prefix.aggregator();
        let mut request = self.lookup.request();
        request.recorder = self.recorder.plan(&self.name_prefix, self.known_bucket(facts));
        request.recorder.default_bucket = self.default_bucket(facts);
        self.rules.plan(&self.frameworks, &self.name_prefix, facts, &mut request);
        request.aggregator = Some(PlannedName { path: "namePrefix".into(), name });
        let event_rules = event_rules(&self.rules, &self.frameworks, &self.name_prefix, facts.known_region());
        let at_prefix = |name| PlannedName { path: "namePrefix".into(), name };
        let digest = self.notifications.schedule().map(|_| self.name_prefix.digest());
        request.event_rules = event_rules.into_iter().chain(digest).map(at_prefix).collect();
        request.dashboard = self.dashboard.enabled.then(|| at_prefix(self.name_prefix.dashboard_start()));
        request.alarms = self.alarms.names(&self.name_prefix).into_iter().map(at_prefix).collect();
        request.concurrency = self.functions.planned_concurrency();
        request.key = self.own_key().await.map(|key| {
            let groups = Handler::ALL.iter().map(|handler| self.name_prefix.log_group(*handler));
            PlannedKey { config_delivers: self.recorder.may_be_ours(), ..PlannedKey::new(key, groups.collect()) }
        });
        request
    }

    /// The name of the report bucket, where it is known already.
    fn known_bucket(&self, facts: &AccountFacts) -> Option<String> {
        match &self.reports.bucket_name {
            Some(given) => given.given()?.value.clone(),
            None => self.default_bucket(facts),
        }
    }

    /// The name of the report bucket where none is given.
    fn default_bucket(&self, facts: &AccountFacts) -> Option<String> {
        Some(self.name_prefix.bucket_in(facts.known_account_id()?, facts.known_region()?))
    }

    /// The key that the user gave, where it is known already. A secret one is not looked at: what is found is told.
    async fn own_key(&self) -> Option<String> {
        let given = self.kms_key_arn.as_ref()?.output().resolve().await.ok()?;
        given.value.clone().filter(|_| !given.secret)
    }
}

/// What each part is given.
impl ComplianceMonitoringArgs {
    fn encryption(&self, facts: &AccountFacts) -> EncryptionArgs {
        let config_delivery = self.recorder.is_ours(facts);
        EncryptionArgs { name_prefix: self.name_prefix.clone(), tags: self.tags.clone(), config_delivery }
    }

    fn report_store(&self, key: &Output<String>, facts: &AccountFacts) -> ReportStoreArgs {
        ReportStoreArgs {
            name_prefix: self.name_prefix.clone(),
            tags: self.tags.clone(),
            kms_key_arn: key.into(),
            reports: ReportsArgs { object_lock: self.reports.object_lock || self.hardened, ..self.reports.clone() },
            config_delivery: self.recorder.is_ours(facts),
        }
    }

    fn history(&self, key: &Output<String>, reports: &ReportStore) -> HistoryArgs {
        HistoryArgs {
            name_prefix: self.name_prefix.clone(),
            tags: self.tags.clone(),
            bucket_name: reports.bucket_name.clone().into(),
            kms_key_arn: key.into(),
        }
    }

    fn recorder(&self, key: &Output<String>, reports: &ReportStore) -> RecorderArgs {
        RecorderArgs {
            name_prefix: self.name_prefix.clone(),
            tags: self.tags.clone(),
            bucket_name: reports.bucket_name.clone().into(),
            bucket_arn: reports.bucket_arn.clone().into(),
            kms_key_arn: key.into(),
            lookup: LookupArgs::default(),
            recorder: self.recorder.clone(),
        }
    }

    fn rule_set(&self, key: &Output<String>, reports: &ReportStore) -> RuleSetArgs {
        // Rules need no bucket, and a part that names it waits for it.
        let packs = self.frameworks.iter().any(|framework| framework.deploy_as == DeployAs::ConformancePack);
        RuleSetArgs {
            name_prefix: self.name_prefix.clone(),
            tags: self.tags.clone(),
            rules: self.rules.clone(),
            frameworks: self.frameworks.clone(),
            bucket_name: packs.then(|| reports.bucket_name.clone().into()),
            kms_key_arn: packs.then(|| key.into()),
            iam: self.iam.clone(),
            lookup: LookupArgs::default(),
        }
    }

    fn alerts(&self, key: &Output<String>) -> AlertsArgs {
        AlertsArgs {
            name_prefix: self.name_prefix.clone(),
            tags: self.tags.clone(),
            kms_key_arn: key.into(),
            notifications: self.notifications.clone(),
        }
    }

    fn alarms(&self, alerts: &Alerts, reports: &ReportStore) -> AlarmsArgs {
        AlarmsArgs {
            name_prefix: self.name_prefix.clone(),
            tags: self.tags.clone(),
            topic_arn: alerts.topic_arn.clone().into(),
            bucket_name: reports.bucket_name.clone().into(),
            settings: self.alarms.clone(),
        }
    }

    fn functions(&self, key: &Output<String>, reports: &ReportStore, alerts: &Alerts) -> FunctionsArgs {
        FunctionsArgs {
            name_prefix: self.name_prefix.clone(),
            tags: self.tags.clone(),
            bucket_name: reports.bucket_name.clone().into(),
            kms_key_arn: key.into(),
            rules: self.rules.clone(),
            frameworks: self.frameworks.clone(),
            settings: if self.hardened { self.functions.clone().hardened() } else { self.functions.clone() },
            iam: self.iam.clone(),
            topic_arn: Some(alerts.topic_arn.clone().into()),
            notifications: self.notifications.clone(),
            counted_rules: self.reports.rules,
            waivers: self.waivers.clone(),
            waiver_max_days: self.waiver_max_days,
            delivery_queue_url: Some(alerts.delivery_queue_url.clone().into()),
        }
    }

    fn aggregation(&self) -> AggregationArgs {
        let (name_prefix, tags) = (self.name_prefix.clone(), self.tags.clone());
        AggregationArgs { name_prefix, tags, sources: self.aggregation.clone(), lookup: LookupArgs::default() }
    }

    fn dashboard(&self) -> DashboardArgs {
        DashboardArgs { name_prefix: self.name_prefix.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_key_is_looked_at_where_it_is_known_and_may_be_told() {
        let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
        let of = |given: Input<String>| ComplianceMonitoringArgs { kms_key_arn: Some(given), ..Default::default() };
        assert_eq!(of(key.into()).own_key().await.as_deref(), Some(key));
        assert_eq!(of(Output::unknown().into()).own_key().await, None);
        assert_eq!(of(Output::known(key.to_owned()).secret().into()).own_key().await, None);
        assert_eq!(ComplianceMonitoringArgs::default().own_key().await, None);
    }
}
