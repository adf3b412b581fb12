//! Processing: the compliance of each rule of this deployment, as one record.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    compliance::{Compliance, Counts},
    configuration::MonitoringConfiguration,
    record::{RecordHeader, RecordKind},
    run::Run,
};

/// How many rule names one call of `DescribeComplianceByConfigRule` takes
/// (AWS Config API Reference, `DescribeComplianceByConfigRule`, `ConfigRuleNames`).
pub const RULES_PER_CALL: usize = 25;

/// One rule as AWS Config reports it (AWS Config API Reference, `ComplianceByConfigRule`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedRule {
    /// Its name.
    pub name: String,
    /// `Compliance.ComplianceType`, if there is one.
    pub compliance_type: Option<String>,
    /// `Compliance.ComplianceContributorCount`, if there is one.
    pub non_compliant_resources: Option<ResourceCount>,
}

/// How many resources a rule judged non-compliant. AWS Config stops counting at 25.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceCount {
    /// Resources counted, at most 25.
    pub count: u32,
    /// Whether there are more than counted.
    pub exceeded: bool,
}

/// What made processing run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Trigger {
    /// The schedule.
    Schedule,
    /// Compliance changes out of the queue.
    Queue,
    /// The deployment: right after it, and some times within the next two hours.
    Deployment,
    /// A person or a program.
    Manual,
}

/// The record of one run of processing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EvaluationRecord {
    /// Version, kind and run.
    #[serde(flatten)]
    pub header: RecordHeader,
    /// What made it run.
    pub trigger: Trigger,
    /// Compliance changes that made it run; zero unless `trigger` is the queue. Unit: messages.
    pub changes: usize,
    /// SHA-256 of the configuration document that named the rules.
    pub configuration_sha256: String,
    /// Counts over `rules`.
    pub totals: RuleTotals,
    /// Each rule of the configuration, sorted by name.
    pub rules: Vec<EvaluatedRule>,
}

/// Counts of rules by state. The states add up to `rules`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleTotals {
    /// All rules of the configuration.
    pub rules: u64,
    /// Rules by verdict.
    #[serde(flatten)]
    pub verdicts: Counts,
    /// Rules that the account does not have.
    pub missing: u64,
    /// Rules whose results could not be read; they are counted in their state, too. Absent where there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unreadable: u64,
}

/// One rule of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EvaluatedRule {
    /// Name of the rule.
    pub rule: String,
    /// Identifier of the managed rule.
    pub identifier: String,
    /// The verdict; absent where the account does not have the rule. A verdict that AWS Config does not give, or gives in
    /// a word this code does not know, is `INSUFFICIENT_DATA`.
    pub compliance: Option<Compliance>,
    /// How many resources do not comply, where AWS Config says so.
    pub non_compliant_resources: Option<ResourceCount>,
    /// Why its results could not be read; absent where they could.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
}

/// The record of a run over `reported`, which holds what AWS Config said of the rules of `configuration`.
/// `unreadable` has the rules whose results could not be read, each with the reason. What was reported of other rules is excluded;
/// of a rule that was reported twice, the later report counts.
#[must_use]
pub fn evaluate(
    run: &Run,
    (trigger, changes): (Trigger, usize),
    (configuration, configuration_sha256): (&MonitoringConfiguration, &str),
    reported: impl IntoIterator<Item = ReportedRule>,
    unreadable: &BTreeMap<String, String>,
) -> EvaluationRecord {
    let mut reported: BTreeMap<String, ReportedRule> =
        reported.into_iter().map(|rule| (rule.name.clone(), rule)).collect();
    let mut totals = RuleTotals::default();
    let mut rules = Vec::with_capacity(configuration.rules().len());
    for entry in configuration.rules() {
        let report = reported.remove(&entry.name);
        let compliance = report.as_ref().map(|report| verdict(report.compliance_type.as_deref()));
        totals.rules = totals.rules.saturating_add(1);
        match compliance {
            Some(compliance) => totals.verdicts.add(compliance),
            None => totals.missing = totals.missing.saturating_add(1),
        }
        let unreadable = unreadable.get(&entry.name).cloned();
        totals.unreadable = totals.unreadable.saturating_add(u64::from(unreadable.is_some()));
        rules.push(EvaluatedRule {
            rule: entry.name.clone(),
            identifier: entry.identifier.clone(),
            compliance,
            non_compliant_resources: report.and_then(|report| report.non_compliant_resources),
            unreadable,
        });
    }
    EvaluationRecord {
        header: RecordHeader::new(RecordKind::Evaluation, run),
        trigger,
        changes,
        configuration_sha256: configuration_sha256.to_owned(),
        totals,
        rules,
    }
}

const fn is_zero(count: &u64) -> bool {
    *count == 0
}

fn verdict(word: Option<&str>) -> Compliance {
    word.and_then(Compliance::from_word).unwrap_or(Compliance::InsufficientData)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{configuration::tests::entry, run::tests::run};

    fn reported(name: &str, word: Option<&str>) -> ReportedRule {
        ReportedRule {
            name: name.to_owned(),
            compliance_type: word.map(str::to_owned),
            non_compliant_resources: (word == Some("NON_COMPLIANT"))
                .then_some(ResourceCount { count: 25, exceeded: true }),
        }
    }

    fn record(names: &[&str], rules: Vec<ReportedRule>) -> EvaluationRecord {
        let configuration = MonitoringConfiguration::new(names.iter().map(|name| entry(name))).unwrap();
        evaluate(&run(), (Trigger::Schedule, 0), (&configuration, "00"), rules, &BTreeMap::new())
    }

    #[test]
    fn a_record_says_what_each_rule_says() {
        let record = record(
            &["a", "b", "c", "d"],
            vec![reported("b", Some("NON_COMPLIANT")), reported("a", Some("COMPLIANT")), reported("c", None)],
        );
        let value = serde_json::to_value(&record).unwrap();
        assert_eq!(
            value,
            json!({
                "schemaVersion": 1, "kind": "evaluation", "runId": "6f1f0c1e-0000-4000-8000-000000000001",
                "account": "123456789012", "region": "eu-central-1", "time": "2026-03-04T05:06:07Z",
                "trigger": "schedule", "changes": 0, "configurationSha256": "00",
                "totals": { "rules": 4, "compliant": 1, "nonCompliant": 1, "notApplicable": 0, "insufficientData": 1, "missing": 1 },
                "rules": [
                    { "rule": "a", "identifier": "ENCRYPTED_VOLUMES", "compliance": "COMPLIANT", "nonCompliantResources": null },
                    { "rule": "b", "identifier": "ENCRYPTED_VOLUMES", "compliance": "NON_COMPLIANT",
                      "nonCompliantResources": { "count": 25, "exceeded": true } },
                    { "rule": "c", "identifier": "ENCRYPTED_VOLUMES", "compliance": "INSUFFICIENT_DATA", "nonCompliantResources": null },
                    { "rule": "d", "identifier": "ENCRYPTED_VOLUMES", "compliance": null, "nonCompliantResources": null },
                ],
            })
        );
        assert_eq!(serde_json::from_value::<EvaluationRecord>(value).unwrap(), record);
    }

    #[test]
    fn a_rule_that_could_not_be_read_has_the_reason_and_is_counted() {
        let configuration = MonitoringConfiguration::new(["a", "b"].map(entry)).unwrap();
        let reported = [reported("a", Some("NON_COMPLIANT")), reported("b", Some("COMPLIANT"))];
        let unreadable = BTreeMap::from([("a".to_owned(), "refused".to_owned())]);
        let record = evaluate(&run(), (Trigger::Schedule, 0), (&configuration, "00"), reported, &unreadable);
        let value = serde_json::to_value(&record).unwrap();
        assert_eq!((&value["totals"]["unreadable"], &value["totals"]["nonCompliant"]), (&json!(1), &json!(1)));
        assert_eq!((&value["rules"][0]["unreadable"], value["rules"][1].get("unreadable")), (&json!("refused"), None));
        assert_eq!(serde_json::from_value::<EvaluationRecord>(value).unwrap(), record);
    }

    #[test]
    fn rules_of_others_are_left_out() {
        assert_eq!(record(&["a"], vec![reported("z", Some("COMPLIANT"))]).totals.missing, 1);
    }

    #[test]
    fn an_unknown_word_is_no_verdict() {
        assert_eq!(record(&["a"], vec![reported("a", Some("PERHAPS"))]).totals.verdicts.insufficient_data, 1);
    }

    proptest! {
        #[test]
        fn states_add_up_to_the_rules(
            names in proptest::collection::btree_set("[a-f]", 0..6),
            reports in proptest::collection::vec(("[a-h]", proptest::option::of("COMPLIANT|NON_COMPLIANT|NOT_APPLICABLE|INSUFFICIENT_DATA|.*")), 0..12),
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let record = record(&names, reports.iter().map(|(name, word)| reported(name, word.as_deref())).collect());
            prop_assert_eq!(record.totals.rules, names.len() as u64);
            prop_assert_eq!(record.rules.len(), names.len());
            prop_assert_eq!(record.totals.verdicts.total() + record.totals.missing, record.totals.rules);
        }
    }
}
