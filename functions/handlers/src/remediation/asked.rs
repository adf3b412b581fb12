//! What the notice that asks for approvals says.

use functions_core::remediation::settings::Mode;
use serde_json::Value;

use super::fake::{Account, settings};

const PROGRAM: &str = "pulumi-resource-aws-compliance remediation";

fn published(account: &Account) -> Value {
    let world = account.world.lock().unwrap();
    assert_eq!(world.state.published.len(), 1);
    world.state.published[0].clone()
}

#[tokio::test(start_paused = true)]
async fn request_has_the_change_and_the_command_to_type_for_each_of_them() {
    let account = Account::new(settings(Mode::Approve));
    for bucket in ["b-1", "b-2"] {
        account.bad(bucket, 0, &[]);
    }
    account.sweep("run-1", 1).await;
    let message = published(&account);
    let email = message["email"].as_str().unwrap();
    assert!(
        email.starts_with("2 changes in account 123456789012 and region eu-central-1 wait for approval."),
        "{email}"
    );
    for bucket in ["b-1", "b-2"] {
        let item = account.item(bucket);
        let plan = item.plan.unwrap();
        for line in [
            format!("tls: {bucket} (AWS::S3::Bucket)"),
            format!("Change: {}", plan.effect),
            format!("Show: {PROGRAM} show {} --table ledger --region eu-central-1", item.id),
            format!(
                "Approve: {PROGRAM} approve {} --plan {} --table ledger --region eu-central-1",
                item.id,
                plan.digest()
            ),
        ] {
            assert!(email.lines().any(|own| own.trim() == line), "{line} in {email}");
        }
    }
    let machine: Value = serde_json::from_str(message["default"].as_str().unwrap()).unwrap();
    assert_eq!(machine["kind"], "remediationApproval");
    assert_eq!(machine["remediations"].as_array().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn request_of_many_changes_fits_into_a_message_and_says_how_to_see_the_rest() {
    let account = Account::new(settings(Mode::Approve));
    for number in 0..60 {
        account.bad(&format!("bucket-with-a-name-that-is-quite-long-{number:03}"), 0, &[]);
    }
    account.sweep("run-1", 1).await;
    let message = published(&account);
    let email = message["email"].as_str().unwrap();
    assert_eq!(email.matches("Approve: ").count(), 50);
    assert!(email.contains(&format!("and 10 more: {PROGRAM} list --table ledger --region eu-central-1")), "{email}");
    // Amazon SNS API Reference, "Publish": a message has at most 262,144 bytes.
    assert!(message.to_string().len() < 262_144);
}
