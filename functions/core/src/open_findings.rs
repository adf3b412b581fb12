//! Open findings as the index of AWS Config returns them: which resources do not comply, and with which rules.
//!
//! One query returns the open findings of all rules, so that a run costs pages of findings and not of resources. The index
//! follows the evaluation results with a delay (AWS Config Developer Guide, "Querying the Current Configuration State of AWS
//! Resources"), and it exists only where the recorder records `AWS::Config::ResourceCompliance`. So it says where to look:
//! every change is confirmed by a read of the resource or of the rule.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::resource::Resource;
use serde::{Deserialize, Serialize};

use crate::{aggregate::Target, compliance::Compliance, evaluate::ResourceCount, run::Origin};

/// The query. A resource is in its answer where at least one rule found it non-compliant.
pub const QUERY: &str = "SELECT configuration.targetResourceType, configuration.targetResourceId, configuration.configRuleList \
     WHERE resourceType = 'AWS::Config::ResourceCompliance' AND configuration.complianceType = 'NON_COMPLIANT'";

/// The same query through an aggregator, of one account and region.
#[must_use]
pub fn query_of(origin: &Origin) -> String {
    format!("{QUERY} AND accountId = '{}' AND awsRegion = '{}'", origin.account, origin.region)
}

/// How many rows one call returns at most (AWS Config API Reference, `SelectResourceConfig`, `Limit`).
pub const ROWS_PER_CALL: i32 = 100;

/// Results on one page of `GetComplianceDetailsByConfigRule`.
pub const RESULTS_PER_PAGE: usize = 100;

/// Resources that do not comply, by rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpenFindings(BTreeMap<String, BTreeSet<Resource>>);

#[derive(Deserialize)]
struct Row {
    configuration: Target,
}

impl OpenFindings {
    /// Adds a row, JSON text. `false` where it is in another form.
    pub fn add(&mut self, row: &str) -> bool {
        let Ok(Row { configuration }) = serde_json::from_str::<Row>(row) else { return false };
        let resource = Resource {
            resource_type: configuration.target_resource_type,
            resource_id: configuration.target_resource_id,
        };
        for result in configuration.config_rule_list {
            if result.compliance_type == Compliance::NonCompliant {
                self.0.entry(result.config_rule_name).or_default().insert(resource.clone());
            }
        }
        true
    }

    /// Resources that do not comply with a rule.
    pub fn of_rule(&self, rule: &str) -> impl Iterator<Item = &Resource> {
        self.0.get(rule).into_iter().flatten()
    }

    /// How many resources do not comply with a rule.
    #[must_use]
    pub fn count(&self, rule: &str) -> usize {
        self.0.get(rule).map_or(0, BTreeSet::len)
    }

    /// Whether the index has every finding of a rule that AWS Config counts, as far as it counts them.
    #[must_use]
    pub fn is_complete(&self, rule: &str, counted: Option<ResourceCount>) -> bool {
        let found = self.count(rule);
        match counted {
            Some(counted) => u64::try_from(found).unwrap_or(u64::MAX) >= u64::from(counted.count),
            None => found > 0,
        }
    }
}

/// How to confirm the findings of a rule that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// Nothing changed.
    None,
    /// Each resource alone: fewer requests than the pages of the rule.
    EachResource,
    /// All non-compliant resources of the rule, page by page.
    WholeRule,
}

/// How to confirm `changed` findings of a rule with `open` non-compliant resources; `complete` says whether the index has all
/// of them.
#[must_use]
pub const fn confirmation(changed: usize, open: usize, complete: bool) -> Confirmation {
    match (complete, changed) {
        (false, _) => Confirmation::WholeRule,
        (true, 0) => Confirmation::None,
        (true, changed) if changed <= open.div_ceil(RESULTS_PER_PAGE) => Confirmation::EachResource,
        (true, _) => Confirmation::WholeRule,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(id: &str, rules: &[(&str, &str)]) -> String {
        let rules: Vec<_> = rules
            .iter()
            .map(|(name, result)| json!({ "configRuleName": name, "configRuleId": "x", "complianceType": result }))
            .collect();
        json!({ "configuration": {
            "targetResourceType": "AWS::S3::Bucket", "targetResourceId": id, "configRuleList": rules } })
        .to_string()
    }

    #[test]
    fn row_with_several_rules_adds_its_non_compliant_ones() {
        let mut open = OpenFindings::default();
        assert!(open.add(&row("b", &[("a", "NON_COMPLIANT"), ("c", "COMPLIANT"), ("d", "NON_COMPLIANT")])));
        assert!(open.add(&row("b", &[("a", "NON_COMPLIANT")])), "a row that comes twice counts once");
        assert_eq!((open.count("a"), open.count("c"), open.count("d")), (1, 0, 1));
        assert_eq!(open.of_rule("a").next().map(|resource| resource.resource_id.as_str()), Some("b"));
    }

    #[test]
    fn row_of_another_form_is_refused() {
        let mut open = OpenFindings::default();
        for other in ["", "{}", "[]", r#"{"configuration":{"targetResourceType":"t"}}"#] {
            assert!(!open.add(other), "{other}");
        }
        assert_eq!(open, OpenFindings::default());
    }

    #[test]
    fn findings_are_complete_where_the_index_has_what_is_counted() {
        let mut open = OpenFindings::default();
        for id in 0..25 {
            open.add(&row(&id.to_string(), &[("a", "NON_COMPLIANT")]));
        }
        let counted = |count, exceeded| Some(ResourceCount { count, exceeded });
        assert!(open.is_complete("a", counted(25, true)) && open.is_complete("a", counted(3, false)));
        assert!(!open.is_complete("b", counted(1, false)), "the index is late, or records nothing");
        assert!(open.is_complete("a", None) && !open.is_complete("b", None));
    }

    #[test]
    fn confirmation_takes_the_way_with_fewer_requests() {
        for (changed, open, complete, expected) in [
            (0, 5_000, true, Confirmation::None),
            (1, 5, true, Confirmation::EachResource),
            (2, 5, true, Confirmation::WholeRule),
            (2, 101, true, Confirmation::EachResource),
            (0, 0, false, Confirmation::WholeRule),
        ] {
            assert_eq!(confirmation(changed, open, complete), expected, "{changed} of {open}");
        }
    }

    #[test]
    fn query_through_an_aggregator_is_of_one_account_and_region() {
        let origin = Origin { account: "111122223333".to_owned(), region: "eu-west-1".to_owned() };
        let expected = format!("{QUERY} AND accountId = '111122223333' AND awsRegion = 'eu-west-1'");
        assert_eq!(query_of(&origin), expected);
    }

    #[test]
    fn findings_read_back() {
        let mut open = OpenFindings::default();
        open.add(&row("b", &[("a", "NON_COMPLIANT")]));
        let text = serde_json::to_string(&open).unwrap();
        assert_eq!(serde_json::from_str::<OpenFindings>(&text).unwrap(), open);
    }
}
