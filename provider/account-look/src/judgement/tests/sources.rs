//! What the aggregator lists and does not receive.

use super::*;

fn failed(account: &str, region: &str) -> FailedSource {
    FailedSource { account: account.into(), region: region.into(), reason: Some("NotAuthorized".into()) }
}

#[test]
fn listed_source_from_which_nothing_arrives_is_named_with_what_to_deploy_there() {
    let planned = |index: usize, account: &str, regions: &[&str]| PlannedSource {
        path: PropertyPath::from(["aggregation", "accounts"]).index(index),
        account: account.into(),
        regions: regions.iter().map(|region| (*region).to_owned()).collect(),
    };
    let sources = vec![
        planned(1, "444455556666", &["eu-west-1", "us-east-1"]),
        planned(2, "777788889999", &["eu-west-1", "us-east-1"]),
    ];
    let request = LookRequest { sources, ..request() };
    let failed_sources = Some(vec![
        failed("444455556666", "eu-west-1"),
        failed("444455556666", "us-east-1"),
        // No longer listed: the next deployment ends it.
        failed("444455556666", "eu-north-1"),
        failed("222233334444", "eu-west-1"),
    ]);
    let look = Look { failed_sources, ..good() };
    expect(
        &look,
        &request,
        "Warning aggregation.accounts[1]: nothing arrives from account 444455556666 in eu-west-1 and us-east-1 (NotAuthorized)",
        &["`AggregationSource` with aggregatorAccountId 111122223333 and aggregatorRegion eu-west-1"],
    );
    assert!(told(&good(), &request)[0].starts_with("Status"), "nothing is known of an aggregator that does not exist");
}
