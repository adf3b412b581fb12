//! What AWS Config would refuse, told before it is asked.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::choices::OnUnavailable;
use compliance_types::recorder::EvaluationFrequency;
use property_path::PropertyPath;
use serde::Deserialize;

use crate::facts::{Catalog, Rule, Trigger};
use crate::problem::{Problem, Report};
use crate::similar::{nearest_frequency, nearest_of};
use crate::{search, value};

/// Longest rule name, in characters (AWS Config API, `ConfigRule`).
const NAME_LENGTH: usize = 128;
/// Longest `InputParameters`, in characters of JSON (AWS Config API, `ConfigRule`).
const INPUT_PARAMETERS_LENGTH: usize = 1024;

/// A rule as a person asks for it. `None` in a value: not known yet, and not judged.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RuleRequest {
    /// Identifier of the managed rule.
    pub identifier: String,
    /// Name in the account. Default: the identifier in lower case with hyphens.
    pub name: Option<String>,
    /// Parameters by name.
    pub parameters: BTreeMap<String, Option<String>>,
    /// How often, for a periodic rule.
    pub frequency: Option<String>,
    /// Which resources.
    pub scope: Option<Scope>,
    /// Lets through what is not in the catalogue, with a warning.
    pub unchecked: bool,
    /// What to do where a region does not offer it.
    pub on_unavailable: OnUnavailable,
}

/// Which resources a rule looks at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Scope {
    /// Resource types; `None` in one: not known yet.
    pub resource_types: Vec<Option<String>>,
    /// Id of one resource.
    pub resource_id: Option<String>,
    /// Name of a tag.
    pub tag_key: Option<String>,
    /// Value of that tag.
    pub tag_value: Option<String>,
}

/// Judges rules together, for the regions that they are to be deployed to. `taken`: names that are there already.
pub fn check_rules(requests: &[RuleRequest], regions: &[&str], taken: &[&str]) -> Report {
    let mut report = check_available(requests, regions);
    let mut names: BTreeSet<String> = taken.iter().map(|name| (*name).to_owned()).collect();
    let mut contents = BTreeMap::new();
    for (index, request) in requests.iter().enumerate() {
        let at = PropertyPath::from(index);
        check_name(&mut report, request, &at, &mut names);
        let known = Catalog::get().rule(&request.identifier);
        check_twice(&mut report, request, known, index, &mut contents);
        check_shape(&mut report, request, known, &at);
        match known {
            Some(rule) => check_known(&mut report, request, rule, &at),
            None => unknown(&mut report, request, &at),
        }
    }
    report
}

/// Judges rules that are not AWS's own: their names, of which `taken` are there already, and what holds for any rule.
pub fn check_custom(requests: &[RuleRequest], taken: &[&str]) -> Report {
    let mut report = Report::default();
    let mut names: BTreeSet<String> = taken.iter().map(|name| (*name).to_owned()).collect();
    for (index, request) in requests.iter().enumerate() {
        let at = PropertyPath::from(index);
        check_name(&mut report, request, &at, &mut names);
        check_shape(&mut report, request, None, &at);
    }
    report
}

/// An error, or where the rule is unchecked a warning: the service can be newer than the data.
fn fact(report: &mut Report, request: &RuleRequest, path: PropertyPath, reason: String, nearest: Option<&str>) {
    let list = if request.unchecked { &mut report.warnings } else { &mut report.errors };
    list.push(Problem::new(path, reason, nearest));
}

fn unknown(report: &mut Report, request: &RuleRequest, at: &PropertyPath) {
    if request.identifier.is_empty() {
        return report.error(at.member("identifier"), "expected the identifier of a managed rule", None);
    }
    let reason = format!("unknown managed rule `{}` (facts of {})", request.identifier, Catalog::get().taken);
    let nearest = search::nearest_rules(&request.identifier, 1);
    fact(report, request, at.member("identifier"), reason, nearest.first().copied());
}

fn check_name(report: &mut Report, request: &RuleRequest, at: &PropertyPath, names: &mut BTreeSet<String>) {
    let name = request.name.clone().unwrap_or_else(|| request.identifier.to_lowercase().replace('_', "-"));
    let path = at.member("name");
    if request.name.is_none() && request.identifier.is_empty() {
        return;
    }
    if name.trim().is_empty() || name.chars().count() > NAME_LENGTH {
        let reason = format!("expected 1 to {NAME_LENGTH} characters, got {}", name.chars().count());
        report.error(path.clone(), reason, None);
    }
    if !names.insert(name.clone()) {
        let reason = format!("there is a rule `{name}` already; give this one a `name` of its own");
        report.error(path, reason, None);
    }
}

/// What each value means, by parameter.
type Contents<'a> = BTreeMap<(&'a str, BTreeMap<&'a str, String>, String), usize>;

/// The same rule with the same parameters, what is not given being the default, and the same scope is evaluated, and paid
/// for, twice.
fn check_twice<'a>(
    report: &mut Report,
    request: &'a RuleRequest,
    known: Option<&Rule>,
    index: usize,
    contents: &mut Contents<'a>,
) {
    let values = request.parameters.iter().map(|(name, value)| Some((name.as_str(), value.as_deref()?)));
    let Some(given) = values.collect::<Option<BTreeMap<_, _>>>() else { return };
    let effective = known.map_or_else(|| given.clone(), |rule| rule.effective(given.clone().into_iter()));
    let meant = |(name, text)| (name, value::meaning(known.and_then(|rule| rule.parameter(name)), text));
    let scope = request.scope.clone().map(|mut scope| {
        // Types mean the same in any order.
        scope.resource_types.sort();
        format!("{scope:?}")
    });
    let scope = scope.unwrap_or_default();
    let key = (request.identifier.as_str(), effective.into_iter().map(meant).collect(), scope);
    let first = *contents.entry(key).or_insert(index);
    if first != index {
        let reason = format!(
            "the same as [{first}], scope and parameters with their defaults included; each evaluation is charged"
        );
        report.error(index, reason, None);
    }
}

/// What holds for any rule, known or not.
fn check_shape(report: &mut Report, request: &RuleRequest, known: Option<&Rule>, at: &PropertyPath) {
    // A rule that takes none is told so, and no more of it.
    let takes_one = known.is_none_or(|rule| rule.trigger != Trigger::Change);
    if let Some(frequency) = request.frequency.as_ref().filter(|_| takes_one)
        && EvaluationFrequency::of_word(frequency).is_none()
    {
        let words = EvaluationFrequency::ALL.map(EvaluationFrequency::word);
        let reason = format!("expected one of {}", words.join(", "));
        report.error(at.member("frequency"), reason, nearest_frequency(frequency, &words));
    }
    // What the rule needs and has a default for is sent with the rest.
    let defaults = known.into_iter().flat_map(Rule::needed_defaults);
    let mut given: BTreeMap<&str, &str> = defaults.collect();
    given.extend(request.parameters.iter().map(|(name, value)| (name.as_str(), value.as_deref().unwrap_or_default())));
    let length = serde_json::to_string(&given).map_or(0, |text| text.chars().count());
    if length > INPUT_PARAMETERS_LENGTH {
        let reason = format!("expected at most {INPUT_PARAMETERS_LENGTH} characters as JSON, got {length}");
        report.error(at.member("parameters"), reason, None);
    }
    let Some(scope) = &request.scope else { return };
    let path = at.member("scope");
    let by_type = !scope.resource_types.is_empty() || scope.resource_id.is_some();
    if by_type && (scope.tag_key.is_some() || scope.tag_value.is_some()) {
        report.error(path.clone(), "expected resource types or a tag, not both", None);
    }
    if scope.resource_id.is_some() && scope.resource_types.len() != 1 {
        report.error(path.member("resourceId"), "goes with exactly one resource type", None);
    }
    if scope.tag_value.is_some() && scope.tag_key.is_none() {
        report.error(path.member("tagValue"), "goes with a `tagKey`", None);
    }
}

/// Judges whether the regions offer the rules.
pub fn check_available(requests: &[RuleRequest], regions: &[&str]) -> Report {
    let mut report = Report::default();
    if regions.is_empty() {
        return report;
    }
    let offering = Catalog::get().offering(regions);
    for (index, request) in requests.iter().enumerate() {
        if let Some(rule) = Catalog::get().rule(&request.identifier) {
            check_regions(&mut report, request, index, offering.missing(rule));
        }
    }
    report
}

fn check_known(report: &mut Report, request: &RuleRequest, rule: &Rule, at: &PropertyPath) {
    let identifier = &request.identifier;
    if request.frequency.is_some() && rule.trigger == Trigger::Change {
        let reason = format!("`{identifier}` reacts to configuration changes only and takes no frequency; remove it");
        fact(report, request, at.member("frequency"), reason, None);
    }
    check_parameters(report, request, rule, at);
    check_types(report, request, rule, at);
}

/// `missing`: the regions that do not offer the rule.
fn check_regions(report: &mut Report, request: &RuleRequest, index: usize, missing: &[&str]) {
    let (identifier, taken) = (&request.identifier, Catalog::get().taken);
    for region in missing {
        let path = PropertyPath::from(index).member("identifier");
        match request.on_unavailable {
            OnUnavailable::Fail => {
                let reason = format!("`{identifier}` is not offered in {region} (facts of {taken})");
                fact(report, request, path, reason, None);
            }
            OnUnavailable::Skip => {
                let reason = format!("`{identifier}` is not offered in {region} and is not assessed there");
                report.warning(path, reason);
            }
            OnUnavailable::Ignore => {}
        }
    }
}

fn check_parameters(report: &mut Report, request: &RuleRequest, rule: &Rule, at: &PropertyPath) {
    for (name, text) in &request.parameters {
        let path = at.member("parameters").member(name);
        let Some(parameter) = rule.parameters.iter().find(|parameter| parameter.name == *name) else {
            let nearest = nearest_of(name, rule.parameters.iter().map(|parameter| parameter.name));
            fact(report, request, path, format!("`{}` has no such parameter", request.identifier), nearest);
            continue;
        };
        if let Some(sample) = text.as_deref().and_then(|text| parameter.sample(text)) {
            let reason = format!("a sample value of AWS's: {}; give one of yours", sample.reason);
            report.warning(path.clone(), reason);
        }
        if let Some(wrong) = text.as_deref().and_then(|text| value::wrong(parameter, text)) {
            let nearest = wrong.nearest.as_deref().or(parameter.default);
            let reason = format!("expected {}", wrong.expected);
            if wrong.doubtful {
                let reason = format!("{reason} (facts of {})", Catalog::get().taken);
                report.warnings.push(Problem::new(path, reason, nearest));
            } else {
                fact(report, request, path, reason, nearest);
            }
        }
    }
    for parameter in rule.parameters.iter().filter(|each| each.required && each.default.is_none()) {
        if !request.parameters.contains_key(parameter.name) {
            let example = parameter
                .samples
                .first()
                .map(|sample| format!("; what AWS's page shows is a sample ({})", sample.reason));
            let reason = format!(
                "`{}` needs this parameter and has no default for it{}",
                request.identifier,
                example.unwrap_or_default()
            );
            fact(report, request, at.member("parameters").member(parameter.name), reason, None);
        }
    }
}

fn check_types(report: &mut Report, request: &RuleRequest, rule: &Rule, at: &PropertyPath) {
    let Some(scope) = request.scope.as_ref().filter(|_| !rule.types.is_empty()) else { return };
    for (index, kind) in scope.resource_types.iter().enumerate() {
        let Some(kind) = kind.as_deref().filter(|kind| !rule.types.contains(kind)) else { continue };
        let nearest = nearest_of(kind, rule.types.iter().copied());
        let reason = format!("`{}` does not evaluate this type", request.identifier);
        fact(report, request, at.member("scope").member("resourceTypes").index(index), reason, nearest);
    }
}
