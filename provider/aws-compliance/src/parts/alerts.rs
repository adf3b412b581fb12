//! The topic that carries notices, who gets them, and the test of the way through it.

use account_look::NamesakeKind;
use aws_resources::{ArnBuilder, Json, PolicyDocument, Statement, cloudwatch, sns, sqs};
use functions_core::delivery::RETENTION_SECONDS;
use pulumi_component::options::depends_on;
use pulumi_component::{
    Checks, Context, Error, Input, Output, Outputs, PreparedComponent, ResourceOptions, Scope, TypeToken, all,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::account::existing::found::Planned;
use crate::account::facts::AccountFacts;
use crate::inputs::bounds;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::notifications::NotificationsArgs;
use crate::inputs::tags::{Tags, TextTags};
use crate::parts::budget;
use crate::parts::part::Part;
use crate::parts::tags;

/// Inputs of [`Alerts`].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertsArgs {
    /// Start of the topic's name: a-z, 0-9 and hyphen.
    #[serde(default)]
    pub name_prefix: NamePrefix,
    /// Tags of the topic.
    #[serde(default)]
    #[schemars(with = "TextTags")]
    pub tags: Tags,
    /// ARN of the KMS key that encrypts the messages. It must admit the services that publish.
    pub kms_key_arn: Input<String>,
    /// Whether AWS Budgets of this account may publish to the topic, as `Budget` needs it.
    #[serde(default)]
    pub budget_notices: bool,
    /// Who receives notices.
    #[serde(default)]
    pub notifications: NotificationsArgs,
}

/// An encrypted topic for notices, with a subscription for each e-mail address and route, and an alarm and a queue that test
/// whether alarms reach it.
#[derive(Debug, Outputs)]
pub struct Alerts {
    /// ARN of the topic.
    pub topic_arn: Output<String>,
    /// Name of the topic.
    pub topic_name: Output<String>,
    /// Names, as given in `emails` and `routes`, of e-mail subscriptions that were unconfirmed when the stack was last
    /// deployed or refreshed.
    pub pending_emails: Output<Vec<String>>,
    /// Names, as given in `routes`, of routes that receive nothing because their address or HTTPS endpoint had not confirmed the
    /// subscription when the stack was last deployed or refreshed.
    pub pending_routes: Output<Vec<String>>,
    /// URL of the queue that takes the message of the delivery test.
    pub delivery_queue_url: Output<String>,
}

/// The topic as a part of the whole.
pub const PART: Part = Part {
    check: |args, checks| {
        checks.under("notifications", |checks| {
            args.notifications.check(checks);
            args.notifications.check_schedule(&args.functions.schedule, checks);
            let frameworks = args.frameworks.iter().map(|framework| framework.id.as_str()).collect();
            args.notifications.check_frameworks(&frameworks, checks);
        });
    },
    claim: |whole, request| {
        let prefix = &whole.args.name_prefix;
        request.alarms.push(whole.named(prefix.delivery_test()));
        request.resources.extend(whole.resources(NamesakeKind::Topic, [prefix.topic()]));
        request.resources.extend(whole.resources(NamesakeKind::Queue, [prefix.delivery_test()]));
    },
    ..Part::of::<Alerts>("alerts")
};

impl ComplianceMonitoringArgs {
    /// What this part of the whole is given.
    pub(super) fn alerts(&self, key: &Output<String>) -> AlertsArgs {
        AlertsArgs {
            name_prefix: self.name_prefix.clone(),
            tags: self.tags.clone(),
            kms_key_arn: key.into(),
            budget_notices: self.cost.monthly_budget_usd.is_some(),
            notifications: self.notifications.clone(),
        }
    }
}

impl PreparedComponent for Alerts {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:Alerts");
    type Args = AlertsArgs;
    type Prepared = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        checks.input("kmsKeyArn", &args.kms_key_arn, |arn| bounds::key_arn(arn));
        checks.under("notifications", |checks| args.notifications.check(checks));
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, Error> {
        let facts = AccountFacts::look(context).await?.admit_tags(&args.tags)?.admit_key(&args.kms_key_arn)?;
        let planned = Planned::alone(NamesakeKind::Topic, &args.name_prefix, args.name_prefix.topic());
        facts.admit_names(context, Some(planned)).await
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, Error> {
        let key = args.kms_key_arn;
        let topic = sns::Topic::child(scope, "topic")
            .name(args.name_prefix.topic())
            .kms_master_key_id(&key)
            .delivery_policy(delivery_policy())
            .tags(tags::owned(&args.tags, facts))
            .options(facts.adoption().of(NamesakeKind::Topic, &args.name_prefix.topic(), ResourceOptions::default()))
            .register();
        let policy =
            sns::TopicPolicy::child(scope, "policy", topic.arn(), topic_policy(&topic, args.budget_notices, facts))
                .register();
        let Pending { emails, routes } = subscriptions(scope, &topic, &args.notifications);
        let delivery_queue_url = delivery_test(scope, &args.name_prefix, &args.tags, &key, facts, (&topic, &policy));
        Ok(Self {
            // By way of the policy: what publishes to the topic is created when it may.
            topic_arn: policy.arn(),
            topic_name: topic.name(),
            pending_emails: emails,
            pending_routes: routes,
            delivery_queue_url,
        })
    }
}

/// Names of subscriptions that wait for a confirmation: those by e-mail, and those of routes.
struct Pending {
    emails: Output<Vec<String>>,
    routes: Output<Vec<String>>,
}

/// A subscription for each address and route.
fn subscriptions(scope: &Scope, topic: &sns::Topic, notifications: &NotificationsArgs) -> Pending {
    let subscribe = |role: String, protocol: &str, endpoint: &Input<String>, filter: Option<Json>| {
        sns::TopicSubscription::child(scope, &role, endpoint.clone(), protocol, topic.arn())
            .set_filter_policy(filter.map(Into::into))
            .register()
    };
    let waits = |name: &str, subscription: &sns::TopicSubscription| {
        let name = name.to_owned();
        subscription.pending_confirmation().map(move |pending| pending.then_some(name))
    };
    let (mut emails, mut routes) = (Vec::new(), Vec::new());
    for (key, address) in &notifications.emails {
        emails.push(waits(key, &subscribe(format!("email-{key}"), "email", address, None)));
    }
    for (key, route) in &notifications.routes {
        let Some((protocol, endpoint)) = route.endpoint() else { continue };
        // Processing says of each message which routes take it.
        let filter = Json::Known(json!({ "route": [key] }));
        let subscription = subscribe(format!("route-{key}"), protocol, endpoint, Some(filter));
        // A queue of the same account is subscribed at once.
        if protocol != "sqs" {
            let pending = waits(key, &subscription);
            emails.extend((protocol == "email").then(|| pending.clone()));
            routes.push(pending);
        }
    }
    let names = |pending: Vec<Output<Option<String>>>| all(pending).map(|all| all.into_iter().flatten().collect());
    Pending { emails: names(emails), routes: names(routes) }
}

/// An alarm that nothing sets off but processing, and a queue that takes its message and no other. The queue's URL, which is
/// known once all of it is there.
///
/// E-mail gets the message as well. No filter policy of a subscription could keep it away: alarms have no message attributes,
/// and a filter on the body takes JSON alone, which the text of a notice for e-mail is not (Amazon SNS Developer Guide,
/// "Amazon SNS subscription filter policy scope"). So it is one that worries nobody: that the alarm is over.
fn delivery_test(
    scope: &Scope,
    prefix: &NamePrefix,
    tags: &Tags,
    key: &Input<String>,
    facts: &AccountFacts,
    (topic, topic_policy): (&sns::Topic, &sns::TopicPolicy),
) -> Output<String> {
    let name = prefix.delivery_test();
    let queue = sqs::Queue::child(scope, "delivery-test-queue")
        .name(&name)
        .kms_master_key_id(key)
        .message_retention_seconds(RETENTION_SECONDS)
        .tags(tags::owned(tags, facts))
        .options(facts.adoption().of(NamesakeKind::Queue, &name, ResourceOptions::default()))
        .register();
    let policy = PolicyDocument::new([Statement::allow("Topic")
        .service("sns.amazonaws.com")
        .actions(["sqs:SendMessage"])
        .on(queue.arn())
        .when("ArnEquals", "aws:SourceArn", topic.arn())
        .when("StringEquals", "aws:SourceAccount", facts.account_id())]);
    let policy = sqs::QueuePolicy::child(scope, "delivery-test-policy", policy, queue.id()).register();
    let subscription =
        sns::TopicSubscription::child(scope, "delivery-test-subscription", queue.arn(), "sqs", topic.arn())
            .filter_policy(Json::Known(json!({ "AlarmName": [name] })))
            .filter_policy_scope("MessageBody")
            // A queue that does not admit the topic yet loses its first message.
            .options(depends_on(&policy))
            .register();
    let alarm = cloudwatch::MetricAlarm::child(scope, "delivery-test")
        .name(&name)
        .alarm_description(
            "A test of compliance monitoring: whether alarms come through to you. Nothing is wrong and there is nothing to do. It \
             comes after the first deployment, and when topic or key change.",
        )
        .namespace(functions_core::contract::metric::NAMESPACE)
        .metric_name("DeliveryTest")
        .statistic("Sum")
        .comparison_operator("GreaterThanThreshold")
        .threshold(0.0)
        .evaluation_periods(1.0)
        .period(3600.0)
        .ok_actions(vec![Input::from(topic.arn())])
        .tags(tags::owned(tags, facts))
        .options(depends_on(topic_policy))
        .register();
    all([queue.id(), subscription.arn(), alarm.arn()]).map(|texts| texts.into_iter().next().unwrap_or_default())
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
fn topic_policy(topic: &sns::Topic, budget_notices: bool, facts: &AccountFacts) -> PolicyDocument {
    let budgets = budget_notices.then(|| budget::topic_statement(topic.arn(), facts));
    let statements = [
        Statement::allow("Account")
            .aws(ArnBuilder::of(facts.partition(), "iam").account(facts.account_id()).resource("root"))
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
    ];
    PolicyDocument::new(statements.into_iter().chain(budgets))
}
