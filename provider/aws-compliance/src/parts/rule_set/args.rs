//! The inputs of the rules.

use compliance_types::choices::CountedRules;
use pulumi_component::{Input, Output};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::exports::ExportsArgs;
use crate::inputs::framework::{DeployAs, FrameworkArgs};
use crate::inputs::iam::IamArgs;
use crate::inputs::lookup::LookupArgs;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::rules::RulesArgs;
use crate::inputs::tags::{Tags, TextTags};
use crate::parts::report_store::ReportStore;
use crate::plan::selection::PlanInputs;

/// Inputs of [`RuleSet`](super::RuleSet).
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RuleSetArgs {
    /// Start of every rule's name where it is not `compliance`: a-z, 0-9 and hyphen.
    pub name_prefix: NamePrefix,
    /// Tags of the rules and of the roles of remediations.
    #[schemars(with = "TextTags")]
    pub tags: Tags,
    /// What the roles of remediations have.
    pub iam: IamArgs,
    /// Rules to evaluate.
    pub rules: RulesArgs,
    /// Frameworks whose rules are evaluated. A rule of several frameworks is deployed once.
    pub frameworks: Vec<FrameworkArgs>,
    /// Name of a bucket that takes templates of conformance packs which are too large for a request. It has to be one of
    /// the region that this is deployed to: AWS Config takes a template from no other, and nothing before the update asks
    /// where a bucket is.
    pub bucket_name: Option<Input<String>>,
    /// ARN of the KMS key that encrypts what is put there. Default: the bucket's own.
    pub kms_key_arn: Option<Input<String>>,
    /// How the account is inspected.
    pub lookup: LookupArgs,
}

impl RuleSetArgs {
    /// What the plan is made of.
    pub fn plan_inputs(&self) -> PlanInputs<'_> {
        PlanInputs {
            name_prefix: &self.name_prefix,
            rules: &self.rules,
            frameworks: &self.frameworks,
            notifications: None,
            accounts: &[],
            waivers: &[],
            waiver_max_days: None,
            counted_rules: CountedRules::default(),
            remediation: None,
            exports: ExportsArgs::default(),
            object_lock: None,
        }
    }
}

impl ComplianceMonitoringArgs {
    /// What this part of the whole is given.
    pub(in crate::parts) fn rule_set(&self, key: &Output<String>, reports: &ReportStore) -> RuleSetArgs {
        // Rules need no bucket, and a part that names it waits for it.
        let packs = self.frameworks.iter().any(|framework| framework.deploy_as == DeployAs::ConformancePack);
        RuleSetArgs {
            name_prefix: self.name_prefix.clone(),
            tags: self.tags.clone(),
            rules: self.rules.clone(),
            frameworks: self.frameworks.clone(),
            bucket_name: packs.then(|| reports.bucket_name.clone().into()),
            kms_key_arn: packs.then(|| key.into()),
            iam: self.iam.clone(),
            lookup: LookupArgs::default(),
        }
    }
}
