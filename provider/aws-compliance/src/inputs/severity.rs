//! How much the findings of a rule weigh.

use aws_compliance_catalog as catalog;
use functions_core::severity::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much the findings of a rule weigh in the score of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RuleSeverity {
    /// Weighs nothing: findings are reported and stay outside the score.
    Informational,
    /// Weighs 1.
    Low,
    /// Weighs 3.
    Medium,
    /// Weighs 6.
    High,
    /// Weighs 10.
    Critical,
}

impl RuleSeverity {
    /// As the catalogue has it.
    pub fn for_catalog(self) -> catalog::Severity {
        match self {
            Self::Informational => catalog::Severity::Informational,
            Self::Low => catalog::Severity::Low,
            Self::Medium => catalog::Severity::Medium,
            Self::High => catalog::Severity::High,
            Self::Critical => catalog::Severity::Critical,
        }
    }

    /// As the functions have it.
    pub fn for_functions(self) -> Severity {
        for_functions(self.for_catalog())
    }
}

/// A severity of the catalogue as the functions have it.
pub fn for_functions(severity: catalog::Severity) -> Severity {
    match severity {
        catalog::Severity::Informational => Severity::Informational,
        catalog::Severity::Low => Severity::Low,
        catalog::Severity::Medium => Severity::Medium,
        catalog::Severity::High => Severity::High,
        catalog::Severity::Critical => Severity::Critical,
    }
}
