//! What an aggregator has of other accounts and regions, and how it answers. A test gives it results when it likes: an
//! aggregator is late.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{services::page_of, support::Answer};

/// By rule, and by type and id of the resource: the result.
pub type Results = BTreeMap<String, BTreeMap<(String, String), String>>;

/// An account and region.
#[derive(Debug, Clone)]
pub struct Source {
    /// Status of its last transfer.
    pub status: &'static str,
    /// In which minute that was; `None` where it never was.
    pub updated: Option<u64>,
    pub results: Results,
}

/// Sources by account and region.
pub type Sources = BTreeMap<(String, String), Source>;

/// The answer to an operation on the aggregator; `None` where it is another operation. `rows`: entries of a page.
pub fn answer(sources: &Sources, operation: &str, body: &Value, rows: usize) -> Option<Answer> {
    let (name, all) = match operation {
        "DescribeConfigurationAggregatorSourcesStatus" => ("AggregatedSourceStatusList", statuses(sources)),
        "DescribeAggregateComplianceByConfigRules" => ("AggregateComplianceByConfigRules", rules(sources, body)),
        "SelectAggregateResourceConfig" => ("Results", index(sources, body)),
        "GetAggregateComplianceDetailsByConfigRule" => match details(sources, body) {
            Some(found) => ("AggregateEvaluationResults", found),
            None => return Some((400, json!({ "__type": "ValidationException", "message": "no" }).to_string())),
        },
        _ => return None,
    };
    assert_eq!(body["ConfigurationAggregatorName"], "compliance-aggregator");
    let (page, token) = page_of(&all, body, rows);
    Some((200, json!({ name: page, "NextToken": token }).to_string()))
}

fn statuses(sources: &Sources) -> Vec<Value> {
    let status = |((account, region), source): (&(String, String), &Source)| {
        let mut status = json!({ "SourceId": account, "SourceType": "ACCOUNT", "AwsRegion": region,
                                 "LastUpdateStatus": source.status });
        if let Some(minutes) = source.updated {
            status["LastUpdateTime"] = json!(1_772_600_767 + minutes * 60);
        }
        status
    };
    sources.iter().map(status).collect()
}

fn has(results: &BTreeMap<(String, String), String>, wanted: &str) -> usize {
    results.values().filter(|result| *result == wanted).count()
}

fn rules(sources: &Sources, body: &Value) -> Vec<Value> {
    let filters = &body["Filters"];
    let mut found = Vec::new();
    for ((account, region), source) in sources {
        if filters["AccountId"] != **account || filters["AwsRegion"] != **region {
            continue;
        }
        for (rule, results) in &source.results {
            let (bad, good) = (has(results, "NON_COMPLIANT"), has(results, "COMPLIANT"));
            let compliance = match (bad, good) {
                (0, 0) => continue,
                (0, _) => json!({ "ComplianceType": "COMPLIANT" }),
                _ => json!({ "ComplianceType": "NON_COMPLIANT", "ComplianceContributorCount": {
                    "CappedCount": bad.min(25), "CapExceeded": bad > 25 } }),
            };
            found.push(
                json!({ "ConfigRuleName": rule, "AccountId": account, "AwsRegion": region, "Compliance": compliance }),
            );
        }
    }
    found
}

/// Rows of open findings of the account and region that the query names; of other queries, none.
fn index(sources: &Sources, body: &Value) -> Vec<Value> {
    let query = body["Expression"].as_str().unwrap();
    let mut resources: BTreeMap<&(String, String), Vec<Value>> = BTreeMap::new();
    for ((account, region), source) in sources {
        if !query.ends_with(&format!("AND accountId = '{account}' AND awsRegion = '{region}'")) {
            continue;
        }
        for (rule, results) in &source.results {
            for (key, result) in results {
                resources.entry(key).or_default().push(json!({ "configRuleName": rule, "complianceType": result }));
            }
        }
    }
    resources.retain(|_, rules| rules.iter().any(|rule| rule["complianceType"] == "NON_COMPLIANT"));
    let row = |((kind, id), rules): (&(String, String), Vec<Value>)| {
        let row =
            json!({ "configuration": { "targetResourceType": kind, "targetResourceId": id, "configRuleList": rules } });
        Value::from(row.to_string())
    };
    resources.into_iter().map(row).collect()
}

/// Results of a rule of an account and region; `None` where the aggregator has no such rule.
fn details(sources: &Sources, body: &Value) -> Option<Vec<Value>> {
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    let (account, region, rule) = (text("AccountId"), text("AwsRegion"), text("ConfigRuleName"));
    let source = sources.get(&(account.clone(), region.clone()))?;
    let wanted = text("ComplianceType");
    let results = source.results.get(&rule)?.iter().filter(|(_, result)| **result == wanted);
    let result = |((kind, id), result): (&(String, String), &String)| {
        json!({
            "AccountId": account, "AwsRegion": region, "ComplianceType": result, "ResultRecordedTime": 1_772_600_000.0,
            "Annotation": format!("because of {id}"),
            "EvaluationResultIdentifier": { "EvaluationResultQualifier": {
                "ConfigRuleName": rule, "ResourceType": kind, "ResourceId": id } },
        })
    };
    Some(results.map(result).collect())
}
