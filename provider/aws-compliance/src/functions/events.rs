//! What starts the functions: the schedule, and compliance changes by way of queues.

use aws_resources::{EventPattern, Json, PolicyDocument, Statement, cloudwatch, lambda, sqs};
use functions_core::contract::compliance_change;
use pulumi_component::{Input, Scope, depends_on};

use super::function::{Function, Shared};
use crate::tags;

/// Seconds that Lambda gathers compliance changes for, so that a burst is one run.
const BATCH_WINDOW_SECONDS: u32 = 60;
/// Messages in one batch; with a window, Lambda takes more than ten.
const BATCH_SIZE: u32 = 100;
/// Runs of one function at once that a queue may cause; two is the least that Lambda takes.
const MAXIMUM_CONCURRENCY: u32 = 2;
/// Deliveries before a message goes to the dead letters (SQS advises five for Lambda).
const MAXIMUM_RECEIVES: u32 = 5;
/// A message stays hidden for six runs of its function (Lambda, "Using Lambda with Amazon SQS").
const VISIBILITY_IN_TIMEOUTS: u32 = 6;

/// Starts a function on the schedule.
pub(super) fn schedule(scope: &Scope, shared: &Shared<'_>, function: &Function) {
    let rule = cloudwatch::EventRule::child(scope, "schedule")
        .name(shared.args.name_prefix.schedule())
        .description("Starts compliance processing")
        .schedule_expression(&shared.args.settings.schedule)
        .set_tags(tags::input(&shared.args.tags))
        .register();
    let required = lambda::permission::Required {
        action: "lambda:InvokeFunction".into(),
        function: function.lambda.name().into(),
        principal: "events.amazonaws.com".into(),
    };
    let permission = lambda::Permission::child(scope, "schedule-permission", required)
        .source_arn(rule.arn())
        .source_account(shared.facts.account_id())
        .register();
    let required = cloudwatch::event_target::Required { arn: function.lambda.arn().into(), rule: rule.name().into() };
    cloudwatch::EventTarget::child(scope, "schedule-target", required)
        .target_id("processing")
        // A target whose function does not admit the rule loses its first events.
        .options(depends_on(&permission))
        .register();
}

/// Brings the compliance changes of the watched rules to functions, each through a queue of its own.
pub(super) fn compliance_changes(scope: &Scope, shared: &Shared<'_>, functions: &[&Function]) {
    let entries = shared.args.rules.entries(&shared.args.frameworks, &shared.args.name_prefix, shared.facts.known_region());
    let names = entries.into_iter().map(|rule| Json::from(rule.name));
    let mut names: Vec<_> = names.collect();
    if names.is_empty() {
        // EventBridge refuses an empty list, and without the key every rule of the account would match.
        names.push(Json::Known(serde_json::json!({ "exists": false })));
    }
    let pattern = EventPattern::of(compliance_change::SOURCE, compliance_change::DETAIL_TYPE)
        .detail("messageType", [compliance_change::MESSAGE_TYPE])
        .detail("configRuleName", names);
    let rule = cloudwatch::EventRule::child(scope, "compliance-change")
        .name(shared.args.name_prefix.compliance_change())
        .description("Takes compliance changes of the watched rules")
        .event_pattern(pattern)
        .set_tags(tags::input(&shared.args.tags))
        .register();
    for function in functions {
        queue(scope, shared, &rule, function);
    }
}

/// From the event rule into a queue, and from the queue into the function.
fn queue(scope: &Scope, shared: &Shared<'_>, rule: &cloudwatch::EventRule, function: &Function) {
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
        .set_tags(tags::input(&args.tags))
        .register();
    let policy = PolicyDocument::new([Statement::allow("ComplianceChange")
        .service("events.amazonaws.com")
        .actions(["sqs:SendMessage"])
        .on(queue.arn())
        .when("ArnEquals", "aws:SourceArn", rule.arn())]);
    let required = sqs::queue_policy::Required { policy: policy.into(), queue_url: queue.id().into() };
    let policy = sqs::QueuePolicy::child(scope, &role("events-policy"), required).register();
    let required = cloudwatch::event_target::Required { arn: queue.arn().into(), rule: rule.name().into() };
    cloudwatch::EventTarget::child(scope, &role("events-target"), required)
        .target_id(handler.name())
        // A queue that does not admit the rule yet loses its first events.
        .options(depends_on(&policy))
        .register();
    let required = lambda::event_source_mapping::Required { function_name: function.lambda.name().into() };
    lambda::EventSourceMapping::child(scope, &role("events-source"), required)
        .event_source_arn(queue.arn())
        .batch_size(BATCH_SIZE)
        .maximum_batching_window_in_seconds(BATCH_WINDOW_SECONDS)
        .function_response_types(vec![Input::from("ReportBatchItemFailures")])
        .scaling_config(lambda::EventSourceMappingScalingConfig::new().maximum_concurrency(MAXIMUM_CONCURRENCY))
        .set_tags(tags::input(&args.tags))
        // Lambda checks that the role may read the queue.
        .options(depends_on(&function.policy))
        .register();
}
