//! The topic that carries notices, and who gets them.

use std::collections::BTreeMap;

use aws_resources::{Arn, Json, PolicyDocument, Statement, sns};
use pulumi_component::{Checks, Component, ConstructError, Context, Input, Output, Outputs, Scope, TypeToken, Wrong};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::bounds;
use crate::facts::AccountFacts;
use crate::names::NamePrefix;
use crate::tags::{self, Tags};

/// Who is told.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NotificationsArgs {
    /// E-mail addresses by a name of your own, such as `security`; no address twice. Each confirms its subscription once;
    /// removing one leaves the others confirmed.
    pub emails: BTreeMap<String, Input<String>>,
}

impl NotificationsArgs {
    /// Judges the addresses. SNS gives a second subscription of an address the ARN of the first: with one of them,
    /// both would go (Amazon SNS API Reference, "Subscribe").
    pub fn check(&self, checks: &mut Checks) {
        let mut taken = BTreeMap::new();
        checks.each_entry("emails", &self.emails, |checks, key, address| {
            checks.input("", address, |address| {
                bounds::email(address)?;
                match taken.insert(address.clone(), key) {
                    Some(first) => Err(Wrong::new(format!("the same address as `{first}`; remove one of the two"))),
                    None => Ok(()),
                }
            });
        });
    }
}

/// Inputs of [`Alerts`].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertsArgs {
    /// Start of the topic's name: a-z, 0-9 and hyphen.
    #[serde(default)]
    pub name_prefix: NamePrefix,
    /// Tags of the topic.
    #[serde(default)]
    pub tags: Tags,
    /// ARN of the KMS key that encrypts the messages. It must admit the services that publish.
    pub kms_key_arn: Input<String>,
    /// Who is told.
    #[serde(default)]
    pub notifications: NotificationsArgs,
}

/// An encrypted topic for notices, with a subscription for each e-mail address.
#[derive(Debug, Outputs)]
pub struct Alerts {
    /// ARN of the topic.
    pub topic_arn: Output<String>,
    /// Name of the topic.
    pub topic_name: Output<String>,
}

impl Component for Alerts {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:Alerts");
    type Args = AlertsArgs;
    type Facts = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        checks.input("kmsKeyArn", &args.kms_key_arn, |arn| bounds::key_arn(arn));
        checks.under("notifications", |checks| args.notifications.check(checks));
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, ConstructError> {
        AccountFacts::look(context).await?.admit_key(&args.kms_key_arn)
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, ConstructError> {
        let topic = sns::Topic::child(scope, "topic")
            .name(args.name_prefix.topic())
            .kms_master_key_id(args.kms_key_arn)
            .delivery_policy(delivery_policy())
            .set_tags(tags::input(&args.tags))
            .register();
        let required =
            sns::topic_policy::Required { arn: topic.arn().into(), policy: topic_policy(&topic, facts).into() };
        sns::TopicPolicy::child(scope, "policy", required).register();
        for (key, address) in args.notifications.emails {
            let required = sns::topic_subscription::Required {
                endpoint: address,
                protocol: "email".into(),
                topic: topic.arn().into(),
            };
            sns::TopicSubscription::child(scope, &format!("email-{key}"), required).register();
        }
        Ok(Self { topic_arn: topic.arn(), topic_name: topic.name() })
    }
}

/// Three more tries for an HTTP endpoint, 20 seconds apart (SNS, "Creating an HTTP/S delivery policy").
fn delivery_policy() -> Json {
    Json::Known(json!({
        "http": {
            "defaultHealthyRetryPolicy": {
                "numRetries": 3,
                "minDelayTarget": 20,
                "maxDelayTarget": 20,
                "numNoDelayRetries": 0,
                "numMinDelayRetries": 0,
                "numMaxDelayRetries": 0,
                "backoffFunction": "linear",
            },
            "disableSubscriptionOverrides": false,
        },
    }))
}

/// The account's own principals and its alarms publish, over TLS alone.
fn topic_policy(topic: &sns::Topic, facts: &AccountFacts) -> PolicyDocument {
    PolicyDocument::new([
        Statement::allow("Account")
            .aws(Arn::of(facts.partition(), "iam").account(facts.account_id()).resource("root"))
            .actions(["sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:Publish", "sns:Subscribe"])
            .on(topic.arn()),
        Statement::allow("CloudWatchAlarms")
            .service("cloudwatch.amazonaws.com")
            .actions(["sns:Publish"])
            .on(topic.arn())
            .when("StringEquals", "aws:SourceAccount", facts.account_id()),
        Statement::deny("TlsOnly").everyone().actions(["sns:Publish"]).on(topic.arn()).when(
            "Bool",
            "aws:SecureTransport",
            "false",
        ),
    ])
}
