//! The role that a recorder of this component reads the account with, and what lets AWS Config deliver.

use aws_resources::{Statement, iam};
use pulumi_component::{Output, ResourceOptions, Scope, interpolate};

use crate::account::facts::{AccountFacts, ServiceLinkedRole};
use crate::inputs::recorder::RecorderSettingsArgs;

/// AWS Config's service principal, the same in every partition.
pub(crate) const PRINCIPAL: &str = "config.amazonaws.com";
/// What AWS and the account's owners set on the role: nothing that this component changes.
const NOT_OURS: [&str; 4] = ["customSuffix", "description", "tags", "tagsAll"];

/// ARN of the recorder's role.
///
/// The service-linked role is the account's: recorders of other regions use it, too. So it is registered in every run, taken
/// over where it exists, left as it is, and retained when the stack is destroyed.
pub(crate) fn describe(scope: &Scope, settings: &RecorderSettingsArgs, facts: &AccountFacts) -> Output<String> {
    if let Some(own) = &settings.role_arn {
        return own.output().clone();
    }
    let mut options = ResourceOptions::default().retain_on_delete(true);
    for property in NOT_OURS {
        options = options.ignore_changes(property);
    }
    if let ServiceLinkedRole::Exists(arn) = facts.service_linked_role() {
        options = options.import(arn);
    }
    iam::ServiceLinkedRole::child(scope, "service-linked-role", PRINCIPAL).options(options).register().arn()
}

/// What a bucket's policy says so that AWS Config delivers to its folder there, for this account alone (AWS Config Developer
/// Guide, "Permissions for the Amazon S3 Bucket for the AWS Config Delivery Channel").
pub(crate) fn bucket_statements(bucket_arn: &Output<String>, facts: &AccountFacts) -> Vec<Statement> {
    let config =
        |sid| Statement::allow(sid).service(PRINCIPAL).when("StringEquals", "aws:SourceAccount", facts.account_id());
    vec![
        config("ConfigReadsBucket").actions(["s3:GetBucketAcl", "s3:ListBucket"]).on(bucket_arn.clone()),
        config("ConfigDelivers")
            .actions(["s3:PutObject"])
            .on(interpolate!("{}/AWSLogs/{}/Config/*", bucket_arn.clone(), facts.account_id()))
            .when("StringEquals", "s3:x-amz-acl", "bucket-owner-full-control"),
    ]
}

/// What a key's policy says so that AWS Config encrypts what it delivers, for this account alone (AWS Config Developer Guide,
/// "Permissions for the KMS Key for the AWS Config Delivery Channel").
pub(crate) fn key_statement(facts: &AccountFacts) -> Statement {
    Statement::allow("Config").service(PRINCIPAL).actions(["kms:Decrypt", "kms:GenerateDataKey"]).on_everything().when(
        "StringEquals",
        "aws:SourceAccount",
        facts.account_id(),
    )
}
