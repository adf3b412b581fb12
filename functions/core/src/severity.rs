//! How much a rule matters: in the configuration document, in the score, in reports and in the history.

use serde::{Deserialize, Serialize};

/// How much a rule matters, the worst first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Weighs 10.
    Critical,
    /// Weighs 6.
    High,
    /// Weighs 3; what a rule has that nobody rated.
    #[default]
    Medium,
    /// Weighs 1.
    Low,
    /// Weighs nothing: it is reported, and stays outside the score.
    Informational,
}

impl Severity {
    /// All, the worst first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Informational];

    /// The word in JSON, CSV and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Informational => "informational",
        }
    }

    /// The weight in the score.
    #[must_use]
    pub const fn weight(self) -> u64 {
        match self {
            Self::Critical => 10,
            Self::High => 6,
            Self::Medium => 3,
            Self::Low => 1,
            Self::Informational => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_the_one_of_documents_and_the_worst_weighs_most() {
        for severity in Severity::ALL {
            assert_eq!(serde_json::to_value(severity).unwrap(), severity.word());
        }
        assert!(Severity::ALL.is_sorted_by(|worse, better| worse.weight() > better.weight()));
    }
}
