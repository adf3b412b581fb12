//! Cells that tables of several pages have.

use compliance_types::severity::Severity;

use crate::{findings::FindingRow, table::Cell};

/// A resource with its type and, where it has one, its name.
pub(crate) fn resource(finding: &FindingRow<'_>) -> Cell {
    let note = match finding.name {
        "" => finding.resource_type.to_owned(),
        name => format!("{name}, {}", finding.resource_type),
    };
    Cell::noted(finding.resource_id, note)
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
