//! The other regions of a deployment: read there, told apart, and asked for by each run of the function's own region.

use std::collections::BTreeSet;

use compliance_types::choices::DigestPeriod;
use functions_core::configuration::{MonitoringConfiguration, Notices, PackEntry, RegionEntry};
use serde_json::{Value, json};

use super::{
    BAD, GOOD,
    account::{Account, Fault, entry},
};
use crate::tests::support::{Request, batch, change_event};

const THERE: &str = "us-east-1";

/// An account that watches `a` and `b`, of which `THERE` has `a` alone.
fn account() -> Account {
    let without: BTreeSet<String> = ["b".to_owned()].into();
    let document = MonitoringConfiguration::new([entry("a"), entry("b")]).unwrap();
    Account::with(document.with_regions([(THERE.to_owned(), RegionEntry { without, ..RegionEntry::default() })].into()))
}

fn ask() -> Value {
    json!({ "trigger": "region", "region": THERE, "of": "schedule", "number": 0 })
}

/// The regions that requests to AWS Config were signed for, of those after the first `skipped`.
fn asked(account: &Account, skipped: usize) -> BTreeSet<String> {
    let requests = account.requests().into_iter().skip(skipped);
    let of_config =
        requests.filter(|one| one.headers.get("x-amz-target").is_some_and(|at| at.starts_with("StarlingDove")));
    of_config.filter_map(|one| Some(one.headers.get("authorization")?.split('/').nth(2)?.to_owned())).collect()
}

fn change_there(region: &str, id: &str) -> Value {
    let mut event: Value = serde_json::from_str(&change_event(id).to_string()).unwrap();
    event["detail"]["awsRegion"] = json!(region);
    batch(&[("m", event.to_string())])
}

async fn settled() -> Account {
    let account = account();
    account.judge("a", &[("x", GOOD)]);
    account.settle().await;
    for run in ["run-1", "run-2"] {
        account.run(&ask(), run, 1).await.unwrap();
    }
    account.state.lock().unwrap().published.clear();
    account
}

#[tokio::test(start_paused = true)]
async fn a_run_asks_for_a_run_of_each_other_region() {
    let account = account();
    account.look("run-1", 0).await;
    let invoked = account.state.lock().unwrap().invoked.clone();
    assert_eq!(invoked.iter().map(|body| serde_json::from_str(body).unwrap()).collect::<Vec<Value>>(), [ask()]);
    assert_eq!(asked(&account, 0), BTreeSet::from(["eu-central-1".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_run_of_another_region_reads_its_rules_there_and_leads_to_no_report() {
    let account = settled().await;
    account.judge("a", &[("x", BAD)]);
    let before = account.requests().len();
    let answer = account.run(&ask(), "run-3", 2).await.unwrap();
    assert!(answer.get("record").is_none());
    assert_eq!((&answer["region"], &answer["totals"]["rules"]), (&json!(THERE), &json!(1)));
    assert_eq!(asked(&account, before), BTreeSet::from([THERE.to_owned()]));
    let [notice] = &account.messages()[..] else { panic!("one notice") };
    assert_eq!((&notice["region"], &notice["transitions"][0]["resourceId"]), (&json!(THERE), &json!("x")));
    let starts = |link: &Value, region: &str| link.as_str().unwrap().starts_with(&format!("https://{region}.console"));
    assert!(starts(&notice["transitions"][0]["console"], THERE));
    assert!(starts(&notice["report"], "eu-central-1"), "the bucket is at home");
    assert!(starts(&notice["transitions"][0]["runbook"], "eu-central-1"), "the bucket is at home");
}

#[tokio::test(start_paused = true)]
async fn a_run_of_another_region_counts_its_incomplete_packs() {
    let pack = PackEntry { name: "compliance-pack".to_owned(), rules: vec![entry("in-pack")] };
    let document = MonitoringConfiguration::new([entry("a")]).unwrap().with_packs([pack]).unwrap();
    let account = Account::with(document.with_regions([(THERE.to_owned(), RegionEntry::default())].into()));
    account.judge("a", &[("x", GOOD)]);
    let answer = account.run(&ask(), "run-1", 1).await.unwrap();
    assert_eq!(answer["incompletePacks"], json!(1));
}

/// A daily digest over `THERE`, where a finding is held for it.
async fn held() -> Account {
    let daily = Notices { digest: DigestPeriod::Daily, ..Notices::default() };
    let document = MonitoringConfiguration::new([entry("a")]).unwrap().with_notices(daily);
    let account = Account::with(document.clone().with_regions([(THERE.to_owned(), RegionEntry::default())].into()));
    account.judge("a", &[("x", GOOD)]);
    account.settle().await;
    for (run, minute) in [("run-1", 1), ("run-2", 1)] {
        account.run(&ask(), run, minute).await.unwrap();
    }
    // The first digest is made at once, and the next one a day later.
    for (run, bad) in [("run-3", &[("x", BAD)][..]), ("run-4", &[("x", BAD), ("y", BAD)])] {
        account.judge("a", bad);
        account.run(&ask(), run, 3).await.unwrap();
    }
    account.look("run-5", 3).await;
    account.state.lock().unwrap().published.clear();
    account.configured(document)
}

#[tokio::test(start_paused = true)]
async fn what_a_removed_region_left_for_the_digest_is_sent_once() {
    let account = held().await;
    account.look("run-6", 4).await;
    let there = |account: &Account| account.messages().iter().filter(|notice| notice["region"] == THERE).count();
    assert_eq!(there(&account), 1, "{:?}", account.messages());
    account.look("run-7", 5).await;
    account.look("run-8", 6).await;
    assert_eq!(there(&account), 1);
    let table = account.state.lock().unwrap().table.keys().map(|key| format!("{key:?}")).collect::<Vec<_>>();
    assert!(!table.iter().any(|key| key.contains("held/") && key.contains(THERE)), "{table:?}");
}

#[tokio::test(start_paused = true)]
async fn a_change_of_another_region_is_read_there_and_told() {
    let account = settled().await;
    account.judge("a", &[("x", BAD)]);
    let before = account.requests().len();
    let answer = account.run(&change_there(THERE, "x"), "run-3", 2).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(asked(&account, before), BTreeSet::from([THERE.to_owned()]));
    assert_eq!(account.told(), ["nonCompliant x"]);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_a_region_that_was_removed_is_dropped() {
    let account = settled().await;
    let answer = account.run(&change_there("ap-south-1", "x"), "run-3", 2).await.unwrap();
    assert_eq!(answer["batchItemFailures"], json!([]));
    assert_eq!(account.told(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_region_that_does_not_answer_keeps_no_change_of_home_waiting() {
    let account = settled().await;
    account.judge("a", &[("y", BAD)]);
    let is_there =
        |one: &Request| one.headers.get("authorization").is_some_and(|at| at.split('/').nth(2) == Some(THERE));
    account.fail(move |_, request| is_there(request).then_some(Fault::Refused("AccessDeniedException")));
    let mut there: Value = serde_json::from_str(&change_event("x").to_string()).unwrap();
    there["detail"]["awsRegion"] = json!(THERE);
    let messages = batch(&[("there", there.to_string()), ("home", change_event("y").to_string())]);
    let answer = account.run(&messages, "run-3", 2).await.unwrap();
    assert_eq!(answer["batchItemFailures"], json!([{ "itemIdentifier": "there" }]));
    assert_eq!(account.told(), ["nonCompliant y"]);
}

#[tokio::test(start_paused = true)]
async fn findings_of_two_regions_do_not_close_one_another() {
    let account = settled().await;
    account.judge("a", &[("x", BAD)]);
    account.look("run-3", 2).await;
    account.run(&ask(), "run-4", 2).await.unwrap();
    account.look("run-5", 3).await;
    account.run(&ask(), "run-6", 3).await.unwrap();
    assert_eq!(account.told(), ["nonCompliant x", "nonCompliant x"]);
}
