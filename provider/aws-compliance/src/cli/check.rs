//! `check`: the inputs of each component of a file, judged as a preview does.

use std::path::Path;

use pulumi_component::PreparedComponent;
use pulumi_component::value::{PropertyError, PropertyPath};
use serde::Serialize;

use crate::cli::file;
use crate::cli::known::Known;
use crate::cli::program::Found;
use crate::parts::monitoring::ComplianceMonitoring;
use crate::plan::regions::MonitoredRegions;
use crate::plan::selection::Selection;
use crate::plan::target::Target;
use crate::queries::rules::{CheckedRules, RuleProblem, SelectionCheck};

/// What was found in a file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CheckedFile {
    #[serde(flatten)]
    pub checked: CheckedRules,
    /// Places that are not known before a deployment, and why.
    pub not_checked: Vec<RuleProblem>,
    /// The file of the stack whose values were used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
}

/// Judges a file in each of the regions, with the stack of that name.
///
/// # Errors
/// When the file cannot be read as inputs or as a program.
pub(super) fn checked(file: &Path, regions: &[String], stack: Option<&str>) -> Result<CheckedFile, String> {
    let read = file::read_all(file, stack)?;
    let mut findings = SelectionCheck { errors: read.problems, ..SelectionCheck::default() };
    let mut not_checked = Vec::new();
    let mut first: Option<PropertyPath> = None;
    for found in read.found {
        let at = found.at.clone();
        if !found.has_provider {
            if let Some(other) = &first {
                let reason = format!(
                    "`{other}` is of a ComplianceMonitoring of the same account and region, and there may be one; give this \
                     one the provider of another account or region (`options.provider`), or remove one"
                );
                findings.add(vec![PropertyError::new(at.clone(), reason)], Vec::new());
            }
            first.get_or_insert_with(|| at.clone());
        }
        for place in &found.unread {
            not_checked.push(RuleProblem { path: at.join(&place.path).to_string(), reason: place.why.clone() });
        }
        // Of inputs that are not known at all nothing can be said.
        if found.unread.iter().any(|place| place.path.is_root()) {
            continue;
        }
        let judged = judge(found, regions);
        let under = |problems: Vec<PropertyError>| problems.into_iter().map(|one| one.under(at.clone())).collect();
        findings.add(under(judged.errors), under(judged.warnings));
        findings.notes.extend(judged.notes);
    }
    Ok(CheckedFile { checked: findings.into(), not_checked, stack: read.stack })
}

/// Judges the inputs of a deployment, or those of them that are given, as its preview does in each of the regions.
fn judge(given: Found, homes: &[String]) -> SelectionCheck {
    let known = Known::of(given.inputs, &given.unread);
    let mut judged = file::deployment(known.inputs.clone(), ComplianceMonitoring::check);
    let mut found = SelectionCheck::default();
    if let Some(args) = judged.args.take() {
        let selection = Selection::new(args.plan_inputs());
        found = SelectionCheck::of(&selection, homes);
        if args.regions.are_of_account() {
            let note = "regions: which ones are enabled is read from the account by the preview, so none beside home is judged; list \
                        them to judge them here";
            found.notes.push(note.into());
        }
        for home in homes.iter().map(|code| Target::region(code)) {
            let others = selection.over(&MonitoredRegions::of(&args.regions), &home);
            let problems = args.problems(&home, &others);
            found.add(problems.errors, problems.warnings);
            found.notes.extend(others.iter().flat_map(|other| other.notes.iter().cloned()));
        }
    }
    judged.add(std::mem::take(&mut found.errors));
    let warnings = std::mem::take(&mut judged.warnings).into_iter().chain(std::mem::take(&mut found.warnings));
    let warnings = judged.beside(warnings.collect());
    let mut all = SelectionCheck { notes: found.notes, errors: known.problems.clone(), warnings: Vec::new() };
    for error in judged.problems.into_iter().map(|error| known.as_given(error)) {
        match known.cause(&error).filter(|_| !known.problems.contains(&error)) {
            Some(cause) => all.add(Vec::new(), vec![following(error, cause)]),
            None => all.add(vec![error], Vec::new()),
        }
    }
    for warning in warnings.into_iter().map(|warning| known.as_given(warning)) {
        let warning = match known.cause(&warning) {
            Some(cause) => following(warning, cause),
            None => warning,
        };
        all.add(Vec::new(), vec![warning]);
    }
    all
}

/// What may only be said because a place is not known.
fn following(mut problem: PropertyError, cause: &PropertyPath) -> PropertyError {
    problem.reason.push_str(&format!("; this may be otherwise, because `{cause}` is not known"));
    problem
}
