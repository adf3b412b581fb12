//! The alarms: what is told although nobody looks, each with the page that says what to do about it.
//!
//! The pages are `docs/runbooks`; the report store keeps them in the bucket.

use std::collections::BTreeMap;

use aws_resources::cloudwatch::{self, MetricAlarmBuilder, MetricAlarmMetricQuery, MetricAlarmMetricQueryMetric};
use compliance_types::severity::Severity;
use functions_core::contract::{Handler, metric};
use functions_core::runbook::Runbook;
use pulumi_component::{
    Checks, Component, ConstructError, Context, Input, Output, Outputs, Scope, TypeToken, Wrong, all, interpolate,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::facts::AccountFacts;
use crate::inputs::bounds;
use crate::inputs::tags::{self, Tags};
use crate::plan::names::NamePrefix;

const FIVE_MINUTES: u32 = 5 * 60;
const HOUR: u32 = 60 * 60;
/// CloudWatch looks back at most a week (CloudWatch API Reference, "PutMetricAlarm").
const MOST_HOURS: u64 = 7 * 24;

/// The functions that run by a schedule, and what each of them measures when it has done its whole work. Remediation runs
/// when something is asked of it.
const SCHEDULED: [(Handler, &str); 2] =
    [(Handler::Processing, metric::LOOKS), (Handler::Aggregation, metric::COMPLIANT_EVALUATIONS)];
const NON_COMPLIANCE: &str = "non-compliance";
const SCORE_FELL: &str = "score-fell";
const RECORDER_STOPPED: &str = "recorder-stopped";
const PACK_INCOMPLETE: &str = "pack-incomplete";
const DELIVERY_LOST: &str = "delivery-lost";
/// The alarms on what the functions found.
const FOUND: [&str; 5] = [NON_COMPLIANCE, SCORE_FELL, RECORDER_STOPPED, PACK_INCOMPLETE, DELIVERY_LOST];

fn errors(handler: Handler) -> String {
    format!("{}-errors", handler.name())
}

fn dead_letters(handler: Handler) -> String {
    format!("{}-dead-letters", handler.name())
}

fn silent(handler: Handler) -> String {
    format!("{}-silent", handler.name())
}

/// What is told although nobody looks.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AlarmsSettingsArgs {
    /// Whether there are alarms.
    pub enabled: bool,
    /// Severities whose open findings set off the alarm `non-compliance`. Default: `critical` and `high`.
    pub severities: Vec<Severity>,
    /// Points by which the score may be lower than about a day earlier before the alarm goes off.
    #[schemars(range(min = 1, max = 100))]
    pub score_drop: Input<u32>,
    /// Hours without a look of processing at all rules, or without a report of aggregation, before it is told. More than from
    /// one run of `functions.schedule` to the next.
    #[schemars(range(min = 1, max = 168))]
    pub silent_hours: Input<u32>,
}

impl Default for AlarmsSettingsArgs {
    fn default() -> Self {
        let severities = vec![Severity::Critical, Severity::High];
        Self { enabled: true, severities, score_drop: 10.into(), silent_hours: 13.into() }
    }
}

impl AlarmsSettingsArgs {
    /// The names of all alarms of a deployment; that of the delivery test comes with the topic.
    pub(crate) fn names(&self, prefix: &NamePrefix) -> Vec<String> {
        let of_functions = Handler::ALL.into_iter().flat_map(|handler| [errors(handler), dead_letters(handler)]);
        let roles = of_functions.chain(SCHEDULED.map(|(handler, _)| silent(handler))).chain(FOUND.map(str::to_owned));
        let named = roles.filter(|_| self.enabled).map(|role| prefix.alarm(&role));
        named.chain([prefix.delivery_test()]).collect()
    }

    fn check_severities(&self, checks: &mut Checks) {
        if self.severities.is_empty() {
            checks.error(
                "severities",
                "expected at least one, such as `critical`; to have no alarms, set `enabled` to false",
            );
        }
        for (index, severity) in self.severities.iter().enumerate() {
            if self.severities.iter().take(index).any(|earlier| earlier == severity) {
                checks.error(("severities", index), "listed twice; remove one");
            }
        }
    }

    /// Checks the severities, and warns where the functions are silent that long by their schedule.
    pub(crate) fn check(&self, schedule: &Input<String>, checks: &mut Checks) {
        self.check_severities(checks);
        let Some(runs) = bounds::known_runs(schedule).filter(|_| self.enabled) else { return };
        let gap = runs.longest_hours();
        checks.warn_input("silentHours", &self.silent_hours, |hours| match u64::from(*hours) > gap {
            true => Ok(()),
            false if gap < MOST_HOURS => {
                let reason = format!(
                    "by `functions.schedule` up to {gap} hours pass between two runs: the alarm goes off each time"
                );
                Err(Wrong::new(reason).nearest(gap + 1))
            }
            false => Err(Wrong::new(format!(
                "by `functions.schedule` more than {MOST_HOURS} hours, the maximum here, pass between two runs: the alarm goes \
                 off each time; let `functions.schedule` run once a week at least"
            ))),
        });
    }
}

/// Inputs of [`Alarms`].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlarmsArgs {
    /// Start of the names of functions, queues and alarms: a-z, 0-9 and hyphen.
    #[serde(default)]
    pub name_prefix: NamePrefix,
    /// Tags of the alarms.
    #[serde(default)]
    pub tags: Tags,
    /// ARN of the topic that is told. Its policy, and its key's where it has one, must admit CloudWatch alarms.
    pub topic_arn: Input<String>,
    /// Name of the bucket that keeps the runbooks.
    pub bucket_name: Input<String>,
    /// What is told.
    #[serde(default)]
    pub settings: AlarmsSettingsArgs,
}

/// CloudWatch alarms on the functions and on what they found: a function failed, left something undone or has not run,
/// resources do not comply, the score fell, AWS Config does not record, a conformance pack is not complete, alarms do not
/// come through.
#[derive(Debug, Outputs)]
pub struct Alarms {
    /// Names of the alarms.
    pub alarm_names: Output<Vec<String>>,
}

impl Component for Alarms {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:Alarms");
    type Args = AlarmsArgs;
    type Facts = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        checks.input("topicArn", &args.topic_arn, |arn| bounds::topic_arn(arn));
        checks.input("bucketName", &args.bucket_name, |name| bounds::bucket_name(name));
        checks.under("settings", |checks| args.settings.check_severities(checks));
    }

    async fn prepare(context: &Context, _args: &Self::Args) -> Result<AccountFacts, ConstructError> {
        AccountFacts::look(context).await
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, ConstructError> {
        if !args.settings.enabled {
            return Ok(Self { alarm_names: Output::known(Vec::new()) });
        }
        let part = Part { scope, args: &args, facts };
        let mut alarms = Vec::new();
        for handler in Handler::ALL {
            alarms.push(part.errors(handler));
            alarms.push(part.dead_letters(handler));
        }
        alarms.extend(SCHEDULED.map(|(handler, name)| part.silent(handler, name)));
        alarms.extend([part.non_compliance(), part.score_fell(), part.recorder_stopped(), part.pack_incomplete()]);
        alarms.push(part.delivery_lost());
        Ok(Self { alarm_names: all(alarms.iter().map(cloudwatch::MetricAlarm::name)) })
    }
}

/// What every alarm is described with.
struct Part<'a> {
    scope: &'a Scope,
    args: &'a AlarmsArgs,
    facts: &'a AccountFacts,
}

impl Part<'_> {
    fn errors(&self, handler: Handler) -> cloudwatch::MetricAlarm {
        let text = format!("The {} function failed.", handler.name());
        self.alarm(&errors(handler), Runbook::FunctionErrors, &text)
            .namespace("AWS/Lambda")
            .metric_name("Errors")
            .dimensions(self.function(handler))
            .statistic("Sum")
            .period(FIVE_MINUTES)
            .evaluation_periods(1)
            .comparison_operator("GreaterThanOrEqualToThreshold")
            .threshold(1)
            // A function that does not run does not fail.
            .treat_missing_data("notBreaching")
            .ok_actions(self.topic())
            .register()
    }

    fn dead_letters(&self, handler: Handler) -> cloudwatch::MetricAlarm {
        let text = format!("The {} function left something undone in its dead-letter queue.", handler.name());
        self.alarm(&dead_letters(handler), Runbook::DeadLetters, &text)
            .namespace("AWS/SQS")
            .metric_name("ApproximateNumberOfMessagesVisible")
            .dimensions(dimension("QueueName", self.args.name_prefix.dead_letters(handler)))
            .statistic("Maximum")
            .period(FIVE_MINUTES)
            .evaluation_periods(1)
            .comparison_operator("GreaterThanOrEqualToThreshold")
            .threshold(1)
            // A queue that nobody touches has no metrics after some hours.
            .treat_missing_data("ignore")
            .ok_actions(self.topic())
            .register()
    }

    /// By how often `name` was measured: a digest and the changes of single rules are invocations as well.
    fn silent(&self, handler: Handler, name: &str) -> cloudwatch::MetricAlarm {
        let text = format!("The {} function has not done its whole work for too long.", handler.name());
        let alarm = self.alarm(&silent(handler), Runbook::FunctionSilent, &text);
        let alarm = match self.facts.have_first_runs() {
            // Before the first runs there is no data: they have to be over, and what they measured visible.
            true => alarm.treat_missing_data("breaching").options(self.facts.first_runs()),
            // Nothing says when the functions run first. An alarm starts without data, so that only a loss of data is a change
            // of its state.
            false => alarm.treat_missing_data("missing").insufficient_data_actions(self.topic()),
        };
        alarm
            .namespace(metric::NAMESPACE)
            .metric_name(name)
            .dimensions(self.measured(handler))
            .statistic("SampleCount")
            .period(HOUR)
            // Every one of these hours is without a run.
            .evaluation_periods(self.args.settings.silent_hours.clone())
            .comparison_operator("LessThanThreshold")
            .threshold(1)
            .ok_actions(self.topic())
            .register()
    }

    /// Open findings of the severities that count, added up: each has a metric of its own at every report, zero included.
    fn non_compliance(&self) -> cloudwatch::MetricAlarm {
        let words: Vec<_> = self.args.settings.severities.iter().map(|severity| severity.word()).collect();
        let open = words.iter().map(|word| {
            let mut dimensions = self.measured(Handler::Aggregation);
            dimensions.insert(metric::SEVERITY.to_owned(), (*word).into());
            let open = MetricAlarmMetricQueryMetric::new(metric::OPEN_FINDINGS, HOUR, "Maximum")
                .namespace(metric::NAMESPACE)
                .dimensions(dimensions);
            Input::from(MetricAlarmMetricQuery::new(*word).metric(open).return_data(false))
        });
        let total =
            MetricAlarmMetricQuery::new("open").expression("SUM(METRICS())").label("Open findings").return_data(true);
        let text = format!("Resources do not comply with rules of severity {}.", words.join(" or "));
        self.alarm(NON_COMPLIANCE, Runbook::NonCompliance, &text)
            .metric_queries(open.chain([total.into()]).collect::<Vec<_>>())
            .evaluation_periods(1)
            .comparison_operator("GreaterThanOrEqualToThreshold")
            .threshold(1)
            // Between two runs what the last one found holds.
            .treat_missing_data("ignore")
            .ok_actions(self.topic())
            .register()
    }

    fn recorder_stopped(&self) -> cloudwatch::MetricAlarm {
        let text = "AWS Config does not record in this region: its rules keep their last verdicts.";
        self.found(RECORDER_STOPPED, Runbook::RecorderStopped, text, metric::RECORDER_STOPPED, Handler::Aggregation)
    }

    fn pack_incomplete(&self) -> cloudwatch::MetricAlarm {
        let text = "A conformance pack is not complete: rules of it may be missing.";
        self.found(PACK_INCOMPLETE, Runbook::PackIncomplete, text, metric::INCOMPLETE_PACKS, Handler::Processing)
    }

    /// What does not come through the topic may not come through it here either: processing sends a notice as well, which
    /// takes another way.
    fn delivery_lost(&self) -> cloudwatch::MetricAlarm {
        let text = "An alarm that was set for a test did not come through the topic: others may be lost as well.";
        self.found(DELIVERY_LOST, Runbook::DeliveryLost, text, metric::DELIVERY_LOST, Handler::Processing)
    }

    /// One metric of a function that is to be zero.
    fn found(&self, role: &str, runbook: Runbook, text: &str, name: &str, handler: Handler) -> cloudwatch::MetricAlarm {
        self.alarm(role, runbook, text)
            .namespace(metric::NAMESPACE)
            .metric_name(name)
            .dimensions(self.measured(handler))
            .statistic("Maximum")
            .period(HOUR)
            .evaluation_periods(1)
            .comparison_operator("GreaterThanOrEqualToThreshold")
            .threshold(1)
            // Between two runs what the last one found holds.
            .treat_missing_data("ignore")
            .ok_actions(self.topic())
            .register()
    }

    /// What aggregation measures against the report of about a day earlier: also a fall in several steps is one.
    fn score_fell(&self) -> cloudwatch::MetricAlarm {
        let drop = self.args.settings.score_drop.output().map(|points| -f64::from(points));
        self.alarm(SCORE_FELL, Runbook::ScoreFell, "The score fell below that of about a day earlier.")
            .namespace(metric::NAMESPACE)
            .metric_name(metric::SCORE_CHANGE)
            .dimensions(self.measured(Handler::Aggregation))
            .statistic("Minimum")
            .period(HOUR)
            .evaluation_periods(1)
            .comparison_operator("LessThanOrEqualToThreshold")
            .threshold(drop)
            // Between two reports what the last one found holds, so that one fall is one message.
            .treat_missing_data("ignore")
            // That the score falls no further is no news: there is no second message.
            .register()
    }

    /// An alarm that tells the topic, with its page at the end of what it says.
    fn alarm(&self, role: &str, runbook: Runbook, text: &str) -> MetricAlarmBuilder {
        cloudwatch::MetricAlarm::child(self.scope, role)
            .name(self.args.name_prefix.alarm(role))
            .alarm_description(interpolate!("{} What to do: {}", text, self.link(runbook)))
            .alarm_actions(self.topic())
            .tags(tags::owned(&self.args.tags, self.facts))
    }

    fn topic(&self) -> Vec<Input<String>> {
        vec![(&self.args.topic_arn).into()]
    }

    fn link(&self, runbook: Runbook) -> Output<String> {
        let place = self.facts.partition().zip(&self.facts.region()).zip(self.args.bucket_name.output());
        place.map(move |((partition, region), bucket)| runbook.link(&partition, &region, &bucket))
    }

    fn function(&self, handler: Handler) -> BTreeMap<String, Input<String>> {
        dimension("FunctionName", self.args.name_prefix.function(handler))
    }

    /// The dimension of what a function measures.
    fn measured(&self, handler: Handler) -> BTreeMap<String, Input<String>> {
        dimension(metric::DIMENSION, self.args.name_prefix.function(handler))
    }
}

fn dimension(name: &str, value: String) -> BTreeMap<String, Input<String>> {
    BTreeMap::from([(name.to_owned(), value.into())])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use pulumi_component::Value;
    use pulumi_component::testing::{MockMonitor, construct_with, inputs};
    use serde_json::json;

    use super::*;

    /// The look asks for alarms by these names.
    #[tokio::test]
    async fn the_names_are_those_of_the_alarms() {
        let monitor = Arc::new(MockMonitor::update());
        let topic = "arn:aws:sns:eu-west-1:111122223333:alerts";
        construct_with::<Alarms>(&monitor, "it", inputs(json!({ "topicArn": topic, "bucketName": "reports" })))
            .await
            .expect("it constructs");
        let registrations = monitor.recorded().registrations.into_iter();
        let named = registrations.filter_map(|(_, one)| match one.inputs.get("name").map(|name| &name.value) {
            Some(Value::String(name)) => Some(name.clone()),
            _ => None,
        });
        let prefix = NamePrefix::default();
        let registered: BTreeSet<_> = named.chain([prefix.delivery_test()]).collect();
        let names = AlarmsSettingsArgs::default().names(&prefix);
        assert_eq!(names.len(), 14);
        assert_eq!(names.into_iter().collect::<BTreeSet<_>>(), registered);
        let off = AlarmsSettingsArgs { enabled: false, ..AlarmsSettingsArgs::default() };
        assert_eq!(off.names(&prefix), [prefix.delivery_test()]);
    }
}
