//! Verdicts that come for the first time, in parts, or not any more: what of it is news.

use serde_json::{Value, json};

use super::{BAD, GOOD, account::Account, change, settled};
use crate::tests::support::{batch, change_event};

#[tokio::test(start_paused = true)]
async fn a_first_evaluation_that_comes_in_parts_is_no_flood_of_notices() {
    let ids: Vec<String> = (0..50).map(|number| format!("volume-{number:02}")).collect();
    let results: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), BAD)).collect();
    let account = Account::new(&["a"]);
    account.judge("a", &results[..3]);
    account.look("run-1", 0).await;
    account.run(&change("volume-00"), "run-2", 1).await.unwrap();
    account.judge("a", &results[..49]);
    account.run(&change("volume-05"), "run-3", 2).await.unwrap();
    account.look("run-4", 360).await;
    assert_eq!(account.kinds(), ["summary", "summary"]);
    let open: Vec<_> = account.messages().iter().map(|message| message["openFindings"].clone()).collect();
    assert_eq!(open, [3, 49]);
    account.judge("a", &results);
    account.look("run-5", 720).await;
    assert_eq!(account.told(), ["nonCompliant volume-49"]);
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_loses_its_verdicts_closes_nothing_and_tells_nothing_twice_when_they_come_back() {
    let account = settled(&[("mended", BAD), ("stays", BAD), ("gone", BAD), ("good", GOOD)]).await;
    account.judge("a", &[]);
    for (run, hours) in [("run-1", 6), ("run-2", 12)] {
        account.look(run, hours * 60).await;
        account.run(&change("stays"), &format!("{run}-event"), hours * 60 + 1).await.unwrap();
    }
    assert_eq!(account.told(), Vec::<String>::new());
    // The first of the verdicts that come back.
    account.judge("a", &[("mended", GOOD), ("new", BAD)]);
    account.look("run-3", 18 * 60).await;
    assert_eq!(account.told(), ["nonCompliant new", "fixed mended"], "what is said holds, what is not said does not");
    account.judge("a", &[("mended", GOOD), ("new", BAD), ("stays", BAD), ("good", GOOD)]);
    account.look("run-4", 24 * 60).await;
    assert_eq!(account.told()[2..], ["deleted gone"]);
}

/// The change that says that a bucket is gone.
fn end(id: &str) -> Value {
    let mut event = change_event(id);
    event["detail"]["newEvaluationResult"]["complianceType"] = "NOT_APPLICABLE".into();
    batch(&[("m", event.to_string())])
}

#[tokio::test(start_paused = true)]
async fn a_change_closes_what_it_is_about_and_nothing_that_may_be_judged_later() {
    let account = settled(&[("x", BAD), ("y", BAD), ("z", BAD), ("good", GOOD)]).await;
    // Results were deleted, and come back one after the other, each with a change.
    account.judge("a", &[("x", BAD), ("z", GOOD)]);
    account.run(&change("x"), "run-1", 1).await.unwrap();
    assert_eq!(account.told(), Vec::<String>::new(), "nothing is asked of other resources");
    account.run(&change("z"), "run-1-z", 1).await.unwrap();
    assert_eq!(account.told(), ["fixed z"]);
    account.run(&end("y"), "run-2", 2).await.unwrap();
    assert_eq!(account.told()[1..], ["deleted y"]);
    // An old one, of a bucket that is there again.
    account.run(&end("x"), "run-3", 3).await.unwrap();
    assert_eq!(account.told().len(), 2);
    account.judge("a", &[]);
    account.run(&end("x"), "run-4", 4).await.unwrap();
    assert_eq!(account.told()[2..], ["deleted x"], "the last resource of a rule, too");
}

#[tokio::test(start_paused = true)]
async fn the_last_resource_of_a_rule_that_is_gone_is_told_after_a_day() {
    let account = settled(&[("x", BAD)]).await;
    account.judge("a", &[]);
    for hours in [6, 12, 18, 24, 30] {
        account.look(&format!("run-{hours}"), hours * 60).await;
        assert_eq!(account.told(), Vec::<String>::new(), "{hours}");
    }
    account.look("run-36", 36 * 60).await;
    assert_eq!(account.told(), ["deleted x"]);
    account.look("run-42", 42 * 60).await;
    assert_eq!(account.told().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn some_closed_resources_are_asked_for_one_by_one_and_many_by_their_rule() {
    for closed in [3, 30] {
        let ids: Vec<String> = (0..closed).map(|number| format!("bucket-{number:02}")).collect();
        let all = |verdict| ids.iter().map(|id| (id.as_str(), verdict)).chain([("stays", BAD)]).collect::<Vec<_>>();
        let account = settled(&all(BAD)).await;
        account.judge("b", &all(GOOD));
        account.judge("a", &all(GOOD));
        let before = account.operations().len();
        account.look("run-1", 10).await;
        assert_eq!(account.told().len(), closed);
        assert!(account.told().iter().all(|told| told.starts_with("fixed ")), "{:?}", account.told());
        let asked = account.operations().split_off(before);
        let alone = asked.iter().filter(|operation| *operation == "GetComplianceDetailsByResource").count();
        // The new finding of the other rule is confirmed by its resource.
        assert_eq!(alone, 2 * if closed < 20 { closed + 1 } else { 1 }, "a page for each rule: {asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_is_judged_later_is_told_as_a_summary_too() {
    let account = settled(&[("one", GOOD)]).await;
    account.judge("b", &[("x", BAD)]);
    account.run(&change("x"), "run-1", 1).await.unwrap();
    assert_eq!(account.kinds(), Vec::<String>::new(), "a change while a rule is judged for the first time is no news");
    account.look("run-2", 2).await;
    assert_eq!(account.kinds(), ["summary"]);
    assert_eq!(account.messages()[0]["openFindingsByRule"], json!({ "b": 1 }));
    account.look("run-3", 3).await;
    account.judge("b", &[("x", BAD), ("y", BAD)]);
    account.look("run-4", 4).await;
    assert_eq!(account.told(), ["nonCompliant y"]);
}

#[tokio::test(start_paused = true)]
async fn the_first_run_is_silent_but_for_one_summary() {
    let account = Account::new(&["a", "b"]);
    account.judge("a", &[("one", BAD), ("two", BAD), ("three", BAD), ("four", GOOD)]);
    account.look("run-1", 0).await;
    assert_eq!(account.kinds(), ["summary"]);
    let summary = &account.messages()[0];
    assert_eq!(
        (&summary["openFindings"], &summary["judgedRules"], &summary["waitingRules"]),
        (&json!(3), &json!(1), &json!(1))
    );
    assert_eq!(account.entries("findings/"), 3, "every page was read");
    account.look("run-2", 10).await;
    assert_eq!(account.kinds(), ["summary"], "nothing changed, nothing is told");
}

#[tokio::test(start_paused = true)]
async fn findings_of_a_rule_that_is_gone_are_closed_and_it_begins_anew_in_silence() {
    let account = settled(&[("x", BAD)]).await;
    account.state.lock().unwrap().results.remove("a");
    account.look("run-1", 10).await;
    assert_eq!(account.told(), ["notRecorded x"]);
    account.judge("a", &[("x", BAD)]);
    account.look("run-2", 20).await;
    assert_eq!(account.kinds(), ["transitions", "summary"]);
}

/// Results that change between two reads of a run, whichever they are: all are bad, good or gone in the end, and what was sent adds
/// up to that.
#[tokio::test(start_paused = true)]
async fn results_that_change_between_two_reads_are_neither_deleted_nor_sent_twice() {
    let ids: Vec<String> = (0..30).map(|number| format!("bucket-{number:02}")).collect();
    let all = |verdict| ids.iter().map(|id| (id.as_str(), verdict)).collect::<Vec<_>>();
    for ((then, now), moment) in
        [(GOOD, BAD), (BAD, GOOD)].into_iter().flat_map(|both| (1..21).map(move |at| (both, at)))
    {
        let account = settled(&all(BAD)).await;
        account.judge("a", &all(then));
        let results: std::collections::BTreeMap<_, _> =
            ids.iter().map(|id| (("AWS::S3::Bucket".to_owned(), id.clone()), now.to_owned())).collect();
        let mut reads = 0;
        account.state.lock().unwrap().after = Some(Box::new(move |state, operation| {
            reads +=
                usize::from(["Describe", "GetCompliance", "Select"].iter().any(|name| operation.starts_with(name)));
            if reads == moment {
                state.results.insert("a".to_owned(), results.clone());
            }
        }));
        for (run, minutes) in [("run-1", 10), ("run-2", 20), ("run-3", 30), ("run-4", 40), ("run-5", 50)] {
            account.look(run, minutes).await;
        }
        let told = account.told();
        let context = format!("{then} {now} after read {moment}: {told:?}");
        assert!(told.iter().all(|each| !each.starts_with("deleted")), "{context}");
        let mut open: std::collections::BTreeSet<&str> = ids.iter().map(String::as_str).collect();
        for each in &told {
            let (kind, id) = each.split_once(' ').unwrap();
            assert!(if kind == "nonCompliant" { open.insert(id) } else { open.remove(id) }, "{context}");
        }
        assert_eq!(open.len(), if now == BAD { 30 } else { 0 }, "{context}");
    }
}
