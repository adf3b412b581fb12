//! Programs as data (`tests/inputs`): bad ones, each with the paths and reasons that it is told, and good ones at the edge
//! of what is taken.

use std::collections::BTreeSet;

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use proptest::prelude::*;
use pulumi_component::Error;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::PropertyError;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::support::answers;

#[derive(Deserialize)]
struct Bad {
    inputs: Json,
    /// Path, and a part of the reason.
    told: Vec<(String, String)>,
}

fn bad() -> Vec<Bad> {
    serde_json::from_str(include_str!("../inputs/bad.json")).expect("the bad programs are JSON")
}

fn good() -> Vec<Json> {
    serde_json::from_str(include_str!("../inputs/good.json")).expect("the good programs are JSON")
}

#[tokio::test]
async fn every_bad_program_is_told_all_of_it_and_registers_nothing() {
    let programs = bad();
    assert!(programs.len() >= 120, "{}", programs.len());
    let mut failures = Vec::new();
    for Bad { inputs: given, told } in programs {
        for monitor in [MockMonitor::preview(), MockMonitor::update()] {
            let monitor = answers(monitor);
            let outcome = construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given.clone())).await;
            let problems = match outcome {
                Err(Error::InvalidInputs(problems)) => problems,
                other => {
                    failures.push(format!("{given}: {:?}", other.map(|_| "it constructs")));
                    continue;
                }
            };
            let paths: BTreeSet<_> = problems.iter().map(PropertyError::place).collect();
            let fits = paths == told.iter().map(|(path, _)| path.clone()).collect::<BTreeSet<_>>()
                && told.iter().all(|(path, part)| {
                    problems.iter().any(|problem| problem.place() == *path && problem.reason.contains(part.as_str()))
                });
            if !fits {
                failures.push(format!("{given}: {problems:?}"));
            }
            assert!(monitor.recorded().registrations.is_empty(), "{given}");
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn every_good_program_deploys() {
    let programs = good();
    assert!(programs.len() >= 40, "{}", programs.len());
    for given in programs {
        let monitor = answers(MockMonitor::update());
        let outcome = construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given.clone())).await;
        assert!(outcome.is_ok(), "{given}: {:?}", outcome.err());
    }
}

/// Any JSON, with the names of real inputs among its own.
pub fn anything() -> impl Strategy<Value = Json> {
    let names = prop_oneof![
        prop::sample::select(
            &[
                "namePrefix",
                "tags",
                "kmsKeyArn",
                "reports",
                "retentionDays",
                "bucketName",
                "rules",
                "managed",
                "identifier",
                "parameters",
                "scope",
                "resourceTypes",
                "notifications",
                "emails",
                "aggregation",
                "accounts",
                "regions",
                "functions",
                "schedule",
                "logRetentionDays",
                "recorder",
                "mode",
                "dailyTypes",
                "lookup",
                "roleArn",
                "custom",
                "name",
                "guard",
                "policy",
                "function",
                "arn",
                "triggers",
                "frequency",
                "severity",
                "remediation",
                "frameworks",
                "id",
                "deployAs",
                "alarms",
                "silentHours",
                "history",
            ][..]
        )
        .prop_map(str::to_owned),
        ".{0,8}",
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<i32>().prop_map(Json::from),
        "(rate|cron)\\([0-9 ?*LW#/,A-Z-]{0,12}\\)".prop_map(Json::from),
        "arn:aws:[a-z]{2,4}:[a-z0-9-]{0,10}:[0-9]{10,13}:.{0,8}".prop_map(Json::from),
        ".{0,30}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(names.clone(), inner, 0..6)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_input_panics_or_registers_anything_after_an_error(
        given in prop::collection::btree_map(prop::sample::select(&[
            "namePrefix", "tags", "kmsKeyArn", "reports", "rules", "notifications", "aggregation", "functions", "recorder",
            "lookup", "dashboard", "frameworks", "other",
        ][..]), anything(), 0..4),
    ) {
        let given = Json::Object(given.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts");
        runtime.block_on(async {
            let monitor = answers(MockMonitor::preview());
            let outcome = construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await;
            match outcome {
                Ok(_) => {}
                Err(Error::InvalidInputs(problems)) => {
                    prop_assert!(!problems.is_empty());
                    prop_assert!(monitor.recorded().registrations.is_empty());
                }
                Err(error) => prop_assert!(!matches!(error, Error::Internal(_)), "{error}"),
            }
            Ok(())
        })?;
    }
}
