//! AWS Config's verdicts, and counts of them.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// The verdict of a rule (AWS Config API Reference, `Compliance.ComplianceType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Compliance {
    /// Every resource that was judged complies.
    Compliant,
    /// At least one resource does not comply.
    NonCompliant,
    /// The rule does not apply to the resource, or the resource is gone.
    NotApplicable,
    /// There is no verdict: nothing was judged yet, or results cannot be had.
    InsufficientData,
}

impl Compliance {
    /// All verdicts.
    pub const ALL: [Self; 4] = [Self::Compliant, Self::NonCompliant, Self::NotApplicable, Self::InsufficientData];

    /// The word AWS Config uses.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Compliant => "COMPLIANT",
            Self::NonCompliant => "NON_COMPLIANT",
            Self::NotApplicable => "NOT_APPLICABLE",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }

    /// The verdict that AWS Config's word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|compliance| compliance.word() == word)
    }
}

/// How often each verdict was given. `insufficient_data` is apart: it is the absence of a verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Times `COMPLIANT`.
    pub compliant: u64,
    /// Times `NON_COMPLIANT`.
    pub non_compliant: u64,
    /// Times `NOT_APPLICABLE`.
    pub not_applicable: u64,
    /// Times `INSUFFICIENT_DATA`.
    pub insufficient_data: u64,
    /// Times `NON_COMPLIANT` that a waiver covers; they are not in `non_compliant`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waived: u64,
}

const fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Counts {
    /// Counts one more verdict.
    pub const fn add(&mut self, compliance: Compliance) {
        let count = match compliance {
            Compliance::Compliant => &mut self.compliant,
            Compliance::NonCompliant => &mut self.non_compliant,
            Compliance::NotApplicable => &mut self.not_applicable,
            Compliance::InsufficientData => &mut self.insufficient_data,
        };
        *count = count.saturating_add(1);
    }

    /// The same where no waiver covers anything.
    #[must_use]
    pub const fn without_waivers(self) -> Self {
        Self { non_compliant: self.non_compliant.saturating_add(self.waived), waived: 0, ..self }
    }

    /// Takes so many of the non-compliant ones as covered by waivers.
    pub const fn waive(&mut self, count: u64) {
        let count = if count > self.non_compliant { self.non_compliant } else { count };
        self.non_compliant -= count;
        self.waived = self.waived.saturating_add(count);
    }

    /// All verdicts together.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.compliant
            .saturating_add(self.non_compliant)
            .saturating_add(self.not_applicable)
            .saturating_add(self.insufficient_data)
            .saturating_add(self.waived)
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.compliant = self.compliant.saturating_add(other.compliant);
        self.non_compliant = self.non_compliant.saturating_add(other.non_compliant);
        self.not_applicable = self.not_applicable.saturating_add(other.not_applicable);
        self.insufficient_data = self.insufficient_data.saturating_add(other.insufficient_data);
        self.waived = self.waived.saturating_add(other.waived);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waived_results_are_verdicts_that_are_not_open_and_come_back() {
        let mut counts = Counts { compliant: 1, non_compliant: 3, ..Counts::default() };
        counts.waive(2);
        assert_eq!((counts.non_compliant, counts.waived, counts.total()), (1, 2, 4));
        counts.waive(9);
        assert_eq!((counts.non_compliant, counts.waived, counts.total()), (0, 3, 4));
        assert_eq!(counts.without_waivers(), Counts { compliant: 1, non_compliant: 3, ..Counts::default() });
        assert!(!serde_json::to_string(&Counts::default()).unwrap().contains("waived"));
    }

    #[test]
    fn words_are_those_serde_writes() {
        for compliance in Compliance::ALL {
            assert_eq!(serde_json::to_value(compliance).unwrap(), compliance.word());
            assert_eq!(Compliance::from_word(compliance.word()), Some(compliance));
        }
        assert_eq!(Compliance::from_word("compliant"), None);
    }
}
