//! Which rules and packs the inputs ask for, whatever the region.

use std::collections::{BTreeMap, BTreeSet};

use aws_compliance_catalog::{Composition, RuleRequest};
use compliance_types::choices::CountedRules;
use functions_core::configuration::ObjectLock;
use pulumi_component::Checks;
use pulumi_component::value::PropertyError;

use crate::inputs::bounds;
use crate::inputs::custom_rule::CustomRuleArgs;
use crate::inputs::exports::ExportsArgs;
use crate::inputs::framework::FrameworkArgs;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::notifications::NotificationsArgs;
use crate::inputs::object_lock::ObjectLockArgs;
use crate::inputs::remediation_settings::RemediationArgs;
use crate::inputs::rules::{ManagedRuleArgs, RulesArgs};
use crate::inputs::waivers::{self, WaiverArgs};
use crate::plan::packs::{self, PackPlan};
use crate::plan::rule::{Origin, RulePlan};
use crate::plan::{custom, frameworks, managed, remediation_settings};

/// The inputs that a plan is made of.
#[derive(Clone, Copy, Debug)]
pub struct PlanInputs<'a> {
    /// Start of every physical name.
    pub name_prefix: &'a NamePrefix,
    /// Which rules are evaluated.
    pub rules: &'a RulesArgs,
    /// Frameworks whose rules are evaluated, too.
    pub frameworks: &'a [FrameworkArgs],
    /// Who is notified, where the deployment notifies anybody.
    pub notifications: Option<&'a NotificationsArgs>,
    /// Accounts that the aggregator lists.
    pub accounts: &'a [String],
    /// Findings that are accepted for a time.
    pub waivers: &'a [WaiverArgs],
    /// Most days ahead of which a waiver may end.
    pub waiver_max_days: Option<u32>,
    /// Which rules count in reports.
    pub counted_rules: CountedRules,
    /// What is done about findings, where the deployment has the function that does it.
    pub remediation: Option<&'a RemediationArgs>,
    /// Where findings are exported to.
    pub exports: ExportsArgs,
    /// How long the files of reports are locked, where they are.
    pub object_lock: Option<ObjectLock>,
}

impl ComplianceMonitoringArgs {
    /// What the plan is made of.
    pub fn plan_inputs(&self) -> PlanInputs<'_> {
        PlanInputs {
            name_prefix: &self.name_prefix,
            rules: &self.rules,
            frameworks: &self.frameworks,
            notifications: Some(&self.notifications),
            accounts: &self.aggregation.accounts,
            waivers: &self.waivers,
            waiver_max_days: self.waiver_max_days,
            counted_rules: self.functions.counted_rules,
            remediation: Some(&self.remediation),
            exports: self.exports,
            object_lock: self.reports.object_lock.and_then(ObjectLockArgs::of_reports),
        }
    }
}

/// What the inputs ask for, and what is wrong with them.
#[derive(Clone, Debug)]
pub struct Selection {
    pub(super) name_prefix: NamePrefix,
    /// Managed rules: the baseline, those that are given, those of frameworks that are deployed as rules.
    pub(super) rules: Vec<RulePlan>,
    pub(super) custom: Vec<CustomRuleArgs>,
    pub(super) packs: Vec<PackPlan>,
    pub(super) manual: BTreeMap<String, Vec<String>>,
    pub(super) requests: Vec<RuleRequest>,
    pub(super) notifications: Option<NotificationsArgs>,
    pub(super) accounts: Vec<String>,
    pub(super) waivers: Vec<WaiverArgs>,
    pub(super) waiver_max_days: Option<u32>,
    pub(super) counted_rules: CountedRules,
    pub(super) remediation: Option<RemediationArgs>,
    pub(super) exports: ExportsArgs,
    pub(super) object_lock: Option<ObjectLock>,
    /// What is wrong wherever this is deployed.
    pub errors: Vec<PropertyError>,
    /// What is odd wherever this is deployed.
    pub warnings: Vec<PropertyError>,
    /// What becomes of the baseline and of frameworks, before and after what is to be said of packs.
    pub(super) notes: [Vec<String>; 2],
}

impl Selection {
    /// Chooses the rules, and checks everything that is known without account and region: identifiers, names, parameters,
    /// frequencies, scopes, frameworks, packs, and that routes name rules that exist.
    pub fn new(inputs: PlanInputs<'_>) -> Self {
        let PlanInputs { name_prefix, rules: args, frameworks, .. } = inputs;
        let (composition, report) = frameworks::composed(frameworks);
        let given = managed::of_baseline(args);
        let requests = managed::requests(args, &given);
        let remedied = args.managed.iter().enumerate();
        let remedied = remedied.filter_map(|(index, rule)| Some((index, rule.remediation.as_ref()?.remedy(rule))));
        let (mut remedies, mut remedy_reports) = (BTreeMap::new(), BTreeMap::new());
        for (index, (remedy, report)) in remedied {
            remedies.insert(index, remedy);
            remedy_reports.insert(index, report);
        }

        let baseline = managed::baseline_without(args, &given).map(|rule| {
            let inputs = ManagedRuleArgs::of(rule.identifier, args.baseline_parameters(rule));
            RulePlan::new(rule.name.to_owned(), inputs, Origin::Baseline(rule))
        });
        let explicit = args.managed.iter().enumerate().map(|(index, rule)| RulePlan {
            remedy: remedies.remove(&index).flatten(),
            ..RulePlan::new(managed::name(index, rule, &given), rule.clone(), Origin::Managed(index))
        });
        let mut rules: Vec<_> = baseline.chain(explicit).collect();
        frameworks::add(&mut rules, &composition.rules);
        let packs = packs::planned(frameworks, &composition, name_prefix);

        let mut checks = Checks::default();
        checks.under("rules", |checks| {
            check_approved(args, checks);
            managed::check(args, (&given, &requests), &remedy_reports, checks);
            let taken: Vec<_> = rules.iter().map(|rule| rule.name.as_str()).collect();
            custom::check(&args.custom, &taken, checks);
        });
        frameworks::check(&report, &rules, &mut checks);
        packs::check(frameworks, &packs, name_prefix, &mut checks);
        let names = rules.iter().map(|rule| &rule.name).chain(args.custom.iter().map(|rule| &rule.name));
        let names: BTreeSet<String> = names.cloned().collect();
        waivers::check(inputs.waivers, inputs.waiver_max_days, &names, &mut checks);
        if let Some(notifications) = inputs.notifications {
            checks.under("notifications", |checks| notifications.check_rules(&names, checks));
        }
        if let Some(remediation) = inputs.remediation {
            let known = remediation_settings::identifiers(&rules, &args.custom);
            checks.under("remediation", |checks| remediation.check(&known, checks));
        }
        checks.each("frameworks", frameworks, |checks, framework| {
            bounds::check_once(checks, "exclude", &framework.exclude);
        });
        let [before, mut after] = notes(args, &given, &composition, &rules);
        after.extend(inputs.notifications.iter().flat_map(|notifications| notifications.sent()));
        let notes = [before, after];
        Self {
            name_prefix: name_prefix.clone(),
            rules,
            custom: args.custom.clone(),
            packs,
            manual: composition.manual,
            requests,
            notifications: inputs.notifications.cloned(),
            accounts: inputs.accounts.to_vec(),
            waivers: inputs.waivers.to_vec(),
            waiver_max_days: inputs.waiver_max_days,
            counted_rules: inputs.counted_rules,
            remediation: inputs.remediation.cloned(),
            exports: inputs.exports,
            object_lock: inputs.object_lock,
            errors: checks.errors().to_vec(),
            warnings: checks.warnings().to_vec(),
            notes,
        }
    }
}

fn notes(
    args: &RulesArgs,
    given: &managed::OfBaseline,
    composition: &Composition,
    rules: &[RulePlan],
) -> [Vec<String>; 2] {
    let before = managed::notes(args, given).into_iter().chain(frameworks::decisions(composition));
    [before.collect(), frameworks::obligations(composition, rules)]
}

fn check_approved(rules: &RulesArgs, checks: &mut Checks) {
    if rules.approved_instance_types.is_empty() {
        let reason = "expected at least one; to leave the rule out, set `baseline` to false";
        checks.error("approvedInstanceTypes", reason);
    }
    bounds::check_once(checks, "approvedInstanceTypes", &rules.approved_instance_types);
    checks.each("approvedInstanceTypes", &rules.approved_instance_types, |checks, kind| {
        checks.plain("", kind.as_str(), bounds::rules::instance_type);
    });
}
