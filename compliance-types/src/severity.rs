//! How much the findings of a rule weigh: in inputs, the configuration document, the score, reports and the history.

use serde::{Deserialize, Serialize};

/// How much the findings of a rule weigh in the score of reports.
// INVARIANT: declared from the least to the most severe, which is the order of `Ord`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(rename = "RuleSeverity"))]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Weighs nothing: findings are reported and stay outside the score.
    Informational,
    /// Weighs 1.
    Low,
    // The severity of a rule without a rating.
    /// Weighs 3.
    #[default]
    Medium,
    /// Weighs 6.
    High,
    /// Weighs 10.
    Critical,
}

impl Severity {
    /// All severities, the most severe first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Informational];

    /// The word in inputs, JSON and CSV and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The weight in the score.
    #[must_use]
    pub const fn weight(self) -> u64 {
        match self {
            Self::Informational => 0,
            Self::Low => 1,
            Self::Medium => 3,
            Self::High => 6,
            Self::Critical => 10,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_word_is_the_one_of_documents() {
        for severity in Severity::ALL {
            assert_eq!(serde_json::to_value(severity).unwrap(), severity.word());
            assert_eq!(serde_json::from_value::<Severity>(severity.word().into()).unwrap(), severity);
        }
    }

    #[test]
    fn a_more_severe_severity_is_greater_and_weighs_more() {
        assert!(Severity::ALL.is_sorted_by(|one, next| one > next && one.weight() > next.weight()));
    }
}
