//! The role that a recorder of this component reads the account with, and what lets AWS Config deliver.

use aws_resources::{Statement, iam};
use pulumi_component::{Context, Output, PropertyMap, ResourceOptions, Scope, Value, interpolate};

use crate::account::facts::AccountFacts;
use crate::parts::recorder::RecorderSettingsArgs;

/// AWS Config's service principal, the same in every partition.
pub(crate) const PRINCIPAL: &str = "config.amazonaws.com";
/// Path of the service-linked role (AWS Config Developer Guide, "Using Service-Linked Roles for AWS Config").
const PATH: &str = "/aws-service-role/config.amazonaws.com/";
/// What AWS and the account's owners set on the role: nothing that this component changes.
const NOT_OURS: [&str; 4] = ["customSuffix", "description", "tags", "tagsAll"];

/// Whether the account has AWS Config's service-linked role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum ServiceLinkedRole {
    /// It was not asked for, or the answer is not known.
    #[default]
    Unknown,
    /// It does not exist yet.
    Missing,
    /// It exists, under this ARN.
    Exists(String),
}

/// Asks for the service-linked role where a recorder of this component needs it, with the credentials of the `aws` provider.
pub(crate) async fn find(context: &Context, settings: &RecorderSettingsArgs, facts: AccountFacts) -> AccountFacts {
    if settings.role_arn.is_some() || !settings.is_ours(&facts) {
        return facts;
    }
    let path = PropertyMap::from([("pathPrefix".to_owned(), Value::String(PATH.to_owned()).into())]);
    let answer = context.invoke(&aws_resources::AWS, "aws:iam/getRoles:getRoles", path).await;
    let role = match answer {
        Ok(answer) => answer.map_or(ServiceLinkedRole::Unknown, |roles| read(&roles)),
        Err(error) => {
            context.warn(format!(
                "recorder: cannot find out whether the role AWSServiceRoleForConfig exists ({error}), so it will be created. \
                 If IAM then says that its name has been taken, set `recorder.roleArn` to its ARN"
            ));
            ServiceLinkedRole::Unknown
        }
    };
    if context.is_preview() {
        match &role {
            ServiceLinkedRole::Missing => context.info("recorder: the role AWSServiceRoleForConfig will be created"),
            ServiceLinkedRole::Exists(arn) => context.info(format!("recorder: the role {arn} exists and will be used")),
            ServiceLinkedRole::Unknown => {}
        }
    }
    facts.with_service_linked_role(role)
}

fn read(roles: &PropertyMap) -> ServiceLinkedRole {
    let Some(Value::List(arns)) = roles.get("arns").map(|arns| &arns.value) else { return ServiceLinkedRole::Unknown };
    match arns.first().map(|arn| &arn.value) {
        None => ServiceLinkedRole::Missing,
        Some(Value::String(arn)) => ServiceLinkedRole::Exists(arn.clone()),
        Some(_) => ServiceLinkedRole::Unknown,
    }
}

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
    let required = iam::service_linked_role::Required { aws_service_name: PRINCIPAL.into() };
    iam::ServiceLinkedRole::child(scope, "service-linked-role", required).options(options).register().arn()
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
