//! The key that encrypts everything the monitor keeps and sends, and who may use it.

use account_look::NamesakeKind;
use aws_resources::{ArnBuilder, PolicyDocument, Statement, kms};
use pulumi_component::{
    Checks, Context, Error, Output, Outputs, PreparedComponent, ResourceOptions, Scope, TypeToken, interpolate,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::facts::AccountFacts;
use crate::account::prepared::Prepared;
use crate::inputs::bounds;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::on_destroy::OnDestroy;
use crate::inputs::tags::{Tags, TextTags};
use crate::parts::budget;
use crate::parts::part::Part;
use crate::parts::recorder::role;
use crate::parts::tags;

/// Inputs of [`Encryption`].
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct EncryptionArgs {
    /// Start of the alias' name: a-z, 0-9 and hyphen.
    pub name_prefix: NamePrefix,
    /// Tags of the key.
    #[schemars(with = "TextTags")]
    pub tags: Tags,
    /// Whether AWS Config of this account may encrypt what it delivers with the key, as `Recorder` needs it.
    pub config_delivery: bool,
    /// Whether AWS Budgets of this account may encrypt its messages with the key, as `Budget` needs it.
    pub budget_notices: bool,
    /// What `pulumi destroy` does with the key.
    pub on_destroy: OnDestroy,
}

/// A KMS key with rotation that the account, CloudWatch Logs of the region, EventBridge, CloudWatch alarms and SNS may use.
/// A statement has a condition only where AWS documents that the service sends it.
#[derive(Debug, Outputs)]
pub struct Encryption {
    /// Id of the key.
    pub kms_key_id: Output<String>,
    /// ARN of the key.
    pub kms_key_arn: Output<String>,
    /// Name of the alias, with `alias/` in front.
    pub alias_name: Output<String>,
}

/// The key as a part of the whole.
pub const PART: Part = Part {
    check: |args, checks| {
        if let Some(key) = &args.kms_key_arn {
            checks.input("kmsKeyArn", key, |arn| bounds::key_arn(arn));
        }
    },
    claim: |whole, request| {
        let alias = whole.args.kms_key_arn.is_none().then(|| whole.args.name_prefix.key_alias());
        request.resources.extend(whole.resources(NamesakeKind::KeyAlias, alias));
    },
    ..Part::of::<Encryption>("encryption")
};

impl ComplianceMonitoringArgs {
    /// What this part of the whole is given.
    pub(super) fn encryption(&self, prepared: &Prepared) -> EncryptionArgs {
        let config_delivery = self.delivers(prepared);
        EncryptionArgs {
            name_prefix: self.name_prefix.clone(),
            tags: self.tags.clone(),
            config_delivery,
            budget_notices: self.cost.monthly_budget_usd.is_some(),
            on_destroy: self.reports.on_destroy(),
        }
    }
}

impl PreparedComponent for Encryption {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:Encryption");
    type Args = EncryptionArgs;
    type Prepared = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, Error> {
        AccountFacts::look(context).await?.admit_tags(&args.tags)
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, Error> {
        let key = kms::Key::child(scope, "key")
            .description("Encrypts the reports, queues, logs and notices of compliance monitoring")
            .enable_key_rotation(true)
            .policy(key_policy(facts, &args))
            .tags(tags::owned(&args.tags, facts))
            .options(facts.adoption().key(args.on_destroy.of(ResourceOptions::default())))
            .register();
        let alias = kms::Alias::child(scope, "alias", key.key_id())
            .name(args.name_prefix.key_alias())
            .options(facts.adoption().of(
                NamesakeKind::KeyAlias,
                &args.name_prefix.key_alias(),
                ResourceOptions::default(),
            ))
            .register();
        Ok(Self { kms_key_id: key.key_id(), kms_key_arn: key.arn(), alias_name: alias.id() })
    }
}

/// Who may use the key. In a key policy the resource `*` is the key itself.
fn key_policy(facts: &AccountFacts, args: &EncryptionArgs) -> PolicyDocument {
    let publisher = |sid, service: &str| {
        Statement::allow(sid).service(service).actions(["kms:Decrypt", "kms:GenerateDataKey"]).on_everything()
    };
    let config = args.config_delivery.then(|| role::key_statement(facts));
    let budgets = args.budget_notices.then(|| budget::key_statement(facts));
    let statements = [
        // Without the account's root a key can become unmanageable (KMS, "Default key policy").
        Statement::allow("Account")
            .aws(ArnBuilder::of(facts.partition(), "iam").account(facts.account_id()).resource("root"))
            .actions(["kms:*"])
            .on_everything(),
        // CloudWatch Logs, "Encrypt log data using AWS KMS": the log group's ARN is the encryption context.
        Statement::allow("CloudWatchLogs")
            .service(interpolate!("logs.{}.{}", facts.region(), facts.dns_suffix()))
            .actions([
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ])
            .on_everything()
            .when(
                "ArnLike",
                "kms:EncryptionContext:aws:logs:arn",
                ArnBuilder::of(facts.partition(), "logs")
                    .region(facts.region())
                    .account(facts.account_id())
                    .resource("log-group:*"),
            ),
        // No conditions: AWS does not document a source that these services send to a key (SNS and SQS, "Key management"), and
        // a condition that is not met loses every message. The policies of topic and queues say for whom they may act.
        publisher("EventBridge", "events.amazonaws.com"),
        publisher("CloudWatchAlarms", "cloudwatch.amazonaws.com"),
        publisher("Topics", "sns.amazonaws.com"),
    ];
    PolicyDocument::new(statements.into_iter().chain(config).chain(budgets))
}
