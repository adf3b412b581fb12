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
