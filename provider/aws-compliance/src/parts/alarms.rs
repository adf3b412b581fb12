//! The alarms: what is told although nobody looks, each with the page that says what to do about it.
//!
//! The pages are `docs/runbooks`; the report store keeps them in the bucket.

use std::collections::BTreeMap;

use aws_resources::cloudwatch::{self, MetricAlarmBuilder, MetricAlarmMetricQuery, MetricAlarmMetricQueryMetric};
use functions_core::contract::{Handler, metric};
use functions_core::runbook::latest_report;
use pulumi_component::{
    Checks, Context, Error, Input, Output, Outputs, PreparedComponent, Scope, TypeToken, all, interpolate,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::facts::AccountFacts;
use crate::inputs::alarms::AlarmsSettingsArgs;
use crate::inputs::bounds;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::tags::{Tags, TextTags};
use crate::parts::alerts::Alerts;
use crate::parts::part::Part;
use crate::parts::report_store::ReportStore;
use crate::parts::tags;
use crate::plan::alarms::{AlarmPlan, Watch, alarms, names};

const FIVE_MINUTES: u32 = 5 * 60;
const HOUR: u32 = 60 * 60;
/// Inputs of [`Alarms`].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlarmsArgs {
    /// Start of the names of functions, queues and alarms: a-z, 0-9 and hyphen.
    #[serde(default)]
    pub name_prefix: NamePrefix,
    /// Tags of the alarms.
    #[serde(default)]
    #[schemars(with = "TextTags")]
    pub tags: Tags,
    /// ARN of the topic that receives the alarms. Its policy, and that of its key if it has one, must admit CloudWatch
    /// alarms.
    pub topic_arn: Input<String>,
    /// Name of the bucket that keeps the runbooks.
    pub bucket_name: Input<String>,
    /// Which alarms exist, and when they are triggered.
    #[serde(default)]
    pub settings: AlarmsSettingsArgs,
}

/// CloudWatch alarms on the functions and on what they found: a function failed, left events unprocessed or did not run,
/// resources are noncompliant, the score fell, AWS Config does not record, a conformance pack is incomplete, or alarms do
/// not reach the topic.
#[derive(Debug, Outputs)]
pub struct Alarms {
    /// Names of the alarms.
    pub alarm_names: Output<Vec<String>>,
}

/// The alarms as a part of the whole.
pub const PART: Part = Part {
    check: |args, checks| checks.under("alarms", |checks| args.alarms.check(&args.functions.schedule, checks)),
    claim: |whole, request| {
        let names = names(&whole.args.alarms, &whole.args.name_prefix).into_iter();
        request.alarms.extend(names.map(|name| whole.named(name)));
    },
    ..Part::of::<Alarms>("alarms")
};

impl ComplianceMonitoringArgs {
    /// What this part of the whole is given.
    pub(super) fn alarms(&self, alerts: &Alerts, reports: &ReportStore) -> AlarmsArgs {
        AlarmsArgs {
            name_prefix: self.name_prefix.clone(),
            tags: self.tags.clone(),
            topic_arn: alerts.topic_arn.clone().into(),
            bucket_name: reports.bucket_name.clone().into(),
            settings: self.alarms.clone(),
        }
    }
}

impl PreparedComponent for Alarms {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:Alarms");
    type Args = AlarmsArgs;
    type Prepared = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        checks.input("topicArn", &args.topic_arn, |arn| bounds::topic_arn(arn));
        checks.warn_input("topicArn", &args.topic_arn, |arn| bounds::known_arn_region(arn));
        checks.input("bucketName", &args.bucket_name, |name| bounds::bucket_name(name));
        checks.under("settings", |checks| args.settings.check_severities(checks));
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, Error> {
        AccountFacts::look(context).await?.admit_tags(&args.tags)
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, Error> {
        if !args.settings.enabled {
            return Ok(Self { alarm_names: Output::known(Vec::new()) });
        }
        let described = Described { scope, args: &args, facts };
        let alarms: Vec<_> = alarms(&args.settings).iter().map(|row| described.describe(row)).collect();
        Ok(Self { alarm_names: all(alarms.iter().map(cloudwatch::MetricAlarm::name).collect::<Vec<_>>()) })
    }
}

/// What every alarm is described with.
struct Described<'a> {
    scope: &'a Scope,
    args: &'a AlarmsArgs,
    facts: &'a AccountFacts,
}

impl Described<'_> {
    fn describe(&self, row: &AlarmPlan) -> cloudwatch::MetricAlarm {
        let alarm = self.alarm(row);
        let alarm = match row.watch {
            Watch::OpenFindings => self.open_findings(alarm),
            watch => {
                let (namespace, name) = watch.metric();
                alarm.namespace(namespace).metric_name(name).dimensions(self.dimensions(watch))
            }
        };
        let alarm = match row.watch {
            Watch::Errors(_) => alarm.statistic("Sum").period(FIVE_MINUTES),
            Watch::DeadLetters(_) => alarm.statistic("Maximum").period(FIVE_MINUTES),
            // By how often it was measured: a digest and the changes of single rules are invocations as well.
            Watch::Silence(..) => alarm.statistic("SampleCount").period(HOUR),
            Watch::ScoreFall => alarm.statistic("Minimum").period(HOUR),
            Watch::NotZero(..) => alarm.statistic("Maximum").period(HOUR),
            Watch::OpenFindings => alarm,
        };
        let alarm = match row.watch {
            // Every one of these hours is without a run.
            Watch::Silence(..) => alarm.evaluation_periods(self.args.settings.silent_hours.clone()),
            _ => alarm.evaluation_periods(1),
        };
        let alarm = match row.watch {
            Watch::Silence(..) => alarm.comparison_operator("LessThanThreshold").threshold(1),
            // What aggregation measures against the report of about a day earlier: also a fall in several steps is one.
            Watch::ScoreFall => {
                let drop = self.args.settings.score_drop.output().map(|points| -f64::from(points));
                alarm.comparison_operator("LessThanOrEqualToThreshold").threshold(drop)
            }
            _ => alarm.comparison_operator("GreaterThanOrEqualToThreshold").threshold(1),
        };
        let alarm = match row.watch {
            // A function that does not run does not fail.
            Watch::Errors(_) => alarm.treat_missing_data("notBreaching"),
            // Before the first runs there is no data: they have to be over, and what they measured visible.
            Watch::Silence(..) if self.facts.have_first_runs() => {
                alarm.treat_missing_data("breaching").options(self.facts.first_runs())
            }
            // Nothing says when the functions run first. An alarm starts without data, so that only a loss of data is a
            // change of its state.
            Watch::Silence(..) => alarm.treat_missing_data("missing").insufficient_data_actions(self.topic()),
            // A queue that nobody touches has no metrics after some hours; between two runs what the last one found holds.
            Watch::DeadLetters(_) | Watch::OpenFindings | Watch::ScoreFall | Watch::NotZero(..) => {
                alarm.treat_missing_data("ignore")
            }
        };
        match row.watch {
            // That the score falls no further is no news: there is no second message.
            Watch::ScoreFall => alarm.register(),
            _ => alarm.ok_actions(self.topic()).register(),
        }
    }

    /// Open findings of the severities that count, added up: each has a metric of its own at every report, zero included.
    fn open_findings(&self, alarm: MetricAlarmBuilder) -> MetricAlarmBuilder {
        let (namespace, name) = Watch::OpenFindings.metric();
        let open = self.args.settings.severities.iter().map(|severity| {
            let word = severity.word();
            let mut dimensions = self.dimensions(Watch::OpenFindings);
            dimensions.insert(metric::SEVERITY.to_owned(), word.into());
            let open =
                MetricAlarmMetricQueryMetric::new(name, HOUR, "Maximum").namespace(namespace).dimensions(dimensions);
            Input::from(MetricAlarmMetricQuery::new(word).metric(open).return_data(false))
        });
        let total =
            MetricAlarmMetricQuery::new("open").expression("SUM(METRICS())").label("Open findings").return_data(true);
        alarm.metric_queries(open.chain([total.into()]).collect::<Vec<_>>())
    }

    /// An alarm that notifies the topic, with its page at the end of its description.
    fn alarm(&self, row: &AlarmPlan) -> MetricAlarmBuilder {
        cloudwatch::MetricAlarm::child(self.scope, &row.name)
            .name(self.args.name_prefix.alarm(&row.name))
            .alarm_description(self.description(row))
            .alarm_actions(self.topic())
            .tags(tags::owned(&self.args.tags, self.facts))
    }

    fn dimensions(&self, watch: Watch) -> BTreeMap<String, Input<String>> {
        let prefix = &self.args.name_prefix;
        let (name, value) = match watch {
            Watch::Errors(handler) => ("FunctionName", prefix.function(handler)),
            Watch::DeadLetters(handler) => ("QueueName", prefix.dead_letters(handler)),
            Watch::Silence(handler, _) | Watch::NotZero(handler, _) => (metric::DIMENSION, prefix.function(handler)),
            Watch::OpenFindings | Watch::ScoreFall => (metric::DIMENSION, prefix.function(Handler::Aggregation)),
        };
        BTreeMap::from([(name.to_owned(), value.into())])
    }

    fn topic(&self) -> Vec<Input<String>> {
        vec![(&self.args.topic_arn).into()]
    }

    /// What happened, for what the report shows also where the last one is, and what to do.
    fn description(&self, row: &AlarmPlan) -> Output<String> {
        let (runbook, reported) = (row.runbook, matches!(row.watch, Watch::OpenFindings | Watch::ScoreFall));
        let links = self.facts.partition().zip(&self.facts.region()).zip(self.args.bucket_name.output()).map(
            move |((partition, region), bucket)| {
                let page = runbook.link(&partition, &region, &bucket);
                match reported {
                    true => {
                        format!("Latest report: {} What to do: {page}", latest_report(&partition, &region, &bucket))
                    }
                    false => format!("What to do: {page}"),
                }
            },
        );
        interpolate!("{} {}", row.text.as_str(), links)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use pulumi_component::testing::{MockMonitor, construct_with, inputs};
    use pulumi_component::value::Value;
    use serde_json::json;

    use super::*;

    /// The account scan asks for alarms by these names.
    #[tokio::test]
    async fn planned_names_are_those_of_the_children() {
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
        let registered: BTreeSet<_> = named.collect();
        let (settings, prefix) = (AlarmsSettingsArgs::default(), NamePrefix::default());
        assert_eq!(names(&settings, &prefix).into_iter().collect::<BTreeSet<_>>(), registered);
        let off = AlarmsSettingsArgs { enabled: false, ..settings };
        assert_eq!(names(&off, &prefix), Vec::<String>::new());
    }
}
