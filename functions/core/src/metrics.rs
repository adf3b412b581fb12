//! Metrics as log lines (Amazon CloudWatch User Guide, "Specification: Embedded metric format").
//!
//! CloudWatch Logs makes metrics of them, so a function needs no permission to put metrics and no further call.

use serde_json::{Value, json};

use crate::{compliance::Counts, contract::metric, evaluate::EvaluationRecord};

/// The log line of a run of processing. `unix_millis` is the time of the metrics; `function_name` the dimension.
#[must_use]
pub fn of_evaluation(record: &EvaluationRecord, function_name: &str, unix_millis: u64) -> Value {
    let verdicts = record.totals.verdicts;
    let values = [
        (metric::COMPLIANT_RULES, COUNT, verdicts.compliant.into()),
        (metric::NON_COMPLIANT_RULES, COUNT, verdicts.non_compliant.into()),
    ];
    line(&values, &[(metric::DIMENSION, function_name)], unix_millis)
}

/// What a run of processing told, and how that goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// Notices that were sent.
    pub notices: u64,
    /// Whether the run looked at all rules.
    pub looked: bool,
    /// Subscriptions that nobody confirmed, where they were counted.
    pub unconfirmed: Option<u64>,
    /// Whether a message of the test was lost, where a run looked.
    pub delivery_lost: Option<bool>,
    /// Conformance packs that are not whole, where there are packs and a run looked.
    pub incomplete_packs: Option<u64>,
    /// Rules whose results could not be read, where a run looked.
    pub unreadable_rules: Option<u64>,
    /// Accounts and regions from which nothing arrives, where a run looked.
    pub sources_silent: Option<u64>,
}

/// The log line of what a run of processing told. `unix_millis` is the time of the metrics; `function_name` the dimension.
#[must_use]
pub fn of_notices(told: Told, function_name: &str, unix_millis: u64) -> Value {
    let mut values = vec![(metric::NOTICES, COUNT, told.notices.into())];
    values.extend(told.looked.then(|| (metric::LOOKS, COUNT, 1.into())));
    values.extend(told.unconfirmed.map(|count| (metric::UNCONFIRMED_SUBSCRIPTIONS, COUNT, count.into())));
    values.extend(told.delivery_lost.map(|lost| (metric::DELIVERY_LOST, COUNT, u64::from(lost).into())));
    values.extend(told.incomplete_packs.map(|count| (metric::INCOMPLETE_PACKS, COUNT, count.into())));
    values.extend(told.unreadable_rules.map(|count| (metric::UNREADABLE_RULES, COUNT, count.into())));
    values.extend(told.sources_silent.map(|count| (metric::SOURCES_SILENT, COUNT, count.into())));
    line(&values, &[(metric::DIMENSION, function_name)], unix_millis)
}

/// What a run of aggregation measures.
#[derive(Debug, Clone, Copy)]
pub struct Aggregated<'a> {
    /// All verdicts.
    pub totals: Counts,
    /// Resources that could not be read.
    pub unreadable_resources: u64,
    /// The score in thousandths of a point, where anything was judged.
    pub score_millipoints: Option<u64>,
    /// The score less that of about a day earlier, in thousandths of a point, where both exist.
    pub score_change_millipoints: Option<i64>,
    /// Whether the recorder of a region of the deployment is stopped, where that is known.
    pub recorder_stopped: Option<bool>,
    /// Each severity in a word, and its open findings.
    pub severities: &'a [(&'a str, u64)],
    /// Rules and their open findings, the worst first.
    pub rules: &'a [(&'a str, u64)],
}

/// The log lines of a run of aggregation, one, one for each severity, and at most [`RULES`] more: a metric for each rule, account and
/// region would cost more than everything else together. `unix_millis` is the time of the metrics; `function_name` the
/// dimension that keeps two deployments apart.
#[must_use]
pub fn of_aggregation(measured: &Aggregated<'_>, function_name: &str, unix_millis: u64) -> Vec<Value> {
    let mut values = vec![
        (metric::COMPLIANT_EVALUATIONS, COUNT, measured.totals.compliant.into()),
        (metric::NON_COMPLIANT_EVALUATIONS, COUNT, measured.totals.non_compliant.into()),
        (metric::UNREADABLE_RESOURCES, COUNT, measured.unreadable_resources.into()),
    ];
    if let Some(millipoints) = measured.score_millipoints {
        values.push((metric::SCORE, "None", points("", millipoints)));
    }
    if let Some(change) = measured.score_change_millipoints {
        let sign = if change < 0 { "-" } else { "" };
        values.push((metric::SCORE_CHANGE, "None", points(sign, change.unsigned_abs())));
    }
    if let Some(stopped) = measured.recorder_stopped {
        values.push((metric::RECORDER_STOPPED, COUNT, u64::from(stopped).into()));
    }
    let own = (metric::DIMENSION, function_name);
    let mut lines = vec![line(&values, &[own], unix_millis)];
    let open = |dimension, name, count: u64| {
        line(&[(metric::OPEN_FINDINGS, COUNT, count.into())], &[own, (dimension, name)], unix_millis)
    };
    lines.extend(measured.severities.iter().map(|(word, count)| open(metric::SEVERITY, word, *count)));
    let worst = measured.rules.iter().filter(|(_, count)| *count > 0).take(RULES);
    lines.extend(worst.map(|(rule, count)| open(metric::RULE, rule, *count)));
    lines
}

/// Thousandths of a point as points, written with a decimal point so that no double rounds them.
fn points(sign: &str, millipoints: u64) -> Value {
    let text = format!("{sign}{}.{:03}", millipoints / 1000, millipoints % 1000);
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// How many rules have a metric of their own: the worst of each run.
pub const RULES: usize = 10;

const COUNT: &str = "Count";

fn line(values: &[(&str, &str, Value)], dimensions: &[(&str, &str)], unix_millis: u64) -> Value {
    let metrics: Vec<Value> = values.iter().map(|(name, unit, _)| json!({ "Name": name, "Unit": unit })).collect();
    let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
    let directive = json!({ "Namespace": metric::NAMESPACE, "Dimensions": [names], "Metrics": metrics });
    let mut line = json!({ "_aws": { "Timestamp": unix_millis, "CloudWatchMetrics": [directive] } });
    if let Some(members) = line.as_object_mut() {
        members.extend(dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
        members.extend(values.iter().map(|(name, _, value)| ((*name).to_owned(), value.clone())));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEVERITIES: [(&str, u64); 5] =
        [("critical", 1), ("high", 0), ("medium", 7), ("low", 0), ("informational", 2)];

    fn lines(rules: usize) -> Vec<Value> {
        let names: Vec<String> = (0..rules).map(|number| format!("rule-{number}")).collect();
        let rules: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 2)).chain([("fine", 0)]).collect();
        let totals = Counts { compliant: 4, non_compliant: 8, ..Counts::default() };
        let measured = Aggregated {
            totals,
            unreadable_resources: 3,
            score_millipoints: Some(87_050),
            score_change_millipoints: Some(-12_345),
            recorder_stopped: Some(true),
            severities: &SEVERITIES,
            rules: &rules,
        };
        of_aggregation(&measured, "compliance-aggregation", 1_772_600_767_000)
    }

    #[test]
    fn a_line_has_a_value_for_each_metric_and_dimension_it_declares() {
        for line in lines(2) {
            let directive = &line["_aws"]["CloudWatchMetrics"][0];
            assert_eq!(line["_aws"]["Timestamp"], 1_772_600_767_000_u64);
            assert_eq!(directive["Namespace"], metric::NAMESPACE);
            for metric in directive["Metrics"].as_array().unwrap() {
                assert!(line[metric["Name"].as_str().unwrap()].is_number());
            }
            for dimension in directive["Dimensions"][0].as_array().unwrap() {
                assert!(line[dimension.as_str().unwrap()].is_string());
            }
            assert_eq!(line[metric::DIMENSION], "compliance-aggregation");
        }
    }

    #[test]
    fn the_list_of_metrics_is_what_the_functions_write() {
        use crate::{configuration::MonitoringConfiguration, configuration::tests::entry, evaluate, run::tests::run};
        let configuration = MonitoringConfiguration::new([entry("a")]).unwrap();
        let asked = (evaluate::Trigger::Schedule, 0);
        let record = evaluate::evaluate(&run(), asked, (&configuration, "00"), [], &Default::default());
        let told = Told {
            notices: 0,
            looked: true,
            unconfirmed: Some(0),
            delivery_lost: Some(false),
            incomplete_packs: Some(0),
            unreadable_rules: Some(0),
            sources_silent: Some(0),
        };
        let all = [of_evaluation(&record, "f", 0), of_notices(told, "f", 0), lines(0)[0].clone()];
        let declared = all.iter().flat_map(|line| line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap());
        let mut names: Vec<&str> = declared.map(|metric| metric["Name"].as_str().unwrap()).collect();
        let mut expected = metric::SINGLE.to_vec();
        names.sort_unstable();
        expected.sort_unstable();
        assert_eq!(names, expected);
    }

    #[test]
    fn the_first_line_has_totals_and_score_to_the_thousandth() {
        let line = &lines(0)[0];
        assert_eq!((&line["CompliantEvaluations"], &line["NonCompliantEvaluations"]), (&json!(4), &json!(8)));
        assert_eq!(line["Score"].to_string(), "87.05");
        assert_eq!(line["ScoreChange"].to_string(), "-12.345");
        assert_eq!((&line["RecorderStopped"], &line["UnreadableResources"]), (&json!(1), &json!(3)));
    }

    #[test]
    fn finding_12_a_score_change_is_written_with_its_sign_and_to_the_thousandth() {
        for (change, expected) in [(-500, "-0.5"), (-1, "-0.001"), (0, "0.0"), (100_000, "100.0"), (-10_000, "-10.0")] {
            let measured = Aggregated {
                totals: Counts::default(),
                unreadable_resources: 0,
                score_millipoints: Some(0),
                score_change_millipoints: Some(change),
                recorder_stopped: None,
                severities: &[],
                rules: &[],
            };
            let line = &of_aggregation(&measured, "f", 0)[0];
            assert_eq!(line["ScoreChange"].to_string(), expected);
            assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["FunctionName"]]));
        }
    }

    #[test]
    fn finding_7_each_severity_has_one_metric_with_a_value_even_where_nothing_is_open() {
        let lines = lines(0);
        let open =
            |word: &str| lines.iter().find(|line| line["Severity"] == word).map(|line| line["OpenFindings"].clone());
        for (word, count) in SEVERITIES {
            assert_eq!(open(word), Some(json!(count)), "{word}");
        }
        assert_eq!(
            SEVERITIES.map(|(word, _)| word),
            compliance_types::severity::Severity::ALL.map(compliance_types::severity::Severity::word)
        );
    }

    #[test]
    fn what_was_not_counted_is_no_metric() {
        let line = of_notices(Told { notices: 2, ..Told::default() }, "f", 0);
        assert_eq!((line["Notices"].as_u64(), line.get("DeliveryLost"), line.get("Looks")), (Some(2), None, None));
        let line = of_notices(
            Told {
                notices: 0,
                looked: true,
                unconfirmed: Some(3),
                delivery_lost: Some(true),
                incomplete_packs: Some(2),
                unreadable_rules: Some(0),
                sources_silent: Some(4),
            },
            "f",
            0,
        );
        assert_eq!((line["UnconfirmedSubscriptions"].as_u64(), line["DeliveryLost"].as_u64()), (Some(3), Some(1)));
        assert_eq!((line["IncompletePacks"].as_u64(), line["Looks"].as_u64()), (Some(2), Some(1)));
        assert_eq!(line["UnreadableRules"].as_u64(), Some(0), "without a zero the alarm would not return to OK");
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap().len(), 7);
    }

    #[test]
    fn nothing_judged_is_no_score_and_nothing_known_of_the_recorder_is_no_metric() {
        let measured = Aggregated {
            totals: Counts::default(),
            unreadable_resources: 0,
            score_millipoints: None,
            score_change_millipoints: None,
            recorder_stopped: None,
            severities: &[],
            rules: &[],
        };
        let lines = of_aggregation(&measured, "f", 0);
        assert_eq!((lines.len(), lines[0].get("Score"), lines[0].get("RecorderStopped")), (1, None, None));
    }

    #[test]
    fn the_number_of_metrics_is_bound_whatever_the_number_of_rules() {
        assert_eq!(lines(0).len(), 1 + SEVERITIES.len());
        assert_eq!(lines(3).len(), 1 + SEVERITIES.len() + 3);
        let many = lines(1000);
        assert_eq!(many.len(), 1 + SEVERITIES.len() + RULES);
        let metrics = |line: &Value| line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().map_or(0, Vec::len);
        assert_eq!(many.iter().map(metrics).sum::<usize>(), 6 + SEVERITIES.len() + RULES);
        assert_eq!(
            (many[1 + SEVERITIES.len()]["Rule"].as_str(), many[1 + SEVERITIES.len()]["OpenFindings"].as_u64()),
            (Some("rule-0"), Some(2))
        );
    }
}
