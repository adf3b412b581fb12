//! What starts the functions: the schedule, and compliance changes by way of queues.

use aws_resources::{EventPattern, Json, PolicyDocument, Statement, cloudwatch, lambda, sqs};
use functions_core::configuration::MonitoringConfiguration;
use functions_core::contract::{compliance_change, trigger};
use pulumi_component::{Input, Scope, depends_on};

use super::function::{Function, Shared};
use crate::inputs::tags;
use crate::parts::rule_set::{FrameworkArgs, RulesArgs};
use crate::plan::names::NamePrefix;

/// Seconds that Lambda gathers compliance changes for, so that a burst is one run.
const BATCH_WINDOW_SECONDS: u32 = 60;
/// Messages in one batch; with a window, Lambda takes more than ten.
const BATCH_SIZE: u32 = 100;
/// Runs of one function at once that a queue may cause; two is the least that Lambda takes (Lambda API Reference,
/// "ScalingConfig").
pub(crate) const MAXIMUM_CONCURRENCY: u32 = 2;
/// Deliveries before a message goes to the dead letters (SQS advises five for Lambda).
const MAXIMUM_RECEIVES: u32 = 5;
/// A message stays hidden for six runs of its function (Lambda, "Using Lambda with Amazon SQS").
const VISIBILITY_IN_TIMEOUTS: u32 = 6;

/// Bytes that the names of rules may take in a pattern of 2,048 characters (Amazon EventBridge User Guide, "Quotas");
/// the rest of it needs 160.
const PATTERN_NAMES: usize = 1800;

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
        let required = lambda::permission::Required {
            action: "lambda:InvokeFunction".into(),
            function: function.lambda.name().into(),
            principal: "events.amazonaws.com".into(),
        };
        let permission = lambda::Permission::child(scope, &format!("{}-permission", self.role), required)
            // The ARN names the account. EventBridge sends no source account: a statement that asks for one keeps it from
            // invoking the function (EventBridge, "Troubleshooting").
            .source_arn(rule.arn())
            .register();
        let required =
            cloudwatch::event_target::Required { arn: function.lambda.arn().into(), rule: rule.name().into() };
        cloudwatch::EventTarget::child(scope, &format!("{}-target", self.role), required)
            .target_id(function.handler.name())
            .set_input(self.input.map(Into::into))
            // A target whose function does not admit the rule loses its first events.
            .options(depends_on(&permission))
            .register();
    }
}

/// Brings the compliance changes of the watched rules to functions, each through a queue of its own.
pub(super) fn compliance_changes<const N: usize>(
    scope: &Scope,
    shared: &Shared<'_>,
    watched: &MonitoringConfiguration,
    functions: [&Function; N],
) -> [sqs::Queue; N] {
    let args = shared.args;
    let parts = patterns(watched, &args.rules, &args.frameworks, &args.name_prefix);
    let rules = parts.into_iter().enumerate().map(|(index, names)| {
        let names: Vec<_> = match names.is_empty() {
            // EventBridge refuses an empty list, and without the key every rule of the account would match.
            true => vec![Json::Known(serde_json::json!({ "exists": false }))],
            false => names,
        };
        let pattern = EventPattern::of(compliance_change::SOURCE, compliance_change::DETAIL_TYPE)
            .detail("messageType", [compliance_change::MESSAGE_TYPE])
            .detail("configRuleName", names);
        let suffix = suffix(index);
        cloudwatch::EventRule::child(scope, &format!("compliance-change{suffix}"))
            .name(format!("{}{suffix}", args.name_prefix.compliance_change()))
            .description("Takes compliance changes of the watched rules")
            .event_pattern(pattern)
            .tags(tags::owned(&args.tags, shared.facts))
            .register()
    });
    let rules: Vec<_> = rules.collect();
    functions.map(|function| queue(scope, shared, &rules, function))
}

/// The names of all event rules of a deployment.
pub(crate) fn names(
    rules: &RulesArgs,
    frameworks: &[FrameworkArgs],
    prefix: &NamePrefix,
    region: Option<&str>,
) -> Vec<String> {
    // Rules that make no configuration document are refused when the functions are described.
    let watched = rules.watched(frameworks, prefix, region);
    let changes = watched.map_or(1, |watched| patterns(&watched, rules, frameworks, prefix).len());
    let changes = (0..changes).map(|index| format!("{}{}", prefix.compliance_change(), suffix(index)));
    std::iter::once(prefix.schedule()).chain(changes).collect()
}

/// The names of the watched rules as patterns match them, in parts that an event rule each takes.
fn patterns(
    watched: &MonitoringConfiguration,
    rules: &RulesArgs,
    frameworks: &[FrameworkArgs],
    prefix: &NamePrefix,
) -> Vec<Vec<Json>> {
    let alone = watched.rules().iter().map(|rule| Json::Known(rule.name.as_str().into()));
    // AWS Config puts an id of its own behind the name of a rule in a pack.
    let packed = rules.pack_starts(frameworks, prefix).into_iter();
    parts(alone.chain(packed.map(|start| Json::Known(serde_json::json!({ "prefix": start })))))
}

/// The names, or what they begin with, in parts that fit into a pattern each; at least one part.
fn parts(names: impl Iterator<Item = Json>) -> Vec<Vec<Json>> {
    let (mut parts, mut length) = (vec![Vec::new()], 0);
    for name in names {
        let needed = written(&name) + 1;
        if length + needed > PATTERN_NAMES {
            parts.push(Vec::new());
            length = 0;
        }
        length += needed;
        if let Some(part) = parts.last_mut() {
            part.push(name);
        }
    }
    parts
}

/// Characters of it in a pattern.
fn written(name: &Json) -> usize {
    match name {
        Json::Known(value) => value.to_string().chars().count(),
        _ => 0,
    }
}

/// What tells the parts apart: nothing for the first, then `-2`.
fn suffix(index: usize) -> String {
    if index == 0 { String::new() } else { format!("-{}", index + 1) }
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
        .set_tags(tags::input(&args.tags))
        .register();
    let policy = PolicyDocument::new(rules.iter().enumerate().map(|(index, rule)| {
        Statement::allow(format!("ComplianceChange{}", suffix(index).replace('-', "")))
            .service("events.amazonaws.com")
            .actions(["sqs:SendMessage"])
            .on(queue.arn())
            .when("ArnEquals", "aws:SourceArn", rule.arn())
    }));
    let required = sqs::queue_policy::Required { policy: policy.into(), queue_url: queue.id().into() };
    let policy = sqs::QueuePolicy::child(scope, &role("events-policy"), required).register();
    for (index, rule) in rules.iter().enumerate() {
        let required = cloudwatch::event_target::Required { arn: queue.arn().into(), rule: rule.name().into() };
        cloudwatch::EventTarget::child(scope, &role(&format!("events-target{}", suffix(index))), required)
            .target_id(handler.name())
            // A queue that does not admit the rule yet loses its first events.
            .options(depends_on(&policy))
            .register();
    }
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
    queue
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parted_in_their_order_and_none_is_lost() {
        let names: Vec<_> = (0..231).map(|number| format!("{number:0>60}")).collect();
        let parts = parts(names.iter().map(|name| Json::from(name.as_str())));
        assert!(parts.iter().all(|part| part.iter().map(|name| written(name) + 1).sum::<usize>() <= PATTERN_NAMES));
        let text = |name: &Json| match name {
            Json::Known(value) => value.as_str().map(str::to_owned),
            _ => None,
        };
        assert_eq!(parts.concat().iter().filter_map(text).collect::<Vec<_>>(), names);
        assert_eq!(super::parts(std::iter::empty()).len(), 1);
    }
}
