//! Messages of the queue that somebody made up: the function plans what AWS Config says, and asks nobody about anything else.

use functions_core::remediation::{decision::Wish, settings::Mode};
use serde_json::{Value, json};

use super::account::{Account, OPT_IN, PERSON, RULE, settings};
use crate::tests::support::{batch, change_event};

const HOUR: u64 = 60;

/// A compliance change of the bucket `b`, as anybody can write one who may send to the queue.
fn change(time: &str) -> Value {
    let mut event = change_event("b");
    event["detail"]["configRuleName"] = json!(RULE);
    event["time"] = json!(time);
    event
}

/// A bucket of which processing has stored no finding.
fn without_a_finding(mode: Mode) -> Account {
    let account = Account::new(settings(mode));
    account.bad("b", 0, &[OPT_IN]);
    account.world.lock().unwrap().state.table.retain(|(partition, _), _| !partition.starts_with("findings/"));
    account
}

async fn take(account: &Account, event: &Value, minutes: u64) {
    let answer = account.handle(&batch(&[("m1", event.to_string())]), &format!("run-{minutes}"), minutes).await;
    assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [] }), "it is recorded");
}

fn asked(account: &Account) -> usize {
    account.world.lock().unwrap().state.published.len()
}

#[tokio::test(start_paused = true)]
async fn finding_that_aws_config_does_not_have_is_neither_planned_nor_asked_about() {
    for mode in [Mode::DryRun, Mode::Approve, Mode::Automatic] {
        for verdict in [None, Some("COMPLIANT"), Some("NOT_APPLICABLE")] {
            let account = without_a_finding(mode);
            if let Some(verdict) = verdict {
                account.evaluate("b", verdict, 0);
            }
            take(&account, &change("2026-03-04T05:06:07Z"), 1).await;
            assert_eq!((account.state("b").as_str(), asked(&account)), ("none", 0), "{mode:?} {verdict:?}");
            account.sweep("run-2", 2 * HOUR).await;
            assert_eq!((account.state("b").as_str(), account.writes()), ("none", Vec::new()), "{mode:?} {verdict:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn finding_that_cannot_be_looked_up_waits_for_the_next_run() {
    let account = without_a_finding(Mode::Approve);
    account.evaluate("b", "NON_COMPLIANT", 0);
    account.world.lock().unwrap().refused.insert("GetComplianceDetailsByResource".to_owned());
    take(&account, &change("2026-03-04T05:06:07Z"), 1).await;
    assert_eq!((account.state("b").as_str(), asked(&account)), ("none", 0));
    account.finding("b", 0, true);
    account.sweep("run-2", 2).await;
    assert_eq!((account.state("b").as_str(), asked(&account)), ("awaiting approval", 1));
}

#[tokio::test(start_paused = true)]
async fn finding_that_aws_config_has_is_planned_before_processing_stores_it_and_since_then() {
    let account = without_a_finding(Mode::Approve);
    account.evaluate("b", "NON_COMPLIANT", 0);
    // The message claims a time in the far future.
    take(&account, &change("2099-01-01T00:00:00Z"), 1).await;
    assert_eq!((account.state("b").as_str(), asked(&account)), ("awaiting approval", 1));
    assert!(account.item("b").since.as_str() < "2026-03-05", "{:?}", account.item("b").since);
    // It is not made before processing has stored the finding.
    let answer = account.decide("b", Wish::Approve, PERSON, 2).await;
    assert!(answer["note"].as_str().unwrap().contains("processing has not stored the finding"), "{answer}");
    assert_eq!(account.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn rejected_change_is_not_asked_for_again_because_a_message_says_that_its_finding_is_new() {
    for stored in [true, false] {
        let account = Account::new(settings(Mode::Approve));
        account.bad("b", 0, &[]);
        account.evaluate("b", "NON_COMPLIANT", 3 * HOUR);
        account.sweep("run-1", 1).await;
        account.decide("b", Wish::Reject, PERSON, 2).await;
        if !stored {
            account.finding("b", 3, false);
        }
        take(&account, &change("2026-03-09T05:06:07Z"), 4 * HOUR).await;
        assert_eq!((account.state("b").as_str(), asked(&account), account.item("b").round), ("rejected", 1, 1));
        // A finding that was closed and is open again is another one.
        account.finding("b", 5 * HOUR, true);
        take(&account, &change("2026-03-09T05:06:07Z"), 6 * HOUR).await;
        assert_eq!((account.state("b").as_str(), asked(&account)), ("awaiting approval", 2), "stored: {stored}");
    }
}

#[tokio::test(start_paused = true)]
async fn waived_finding_is_not_planned_because_a_message_names_it() {
    let account = Account::new(settings(Mode::Approve));
    account.bad("b", 0, &[]);
    {
        let mut world = account.world.lock().unwrap();
        let found = world.state.table.iter_mut().find(|((partition, _), _)| partition.starts_with("findings/"));
        let entry = found.unwrap().1;
        let mut body: Value = serde_json::from_str(entry["body"]["S"].as_str().unwrap()).unwrap();
        body["waived"] = json!(true);
        entry["body"] = json!({ "S": body.to_string() });
    }
    account.evaluate("b", "NON_COMPLIANT", 0);
    take(&account, &change("2026-03-04T05:06:07Z"), 1).await;
    assert_eq!((account.state("b").as_str(), asked(&account)), ("none", 0));
}

#[tokio::test(start_paused = true)]
async fn finding_of_another_account_or_region_is_neither_planned_nor_changed() {
    let (own, other) = ("123456789012", "210987654321");
    for mode in [Mode::DryRun, Mode::Approve, Mode::Automatic] {
        for (account_id, region) in [(other, "eu-central-1"), (other, "us-east-1"), (own, "us-east-1")] {
            let account = Account::new(settings(mode));
            account.bad("b", 0, &[OPT_IN]);
            account.evaluate("b", "NON_COMPLIANT", 0);
            // Processing has stored the finding under its account and region.
            {
                let table = &mut account.world.lock().unwrap().state.table;
                let moved = |text: &str| text.replace(own, account_id).replace("eu-central-1", region);
                let items: Vec<_> =
                    table.iter().filter(|((partition, _), _)| partition.starts_with("findings/")).collect();
                let items: Vec<_> = items
                    .into_iter()
                    .map(|(key, item)| (key.clone(), serde_json::from_str::<Value>(&moved(&item.to_string())).unwrap()))
                    .collect();
                assert_eq!(items.len(), 1);
                for ((partition, sort), item) in items {
                    table.remove(&(partition.clone(), sort.clone()));
                    table.insert((moved(&partition), moved(&sort)), item);
                }
            }
            let mut event = change("2026-03-04T05:06:07Z");
            event["detail"]["awsAccountId"] = json!(account_id);
            event["detail"]["awsRegion"] = json!(region);
            take(&account, &event, 1).await;
            for hours in [2, 8] {
                account.sweep(&format!("run-{hours}"), hours * HOUR).await;
            }
            let table = account.world.lock().unwrap().state.table.keys().cloned().collect::<Vec<_>>();
            let is_item = |(partition, sort): &&(String, String)| {
                partition.starts_with("remediation/") && sort.starts_with("item/")
            };
            assert_eq!(table.iter().find(is_item), None, "{mode:?} {account_id} {region}");
            assert_eq!((account.writes(), asked(&account)), (Vec::new(), 0), "{mode:?} {account_id} {region}");
        }
    }
}
