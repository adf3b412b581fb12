//! What is deployed to the other regions of a deployment: the rules that home does not evaluate for all.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_compliance_catalog::Catalog;
use compliance_types::choices::OnUnavailable;
use compliance_types::region::{partition_of_region, records_global_types};
use compliance_types::resource::IAM_TYPES;
use functions_core::configuration::{MonitoringConfiguration, RegionEntry};
use pulumi_component::value::{PropertyError, PropertyPath};

use crate::inputs::bounds;
use crate::inputs::custom_rule::CustomRuleArgs;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::regions::RegionsArg;
use crate::plan::Plan;
use crate::plan::rule::is_offered;
use crate::plan::selection::Selection;
use crate::plan::target::Target;
use crate::plan::values::text;

/// A region beside that of the provider, which is home.
#[derive(Clone, Debug)]
pub struct RegionPlan {
    /// What names it in the inputs: its place in `regions`, or `regions` where the account says which ones.
    pub path: PropertyPath,
    /// Its code.
    pub code: String,
    /// Whether the inputs list it.
    pub listed: bool,
    /// What is deployed there.
    pub plan: Arc<Plan>,
    /// What is not evaluated there, and why.
    pub unevaluated: Unevaluated,
    /// The same, a sentence each.
    pub notes: Vec<String>,
}

/// What another region does not evaluate although home was asked for it.
#[derive(Clone, Debug, Default)]
pub struct Unevaluated {
    /// What is about resources that exist once in an account: managed rules by identifier, custom ones by their name in the
    /// account.
    pub at_home: BTreeSet<String>,
    /// Identifiers of rules that the region does not offer.
    pub not_offered: BTreeSet<String>,
    /// Identifiers of rules that the region may offer and home does not: nothing would count their results.
    pub not_at_home: BTreeSet<String>,
    /// Names in the account of custom rules whose function is one of home.
    pub function_at_home: BTreeSet<String>,
}

impl RegionPlan {
    /// A problem of this region.
    pub fn problem(&self, problem: &PropertyError) -> PropertyError {
        let PropertyError { path, reason, sensitive } = problem;
        let reason = if path.is_root() { reason.clone() } else { format!("{path}: {reason}") };
        // Of a region that is not listed, the path does not say which one it is.
        let reason = if self.listed { reason } else { format!("{}: {reason}", self.code) };
        PropertyError::new(self.path.clone(), reason).sensitive_if(*sensitive)
    }

    /// What is wrong with it, and what is odd.
    pub fn problems(&self) -> (Vec<PropertyError>, Vec<PropertyError>) {
        let of = |list: &[PropertyError]| list.iter().map(|one| self.problem(one)).collect();
        (of(&self.plan.errors), of(&self.plan.warnings))
    }
}

/// The regions that are monitored.
#[derive(Clone, Debug)]
pub struct MonitoredRegions {
    /// Their codes.
    pub codes: Vec<String>,
    /// Whether the inputs list them; else the account has enabled them.
    pub listed: bool,
}

impl MonitoredRegions {
    /// Those that the inputs list.
    pub fn of(regions: &RegionsArg) -> Self {
        Self { codes: regions.listed().to_vec(), listed: true }
    }

    fn path(&self, index: usize) -> PropertyPath {
        if self.listed { ("regions", index).into() } else { "regions".into() }
    }
}

impl Selection {
    /// What is deployed to each monitored region but home; nothing while home is not known.
    pub fn over(&self, regions: &MonitoredRegions, home: &Target) -> Vec<RegionPlan> {
        let Some(own) = home.region.as_deref() else { return Vec::new() };
        let others = regions.codes.iter().enumerate().filter(|(_, code)| *code != own);
        // A region of another partition is an error of its own.
        let others = others.filter(|(_, code)| partition_of_region(code) == partition_of_region(own));
        let planned = |(index, code): (usize, &String)| {
            let (plan, unevaluated) = self.elsewhere(code, home);
            RegionPlan {
                path: regions.path(index),
                code: code.clone(),
                listed: regions.listed,
                plan: Arc::new(plan),
                notes: unevaluated.notes(code, own),
                unevaluated,
            }
        };
        others.map(planned).collect()
    }

    fn elsewhere(&self, code: &str, home: &Target) -> (Plan, Unevaluated) {
        let target = Target { region: Some(code.to_owned()), ..home.clone() };
        let mut selection = Self {
            requests: Vec::new(),
            notifications: None,
            errors: Vec::new(),
            warnings: Vec::new(),
            notes: Default::default(),
            ..self.clone()
        };
        let mut unevaluated = Unevaluated::default();
        let mut is_evaluated = |identifier: &str| {
            let offered = is_offered(identifier, &target);
            let list = match (is_offered(identifier, home), offered) {
                // What neither offers is said of home.
                (Some(false), Some(false)) => return false,
                (Some(false), _) => &mut unevaluated.not_at_home,
                _ if is_global(identifier) => &mut unevaluated.at_home,
                (_, Some(false)) => &mut unevaluated.not_offered,
                _ => return true,
            };
            list.insert(identifier.to_owned());
            false
        };
        selection.rules.retain(|rule| is_evaluated(&rule.args.identifier));
        // What a region does not offer is not assessed there, whoever asks for it.
        selection.rules.iter_mut().for_each(|rule| rule.args.on_unavailable = OnUnavailable::Skip);
        for one in &mut selection.packs {
            one.pack.rules.retain(|_, rule| is_evaluated(&rule.identifier));
        }
        selection.packs.retain(|one| !one.pack.rules.is_empty());
        let prefix = selection.name_prefix.clone();
        selection.custom.retain(|rule| {
            let list = if rule.is_global() {
                &mut unevaluated.at_home
            } else if rule.function.is_some() && rule.function_region().as_deref() != Some(code) {
                &mut unevaluated.function_at_home
            } else {
                return true;
            };
            list.insert(prefix.rule(&rule.name));
            false
        });
        (selection.at(&target), unevaluated)
    }
}

impl Unevaluated {
    fn notes(&self, code: &str, home: &str) -> Vec<String> {
        let taken = Catalog::get().taken;
        let notes = [
            (&self.at_home, format!("{code}: rules about global resources are evaluated in {home} alone: ")),
            (&self.not_offered, format!("{code}: not offered there and not assessed (facts of {taken}): ")),
            (
                &self.not_at_home,
                format!("{code}: not offered in {home}, so not evaluated here either (facts of {taken}): "),
            ),
            (
                &self.function_at_home,
                format!("{code}: AWS Config invokes functions of its own region, so not evaluated there: "),
            ),
        ];
        let listed = |names: &BTreeSet<String>| names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let notes = notes.into_iter().filter(|(names, _)| !names.is_empty());
        notes.map(|(names, start)| format!("{start}{}", listed(names))).collect()
    }
}

impl Plan {
    /// The same where the functions watch these regions, too.
    pub fn watching(self, regions: &[&RegionPlan]) -> Self {
        let entry = |document: &MonitoringConfiguration, one: &RegionPlan| {
            let there: BTreeSet<&str> = one.plan.configuration.iter().flat_map(names).collect();
            let without = names(document).filter(|name| !there.contains(name)).map(str::to_owned).collect();
            let Unevaluated { at_home, not_offered, function_at_home, .. } = one.unevaluated.clone();
            (one.code.clone(), RegionEntry { at_home, function_at_home, not_offered, without })
        };
        let configuration = self.configuration.map(|document| {
            let regions = regions.iter().map(|one| entry(&document, one)).collect();
            document.with_regions(regions)
        });
        Self { configuration, ..self }
    }
}

/// Names of all rules, those in packs included.
fn names(document: &MonitoringConfiguration) -> impl Iterator<Item = &str> {
    document.all_rules().map(|rule| rule.name.as_str())
}

impl CustomRuleArgs {
    /// Whether it evaluates resources of IAM alone, which every region would evaluate again. A type that is not known yet may be
    /// any.
    fn is_global(&self) -> bool {
        let types = self.scope.as_ref().and_then(|scope| scope.resource_types.as_deref()).unwrap_or_default();
        !types.is_empty() && types.iter().all(|kind| text(kind).is_some_and(|kind| IAM_TYPES.contains(&kind.as_str())))
    }

    /// The region of the function that evaluates it, where that is known.
    fn function_region(&self) -> Option<String> {
        let arn = text(&self.function.as_ref()?.arn)?;
        bounds::region_and_account(&arn).map(|(region, _)| region.to_owned())
    }
}

/// Whether a rule is about resources that exist once in an account: every region would evaluate them again.
fn is_global(identifier: &str) -> bool {
    Catalog::get().rule(identifier).is_some_and(|rule| rule.global)
}

impl ComplianceMonitoringArgs {
    /// What keeps functions in a VPC from other regions.
    pub fn warned_vpc(&self, others: &[RegionPlan]) -> Option<PropertyError> {
        let reason = "the functions are in a VPC and call AWS Config in each of these regions; interface endpoints lead to home \
                      alone, so give the subnets a NAT gateway";
        (!others.is_empty() && self.functions.vpc.is_some()).then(|| PropertyError::new("regions", reason))
    }
}

/// What is wrong with home where other regions are monitored from it.
pub(super) fn refused_home(others: &[RegionPlan], home: &Target) -> Option<PropertyError> {
    let own = home.region.as_deref().filter(|own| !others.is_empty() && !records_global_types(own))?;
    let reason = format!(
        "AWS Config cannot record IAM users, groups, roles and policies in {own}, the region of the provider, and they are \
         evaluated there for all regions; deploy from a region that can, such as `eu-west-1` or `us-east-1`, in a new stack, and list {own}; destroy this stack \
         first where it is deployed"
    );
    Some(PropertyError::new("regions", reason))
}
