//! Cells that tables of several pages have.

use std::collections::BTreeMap;

use compliance_types::severity::Severity;

use crate::{
    findings::FindingRow,
    model::{Breakdown, Report},
    table::Cell,
};

/// A resource with its type and, where it has one, its name.
pub(crate) fn resource(finding: &FindingRow<'_>) -> Cell {
    let note = match finding.name {
        "" => finding.resource_type.to_owned(),
        name => format!("{name}, {}", finding.resource_type),
    };
    Cell::noted(finding.resource_id, note)
}

/// What is known of rules for the rows of their findings.
pub(crate) struct Remedies<'a>(BTreeMap<&'a str, &'a Breakdown>);

impl<'a> Remedies<'a> {
    pub(crate) fn of(report: &'a Report) -> Self {
        Self(report.rules.iter().map(|rule| (&*rule.name, rule)).collect())
    }

    /// The rule of a finding, which links to its page at AWS, with the reason.
    pub(crate) fn rule(&self, finding: &FindingRow<'_>) -> Cell {
        let cell = Cell::noted(finding.rule, finding.annotation);
        cell.linked(self.page(finding.rule).unwrap_or_default())
    }

    /// What remediates a finding: a document, else what the page of the rule says.
    pub(crate) fn remediation(&self, finding: &FindingRow<'_>) -> Cell {
        let known = self.0.get(finding.rule).and_then(|rule| rule.remediation.as_deref());
        let page = || if self.page(finding.rule).is_some() { "see the rule" } else { "" };
        Cell::text(known.unwrap_or_else(page))
    }

    fn page(&self, rule: &str) -> Option<&str> {
        self.0.get(rule)?.page.as_deref()
    }
}

/// A severity, sorted by how much it matters.
pub(crate) fn severity(severity: Severity) -> Cell {
    let (class, rank) = match severity {
        Severity::Critical => ("sev-critical", 0),
        Severity::High => ("sev-high", 1),
        Severity::Medium => ("sev-medium", 2),
        Severity::Low => ("sev-low", 3),
        Severity::Informational => ("sev-informational", 4),
    };
    Cell { sort: Some(rank), ..Cell::class(severity.word(), class) }
}
