//! [`ComplianceMonitoring`]: the whole. Read this first.

use account_look::PlannedKey;
use aws_compliance_cost::{Estimate, estimate};
use aws_resources::lambda;
use functions_core::contract::Handler;
use functions_core::contract::trigger;
use futures::future::join_all;
use pulumi_component::engine::Given;
use pulumi_component::engine::Resolve;
use pulumi_component::options::depends_on;
use pulumi_component::{Checks, Context, Error, Output, Outputs, PreparedComponent, ResourceOptions, Scope, TypeToken};

use crate::account::existing::found::Planned;
use crate::account::facts::AccountFacts;
use crate::account::prepared::{OtherRegion, Prepared};
use crate::account::{enabled_regions, scan, security_hub, service_linked_role};
use crate::inputs::bounds;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::parts;
use crate::parts::aggregation::Aggregation;
use crate::parts::alarms::Alarms;
use crate::parts::alerts::Alerts;
use crate::parts::budget::Budget;
use crate::parts::dashboard::Dashboard;
use crate::parts::encryption::Encryption;
use crate::parts::functions::Functions;
use crate::parts::history::History;
use crate::parts::part::Whole;
use crate::parts::recorder::{Recorder, role};
use crate::parts::regions::{self, Shared};
use crate::parts::remains::after_destroy;
use crate::parts::report_store::ReportStore;
use crate::parts::rule_set::RuleSet;
use crate::plan::Plan;
use crate::plan::cost::{CostContext, usage};

/// A complete AWS Config compliance monitor for one account: key, report bucket, rules, functions, topic, alarms, aggregator and
/// dashboard in the region of the provider, and rules in every region of `regions`. Each region must have a configuration
/// recorder, or `recorder.mode` says to create it.
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
    /// IAM policy, as JSON, of whoever may approve, reject and undo changes of remediation and stop it. It allows decisions under
    /// their own identity alone.
    pub approver_policy: Output<String>,
    /// ARN of the topic that carries notices.
    pub sns_topic_arn: Output<String>,
    /// Name of the Athena workgroup that queries the history, where there is one.
    pub history_workgroup_name: Output<Option<String>>,
    /// Names, as given in `emails` and `routes`, of e-mail subscriptions that were unconfirmed when the stack was last
    /// deployed or refreshed.
    pub pending_emails: Output<Vec<String>>,
    /// Names, as given in `routes`, of routes that receive nothing because their address or HTTPS endpoint had not confirmed the
    /// subscription when the stack was last deployed or refreshed.
    pub pending_routes: Output<Vec<String>>,
    /// Name of the table that keeps what processing knows.
    pub ledger_table_name: Output<String>,
    /// Name of the budget for AWS Config, where there is one.
    pub budget_name: Output<Option<String>>,
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
    /// What remains after `pulumi destroy`, how to read it, and how to delete it.
    pub after_destroy: Output<String>,
}

impl PreparedComponent for ComplianceMonitoring {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:ComplianceMonitoring");
    type Args = ComplianceMonitoringArgs;
    type Prepared = Prepared;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        checks.under("lookup", |checks| args.lookup.check(checks));
        args.regions.check(checks, "regions");
        parts::check(args, checks);
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<Prepared, Error> {
        let prepared = Prepared::over(context, args.plan_inputs(), &args.regions).await?;
        let (plan, account) = (&prepared.plan, &prepared.account);
        let mut request = args.lookup.request();
        let monitored = prepared.monitored();
        let whole = Whole { args, plan, target: account.target(), monitored: &monitored };
        parts::claim(&whole, &mut request);
        request.key = args.planned_key().await;
        request.count_resources = context.is_preview();
        let others: Vec<_> = prepared.regions.iter().map(|one| one.planned.clone()).collect();
        let problems = args.problems(account.target(), &others);
        let errors = plan.errors.iter().cloned().chain(problems.errors).chain(account.claimed(context));
        let mut errors: Vec<_> = errors.chain(account.tag_problems(&args.tags)).collect();
        let warnings: Vec<_> = plan.warnings.iter().cloned().chain(problems.warnings).collect();
        errors.extend(security_hub::problem(context, args.exports, account.target()).await);
        for one in &prepared.regions {
            errors.extend(one.account.claimed(context).map(|other| one.planned.problem(&other)));
        }
        let hidden = args.reports.bucket_name.as_ref().and_then(|given| given.given()).filter(|given| given.secret);
        let planned = Planned {
            names: request.resources.clone(),
            hidden_bucket: hidden.and_then(|given| given.value.clone()),
            prefix: format!("{}-", args.name_prefix.as_str()),
            allow_replacement: args.reports.allow_replacement,
            on_destroy: args.reports.on_destroy(),
            own_key: args.kms_key_arn.is_none(),
            key_alias: args.name_prefix.key_alias(),
            account_id: account.target().account_id.clone(),
            never_replaced: false,
        };
        let existing = scan::existing(context, account, &request, &planned).await;
        let disabled = enabled_regions::disabled(context, prepared.regions.iter().map(|one| &one.planned)).await;
        let (disabled, mut regions): (Vec<_>, Vec<_>) =
            prepared.regions.iter().cloned().partition(|one| disabled.contains(&one.planned.code));
        errors.extend(disabled.iter().map(|one| enabled_regions::problem(&one.planned, account)));
        let seen = regions.iter().map(|one| {
            let mut request = args.region_request(&one.planned, &whole);
            request.count_resources = context.is_preview();
            scan::see_region(context, one, request, &existing)
        });
        let seen = join_all(seen).await;
        for (one, (facts, problems)) in regions.iter_mut().zip(seen) {
            one.account = facts;
            errors.extend(problems);
        }
        let account =
            scan::see_known(context, account.clone(), request, (&planned, &existing), (errors, warnings)).await?;
        args.aggregation.tell(context, &account, &monitored);
        if context.is_preview()
            && let Some(estimate) = args.cost(plan, &account, &regions)
        {
            context.info(estimate.summary());
        }
        let prepared = Prepared { regions, ..prepared.with(account) };
        let role =
            service_linked_role::find(context, args.delivers(&prepared), &args.recorder, prepared.account.clone());
        let account = role.await;
        Ok(prepared.with(account))
    }

    fn construct(scope: &Scope, args: Self::Args, prepared: &Prepared) -> Result<Self, Error> {
        let facts = &prepared.account;
        let (kms_key_id, kms_key_arn) = match &args.kms_key_arn {
            Some(own) => (own.output().clone(), own.output().clone()),
            None => {
                let encryption =
                    scope.component_prepared::<Encryption>("encryption", args.encryption(prepared), facts)?;
                (encryption.kms_key_id, encryption.kms_key_arn)
            }
        };
        let reports =
            scope.component_prepared::<ReportStore>("reports", args.report_store(&kms_key_arn, prepared), facts)?;
        let history_workgroup_name = if args.history.enabled {
            scope
                .component_prepared::<History>("history", args.history(&kms_key_arn, &reports), facts)?
                .workgroup_name
                .map(Some)
        } else {
            Output::known(None)
        };
        let recorder = match facts.manages_recorder(args.recorder.mode()) {
            true => {
                Some(scope.component_prepared::<Recorder>("recorder", args.recorder(&kms_key_arn, &reports), facts)?)
            }
            false => None,
        };
        let recorded = recorder.as_ref().map(|recorder| facts.recorded_by(recorder.recorder_name.clone()));
        let recorded = prepared.with(recorded.unwrap_or_else(|| facts.clone()));
        let rules = scope.component_prepared::<RuleSet>("rules", args.rule_set(&kms_key_arn, &reports), &recorded)?;
        let alerts = scope.component_prepared::<Alerts>("alerts", args.alerts(&kms_key_arn), facts)?;
        let functions = scope.component_prepared::<Functions>(
            "functions",
            args.functions(&kms_key_arn, &reports, &alerts),
            prepared,
        )?;
        let aggregation = scope.component_prepared::<Aggregation>("aggregation", args.aggregation(prepared), facts)?;
        let recorder_role = match &recorder {
            Some(recorder) => Some(recorder.config_role_arn.clone()),
            // Home reuses its recorder, and another region has none.
            None if args.delivers(prepared) => Some(role::describe(scope, &args.recorder, facts)),
            None => None,
        };
        let shared = Shared { key: &kms_key_arn, reports: &reports, recorder_role };
        let regions = regions::describe(scope, &args, prepared, &shared)?;
        let first = first_runs(scope, (&rules, &regions), &functions, &aggregation);
        if args.alarms.enabled {
            let facts = facts.after_first_runs(first);
            scope.component_prepared::<Alarms>("alarms", args.alarms(&alerts, &reports), &facts)?;
        }
        let budget_name = match &args.cost.monthly_budget_usd {
            Some(usd) => scope
                .component_prepared::<Budget>("budget", args.budget(usd, &alerts.topic_arn, prepared), facts)?
                .budget_name
                .map(Some),
            None => Output::known(None),
        };
        let dashboard_name = if args.dashboard.enabled {
            scope.component_prepared::<Dashboard>("dashboard", args.dashboard(), facts)?.dashboard_name.map(Some)
        } else {
            Output::known(None)
        };
        let own_key = args.kms_key_arn.is_none().then_some(&kms_key_id);
        Ok(Self {
            after_destroy: after_destroy(args.reports.on_destroy(), &reports.bucket_name, own_key),
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
            approver_policy: functions.approver_policy,
            sns_topic_arn: alerts.topic_arn,
            history_workgroup_name,
            pending_emails: alerts.pending_emails,
            pending_routes: alerts.pending_routes,
            ledger_table_name: functions.ledger_table_name,
            budget_name,
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
fn first_runs(
    scope: &Scope,
    (rules, regions): (&RuleSet, &[Output<Vec<String>>]),
    functions: &Functions,
    aggregation: &Aggregation,
) -> Output<String> {
    let run = |role: &str, function: &Output<String>, options: ResourceOptions| {
        let input = serde_json::json!({ trigger::MEMBER: trigger::DEPLOYMENT }).to_string();
        lambda::Invocation::child(scope, role, function, input)
            .lifecycle_scope("CREATE_ONLY")
            .options(options)
            .register()
    };
    let ready = ResourceOptions::default()
        .and_depends_on_origin_of(&rules.config_rule_names)
        .and_depends_on_origin_of(&functions.processing_queue_url)
        .and_depends_on_origin_of(&aggregation.config_aggregator_name);
    let ready = regions.iter().fold(ready, |ready, names| ready.and_depends_on_origin_of(names));
    let first = run("first-processing", &functions.processing_lambda_name, ready);
    // A run that is waited for has no destination, so that aggregation is asked as well.
    run("first-aggregation", &functions.aggregation_lambda_name, depends_on(&first)).id()
}

impl ComplianceMonitoringArgs {
    /// What the deployment costs in a month; nothing where the region is not known.
    fn cost(&self, plan: &Plan, account: &AccountFacts, regions: &[OtherRegion]) -> Option<Estimate> {
        let context = |account: &AccountFacts| {
            Some(CostContext {
                region: account.known_region()?.to_owned(),
                creates_recorder: account.manages_recorder(self.recorder.mode()),
                resources: account.resources().cloned(),
            })
        };
        let others = regions.iter().filter_map(|one| Some((one.planned.plan.as_ref(), context(&one.account)?)));
        Some(estimate(&usage(self, (plan, context(account)?), others)))
    }

    /// The key that the user gave, with what will be encrypted with it.
    async fn planned_key(&self) -> Option<PlannedKey> {
        let groups = Handler::ALL.iter().map(|handler| self.name_prefix.log_group(*handler)).collect();
        let key = PlannedKey::new(self.own_key().await?, groups);
        Some(PlannedKey {
            config_delivers: self.recorder.may_be_ours(),
            budget_notifies: self.cost.monthly_budget_usd.is_some(),
            ..key
        })
    }

    /// The key that the user gave, where it is known already. A secret one is not looked at: what is found is told.
    async fn own_key(&self) -> Option<String> {
        let given = self.kms_key_arn.as_ref()?.output().resolve().await.ok()?;
        // A value that is no key at all is an error of its own.
        given.value.clone().filter(|arn| !given.secret && bounds::key_arn(arn).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use pulumi_component::Input;

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
