//! The three functions, what starts them, and the configuration that they read.

mod events;
mod function;
mod ledger;
mod permissions;
mod vpc;

use account_look::PlannedConcurrency;
use aws_resources::{Arn, lambda, s3};
use functions_core::configuration::ConfigurationError;
use functions_core::contract::{Handler, variable};
use functions_core::key;
use functions_core::sha256;
use pulumi_component::{
    Checks, Component, ConstructError, Context, Input, Output, Outputs, Scope, TypeToken, Wrong, depends_on,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::facts::AccountFacts;
use crate::inputs::bounds;
use crate::inputs::iam::IamArgs;
use crate::inputs::notifications::NotificationsArgs;
use crate::inputs::tags::{self, Tags};
use crate::inputs::waivers::{self, WaiverArgs};
use crate::parts::report_store::CountedRules;
use crate::parts::rule_set::{FrameworkArgs, RulesArgs};
use crate::plan::names::NamePrefix;
pub(crate) use events::{MAXIMUM_CONCURRENCY, names as event_rules};
use function::{Function, Shared};
pub use vpc::VpcArgs;

/// How the functions run.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct FunctionsSettingsArgs {
    /// Memory of each function in MiB; processor time grows with it.
    #[schemars(range(min = 128, max = 10240))]
    pub memory_mib: Input<u32>,
    /// Seconds after which a run is ended. A shorter limit makes large estates need more runs for one report; it saves
    /// nothing, because Lambda bills the time that a run takes.
    #[schemars(range(min = 1, max = 900))]
    pub timeout_seconds: Input<u32>,
    /// Days that the functions' logs are kept, of those that CloudWatch Logs takes: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150,
    /// 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653.
    pub log_retention_days: Input<u32>,
    /// When processing runs, as an EventBridge schedule: `rate(6 hours)` or `cron(0 6 * * ? *)`. 1 goes with the
    /// singular: `rate(1 hour)`.
    pub schedule: Input<String>,
    /// Runs of each function that the account keeps free for it, and the most that run at once. Default: unset.
    pub reserved_concurrency: Option<Input<u32>>,
    /// Subnets and security groups of the functions. Default: the functions are in no VPC of yours.
    pub vpc: Option<VpcArgs>,
}

impl Default for FunctionsSettingsArgs {
    fn default() -> Self {
        Self {
            memory_mib: 256.into(),
            timeout_seconds: 900.into(),
            log_retention_days: 7.into(),
            schedule: "rate(6 hours)".into(),
            reserved_concurrency: None,
            vpc: None,
        }
    }
}

/// Days that most frameworks want logs to be kept at least: the default of the rule CW_LOGGROUP_RETENTION_PERIOD_CHECK.
const LONG_LOG_RETENTION_DAYS: u32 = 365;

impl FunctionsSettingsArgs {
    /// With logs that are kept as long as frameworks want it, where they are not kept longer already.
    pub fn hardened(mut self) -> Self {
        self.log_retention_days = self.log_retention_days.output().map(|days| days.max(LONG_LOG_RETENTION_DAYS)).into();
        self
    }

    /// What the functions will reserve of the account's concurrency.
    pub(crate) fn planned_concurrency(&self) -> Option<PlannedConcurrency> {
        let runs = self.reserved_concurrency.as_ref()?.given()?.value.as_ref().copied()?;
        let functions = u32::try_from(Handler::ALL.len()).unwrap_or(u32::MAX);
        Some(PlannedConcurrency {
            path: ["functions", "reservedConcurrency"].into(),
            functions,
            runs,
            least: MAXIMUM_CONCURRENCY,
        })
    }

    /// Judges what the ranges leave open.
    pub fn check(&self, checks: &mut Checks) {
        checks.input("logRetentionDays", &self.log_retention_days, bounds::log_retention_days);
        checks.input("schedule", &self.schedule, |schedule| bounds::schedule(schedule));
        if let Some(runs) = &self.reserved_concurrency {
            checks.input("reservedConcurrency", runs, bounds::reserved_concurrency);
        }
        if let Some(vpc) = &self.vpc {
            checks.under("vpc", |checks| vpc.check(checks));
        }
        let timeout = self.timeout_seconds.given().and_then(|given| given.value.as_ref().copied());
        checks.warn_input("schedule", &self.schedule, |schedule| match (bounds::runs(schedule), timeout) {
            (Some(bounds::Runs { last_year: Some(year), .. }), _) => {
                Err(Wrong::new(format!("processing does not run any more after {year}")))
            }
            (Some(runs), Some(timeout)) if runs.shortest_seconds < u64::from(timeout) => {
                Err(Wrong::new(format!("runs may overlap: one may take the {timeout} seconds of `timeoutSeconds`")))
            }
            _ => Ok(()),
        });
    }
}

/// Inputs of [`Functions`].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FunctionsArgs {
    /// Start of every name: a-z, 0-9 and hyphen.
    #[serde(default)]
    pub name_prefix: NamePrefix,
    /// Tags of everything that takes them.
    #[serde(default)]
    pub tags: Tags,
    /// Name of the bucket that reports go to.
    pub bucket_name: Input<String>,
    /// ARN of the KMS key that encrypts logs, queues and reports.
    pub kms_key_arn: Input<String>,
    /// Which rules are watched: the same that `RuleSet` is given.
    #[serde(default)]
    pub rules: RulesArgs,
    /// Which frameworks are watched: the same that `RuleSet` is given.
    #[serde(default)]
    pub frameworks: Vec<FrameworkArgs>,
    /// How the functions run.
    #[serde(default)]
    pub settings: FunctionsSettingsArgs,
    /// What every role has.
    #[serde(default)]
    pub iam: IamArgs,
    /// ARN of the topic that carries notices. Default: nothing is told.
    pub topic_arn: Option<Input<String>>,
    /// Who is told what, and when: the same that `Alerts` is given.
    #[serde(default)]
    pub notifications: NotificationsArgs,
    /// Rules that count in report, score, history and metrics: `own`, those of `rules` and `frameworks`, or `all`, every rule
    /// that the aggregator reports.
    #[serde(default)]
    pub counted_rules: CountedRules,
    /// Findings that are accepted for a time.
    #[serde(default)]
    pub waivers: Vec<WaiverArgs>,
    /// Most days ahead of which a waiver may end. Range: 1-365. Default: 365.
    pub waiver_max_days: Option<u32>,
    /// URL of the queue of the delivery test, as `Alerts` gives it. Default: the delivery of alarms is not tested.
    pub delivery_queue_url: Option<Input<String>>,
}

/// Three functions: processing reads what AWS Config judges and tells what changed, aggregation reads what the aggregator
/// sees, remediation records what it is asked. A schedule starts processing, compliance changes reach processing and
/// remediation through queues. A table keeps what processing knows.
#[derive(Debug, Outputs)]
pub struct Functions {
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
    /// ARN of the processing function's role.
    pub lambda_role_arn: Output<String>,
    /// Name of the table that keeps what processing knows.
    pub ledger_table_name: Output<String>,
    /// URL of the queue that brings compliance changes to processing.
    pub processing_queue_url: Output<String>,
}

impl Component for Functions {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:Functions");
    type Args = FunctionsArgs;
    type Facts = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        checks.input("bucketName", &args.bucket_name, |name| bounds::bucket_name(name));
        checks.input("kmsKeyArn", &args.kms_key_arn, |arn| bounds::key_arn(arn));
        args.rules.check(&args.frameworks, &args.name_prefix, checks);
        checks.under("settings", |checks| args.settings.check(checks));
        checks.under("iam", |checks| args.iam.check(checks));
        checks.under("notifications", |checks| args.notifications.check(checks));
        waivers::check(&args.waivers, args.waiver_max_days, &args.rules.names(&args.frameworks), checks);
        if let Some(topic) = &args.topic_arn {
            checks.input("topicArn", topic, |arn| bounds::topic_arn(arn));
        }
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, ConstructError> {
        let facts = AccountFacts::look(context).await?.admit_key(&args.kms_key_arn)?;
        match facts.without_aggregator_queries() {
            Some(problem) => Err(ConstructError::InvalidInputs(vec![problem])),
            None => Ok(facts),
        }
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, ConstructError> {
        let failed = |error: ConfigurationError| ConstructError::Failed(error.to_string());
        let watched = args.rules.watched(&args.frameworks, &args.name_prefix, facts.known_region()).map_err(failed)?;
        let watched = watched.with_notices(args.notifications.notices(&args.name_prefix));
        let watched = watched.with_reported_rules(args.counted_rules.reported());
        let accepted = waivers::waivers(&args.waivers, &args.name_prefix);
        let watched = watched.with_waivers(accepted, waivers::max_days(args.waiver_max_days));
        let configuration = watched.render().map_err(failed)?;
        let digest = sha256::hex(configuration.as_bytes());

        let required = s3::bucket_objectv2::Required { bucket: args.bucket_name.clone() };
        let object = s3::BucketObjectv2::child(scope, "configuration", required)
            .key(key::CONFIGURATION)
            .content(configuration)
            .content_type("application/json")
            .server_side_encryption("aws:kms")
            .kms_key_id(&args.kms_key_arn)
            .set_tags(tags::of_object(&args.tags))
            .override_provider(tags::without_default_tags())
            .register();

        let bucket_arn = Arn::of(facts.partition(), "s3").resource(&args.bucket_name);
        let shared = Shared { args: &args, facts, bucket_arn };
        let alias = facts.account_alias().map(|alias| (variable::ACCOUNT_ALIAS, alias.into()));
        let aggregation = Function::describe(
            scope,
            &shared,
            Handler::Aggregation,
            [
                (variable::AGGREGATOR_NAME, args.name_prefix.aggregator().into()),
                (variable::CONFIGURATION_KEY, object.key().into()),
                (variable::CONFIGURATION_SHA256, digest.clone().into()),
            ]
            .into_iter()
            .chain(alias.clone())
            .collect(),
            permissions::aggregation(&shared),
            depends_on(&object),
        );
        let table = ledger::table(scope, &args);
        let mut variables = vec![
            (variable::CONFIGURATION_KEY, object.key().into()),
            (variable::CONFIGURATION_SHA256, digest.into()),
            (variable::LEDGER_TABLE, table.name().into()),
            (variable::EVENTS_QUEUE, args.name_prefix.events(Handler::Processing).into()),
        ];
        variables.extend(args.topic_arn.clone().map(|arn| (variable::TOPIC_ARN, arn)));
        variables.extend(alias);
        if let Some(url) = &args.delivery_queue_url {
            variables.push((variable::DELIVERY_ALARM, args.name_prefix.delivery_test().into()));
            variables.push((variable::DELIVERY_QUEUE_URL, url.clone()));
        }
        let processing = Function::describe(
            scope,
            &shared,
            Handler::Processing,
            variables,
            permissions::processing(&shared, &aggregation.lambda, &table, watched.packs()),
            depends_on(&object),
        );
        let remediation = Function::describe(
            scope,
            &shared,
            Handler::Remediation,
            Vec::new(),
            permissions::remediation(&shared),
            depends_on(&object),
        );

        // A run of processing that succeeds is the moment to look at all accounts.
        let required =
            lambda::function_event_invoke_config::Required { function_name: processing.lambda.name().into() };
        let next = lambda::FunctionEventInvokeConfigDestinationConfigOnSuccess::new(aggregation.lambda.arn());
        lambda::FunctionEventInvokeConfig::child(scope, "processing-destination", required)
            .destination_config(lambda::FunctionEventInvokeConfigDestinationConfig::new().on_success(next))
            .maximum_retry_attempts(2)
            // Lambda checks that the role may invoke the destination.
            .options(depends_on(&processing.policy))
            .register();

        events::schedule(scope, &shared, &processing);
        events::digest(scope, &shared, &processing);
        let [processing_queue, _] = events::compliance_changes(scope, &shared, &watched, [&processing, &remediation]);

        Ok(Self {
            processing_lambda_arn: processing.lambda.arn(),
            processing_lambda_name: processing.lambda.name(),
            aggregation_lambda_arn: aggregation.lambda.arn(),
            aggregation_lambda_name: aggregation.lambda.name(),
            remediation_lambda_arn: remediation.lambda.arn(),
            remediation_lambda_name: remediation.lambda.name(),
            lambda_role_arn: processing.role.arn(),
            ledger_table_name: table.name(),
            processing_queue_url: processing_queue.id(),
        })
    }
}
