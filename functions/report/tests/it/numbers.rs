//! The numbers equal a recount.

use std::collections::{BTreeMap, BTreeSet};

use functions_core::compliance::{Compliance, Counts};
use functions_report::{
    collect::Collector,
    files::{read_findings, read_summary},
    input::{Before, Evaluation},
    model::{Breakdown, Report},
};
use proptest::prelude::*;

use crate::sample::{body, context, files};

type Key = (String, String, String, String);
type Verdicts = BTreeMap<Key, Compliance>;

fn verdicts() -> impl Strategy<Value = Verdicts> {
    let key = ("[123]", "[ab]", "[r-u]", "[w-z<\",\n]{1,2}");
    proptest::collection::btree_map(key, proptest::sample::select(Compliance::ALL.to_vec()), 0..40)
}

fn report(id: &str, time: &str, verdicts: &Verdicts, before: Before) -> Report {
    let mut collector = Collector::new(context(id, time));
    for ((account, region, rule, resource_id), compliance) in verdicts {
        collector.add(Evaluation { account, region, rule, resource_type: "T", resource_id, compliance: *compliance });
    }
    collector.finish(before)
}

fn count<'a>(verdicts: impl Iterator<Item = &'a Compliance>) -> Counts {
    let mut counts = Counts::default();
    verdicts.for_each(|verdict| counts.add(*verdict));
    counts
}

fn open(verdicts: &Verdicts) -> BTreeSet<&Key> {
    verdicts.iter().filter(|(_, verdict)| **verdict == Compliance::NonCompliant).map(|(key, _)| key).collect()
}

fn before(report: &Report) -> Before {
    let files = files(report);
    Before {
        summary: Some(read_summary(body(&files, "summary.json")).unwrap()),
        findings: read_findings(body(&files, "findings.csv")).unwrap(),
    }
}

proptest! {
    #[test]
    fn of_verdicts_alone(verdicts in verdicts()) {
        let report = report("1", "2026-03-04T00:00:00Z", &verdicts, Before::default());
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
    fn of_what_changed(then in verdicts(), now in verdicts()) {
        let first = report("1", "2026-03-04T00:00:00Z", &then, Before::default());
        let second = report("2", "2026-03-05T00:00:00Z", &now, before(&first));
        let change = second.change.clone().unwrap();
        let reported: BTreeSet<(&String, &String)> = now.keys().map(|(account, region, ..)| (account, region)).collect();
        let (then_open, now_open) = (open(&then), open(&now));
        let silent = then_open.iter().filter(|key| !reported.contains(&(&key.0, &key.1))).count();
        prop_assert_eq!(change.new as usize, now_open.difference(&then_open).count());
        prop_assert_eq!(change.fixed as usize, then_open.difference(&now_open).count() - silent);
        prop_assert_eq!(change.still_open as usize, now_open.intersection(&then_open).count() + silent);
        prop_assert_eq!(second.findings.len(), now_open.len() + silent);
        prop_assert_eq!(second.totals.non_compliant as usize, second.findings.len());
        for finding in &second.findings {
            prop_assert_eq!(&*finding.since == "2026-03-04T00:00:00Z", !finding.new);
        }
        let moved: u64 = second.rules.iter().map(|rule| rule.new).sum();
        prop_assert_eq!(moved, change.new);
    }

    #[test]
    fn in_any_order_and_doubled_findings_once(verdicts in verdicts()) {
        let whole = report("1", "2026-03-04T00:00:00Z", &verdicts, Before::default());
        let mut collector = Collector::new(context("1", "2026-03-04T00:00:00Z"));
        for turned in [false, true] {
            for ((account, region, rule, resource_id), compliance) in verdicts.iter().rev() {
                if !turned || *compliance == Compliance::NonCompliant {
                    collector.add(Evaluation { account, region, rule, resource_type: "T", resource_id, compliance: *compliance });
                }
            }
        }
        prop_assert_eq!(files(&collector.finish(Before::default())), files(&whole));
    }
}

#[test]
fn a_source_that_stopped_keeps_its_findings_with_their_age_and_goes_after_thirty_days() {
    let one = ("1".to_owned(), "a".to_owned(), "r".to_owned(), "x".to_owned());
    let first = report("1", "2026-02-20T00:00:00Z", &[(one, Compliance::NonCompliant)].into(), Before::default());
    let second = report("2", "2026-03-01T00:00:00Z", &Verdicts::new(), before(&first));
    let third = report("3", "2026-03-02T00:00:00Z", &Verdicts::new(), before(&second));
    let source = third.sources.iter().find(|source| &*source.account == "1").unwrap();
    assert_eq!((source.reported, source.age_days), (false, Some(10)));
    assert_eq!(source.last_reported.as_deref(), Some("2026-02-20T00:00:00Z"));
    assert_eq!(&*third.findings[0].as_of, "2026-02-20T00:00:00Z");
    assert_eq!((third.totals.non_compliant, third.change.as_ref().unwrap().still_open), (1, 1));
    let last = report("4", "2026-04-02T00:00:00Z", &Verdicts::new(), before(&third));
    assert!(last.findings.is_empty() && last.sources.iter().all(|source| &*source.account != "1"));
}

#[test]
fn a_source_that_never_reported_is_named() {
    let report = report("1", "2026-03-04T00:00:00Z", &Verdicts::new(), Before::default());
    assert_eq!(report.sources.len(), 1);
    assert_eq!((report.sources[0].reported, report.sources[0].last_reported.clone()), (false, None));
}

#[test]
fn a_retry_of_a_run_stands_once_in_the_trend() {
    let first = report("1", "2026-03-04T00:00:00Z", &Verdicts::new(), Before::default());
    let again = report("1", "2026-03-04T00:00:00Z", &Verdicts::new(), before(&first));
    assert_eq!(again.trend.len(), 1);
}
