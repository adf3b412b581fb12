//! How much the findings of a rule weigh.

use aws_compliance_catalog as catalog;
use functions_core::severity::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BASELINE, Rule};

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
    pub(super) fn for_catalog(self) -> catalog::Severity {
        match self {
            Self::Informational => catalog::Severity::Informational,
            Self::Low => catalog::Severity::Low,
            Self::Medium => catalog::Severity::Medium,
            Self::High => catalog::Severity::High,
            Self::Critical => catalog::Severity::Critical,
        }
    }

    /// As the functions have it.
    pub(crate) fn for_functions(self) -> Severity {
        for_functions(self.for_catalog())
    }
}

fn for_functions(severity: catalog::Severity) -> Severity {
    match severity {
        catalog::Severity::Informational => Severity::Informational,
        catalog::Severity::Low => Severity::Low,
        catalog::Severity::Medium => Severity::Medium,
        catalog::Severity::High => Severity::High,
        catalog::Severity::Critical => Severity::Critical,
    }
}

/// What a rule of this identifier weighs where nobody says otherwise; one that is newer than the catalogue is `medium`.
fn by_default(identifier: &str) -> Severity {
    // A deployment of the baseline alone does not read the catalogue.
    match BASELINE.iter().find(|rule| rule.identifier == identifier) {
        Some(rule) => rule.severity,
        None => catalog::Catalog::get().rule(identifier).map(|rule| for_functions(rule.severity)).unwrap_or_default(),
    }
}

/// What a composed rule weighs.
pub(super) fn of_composed(rule: &catalog::ComposedRule) -> Severity {
    rule.severity.map_or_else(|| by_default(&rule.identifier), for_functions)
}

impl Rule {
    /// What it weighs: as its own input says, else as the frameworks do that it serves, else as the catalogue does.
    pub(super) fn severity(&self) -> Severity {
        let own = self.args.severity.map(RuleSeverity::for_functions);
        own.or(self.weighed.map(for_functions)).unwrap_or_else(|| by_default(&self.args.identifier))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_baseline_weighs_what_the_catalogue_says() {
        for rule in &BASELINE {
            let known = catalog::Catalog::get().rule(rule.identifier).expect("it is a managed rule");
            assert_eq!(rule.severity, for_functions(known.severity), "{}", rule.identifier);
        }
        assert_eq!(by_default("NO_SUCH_RULE"), Severity::Medium);
    }
}
