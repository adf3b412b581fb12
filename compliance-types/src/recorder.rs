//! Modes and frequencies of the configuration recorder, and the frequencies of periodic evaluations.

use serde::{Deserialize, Serialize};

/// Whose configuration recorder is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RecorderMode {
    /// The existing recorder; without one the deployment is rejected.
    #[default]
    Reuse,
    /// The existing recorder; if there is none, this deployment creates one and keeps it in every later run.
    Auto,
    /// A new recorder; rejected if one exists, because AWS allows one for each account and region.
    Create,
}

/// How often resources are recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RecordingFrequency {
    /// Each change when it happens.
    #[default]
    Continuous,
    /// The state once a day.
    Daily,
}

/// How often a periodic rule is evaluated (AWS Config API Reference, "ConfigRule", `MaximumExecutionFrequency`).
// INVARIANT: declared from the shortest to the longest interval, which is the order of `Ord`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum EvaluationFrequency {
    /// Every hour.
    #[serde(rename = "One_Hour")]
    OneHour,
    /// Every three hours.
    #[serde(rename = "Three_Hours")]
    ThreeHours,
    /// Every six hours.
    #[serde(rename = "Six_Hours")]
    SixHours,
    /// Every twelve hours.
    #[serde(rename = "Twelve_Hours")]
    TwelveHours,
    /// Once a day.
    #[serde(rename = "TwentyFour_Hours")]
    TwentyFourHours,
}

impl EvaluationFrequency {
    /// All frequencies, the shortest interval first.
    pub const ALL: [Self; 5] =
        [Self::OneHour, Self::ThreeHours, Self::SixHours, Self::TwelveHours, Self::TwentyFourHours];

    /// The word of the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OneHour => "One_Hour",
            Self::ThreeHours => "Three_Hours",
            Self::SixHours => "Six_Hours",
            Self::TwelveHours => "Twelve_Hours",
            Self::TwentyFourHours => "TwentyFour_Hours",
        }
    }

    /// Hours from one evaluation to the next.
    #[must_use]
    pub const fn hours(self) -> u8 {
        match self {
            Self::OneHour => 1,
            Self::ThreeHours => 3,
            Self::SixHours => 6,
            Self::TwelveHours => 12,
            Self::TwentyFourHours => 24,
        }
    }

    /// The frequency of a word of the API.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|frequency| frequency.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evaluation_frequency_word_is_the_one_of_the_api() {
        for frequency in EvaluationFrequency::ALL {
            assert_eq!(serde_json::to_value(frequency).unwrap(), frequency.word());
            assert_eq!(EvaluationFrequency::of_word(frequency.word()), Some(frequency));
        }
        assert_eq!(EvaluationFrequency::of_word("Two_Hours"), None);
        assert!(EvaluationFrequency::ALL.is_sorted());
    }
}
