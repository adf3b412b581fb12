//! Aggregation: what it asks the aggregator, how an answer reads, and where the last report lies.

use compliance_types::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{compliance::Compliance, record::SCHEMA_VERSION, run::Run};

/// The query. One row is one resource, with the verdict of each rule that judged it
/// (AWS Config Developer Guide, "Example queries"; resource type `AWS::Config::ResourceCompliance`).
pub const QUERY: &str = "SELECT accountId, awsRegion, configuration.targetResourceType, configuration.targetResourceId, \
     configuration.configRuleList WHERE resourceType = 'AWS::Config::ResourceCompliance'";

/// How many rows one call gives at most (AWS Config API Reference, `SelectAggregateResourceConfig`, `Limit`).
pub const ROWS_PER_CALL: i32 = 100;

/// How many sources one call tells of at most (AWS Config API Reference,
/// `DescribeConfigurationAggregatorSourcesStatus`, `Limit`).
pub const SOURCES_PER_CALL: i32 = 100;

/// A resource with its verdicts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Account id.
    pub account_id: String,
    /// Region.
    pub aws_region: String,
    /// The resource and what rules said of it.
    pub configuration: Target,
}

/// The resource of a row, and what rules said of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Type of the resource, such as `AWS::S3::Bucket`.
    pub target_resource_type: String,
    /// Id of the resource.
    pub target_resource_id: String,
    /// Each rule that judged it.
    pub config_rule_list: Vec<Verdict>,
}

/// What one rule said of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Name of the rule.
    pub config_rule_name: String,
    /// What it said.
    pub compliance_type: Compliance,
}

/// Reads one row, JSON text; `None` where it is something else, of which nothing counts.
#[must_use]
pub fn read_row(row: &str) -> Option<Row> {
    serde_json::from_str(row).ok()
}

/// Where the last whole report lies: what the next run compares itself with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Latest {
    /// [`SCHEMA_VERSION`] at the time of writing.
    pub schema_version: u32,
    /// Id of the run that wrote it.
    pub run_id: String,
    /// When that run was asked for.
    pub time: Timestamp,
    /// What the keys of its files begin with.
    pub prefix: String,
}

impl Latest {
    /// The report of `run`, under `prefix`.
    #[must_use]
    pub fn of(run: &Run, prefix: &str) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            run_id: run.id.clone(),
            time: run.time.clone(),
            prefix: prefix.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_is_a_resource_with_its_verdicts() {
        let text = json!({
            "accountId": "1", "awsRegion": "eu-central-1",
            "configuration": {
                "targetResourceType": "AWS::S3::Bucket", "targetResourceId": "b", "complianceType": "NON_COMPLIANT",
                "configRuleList": [{ "configRuleName": "a", "configRuleId": "x", "complianceType": "NON_COMPLIANT" }],
            },
        });
        let row = read_row(&text.to_string()).unwrap();
        assert_eq!((row.account_id.as_str(), row.aws_region.as_str()), ("1", "eu-central-1"));
        assert_eq!(row.configuration.target_resource_id, "b");
        assert_eq!(row.configuration.config_rule_list[0].compliance_type, Compliance::NonCompliant);
    }

    #[test]
    fn what_is_no_row_is_none() {
        let unknown = json!({ "accountId": "1", "awsRegion": "r", "configuration": {
            "targetResourceType": "t", "targetResourceId": "b",
            "configRuleList": [{ "configRuleName": "a", "complianceType": "PERHAPS" }] } });
        for text in ["", "{}", "[]", &unknown.to_string()] {
            assert_eq!(read_row(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_row_panics(row in ".*") {
            let _ = read_row(&row);
        }
    }
}
