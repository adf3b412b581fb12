//! A large estate, an index that is late, reads that fail, and runs that take several invocations.

use std::collections::BTreeMap;

use functions_core::pace::{Limits, Pace};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    BAD, GOOD,
    account::{Account, Fault},
    change, settled,
};
use crate::tests::support::at;

fn results(results: &[(&str, &str)]) -> BTreeMap<(String, String), String> {
    let key = |id: &str| ("AWS::S3::Bucket".to_owned(), id.to_owned());
    results.iter().map(|(id, verdict)| (key(id), (*verdict).to_owned())).collect()
}

#[tokio::test(start_paused = true)]
async fn index_that_is_late_opens_and_closes_nothing() {
    let account = settled(&[("fixed", BAD), ("new", GOOD), ("stays", BAD)]).await;
    account.state.lock().unwrap().late = Some([("a".to_owned(), results(&[("fixed", BAD), ("stays", BAD)]))].into());
    account.judge("a", &[("fixed", GOOD), ("new", BAD), ("stays", BAD)]);
    account.run(&change("fixed"), "run-1", 1).await.unwrap();
    account.run(&change("new"), "run-2", 2).await.unwrap();
    assert_eq!(account.told(), ["fixed fixed", "nonCompliant new"]);
    account.look("run-3", 10).await;
    assert_eq!(account.told().len(), 2, "the index still says otherwise, and the rule does not");
    account.state.lock().unwrap().late = None;
    account.look("run-4", 20).await;
    assert_eq!(account.told().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn finding_without_an_event_is_found_although_the_index_lacks_it() {
    let account = settled(&[("x", GOOD)]).await;
    account.state.lock().unwrap().late = Some(BTreeMap::new());
    account.judge("a", &[("x", BAD)]);
    account.look("run-1", 10).await;
    assert_eq!(account.told(), ["nonCompliant x"], "the rule counts more than the index has");
}

#[tokio::test(start_paused = true)]
async fn index_that_may_not_be_read_is_replaced_by_the_rules() {
    let account = settled(&[("x", GOOD), ("y", BAD)]).await;
    account.judge("a", &[("x", BAD), ("y", GOOD)]);
    account.fail(|_, request| {
        (request.operation() == "SelectResourceConfig").then_some(Fault::Refused("AccessDeniedException"))
    });
    account.look("run-1", 10).await;
    assert_eq!(account.told(), ["nonCompliant x", "fixed y"]);
}

#[tokio::test(start_paused = true)]
async fn rule_that_cannot_be_read_does_not_keep_the_others_from_it() {
    let account = settled(&[("x", GOOD), ("y", BAD)]).await;
    account.judge("b", &[("x", GOOD), ("y", BAD)]);
    account.settle().await;
    account.state.lock().unwrap().published.clear();
    for rule in ["a", "b"] {
        account.judge(rule, &[("x", BAD), ("y", GOOD), ("z", BAD)]);
    }
    account.fail(|_, request| {
        let of_a = request.operation() == "GetComplianceDetailsByConfigRule" && request.body.contains(r#""a""#);
        of_a.then_some(Fault::Refused("InternalError"))
    });
    let answer = account.look("run-1", 10).await;
    assert!(answer["record"].is_string(), "the run is whole: {answer}");
    let rules = |account: &Account| -> Vec<String> {
        let messages = account.messages();
        let told = messages.iter().filter_map(|message| message["transitions"].as_array()).flatten();
        told.map(|each| format!("{} {}", each["rule"].as_str().unwrap(), each["resourceId"].as_str().unwrap()))
            .collect()
    };
    assert_eq!(rules(&account), ["b x", "b z", "b y"]);
    account.heal();
    account.look("run-2", 20).await;
    assert_eq!(rules(&account)[3..], ["a x", "a z", "a y"], "what could not be read is found by the next run");
}

#[tokio::test(start_paused = true)]
async fn index_that_cannot_be_read_is_replaced_by_the_rules_whatever_the_reason() {
    for code in ["ValidationException", "InternalError"] {
        let account = settled(&[("x", GOOD), ("y", BAD)]).await;
        account.judge("a", &[("x", BAD), ("y", GOOD)]);
        account.fail(move |_, request| (request.operation() == "SelectResourceConfig").then_some(Fault::Refused(code)));
        account.look("run-1", 10).await;
        assert_eq!(account.told(), ["nonCompliant x", "fixed y"], "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn rules_that_the_index_lacks_are_read_by_several_invocations_each_once() {
    let names: Vec<String> = (0..120).map(|number| format!("rule-{number:03}")).collect();
    let account = Account::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for name in &names {
        account.judge(name, &[("x", BAD), ("y", GOOD)]);
    }
    account.state.lock().unwrap().late = Some(BTreeMap::new());
    throttle(&account, None);
    let mut event = json!({});
    for number in 1.. {
        let mut invocation = at(&format!("slow-{number}"), 0);
        invocation.deadline_unix_millis = invocation.started_unix_millis + 90_000;
        let answer = account.processing().handle(&event, &invocation).await.unwrap();
        if answer["unfinished"] != true {
            assert!(number > 2 && answer["nonCompliant"] == 120, "{number}: {answer}");
            break;
        }
        event = continuation(&account).unwrap();
    }
    assert_eq!(account.entries("findings/"), 120);
    let mut read: BTreeMap<String, usize> = BTreeMap::new();
    for request in account.requests().iter().filter(|one| one.operation() == "GetComplianceDetailsByConfigRule") {
        *read.entry(request.body.clone()).or_default() += 1;
    }
    // What is throttled is sent again.
    assert!(read.len() == 120 && read.values().sum::<usize>() < 240, "{read:?}");
    let state = account.state.lock().unwrap().objects[functions_core::key::PROCESSING_STATE].clone();
    assert_eq!(state, "{}\n", "nothing is retained of a run that has ended");
}

#[tokio::test(start_paused = true)]
async fn token_that_is_over_after_a_page_lets_the_index_begin_anew() {
    let account = settled(&[("a-1", BAD), ("a-2", BAD), ("a-3", BAD), ("a-4", BAD), ("a-5", BAD), ("a-6", BAD)]).await;
    let mut invocation = at("short", 10);
    invocation.deadline_unix_millis = invocation.started_unix_millis;
    let answer = account.processing().handle(&json!({}), &invocation).await.unwrap();
    assert_eq!(answer["unfinished"], true);
    let event = continuation(&account).unwrap();
    let mut pages = 0;
    account.fail(move |_, request| {
        pages += usize::from(request.operation() == "SelectResourceConfig");
        (request.operation() == "SelectResourceConfig" && pages == 2)
            .then_some(Fault::Refused("InvalidNextTokenException"))
    });
    let before = account.operations().len();
    account.run(&event, "goes-on", 11).await.unwrap();
    let made = account.operations().split_off(before);
    let of = |name: &str| made.iter().filter(|operation| *operation == name).count();
    assert_eq!(of("SelectResourceConfig"), 5, "a page, the one that is over, and all three");
    assert_eq!(of("GetComplianceDetailsByConfigRule"), 0, "an index without its pages would let the rule be read");
    assert_eq!(account.told(), Vec::<String>::new());
}

/// What this invocation asked itself for, if it did.
fn continuation(account: &Account) -> Option<Value> {
    account.state.lock().unwrap().invoked.pop().map(|event| serde_json::from_str(&event).unwrap())
}

/// Runs `event` and everything that it continues in; how many invocations that were.
async fn run_to_its_end(account: &Account, name: &str, minutes: u64) -> usize {
    let mut event = json!({ "detail-type": "Scheduled Event" });
    for number in 1..20 {
        let mut invocation = at(&format!("{name}-{number}"), minutes);
        invocation.deadline_unix_millis = invocation.started_unix_millis + 900_000;
        match account.processing().handle(&event, &invocation).await {
            Ok(answer) if answer["unfinished"] == true => event = continuation(account).unwrap(),
            Ok(_) => return number,
            // As Lambda does it.
            Err(error) => assert!(error.error_type().starts_with("Retry."), "{error}"),
        }
    }
    panic!("it did not come to its end");
}

const RULES: usize = 400;
const RESOURCES: usize = 100_000;
const FINDINGS: usize = 5_000;

/// 400 rules and 100,000 resources, of which 5,000 do not comply.
fn estate() -> Account {
    let names: Vec<String> = (0..RULES).map(|number| format!("rule-{number:03}")).collect();
    let account = Account::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut state = account.state.lock().unwrap();
    state.rows = 100;
    for number in 0..RESOURCES {
        let verdict = if number.is_multiple_of(RESOURCES / FINDINGS) { BAD } else { GOOD };
        let rule = &names[number * 7 / 20 % RULES];
        let key = ("AWS::S3::Bucket".to_owned(), format!("bucket-{number:06}"));
        state.results.get_mut(rule).unwrap().insert(key, verdict.to_owned());
    }
    drop(state);
    account
}

/// AWS Config admits one request a second, and of these throttles three of ten; a function that is killed after so many calls
/// makes no further one.
fn throttle(account: &Account, killed: Option<usize>) {
    let limits = Limits { burst: 1.0, fastest: 1.0, slowest: 1.0, step: 0.0 };
    let (began, mut service, mut random) = (Instant::now(), Pace::new(limits, 0), 7_u64);
    account.fail(move |call, request| {
        if killed.is_some_and(|killed| call >= killed) {
            return Some(Fault::Refused("Killed"));
        }
        if !request.headers.get("x-amz-target").is_some_and(|target| target.starts_with("StarlingDove")) {
            return None;
        }
        let now = u64::try_from(began.elapsed().as_millis()).unwrap();
        let mut admitted = service.clone();
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if admitted.take(now) > 0 || random >> 33 & 1023 < 307 {
            return Some(Fault::Refused("ThrottlingException"));
        }
        service = admitted;
        None
    });
}

fn calls(account: &Account) -> usize {
    account.state.lock().unwrap().calls
}

#[tokio::test(start_paused = true)]
async fn large_estate_is_read_within_three_invocations_at_one_request_a_second() {
    let account = estate();
    throttle(&account, None);
    let invocations = run_to_its_end(&account, "first", 0).await;
    assert!(invocations <= 3, "{invocations}");
    assert_eq!(account.entries("findings/"), FINDINGS);
    assert_eq!(account.kinds(), ["summary"]);
    assert_eq!(account.messages()[0]["openFindings"], FINDINGS);
    account.heal();
    run_to_its_end(&account, "second", 360).await;
    let before = calls(&account);
    assert_eq!(run_to_its_end(&account, "third", 720).await, 1);
    let (describes, pages) = (RULES.div_ceil(25), FINDINGS / 100);
    // The configuration, the state and the record; the watch, the pages of findings, the outbox and what is held; the topic
    // and the test of the delivery.
    assert!(calls(&account) - before <= describes + pages + pages + 12, "{}", calls(&account) - before);
    assert_eq!(account.kinds(), ["summary"], "nothing is new");
}

#[tokio::test(start_paused = true)]
async fn large_estate_loses_and_doubles_nothing_wherever_a_run_is_killed() {
    for killed in [1, 20, 66, 90, 300, 520, 560, 590] {
        let account = estate();
        throttle(&account, Some(killed));
        // It may be killed in an invocation that continues the first one, or not at all.
        let (mut event, mut killed_in) = (json!({}), 0);
        loop {
            killed_in += 1;
            let mut invocation = at(&format!("killed-{killed_in}"), 0);
            invocation.deadline_unix_millis = invocation.started_unix_millis + 900_000;
            match account.processing().handle(&event, &invocation).await {
                Ok(answer) if answer["unfinished"] == true => event = continuation(&account).unwrap(),
                _ => break,
            }
        }
        throttle(&account, None);
        let invocations = run_to_its_end(&account, "again", 10).await;
        assert!(invocations <= 3, "killed at call {killed}: {invocations}");
        assert_eq!(account.entries("findings/"), FINDINGS, "killed at call {killed}");
        let told = account.messages();
        assert_eq!((told.len(), &told[0]["openFindings"]), (1, &json!(FINDINGS)), "killed at call {killed}");
        assert_eq!(account.entries("ready/"), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn run_with_nothing_new_reads_aws_config_at_most_20_times() {
    let names: Vec<String> = (0..RULES).map(|number| format!("rule-{number:03}")).collect();
    let account = Account::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    account.state.lock().unwrap().rows = 100;
    for (number, name) in names.iter().enumerate().take(300) {
        account.judge(name, &[(&format!("bucket-{number}"), BAD)]);
    }
    account.settle().await;
    let before = account.operations().len();
    account.look("run-1", 720).await;
    let reads = ["Describe", "GetCompliance", "Select"];
    let made = account.operations().split_off(before);
    let made: Vec<_> = made.iter().filter(|name| reads.iter().any(|read| name.starts_with(read))).collect();
    assert!(made.len() <= 20, "{made:?}");
}
