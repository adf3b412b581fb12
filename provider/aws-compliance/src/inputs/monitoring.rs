//! The inputs of the whole.

use pulumi_component::Input;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::aggregation::AggregationSettingsArgs;
use crate::inputs::alarms::AlarmsSettingsArgs;
use crate::inputs::cost::CostArgs;
use crate::inputs::dashboard::DashboardSettingsArgs;
use crate::inputs::exports::ExportsArgs;
use crate::inputs::framework::FrameworkArgs;
use crate::inputs::functions::FunctionsSettingsArgs;
use crate::inputs::history::HistorySettingsArgs;
use crate::inputs::iam::IamArgs;
use crate::inputs::lookup::LookupArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::notifications::NotificationsArgs;
use crate::inputs::recorder::RecorderSettingsArgs;
use crate::inputs::regions::RegionsArg;
use crate::inputs::remediation_settings::RemediationArgs;
use crate::inputs::reports::ReportsArgs;
use crate::inputs::rules::RulesArgs;
use crate::inputs::tags::{Tags, TextTags};
use crate::inputs::waivers::WaiverArgs;

/// Inputs of [`ComplianceMonitoring`]. None has to be given.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ComplianceMonitoringArgs {
    /// Prefix of every physical name: a-z, 0-9 and hyphen. An account and region can have one deployment.
    pub name_prefix: NamePrefix,
    /// Tags of every resource that takes them. At most 48; names of 1 to 128 characters that do not begin with `aws:`,
    /// values of up to 256. Objects in the report bucket have them where they are ten at most. They replace default tags of
    /// the provider with the same name.
    #[schemars(with = "TextTags")]
    pub tags: Tags,
    /// ARN of your own KMS key in the region of the deployment, not of an alias. Its policy must allow CloudWatch Logs,
    /// EventBridge, CloudWatch alarms and SNS to use it; the preview prints missing statements. Default: a key is created.
    pub kms_key_arn: Option<Input<String>>,
    /// Settings of the report bucket.
    pub reports: ReportsArgs,
    /// Where findings are exported to, beside the report.
    pub exports: ExportsArgs,
    /// Whether the evaluation history can be queried.
    pub history: HistorySettingsArgs,
    /// Settings of the account check before a deployment.
    pub lookup: LookupArgs,
    /// Settings of the configuration recorder.
    pub recorder: RecorderSettingsArgs,
    /// Rules to evaluate.
    pub rules: RulesArgs,
    /// Frameworks whose rules are evaluated. A rule of several frameworks is deployed once.
    pub frameworks: Vec<FrameworkArgs>,
    /// Receivers of notices, and when notices are sent.
    pub notifications: NotificationsArgs,
    /// Findings that are accepted for a time. They are excluded from score, notices, metrics and alarms, and the report
    /// lists them separately.
    pub waivers: Vec<WaiverArgs>,
    /// Maximum number of days until the end of a waiver. Range: 1-365. Default: 365.
    pub waiver_max_days: Option<u32>,
    /// What is done about findings: nothing, a plan of each change, changes that somebody approved, or changes of resources
    /// with a tag. `docs/remediation.md` explains it.
    pub remediation: RemediationArgs,
    /// Regions to monitor from the region of the provider, which is home and need not be listed: a list, or `all` for every
    /// region that is enabled for the account, which is asked at each deployment. Each has the rules and
    /// conformance packs, an authorization for the aggregator of home, an event rule that forwards compliance changes to home
    /// and, where `recorder.mode` says so, a recorder that delivers to the bucket of home. Rules about global resources, such
    /// as managed and custom ones of IAM, are evaluated at home alone. Default: home alone. Adding or removing a region changes nothing in the
    /// others.
    pub regions: RegionsArg,
    /// Which accounts and regions are included.
    pub aggregation: AggregationSettingsArgs,
    /// Settings of the Lambda functions.
    pub functions: FunctionsSettingsArgs,
    /// Settings of every IAM role.
    pub iam: IamArgs,
    /// Alarms on the monitor itself and on its results.
    pub alarms: AlarmsSettingsArgs,
    /// How much AWS Config may cost in the regions of the deployment, and when you are notified.
    pub cost: CostArgs,
    /// Whether to create a CloudWatch dashboard.
    pub dashboard: DashboardSettingsArgs,
    /// Whether to apply the settings that frameworks require of this component's own resources: the functions' logs are
    /// retained for at least 365 days, and S3 Object Lock is enabled for the bucket. `docs/self-assessment.md` compares
    /// both.
    pub hardened: bool,
}
