//! Waivers in runs of processing: what is not sent, what is sent when a waiver ends, and notices before that.

use functions_core::{configuration::MonitoringConfiguration, waiver::Waiver};
use serde_json::json;

use super::{
    fake::{Account, entry},
    tests::{BAD, GOOD},
};

const DAY: u64 = 24 * 60;

/// A waiver of rule `a` until the day that is so many days after the first run, which is on 4 March 2026.
fn waiver(days: u32) -> Waiver {
    Waiver {
        expires: format!("2026-03-{:02}", 4 + days),
        owner: "data-team".to_owned(),
        reason: "migration".to_owned(),
        rule: Some("a".to_owned()),
        ..Waiver::default()
    }
}

/// An account whose rules `a` and `b` have settled under these waivers.
async fn settled(waivers: Vec<Waiver>, results: &[(&str, &str)]) -> Account {
    let configuration = MonitoringConfiguration::new([entry("a"), entry("b")]).unwrap();
    let account = Account::with(configuration.with_waivers(waivers, 365));
    for rule in ["a", "b"] {
        account.judge(rule, results);
    }
    account.settle().await;
    account
}

fn told(account: &Account) -> Vec<String> {
    let messages = account.messages();
    let transitions = messages.iter().filter_map(|message| message["transitions"].as_array()).flatten();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    transitions
        .map(|each| format!("{} {} {}", text(&each["kind"]), text(&each["rule"]), text(&each["resourceId"])))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn waived_finding_is_neither_sent_nor_counted() {
    let account = settled(vec![waiver(20)], &[("x", BAD)]).await;
    assert_eq!(
        account.messages()[0]["openFindingsByRule"],
        json!({ "b": 1 }),
        "the summary counts the other rule alone"
    );
    for rule in ["a", "b"] {
        account.judge(rule, &[("x", GOOD), ("y", BAD)]);
    }
    account.look("run-1", 10).await;
    assert_eq!(told(&account), ["nonCompliant b y", "fixed b x"], "neither what is new nor what is fixed");
    assert_eq!(account.entries("findings/"), 4, "the ledger has them all");
}

#[tokio::test(start_paused = true)]
async fn finding_is_sent_when_its_waiver_has_ended_and_once() {
    let account = settled(vec![waiver(2)], &[("x", BAD)]).await;
    account.look("run-1", 2 * DAY).await;
    assert_eq!(told(&account), Vec::<String>::new(), "the last day");
    account.look("run-2", 3 * DAY).await;
    account.look("run-3", 3 * DAY + 10).await;
    assert_eq!(told(&account), ["nonCompliant a x"]);
    account.judge("a", &[("x", GOOD)]);
    account.look("run-4", 4 * DAY).await;
    assert_eq!(told(&account)[1..], ["fixed a x"]);
}

#[tokio::test(start_paused = true)]
async fn waiver_by_name_or_tag_matches_what_the_resource_is_known_by() {
    let by_tag = Waiver { tags: [("env".to_owned(), "dev".to_owned())].into(), rule: None, ..waiver(20) };
    let by_name = Waiver { resource: Some("legacy-*".to_owned()), rule: None, ..waiver(20) };
    let account = settled(vec![by_tag, by_name], &[("x", GOOD)]).await;
    {
        let mut state = account.state.lock().unwrap();
        state.details.insert("tagged".to_owned(), json!({ "tags": [{ "key": "env", "value": "dev" }] }));
        state.details.insert("named".to_owned(), json!({ "resourceName": "legacy-orders" }));
        state.details.insert(
            "other".to_owned(),
            json!({ "resourceName": "orders", "tags": [{ "key": "owner", "value": "shop" }] }),
        );
    }
    account.judge("a", &[("tagged", BAD), ("named", BAD), ("other", BAD), ("unknown", BAD)]);
    account.look("run-1", 10).await;
    assert_eq!(told(&account), ["nonCompliant a other", "nonCompliant a unknown"]);
    let first = &account.messages().pop().unwrap()["transitions"][0];
    assert_eq!((&first["owner"], &first["resourceName"]), (&json!("shop"), &json!("orders")));
    assert_eq!(first["annotation"], "because of other");
}

#[tokio::test(start_paused = true)]
async fn waiver_that_is_invalid_or_expired_covers_nothing() {
    let invalid = Waiver { owner: String::new(), ..waiver(20) };
    let expired = Waiver { expires: "2026-03-01".to_owned(), ..waiver(20) };
    let account = settled(vec![invalid, expired], &[("x", GOOD)]).await;
    account.judge("a", &[("x", BAD)]);
    account.look("run-1", 10).await;
    assert_eq!(told(&account), ["nonCompliant a x"]);
}

#[tokio::test(start_paused = true)]
async fn end_of_a_waiver_is_announced_once_14_and_once_3_days_before() {
    let account = settled(vec![waiver(20)], &[("x", BAD)]).await;
    let mut announced = Vec::new();
    for day in 1..=22 {
        for run in 0..2 {
            let before = account.kinds().len();
            account.look(&format!("run-{day}-{run}"), day * DAY + run * 60).await;
            announced.extend(account.kinds()[before..].iter().filter(|kind| *kind == "waiversEnd").map(|_| day));
        }
    }
    assert_eq!(announced, [6, 17]);
    let ends: Vec<_> = account.messages().into_iter().filter(|message| message["kind"] == "waiversEnd").collect();
    assert_eq!(
        (&ends[0]["waivers"][0]["owner"], &ends[0]["waivers"][0]["daysLeft"]),
        (&json!("data-team"), &json!(14))
    );
}
