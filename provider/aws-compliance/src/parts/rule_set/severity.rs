//! How much the findings of a rule weigh.

use aws_compliance_catalog as catalog;
use compliance_types::severity::Severity;

use super::{BASELINE, Rule};

/// What a rule of this identifier weighs where nobody says otherwise; one that is newer than the catalogue is `medium`.
fn by_default(identifier: &str) -> Severity {
    // A deployment of the baseline alone does not read the catalogue.
    match BASELINE.iter().find(|rule| rule.identifier == identifier) {
        Some(rule) => rule.severity,
        None => catalog::Catalog::get().rule(identifier).map(|rule| rule.severity).unwrap_or_default(),
    }
}

/// What a composed rule weighs.
pub(super) fn of_composed(rule: &catalog::ComposedRule) -> Severity {
    rule.severity.unwrap_or_else(|| by_default(&rule.identifier))
}

impl Rule {
    /// What it weighs: as its own input says, else as the frameworks do that it serves, else as the catalogue does.
    pub(super) fn severity(&self) -> Severity {
        self.args.severity.or(self.weighed).unwrap_or_else(|| by_default(&self.args.identifier))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_baseline_weighs_what_the_catalogue_says() {
        for rule in &BASELINE {
            let known = catalog::Catalog::get().rule(rule.identifier).expect("it is a managed rule");
            assert_eq!(rule.severity, known.severity, "{}", rule.identifier);
        }
        assert_eq!(by_default("NO_SUCH_RULE"), Severity::Medium);
    }
}
