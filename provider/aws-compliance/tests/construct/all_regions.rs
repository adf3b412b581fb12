//! `regions: all`: the account says which regions are monitored.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use pulumi_component::Error;
use pulumi_component::testing::{MockMonitor, construct_with, inputs, value};
use serde_json::{Value as Json, json};

use crate::support::answers;

const GET_REGIONS: &str = "aws:index/getRegions:getRegions";

fn account_with(regions: &[&str]) -> Arc<MockMonitor> {
    answers(MockMonitor::preview().result(GET_REGIONS, "names", value(json!(regions))))
}

async fn asked(monitor: &Arc<MockMonitor>, given: Json) -> Result<(), Vec<String>> {
    match construct_with::<ComplianceMonitoring>(monitor, "audit", inputs(given)).await {
        Ok(_) => Ok(()),
        Err(Error::InvalidInputs(found)) => {
            Err(found.into_iter().map(|one| format!("{}: {}", one.place(), one.reason)).collect())
        }
        Err(other) => panic!("{other:?}"),
    }
}

/// The regions that children name, and how many times the account was asked.
fn seen(monitor: &MockMonitor) -> (BTreeSet<String>, usize) {
    let recorded = monitor.recorded();
    let named = recorded.registrations.iter().filter_map(|(_, child)| child.inputs.get("region")?.as_str());
    let asked = recorded.invocations.iter().filter(|one| one.token == GET_REGIONS).count();
    (named.map(str::to_owned).collect(), asked)
}

#[tokio::test]
async fn all_are_the_enabled_regions_of_the_account_and_home_once() {
    let monitor = account_with(&["us-east-1", "eu-west-1", "ap-south-1"]);
    asked(&monitor, json!({ "regions": "all" })).await.expect("it constructs");
    assert_eq!(seen(&monitor), (["us-east-1", "ap-south-1"].map(str::to_owned).into(), 1));
}

#[tokio::test]
async fn all_and_the_same_regions_listed_are_the_same_children() {
    let codes = ["ap-south-1", "eu-west-1", "us-east-1"];
    let (all, listed) = (account_with(&codes), account_with(&codes));
    asked(&all, json!({ "regions": "all" })).await.expect("it constructs");
    asked(&listed, json!({ "regions": codes })).await.expect("it constructs");
    let children = |monitor: &MockMonitor| {
        let recorded = monitor.recorded().registrations;
        let custom = recorded.into_iter().filter(|(_, child)| child.custom);
        custom.map(|(urn, child)| (urn.to_string(), format!("{:?}", child.inputs))).collect::<Vec<_>>()
    };
    assert_eq!(children(&all), children(&listed));
    // Who lists the regions need not be allowed to ask.
    assert_eq!(seen(&listed).1, 0);
}

#[tokio::test]
async fn an_account_that_does_not_say_its_regions_is_refused() {
    let denied = answers(MockMonitor::preview().refuse(GET_REGIONS, "UnauthorizedOperation: not allowed"));
    let found = asked(&denied, json!({ "regions": "all" })).await.expect_err("it is refused");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("regions: ") && found[0].contains("ec2:DescribeRegions"), "{found:?}");
    let empty = account_with(&[]);
    let found = asked(&empty, json!({ "regions": "all" })).await.expect_err("it is refused");
    assert!(found[0].contains("no names of regions"), "{found:?}");
    assert!(seen(&empty).0.is_empty(), "children were registered");
}

#[tokio::test]
async fn a_preview_that_cannot_ask_shows_home_and_says_so() {
    let unknown = answers(MockMonitor::preview().unknown(GET_REGIONS));
    asked(&unknown, json!({ "regions": "all" })).await.expect("it constructs");
    assert!(seen(&unknown).0.is_empty());
    let messages: Vec<_> = unknown.recorded().log.into_iter().map(|entry| entry.message).collect();
    assert!(messages.iter().any(|message| message.contains("the region of the provider alone")), "{messages:?}");
}

#[tokio::test]
async fn another_word_is_refused_with_the_nearest() {
    for (word, nearest) in [("All", "`all`"), ("eu-west-1", "`[eu-west-1]`")] {
        let found = asked(&account_with(&["eu-west-1"]), json!({ "regions": word })).await.expect_err("it is refused");
        assert!(found[0].starts_with("regions: ") && found[0].contains(nearest), "{found:?}");
    }
}

#[tokio::test]
async fn a_problem_of_a_region_that_is_not_listed_names_it() {
    let given = json!({
        "regions": "all",
        "recorder": { "mode": "create", "strategy": "only", "resourceTypes": ["AWS::IAM::User"] },
    });
    let found = asked(&account_with(&["eu-west-1", "us-east-1"]), given).await.expect_err("it is refused");
    assert!(found.iter().any(|one| one.starts_with("regions: ") && one.contains("us-east-1")), "{found:?}");
}
