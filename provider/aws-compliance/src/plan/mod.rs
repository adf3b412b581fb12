//! What will be deployed, as data: made of the inputs and the target, once, and read by the account scan, the parts, the
//! package's functions and the commands.

pub mod alarms;
pub mod baseline;
pub mod cost;
pub mod custom;
pub mod elsewhere;
pub mod event_pattern;
pub mod frameworks;
pub mod functions;
pub mod managed;
pub mod names;
pub mod notices;
pub mod packs;
pub mod problems;
pub mod recorder;
pub mod regions;
pub mod remediation;
pub mod remediation_settings;
pub mod rule;
pub mod runbooks;
pub mod selection;
pub mod sensitive;
pub mod sources;
pub mod target;
pub mod values;

use account_look::LookRequest;
use aws_compliance_catalog::{Catalog, PACKS_PER_REGION};
use functions_core::configuration::{ConfigurationError, MonitoringConfiguration};
use pulumi_component::value::PropertyError;

use crate::inputs::custom_rule::CustomRuleArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::waivers;
use packs::PackPlan;
use rule::RulePlan;
use selection::{PlanInputs, Selection};
use target::Target;

/// What will be deployed to a target.
#[derive(Debug)]
pub struct Plan {
    /// The managed rules that are children of their own.
    pub rules: Vec<RulePlan>,
    /// The rules of the user's own.
    pub custom: Vec<CustomRuleArgs>,
    /// The conformance packs.
    pub packs: Vec<PackPlan>,
    /// What the functions are configured with; the error is one that the checks of the inputs exclude.
    pub configuration: Result<MonitoringConfiguration, ConfigurationError>,
    /// The names that event rules match, a list for each event rule.
    pub event_patterns: Vec<Vec<serde_json::Value>>,
    /// What must not be deployed.
    pub errors: Vec<PropertyError>,
    /// What is deployed all the same.
    pub warnings: Vec<PropertyError>,
    /// What becomes of baseline, rules and frameworks, a sentence each.
    pub notes: Vec<String>,
    /// The rules that the target does not offer, in one sentence.
    pub exclusion: Option<String>,
    name_prefix: NamePrefix,
}

impl Plan {
    /// Plans a deployment.
    pub fn new(inputs: PlanInputs<'_>, target: &Target) -> Self {
        Selection::new(inputs).at(target)
    }

    /// Whether the findings of any rule are remediated, if only as a dry run.
    pub fn is_remediated(&self) -> bool {
        self.configuration.as_ref().is_ok_and(|configuration| configuration.remediation().is_some())
    }

    /// Names of the event rules that take compliance changes.
    pub fn compliance_change_rules(&self) -> impl Iterator<Item = String> {
        (0..self.event_patterns.len()).map(|index| self.name_prefix.compliance_change(&event_pattern::suffix(index)))
    }

    /// Adds the rules and packs to what the account scan is asked.
    pub fn scanned(&self, request: &mut LookRequest) {
        let prefix = &self.name_prefix;
        let custom = self.custom.iter().enumerate().map(|(index, rule)| rule.planned(index, prefix));
        let rules = self.rules.iter().map(|rule| rule.scanned(prefix)).chain(custom);
        request.rules = rules.chain(self.packs.iter().flat_map(PackPlan::scanned_rules)).collect();
        request.conformance_packs = self.packs.iter().map(PackPlan::scanned).collect();
        request.conformance_packs_allowed = PACKS_PER_REGION;
    }
}

impl Selection {
    /// What of it is deployed to a target: without rules that its region does not offer and that are excluded then.
    pub fn at(self, target: &Target) -> Plan {
        let prefix = self.name_prefix;
        let (excluded, rules): (Vec<_>, Vec<_>) = self.rules.into_iter().partition(|rule| rule.is_excluded_at(target));
        let rules: Vec<_> = rules.into_iter().map(|rule| elsewhere::adapted_rule(rule, target)).collect();
        let (packs, excluded_of_packs) = packs::at(&self.packs, target);

        let (unavailable, odd) = managed::unavailable(&self.requests, target);
        let (mut errors, mut warnings) = (self.errors, self.warnings);
        errors.extend(unavailable);
        errors.extend(custom::elsewhere(&self.custom, target));
        warnings.extend(odd);
        warnings.extend(packs::elsewhere(&packs, target));
        if let Some(notifications) = &self.notifications {
            warnings.extend(notifications.elsewhere(target.account_id.as_deref(), &self.accounts));
        }

        let of_frameworks = excluded.iter().filter(|rule| rule.is_of_framework());
        let mut lacking: Vec<_> = of_frameworks.map(|rule| rule.args.identifier.as_str()).collect();
        lacking.extend(excluded_of_packs.iter().map(|rule| rule.identifier.as_str()));
        lacking.sort_unstable();
        lacking.dedup();
        let exclusion = target.region.as_ref().filter(|_| !lacking.is_empty()).map(|region| {
            let (taken, lacking) = (&Catalog::get().taken, lacking.join(", "));
            format!("not offered in {region} and not assessed there (facts of {taken}): {lacking}")
        });
        let all: Vec<_> = rules.iter().chain(&excluded).cloned().collect();
        let [before, after] = self.notes;
        let notes = before.into_iter().chain(packs::notes(&packs, &all)).chain(after).collect();

        let entries = rules.iter().map(|rule| rule.entry(&prefix));
        let entries = entries.chain(self.custom.iter().map(|rule| rule.entry(&prefix)));
        let not_assessed = excluded.iter().map(RulePlan::not_assessed);
        let of_packs = excluded_of_packs.iter().map(|rule| rule::not_assessed(&rule.identifier, &rule.frameworks));
        let not_assessed: Vec<_> = not_assessed.chain(of_packs).collect();
        let notices = self.notifications.map(|given| given.notices(&prefix)).unwrap_or_default();
        let remediation = self.remediation.as_ref();
        let remediation =
            remediation.and_then(|args| remediation_settings::settings(args, &rules, &self.custom, &prefix));
        let configuration = MonitoringConfiguration::new(entries)
            .and_then(|document| document.with_packs(packs.iter().map(PackPlan::entry)))
            .map(|document| {
                let document = document.with_manual(self.manual).with_not_assessed(not_assessed).with_notices(notices);
                let waivers = waivers::waivers(&self.waivers, &prefix);
                let document = document.with_waivers(waivers, waivers::max_days(self.waiver_max_days));
                let document = document.with_exports(self.exports.exports()).with_object_lock(self.object_lock);
                document.with_reported_rules(self.counted_rules).with_remediation(remediation)
            });
        let watched = configuration.iter().flat_map(MonitoringConfiguration::rules).map(|rule| rule.name.as_str());
        let event_patterns = event_pattern::patterns(watched, &packs, &prefix);
        Plan {
            rules,
            custom: self.custom,
            packs,
            configuration,
            event_patterns,
            errors,
            warnings,
            notes,
            exclusion,
            name_prefix: prefix,
        }
    }
}
