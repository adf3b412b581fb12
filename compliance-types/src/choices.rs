//! Choices of the inputs that more than one crate acts on.

use serde::{Deserialize, Serialize};

/// When notices of changes are sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum DigestPeriod {
    /// As soon as they are seen, informational findings excepted.
    #[default]
    Immediate,
    /// Gathered, once an hour.
    Hourly,
    /// Gathered, once a day.
    Daily,
}

/// Which rules count in reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum CountedRules {
    /// The rules of this deployment.
    #[default]
    Own,
    /// Every rule that the aggregator reports, whoever deployed it.
    All,
}

/// Who may delete a version that S3 Object Lock protects, before its time is over (Amazon S3 User Guide, "Locking objects with
/// Object Lock").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ObjectLockMode {
    /// Those with the permission `s3:BypassGovernanceRetention`.
    #[default]
    Governance,
    /// No one, not even the root user of the account. The time cannot be shortened.
    Compliance,
}

/// What to do with a rule that the region does not offer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum OnUnavailable {
    /// Refuse the deployment.
    #[default]
    Fail,
    /// Leave the rule out and say that it is not assessed there.
    Skip,
    /// Deploy it all the same: the region can be newer than the catalogue.
    Ignore,
}

/// What remediation does about a rule's findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RemediationMode {
    /// Nothing.
    Off,
    /// Plan the change and make none.
    #[default]
    DryRun,
    /// Plan the change and make it when somebody approved it.
    Approve,
    /// Plan the change, and make it in a later run where a tag of the resource permits it.
    Automatic,
}

impl RemediationMode {
    /// Whether a change is ever made.
    #[must_use]
    pub const fn acts(self) -> bool {
        matches!(self, Self::Approve | Self::Automatic)
    }

    /// The word of the inputs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::DryRun => "dryRun",
            Self::Approve => "approve",
            Self::Automatic => "automatic",
        }
    }
}
