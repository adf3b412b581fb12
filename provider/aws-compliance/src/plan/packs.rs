//! Frameworks as conformance packs.

use account_look::{PlannedName, PlannedRule};
use aws_compliance_catalog::{
    ComposedRule, Composition, OWNER_PARAMETER, Pack, PackSize, check_packs, framework, lists_packs, packs_of,
};
use functions_core::configuration::{PackEntry, RuleEntry};
use pulumi_component::Checks;
use pulumi_component::value::{PathStep, PropertyError, PropertyPath};

use crate::inputs::framework::{DeployAs, FrameworkArgs};
use crate::inputs::name_prefix::NamePrefix;
use crate::plan::elsewhere;
use crate::plan::rule::{self, RulePlan, is_offered};
use crate::plan::target::Target;

/// A conformance pack that a deployment has.
#[derive(Clone, Debug)]
pub struct PackPlan {
    /// Place of its framework in the inputs.
    pub index: usize,
    /// Id of its framework.
    pub framework: String,
    /// Its rules.
    pub pack: Pack,
    /// Name in the account.
    pub name: String,
}

impl PackPlan {
    /// The logical name: `pack-hipaa`, then `pack-hipaa-2`.
    pub fn role(&self) -> String {
        let id = self.framework.replace('.', "-");
        if self.pack.part == 1 { format!("pack-{id}") } else { format!("pack-{id}-{}", self.pack.part) }
    }

    /// The template as AWS Config takes it.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn template(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&self.pack.template())
    }

    /// Bytes of the template.
    fn bytes(&self) -> usize {
        self.template().map_or(0, |text| text.len())
    }

    fn path(&self) -> PropertyPath {
        ("frameworks", self.index, "deployAs").into()
    }

    /// As the functions know it.
    pub(super) fn entry(&self) -> PackEntry {
        let rules = self.pack.rules.iter().map(|(name, rule)| RuleEntry {
            frameworks: rule.frameworks.clone(),
            identifier: rule.identifier.clone(),
            name: name.clone(),
            page: Some(rule::page(&rule.identifier)),
            remediation: rule::document(&rule.identifier),
            severity: rule::composed_severity(rule),
        });
        PackEntry { name: self.name.clone(), rules: rules.collect() }
    }

    /// As the account scan knows it.
    pub(super) fn scanned(&self) -> PlannedName {
        PlannedName { path: self.path(), name: self.name.clone() }
    }

    /// Its rules as the account scan knows them.
    pub(super) fn scanned_rules(&self) -> impl Iterator<Item = PlannedRule> {
        self.pack.rules.iter().map(|(name, rule)| {
            let (resource_types, change_triggered) = rule::evaluated(&rule.identifier);
            PlannedRule {
                path: self.path(),
                name: name.clone(),
                identifier: rule.identifier.clone(),
                resource_types,
                change_triggered,
                pack: Some(self.name.clone()),
            }
        })
    }
}

/// The packs of all frameworks that are deployed as such, whatever the region.
pub(super) fn planned(frameworks: &[FrameworkArgs], composition: &Composition, prefix: &NamePrefix) -> Vec<PackPlan> {
    let rules = |index: usize| composition.alone.get(&index).cloned().unwrap_or_default();
    let planned = frameworks.iter().enumerate().flat_map(|(index, asked)| {
        let packs = packs_of(&asked.id, rules(index), prefix.as_str()).into_iter();
        packs.map(move |pack| PackPlan {
            index,
            framework: asked.id.clone(),
            name: prefix.pack(&asked.id, pack.part),
            pack,
        })
    });
    planned.collect()
}

/// The packs without the rules that are not offered where they are deployed to, and these rules.
pub(super) fn at(packs: &[PackPlan], target: &Target) -> (Vec<PackPlan>, Vec<ComposedRule>) {
    let (mut offered, mut excluded) = (packs.to_vec(), Vec::new());
    for one in &mut offered {
        let rules = std::mem::take(&mut one.pack.rules);
        let is_kept = |rule: &ComposedRule| is_offered(&rule.identifier, target) != Some(false);
        let (kept, lacking) = rules.into_iter().partition(|(_, rule)| is_kept(rule));
        one.pack.rules = kept;
        one.pack.rules.values_mut().for_each(|rule| elsewhere::adapt_composed(rule, target));
        let lacking: std::collections::BTreeMap<_, _> = lacking;
        excluded.extend(lacking.into_values());
    }
    offered.retain(|one| !one.pack.rules.is_empty());
    (offered, excluded)
}

/// What is said of packs in a region that AWS does not list as having them, once a framework.
pub(super) fn elsewhere(packs: &[PackPlan], target: &Target) -> Vec<PropertyError> {
    let Some(region) = target.region.as_deref().filter(|region| !lists_packs(region)) else { return Vec::new() };
    let reason = format!(
        "AWS does not list {region} among the regions with conformance packs (AWS Config Developer Guide, \"Conformance \
         Packs for AWS Config\", \"Region Support\"), and where it has none, AWS Config answers `AccessDeniedException`; \
         nearest: `rules`"
    );
    let of_frameworks = packs.chunk_by(|one, next| one.index == next.index).filter_map(<[_]>::first);
    of_frameworks.map(|one| PropertyError::new(one.path(), &reason)).collect()
}

/// Checks how frameworks are deployed.
pub(super) fn check(frameworks: &[FrameworkArgs], packs: &[PackPlan], prefix: &NamePrefix, checks: &mut Checks) {
    let has_packs = frameworks.iter().any(|one| one.deploy_as == DeployAs::ConformancePack);
    if has_packs && prefix.as_str().starts_with(|first: char| first.is_ascii_digit()) {
        checks.error("namePrefix", "names of conformance packs begin with it, and AWS Config wants a letter there");
    }
    check_limits(packs, checks);
}

/// Checks how many packs there are, and what is in each, for itself: how many others the account has is the scan's to
/// find, and how a template gets there [`check_sizes`]'.
fn check_limits(packs: &[PackPlan], checks: &mut Checks) {
    if packs.is_empty() {
        return;
    }
    let size = |one: &PackPlan| PackSize {
        rules: one.pack.rules.len(),
        bytes: one.bytes(),
        bucket_region: Some(""),
        // The owner has as many characters as a tag's value.
        parameters: one.pack.template().parameters.keys().map(|_| (OWNER_PARAMETER, None)).collect(),
    };
    for problem in check_packs(&packs.iter().map(size).collect::<Vec<_>>(), None, 0).errors {
        let one = match problem.path.steps() {
            [PathStep::Index(index), ..] => packs.get(*index),
            _ => None,
        };
        match one {
            Some(one) => checks.error(one.path(), format!("`{}`: {}", one.name, problem.reason)),
            None => checks.error("frameworks", problem.reason),
        }
    }
}

/// Checks whether each template can be sent to AWS Config without a bucket: a request carries `inline` bytes.
pub fn check_sizes(packs: &[PackPlan], inline: usize, checks: &mut Checks) {
    for one in packs {
        let size = one.bytes();
        if size > inline {
            let reason = format!(
                "the template of `{}` has {size} bytes, and a request carries {inline}: a larger one comes from a \
                 bucket of this region",
                one.name
            );
            checks.error("bucketName", reason);
        }
    }
}

/// What there is to say of each framework that is deployed as packs.
pub(super) fn notes(packs: &[PackPlan], rules: &[RulePlan]) -> Vec<String> {
    let mut notes = Vec::new();
    for of_one in packs.chunk_by(|one, next| one.index == next.index) {
        let Some(known) = of_one.first().and_then(|first| framework(&first.framework)) else { continue };
        let identifiers: Vec<_> =
            of_one.iter().flat_map(|one| one.pack.rules.values()).map(|rule| &rule.identifier).collect();
        let twice = identifiers.iter().filter(|of_pack| rules.iter().any(|rule| rule.args.identifier == ***of_pack));
        let twice = match twice.count() {
            0 => String::new(),
            count => format!("; {count} of them are evaluated as rules, too, and charged twice"),
        };
        let parts = match of_one.len() {
            1 => "a conformance pack".to_owned(),
            many => format!("{many} conformance packs"),
        };
        notes.push(format!("{}: {} rules in {parts}{twice}", known.title, identifiers.len()));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No framework of the catalogue comes to this.
    #[test]
    fn pack_beyond_the_limits_is_rejected() {
        let rule = ComposedRule {
            identifier: "ENCRYPTED_VOLUMES".to_owned(),
            parameters: [("kmsId".to_owned(), "k".repeat(3_000))].into(),
            frequency: None,
            severity: None,
            frameworks: std::collections::BTreeMap::new(),
        };
        let told = |count: usize| {
            let rules = (0..count).map(|number| (format!("rule-{number}"), rule.clone())).collect();
            let (name, framework) = ("compliance-hipaa".to_owned(), "hipaa".to_owned());
            let planned = PackPlan { index: 3, framework, pack: Pack { part: 1, rules }, name };
            let mut checks = Checks::default();
            check_limits(&[planned], &mut checks);
            checks.errors().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(told(90), Vec::<String>::new());
        let [rules, bytes] = &told(131)[..] else { panic!("{:?}", told(131)) };
        assert_eq!(
            rules,
            "frameworks[3].deployAs: `compliance-hipaa`: expected at most 130 rules, got 131; split the pack"
        );
        assert!(
            bytes.starts_with("frameworks[3].deployAs: `compliance-hipaa`: expected at most 307200 bytes, got "),
            "{bytes}"
        );
    }
}
