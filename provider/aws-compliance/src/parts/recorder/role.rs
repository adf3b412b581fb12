//! The role that a recorder of this component reads the account with, and what lets AWS Config deliver.

use aws_resources::{Statement, iam};
use pulumi_component::{Input, Output, ResourceOptions, Scope, interpolate};

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

/// The accounts whose AWS Config delivers: this one, where it does, and others.
pub(crate) struct Delivering<'a> {
    own: Option<Output<String>>,
    members: &'a [String],
}

impl<'a> Delivering<'a> {
    /// `own`: whether AWS Config of this account delivers; `members`: ids of other accounts.
    pub(crate) fn new(own: bool, members: &'a [String], facts: &AccountFacts) -> Self {
        Self { own: own.then(|| facts.account_id()), members }
    }

    /// Whether there are any.
    pub(crate) fn exist(&self) -> bool {
        self.own.is_some() || !self.members.is_empty()
    }

    /// Only for them. A single one is a text and no list.
    fn alone(&self, statement: Statement) -> Statement {
        let (operator, key) = ("StringEquals", "aws:SourceAccount");
        match (&self.own, self.members) {
            (Some(own), []) => statement.when(operator, key, own),
            (own, members) => {
                let own = own.iter().map(Input::from);
                statement.when_one_of(operator, key, own.chain(members.iter().map(Input::from)))
            }
        }
    }

    /// What a bucket's policy says so that AWS Config delivers to the folder of each account there (AWS Config Developer Guide,
    /// "Permissions for the Amazon S3 Bucket for the AWS Config Delivery Channel"). Its service principal delivers to a bucket of
    /// another account where the role of the recorder may not.
    pub(crate) fn bucket_statements(&self, bucket_arn: &Output<String>) -> Vec<Statement> {
        if !self.exist() {
            return Vec::new();
        }
        let config = |sid: &str| Statement::allow(sid).service(PRINCIPAL);
        let delivers = |sid: &str, account: Input<String>| {
            config(sid)
                .actions(["s3:PutObject"])
                .on(interpolate!("{}/AWSLogs/{}/Config/*", bucket_arn.clone(), account.output().clone()))
                .when("StringEquals", "aws:SourceAccount", account)
                .when("StringEquals", "s3:x-amz-acl", "bucket-owner-full-control")
        };
        let reads = config("ConfigReadsBucket").actions(["s3:GetBucketAcl", "s3:ListBucket"]).on(bucket_arn.clone());
        let own = self.own.iter().map(|own| delivers("ConfigDelivers", own.into()));
        // None may write to the folder of another.
        let members = self.members.iter().map(|account| delivers(&format!("ConfigDelivers{account}"), account.into()));
        std::iter::once(self.alone(reads)).chain(own).chain(members).collect()
    }

    /// What a key's policy says so that AWS Config encrypts what it delivers, for these accounts alone (AWS Config Developer
    /// Guide, "Permissions for the KMS Key for the AWS Config Delivery Channel").
    pub(crate) fn key_statement(&self) -> Option<Statement> {
        let actions = ["kms:Decrypt", "kms:GenerateDataKey"];
        let config = Statement::allow("Config").service(PRINCIPAL).actions(actions).on_everything();
        self.exist().then(|| self.alone(config))
    }
}
