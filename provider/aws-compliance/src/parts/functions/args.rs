//! The inputs of the functions.

use pulumi_component::{Input, Output};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::aggregation::AggregationSettingsArgs;
use crate::inputs::exports::ExportsArgs;
use crate::inputs::framework::FrameworkArgs;
use crate::inputs::functions::FunctionsSettingsArgs;
use crate::inputs::iam::IamArgs;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::notifications::NotificationsArgs;
use crate::inputs::object_lock::ObjectLockArgs;
use crate::inputs::remediation_settings::RemediationArgs;
use crate::inputs::rules::RulesArgs;
use crate::inputs::tags::{Tags, TextTags};
use crate::inputs::waivers::WaiverArgs;
use crate::parts::alerts::Alerts;
use crate::parts::report_store::ReportStore;

/// Inputs of [`Functions`](super::Functions).
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FunctionsArgs {
    /// Start of every name: a-z, 0-9 and hyphen.
    #[serde(default)]
    pub name_prefix: NamePrefix,
    /// Tags of everything that takes them.
    #[serde(default)]
    #[schemars(with = "TextTags")]
    pub tags: Tags,
    /// Name of the bucket that reports go to.
    pub bucket_name: Input<String>,
    /// ARN of the KMS key that encrypts logs, queues and reports.
    pub kms_key_arn: Input<String>,
    /// Which rules are watched: the same that `RuleSet` is given.
    #[serde(default)]
    pub rules: RulesArgs,
    /// Which frameworks are watched: the same that `RuleSet` is given.
    #[serde(default)]
    pub frameworks: Vec<FrameworkArgs>,
    /// Settings of the Lambda functions.
    #[serde(default)]
    pub settings: FunctionsSettingsArgs,
    /// What every role has.
    #[serde(default)]
    pub iam: IamArgs,
    /// ARN of the topic that carries notices. Default: no notices are sent.
    pub topic_arn: Option<Input<String>>,
    /// Who receives which notices, and when: the same value as that of `Alerts`.
    #[serde(default)]
    pub notifications: NotificationsArgs,
    /// Which accounts and regions the aggregator includes: the same value as that of `Aggregation`. Those that are not of this
    /// deployment are read through the aggregator. Default: none are.
    #[serde(default)]
    pub aggregation: AggregationSettingsArgs,
    /// Findings that are accepted for a time.
    #[serde(default)]
    pub waivers: Vec<WaiverArgs>,
    /// Maximum number of days until the end of a waiver. Range: 1-365. Default: 365.
    pub waiver_max_days: Option<u32>,
    /// What is done about findings.
    #[serde(default)]
    pub remediation: RemediationArgs,
    /// Where findings are exported to, beside the report.
    #[serde(default)]
    pub exports: ExportsArgs,
    /// How long the files of reports are locked: the same value as that of `ReportStore`.
    pub object_lock: Option<ObjectLockArgs>,
    /// URL of the queue of the delivery test, as `Alerts` gives it. Default: the delivery of alarms is not tested.
    pub delivery_queue_url: Option<Input<String>>,
}

impl ComplianceMonitoringArgs {
    /// What this part of the whole is given.
    pub(in crate::parts) fn functions(
        &self,
        key: &Output<String>,
        reports: &ReportStore,
        alerts: &Alerts,
    ) -> FunctionsArgs {
        FunctionsArgs {
            name_prefix: self.name_prefix.clone(),
            tags: self.tags.clone(),
            bucket_name: reports.bucket_name.clone().into(),
            kms_key_arn: key.into(),
            rules: self.rules.clone(),
            frameworks: self.frameworks.clone(),
            settings: if self.hardened { self.functions.clone().hardened() } else { self.functions.clone() },
            iam: self.iam.clone(),
            topic_arn: Some(alerts.topic_arn.clone().into()),
            notifications: self.notifications.clone(),
            aggregation: self.aggregation.clone(),
            waivers: self.waivers.clone(),
            waiver_max_days: self.waiver_max_days,
            remediation: self.remediation.clone(),
            exports: self.exports,
            object_lock: self.reports.object_lock,
            delivery_queue_url: Some(alerts.delivery_queue_url.clone().into()),
        }
    }
}
