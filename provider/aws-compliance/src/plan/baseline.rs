//! The rules that a deployment has unless it says otherwise.

use std::collections::BTreeMap;

use compliance_types::severity::Severity;
use pulumi_component::Input;

use crate::inputs::rules::RulesArgs;

/// A rule of the baseline. All react to changes of resources of one type.
#[derive(Debug)]
pub struct BaselineRule {
    /// Name in the account.
    pub name: &'static str,
    /// Identifier of the managed rule.
    pub identifier: &'static str,
    /// Names of its parameters; [`RulesArgs::baseline_parameters`] has the values.
    parameters: &'static [&'static str],
    /// The type whose changes it reacts to.
    pub resource_type: &'static str,
    /// How much its findings weigh.
    pub severity: Severity,
    /// Document that remediates its findings, as the catalogue has it: a default deployment does not read the catalogue.
    pub document: Option<&'static str>,
}

/// The rule of the baseline whose parameter is an input.
pub(super) const INSTANCE_TYPES_RULE: &str = "DESIRED_INSTANCE_TYPE";

/// The parameter of DESIRED_INSTANCE_TYPE, whose value is `rules.approvedInstanceTypes`.
const INSTANCE_TYPES: &str = "instanceType";

/// The rules that a deployment has unless it says otherwise. The one on bucket encryption can no longer find anything: S3
/// encrypts every bucket since January 2023.
pub static BASELINE: &[BaselineRule] = &[
    BaselineRule {
        name: "ec2-approved-instance-types",
        identifier: INSTANCE_TYPES_RULE,
        parameters: &[INSTANCE_TYPES],
        resource_type: "AWS::EC2::Instance",
        severity: Severity::Informational,
        document: None,
    },
    BaselineRule {
        name: "s3-bucket-encryption-enabled",
        identifier: "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED",
        parameters: &[],
        resource_type: "AWS::S3::Bucket",
        severity: Severity::High,
        document: Some("AWS-EnableS3BucketEncryption"),
    },
    BaselineRule {
        name: "rds-backup-retention-enabled",
        identifier: "DB_INSTANCE_BACKUP_ENABLED",
        parameters: &[],
        resource_type: "AWS::RDS::DBInstance",
        severity: Severity::Medium,
        document: Some("AWSConfigRemediation-EnableRDSInstanceBackup"),
    },
    BaselineRule {
        name: "ebs-volumes-encrypted",
        identifier: "ENCRYPTED_VOLUMES",
        parameters: &[],
        resource_type: "AWS::EC2::Volume",
        severity: Severity::High,
        document: None,
    },
];

impl RulesArgs {
    /// The parameters of a rule of the baseline.
    pub fn baseline_parameters(&self, rule: &BaselineRule) -> BTreeMap<String, Input<String>> {
        let value = |name: &str| match name {
            INSTANCE_TYPES => self.approved_instance_types.join(","),
            _ => String::new(),
        };
        rule.parameters.iter().map(|name| ((*name).to_owned(), value(name).into())).collect()
    }
}
