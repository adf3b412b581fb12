//! What is known of rules and frameworks, as data: what the functions answer and `catalog … --json` prints.

use std::collections::{BTreeMap, BTreeSet};

use aws_compliance_catalog as catalog;
use aws_compliance_catalog::{Catalog, ComposedRule, ParameterForm, ParameterType, Report, Trigger};
use schemars::JsonSchema;
use serde::Serialize;

/// One AWS managed rule.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedRuleDetails {
    /// Identifier, such as `ENCRYPTED_VOLUMES`.
    pub identifier: String,
    /// Name that the rule has in AWS's documentation, such as `encrypted-volumes`.
    pub documented_name: String,
    /// When it is evaluated, which resources it evaluates and which parameters it has, in one sentence.
    pub summary: String,
    /// When it is evaluated: `change`, `periodic` or `both`.
    pub trigger: String,
    /// Parameters, in the documentation's order.
    pub parameters: Vec<ManagedRuleParameter>,
    /// Resource types that it evaluates; empty where the documentation names none.
    pub resource_types: Vec<String>,
    /// Whether all of its resources exist once in an account rather than in a region.
    pub global: bool,
    /// How much a finding weighs: `informational`, `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// Codes of the regions that offer it.
    pub regions: Vec<String>,
    /// Ids of the frameworks that ask for it; of those in which it is optional none.
    pub frameworks: Vec<String>,
    /// Remediation of its findings, where a document is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediation: Option<RuleRemediation>,
    /// Day of AWS's documentation that the facts are from, `YYYY-MM-DD`: AWS can be newer.
    pub taken: String,
}

/// A parameter of a managed rule.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedRuleParameter {
    /// Name.
    pub name: String,
    /// What its text must be: `string`, `int`, `double`, `boolean`, `list` or `map`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether AWS Config wants a value; one with a default may be left out.
    pub required: bool,
    /// Value where none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// What each item must be beyond the type: `arn`, `account`, `cidr`, `ports`, `boolean` or `int`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// Values that it, or each item of it, may have; empty where they are not known.
    pub values: Vec<String>,
}

/// A Systems Manager document that remediates what a rule finds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleRemediation {
    /// Name of the document.
    pub document: String,
    /// `documented`, or `inferred`: only the effect matches.
    pub confidence: String,
    /// Parameter that takes the resource's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id_parameter: Option<String>,
    /// Parameters that must be given.
    pub required_parameters: Vec<String>,
    /// Values that are given where a person gives none. `<as rule>` and `<x of the rule>` stand for parameters of the rule,
    /// `<required>` says that no safe value is known.
    pub suggested_parameters: BTreeMap<String, String>,
    /// IAM actions that the automation role needs.
    pub iam_actions: Vec<String>,
    /// Whether the document comes with a solution of AWS's, Automated Security Response, which must be deployed first.
    pub needs_solution_deployed: bool,
    /// Whether something in use is interrupted, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disruptive: Option<bool>,
    /// `yes`, `partial` or `no`, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reversible: Option<String>,
    /// Further documents for the same rule.
    pub alternatives: Vec<RemediationAlternative>,
    /// Day of the sources that this is from, `YYYY-MM-DD`.
    pub taken: String,
}

/// Another Systems Manager document that remediates what a rule finds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemediationAlternative {
    /// Name of the document.
    pub document: String,
    /// `documented`, or `inferred`: only the effect matches.
    pub confidence: String,
    /// Parameter that takes the resource's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id_parameter: Option<String>,
    /// Parameters that must be given.
    pub required_parameters: Vec<String>,
    /// IAM actions that the automation role needs.
    pub iam_actions: Vec<String>,
    /// Whether the document comes with a solution of AWS's, Automated Security Response, which must be deployed first.
    pub needs_solution_deployed: bool,
}

/// A named set of rules.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FrameworkDetails {
    /// Id, such as `hipaa`.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// SHA-256 of the content in hexadecimal: another content has another one.
    pub sha256: String,
    /// AWS's sample packs that it is the union of.
    pub packs: Vec<String>,
    /// Its rules.
    pub rules: Vec<FrameworkRuleDetails>,
    /// Rules that its packs leave out unless asked for them: they are not deployed, and `rules.managed` takes them.
    pub optional: Vec<FrameworkRuleDetails>,
    /// Rules of its packs that need a function of yours: they are not deployed.
    pub custom: Vec<String>,
    /// Process checks that must be evaluated manually.
    pub manual: Vec<String>,
    /// Public sources that map its rules to controls, each with its date. Empty: no control mapping is published.
    pub control_sources: Vec<String>,
    /// Day of AWS's packs that it is from, `YYYY-MM-DD`.
    pub taken: String,
}

/// One rule of a framework.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FrameworkRuleDetails {
    /// Identifier of the managed rule.
    pub identifier: String,
    /// Parameters as the framework gives them.
    pub parameters: BTreeMap<String, String>,
    /// Controls that the rule serves, where they are named.
    pub controls: Vec<String>,
    /// How often, for a periodic rule that names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency: Option<String>,
}

/// A framework in a list.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameworkLine {
    /// Id.
    pub id: String,
    /// Number of distinct rules.
    pub rules: usize,
    /// Number of process checks that must be evaluated manually.
    pub manual: usize,
    /// Number of distinct rules that are not deployed unless they are chosen by themselves.
    pub optional: usize,
    /// Number of rules that need a function of the user's, and are not deployed.
    pub custom: usize,
    /// Name for people.
    pub title: String,
}

/// Frameworks beside one another.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Distinct identifiers of each.
    pub asked: BTreeMap<String, usize>,
    /// Distinct identifiers of all together.
    pub distinct: usize,
    /// Identifiers that all ask for.
    pub shared: Vec<String>,
    /// Identifiers that only one asks for, by framework.
    pub only: BTreeMap<String, Vec<String>>,
    /// What is decided where they differ in parameters.
    pub decisions: Vec<String>,
}

/// What is known of a managed rule.
pub fn rule(identifier: &str) -> Option<ManagedRuleDetails> {
    let data = Catalog::get();
    let rule = data.rule(identifier)?;
    let asks = |each: &catalog::Framework| each.rules.iter().any(|rule| !rule.off && rule.identifier == identifier);
    let offered = data.partitions.values().flatten().filter(|region| data.offers(rule, region) == Some(true));
    let parameters = rule.parameters.iter().map(|each| ManagedRuleParameter {
        name: each.name.to_owned(),
        kind: kind(each.kind).to_owned(),
        required: each.required,
        default: each.default.map(str::to_owned),
        form: each.form.map(|form| form_name(form).to_owned()),
        values: each.values.iter().map(|value| (*value).to_owned()).collect(),
    });
    Some(ManagedRuleDetails {
        identifier: identifier.to_owned(),
        documented_name: rule.documented_name(identifier),
        summary: summary(rule),
        trigger: trigger(rule.trigger).to_owned(),
        parameters: parameters.collect(),
        resource_types: rule.types.iter().map(|kind| (*kind).to_owned()).collect(),
        global: rule.global,
        severity: rule.severity.word().to_owned(),
        regions: offered.map(|region| (*region).to_owned()).collect(),
        frameworks: catalog::frameworks()
            .iter()
            .filter(|(_, each)| asks(each))
            .map(|(id, _)| (*id).to_owned())
            .collect(),
        remediation: catalog::remediation(identifier).map(remediation),
        taken: data.taken.to_owned(),
    })
}

/// What a framework is.
pub fn framework(id: &str) -> Option<FrameworkDetails> {
    let framework = catalog::framework(id)?;
    let details = |rule: &catalog::FrameworkRule| FrameworkRuleDetails {
        identifier: rule.identifier.clone(),
        parameters: rule.parameters.clone(),
        controls: rule.controls.clone(),
        frequency: rule.frequency.clone(),
    };
    let (optional, rules): (Vec<_>, Vec<_>) = framework.rules.iter().partition(|rule| rule.off);
    Some(FrameworkDetails {
        id: id.to_owned(),
        title: framework.title.clone(),
        sha256: framework.sha256.clone(),
        packs: framework.packs.clone(),
        rules: rules.into_iter().map(details).collect(),
        optional: optional.into_iter().map(details).collect(),
        custom: framework.custom.clone(),
        manual: framework.manual.clone(),
        control_sources: framework
            .control_sources
            .iter()
            .map(|from| format!("{} ({})", from.source, from.date))
            .collect(),
        taken: Catalog::get().packs_taken.to_owned(),
    })
}

/// All frameworks, by id.
pub fn frameworks() -> Vec<FrameworkLine> {
    let line = |(id, framework): (&&str, &&catalog::Framework)| {
        let distinct = |off: bool| {
            let rules = framework.rules.iter().filter(|rule| rule.off == off);
            rules.map(|rule| &rule.identifier).collect::<BTreeSet<_>>().len()
        };
        FrameworkLine {
            id: (*id).to_owned(),
            rules: distinct(false),
            manual: framework.manual.len(),
            optional: distinct(true),
            custom: framework.custom.len(),
            title: framework.title.clone(),
        }
    };
    catalog::frameworks().iter().map(line).collect()
}

/// Puts frameworks beside one another.
///
/// # Errors
/// With the ids that are not known, each with the nearest.
pub fn compare(ids: &[String]) -> Result<Comparison, Report> {
    let (composition, report) = composed(ids);
    if !report.errors.is_empty() {
        return Err(report);
    }
    let mut askers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for ComposedRule { identifier, frameworks, .. } in &composition.rules {
        askers.entry(identifier).or_default().extend(frameworks.keys().map(String::as_str));
    }
    let all = composition.asked.len();
    let by_all = askers.iter().filter(|(_, by)| by.len() == all).map(|(identifier, _)| (*identifier).to_owned());
    let only = composition.asked.keys().map(|id| {
        let alone = askers.iter().filter(|(_, by)| by.len() == 1 && by.contains(id.as_str()));
        (id.clone(), alone.map(|(identifier, _)| (*identifier).to_owned()).collect())
    });
    Ok(Comparison {
        shared: by_all.collect(),
        only: only.collect(),
        asked: composition.asked,
        distinct: composition.distinct,
        decisions: composition.decisions,
    })
}

/// The frameworks of these ids put together as they stand.
pub fn composed(ids: &[String]) -> (catalog::Composition, Report) {
    let requests: BTreeSet<_> = ids.iter().collect();
    let request = |id: &String| catalog::FrameworkRequest { id: id.clone(), ..Default::default() };
    catalog::compose(&requests.into_iter().map(request).collect::<Vec<_>>())
}

fn remediation(known: &catalog::Remediation) -> RuleRemediation {
    RuleRemediation {
        document: known.document.clone(),
        confidence: known.confidence.clone(),
        resource_id_parameter: known.resource_id_parameter.clone(),
        required_parameters: known.required_parameters.clone(),
        suggested_parameters: known.suggested_parameters.clone(),
        iam_actions: known.iam_actions.clone(),
        needs_solution_deployed: known.needs_solution_deployed,
        disruptive: known.disruptive,
        reversible: known.reversible.clone(),
        alternatives: known.alternatives.iter().map(alternative).collect(),
        taken: Catalog::get().remediations_taken.to_owned(),
    }
}

fn alternative((document, known): (&String, &catalog::Alternative)) -> RemediationAlternative {
    RemediationAlternative {
        document: document.clone(),
        confidence: known.confidence.clone(),
        resource_id_parameter: known.resource_id_parameter.clone(),
        required_parameters: known.required_parameters.clone(),
        iam_actions: known.iam_actions.clone(),
        needs_solution_deployed: known.needs_solution_deployed,
    }
}

/// A rule in a sentence made from its facts.
pub fn summary(rule: &catalog::Rule) -> String {
    let when = match rule.trigger {
        Trigger::Change => "Evaluated when a resource changes",
        Trigger::Periodic => "Evaluated at an interval",
        Trigger::Both => "Evaluated when a resource changes and at an interval",
    };
    let types = match rule.types.as_slice() {
        [] => String::new(),
        types => format!("; looks at {}", types.join(", ")),
    };
    let takes = rule.parameters.iter().map(|each| match (each.required, &each.default) {
        (true, None) => format!("{} (required)", each.name),
        _ => each.name.to_owned(),
    });
    let takes: Vec<_> = takes.collect();
    let takes = if takes.is_empty() { String::new() } else { format!("; takes {}", takes.join(", ")) };
    format!("{when}{types}{takes}.")
}

fn kind(kind: ParameterType) -> &'static str {
    match kind {
        ParameterType::String => "string",
        ParameterType::Int => "int",
        ParameterType::Double => "double",
        ParameterType::Boolean => "boolean",
        ParameterType::List => "list",
        ParameterType::Map => "map",
    }
}

fn form_name(form: ParameterForm) -> &'static str {
    match form {
        ParameterForm::Arn => "arn",
        ParameterForm::Account => "account",
        ParameterForm::Cidr => "cidr",
        ParameterForm::Ports => "ports",
        ParameterForm::Boolean => "boolean",
        ParameterForm::Int => "int",
        ParameterForm::KubernetesVersion => "kubernetesVersion",
    }
}

fn trigger(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Change => "change",
        Trigger::Periodic => "periodic",
        Trigger::Both => "both",
    }
}
