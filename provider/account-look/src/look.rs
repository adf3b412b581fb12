//! What was seen, as data. Nothing here is judged.

use std::collections::BTreeMap;

use compliance_types::recorder::RecordingFrequency;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Tags by name.
pub type Tags = BTreeMap<String, String>;

/// What was seen of an account and region. What could not be read is absent, and [`Look::unread`] says why.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Look {
    /// Why nothing was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Skipped>,
    /// The account of the credentials, twelve digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// ARN of who looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// The region that was inspected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// All configuration recorders of the region, the customer-managed one first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorders: Option<Vec<Recorder>>,
    /// AWS Config's service-linked role, where it was asked for and no recorder exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_linked_role: Option<ServiceLinkedRole>,
    /// The delivery channels of the region; AWS allows one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_channels: Option<Vec<DeliveryChannel>>,
    /// How many rules there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<RuleCount>,
    /// How many conformance packs there are, where the deployment will have some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conformance_packs: Option<RuleCount>,
    /// All configuration aggregators of the region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregators: Option<Vec<Aggregator>>,
    /// Accounts and regions from which nothing arrives at the deployment's aggregator, where it exists and others are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_sources: Option<Vec<FailedSource>>,
    /// What has a name that the deployment will use: its own things from an earlier deployment, or somebody else's.
    pub namesakes: Vec<Namesake>,
    /// The key that the user gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// How many runs of functions the account may have at once, where the deployment reserves some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<Concurrency>,
    /// Resources by type, as AWS Config has recorded them, where that was asked for and could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<BTreeMap<String, u64>>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

impl Look {
    /// A look that did not take place.
    pub fn skipped(reason: Reason, message: impl Into<String>) -> Self {
        Self { skipped: Some(Skipped { reason, message: message.into() }), ..Self::default() }
    }

    /// The look of a preview that does not know yet which account it deploys to, as with a provider whose own
    /// configuration is not known.
    pub fn unknown_account() -> Self {
        Self::skipped(
            Reason::AccountUnknown,
            "the account was not inspected: which one is deployed to is not known before the provider is",
        )
    }

    /// The recorder that is no service's own.
    pub fn customer_managed_recorder(&self) -> Option<&Recorder> {
        self.recorders.as_ref()?.iter().find(|recorder| recorder.kind != RecorderKind::ServiceLinked)
    }
}

/// Why nothing was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// The kind of reason.
    pub reason: Reason,
    /// The reason in a sentence, with what helps.
    pub message: String,
}

/// A part that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unread {
    /// The part.
    pub part: Part,
    /// The IAM action of the call that failed, such as `config:DescribeConfigRules`.
    pub call: String,
    /// The kind of reason.
    pub reason: Reason,
    /// The reason in a sentence.
    pub message: String,
}

/// A part of the look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// The customer-managed recorder.
    Recorder,
    /// Recorders that are linked to a service.
    ServiceLinkedRecorders,
    /// AWS Config's service-linked role.
    ServiceLinkedRole,
    /// The delivery channel.
    DeliveryChannel,
    /// Rules and their number.
    Rules,
    /// Aggregators.
    Aggregators,
    /// What the deployment's aggregator receives.
    Sources,
    /// Authorizations of aggregators.
    Authorizations,
    /// Conformance packs.
    ConformancePacks,
    /// Event rules.
    EventRules,
    /// The dashboard.
    Dashboard,
    /// Alarms.
    Alarms,
    /// Tags, which tell whose things are.
    Tags,
    /// The key that the user gave.
    Key,
    /// The policy of that key.
    KeyPolicy,
    /// The concurrency of functions.
    Concurrency,
}

/// Why something was not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// There are no credentials.
    NoCredentials,
    /// The credentials have expired.
    ExpiredCredentials,
    /// AWS does not know the credentials, or they cannot be made from what the configuration says.
    InvalidCredentials,
    /// The configuration says how to get credentials in a way that is not followed: a process.
    UnsupportedCredentials,
    /// No region is given anywhere.
    NoRegion,
    /// The account that is deployed to is not known yet, as in some previews.
    AccountUnknown,
    /// The look was turned off.
    TurnedOff,
    /// The credentials are of another account.
    OtherAccount,
    /// The caller may not do it.
    Denied,
    /// AWS asked to be called less often, again and again.
    Throttled,
    /// The time that is allowed was over.
    TimedOut,
    /// No connection came about.
    Unreachable,
    /// Something else; the message has AWS's words.
    Failed,
}

/// A configuration recorder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Recorder {
    /// Name.
    pub name: String,
    /// ARN, where AWS gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Whose it is.
    pub kind: RecorderKind,
    /// The service that a service-linked recorder belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_principal: Option<String>,
    /// ARN of the role that it reads the account with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// Whether it records now; absent where that was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<bool>,
    /// Why its last delivery failed, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// What it records; absent for a service-linked one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<Recorded>,
    /// How often it records; absent for a service-linked one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency: Option<RecordingFrequency>,
    /// Resource types that it records at another frequency.
    pub overrides: Vec<FrequencyOverride>,
    /// Its tags; absent where they were not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
}

/// Whose a recorder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RecorderKind {
    /// The account's; one for each account and region (AWS Config Developer Guide, "Working with the configuration
    /// recorder").
    CustomerManaged,
    /// The account's, made and kept by AWS Control Tower.
    ControlTower,
    /// A service's own; it is of no use to rules.
    ServiceLinked,
}

/// AWS Config's service-linked role in the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceLinkedRole {
    /// Its ARN; absent where the role does not exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
}

/// What a recorder records.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "strategy")]
pub enum Recorded {
    /// All resource types.
    #[serde(rename_all = "camelCase")]
    All {
        /// Whether IAM's users, groups, roles and policies are among them.
        global_types: bool,
    },
    /// Some resource types.
    #[serde(rename_all = "camelCase")]
    Only {
        /// These.
        resource_types: Vec<String>,
    },
    /// All resource types but some.
    #[serde(rename_all = "camelCase")]
    AllExcept {
        /// These.
        resource_types: Vec<String>,
    },
}

/// Resource types that are recorded at another frequency.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FrequencyOverride {
    /// The types.
    pub resource_types: Vec<String>,
    /// Their frequency.
    pub frequency: RecordingFrequency,
}

/// Where a recorder delivers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryChannel {
    /// Name.
    pub name: String,
    /// The bucket.
    pub bucket: String,
    /// Tags of the bucket, which say whose it is; absent where they were not read. Channels have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket_tags: Option<Tags>,
    /// Start of the keys in the bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_prefix: Option<String>,
    /// ARN of the topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic_arn: Option<String>,
}

/// How many rules, or conformance packs, there are in the region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleCount {
    /// Those of everybody; rules of conformance packs and services are rules.
    pub used: usize,
    /// As many as AWS allows, unless the account has another quota.
    pub allowed: usize,
}

/// Runs of functions that an account may have at once in a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Concurrency {
    /// Those of all functions.
    pub limit: u32,
    /// Those that no function has reserved.
    pub unreserved: u32,
}

/// A configuration aggregator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Aggregator {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Whether it sees an organization, and not listed accounts.
    pub organization: bool,
    /// The accounts that it lists.
    pub accounts: Vec<String>,
    /// The regions that it lists.
    pub regions: Vec<String>,
    /// Whether it sees all regions.
    pub all_regions: bool,
    /// The service that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// Its tags; absent where they were not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
}

impl Aggregator {
    /// Whether it lists an account and region.
    pub fn lists(&self, account: &str, region: &str) -> bool {
        let among = |listed: &[String], one: &str| listed.iter().any(|listed| listed == one);
        among(&self.accounts, account) && (self.all_regions || among(&self.regions, region))
    }
}

/// An account and region from which nothing arrives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailedSource {
    /// The account, twelve digits.
    pub account: String,
    /// The region.
    pub region: String,
    /// Why, as AWS says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What has a name that the deployment will use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Namesake {
    /// What it is.
    pub kind: NamesakeKind,
    /// Its name; of an authorization `account/region` of the aggregator.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The service that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// Its tags; absent where they were not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
}

/// What a namesake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum NamesakeKind {
    /// A rule.
    Rule,
    /// A configuration aggregator.
    Aggregator,
    /// An authorization of an aggregator.
    Authorization,
    /// A conformance pack.
    ConformancePack,
    /// An event rule on the default bus.
    EventRule,
    /// A CloudWatch dashboard. It takes no tags; its text tells whose it is.
    Dashboard,
    /// A CloudWatch alarm on metrics.
    Alarm,
    /// A bucket.
    Bucket,
    /// A DynamoDB table.
    Table,
    /// An SNS topic.
    Topic,
    /// An SQS queue.
    Queue,
    /// A Lambda function.
    Function,
    /// A log group.
    LogGroup,
    /// A database of AWS Glue.
    Database,
    /// A workgroup of Athena.
    Workgroup,
    /// An alias of a KMS key. It takes no tags; those of its key tell whose it is.
    KeyAlias,
}

/// The key that the user gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// As it was given.
    pub arn: String,
    /// Whether there is such a key; absent where that was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
    /// Its state, such as `Enabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Its kind, such as `SYMMETRIC_DEFAULT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spec: Option<String>,
    /// Whether AWS made it; nobody can change the policy of such a key.
    pub aws_managed: bool,
    /// Its policy; absent where that was not read. Not shown.
    #[serde(skip)]
    pub policy: Option<Value>,
}
