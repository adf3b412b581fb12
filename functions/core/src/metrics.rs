//! Metrics as log lines (Amazon CloudWatch User Guide, "Specification: Embedded metric format").
//!
//! CloudWatch Logs makes metrics of them, so a function needs no permission to put metrics and no further call.

use serde_json::{Value, json};

use crate::{aggregate::SnapshotRecord, contract::metric, evaluate::EvaluationRecord};

/// The log line of a run of processing. `unix_millis` is the time of the metrics; `function_name` the dimension.
#[must_use]
pub fn of_evaluation(record: &EvaluationRecord, function_name: &str, unix_millis: u64) -> Value {
    let verdicts = record.totals.verdicts;
    let values = [(metric::COMPLIANT_RULES, verdicts.compliant), (metric::NON_COMPLIANT_RULES, verdicts.non_compliant)];
    line(values, function_name, unix_millis)
}

/// The log line of a run of aggregation. `unix_millis` is the time of the metrics; `function_name` the dimension.
#[must_use]
pub fn of_snapshot(record: &SnapshotRecord, function_name: &str, unix_millis: u64) -> Value {
    let values = [
        (metric::COMPLIANT_EVALUATIONS, record.totals.compliant),
        (metric::NON_COMPLIANT_EVALUATIONS, record.totals.non_compliant),
    ];
    line(values, function_name, unix_millis)
}

fn line(values: [(&str, u64); 2], function_name: &str, unix_millis: u64) -> Value {
    let metrics = values.map(|(name, _)| json!({ "Name": name, "Unit": "Count" }));
    let directive = json!({ "Namespace": metric::NAMESPACE, "Dimensions": [[metric::DIMENSION]], "Metrics": metrics });
    let mut line = json!({ "_aws": { "Timestamp": unix_millis, "CloudWatchMetrics": [directive] } });
    if let Some(members) = line.as_object_mut() {
        members.insert(metric::DIMENSION.to_owned(), function_name.into());
        members.extend(values.map(|(name, value)| (name.to_owned(), value.into())));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{aggregate::Aggregation, run::tests::run};

    #[test]
    fn a_line_has_a_value_for_each_metric_and_dimension_it_declares() {
        let record = Aggregation::default().finish(&run(), "compliance-aggregator", None);
        let line = of_snapshot(&record, "compliance-aggregation", 1_772_600_767_000);
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(line["_aws"]["Timestamp"], 1_772_600_767_000_u64);
        assert_eq!(directive["Namespace"], metric::NAMESPACE);
        for metric in directive["Metrics"].as_array().unwrap() {
            assert!(line[metric["Name"].as_str().unwrap()].is_u64());
        }
        assert_eq!(line[directive["Dimensions"][0][0].as_str().unwrap()], "compliance-aggregation");
    }
}
