//! The inputs of the whole.

use pulumi_component::Input;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::aggregation::AggregationSettingsArgs;
use crate::inputs::alarms::AlarmsSettingsArgs;
use crate::inputs::cost::CostArgs;
use crate::inputs::dashboard::DashboardSettingsArgs;
use crate::inputs::framework::FrameworkArgs;
use crate::inputs::functions::FunctionsSettingsArgs;
use crate::inputs::history::HistorySettingsArgs;
use crate::inputs::iam::IamArgs;
use crate::inputs::lookup::LookupArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::notifications::NotificationsArgs;
use crate::inputs::recorder::RecorderSettingsArgs;
use crate::inputs::remediation_settings::RemediationSettingsArgs;
use crate::inputs::reports::ReportsArgs;
use crate::inputs::rules::RulesArgs;
use crate::inputs::tags::{Tags, TextTags};
use crate::inputs::waivers::WaiverArgs;

/// Inputs of [`ComplianceMonitoring`]. None has to be given.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ComplianceMonitoringArgs {
    /// Start of every physical name: a-z, 0-9 and hyphen. There is one deployment for each account and region.
    pub name_prefix: NamePrefix,
    /// Tags of every resource that takes them. At most 48; names of 1 to 128 characters that do not begin with `aws:`,
    /// values of up to 256. Objects in the report bucket have them where they are ten at most. They replace default tags of
    /// the provider with the same name.
    #[schemars(with = "TextTags")]
    pub tags: Tags,
    /// ARN of your own KMS key, of the region that this is deployed to; not of an alias. It must admit CloudWatch Logs,
    /// EventBridge, CloudWatch alarms and SNS. Default: a key is created.
    pub kms_key_arn: Option<Input<String>>,
    /// Where reports are kept and for how long.
    pub reports: ReportsArgs,
    /// Whether the evaluation history can be queried.
    pub history: HistorySettingsArgs,
    /// How the account is inspected before a deployment.
    pub lookup: LookupArgs,
    /// Whose configuration recorder is used.
    pub recorder: RecorderSettingsArgs,
    /// Which rules are evaluated.
    pub rules: RulesArgs,
    /// Frameworks whose rules are evaluated, too, each rule once.
    pub frameworks: Vec<FrameworkArgs>,
    /// Who receives which notices, and when.
    pub notifications: NotificationsArgs,
    /// Findings that are accepted for a time. They leave score, notices, metrics and alarms, and the report lists them apart.
    pub waivers: Vec<WaiverArgs>,
    /// Most days ahead of which a waiver may end. Range: 1-365. Default: 365.
    pub waiver_max_days: Option<u32>,
    /// What is done about findings: nothing, a plan of each change, changes that somebody approved, or changes of resources
    /// with a tag. `docs/remediation.md` explains it.
    pub remediation: RemediationSettingsArgs,
    /// Which accounts and regions are seen.
    pub aggregation: AggregationSettingsArgs,
    /// How the functions run.
    pub functions: FunctionsSettingsArgs,
    /// What every IAM role has.
    pub iam: IamArgs,
    /// Alarms on the monitor itself and on its results.
    pub alarms: AlarmsSettingsArgs,
    /// How much AWS Config may cost in this region, and when you are notified.
    pub cost: CostArgs,
    /// Whether there is a dashboard.
    pub dashboard: DashboardSettingsArgs,
    /// Whether our own resources keep to what frameworks ask for, as far as that is a matter of settings: the functions'
    /// logs are kept at least 365 days, and S3 Object Lock is enabled for the bucket. `docs/self-assessment.md` says what every rule finds with and without it.
    pub hardened: bool,
}
