//! The three functions, what starts them, and the configuration that they read.

pub mod args;
mod events;
mod function;
mod ledger;
mod permissions;
mod remediation;
mod shared;
mod wiring;

use account_look::NamesakeKind;
use aws_resources::{ArnBuilder, lambda, s3};
use functions_core::contract::Handler;
use functions_core::key;
use functions_core::sha256;
use pulumi_component::options::depends_on;
use pulumi_component::{Checks, Context, Error, Output, Outputs, PreparedComponent, Scope, TypeToken};

use crate::account::bundle;
use crate::account::existing::found::Planned;
use crate::account::prepared::Prepared;
use crate::account::security_hub;
use crate::inputs::bounds;
use crate::inputs::functions::FunctionArchitecture;
use crate::inputs::object_lock::ObjectLockArgs;
use crate::parts::functions::args::FunctionsArgs;
use crate::parts::functions::function::{Function, Wiring};
use crate::parts::functions::shared::Shared;
use crate::parts::functions::wiring::Given;
use crate::parts::part::{Part, Whole};
use crate::parts::tags;
use crate::plan::selection::PlanInputs;

/// Three functions: processing reads the results of AWS Config and sends changes, aggregation reads the aggregator and
/// writes reports, remediation plans what would fix findings and makes approved changes. Schedules start processing and remediation; compliance changes
/// reach processing and remediation through queues. A table stores the state of processing.
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
    /// IAM policy, as JSON, of whoever may approve, reject and undo changes of remediation and stop it. It allows decisions under
    /// their own identity alone.
    pub approver_policy: Output<String>,
    /// ARN of the processing function's role.
    pub lambda_role_arn: Output<String>,
    /// Name of the table that keeps what processing knows.
    pub ledger_table_name: Output<String>,
    /// URL of the queue that brings compliance changes to processing.
    pub processing_queue_url: Output<String>,
}

/// The functions as a part of the whole.
pub const PART: Part = Part {
    check: |args, checks| {
        checks.under("functions", |checks| {
            args.functions.check(checks);
            check_architecture(args.functions.architecture, checks);
        });
        checks.under("iam", |checks| args.iam.check(checks));
    },
    claim: |whole, request| {
        let Whole { args, plan, .. } = whole;
        let digest = args.notifications.schedule().map(|_| args.name_prefix.digest());
        let remediation = plan.is_remediated().then(|| args.name_prefix.remediation_schedule());
        let names = std::iter::once(args.name_prefix.schedule()).chain(plan.compliance_change_rules());
        let names = names.chain(digest).chain(remediation);
        request.event_rules = names.map(|name| whole.named(name)).collect();
        request.concurrency = args.functions.planned_concurrency();
        let prefix = &args.name_prefix;
        let queues = Handler::ALL.map(|handler| prefix.dead_letters(handler)).into_iter();
        let takers = Handler::ALL.into_iter().filter(|handler| wiring::takes_changes(*handler));
        let queues = queues.chain(takers.map(|handler| prefix.events(handler)));
        request.resources.extend(whole.resources(NamesakeKind::Table, [prefix.ledger()]));
        request.resources.extend(whole.resources(NamesakeKind::Queue, queues));
        let functions = Handler::ALL.map(|handler| prefix.function(handler));
        request.resources.extend(whole.resources(NamesakeKind::Function, functions));
        request
            .resources
            .extend(whole.resources(NamesakeKind::LogGroup, Handler::ALL.map(|handler| prefix.log_group(handler))));
    },
    ..Part::of::<Functions>("functions")
};

/// Checks whether this build of the plugin has the functions for an architecture.
fn check_architecture(architecture: FunctionArchitecture, checks: &mut Checks) {
    if !bundle::has(architecture) {
        let reason = "this build of the plugin has no functions for `arm64`; use a released plugin, or `x86_64`";
        checks.error("architecture", reason);
    }
}

impl PreparedComponent for Functions {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:Functions");
    type Args = FunctionsArgs;
    type Prepared = Prepared;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        checks.input("bucketName", &args.bucket_name, |name| bounds::bucket_name(name));
        checks.input("kmsKeyArn", &args.kms_key_arn, |arn| bounds::key_arn(arn));
        checks.under("settings", |checks| {
            args.settings.check(checks);
            check_architecture(args.settings.architecture, checks);
        });
        checks.under("iam", |checks| args.iam.check(checks));
        checks.under("notifications", |checks| args.notifications.check(checks));
        if let Some(lock) = args.object_lock {
            checks.under("objectLock", |checks| lock.check(checks));
        }
        checks.under("aggregation", |checks| args.aggregation.check(checks));
        if let Some(topic) = &args.topic_arn {
            checks.input("topicArn", topic, |arn| bounds::topic_arn(arn));
            checks.warn_input("topicArn", topic, |arn| bounds::known_arn_region(arn));
        }
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<Prepared, Error> {
        let inputs = PlanInputs {
            name_prefix: &args.name_prefix,
            rules: &args.rules,
            frameworks: &args.frameworks,
            notifications: Some(&args.notifications),
            accounts: &args.aggregation.accounts,
            waivers: &args.waivers,
            waiver_max_days: args.waiver_max_days,
            counted_rules: args.settings.counted_rules,
            remediation: Some(&args.remediation),
            exports: args.exports,
            object_lock: args.object_lock.and_then(ObjectLockArgs::of_reports),
        };
        let prepared = Prepared::new(context, inputs).await?;
        let Prepared { plan, account, .. } = &prepared;
        plan.warnings.iter().for_each(|warning| context.warn(warning.to_string()));
        let (key, queries) =
            (account.target().key_elsewhere(&args.kms_key_arn), account.target().without_aggregator_queries());
        let problems = plan.errors.iter().cloned().chain(key).chain(queries);
        let hub = security_hub::problem(context, args.exports, account.target()).await;
        let planned = Planned::alone(NamesakeKind::Table, &args.name_prefix, args.name_prefix.ledger());
        let replaced = account.refused_names(context, &planned).await;
        let problems: Vec<_> = problems.chain(hub).chain(replaced).chain(account.tag_problems(&args.tags)).collect();
        match problems.is_empty() {
            true => Ok(prepared),
            false => Err(Error::InvalidInputs(problems)),
        }
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &Prepared) -> Result<Self, Error> {
        let monitored = facts.monitored();
        let Prepared { plan, account: facts, .. } = facts;
        let watched = plan.configuration.as_ref().map_err(|error| Error::Failed(error.to_string()))?;
        let configuration = watched.render().map_err(|error| Error::Failed(error.to_string()))?;
        let digest = sha256::hex(configuration.as_bytes());

        let object = s3::BucketObjectv2::child(scope, "configuration", args.bucket_name.clone())
            .key(key::CONFIGURATION)
            .content(configuration)
            .content_type("application/json")
            .server_side_encryption("aws:kms")
            .kms_key_id(&args.kms_key_arn)
            .set_tags(tags::of_object(&args.tags))
            .override_provider(tags::without_default_tags())
            .register();

        let bucket_arn = ArnBuilder::of(facts.partition(), "s3").resource(&args.bucket_name);
        let reads_sources = args.aggregation.has_others(facts.target(), &monitored);
        let shared = Shared { args: &args, facts, bucket_arn, reads_sources };
        let table = ledger::table(scope, &args, facts);
        let given = Given { shared: &shared, watched, document: (&object, &digest), table: &table };
        let mut made = Vec::new();
        for handler in wiring::ORDER {
            let wiring = Wiring::of(handler, &given, &made)?;
            made.push(Function::describe(scope, &shared, handler, wiring, depends_on(&object)));
        }
        let processing = wiring::of(&made, Handler::Processing)?;
        let aggregation = wiring::of(&made, Handler::Aggregation)?;
        let remediation = wiring::of(&made, Handler::Remediation)?;

        // A run of processing that succeeds is the moment to look at all accounts.
        let next = lambda::FunctionEventInvokeConfigDestinationConfigOnSuccess::new(aggregation.lambda.arn());
        lambda::FunctionEventInvokeConfig::child(scope, "processing-destination", processing.lambda.name())
            .destination_config(lambda::FunctionEventInvokeConfigDestinationConfig::new().on_success(next))
            .maximum_retry_attempts(2)
            // Lambda checks that the role may invoke the destination.
            .options(depends_on(&processing.policy))
            .register();

        events::schedule(scope, &shared, processing);
        events::digest(scope, &shared, processing);
        if plan.is_remediated() {
            events::remediation(scope, &shared, remediation);
        }
        let takers = made.iter().filter(|function| wiring::takes_changes(function.handler));
        let mut queues = events::compliance_changes(scope, &shared, plan, takers);
        let processing_queue = queues
            .remove(&Handler::Processing)
            .ok_or_else(|| Error::Failed("bug: processing has no queue".to_owned()))?;

        Ok(Self {
            processing_lambda_arn: processing.lambda.arn(),
            processing_lambda_name: processing.lambda.name(),
            aggregation_lambda_arn: aggregation.lambda.arn(),
            aggregation_lambda_name: aggregation.lambda.name(),
            remediation_lambda_arn: remediation.lambda.arn(),
            remediation_lambda_name: remediation.lambda.name(),
            approver_policy: remediation::approver_policy(&shared, &table, &remediation.lambda),
            lambda_role_arn: processing.role.arn(),
            ledger_table_name: table.name(),
            processing_queue_url: processing_queue.id(),
        })
    }
}
