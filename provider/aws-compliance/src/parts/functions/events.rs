//! What starts the functions: the schedule, and compliance changes by way of queues.

use std::collections::BTreeMap;

use account_look::NamesakeKind;
use aws_resources::{PolicyDocument, Statement, cloudwatch, lambda, sqs};
use functions_core::contract::{Handler, trigger};
use pulumi_component::options::depends_on;
use pulumi_component::{Input, ResourceOptions, Scope};

use crate::inputs::bounds::MAXIMUM_CONCURRENCY;
use crate::parts::forwarding::changes_of;
use crate::parts::functions::function::Function;
use crate::parts::functions::shared::Shared;
use crate::parts::tags;
use crate::plan::Plan;
use crate::plan::event_pattern::suffix;

/// Seconds that Lambda gathers compliance changes for, so that a burst is one run.
const BATCH_WINDOW_SECONDS: u32 = 60;
/// Messages in one batch; with a window, Lambda takes more than ten.
const BATCH_SIZE: u32 = 100;
/// Deliveries before a message goes to the dead letters (SQS advises five for Lambda).
const MAXIMUM_RECEIVES: u32 = 5;
/// A message stays hidden for six runs of its function (Lambda, "Using Lambda with Amazon SQS").
const VISIBILITY_IN_TIMEOUTS: u32 = 6;

/// Starts processing on the schedule.
pub(super) fn schedule(scope: &Scope, shared: &Shared<'_>, function: &Function) {
    let start = Start {
        role: "schedule",
        name: shared.args.name_prefix.schedule(),
        description: "Starts compliance processing",
        expression: shared.args.settings.schedule.clone(),
        input: None,
    };
    start.describe(scope, shared, function);
}

/// Lets processing tell what it gathered, where it does not tell at once.
pub(super) fn digest(scope: &Scope, shared: &Shared<'_>, function: &Function) {
    let (Some(expression), Some(_)) = (shared.args.notifications.schedule(), &shared.args.topic_arn) else { return };
    let start = Start {
        role: "digest",
        name: shared.args.name_prefix.digest(),
        description: "Lets compliance processing tell what it gathered",
        expression: expression.into(),
        input: Some(serde_json::json!({ trigger::MEMBER: trigger::DIGEST }).to_string()),
    };
    start.describe(scope, shared, function);
}

/// Starts a run of remediation as often as processing runs.
pub(super) fn remediation(scope: &Scope, shared: &Shared<'_>, function: &Function) {
    let start = Start {
        role: "remediation-schedule",
        name: shared.args.name_prefix.remediation_schedule(),
        description: "Starts a run of compliance remediation",
        expression: shared.args.settings.schedule.clone(),
        input: Some(serde_json::json!({ trigger::MEMBER: trigger::REMEDIATION }).to_string()),
    };
    start.describe(scope, shared, function);
}

/// What starts a function by the clock.
struct Start {
    role: &'static str,
    name: String,
    description: &'static str,
    expression: Input<String>,
    input: Option<String>,
}

impl Start {
    fn describe(self, scope: &Scope, shared: &Shared<'_>, function: &Function) {
        let rule = cloudwatch::EventRule::child(scope, self.role)
            .name(self.name)
            .description(self.description)
            .schedule_expression(self.expression)
            .tags(tags::owned(&shared.args.tags, shared.facts))
            .register();
        let permission = lambda::Permission::child(
            scope,
            &format!("{}-permission", self.role),
            "lambda:InvokeFunction",
            function.lambda.name(),
            "events.amazonaws.com",
        )
        // The ARN names the account. EventBridge sends no source account: a statement that asks for one keeps it from
        // invoking the function (EventBridge, "Troubleshooting").
        .source_arn(rule.arn())
        .register();
        cloudwatch::EventTarget::child(scope, &format!("{}-target", self.role), function.lambda.arn(), rule.name())
            .target_id(function.handler.name())
            .set_input(self.input.map(Into::into))
            // A target whose function does not admit the rule loses its first events.
            .options(depends_on(&permission))
            .register();
    }
}

/// Brings the compliance changes of the watched rules to functions, each through a queue of its own.
pub(super) fn compliance_changes<'a>(
    scope: &Scope,
    shared: &Shared<'_>,
    plan: &Plan,
    functions: impl Iterator<Item = &'a Function>,
) -> BTreeMap<Handler, sqs::Queue> {
    let args = shared.args;
    let rules = plan.event_patterns.iter().enumerate().map(|(index, names)| {
        let suffix = suffix(index);
        cloudwatch::EventRule::child(scope, &format!("compliance-change{suffix}"))
            .name(args.name_prefix.compliance_change(&suffix))
            .description("Takes compliance changes of the watched rules")
            .event_pattern(changes_of(names))
            .tags(tags::owned(&args.tags, shared.facts))
            .register()
    });
    let rules: Vec<_> = rules.collect();
    functions.map(|function| (function.handler, queue(scope, shared, &rules, function))).collect()
}

/// From the event rules into a queue, and from the queue into the function.
fn queue(scope: &Scope, shared: &Shared<'_>, rules: &[cloudwatch::EventRule], function: &Function) -> sqs::Queue {
    let (args, handler) = (shared.args, function.handler);
    let role = |part: &str| format!("{}-{part}", handler.name());
    let visibility = args.settings.timeout_seconds.output().map(|seconds| f64::from(seconds * VISIBILITY_IN_TIMEOUTS));
    let redrive = function
        .dead_letters
        .arn()
        .map(|arn| serde_json::json!({ "deadLetterTargetArn": arn, "maxReceiveCount": MAXIMUM_RECEIVES }).to_string());
    let queue = sqs::Queue::child(scope, &role("events"))
        .name(args.name_prefix.events(handler))
        .kms_master_key_id(&args.kms_key_arn)
        .visibility_timeout_seconds(visibility)
        .redrive_policy(redrive)
        .tags(tags::owned(&args.tags, shared.facts))
        .options(shared.facts.adoption().of(
            NamesakeKind::Queue,
            &args.name_prefix.events(handler),
            ResourceOptions::default(),
        ))
        .register();
    let policy = PolicyDocument::new(rules.iter().enumerate().map(|(index, rule)| {
        Statement::allow(format!("ComplianceChange{}", suffix(index).replace('-', "")))
            .service("events.amazonaws.com")
            .actions(["sqs:SendMessage"])
            .on(queue.arn())
            .when("ArnEquals", "aws:SourceArn", rule.arn())
    }));
    let policy = sqs::QueuePolicy::child(scope, &role("events-policy"), policy, queue.id()).register();
    for (index, rule) in rules.iter().enumerate() {
        cloudwatch::EventTarget::child(
            scope,
            &role(&format!("events-target{}", suffix(index))),
            queue.arn(),
            rule.name(),
        )
        .target_id(handler.name())
        // A queue that does not admit the rule yet loses its first events.
        .options(depends_on(&policy))
        .register();
    }
    lambda::EventSourceMapping::child(scope, &role("events-source"), function.lambda.name())
        .event_source_arn(queue.arn())
        .batch_size(BATCH_SIZE)
        .maximum_batching_window_in_seconds(BATCH_WINDOW_SECONDS)
        .function_response_types(vec![Input::from("ReportBatchItemFailures")])
        .scaling_config(lambda::EventSourceMappingScalingConfig::new().maximum_concurrency(MAXIMUM_CONCURRENCY))
        .tags(tags::owned(&args.tags, shared.facts))
        // Lambda checks that the role may read the queue.
        .options(depends_on(&function.policy))
        .register();
    queue
}
