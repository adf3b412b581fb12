//! The configuration recorder, where the deployment brings its own.

pub(crate) mod role;

use account_look::{FrequencyOverride, RecorderPlan};
use aws_resources::cfg;
use compliance_types::recorder::{RecorderMode, RecordingFrequency};
use compliance_types::resource::IAM_TYPES;
use pulumi_component::{
    Checks, Component, ConstructError, Context, Input, Output, Outputs, PropertyPath, Scope, TypeToken, depends_on,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::facts::AccountFacts;
use crate::account::scan::{self, LookupArgs};
use crate::inputs::bounds;
use crate::inputs::tags::Tags;
use crate::plan::names::NamePrefix;

/// Which resource types are recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RecordingStrategy {
    /// All that AWS Config knows, also future ones.
    #[default]
    All,
    /// Those of `resourceTypes`.
    Only,
    /// All but those of `resourceTypes`.
    AllExcept,
}

/// Whose configuration recorder is used, and what ours records.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RecorderSettingsArgs {
    /// Whose recorder is used. The others of these inputs are for a recorder of ours alone.
    pub mode: RecorderMode,
    /// ARN of the IAM role that our recorder reads the account with. It must trust `config.amazonaws.com` and have the managed
    /// policy `AWS_ConfigRole`. Default: AWS Config's service-linked role, which is created where it is missing and stays when
    /// the stack is destroyed; Security Hub's control Config.1 fails with any other role.
    pub role_arn: Option<Input<String>>,
    /// Which resource types our recorder records.
    pub strategy: RecordingStrategy,
    /// The resource types of the strategies `only` and `allExcept`, such as `AWS::EC2::Volume`.
    pub resource_types: Vec<String>,
    /// Whether our recorder records IAM's users, groups, roles and policies, which are the same in every region: of
    /// several regions of an account one should. With `allExcept`, false excludes them as well; `only` records what it
    /// lists.
    pub global_types: bool,
    /// How often our recorder records.
    pub frequency: RecordingFrequency,
    /// Resource types that our recorder records once a day while it records the others continuously.
    pub daily_types: Vec<String>,
}

impl Default for RecorderSettingsArgs {
    fn default() -> Self {
        Self {
            mode: RecorderMode::default(),
            role_arn: None,
            strategy: RecordingStrategy::default(),
            resource_types: Vec::new(),
            global_types: true,
            frequency: RecordingFrequency::default(),
            daily_types: Vec::new(),
        }
    }
}

impl RecorderSettingsArgs {
    /// Relations between the inputs, and the types that are never recorded daily (AWS Config API Reference,
    /// "RecordingModeOverride").
    pub fn check(&self, checks: &mut Checks) {
        const NEVER_DAILY: [&str; 3] = [
            "AWS::Config::ConfigurationRecorder",
            "AWS::Config::ConformancePackCompliance",
            "AWS::Config::ResourceCompliance",
        ];
        if let Some(role) = &self.role_arn {
            checks.input("roleArn", role, |arn| bounds::role_arn(arn));
        }
        match (self.strategy, self.resource_types.is_empty()) {
            (RecordingStrategy::All, false) => {
                checks.error("resourceTypes", "the strategy `all` takes none; set `strategy` to `only` or `allExcept`");
            }
            (RecordingStrategy::Only, true) => checks.error("resourceTypes", "the strategy `only` needs at least one"),
            (RecordingStrategy::AllExcept, true) => {
                checks.error("resourceTypes", "the strategy `allExcept` needs at least one; without any it is `all`");
            }
            _ => {}
        }
        if self.frequency == RecordingFrequency::Daily && !self.daily_types.is_empty() {
            checks.error(
                "dailyTypes",
                "everything is recorded daily already; remove them, or set `frequency` to `continuous`",
            );
        }
        check_types("resourceTypes", &self.resource_types, checks);
        check_types("dailyTypes", &self.daily_types, checks);
        for (index, kind) in self.daily_types.iter().enumerate() {
            let at = PropertyPath::from(("dailyTypes", index));
            if NEVER_DAILY.contains(&kind.as_str()) {
                checks.error(&at, "AWS records this type continuously only; remove it");
            }
            if let Some(reason) = self.not_recorded(kind) {
                checks.error(&at, format!("this type is not recorded at all: {reason}"));
            }
        }
        let global = self.resource_types.iter().find(|kind| IAM_TYPES.contains(&kind.as_str()));
        if let (RecordingStrategy::Only, false, Some(kind)) = (self.strategy, self.global_types, global) {
            let reason = format!("false, and `resourceTypes` has the global type `{kind}`; remove one of the two");
            checks.error("globalTypes", reason);
        }
    }

    /// Warns of inputs that have no effect because no recorder of this deployment exists.
    pub(crate) fn check_effect(&self, checks: &mut Checks) {
        let default = Self::default();
        let given = [
            ("strategy", self.strategy != default.strategy),
            ("resourceTypes", !self.resource_types.is_empty()),
            ("globalTypes", self.global_types != default.global_types),
            ("frequency", self.frequency != default.frequency),
            ("dailyTypes", !self.daily_types.is_empty()),
        ];
        for (member, _) in given.iter().filter(|(_, given)| *given && self.mode == RecorderMode::Reuse) {
            checks.warning(
                *member,
                "no effect: the recorder that exists is reused as it is; set `recorder.mode` to `create` or `auto`",
            );
        }
    }

    /// Why a type is not recorded, if it is not.
    fn not_recorded(&self, kind: &String) -> Option<&'static str> {
        let listed = self.resource_types.contains(kind);
        let is_left_out = !self.global_types && IAM_TYPES.contains(&kind.as_str());
        match self.strategy {
            RecordingStrategy::Only if !listed => Some("`resourceTypes` does not have it"),
            RecordingStrategy::AllExcept if listed => Some("`resourceTypes` excludes it"),
            RecordingStrategy::All | RecordingStrategy::AllExcept if is_left_out => Some("`globalTypes` is false"),
            _ => None,
        }
    }

    /// The types that `allExcept` excludes: with those of IAM where they are not wanted, because AWS records them in every
    /// region unless they are listed (AWS Config API Reference, "RecordingGroup", `includeGlobalResourceTypes`).
    fn excluded(&self) -> Vec<String> {
        let global = IAM_TYPES.iter().map(|kind| (*kind).to_owned()).filter(|_| !self.global_types);
        let more: Vec<_> = global.filter(|kind| !self.resource_types.contains(kind)).collect();
        self.resource_types.iter().cloned().chain(more).collect()
    }

    /// What the look at the account is asked.
    /// `bucket`: what its channel delivers to, where that is known.
    pub fn plan(&self, prefix: &NamePrefix, bucket: Option<String>) -> RecorderPlan {
        let overrides = match self.daily_types.as_slice() {
            [] => Vec::new(),
            types => {
                let frequency = RecordingFrequency::Daily;
                vec![FrequencyOverride { resource_types: types.to_vec(), frequency }]
            }
        };
        RecorderPlan {
            mode: Some(self.mode),
            name: Some(prefix.recorder()),
            bucket,
            records: Some(self.records()),
            frequency: Some(self.frequency),
            overrides,
            ..RecorderPlan::default()
        }
    }

    /// What ours will record.
    fn records(&self) -> account_look::Recorded {
        let resource_types = match self.strategy {
            RecordingStrategy::All | RecordingStrategy::Only => self.resource_types.clone(),
            RecordingStrategy::AllExcept => self.excluded(),
        };
        match self.strategy {
            RecordingStrategy::All => account_look::Recorded::All { global_types: self.global_types },
            RecordingStrategy::Only => account_look::Recorded::Only { resource_types },
            RecordingStrategy::AllExcept => account_look::Recorded::AllExcept { resource_types },
        }
    }

    /// Whether ours is among the children.
    pub fn is_ours(&self, facts: &AccountFacts) -> bool {
        match self.mode {
            RecorderMode::Reuse => false,
            RecorderMode::Create => true,
            RecorderMode::Auto => facts.has_own_recorder(),
        }
    }

    /// Whether ours may be among the children, before the account was inspected.
    pub(crate) fn may_be_ours(&self) -> bool {
        self.mode != RecorderMode::Reuse
    }

    /// What is of no meaning for the strategy is given as well, and empty: the provider sends what an earlier strategy left
    /// there along with the new one, which AWS refuses.
    fn group(&self) -> cfg::RecorderRecordingGroup {
        let inputs = |types: Vec<String>| types.into_iter().map(Input::from).collect::<Vec<_>>();
        let (listed, excluded) = match self.strategy {
            RecordingStrategy::All => (Vec::new(), Vec::new()),
            RecordingStrategy::Only => (inputs(self.resource_types.clone()), Vec::new()),
            RecordingStrategy::AllExcept => (Vec::new(), inputs(self.excluded())),
        };
        let excluded = cfg::RecorderRecordingGroupExclusionByResourceType::new().resource_types(excluded);
        let group = cfg::RecorderRecordingGroup::new()
            .resource_types(listed)
            .exclusion_by_resource_types(vec![excluded.into()]);
        let (group, strategy) = match self.strategy {
            RecordingStrategy::All => (
                group.all_supported(true).include_global_resource_types(self.global_types),
                "ALL_SUPPORTED_RESOURCE_TYPES",
            ),
            RecordingStrategy::Only => (without_global(group), "INCLUSION_BY_RESOURCE_TYPES"),
            RecordingStrategy::AllExcept => (without_global(group), "EXCLUSION_BY_RESOURCE_TYPES"),
        };
        let strategy = cfg::RecorderRecordingGroupRecordingStrategy::new().use_only(strategy);
        group.recording_strategies(vec![strategy.into()])
    }

    fn recording_mode(&self) -> cfg::RecorderRecordingMode {
        let mode = cfg::RecorderRecordingMode::new();
        match self.frequency {
            RecordingFrequency::Daily => mode.recording_frequency("DAILY"),
            RecordingFrequency::Continuous if self.daily_types.is_empty() => mode.recording_frequency("CONTINUOUS"),
            RecordingFrequency::Continuous => {
                let types = self.daily_types.iter().map(Input::from).collect::<Vec<_>>();
                let daily = cfg::RecorderRecordingModeRecordingModeOverride::new("DAILY", types);
                mode.recording_frequency("CONTINUOUS").recording_mode_override(daily)
            }
        }
    }
}

/// A group that is not of all types: AWS takes the flag for global ones with all types alone.
fn without_global(group: cfg::RecorderRecordingGroup) -> cfg::RecorderRecordingGroup {
    group.all_supported(false).include_global_resource_types(false)
}

/// Checks a list of resource types: each by its form, known to AWS Config, and once.
fn check_types(member: &str, types: &[String], checks: &mut Checks) {
    for (index, kind) in types.iter().enumerate() {
        let at = PropertyPath::from((member, index));
        checks.plain(&at, kind.as_str(), bounds::rules::resource_type);
        checks.warn_plain(&at, kind.as_str(), bounds::rules::known_resource_type);
        if types.iter().take(index).any(|before| before == kind) {
            checks.error(&at, "listed twice; remove one");
        }
    }
}

/// Inputs of [`Recorder`].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecorderArgs {
    /// Start of the recorder's and the channel's name: a-z, 0-9 and hyphen.
    #[serde(default)]
    pub name_prefix: NamePrefix,
    /// Not used: neither recorder nor channel takes tags through the `aws` provider.
    #[serde(default)]
    pub tags: Tags,
    /// Name of the bucket that configuration history is delivered to, under `AWSLogs/`.
    pub bucket_name: Input<String>,
    /// ARN of the bucket.
    pub bucket_arn: Input<String>,
    /// ARN of the KMS key that encrypts what is delivered.
    pub kms_key_arn: Input<String>,
    /// How the account is looked at.
    #[serde(default)]
    pub lookup: LookupArgs,
    /// What is recorded. As a part of its own the mode is `create`, whatever is said.
    #[serde(default)]
    pub recorder: RecorderSettingsArgs,
}

/// A configuration recorder that records, and its delivery channel. It reads the account with AWS Config's service-linked
/// role, unless it is given another. One for each account and region. The bucket's policy and the key's must let AWS Config
/// deliver, as `ReportStore` and `Encryption` do with `configDelivery`.
#[derive(Debug, Outputs)]
pub struct Recorder {
    /// Name of the recorder.
    pub recorder_name: Output<String>,
    /// ARN of the role that it reads the account with.
    pub config_role_arn: Output<String>,
}

impl Component for Recorder {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:Recorder");
    type Args = RecorderArgs;
    type Facts = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        checks.input("bucketName", &args.bucket_name, |name| bounds::bucket_name(name));
        let name = args.bucket_name.given().and_then(|given| given.value.clone());
        checks.input("bucketArn", &args.bucket_arn, |arn| bounds::bucket_arn(arn, name.as_deref()));
        checks.input("kmsKeyArn", &args.kms_key_arn, |arn| bounds::key_arn(arn));
        checks.under("lookup", |checks| args.lookup.check(checks));
        checks.under("recorder", |checks| args.recorder.check(checks));
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, ConstructError> {
        let facts = AccountFacts::look(context).await?.admit_key(&args.kms_key_arn)?;
        let settings = RecorderSettingsArgs { mode: RecorderMode::Create, ..args.recorder.clone() };
        let mut request = args.lookup.request();
        let bucket = args.bucket_name.given().and_then(|given| given.value.clone().filter(|_| !given.secret));
        request.recorder = settings.plan(&args.name_prefix, bucket);
        let facts = scan::see(context, facts, request, Default::default()).await?;
        Ok(role::find(context, &settings, facts).await)
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, ConstructError> {
        let role = role::describe(scope, &args.recorder, facts);
        let required = cfg::recorder::Required { role_arn: role.clone().into() };
        let recorder = cfg::Recorder::child(scope, "recorder", required)
            .name(args.name_prefix.recorder())
            .recording_group(args.recorder.group())
            .recording_mode(args.recorder.recording_mode())
            .register();
        // AWS Config writes a file to the bucket when the channel is made.
        let required = cfg::delivery_channel::Required { s3_bucket_name: args.bucket_name.clone() };
        let channel = cfg::DeliveryChannel::child(scope, "channel", required)
            .name(args.name_prefix.recorder())
            .s3_kms_key_arn(&args.kms_key_arn)
            .options(depends_on(&recorder))
            .register();
        let required = cfg::recorder_status::Required { is_enabled: true.into() };
        let recording = cfg::RecorderStatus::child(scope, "recording", required)
            .name(recorder.name())
            .options(depends_on(&channel))
            .register();
        // Whoever uses the name uses a recorder that records.
        Ok(Self { recorder_name: recording.name(), config_role_arn: role })
    }
}
