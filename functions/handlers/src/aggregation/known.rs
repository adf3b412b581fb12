//! What the configuration document knows of the rules whose verdicts are read.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::{choices::CountedRules, severity::Severity};
use functions_core::{
    configuration::{
        MonitoringConfiguration, NotAssessed, ObjectLock, RegionEntry, RuleEntry, in_pack, name_in_template,
        parts_in_account,
    },
    exports::Exports,
    run::Run,
    waiver::{Waiver, Waivers},
};
use functions_report::input::{Context, Elsewhere, Missing, RuleFacts};

use super::state::PackIds;
use crate::store::Lock;

/// What is known of rules by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    facts: BTreeMap<String, RuleFacts>,
    /// Names that templates of conformance packs give, each with its pack.
    packed: BTreeMap<String, String>,
    missing: Vec<Missing>,
    manual: BTreeMap<String, Vec<String>>,
    reported: CountedRules,
    waivers: Vec<Waiver>,
    waiver_max_days: u32,
    exports: Exports,
    object_lock: Option<ObjectLock>,
    elsewhere: Vec<Elsewhere>,
}

impl Known {
    pub(super) fn of(configuration: &MonitoringConfiguration) -> Self {
        let facts = configuration.all_rules().map(|rule| (rule.name.clone(), facts(rule))).collect();
        let packs = configuration.packs().iter();
        let packed = packs.flat_map(|pack| pack.rules.iter().map(|rule| (rule.name.clone(), pack.name.clone())));
        let missing =
            |rule: &NotAssessed| Missing { identifier: rule.identifier.clone(), frameworks: rule.frameworks.clone() };
        Self {
            facts,
            packed: packed.collect(),
            missing: configuration.not_assessed().iter().map(missing).collect(),
            manual: configuration.manual().clone(),
            reported: configuration.reported_rules(),
            waivers: configuration.waivers().to_vec(),
            waiver_max_days: configuration.waiver_max_days(),
            exports: configuration.exports(),
            object_lock: configuration.object_lock(),
            elsewhere: configuration.region_entries().map(elsewhere).collect(),
        }
    }

    /// The regions of the deployment beside that of the function.
    /// What the files of the report of a run are locked with, where they are.
    pub(super) fn lock(&self, run: &Run) -> Option<Lock> {
        self.object_lock.map(|ObjectLock { days, mode }| Lock {
            mode,
            until_unix_seconds: run.time.unix_seconds_after_days(days.into()),
        })
    }

    pub(super) fn regions(&self) -> impl Iterator<Item = &str> {
        self.elsewhere.iter().map(|one| one.region.as_str())
    }

    /// Waivers as they stand on a day.
    pub(super) fn waivers_on(&self, day: &str) -> Waivers {
        Waivers::on(&self.waivers, day, self.waiver_max_days)
    }

    /// The name under which a rule counts; `None` where it does not count, because somebody else deployed it.
    pub(super) fn counted<'a>(&self, reported: &'a str) -> Option<&'a str> {
        let name = self.name(reported);
        (self.reported == CountedRules::All || self.facts.contains_key(name)).then_some(name)
    }

    /// The name under which a rule counts. AWS Config puts an id of the pack behind the names of its rules, which differs
    /// from account to account and from one deployment to the next.
    fn name<'a>(&self, reported: &'a str) -> &'a str {
        name_in_template(reported).filter(|name| self.packed.contains_key(*name)).unwrap_or(reported)
    }

    /// The pack of ours that brought a rule of the account, and the id that AWS Config gave it there.
    pub(super) fn pack<'a>(&self, reported: &'a str) -> Option<(&str, &'a str)> {
        let (name, id) = parts_in_account(reported)?;
        Some((self.packed.get(name)?.as_str(), id))
    }

    /// The name in an account and region of a rule that counts under this one; `None` where the id of its pack is not known.
    pub(super) fn name_in_account(&self, counted: &str, packs: &PackIds, place: (&str, &str)) -> Option<String> {
        match self.packed.get(counted) {
            Some(pack) => Some(in_pack(counted, packs.of(pack, place)?)),
            None => Some(counted.to_owned()),
        }
    }

    pub(super) fn severity(&self, name: &str) -> Severity {
        self.facts.get(name).map(|facts| facts.severity).unwrap_or_default()
    }

    /// What a report has of it.
    pub(super) fn context(&self) -> Context {
        let Self { facts, missing, manual, elsewhere, exports, .. } = self.clone();
        Context { rules: facts, missing, manual, elsewhere, exports, ..Context::default() }
    }
}

fn elsewhere((region, entry): (&str, &RegionEntry)) -> Elsewhere {
    let listed = |rules: &BTreeSet<String>| rules.iter().cloned().collect();
    Elsewhere {
        region: region.to_owned(),
        at_home: listed(&entry.at_home),
        function_at_home: listed(&entry.function_at_home),
        not_offered: listed(&entry.not_offered),
    }
}

fn facts(rule: &RuleEntry) -> RuleFacts {
    RuleFacts {
        severity: rule.severity,
        frameworks: rule.frameworks.clone(),
        page: rule.page_url(),
        remediation: rule.remediation.clone(),
    }
}

#[cfg(test)]
mod tests {
    use functions_core::configuration::PackEntry;

    use super::*;

    fn rule(name: &str, frameworks: &[(&str, &[&str])]) -> RuleEntry {
        let controls = |all: &[&str]| all.iter().map(|control| (*control).to_owned()).collect();
        RuleEntry {
            frameworks: frameworks.iter().map(|(id, all)| ((*id).to_owned(), controls(all))).collect(),
            name: name.to_owned(),
            severity: Severity::High,
            ..RuleEntry::default()
        }
    }

    #[test]
    fn a_report_has_what_each_region_does_not_evaluate() {
        let entry = RegionEntry {
            at_home: ["IAM_PASSWORD_POLICY".to_owned()].into(),
            function_at_home: ["own".to_owned()].into(),
            not_offered: ["ELB_LOGGING_ENABLED".to_owned()].into(),
            without: ["iam".to_owned()].into(),
        };
        let document = MonitoringConfiguration::new([rule("a", &[])]).unwrap();
        let known = Known::of(&document.with_regions([("us-east-1".to_owned(), entry)].into()));
        assert_eq!(known.regions().collect::<Vec<_>>(), ["us-east-1"]);
        let [one] = &known.context().elsewhere[..] else { panic!("one region") };
        assert_eq!(
            (one.at_home.join(" "), one.function_at_home.join(" "), one.not_offered.join(" ")),
            ("IAM_PASSWORD_POLICY".into(), "own".into(), "ELB_LOGGING_ENABLED".into())
        );
    }

    #[test]
    fn a_rule_counts_under_its_frameworks_and_their_controls() {
        let serving = rule("a", &[("hipaa", &[]), ("nzism", &["1847", "2090"])]);
        let known = Known::of(&MonitoringConfiguration::new([serving]).unwrap());
        assert_eq!(known.context().rules["a"].controls(), ["hipaa", "nzism 1847", "nzism 2090"]);
        assert_eq!((known.severity("a"), known.severity("b")), (Severity::High, Severity::Medium));
    }

    #[test]
    fn finding_6_rules_of_others_do_not_count_unless_all_are_asked_for() {
        let pack = PackEntry { name: "p".to_owned(), rules: vec![rule("p-a", &[])] };
        let configuration = MonitoringConfiguration::new([rule("b", &[])]).unwrap().with_packs([pack]).unwrap();
        let known = Known::of(&configuration);
        for (reported, counted) in [
            ("b", Some("b")),
            ("p-a-conformance-pack-x1", Some("p-a")),
            ("securityhub-vpc-flow-logs-enabled-1a2b", None),
            ("p-z-conformance-pack-x1", None),
            ("B", None),
        ] {
            assert_eq!(known.counted(reported), counted, "{reported}");
        }
        let all = Known::of(&configuration.with_reported_rules(CountedRules::All));
        for (reported, counted) in [("securityhub-x", "securityhub-x"), ("p-a-conformance-pack-x1", "p-a")] {
            assert_eq!(all.counted(reported), Some(counted), "{reported}");
        }
    }

    #[test]
    fn rule_of_a_pack_has_the_name_of_its_account_and_region() {
        let pack = PackEntry { name: "p".to_owned(), rules: vec![rule("p-a", &[])] };
        let configuration = MonitoringConfiguration::new([rule("b", &[])]).unwrap().with_packs([pack]).unwrap();
        let (known, mut ids, here) = (Known::of(&configuration), PackIds::default(), ("1", "r"));
        assert_eq!(known.name_in_account("p-a", &ids, here), None);
        for (reported, pack) in
            [("p-a-conformance-pack-x1", Some(("p", "x1"))), ("b-conformance-pack-x1", None), ("b", None)]
        {
            assert_eq!(known.pack(reported), pack, "{reported}");
        }
        ids.add("p", here, "x1");
        assert_eq!(known.name_in_account("p-a", &ids, here).as_deref(), Some("p-a-conformance-pack-x1"));
        assert_eq!(known.name_in_account("p-a", &ids, ("2", "r")), None);
        assert_eq!(known.name_in_account("b", &ids, ("2", "r")).as_deref(), Some("b"));
    }

    #[test]
    fn only_rules_of_our_packs_lose_the_id() {
        let pack = PackEntry { name: "p".to_owned(), rules: vec![rule("p-a", &[])] };
        let configuration = MonitoringConfiguration::new([rule("b", &[])]).unwrap().with_packs([pack]).unwrap();
        let known = Known::of(&configuration);
        assert_eq!(known.name("p-a-conformance-pack-x1"), "p-a");
        for other in ["b", "p-a", "b-conformance-pack-x1", "c-conformance-pack-x1"] {
            assert_eq!(known.name(other), other);
        }
    }
}
