//! Waivers in runs of processing: what is not sent, what is sent when a waiver ends, and notices before that.

use compliance_types::choices::DigestPeriod;
use functions_core::{
    configuration::{MonitoringConfiguration, Notices},
    waiver::Waiver,
};
use serde_json::json;

use super::{
    BAD, GOOD,
    account::{Account, Fault, entry},
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
async fn end_of_a_waiver_has_an_id_of_its_own_and_says_so() {
    let account = settled(vec![], &[("x", GOOD)]).await;
    account.judge("a", &[("x", BAD)]);
    account.look("run-1", 10).await;
    let first = account.messages().pop().unwrap();
    let waived = MonitoringConfiguration::new([entry("a"), entry("b")]).unwrap().with_waivers(vec![waiver(2)], 365);
    let account = account.configured(waived);
    account.look("run-2", 20).await;
    account.look("run-3", 3 * DAY).await;
    assert_eq!(told(&account), ["nonCompliant a x", "nonCompliant a x"]);
    let last = account.messages().pop().unwrap();
    assert_ne!(last["id"], first["id"], "a receiver drops what comes twice under one id");
    assert_eq!(last["transitions"][0]["since"], first["transitions"][0]["since"]);
    assert_eq!(
        (&last["transitions"][0]["waiverEnded"], &first["transitions"][0]["waiverEnded"]),
        (&json!(true), &json!(false))
    );
}

#[tokio::test(start_paused = true)]
async fn digest_leaves_out_what_was_waived_while_it_was_held() {
    for fixed in [false, true] {
        let notices = Notices { digest: DigestPeriod::Daily, ..Notices::default() };
        let rules = || MonitoringConfiguration::new([entry("a"), entry("b")]).unwrap().with_notices(notices.clone());
        let account = Account::with(rules());
        for rule in ["a", "b"] {
            account.judge(rule, &[("x", GOOD), ("y", BAD)]);
        }
        account.settle().await;
        account.judge("a", &[("x", GOOD), ("y", GOOD)]);
        account.look("run-1", 1).await;
        assert_eq!(told(&account), ["fixed a y"], "the first digest is due at once");
        for rule in ["a", "b"] {
            account.judge(rule, &[("x", BAD), ("y", GOOD)]);
        }
        account.look("run-2", 60).await;
        let account = account.configured(rules().with_waivers(vec![waiver(20)], 365));
        account.look("run-3", 120).await;
        if fixed {
            account.judge("a", &[("x", GOOD), ("y", GOOD)]);
            account.look("run-4", 180).await;
        }
        account.run(&json!({ "trigger": "digest" }), "run-5", DAY + 10).await.unwrap();
        let mut told = told(&account).split_off(1);
        told.sort();
        assert_eq!(told, ["fixed b y", "nonCompliant b x"]);
        assert_eq!(account.entries("held/"), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn details_are_read_once_and_again_after_a_week() {
    let by_tag = Waiver { tags: [("env".to_owned(), "dev".to_owned())].into(), rule: None, ..waiver(25) };
    let account = settled(vec![by_tag], &[("x", BAD), ("unknown", BAD)]).await;
    let asked = |account: &Account| {
        let requests = account.requests();
        requests.iter().filter(|request| request.body.contains("WHERE resourceId IN")).count()
    };
    assert_eq!(asked(&account), 1);
    account.look("run-1", DAY).await;
    assert_eq!(asked(&account), 1, "nothing is new");
    let dev = json!({ "tags": [{ "key": "env", "value": "dev" }] });
    account.state.lock().unwrap().details.insert("x".to_owned(), dev);
    account.look("run-2", 7 * DAY).await;
    account.look("run-3", 7 * DAY + 60).await;
    assert_eq!(asked(&account), 2);
    for rule in ["a", "b"] {
        account.judge(rule, &[("x", GOOD), ("unknown", GOOD)]);
    }
    account.look("run-4", 8 * DAY).await;
    assert_eq!(told(&account), ["fixed a unknown", "fixed b unknown"], "its tags say that it is waived by now");
}

#[tokio::test(start_paused = true)]
async fn details_that_cannot_be_read_cost_themselves_alone() {
    let account = settled(vec![], &[("x", GOOD)]).await;
    account.judge("a", &[("x", BAD)]);
    for code in ["ValidationException", "InternalError", "AccessDeniedException"] {
        account.fail(move |_, request| request.body.contains("WHERE resourceId IN").then_some(Fault::Refused(code)));
        account.look(code, 10).await;
    }
    assert_eq!(told(&account), ["nonCompliant a x"]);
    assert_eq!(account.messages().pop().unwrap()["transitions"][0]["annotation"], "because of x");
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
