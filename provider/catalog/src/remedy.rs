//! What a rule's remediation needs, and what is wrong with one as a person asks for it.

use std::collections::{BTreeMap, BTreeSet};

use property_path::PropertyPath;

use crate::facts::{Catalog, remediation};
use crate::problem::Report;
use crate::similar::nearest_of;

/// The parameter by which every document takes the role that it acts under.
pub const ROLE_PARAMETER: &str = "AutomationAssumeRole";
/// The value that stands for the resource that a rule found (AWS Config API, `ResourceValue`).
pub const RESOURCE_ID: &str = "RESOURCE_ID";
/// What an automation needs beside its own actions (AWS Systems Manager Automation Runbook Reference).
const COMMON_ACTIONS: [&str; 2] = ["ssm:GetAutomationExecution", "ssm:StartAutomationExecution"];
/// Most values of one parameter (AWS Config API, `StaticValue`).
const VALUES: usize = 25;

/// A remediation as a person asks for it.
#[derive(Clone, Debug, Default)]
pub struct RemedyRequest {
    /// Identifier of the managed rule.
    pub identifier: String,
    /// Name of the document. Default: the one that is known for the rule.
    pub document: Option<String>,
    /// Number of values by parameter.
    pub parameters: BTreeMap<String, usize>,
    /// Parameters of the rule itself, where they are known.
    pub rule_parameters: BTreeMap<String, String>,
    /// Whether a document is taken of which only the effect matches.
    pub accept_inferred: bool,
}

/// What a remediation comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// Name of the document.
    pub document: &'static str,
    /// Parameters that are given beside the person's own, [`RESOURCE_ID`] for the resource.
    pub parameters: BTreeMap<String, String>,
    /// Actions that the automation role needs, sorted.
    pub actions: BTreeSet<&'static str>,
}

/// What is known of one document for one rule.
struct Document {
    name: &'static str,
    resource_id_parameter: Option<&'static str>,
    required: &'static [String],
    actions: &'static [String],
    inferred: bool,
    needs_solution: bool,
}

fn documents(identifier: &str) -> Vec<Document> {
    let Some(known) = remediation(identifier) else { return Vec::new() };
    let first = Document {
        name: &known.document,
        resource_id_parameter: known.resource_id_parameter.as_deref(),
        required: &known.required_parameters,
        actions: &known.iam_actions,
        inferred: known.confidence != "documented",
        needs_solution: known.needs_solution_deployed,
    };
    let others = known.alternatives.iter().map(|(name, other)| Document {
        name,
        resource_id_parameter: other.resource_id_parameter.as_deref(),
        required: &other.required_parameters,
        actions: &other.iam_actions,
        inferred: other.confidence != "documented",
        needs_solution: other.needs_solution_deployed,
    });
    std::iter::once(first).chain(others).collect()
}

/// Judges a remediation. Paths start at the remediation; the remedy is there where nothing is wrong.
pub fn check_remedy(request: &RemedyRequest) -> (Option<Remedy>, Report) {
    let mut report = Report::default();
    let documents = documents(&request.identifier);
    let Some(first) = documents.first() else {
        let (identifier, taken) = (&request.identifier, Catalog::get().remediations_taken);
        let reason =
            format!("no remediation document is known for `{identifier}` (facts of {taken}); remove `remediation`");
        report.error(PropertyPath::root(), reason, None);
        return (None, report);
    };
    let asked = request.document.as_deref().unwrap_or(first.name);
    let Some(document) = documents.iter().find(|document| document.name == asked) else {
        let nearest = nearest_of(asked, documents.iter().map(|document| document.name));
        let reason = format!("`{asked}` is not known to remediate `{}`", request.identifier);
        report.error("document", reason, nearest);
        return (None, report);
    };
    if document.inferred && !request.accept_inferred {
        let reason = format!(
            "no AWS source links `{asked}` to `{}`; it was inferred from its effect. Set `acceptInferred: true` to use it anyway",
            request.identifier
        );
        report.error("acceptInferred", reason, None);
    }
    warn(&mut report, request, document, std::ptr::eq(document, first));
    let parameters = parameters(&mut report, request, document);
    let own = document.actions.iter().map(String::as_str);
    let remedy = Remedy { document: document.name, parameters, actions: own.chain(COMMON_ACTIONS).collect() };
    (report.errors.is_empty().then_some(remedy), report)
}

/// What goes through and deserves a look before somebody starts it.
fn warn(report: &mut Report, request: &RemedyRequest, document: &Document, is_first: bool) {
    let name = document.name;
    if document.needs_solution {
        let reason =
            format!("`{name}` comes with the solution Automated Security Response on AWS, which must be deployed here");
        report.warning("document", reason);
    }
    // What is known of the effect is known of the first document alone.
    let known = remediation(&request.identifier).filter(|_| is_first);
    if known.is_some_and(|known| known.disruptive == Some(true)) {
        report.warning(PropertyPath::root(), format!("`{name}` interrupts or takes away what may be in use"));
    }
    if known.is_some_and(|known| known.reversible.as_deref() == Some("no")) {
        report.warning(PropertyPath::root(), format!("what `{name}` does cannot be undone"));
    }
    if document.actions.iter().any(|action| action == "iam:PassRole") {
        let reason =
            format!("`{name}` passes a role on, so that its automation role may pass any role of this account");
        report.warning(PropertyPath::root(), reason);
    }
}

/// What the document is given beside the person's own; what it still lacks is an error.
fn parameters(report: &mut Report, request: &RemedyRequest, document: &Document) -> BTreeMap<String, String> {
    let mut given = BTreeMap::new();
    if let Some(parameter) = document.resource_id_parameter {
        given.insert(parameter.to_owned(), RESOURCE_ID.to_owned());
    }
    for (name, suggested) in suggestions(request, document) {
        given.entry(name).or_insert(suggested);
    }
    given.retain(|name, _| !request.parameters.contains_key(name));
    for name in document.required.iter().filter(|name| !request.parameters.contains_key(*name)) {
        if !given.contains_key(name) {
            let reason = format!("`{}` needs this parameter, and no safe value of it is known", document.name);
            report.error(PropertyPath::from("parameters").member(name), reason, None);
        }
    }
    let known: Vec<&str> = document.required.iter().map(String::as_str).chain(document.resource_id_parameter).collect();
    for (name, count) in &request.parameters {
        let path = PropertyPath::from("parameters").member(name);
        let meant =
            known.iter().find(|known| known.eq_ignore_ascii_case(name)).filter(|known| **known != name.as_str());
        if let Some(meant) = meant {
            report.error(path, format!("`{}` calls it otherwise", document.name), Some(meant));
        } else if name == ROLE_PARAMETER {
            report.error(
                path,
                "the role comes with the remediation, limited to what the document does; remove it",
                None,
            );
        } else if !(1..=VALUES).contains(count) {
            report.error(path, format!("expected 1 to {VALUES} values, got {count}"), None);
        }
    }
    given
}

/// Values that the facts suggest for the first document: as they stand, or copied from the rule's own parameters.
fn suggestions(request: &RemedyRequest, document: &Document) -> BTreeMap<String, String> {
    let Some(known) = remediation(&request.identifier).filter(|known| known.document == document.name) else {
        return BTreeMap::new();
    };
    let value = |name: &String, suggested: &String| match suggested.strip_prefix('<') {
        None => Some(suggested.clone()),
        Some("as rule>") => request.rule_parameters.get(name).cloned(),
        Some(other) => request.rule_parameters.get(other.strip_suffix(" of the rule>")?).cloned(),
    };
    known.suggested_parameters.iter().filter_map(|(name, text)| Some((name.clone(), value(name, text)?))).collect()
}
