//! The facts, typed.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use compliance_types::region::partition_of_region;
use compliance_types::severity::Severity;
use serde::{Deserialize, Serialize};

use crate::lines::Lines;
use crate::similar::nearest_of;

/// All managed rules, and where AWS Config is.
// Texts stay where they are in the program: copying them took most of the time and of the memory.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Catalog {
    /// Day of the documentation that the facts of rules are from, `YYYY-MM-DD`: the service can be newer.
    pub taken: &'static str,
    /// The same of frameworks.
    pub packs_taken: &'static str,
    /// The same of remediations.
    pub remediations_taken: &'static str,
    /// Region codes by partition: `aws`, `aws-cn`, `aws-us-gov`.
    #[serde(borrow)]
    pub partitions: BTreeMap<&'static str, Vec<&'static str>>,
    /// Rules by identifier.
    #[serde(borrow)]
    pub rules: BTreeMap<&'static str, Rule>,
    region_sets: Vec<Regions>,
}

/// One AWS managed rule.
#[derive(Debug, Deserialize)]
pub struct Rule {
    /// When AWS Config evaluates it.
    pub trigger: Trigger,
    /// Parameters in the documentation's order.
    #[serde(default)]
    pub parameters: Vec<RuleParameter>,
    /// Resource types that it evaluates; empty where the documentation names none.
    #[serde(borrow, default)]
    pub types: Vec<&'static str>,
    /// Whether all of its resources exist once in an account rather than in a region.
    #[serde(default)]
    pub global: bool,
    /// How much a finding weighs unless a person says otherwise; ours (`facts/severities.json`).
    pub severity: Severity,
    /// Documented rule name, where it is not the identifier in lower case with hyphens.
    #[serde(borrow)]
    name: Option<&'static str>,
    regions: usize,
}

/// When a rule is evaluated.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum Trigger {
    /// When a resource changes.
    Change,
    /// At an interval.
    Periodic,
    /// Both.
    Both,
}

/// A parameter of a managed rule.
#[derive(Debug, Deserialize, Serialize)]
pub struct RuleParameter {
    /// Name, in the documentation's case.
    pub name: &'static str,
    /// What its text must be.
    #[serde(rename = "type")]
    pub kind: ParameterType,
    /// Whether AWS Config wants a value; one with a default may still be left out.
    #[serde(default)]
    pub required: bool,
    /// Value where none is given, as text.
    #[serde(borrow)]
    pub default: Option<&'static str>,
    /// What each item of its text must be beyond the type (`facts/parameters.json`).
    pub form: Option<ParameterForm>,
    /// The values that its text may have, or each item of it; empty where they are not known.
    #[serde(borrow, default)]
    pub values: Vec<&'static str>,
    /// Whether there may be other values than these by now.
    #[serde(default)]
    pub grows: bool,
    /// Values of AWS's pages and packs that cannot be a choice (`facts/samples.json`).
    #[serde(default)]
    pub samples: Vec<Sample>,
    /// The least that a number may be (`facts/parameters.json`).
    pub least: Option<f64>,
    /// The most that a number may be.
    pub most: Option<f64>,
    /// Most items of a list.
    #[serde(rename = "mostItems")]
    pub most_items: Option<usize>,
}

/// A value that AWS shows as an example.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Sample {
    /// The value.
    pub value: &'static str,
    /// Why it cannot be a choice.
    pub reason: &'static str,
}

impl RuleParameter {
    /// The sample that a value is.
    pub(crate) fn sample(&self, value: &str) -> Option<&Sample> {
        let is_same = |sample: &&Sample| sample.value.split(',').map(str::trim).eq(value.split(',').map(str::trim));
        self.samples.iter().find(is_same)
    }
}

/// What the text of a parameter must be.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum ParameterType {
    /// Any text.
    String,
    /// A whole number.
    Int,
    /// A number.
    Double,
    /// `true` or `false`, in any case.
    Boolean,
    /// Values with commas between them.
    List,
    /// Names with values.
    Map,
}

/// What an item of a parameter's text must be, where the type alone does not say it.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum ParameterForm {
    /// An Amazon Resource Name.
    Arn,
    /// The id of an AWS account.
    Account,
    /// An address, alone or with the length of its prefix.
    Cidr,
    /// A port, or two with a hyphen between them.
    Ports,
    /// `true` or `false`, in any case.
    Boolean,
    /// A whole number.
    Int,
    /// A version of Kubernetes as EKS writes it: `1.30`.
    KubernetesVersion,
}

/// Regions of a rule.
#[derive(Debug, Default, Deserialize)]
pub struct Regions {
    #[serde(borrow)]
    only: Option<Vec<&'static str>>,
    #[serde(borrow, default)]
    except: Vec<&'static str>,
}

/// A named set of rules.
#[derive(Debug, Deserialize, Serialize)]
pub struct Framework {
    /// Name for people.
    pub title: String,
    /// Packs of the data that it is the union of.
    pub packs: Vec<String>,
    /// Rules in the packs' order.
    pub rules: Vec<FrameworkRule>,
    /// Process checks that must be evaluated manually.
    #[serde(default)]
    pub manual: Vec<String>,
    /// Rules that stand on a function of the pack's user, and are not deployed by us.
    #[serde(default)]
    pub custom: Vec<String>,
    /// Where the controls of its rules come from. Empty: no public source maps its rules to controls.
    #[serde(default, rename = "controlSources")]
    pub control_sources: Vec<ControlSource>,
    /// SHA-256 of the content, in hexadecimal: what a framework means is pinned.
    pub sha256: String,
}

/// A public source that maps rules to controls.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ControlSource {
    /// Its name.
    pub source: String,
    /// The day or month that it is from, `YYYY-MM-DD` or `YYYY-MM`.
    pub date: String,
}

/// One rule of a framework.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct FrameworkRule {
    /// Identifier of the managed rule.
    pub identifier: String,
    /// Parameters as the pack gives them.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// Controls that the rule counts for, where the pack or another public source names them.
    #[serde(default)]
    pub controls: Vec<String>,
    /// How often, for a periodic rule.
    pub frequency: Option<String>,
    /// Resource types, where the pack narrows or names them.
    #[serde(default)]
    pub types: Vec<String>,
    /// Whether the pack deploys it only when asked to.
    #[serde(default)]
    pub off: bool,
}

/// A document that remediates what a rule finds.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Remediation {
    /// Name of the Systems Manager document.
    pub document: String,
    /// Parameter that takes the resource's id.
    pub resource_id_parameter: Option<String>,
    /// Parameters that must be given.
    #[serde(default)]
    pub required_parameters: Vec<String>,
    /// Values where a person gives none; `<as rule>` and `<x of the rule>` are parameters of the rule, `<required>` says
    /// that there is no safe one.
    #[serde(default)]
    pub suggested_parameters: BTreeMap<String, String>,
    /// Actions that the automation role needs.
    #[serde(default)]
    pub iam_actions: Vec<String>,
    /// Whether it comes with a solution of AWS's that must be deployed first.
    #[serde(default)]
    pub needs_solution_deployed: bool,
    /// Further documents for the same rule, by name.
    #[serde(default)]
    pub alternatives: BTreeMap<String, Alternative>,
    /// Whether something in use is interrupted.
    pub disruptive: Option<bool>,
    /// `yes`, `partial` or `no`.
    pub reversible: Option<String>,
    /// `documented`, or `inferred`: only the effect matches.
    pub confidence: String,
}

/// Another document for the same rule.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Alternative {
    /// Parameter that takes the resource's id.
    pub resource_id_parameter: Option<String>,
    /// Parameters that must be given.
    #[serde(default)]
    pub required_parameters: Vec<String>,
    /// Actions that the automation role needs.
    #[serde(default)]
    pub iam_actions: Vec<String>,
    /// Whether it comes with a solution of AWS's that must be deployed first.
    #[serde(default)]
    pub needs_solution_deployed: bool,
    /// `documented`, or `inferred`: only the effect matches.
    pub confidence: String,
}

/// What people call frameworks that we know by another id, or that there are none of.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FrameworkNames {
    /// Ids by another name, the one that is meant first.
    #[serde(borrow)]
    pub(crate) names: BTreeMap<&'static str, Vec<&'static str>>,
    /// What AWS has no pack of, with the ids that come nearest.
    #[serde(borrow)]
    pub(crate) without_template: BTreeMap<&'static str, Vec<&'static str>>,
}

static RULES: OnceLock<Catalog> = OnceLock::new();
// One framework is read for itself: all of them are most of the data.
static FRAMEWORKS: LazyLock<Lines<Framework>> =
    LazyLock::new(|| Lines::new(include_str!("../facts/generated/frameworks.json")));
static ALL_FRAMEWORKS: LazyLock<BTreeMap<&'static str, &'static Framework>> =
    LazyLock::new(|| FRAMEWORKS.ids().filter_map(|id| Some((id, FRAMEWORKS.get(id)?))).collect());
static FRAMEWORK_NAMES: LazyLock<FrameworkNames> =
    LazyLock::new(|| serde_json::from_str(include_str!("../facts/generated/names.json")).unwrap_or_default());
static REMEDIATIONS: LazyLock<Lines<Remediation>> =
    LazyLock::new(|| Lines::new(include_str!("../facts/generated/remediations.json")));

impl Catalog {
    /// The catalogue; read at the first call.
    // The files are part of the program and a test reads each, so that an empty one is never seen.
    pub fn get() -> &'static Self {
        RULES.get_or_init(|| serde_json::from_str(include_str!("../facts/generated/rules.json")).unwrap_or_default())
    }

    /// Whether it was read in this process: a deployment that needs none of it must not pay for it.
    #[doc(hidden)]
    pub fn is_read() -> bool {
        RULES.get().is_some()
    }

    /// The rule of an identifier.
    pub fn rule(&self, identifier: &str) -> Option<&Rule> {
        self.rules.get(identifier)
    }

    /// Whether the data knows a region.
    pub fn knows(&self, region: &str) -> bool {
        self.partitions.values().flatten().any(|code| *code == region)
    }

    /// The known region whose code is nearest to one that is not known; `None` where the region is known, or is one of a
    /// partition that the data has no regions of.
    pub fn nearest_region(&self, code: &str) -> Option<&'static str> {
        let known = self.partitions.get(partition_of_region(code)).filter(|known| !known.contains(&code))?;
        known.iter().copied().min_by_key(|other| strsim::levenshtein(code, other))
    }

    /// The known region that a misspelled code means, where one is near: hyphens, spaces and case make no difference. Without a
    /// number it may mean several.
    pub fn region_like(&self, code: &str) -> Option<&'static str> {
        if !code.contains(|c: char| c.is_ascii_digit()) {
            return None;
        }
        // Of several that are equally near, the last wins: that is the first of the list.
        nearest_of(code, self.partitions.values().rev().flat_map(|codes| codes.iter().rev()).copied())
    }

    /// Whether a rule is offered in a region; `None` where the data does not know the region.
    pub fn offers(&self, rule: &Rule, region: &str) -> Option<bool> {
        if !self.knows(region) {
            return None;
        }
        Some(self.region_sets.get(rule.regions)?.hold(region))
    }

    /// The same of many rules in many regions: each set of regions is looked through once.
    pub(crate) fn offering<'r>(&self, regions: &[&'r str]) -> Offering<'r> {
        let known: Vec<_> = regions.iter().filter(|region| self.knows(region)).copied().collect();
        let missing = |set: &Regions| known.iter().copied().filter(|region| !set.hold(region)).collect();
        Offering { missing: self.region_sets.iter().map(missing).collect() }
    }
}

/// Which of the chosen regions lack a rule.
pub(crate) struct Offering<'r> {
    /// Regions by set of regions.
    missing: Vec<Vec<&'r str>>,
}

impl<'r> Offering<'r> {
    /// The regions that are known and do not offer the rule.
    pub(crate) fn missing(&self, rule: &Rule) -> &[&'r str] {
        self.missing.get(rule.regions).map_or(&[], Vec::as_slice)
    }
}

impl Regions {
    fn hold(&self, region: &str) -> bool {
        let named = |codes: &[&str]| codes.contains(&region);
        self.only.as_deref().map_or_else(|| !named(&self.except), named)
    }
}

impl Rule {
    /// The documented name of the rule with this identifier, such as `restricted-ssh`.
    pub fn documented_name(&self, identifier: &str) -> String {
        self.name.map_or_else(|| identifier.to_lowercase().replace('_', "-"), str::to_owned)
    }

    /// What AWS Config wants a value of and the documentation has a default for: name and default. They are sent where
    /// nothing is given, because only the console fills them in.
    pub fn needed_defaults(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.parameters.iter().filter(|each| each.required).filter_map(|each| Some((each.name, each.default?)))
    }

    /// The parameter of a name.
    pub(crate) fn parameter(&self, name: &str) -> Option<&RuleParameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The values that a rule is evaluated with: what is given, and the documented default of the rest.
    pub(crate) fn effective<'g>(&self, given: impl Iterator<Item = (&'g str, &'g str)>) -> BTreeMap<&'g str, &'g str> {
        let defaults = self.parameters.iter().filter_map(|each| Some((each.name, each.default?)));
        let mut effective: BTreeMap<&'g str, &'g str> = defaults.collect();
        effective.extend(given);
        effective
    }
}

/// All frameworks by id; read at the first call.
pub fn frameworks() -> &'static BTreeMap<&'static str, &'static Framework> {
    &ALL_FRAMEWORKS
}

/// Ids of all frameworks, without reading them.
pub(crate) fn framework_ids() -> impl Iterator<Item = &'static str> {
    FRAMEWORKS.ids()
}

/// Other names of frameworks; read when an id is not known.
pub(crate) fn framework_names() -> &'static FrameworkNames {
    &FRAMEWORK_NAMES
}

/// The framework of an id, such as `hipaa`; read when first asked for.
pub fn framework(id: &str) -> Option<&'static Framework> {
    FRAMEWORKS.get(id)
}

/// Identifiers of the rules that a document is known for.
pub fn remedied() -> impl Iterator<Item = &'static str> {
    REMEDIATIONS.ids()
}

/// The remediation of a rule's findings, where a document is known.
pub fn remediation(identifier: &str) -> Option<&'static Remediation> {
    REMEDIATIONS.get(identifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_reads() {
        assert_eq!(Catalog::get().rules.len(), 833);
        assert_eq!(frameworks().len(), 116);
        assert_eq!(REMEDIATIONS.ids().filter_map(remediation).count(), 138);
        let ids = framework_names().names.values().chain(framework_names().without_template.values()).flatten();
        assert!(ids.clone().count() > 50 && ids.clone().all(|id| framework(id).is_some()));
    }

    #[test]
    fn every_rule_has_regions_and_every_framework_known_rules() {
        let catalog = Catalog::get();
        for (identifier, rule) in &catalog.rules {
            let offered = |code: &&&str| catalog.offers(rule, code) == Some(true);
            assert!(catalog.partitions.values().flatten().any(|code| offered(&code)), "{identifier}");
        }
        let unknown = |rule: &&FrameworkRule| catalog.rule(&rule.identifier).is_none();
        assert_eq!(frameworks().values().flat_map(|each| &each.rules).find(unknown).map(|r| &r.identifier), None);
    }

    #[test]
    fn a_region_newer_than_the_data_is_not_judged() {
        let catalog = Catalog::get();
        let rule = catalog.rule("ENCRYPTED_VOLUMES").expect("known");
        assert_eq!(catalog.offers(rule, "eu-west-1"), Some(true));
        assert_eq!(catalog.offers(rule, "xx-west-9"), None);
    }

    #[test]
    fn a_misspelled_region_means_the_nearest() {
        let like = |code| Catalog::get().region_like(code);
        for (code, meant) in [
            ("us-east1", Some("us-east-1")),
            ("euwest2", Some("eu-west-2")),
            ("EU_WEST_3", Some("eu-west-3")),
            ("us-eest-1", Some("us-east-1")),
            ("eu-west", None),
            ("usgovwest1", Some("us-gov-west-1")),
            ("Ireland", None),
            ("", None),
        ] {
            assert_eq!(like(code), meant, "{code}");
        }
    }

    #[test]
    fn documented_names_are_kept() {
        let name = |identifier| Catalog::get().rule(identifier).map(|rule| rule.documented_name(identifier));
        assert_eq!(name("INCOMING_SSH_DISABLED").as_deref(), Some("restricted-ssh"));
        assert_eq!(name("ENCRYPTED_VOLUMES").as_deref(), Some("encrypted-volumes"));
    }
}
