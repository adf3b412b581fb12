//! The numbers equal a recount.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::resource::ResourceIdentity;
use functions_core::{
    compliance::{Compliance, Counts},
    waiver::{Waiver, Waivers},
};
use functions_report::{
    findings::FindingRow,
    gathered::Gathered,
    input::{Arrival, Context},
    model::{Breakdown, Report},
};
use proptest::prelude::*;

use crate::sample::{self, context, files};

type Key = (String, String, String, String);
type Verdicts = BTreeMap<Key, Compliance>;

const DAY: &str = "2026-03-04T00:00:00Z";
const NEXT: &str = "2026-03-05T00:00:00Z";

fn verdicts() -> impl Strategy<Value = Verdicts> {
    let key = ("[123]", "[ab]", "[r-u]", "[w-z<\",\n]{1,2}");
    proptest::collection::btree_map(key, proptest::sample::select(Compliance::ALL.to_vec()), 0..40)
}

/// What the aggregator says of some of the sources that the verdicts may be of.
fn arrivals() -> impl Strategy<Value = Vec<Arrival>> {
    let time = proptest::sample::select(vec![None, Some("2026-03-04T12:00:00Z"), Some("2026-03-03T00:00:00Z")]);
    let one = (("[123]", "[ab]"), (any::<bool>(), time));
    proptest::collection::btree_map(one.0, one.1, 0..6).prop_map(|all| {
        let arrival = |((account, region), (succeeded, updated)): ((String, String), (bool, Option<&str>))| Arrival {
            account,
            region,
            succeeded,
            updated: updated.map(str::to_owned),
        };
        all.into_iter().map(arrival).collect()
    })
}

fn add(gathered: &mut Gathered, ((account, region, rule, resource_id), verdict): (&Key, &Compliance)) {
    gathered.add(ResourceIdentity { account, region, resource_type: "T", resource_id }, [(rule.as_str(), *verdict)]);
}

fn told(context: Context, verdicts: &Verdicts, before: Option<&Report>) -> Report {
    let mut gathered = Gathered::default();
    verdicts.iter().for_each(|verdict| add(&mut gathered, verdict));
    sample::report(context, gathered, &before.map(files).unwrap_or_default())
}

fn report(id: &str, time: &str, verdicts: &Verdicts, before: Option<&Report>) -> Report {
    told(context(id, time), verdicts, before)
}

fn count<'a>(verdicts: impl Iterator<Item = &'a Compliance>) -> Counts {
    let mut counts = Counts::default();
    verdicts.for_each(|verdict| counts.add(*verdict));
    counts
}

fn open(verdicts: &Verdicts) -> BTreeSet<Key> {
    let open = verdicts.iter().filter(|(_, verdict)| **verdict == Compliance::NonCompliant);
    open.map(|(key, _)| key.clone()).collect()
}

fn key(finding: FindingRow<'_>) -> Key {
    let FindingRow { account, region, rule, resource_id, .. } = finding;
    (account.to_owned(), region.to_owned(), rule.to_owned(), resource_id.to_owned())
}

fn one(verdict: Compliance) -> Verdicts {
    [(("1".to_owned(), "a".to_owned(), "r".to_owned(), "x".to_owned()), verdict)].into()
}

fn saying(id: &str, time: &str, succeeded: bool, updated: &str) -> Context {
    let updated = (!updated.is_empty()).then(|| updated.to_owned());
    let arrival = Arrival { account: "1".to_owned(), region: "a".to_owned(), succeeded, updated };
    Context { arrivals: vec![arrival], ..context(id, time) }
}

proptest! {
    #[test]
    fn of_verdicts_alone(verdicts in verdicts()) {
        let report = report("1", DAY, &verdicts, None);
        prop_assert_eq!(report.totals, count(verdicts.values()));
        prop_assert_eq!(report.findings.len(), open(&verdicts).len());
        let same = |groups: &[Breakdown], part: fn(&Key) -> &String| {
            groups.iter().all(|group| {
                group.counts == count(verdicts.iter().filter(|(key, _)| **part(key) == *group.name).map(|(_, verdict)| verdict))
            })
        };
        prop_assert!(same(&report.accounts, |key| &key.0));
        prop_assert!(same(&report.regions, |key| &key.1));
        prop_assert!(same(&report.rules, |key| &key.2));
        prop_assert_eq!(report.severities.iter().map(|(_, count)| count).sum::<u64>(), report.totals.non_compliant);
        let costs: u64 = report.score.costs.iter().map(|cost| cost.millipoints).sum();
        prop_assert!(report.score.millipoints.is_none_or(|score| score + costs == 100_000));
        prop_assert_eq!(report.score.millipoints == Some(100_000), open(&verdicts).is_empty() && report.score.millipoints.is_some());
    }

    #[test]
    fn of_what_changed(then in verdicts(), now in verdicts(), arrivals in arrivals()) {
        let first = report("1", DAY, &then, None);
        let good = |arrival: &Arrival| arrival.succeeded && arrival.updated.as_deref() != Some("2026-03-03T00:00:00Z");
        let good: BTreeSet<_> =
            arrivals.iter().filter(|one| good(one)).map(|one| (one.account.clone(), one.region.clone())).collect();
        let second = told(Context { arrivals, ..context("2", NEXT) }, &now, Some(&first));
        let Some(change) = second.change.clone() else {
            // There was no result to compare with.
            prop_assert!(then.values().all(|verdict| *verdict == Compliance::InsufficientData));
            return Ok(());
        };
        // Seen is what the aggregator calls good, and what gave a row.
        let mut seen: BTreeSet<(String, String)> = now.keys().map(|key| (key.0.clone(), key.1.clone())).collect();
        seen.extend(good);
        let (then_open, now_open) = (open(&then), open(&now));
        let is_seen = |key: &&Key| seen.contains(&(key.0.clone(), key.1.clone()));
        let carried: BTreeSet<Key> = then_open.iter().filter(|key| !is_seen(key)).cloned().collect();
        let fixed: BTreeSet<Key> = then_open.difference(&now_open).filter(is_seen).cloned().collect();
        prop_assert_eq!(second.fixed.iter().map(key).collect::<BTreeSet<_>>(), fixed.clone());
        prop_assert_eq!(change.fixed as usize, fixed.len());
        prop_assert_eq!(change.new as usize, now_open.difference(&then_open).count());
        prop_assert_eq!(change.still_open as usize, now_open.intersection(&then_open).count() + carried.len());
        let expected: BTreeSet<Key> = now_open.union(&carried).cloned().collect();
        prop_assert_eq!(second.findings.iter().map(key).collect::<BTreeSet<_>>(), expected);
        prop_assert_eq!(second.totals.non_compliant as usize, second.findings.len());
        for finding in second.findings.iter() {
            prop_assert_eq!(finding.since == DAY, !finding.new);
        }
        for rules in [&second.rules, &second.accounts, &second.regions] {
            prop_assert_eq!(rules.iter().map(|group| group.new).sum::<u64>(), change.new);
            prop_assert_eq!(rules.iter().map(|group| group.fixed).sum::<u64>(), change.fixed);
        }
    }

    #[test]
    fn of_waivers(verdicts in verdicts(), rule in "[r-u]", account in "[123]") {
        let waiver = Waiver {
            rule: Some(rule.clone()),
            accounts: vec![account.clone()],
            owner: "o".to_owned(),
            reason: "r".to_owned(),
            expires: "2026-04-01".to_owned(),
            ..Waiver::default()
        };
        let waivers = Waivers::on(&[waiver], "2026-03-04", 365);
        let report = told(Context { waivers, ..context("1", DAY) }, &verdicts, None);
        let (waived, open): (BTreeSet<Key>, BTreeSet<Key>) =
            open(&verdicts).into_iter().partition(|key| key.2 == rule && key.0 == account);
        prop_assert_eq!(report.waived.iter().map(key).collect::<BTreeSet<_>>(), waived.clone());
        prop_assert_eq!(report.findings.iter().map(key).collect::<BTreeSet<_>>(), open);
        prop_assert_eq!((report.totals.waived as usize, report.totals.total() as usize), (waived.len(), verdicts.len()));
        // The history has every result, and the same waivers.
        prop_assert_eq!(report.evaluated.iter().count(), verdicts.len());
        let of_history = report.evaluated.iter().filter(|one| !one.waiver.is_empty());
        let of_history: BTreeSet<Key> = of_history
            .map(|one| (one.account.to_owned(), one.region.to_owned(), one.rule.to_owned(), one.resource_id.to_owned()))
            .collect();
        prop_assert_eq!(of_history, waived);
    }

    #[test]
    fn of_trends_and_fixes(then in verdicts(), now in verdicts()) {
        let first = report("1", DAY, &then, None);
        let second = report("2", NEXT, &now, Some(&first));
        let last = second.trend.last().unwrap();
        prop_assert_eq!(last.severities.values().sum::<u64>(), second.totals.non_compliant);
        prop_assert_eq!(last.accounts.values().sum::<u64>(), second.totals.non_compliant);
        prop_assert_eq!(functions_report::fixes::count(&second.time_to_fix) as usize, second.fixed.len());
        prop_assert!(second.time_to_fix.iter().all(|one| one.median_hours == 24));
        prop_assert_eq!(second.oldest.len(), second.findings.len().min(10));
        let mut since: Vec<&str> = second.findings.iter().map(|one| one.since).collect();
        since.sort_unstable();
        prop_assert_eq!(second.oldest.iter().map(|one| one.since).collect::<Vec<_>>(), &since[..second.oldest.len()]);
    }

    #[test]
    fn in_any_order_and_doubled_rows_once(verdicts in verdicts(), doubled in proptest::collection::vec(any::<bool>(), 40)) {
        let whole = report("1", DAY, &verdicts, None);
        let mut gathered = Gathered::default();
        verdicts.iter().rev().for_each(|verdict| add(&mut gathered, verdict));
        let doubled = verdicts.iter().zip(doubled).filter(|(_, doubled)| *doubled);
        doubled.for_each(|(verdict, _)| add(&mut gathered, verdict));
        let mut again = functions_report::collect::first(context("1", DAY), gathered);
        // How many rows came is told as it was.
        again.resources = whole.resources;
        prop_assert_eq!(files(&again), files(&whole));
    }
}

#[test]
fn the_last_bad_resource_of_a_region_that_goes_away_is_fixed() {
    let first = told(saying("1", DAY, true, DAY), &one(Compliance::NonCompliant), None);
    let second = told(saying("2", NEXT, true, NEXT), &Verdicts::new(), Some(&first));
    let change = second.change.as_ref().unwrap();
    assert_eq!((change.fixed, change.still_open, second.findings.len()), (1, 0, 0));
    assert!(second.sources[0].reported, "it reported that there is nothing");
    assert_eq!(second.fixed.iter().next().unwrap().resource_id, "x");
}

#[test]
fn a_source_that_fails_is_marked_with_its_age_and_its_rows_stay() {
    for (succeeded, updated) in [(false, "2026-03-02T08:00:00Z"), (true, "2026-03-02T08:00:00Z")] {
        let report = told(saying("1", DAY, succeeded, updated), &one(Compliance::NonCompliant), None);
        let source = &report.sources[0];
        assert_eq!((source.reported, source.age_days), (false, Some(2)), "{succeeded}");
        assert_eq!(source.last_reported.as_deref(), Some(updated));
        assert_eq!((report.totals.non_compliant, report.findings.iter().next().unwrap().as_of), (1, updated));
    }
}

#[test]
fn an_empty_source_whose_data_arrive_has_reported() {
    let report = told(saying("1", DAY, true, ""), &Verdicts::new(), None);
    assert_eq!((report.sources[0].reported, report.sources[0].last_reported.as_deref()), (true, Some(DAY)));
}

#[test]
fn a_source_that_stopped_keeps_its_findings_with_their_age_and_they_go_after_thirty_days() {
    for listed in [false, true] {
        let says = |id, time| if listed { saying(id, time, false, "2026-02-20T00:00:00Z") } else { context(id, time) };
        let first = report("1", "2026-02-20T00:00:00Z", &one(Compliance::NonCompliant), None);
        let second = told(says("2", "2026-03-01T00:00:00Z"), &Verdicts::new(), Some(&first));
        let third = told(says("3", "2026-03-02T00:00:00Z"), &Verdicts::new(), Some(&second));
        let source = third.sources.iter().find(|source| &*source.account == "1").unwrap();
        assert_eq!((source.reported, source.age_days), (false, Some(10)));
        assert_eq!(source.last_reported.as_deref(), Some("2026-02-20T00:00:00Z"));
        assert_eq!(third.findings.iter().next().unwrap().as_of, "2026-02-20T00:00:00Z");
        assert_eq!((third.totals.non_compliant, third.change.as_ref().unwrap().still_open), (1, 1));
        let last = told(says("4", "2026-04-02T00:00:00Z"), &Verdicts::new(), Some(&third));
        assert_eq!((last.findings.len(), last.totals.non_compliant, last.fixed.len()), (0, 0, 0));
        let named = last.sources.iter().any(|source| &*source.account == "1");
        assert_eq!(named, listed, "one that is expected stays named");
    }
}

#[test]
fn a_source_that_never_reported_is_named() {
    let report = report("1", DAY, &Verdicts::new(), None);
    assert_eq!(report.sources.len(), 1);
    assert_eq!((report.sources[0].reported, report.sources[0].last_reported.clone()), (false, None));
}

#[test]
fn a_retry_of_a_run_stands_once_in_the_trend() {
    let first = report("1", DAY, &Verdicts::new(), None);
    let again = report("1", DAY, &Verdicts::new(), Some(&first));
    assert_eq!(again.trend.len(), 1);
}

#[test]
fn a_framework_counts_what_fails_what_complies_and_what_nobody_judged() {
    let verdict = |rule: &str, verdict| (("1".to_owned(), "a".to_owned(), rule.to_owned(), "x".to_owned()), verdict);
    let verdicts = [verdict("ebs-volumes-encrypted", Compliance::NonCompliant)].into();
    let report = report("1", DAY, &verdicts, None);
    let counts: Vec<_> = report
        .frameworks
        .iter()
        .map(|one| (&*one.id, one.failing, one.compliant, one.silent, one.not_assessed, one.manual))
        .collect();
    assert_eq!(counts, [("HIPAA", 1, 0, 0, 0, 2), ("PCI DSS", 1, 0, 1, 1, 0)]);
}
