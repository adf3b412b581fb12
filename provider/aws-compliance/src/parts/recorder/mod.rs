//! The configuration recorder, where the deployment brings its own.

pub(crate) mod role;

use account_look::RecorderPlan;
use aws_resources::cfg;
use compliance_types::recorder::{RecorderMode, RecordingFrequency};
use pulumi_component::engine::Given;
use pulumi_component::options::depends_on;
use pulumi_component::{Checks, Context, Error, Input, Output, Outputs, PreparedComponent, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::existing::found::Planned;
use crate::account::facts::AccountFacts;
use crate::account::{scan, service_linked_role};
use crate::inputs::bounds;
use crate::inputs::lookup::LookupArgs;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::recorder::{RecorderSettingsArgs, RecordingStrategy};
use crate::parts::part::{Part, Whole};
use crate::parts::report_store::ReportStore;

impl RecorderSettingsArgs {
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

/// Inputs of [`Recorder`].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecorderArgs {
    /// Start of the recorder's and the channel's name: a-z, 0-9 and hyphen.
    #[serde(default)]
    pub name_prefix: NamePrefix,
    /// Name of the bucket that configuration history is delivered to, under `AWSLogs/`.
    pub bucket_name: Input<String>,
    /// ARN of the bucket.
    pub bucket_arn: Input<String>,
    /// ARN of the KMS key that encrypts what is delivered.
    pub kms_key_arn: Input<String>,
    /// How the account is inspected.
    #[serde(default)]
    pub lookup: LookupArgs,
    /// What is recorded. The mode is `create`, which need not be given.
    #[serde(default)]
    pub settings: RecorderSettingsArgs,
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

/// The recorder as a part of the whole.
pub const PART: Part = Part {
    check: |args, checks| {
        checks.under("recorder", |checks| {
            args.recorder.check(checks);
            args.recorder.check_effect(checks);
        });
    },
    claim: |whole, request| {
        let Whole { args, target, .. } = whole;
        let default_bucket = (target.account_id.as_deref().zip(target.region.as_deref()))
            .map(|(account, region)| args.name_prefix.bucket_in(account, region));
        let planned = args.recorder.plan(args.recorder.mode(), &args.name_prefix, whole.bucket_name());
        request.recorder = RecorderPlan { default_bucket, ..planned };
    },
    ..Part::of::<Recorder>("recorder")
};

impl ComplianceMonitoringArgs {
    /// What this part of the whole is given.
    pub(super) fn recorder(&self, key: &Output<String>, reports: &ReportStore) -> RecorderArgs {
        RecorderArgs {
            name_prefix: self.name_prefix.clone(),
            bucket_name: reports.bucket_name.clone().into(),
            bucket_arn: reports.bucket_arn.clone().into(),
            kms_key_arn: key.into(),
            lookup: LookupArgs::default(),
            settings: RecorderSettingsArgs { mode: Some(RecorderMode::Create), ..self.recorder.clone() },
        }
    }
}

impl PreparedComponent for Recorder {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:Recorder");
    type Args = RecorderArgs;
    type Prepared = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        checks.input("bucketName", &args.bucket_name, |name| bounds::bucket_name(name));
        let name = args.bucket_name.given().and_then(|given| given.value.clone());
        checks.input("bucketArn", &args.bucket_arn, |arn| bounds::bucket_arn(arn, name.as_deref()));
        checks.input("kmsKeyArn", &args.kms_key_arn, |arn| bounds::key_arn(arn));
        checks.under("lookup", |checks| args.lookup.check(checks));
        checks.under("settings", |checks| {
            args.settings.check(checks);
            if args.settings.mode.is_some_and(|mode| mode != RecorderMode::Create) {
                checks
                    .error("mode", "`Recorder` creates a recorder; expected `create`, or no `Recorder` in the program");
            }
        });
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, Error> {
        let facts = AccountFacts::look(context).await?.admit_key(&args.kms_key_arn)?;
        let mut request = args.lookup.request();
        let bucket = args.bucket_name.given().and_then(|given| given.value.clone().filter(|_| !given.secret));
        request.recorder = args.settings.plan(RecorderMode::Create, &args.name_prefix, bucket);
        let facts = scan::see(context, facts, request, &Planned::default(), Default::default()).await?;
        Ok(service_linked_role::find(context, true, &args.settings, facts).await)
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, Error> {
        let role = role::describe(scope, &args.settings, facts);
        let recorder = cfg::Recorder::child(scope, "recorder", role.clone())
            .name(args.name_prefix.recorder())
            .recording_group(args.settings.group())
            .recording_mode(args.settings.recording_mode())
            .set_region(facts.other_region())
            .register();
        // AWS Config writes a file to the bucket when the channel is made.
        let channel = cfg::DeliveryChannel::child(scope, "channel", args.bucket_name.clone())
            .name(args.name_prefix.recorder())
            .s3_kms_key_arn(&args.kms_key_arn)
            .set_region(facts.other_region())
            .options(depends_on(&recorder))
            .register();
        let recording = cfg::RecorderStatus::child(scope, "recording", true)
            .name(recorder.name())
            .set_region(facts.other_region())
            .options(depends_on(&channel))
            .register();
        // Whoever uses the name uses a recorder that records.
        Ok(Self { recorder_name: recording.name(), config_role_arn: role })
    }
}
