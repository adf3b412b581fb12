//! A run over all rules: what it reads, what it answers and records, and what it refuses.

use functions_core::{
    evaluate::{EvaluationRecord, RULES_PER_CALL, Trigger},
    key,
};
use serde_json::json;

use super::{BAD, GOOD, KEY, account::Account};
use crate::tests::support::at;

#[tokio::test(start_paused = true)]
async fn rules_are_read_25_a_call_and_one_record_is_written() {
    let names: Vec<String> = (0..60).map(|number| format!("rule-{number:02}")).collect();
    let account = Account::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for name in &names {
        account.judge(name, &[("x", GOOD)]);
    }
    let answer = account.run(&json!({}), "run-1", 0).await.unwrap();
    assert_eq!(
        answer,
        json!({ "record": KEY, "rules": 60, "compliant": 60, "nonCompliant": 0, "notApplicable": 0,
                "insufficientData": 0, "missing": 0 })
    );
    let described = account.operations().iter().filter(|each| *each == "DescribeComplianceByConfigRule").count();
    assert_eq!(described, 60_usize.div_ceil(RULES_PER_CALL));
    let record: EvaluationRecord = serde_json::from_str(&account.state.lock().unwrap().objects[KEY]).unwrap();
    assert_eq!((record.trigger, record.rules.len()), (Trigger::Manual, 60));
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_is_gone_does_not_hide_the_others() {
    let account = Account::new(&["a", "b", "c"]);
    account.judge("a", &[("x", GOOD)]);
    account.judge("c", &[("x", BAD)]);
    account.state.lock().unwrap().results.remove("b");
    let answer = account.look("run-1", 0).await;
    assert_eq!((&answer["compliant"], &answer["nonCompliant"], &answer["missing"]), (&json!(1), &json!(1), &json!(1)));
}

#[tokio::test(start_paused = true)]
async fn another_configuration_than_deployed_is_refused_before_anything_is_read_by_it() {
    let account = Account::new(&["a"]);
    account.state.lock().unwrap().objects.insert(key::CONFIGURATION.to_owned(), "{}".to_owned());
    let error = account.run(&json!({}), "run-1", 0).await.unwrap_err();
    assert_eq!(error.error_type(), "Retry.OtherConfiguration");
    assert_eq!(account.operations().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_event_of_no_known_kind_is_refused_with_what_is_expected() {
    let account = Account::new(&["a"]);
    let error = account.run(&json!({ "detail-type": "Something" }), "run-1", 0).await.unwrap_err();
    assert_eq!(error.error_type(), "GiveUp.Event");
    assert!(error.to_string().starts_with("expected a scheduled event"), "{error}");
    assert!(account.operations().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_run_without_rules_or_results_is_a_summary_of_nothing() {
    let account = Account::new(&[]);
    let answer = account.look("run-1", 0).await;
    assert_eq!((&answer["rules"], account.kinds().as_slice()), (&json!(0), ["summary".to_owned()].as_slice()));
    assert_eq!(account.messages()[0]["openFindings"], 0);
}

#[tokio::test(start_paused = true)]
async fn the_run_of_a_deployment_is_like_any_other() {
    let account = Account::new(&["a"]);
    account.run(&json!({ "trigger": "deployment" }), "run-1", 0).await.unwrap();
    let record: EvaluationRecord = serde_json::from_str(&account.state.lock().unwrap().objects[KEY]).unwrap();
    assert_eq!(record.trigger, Trigger::Deployment);
    assert_eq!(at("run-1", 0).run.id, "run-1");
}
