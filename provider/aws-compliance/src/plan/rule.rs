//! A managed rule with everything decided but the region.

use std::collections::{BTreeMap, BTreeSet};

use account_look::PlannedRule;
use aws_compliance_catalog::{self as catalog, Catalog, ComposedRule, Remedy, Trigger};
use compliance_types::choices::OnUnavailable;
use compliance_types::severity::Severity;
use functions_core::configuration::{NotAssessed, RuleEntry};
use pulumi_component::value::PropertyPath;

use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::rules::ManagedRuleArgs;
use crate::plan::baseline::{BASELINE, BaselineRule};
use crate::plan::target::Target;

/// A managed rule that a deployment has.
#[derive(Clone, Debug)]
pub struct RulePlan {
    /// Its name without the prefix, which is its child's logical name as well.
    pub name: String,
    /// What was asked for.
    pub args: ManagedRuleArgs,
    /// Where it was asked for.
    pub origin: Origin,
    /// Ids of the frameworks that its results count for, and the controls there.
    pub frameworks: BTreeMap<String, BTreeSet<String>>,
    /// The severity that the frameworks give it, where they give one.
    pub framework_severity: Option<Severity>,
    /// Remediation of its findings, if requested.
    pub remedy: Option<Remedy>,
}

/// Name of the page of a managed rule in the AWS Config Developer Guide.
pub(super) fn page(identifier: &str) -> String {
    let known = Catalog::get().rule(identifier).map(|rule| rule.documented_name(identifier));
    known.unwrap_or_else(|| page_of_identifier(identifier))
}

/// The same where the rule is documented under its identifier.
fn page_of_identifier(identifier: &str) -> String {
    identifier.to_lowercase().replace('_', "-")
}

/// The document that remediates findings of a managed rule, where the catalogue knows one.
pub(super) fn document(identifier: &str) -> Option<String> {
    catalog::remediation(identifier).map(|known| known.document.clone())
}

/// Where a rule is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Origin {
    /// In the baseline.
    Baseline(&'static BaselineRule),
    /// In `rules.managed`, at this place. No framework changes the parameters that it is given there.
    Managed(usize),
    /// In frameworks alone.
    Framework,
}

impl RulePlan {
    /// A rule that no framework asks for.
    pub fn new(name: String, args: ManagedRuleArgs, origin: Origin) -> Self {
        Self { name, args, origin, frameworks: BTreeMap::new(), framework_severity: None, remedy: None }
    }

    /// Whether only a framework asks for it.
    pub const fn is_of_framework(&self) -> bool {
        matches!(self.origin, Origin::Framework)
    }

    /// Whether it was given with parameters of its own.
    pub const fn is_explicit(&self) -> bool {
        matches!(self.origin, Origin::Managed(_))
    }

    /// Whether it is excluded where it is deployed to, because the region does not offer it.
    pub fn is_excluded_at(&self, target: &Target) -> bool {
        self.args.on_unavailable == OnUnavailable::Skip && is_offered(&self.args.identifier, target) == Some(false)
    }

    /// Its severity: that of its own input, else of the frameworks that it counts for, else of the catalogue.
    pub fn severity(&self) -> Severity {
        let given = self.args.severity.or(self.framework_severity);
        given.unwrap_or_else(|| default_severity(&self.args.identifier))
    }

    /// As the functions know it.
    pub(super) fn entry(&self, prefix: &NamePrefix) -> RuleEntry {
        RuleEntry {
            frameworks: self.frameworks.clone(),
            identifier: self.args.identifier.clone(),
            name: prefix.rule(&self.name),
            page: Some(match self.origin {
                Origin::Baseline(known) => page_of_identifier(known.identifier),
                Origin::Managed(_) | Origin::Framework => page(&self.args.identifier),
            }),
            remediation: match (&self.remedy, self.origin) {
                (Some(remedy), _) => Some(remedy.document.to_owned()),
                (None, Origin::Baseline(known)) => known.document.map(str::to_owned),
                (None, _) => document(&self.args.identifier),
            },
            severity: self.severity(),
        }
    }

    /// As the functions know it where the region does not offer it.
    pub(super) fn not_assessed(&self) -> NotAssessed {
        not_assessed(&self.args.identifier, &self.frameworks)
    }

    /// As the account scan knows it.
    pub(super) fn scanned(&self, prefix: &NamePrefix) -> PlannedRule {
        let (resource_types, change_triggered) = match self.origin {
            Origin::Baseline(known) => (vec![known.resource_type.to_owned()], true),
            Origin::Managed(_) | Origin::Framework => evaluated(&self.args.identifier),
        };
        PlannedRule {
            path: match self.origin {
                Origin::Baseline(_) => ["rules", "baseline"].into(),
                Origin::Framework => "frameworks".into(),
                Origin::Managed(index) => {
                    let member = if self.args.name.is_some() { "name" } else { "identifier" };
                    PropertyPath::from(["rules", "managed"]).index(index).member(member)
                }
            },
            name: prefix.rule(&self.name),
            identifier: self.args.identifier.clone(),
            resource_types,
            change_triggered,
            pack: None,
        }
    }
}

/// Whether a region offers a rule; `None` where the region or the rule is not known.
pub(super) fn is_offered(identifier: &str, target: &Target) -> Option<bool> {
    let region = target.region.as_deref()?;
    Catalog::get().rule(identifier).and_then(|rule| Catalog::get().offers(rule, region))
}

pub(super) fn not_assessed(identifier: &str, frameworks: &BTreeMap<String, BTreeSet<String>>) -> NotAssessed {
    let frameworks = frameworks.iter().map(|(id, controls)| (id.clone(), controls.iter().cloned().collect()));
    NotAssessed { frameworks: frameworks.collect(), identifier: identifier.to_owned() }
}

/// The resource types that a rule evaluates, and whether changes of them trigger it.
pub(super) fn evaluated(identifier: &str) -> (Vec<String>, bool) {
    let known = Catalog::get().rule(identifier);
    let types = |rule: &catalog::Rule| rule.types.iter().map(|kind| (*kind).to_owned()).collect();
    known.map_or_else(Default::default, |rule| (types(rule), rule.trigger != Trigger::Periodic))
}

/// The severity of a composed rule.
pub(super) fn composed_severity(rule: &ComposedRule) -> Severity {
    rule.severity.unwrap_or_else(|| default_severity(&rule.identifier))
}

/// The severity of a rule for which none is given; that of one that is newer than the catalogue is `medium`.
fn default_severity(identifier: &str) -> Severity {
    // A deployment of the baseline alone does not read the catalogue.
    match BASELINE.iter().find(|rule| rule.identifier == identifier) {
        Some(rule) => rule.severity,
        None => Catalog::get().rule(identifier).map(|rule| rule.severity).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn baseline_has_the_pages_and_documents_of_the_catalogue() {
        for rule in BASELINE {
            assert_eq!(page_of_identifier(rule.identifier), page(rule.identifier));
            assert_eq!(rule.document.map(str::to_owned), document(rule.identifier), "{}", rule.identifier);
        }
    }

    #[test]
    fn baseline_severities_are_those_of_the_catalogue() {
        for rule in BASELINE {
            let known = Catalog::get().rule(rule.identifier).expect("it is a managed rule");
            assert_eq!(rule.severity, known.severity, "{}", rule.identifier);
        }
        assert_eq!(default_severity("NO_SUCH_RULE"), Severity::Medium);
    }
}
