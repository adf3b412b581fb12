//! What Security Hub shows equals the findings of the last report, after any sequence of runs and faults.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use functions_core::{
    configuration::{MonitoringConfiguration, RuleEntry},
    exports::Exports,
    key,
    waiver::{MAX_DAYS, Waiver},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::account::{Account, row};
use crate::tests::support::{Answer, Request};

/// Security Hub: findings by id.
type Hub = Arc<Mutex<BTreeMap<String, Value>>>;

/// What goes wrong with the requests of a run.
#[derive(Debug, Clone, Copy)]
enum Fault {
    None,
    /// From this request on Security Hub does not answer.
    Killed(usize),
    /// This finding of each request is not taken.
    Refused(usize),
    /// It is not switched on.
    Off,
    /// Every other request is throttled.
    Throttled,
}

/// A run: buckets that do not comply, buckets that a waiver covers, and a fault.
#[derive(Debug, Clone)]
struct Step {
    open: BTreeSet<u8>,
    waived: bool,
    fault: Fault,
}

/// Imports as AWS does: what is older changes nothing, and the workflow of a finding that exists stays.
fn import(hub: &Hub, request: &Request, refused: Option<usize>) -> Answer {
    let body: Value = serde_json::from_str(&request.body).unwrap();
    let given = body["Findings"].as_array().unwrap();
    assert!((1..=100).contains(&given.len()));
    let mut hub = hub.lock().unwrap();
    let mut failed = Vec::new();
    for (at, finding) in given.iter().enumerate() {
        let id = finding["Id"].as_str().unwrap();
        assert_eq!(finding["AwsAccountId"], "123456789012");
        if refused == Some(at) {
            failed.push(json!({ "Id": id, "ErrorCode": "InternalError", "ErrorMessage": "no" }));
            continue;
        }
        let mut taken = finding.clone();
        if let Some(before) = hub.get(id) {
            if before["UpdatedAt"].as_str() >= finding["UpdatedAt"].as_str() {
                continue;
            }
            taken["Workflow"] = before["Workflow"].clone();
        }
        hub.insert(id.to_owned(), taken);
    }
    (200, json!({ "FailedCount": failed.len(), "FailedFindings": failed }).to_string())
}

fn configuration(waived: bool) -> MonitoringConfiguration {
    let waiver = Waiver {
        expires: "2026-05-01".to_owned(),
        owner: "data".to_owned(),
        reason: "migration".to_owned(),
        resource: Some("bucket-1*".to_owned()),
        ..Waiver::default()
    };
    let rule = RuleEntry { name: "a".to_owned(), ..RuleEntry::default() };
    MonitoringConfiguration::new([rule])
        .unwrap()
        .with_exports(Exports { ocsf: false, security_hub: true })
        .with_waivers(if waived { vec![waiver] } else { Vec::new() }, MAX_DAYS)
}

/// A run on a day; whether its answer is an error.
async fn run(
    step: &Step,
    number: usize,
    hub: &Hub,
    objects: &BTreeMap<String, String>,
) -> (Account, Result<Value, String>) {
    let rows = (0..14_u8)
        .map(|at| {
            row("1", &format!("bucket-{at}"), if step.open.contains(&at) { "NON_COMPLIANT" } else { "COMPLIANT" })
        })
        .collect();
    let (hub, fault, sent) = (Arc::clone(hub), step.fault, AtomicUsize::new(0));
    let account = Account::configured(&configuration(step.waived), vec![rows], move |request| {
        if request.line != "POST /findings/import" {
            return None;
        }
        let number = sent.fetch_add(1, Ordering::Relaxed);
        Some(match fault {
            Fault::None => import(&hub, request, None),
            Fault::Killed(from) if number >= from => (500, "no".to_owned()),
            Fault::Killed(_) => import(&hub, request, None),
            Fault::Refused(at) => import(&hub, request, Some(at)),
            Fault::Off => (401, json!({ "code": "InvalidAccessException", "Message": "not subscribed" }).to_string()),
            Fault::Throttled if number.is_multiple_of(2) => {
                (429, "{\"__type\":\"TooManyRequestsException\"}".to_owned())
            }
            Fault::Throttled => import(&hub, request, None),
        })
    });
    account.objects.lock().unwrap().extend(objects.clone());
    let time = format!("2026-03-{:02}T05:06:07Z", number + 1);
    let answer = account.run_on(&json!({}), &format!("run-{number}"), &time).await.map_err(|error| error.to_string());
    (account, answer)
}

/// Runs one after the other, each with what the ones before left.
async fn runs(steps: &[Step]) -> (Hub, Vec<Result<Value, String>>, BTreeMap<String, String>) {
    let (hub, mut objects, mut answers) = (Hub::default(), BTreeMap::new(), Vec::new());
    for (number, step) in steps.iter().enumerate() {
        let (account, answer) = run(step, number, &hub, &objects).await;
        objects = account.objects.lock().unwrap().clone();
        answers.push(answer);
    }
    (hub, answers, objects)
}

/// Active findings: name of the bucket, and whether it is suppressed.
fn active(hub: &Hub) -> BTreeSet<(String, bool)> {
    let hub = hub.lock().unwrap();
    let active = hub.values().filter(|finding| finding["RecordState"] == "ACTIVE");
    let named = |finding: &Value| {
        let resource = finding["Resources"][0]["Id"].as_str().unwrap();
        (resource.rsplit(':').next().unwrap().to_owned(), finding["Workflow"]["Status"] == "SUPPRESSED")
    };
    active.map(named).collect()
}

fn expected(step: &Step) -> BTreeSet<(String, bool)> {
    let is_waived = |at: u8| step.waived && (at == 1 || at >= 10);
    step.open.iter().map(|at| (format!("bucket-{at}"), is_waived(*at))).collect()
}

fn step(open: impl IntoIterator<Item = u8>, waived: bool, fault: Fault) -> Step {
    Step { open: open.into_iter().collect(), waived, fault }
}

#[tokio::test(start_paused = true)]
async fn only_changes_are_sent_and_what_is_gone_is_archived() {
    let steps = [
        step([1, 2], false, Fault::None),
        step([1, 2], false, Fault::None),
        step([2, 3], false, Fault::None),
        step([1, 2, 3], true, Fault::None),
    ];
    let (hub, answers, _) = runs(&steps).await;
    let done: Vec<Value> = answers.into_iter().map(|answer| answer.unwrap()["securityHub"].clone()).collect();
    let counts = |sent: u64, archived: u64| json!({ "sent": sent, "archived": archived, "failed": 0, "left": 0 });
    assert_eq!(done, [counts(2, 0), counts(0, 0), counts(1, 1), counts(1, 0)]);
    assert_eq!(active(&hub), expected(&steps[3]));
}

#[tokio::test(start_paused = true)]
async fn run_says_that_security_hub_is_off_after_its_report_and_all_is_sent_when_it_is_on_again() {
    let steps =
        [step([1, 2], false, Fault::None), step([1, 2, 3], false, Fault::Off), step([1, 2, 3], false, Fault::None)];
    let (hub, answers, objects) = runs(&steps).await;
    let error = answers[1].as_ref().unwrap_err();
    assert!(error.contains("`exports.securityHub`") && error.contains("InvalidAccessException"), "{error}");
    assert!(objects.keys().any(|key| key.contains("run-1/summary.json")), "the report is whole");
    assert_eq!(answers[2].as_ref().unwrap()["securityHub"]["sent"], 3);
    assert_eq!(active(&hub), expected(&steps[2]));
}

#[tokio::test(start_paused = true)]
async fn findings_that_do_not_change_are_sent_again_before_security_hub_forgets_them() {
    let mut objects = BTreeMap::new();
    let (hub, open) = (Hub::default(), step([4], false, Fault::None));
    for (number, sent) in [(0, 1), (29, 0), (30, 1)] {
        let (account, answer) = run(&open, number, &hub, &objects).await;
        objects = account.objects.lock().unwrap().clone();
        assert_eq!(answer.unwrap()["securityHub"]["sent"], sent, "day {number}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_security_hub_has_is_written_at_each_run_because_the_bucket_deletes_what_is_old() {
    let (hub, open) = (Hub::default(), step([4], false, Fault::None));
    let (first, _) = run(&open, 0, &hub, &BTreeMap::new()).await;
    let objects = first.objects.lock().unwrap().clone();
    let (second, _) = run(&open, 1, &hub, &objects).await;
    let written =
        |request: &Request| request.line.starts_with("PUT") && request.line.contains(key::REPORT_SECURITY_HUB);
    assert_eq!(second.aws.requests().iter().filter(|request| written(request)).count(), 1);
    assert!(second.aws.requests().iter().all(|request| request.line != "POST /findings/import"));
}

#[tokio::test(start_paused = true)]
async fn run_of_a_deployment_does_not_fail_where_findings_are_not_taken() {
    let (hub, off) = (Hub::default(), step([4], false, Fault::Off));
    let (account, _) = run(&off, 0, &hub, &BTreeMap::new()).await;
    let answer = account.run_on(&json!({ "trigger": "deployment" }), "other", "2026-03-02T05:06:07Z").await.unwrap();
    assert!(answer["report"].as_str().unwrap().contains("other"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn without_the_export_nothing_is_sent_or_noted() {
    let account = Account::new(vec![vec![row("1", "one", "NON_COMPLIANT")]]);
    account.run(&json!({}), "run-1").await.unwrap();
    assert!(!account.keys().contains(&key::REPORT_SECURITY_HUB.to_owned()));
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        3 => Just(Fault::None),
        2 => (0..3_usize).prop_map(Fault::Killed),
        2 => (0..4_usize).prop_map(Fault::Refused),
        1 => Just(Fault::Off),
        1 => Just(Fault::Throttled),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn security_hub_shows_the_open_findings_after_any_sequence_of_runs(
        steps in proptest::collection::vec(
            (proptest::collection::btree_set(0..14_u8, 0..14), any::<bool>(), fault())
                .prop_map(|(open, waived, fault)| Step { open, waived, fault }),
            1..6,
        ),
    ) {
        let last = Step { fault: Fault::None, ..steps.last().unwrap().clone() };
        let all: Vec<Step> = steps.into_iter().chain([last.clone()]).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let (hub, answers, _) = runtime.block_on(runs(&all));
        prop_assert!(answers.last().unwrap().is_ok(), "{:?}", answers.last());
        prop_assert_eq!(active(&hub), expected(&last));
    }
}
