//! Aggregation: the verdicts of every account and region that the aggregator sees, as one snapshot.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    compliance::{Compliance, Counts},
    record::{RecordHeader, RecordKind},
    run::Run,
};

/// The query. One row is one resource, with the verdict of each rule that judged it
/// (AWS Config Developer Guide, "Example queries"; resource type `AWS::Config::ResourceCompliance`).
pub const QUERY: &str = "SELECT accountId, awsRegion, configuration.targetResourceType, configuration.targetResourceId, \
     configuration.configRuleList WHERE resourceType = 'AWS::Config::ResourceCompliance'";

/// How many rows one call gives at most (AWS Config API Reference, `SelectAggregateResourceConfig`, `Limit`).
pub const ROWS_PER_CALL: i32 = 100;

/// Verdicts as they are read, row by row. Holds one count for each account, region and rule, not the rows.
#[derive(Debug, Default)]
pub struct Aggregation {
    rows: u64,
    unreadable_rows: u64,
    cells: BTreeMap<(String, String, String), Counts>,
}

impl Aggregation {
    /// Counts the verdicts of one row, JSON text. A row that does not read is counted as such, and nothing else of it.
    pub fn add_row(&mut self, row: &str) {
        self.rows = self.rows.saturating_add(1);
        let Ok(row) = serde_json::from_str::<Row>(row) else {
            self.unreadable_rows = self.unreadable_rows.saturating_add(1);
            return;
        };
        for rule in row.configuration.config_rule_list {
            let cell = (row.account_id.clone(), row.aws_region.clone(), rule.config_rule_name);
            self.cells.entry(cell).or_default().add(rule.compliance_type);
        }
    }

    /// The snapshot of all rows added. `processing_record` is the key of the record of the run of processing that asked
    /// for it, if one did.
    #[must_use]
    pub fn finish(self, run: &Run, aggregator: &str, processing_record: Option<&str>) -> SnapshotRecord {
        let mut totals = Counts::default();
        let (mut accounts, mut regions, mut rules) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut cells = Vec::with_capacity(self.cells.len());
        for ((account, region, rule), counts) in self.cells {
            totals += counts;
            *accounts.entry(account.clone()).or_default() += counts;
            *regions.entry(region.clone()).or_default() += counts;
            *rules.entry(rule.clone()).or_default() += counts;
            cells.push(Cell { account, region, rule, counts });
        }
        SnapshotRecord {
            header: RecordHeader::new(RecordKind::Snapshot, run),
            aggregator: aggregator.to_owned(),
            processing_record: processing_record.map(str::to_owned),
            resources: self.rows,
            unreadable_resources: self.unreadable_rows,
            totals,
            accounts,
            regions,
            rules,
            cells,
        }
    }
}

/// The record of one run of aggregation. A count is of verdicts: one rule on one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotRecord {
    /// Version, kind and run.
    #[serde(flatten)]
    pub header: RecordHeader,
    /// Name of the aggregator.
    pub aggregator: String,
    /// Key of the record of the run of processing that asked for the snapshot, if one did.
    pub processing_record: Option<String>,
    /// Rows that the aggregator gave, one a resource.
    pub resources: u64,
    /// Rows among them that do not read, and count nowhere else.
    pub unreadable_resources: u64,
    /// All verdicts.
    pub totals: Counts,
    /// Account id: its verdicts.
    pub accounts: BTreeMap<String, Counts>,
    /// Region: its verdicts.
    pub regions: BTreeMap<String, Counts>,
    /// Name of the rule: its verdicts, over all accounts and regions.
    pub rules: BTreeMap<String, Counts>,
    /// The verdicts of each rule in each account and region, sorted by these.
    pub cells: Vec<Cell>,
}

/// The verdicts of one rule in one account and region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// Account id.
    pub account: String,
    /// Region.
    pub region: String,
    /// Name of the rule.
    pub rule: String,
    /// Its verdicts.
    #[serde(flatten)]
    pub counts: Counts,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    account_id: String,
    aws_region: String,
    configuration: RowConfiguration,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RowConfiguration {
    config_rule_list: Vec<RowRule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RowRule {
    config_rule_name: String,
    compliance_type: Compliance,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::run::tests::run;

    fn row(account: &str, region: &str, rules: &[(&str, &str)]) -> String {
        let list: Vec<_> =
            rules.iter().map(|(name, word)| json!({ "configRuleName": name, "complianceType": word })).collect();
        json!({
            "accountId": account, "awsRegion": region,
            "configuration": { "targetResourceType": "AWS::S3::Bucket", "targetResourceId": "b", "configRuleList": list },
        })
        .to_string()
    }

    fn snapshot(rows: &[String]) -> SnapshotRecord {
        let mut aggregation = Aggregation::default();
        rows.iter().for_each(|row| aggregation.add_row(row));
        aggregation.finish(&run(), "compliance-aggregator", Some("reports/processing/x.json"))
    }

    #[test]
    fn a_snapshot_counts_by_account_region_and_rule() {
        let snapshot = snapshot(&[
            row("1", "eu-central-1", &[("r", "COMPLIANT"), ("s", "NON_COMPLIANT")]),
            row("1", "us-east-1", &[("r", "INSUFFICIENT_DATA")]),
            row("2", "us-east-1", &[("r", "NON_COMPLIANT")]),
        ]);
        let counts = |compliant, non_compliant, insufficient_data| Counts {
            compliant,
            non_compliant,
            not_applicable: 0,
            insufficient_data,
        };
        assert_eq!(snapshot.totals, counts(1, 2, 1));
        assert_eq!(snapshot.accounts["1"], counts(1, 1, 1));
        assert_eq!(snapshot.regions["us-east-1"], counts(0, 1, 1));
        assert_eq!(snapshot.rules["r"], counts(1, 1, 1));
        assert_eq!((snapshot.resources, snapshot.unreadable_resources, snapshot.cells.len()), (3, 0, 4));
        let value = serde_json::to_value(&snapshot).unwrap();
        assert_eq!(value["cells"][0]["nonCompliant"], 0);
        assert_eq!(value["kind"], "snapshot");
        assert_eq!(serde_json::from_value::<SnapshotRecord>(value).unwrap(), snapshot);
    }

    #[test]
    fn a_row_that_does_not_read_is_counted_as_such_alone() {
        let snapshot = snapshot(&["{}".to_owned(), row("1", "r", &[("a", "COMPLIANT"), ("b", "PERHAPS")])]);
        assert_eq!((snapshot.resources, snapshot.unreadable_resources), (2, 2));
        assert_eq!(snapshot.totals, Counts::default());
    }

    #[test]
    fn nothing_to_see_is_an_empty_snapshot() {
        let snapshot = snapshot(&[]);
        assert_eq!((snapshot.resources, snapshot.totals.total(), snapshot.cells.len()), (0, 0, 0));
    }

    proptest! {
        #[test]
        fn every_breakdown_adds_up_to_the_totals(
            rows in proptest::collection::vec(
                ("[12]", "[ab]", proptest::collection::vec(("[r-u]", "COMPLIANT|NON_COMPLIANT|NOT_APPLICABLE|INSUFFICIENT_DATA"), 0..5)),
                0..30,
            ),
        ) {
            let mut verdicts = 0;
            let texts: Vec<String> = rows.iter().map(|(account, region, rules)| {
                verdicts += rules.len() as u64;
                let rules: Vec<(&str, &str)> = rules.iter().map(|(rule, word)| (rule.as_str(), word.as_str())).collect();
                row(account, region, &rules)
            }).collect();
            let snapshot = snapshot(&texts);
            let sum = |counts: Vec<Counts>| counts.into_iter().fold(Counts::default(), |mut sum, counts| { sum += counts; sum });
            prop_assert_eq!(snapshot.totals.total(), verdicts);
            prop_assert_eq!(sum(snapshot.accounts.values().copied().collect()), snapshot.totals);
            prop_assert_eq!(sum(snapshot.regions.values().copied().collect()), snapshot.totals);
            prop_assert_eq!(sum(snapshot.rules.values().copied().collect()), snapshot.totals);
            prop_assert_eq!(sum(snapshot.cells.iter().map(|cell| cell.counts).collect()), snapshot.totals);
        }

        #[test]
        fn no_row_panics(row in ".*") {
            Aggregation::default().add_row(&row);
        }
    }
}
