//! Other accounts and regions, read through the aggregator: what is recorded and sent of them, and what stays as it is.

use std::collections::BTreeMap;

use compliance_types::choices::DigestPeriod;
use functions_core::configuration::{MonitoringConfiguration, Notices, PackEntry, RegionEntry, Route};
use serde_json::{Value, json};

use super::{
    BAD, GOOD,
    account::{Account, Fault, entry},
};
use crate::tests::{
    aggregated::Source,
    support::{Request, batch, change_event},
};

pub(super) const OTHER: &str = "210987654321";
pub(super) const THERE: &str = "eu-west-1";
const HOME: (&str, &str) = ("123456789012", "eu-central-1");

/// An account with the rules `a` and `b`, whose aggregator lists it and another one.
pub(super) fn account() -> Account {
    with(MonitoringConfiguration::new([entry("a"), entry("b")]).unwrap())
}

fn with(document: MonitoringConfiguration) -> Account {
    let account = Account::with(document).aggregating();
    put(&account, HOME, Some(0), &[("a", &[("own", BAD)])]);
    account
}

type Given<'a> = &'a [(&'a str, &'a [(&'a str, &'a str)])];

/// Gives the aggregator these results of buckets of an account and region, by rule.
pub(super) fn put(account: &Account, place: (&str, &str), updated: Option<u64>, rules: Given<'_>) {
    let of_rule = |results: &[(&str, &str)]| {
        let key = |id: &str| ("AWS::S3::Bucket".to_owned(), id.to_owned());
        results.iter().map(|(id, result)| (key(id), (*result).to_owned())).collect::<BTreeMap<_, _>>()
    };
    let results = rules.iter().map(|(rule, results)| ((*rule).to_owned(), of_rule(results))).collect();
    let source = Source { status: "SUCCEEDED", updated, results };
    let place = (place.0.to_owned(), place.1.to_owned());
    account.state.lock().unwrap().sources.insert(place, source);
}

pub(super) fn change_source(account: &Account, change: impl FnOnce(&mut Source)) {
    change(account.state.lock().unwrap().sources.get_mut(&(OTHER.to_owned(), THERE.to_owned())).unwrap());
}

/// A scheduled run of home, and every run that it asks for.
pub(super) async fn round(account: &Account, run: &str, minutes: u64) {
    account.look(run, minutes).await;
    asked(account, run, minutes).await;
}

/// Every run that the function asks itself for.
pub(super) async fn asked(account: &Account, run: &str, minutes: u64) {
    let mut number = 0;
    loop {
        let events = std::mem::take(&mut account.state.lock().unwrap().invoked);
        if events.is_empty() {
            break;
        }
        for event in events {
            number += 1;
            let event: Value = serde_json::from_str(&event).unwrap();
            account.run(&event, &format!("{run}-{number}"), minutes).await.unwrap();
        }
    }
}

/// The same after two rounds, from which on changes of the other account are news.
async fn settled(account: Account, rules: Given<'_>) -> Account {
    account.judge("a", &[("own", BAD)]);
    put(&account, (OTHER, THERE), Some(0), rules);
    round(&account, "run-0", 0).await;
    round(&account, "run-1", 1).await;
    account.state.lock().unwrap().published.clear();
    account
}

/// Every transition that was sent: account, region, kind and id.
fn sent(account: &Account) -> Vec<String> {
    let messages = account.messages();
    let transitions = messages.iter().filter_map(|message| message["transitions"].as_array()).flatten();
    let text = |each: &Value, name: &str| each[name].as_str().unwrap().to_owned();
    transitions.map(|each| ["account", "region", "kind", "resourceId"].map(|name| text(each, name)).join(" ")).collect()
}

fn event(id: &str, result: &str) -> Value {
    let mut event = change_event(id);
    event["detail"]["awsAccountId"] = json!(OTHER);
    event["detail"]["awsRegion"] = json!(THERE);
    event["detail"]["newEvaluationResult"]["complianceType"] = json!(result);
    event
}

async fn deliver(account: &Account, event: &Value, run: &str, minutes: u64) -> Value {
    account.run(&batch(&[("m", event.to_string())]), run, minutes).await.unwrap()
}

/// The delayed messages that were sent since, with the seconds of their delay.
fn delayed(account: &Account) -> Vec<(String, u64)> {
    std::mem::take(&mut account.state.lock().unwrap().sent)
}

#[tokio::test(start_paused = true)]
async fn finding_of_another_account_is_sent_once_under_its_account_and_region() {
    let account = settled(account(), &[("a", &[("x", GOOD)])]).await;
    put(&account, (OTHER, THERE), Some(10), &[("a", &[("x", BAD)])]);
    round(&account, "run-2", 10).await;
    round(&account, "run-3", 20).await;
    assert_eq!(sent(&account), [format!("{OTHER} {THERE} nonCompliant x")]);
    let [notice] = &account.messages()[..] else { panic!("one notice") };
    assert_eq!((&notice["account"], &notice["region"]), (&json!(OTHER), &json!(THERE)));
    assert_eq!(notice["accountAlias"], Value::Null, "the alias is that of the deployment's account");
    let transition = &notice["transitions"][0];
    assert_eq!(transition["annotation"], "because of x");
    assert!(transition["console"].as_str().unwrap().starts_with(&format!("https://{THERE}.console")));
    assert!(notice["report"].as_str().unwrap().starts_with("https://eu-central-1.console"));
}

#[tokio::test(start_paused = true)]
async fn first_results_of_another_account_are_a_summary() {
    let account = account();
    put(&account, (OTHER, THERE), Some(0), &[("a", &[("x", BAD), ("y", BAD)])]);
    round(&account, "run-0", 0).await;
    let messages = account.messages();
    let summary = messages.iter().find(|message| message["account"] == OTHER).unwrap();
    assert_eq!(
        (&summary["kind"], &summary["openFindings"], &summary["judgedRules"]),
        (&json!("summary"), &json!(2), &json!(1))
    );
    assert_eq!(sent(&account), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn finding_that_complies_is_fixed_and_one_that_a_rule_with_results_does_not_have_is_deleted() {
    let account = settled(account(), &[("a", &[("x", BAD), ("y", BAD), ("z", GOOD)])]).await;
    put(&account, (OTHER, THERE), Some(10), &[("a", &[("x", GOOD), ("z", GOOD)])]);
    round(&account, "run-2", 10).await;
    assert_eq!(sent(&account), ["fixed x", "deleted y"].map(|what| format!("{OTHER} {THERE} {what}")));
}

#[tokio::test(start_paused = true)]
async fn source_whose_transfer_does_not_succeed_keeps_its_findings() {
    for status in ["FAILED", "OUTDATED", "UNHEARD_OF"] {
        let account = settled(account(), &[("a", &[("x", BAD), ("y", GOOD)])]).await;
        put(&account, (OTHER, THERE), Some(10), &[("a", &[("y", GOOD)])]);
        change_source(&account, |source| source.status = status);
        for day in 1..4 {
            round(&account, &format!("run-{day}"), day * 1_440).await;
            deliver(&account, &event("x", GOOD), &format!("event-{day}"), day * 1_440 + 1).await;
        }
        assert_eq!(sent(&account), Vec::<String>::new(), "{status}");
        put(&account, (OTHER, THERE), Some(5_000), &[("a", &[("x", BAD), ("y", BAD)])]);
        round(&account, "last", 5_000).await;
        assert_eq!(sent(&account), [format!("{OTHER} {THERE} nonCompliant y")], "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn source_of_which_the_aggregator_has_nothing_keeps_its_findings_for_a_day() {
    let account = settled(account(), &[("a", &[("x", BAD)]), ("b", &[("y", BAD)])]).await;
    put(&account, (OTHER, THERE), Some(10), &[]);
    for (run, hours) in [("run-2", 1), ("run-3", 7), ("run-4", 24)] {
        round(&account, run, hours * 60).await;
    }
    assert_eq!(sent(&account), Vec::<String>::new());
    put(&account, (OTHER, THERE), Some(1_500), &[("a", &[("x", BAD)])]);
    round(&account, "run-5", 25 * 60).await;
    round(&account, "run-6", 27 * 60).await;
    assert_eq!(sent(&account), [format!("{OTHER} {THERE} deleted y")]);
}

#[tokio::test(start_paused = true)]
async fn source_without_rules_of_this_deployment_is_not_watched() {
    let account = account();
    put(&account, (OTHER, THERE), Some(0), &[("theirs", &[("x", BAD)])]);
    round(&account, "run-0", 0).await;
    round(&account, "run-1", 1).await;
    assert!(account.messages().iter().all(|message| message["account"] != OTHER));
    assert_eq!(account.entries(&format!("watch/{OTHER}")), 0);
    assert_eq!(account.entries(&format!("findings/{OTHER}")), 0);
}

#[tokio::test(start_paused = true)]
async fn home_and_other_regions_of_the_deployment_are_not_read_through_the_aggregator() {
    let document = MonitoringConfiguration::new([entry("a")]).unwrap();
    let account = with(document.with_regions([("us-east-1".to_owned(), RegionEntry::default())].into()));
    put(&account, (HOME.0, "us-east-1"), Some(0), &[("a", &[("x", BAD)])]);
    put(&account, (HOME.0, THERE), Some(0), &[("a", &[("y", BAD)])]);
    account.look("run-0", 0).await;
    let invoked = account.state.lock().unwrap().invoked.clone();
    let events: Vec<Value> = invoked.iter().map(|event| serde_json::from_str(event).unwrap()).collect();
    assert_eq!(events[0]["trigger"], "region");
    assert_eq!(events[1]["sources"], json!([format!("{}/{THERE}", HOME.0)]), "a region that another program deploys");
    assert_eq!(events.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn rules_of_a_pack_are_known_by_the_name_that_each_account_gives_them() {
    let pack = PackEntry { name: "compliance-pack".to_owned(), rules: vec![entry("p")] };
    let document = MonitoringConfiguration::new([entry("a")]).unwrap().with_packs([pack]).unwrap();
    let rule = "p-conformance-pack-abc123";
    let account = settled(with(document), &[(rule, &[("x", BAD), ("y", GOOD)])]).await;
    // Nothing arrives of it for a while.
    put(&account, (OTHER, THERE), Some(10), &[("a", &[("z", GOOD)])]);
    round(&account, "run-2", 10).await;
    assert_eq!(sent(&account), Vec::<String>::new());
    put(&account, (OTHER, THERE), Some(20), &[(rule, &[("x", BAD), ("y", BAD)])]);
    round(&account, "run-3", 20).await;
    assert_eq!(sent(&account), [format!("{OTHER} {THERE} nonCompliant y")]);
    let messages = account.messages();
    let changes = messages.iter().find(|message| message["kind"] == "transitions").unwrap();
    assert_eq!(changes["transitions"][0]["identifier"], "ENCRYPTED_VOLUMES");
}

#[tokio::test(start_paused = true)]
async fn route_of_an_account_gets_its_changes_and_no_others() {
    let route = Route { accounts: vec![OTHER.to_owned()], ..Route::default() };
    let notices = Notices { routes: [("other".to_owned(), route)].into(), ..Notices::default() };
    let document = MonitoringConfiguration::new([entry("a"), entry("b")]).unwrap().with_notices(notices);
    let account = settled(with(document), &[("a", &[("x", GOOD)])]).await;
    put(&account, (OTHER, THERE), Some(10), &[("a", &[("x", BAD)])]);
    account.judge("a", &[("own", BAD), ("new", BAD)]);
    round(&account, "run-2", 10).await;
    let of = |message: &Value| message["account"].as_str().unwrap().to_owned();
    let routes: BTreeMap<String, bool> = account
        .requests()
        .iter()
        .filter(|request| request.body.contains("Action=Publish"))
        .filter_map(|request| {
            let is_routed = request.body.contains("%22other%22");
            let account = [OTHER, HOME.0].into_iter().find(|id| request.body.contains(&format!("StringValue={id}")))?;
            Some((account.to_owned(), is_routed))
        })
        .collect();
    assert_eq!(account.messages().iter().map(of).collect::<Vec<_>>(), [HOME.0, OTHER]);
    assert_eq!(routes, BTreeMap::from([(OTHER.to_owned(), true), (HOME.0.to_owned(), false)]));
}

#[tokio::test(start_paused = true)]
async fn waiver_of_an_account_covers_its_findings_alone() {
    let waiver = serde_json::from_value(json!({
        "accounts": [OTHER], "rule": "a", "reason": "a test", "owner": "o@example.com", "expires": "2026-06-01",
    }));
    let document = MonitoringConfiguration::new([entry("a"), entry("b")]).unwrap();
    let account = settled(with(document.with_waivers(vec![waiver.unwrap()], 365)), &[("a", &[("x", GOOD)])]).await;
    put(&account, (OTHER, THERE), Some(10), &[("a", &[("x", BAD)])]);
    account.judge("a", &[("own", BAD), ("x", BAD)]);
    round(&account, "run-2", 10).await;
    assert_eq!(sent(&account), [format!("{} {} nonCompliant x", HOME.0, HOME.1)]);
}

#[tokio::test(start_paused = true)]
async fn event_of_another_account_has_its_source_read_at_once() {
    let account = settled(account(), &[("a", &[("x", GOOD)])]).await;
    put(&account, (OTHER, THERE), Some(5), &[("a", &[("x", BAD)])]);
    let answer = deliver(&account, &event("x", BAD), "run-2", 5).await;
    assert_eq!(answer["batchItemFailures"], json!([]));
    assert_eq!(sent(&account), [format!("{OTHER} {THERE} nonCompliant x")]);
    assert_eq!(delayed(&account), [], "it is found");
}

#[tokio::test(start_paused = true)]
async fn event_that_the_aggregator_does_not_have_yet_records_nothing_and_is_looked_for_twice() {
    for found_at in 1..4 {
        let account = settled(account(), &[("a", &[("x", GOOD)])]).await;
        deliver(&account, &event("x", BAD), "run-2", 5).await;
        assert_eq!(sent(&account), Vec::<String>::new());
        for attempt in 1..3_u64 {
            let [(message, delay)] = &delayed(&account)[..] else { panic!("one message") };
            assert_eq!(*delay, [300, 900][usize::try_from(attempt).unwrap() - 1]);
            if attempt == found_at {
                put(&account, (OTHER, THERE), Some(9), &[("a", &[("x", BAD)])]);
            }
            let late = batch(&[("late", message.clone())]);
            let answer = account.run(&late, &format!("late-{attempt}"), 10 * attempt).await.unwrap();
            assert_eq!(answer["batchItemFailures"], json!([]));
            if attempt == found_at {
                assert_eq!(sent(&account), [format!("{OTHER} {THERE} nonCompliant x")]);
                break;
            }
        }
        assert_eq!(delayed(&account), [], "the schedule finds it");
    }
}

#[tokio::test(start_paused = true)]
async fn event_says_that_a_finding_is_over_only_where_the_aggregator_does_not_say_otherwise() {
    let account = settled(account(), &[("a", &[("x", BAD), ("y", GOOD)])]).await;
    deliver(&account, &event("x", GOOD), "run-2", 5).await;
    deliver(&account, &event("x", "NOT_APPLICABLE"), "run-3", 6).await;
    assert_eq!(sent(&account), Vec::<String>::new(), "the aggregator still has it");
    assert_eq!(delayed(&account).len(), 2);
    put(&account, (OTHER, THERE), Some(9), &[("a", &[("y", GOOD)])]);
    deliver(&account, &event("x", GOOD), "run-4", 10).await;
    assert_eq!(sent(&account), Vec::<String>::new(), "it has neither result");
    deliver(&account, &event("x", "NOT_APPLICABLE"), "run-5", 11).await;
    assert_eq!(sent(&account), [format!("{OTHER} {THERE} deleted x")]);
}

#[tokio::test(start_paused = true)]
async fn events_of_unknown_accounts_and_rules_are_dropped() {
    let account = settled(account(), &[("a", &[("x", GOOD)])]).await;
    let mut unknown = event("x", BAD);
    unknown["detail"]["awsAccountId"] = json!("999999999999");
    let mut rule = event("x", BAD);
    rule["detail"]["configRuleName"] = json!("theirs");
    for one in [unknown, rule] {
        assert_eq!(deliver(&account, &one, "run-2", 5).await["batchItemFailures"], json!([]));
    }
    assert_eq!((sent(&account), delayed(&account)), (vec![], vec![]));
}

#[tokio::test(start_paused = true)]
async fn event_of_another_account_is_refused_where_none_is_read() {
    let account = super::settled(&[("x", GOOD)]).await;
    let answer = deliver(&account, &event("x", BAD), "run-2", 5).await;
    assert_eq!(answer["batchItemFailures"], json!([{ "itemIdentifier": "m" }]));
}

#[tokio::test(start_paused = true)]
async fn aggregator_that_does_not_answer_keeps_nothing_of_home_waiting() {
    let account = settled(account(), &[("a", &[("x", GOOD)])]).await;
    account.judge("a", &[("own", BAD), ("new", BAD)]);
    account.fail(|_, request| {
        let is_aggregator = request.operation().contains("Aggregat");
        is_aggregator.then_some(Fault::Refused("AccessDeniedException"))
    });
    round(&account, "run-2", 10).await;
    assert_eq!(sent(&account), [format!("{} {} nonCompliant new", HOME.0, HOME.1)]);
    let answer = deliver(&account, &event("x", BAD), "run-3", 11).await;
    assert_eq!(answer["batchItemFailures"], json!([{ "itemIdentifier": "m" }]), "it comes again");
}

#[tokio::test(start_paused = true)]
async fn source_that_cannot_be_read_keeps_no_other_from_being_read() {
    let account = settled(account(), &[("a", &[("x", GOOD)])]).await;
    for region in ["ap-south-1", "us-east-1"] {
        put(&account, (OTHER, region), Some(0), &[("a", &[("x", GOOD)])]);
    }
    round(&account, "run-2", 10).await;
    round(&account, "run-3", 11).await;
    account.state.lock().unwrap().published.clear();
    for region in ["ap-south-1", "us-east-1", THERE] {
        put(&account, (OTHER, region), Some(12), &[("a", &[("x", BAD)])]);
    }
    account.fail(|_, request| {
        let is_one =
            request.operation().starts_with("GetAggregate") || request.operation().starts_with("DescribeAggregate");
        (is_one && request.body.contains(THERE)).then_some(Fault::Refused("AccessDeniedException"))
    });
    account.look("run-4", 12).await;
    let ask = serde_json::from_str(&account.state.lock().unwrap().invoked.remove(0)).unwrap();
    account.run(&ask, "run-5", 12).await.unwrap_err();
    let of = |region: &str| format!("{OTHER} {region} nonCompliant x");
    assert_eq!(sent(&account), [of("ap-south-1"), of("us-east-1")]);
    account.heal();
    account.run(&ask, "run-5", 20).await.unwrap();
    assert_eq!(sent(&account), [of("ap-south-1"), of("us-east-1"), of(THERE)]);
}

#[tokio::test(start_paused = true)]
async fn global_resource_that_two_regions_of_an_account_report_is_one_finding() {
    let role = |result: &str| {
        let key = ("AWS::IAM::Role".to_owned(), "AROAX".to_owned());
        BTreeMap::from([("a".to_owned(), BTreeMap::from([(key, result.to_owned())]))])
    };
    let account = settled(account(), &[("a", &[("x", GOOD)])]).await;
    put(&account, (OTHER, "us-east-1"), Some(0), &[("a", &[("x", GOOD)])]);
    for minutes in [2, 3] {
        round(&account, &format!("run-{minutes}"), minutes).await;
    }
    account.state.lock().unwrap().published.clear();
    for result in [BAD, GOOD] {
        for source in account.state.lock().unwrap().sources.values_mut() {
            source.results = role(result);
        }
        for minutes in [10, 20, 30] {
            round(&account, &format!("run-{result}-{minutes}"), minutes).await;
        }
    }
    assert_eq!(sent(&account), ["nonCompliant", "fixed"].map(|kind| format!("{OTHER} global {kind} AROAX")));
}

#[tokio::test(start_paused = true)]
async fn digest_has_what_was_held_of_each_source_also_of_one_that_fails_or_is_removed() {
    for end in ["listed", "failed", "removed"] {
        let daily = Notices { digest: DigestPeriod::Daily, ..Notices::default() };
        let document = MonitoringConfiguration::new([entry("a"), entry("b")]).unwrap().with_notices(daily);
        let account = settled(with(document), &[("a", &[("x", GOOD), ("y", GOOD)])]).await;
        put(&account, (OTHER, THERE), Some(10), &[("a", &[("x", BAD), ("y", GOOD)])]);
        // The first digest is made at once.
        round(&account, "run-2", 10).await;
        put(&account, (OTHER, THERE), Some(20), &[("a", &[("x", BAD), ("y", BAD)])]);
        round(&account, "run-3", 20).await;
        let of = |id: &str| format!("{OTHER} {THERE} nonCompliant {id}");
        assert_eq!(sent(&account), [of("x")]);
        match end {
            "removed" => drop(account.state.lock().unwrap().sources.remove(&(OTHER.to_owned(), THERE.to_owned()))),
            "failed" => change_source(&account, |source| source.status = "FAILED"),
            _ => {}
        }
        if end == "removed" {
            round(&account, "run-4", 30).await;
            round(&account, "run-5", 40).await;
        } else {
            account.run(&json!({ "trigger": "digest" }), "digest", 1_500).await.unwrap();
            asked(&account, "digest", 1_500).await;
        }
        assert_eq!(sent(&account), [of("x"), of("y")], "{end}");
        assert_eq!(account.entries(&format!("held/{OTHER}")), 0, "{end}");
    }
}

#[tokio::test(start_paused = true)]
async fn read_of_many_sources_whose_time_ends_goes_on_in_another_invocation() {
    let account = account();
    let regions: Vec<String> = (1..8).map(|number| format!("eu-west-{number}")).collect();
    for round_number in 0..3_u64 {
        let result = if round_number < 2 { GOOD } else { BAD };
        for region in &regions {
            put(&account, (OTHER, region), Some(round_number), &[("a", &[("x", result)])]);
        }
        account.look(&format!("run-{round_number}"), round_number).await;
        let mut invocations = 0;
        loop {
            let events = std::mem::take(&mut account.state.lock().unwrap().invoked);
            let [event] = &events[..] else { break };
            let event: Value = serde_json::from_str(event).unwrap();
            let mut short = crate::tests::support::at(&format!("run-{round_number}-{invocations}"), round_number);
            short.deadline_unix_millis = short.started_unix_millis;
            account.processing().handle(&event, &short).await.unwrap();
            invocations += 1;
        }
        assert!(invocations >= regions.len(), "{invocations}");
    }
    let expected: Vec<String> = regions.iter().map(|region| format!("{OTHER} {region} nonCompliant x")).collect();
    assert_eq!(sent(&account), expected);
}

#[tokio::test(start_paused = true)]
async fn source_that_stops_reporting_is_one_notice_and_so_is_its_return() {
    let account = settled(account(), &[("a", &[("x", BAD)])]).await;
    let kinds = |account: &Account| {
        let messages = account.messages();
        let of = messages.iter().filter(|message| message["kind"] == "sources");
        of.map(|message| (message["silent"].clone(), message["back"].clone())).collect::<Vec<_>>()
    };
    round(&account, "run-2", 24 * 60).await;
    assert_eq!(kinds(&account), []);
    for (run, hours) in [("run-3", 25), ("run-4", 31)] {
        round(&account, run, hours * 60).await;
    }
    let there = json!([{ "account": OTHER, "region": THERE, "since": "2026-03-04T05:06:07Z" }]);
    assert_eq!(kinds(&account), [(there.clone(), json!([]))]);
    let is_said = |request: &Request| request.body.contains("account%20and%20region%20does%20not%20report");
    assert!(account.requests().iter().any(is_said), "the subject says what happened");
    change_source(&account, |source| source.updated = Some(32 * 60));
    for (run, hours) in [("run-5", 33), ("run-6", 39)] {
        round(&account, run, hours * 60).await;
    }
    assert_eq!(kinds(&account)[1..], [(json!([]), there)]);
    assert_eq!(sent(&account), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn source_with_nothing_new_costs_eight_calls_and_without_an_aggregator_none_is_asked() {
    let account = settled(account(), &[("a", &[("x", BAD)])]).await;
    put(&account, (OTHER, "us-east-1"), Some(0), &[("a", &[("x", BAD)])]);
    round(&account, "run-2", 2).await;
    round(&account, "run-3", 3).await;
    account.state.lock().unwrap().rows = 100;
    let mut calls = Vec::new();
    for sources in [vec![THERE], vec![THERE, "us-east-1"]] {
        let names: Vec<String> = sources.iter().map(|region| format!("{OTHER}/{region}")).collect();
        let ask = json!({ "trigger": "sources", "sources": names, "unread": [], "of": "schedule", "number": 0, "resumed": false });
        let before = account.operations().len();
        account.run(&ask, &format!("run-of-{}", sources.len()), 360).await.unwrap();
        calls.push(account.operations().split_off(before));
    }
    assert_eq!(calls[1].len() - calls[0].len(), 8, "{calls:?}");
    let alone = super::settled(&[("x", BAD)]).await;
    alone.look("run-2", 360).await;
    assert!(!alone.operations().iter().any(|operation| operation.contains("Aggregat")));
}
