//! The same as text for a terminal.

use std::fmt::Write;

use crate::cli::check::CheckedFile;
use crate::queries::cost::CostEstimate;
use crate::queries::view::{Comparison, FrameworkDetails, FrameworkLine, ManagedRuleDetails, RuleRemediation};

/// Columns as wide as their longest cell; the last is not filled up.
pub(super) fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<_> = (0..count).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}

pub(super) fn rules(found: &[ManagedRuleDetails]) -> String {
    let head = ["IDENTIFIER", "SEVERITY", "TRIGGER", "RESOURCE TYPES"].map(str::to_owned).to_vec();
    let row = |rule: &ManagedRuleDetails| {
        let types = match rule.resource_types.as_slice() {
            [] => "not named".to_owned(),
            [one, two, three, more @ ..] if !more.is_empty() => format!("{one}, {two}, {three} and {}", more.len()),
            few => few.join(", "),
        };
        vec![rule.identifier.clone(), rule.severity.clone(), rule.trigger.clone(), types]
    };
    columns(&std::iter::once(head).chain(found.iter().map(row)).collect::<Vec<_>>())
}

pub(super) fn rule(rule: &ManagedRuleDetails) -> String {
    let list = |items: &[String]| if items.is_empty() { "none".to_owned() } else { items.join(", ") };
    let mut rows = vec![
        ("identifier", rule.identifier.clone()),
        ("documented name", rule.documented_name.clone()),
        ("trigger", rule.trigger.clone()),
        ("resource types", list(&rule.resource_types)),
        ("global", if rule.global { "yes" } else { "no" }.to_owned()),
        ("severity", rule.severity.clone()),
        ("regions", format!("{}: {}", rule.regions.len(), list(&rule.regions))),
        ("frameworks", format!("{}: {}", rule.frameworks.len(), list(&rule.frameworks))),
    ];
    rows.extend(rule.remediation.as_ref().into_iter().flat_map(remediation));
    rows.push(("facts of", rule.taken.clone()));
    let rows = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect::<Vec<_>>();
    let mut text = columns(&rows);
    if !rule.parameters.is_empty() {
        let head = ["PARAMETER", "TYPE", "REQUIRED", "DEFAULT"].map(str::to_owned).to_vec();
        let parameters = rule.parameters.iter().map(|each| {
            let required = if each.required && each.default.is_none() { "yes" } else { "no" };
            let default = each.default.clone().unwrap_or_default();
            vec![each.name.clone(), each.kind.clone(), required.to_owned(), default]
        });
        let rows = std::iter::once(head).chain(parameters).collect::<Vec<_>>();
        let _ = write!(text, "\n{}", columns(&rows));
    }
    text
}

fn remediation(known: &RuleRemediation) -> Vec<(&'static str, String)> {
    let solution = |needed: bool| if needed { ", needs Automated Security Response on AWS" } else { "" };
    let document = format!("{} ({}{})", known.document, known.confidence, solution(known.needs_solution_deployed));
    let disruptive = match known.disruptive {
        Some(true) => "yes: what is in use may be interrupted",
        Some(false) => "no",
        None => "not known",
    };
    let mut rows = vec![
        ("remediation", document),
        ("- reversible", known.reversible.clone().unwrap_or_else(|| "not known".to_owned())),
        ("- disruptive", disruptive.to_owned()),
    ];
    if !known.suggested_parameters.is_empty() {
        let suggested = known.suggested_parameters.iter().map(|(name, value)| format!("{name}={value}"));
        rows.push(("- suggested", suggested.collect::<Vec<_>>().join(", ")));
    }
    for other in &known.alternatives {
        let text = format!("{} ({}{})", other.document, other.confidence, solution(other.needs_solution_deployed));
        rows.push(("- or", text));
    }
    rows.push(("- facts of", known.taken.clone()));
    rows
}

pub(super) fn frameworks(lines: &[FrameworkLine]) -> String {
    let head = ["ID", "RULES", "MANUAL", "TITLE"].map(str::to_owned).to_vec();
    let row = |line: &FrameworkLine| {
        let beside = [(line.optional, "optional"), (line.custom, "custom")].map(|(count, kind)| match count {
            0 => String::new(),
            _ => format!(" ({count} {kind}, not deployed)"),
        });
        let title = line.title.clone() + &beside.concat();
        vec![line.id.clone(), line.rules.to_string(), line.manual.to_string(), title]
    };
    columns(&std::iter::once(head).chain(lines.iter().map(row)).collect::<Vec<_>>())
}

pub(super) fn framework(details: &FrameworkDetails) -> String {
    let head = ["IDENTIFIER", "CONTROLS", "PARAMETERS"].map(str::to_owned).to_vec();
    let rows = details.rules.iter().map(|rule| {
        let parameters: Vec<_> = rule.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        vec![rule.identifier.clone(), rule.controls.join(", "), parameters.join(", ")]
    });
    let sources = match details.control_sources.as_slice() {
        [] => "control mapping not published".to_owned(),
        sources => format!("controls from {}", sources.join("; ")),
    };
    let mut text = format!("{}: {}\n{sources}\n\n", details.id, details.title);
    text.push_str(&columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>()));
    let mut section = |title: &str, names: Vec<&str>| {
        if !names.is_empty() {
            let _ = writeln!(text, "\n{title} ({}):\n  {}", names.len(), names.join("\n  "));
        }
    };
    section("manual checks, not evaluated", details.manual.iter().map(String::as_str).collect());
    section(
        "optional, deployed by `rules.managed` alone",
        details.optional.iter().map(|rule| rule.identifier.as_str()).collect(),
    );
    section("in need of a function of yours, not deployed", details.custom.iter().map(String::as_str).collect());
    text
}

pub(super) fn comparison(compared: &Comparison) -> String {
    let asked = compared.asked.values().map(usize::to_string).collect::<Vec<_>>().join(" + ");
    let names = compared.asked.keys().cloned().collect::<Vec<_>>().join(" + ");
    let mut text = format!(
        "{names}: {asked} rules asked for, {} distinct, {} asked for by all\n",
        compared.distinct,
        compared.shared.len()
    );
    let mut section = |title: String, identifiers: &[String]| {
        if !identifiers.is_empty() {
            let _ = writeln!(text, "\n{title} ({}):\n  {}", identifiers.len(), identifiers.join("\n  "));
        }
    };
    section("asked for by all".to_owned(), &compared.shared);
    compared.only.iter().for_each(|(id, only)| section(format!("only in {id}"), only));
    section("decided".to_owned(), &compared.decisions);
    text
}

pub(super) fn checked(found: &CheckedFile) -> String {
    let CheckedFile { checked, not_checked, stack } = found;
    let row = |kind: &str, path: &str, reason: &str| vec![kind.to_owned(), path.to_owned(), reason.to_owned()];
    let errors = checked.errors.iter().map(|each| row("error", &each.path, &each.reason));
    let warnings = checked.warnings.iter().map(|each| row("warning", &each.path, &each.reason));
    let rows: Vec<_> = errors.chain(warnings).collect();
    let mut text = match (rows.is_empty(), not_checked.is_empty()) {
        (true, true) => "nothing is wrong\n".to_owned(),
        (true, false) => "nothing is wrong with what was checked\n".to_owned(),
        _ => columns(&rows),
    };
    for place in not_checked {
        let _ = writeln!(text, "not checked: {} ({})", place.path, place.reason);
    }
    if let Some(file) = stack {
        let _ = writeln!(text, "info  values of the configuration are those of {file}");
    }
    checked.notes.iter().fold(text, |text, note| format!("{text}info  {note}\n"))
}

pub(super) fn cost(estimate: &CostEstimate) -> String {
    let head = ["", "LOW", "EXPECTED", "HIGH", "ASSUMPTION"].map(str::to_owned).to_vec();
    let usd = |amount: f64| format!("{amount:>8.2}");
    let lines = estimate.lines.iter().map(|line| {
        let amounts = [line.low_usd, line.expected_usd, line.high_usd].map(usd);
        [vec![line.name.clone()], amounts.to_vec(), vec![line.assumption.clone()]].concat()
    });
    let amounts = [estimate.low_usd, estimate.expected_usd, estimate.high_usd].map(usd);
    let total = [vec!["total".to_owned()], amounts.to_vec(), vec!["USD a month".to_owned()]].concat();
    let rows: Vec<_> = std::iter::once(head).chain(lines).chain(std::iter::once(total)).collect();
    let mut text = columns(&rows);
    let savings = estimate.savings.iter().map(|saving| vec![format!("{:.2}", saving.usd), saving.advice.clone()]);
    let savings: Vec<_> = savings.collect();
    if !savings.is_empty() {
        let _ = write!(text, "\nUSD a month that a change saves:\n{}", columns(&savings));
    }
    estimate.notes.iter().fold(text + "\n", |text, note| format!("{text}info  {note}\n"))
}
