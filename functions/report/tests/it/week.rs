//! What changed within a week equals a recount over the runs of the week.

use std::collections::BTreeSet;

use compliance_types::{resource::ResourceIdentity, time::Timestamp};
use functions_core::compliance::Compliance;
use functions_report::{files::File, gathered::Gathered, model::Report};
use proptest::prelude::*;

use crate::sample::{self, context, files};

const HOUR: u64 = 3_600;
const START: u64 = 1_772_600_000;

/// The report of a run so many hours after the first, in which these resources do not comply.
fn run(hours: u64, bad: &BTreeSet<u8>, before: &[File]) -> Report {
    let mut gathered = Gathered::default();
    for number in 0..8_u8 {
        let resource_id = format!("vol-{number}");
        let verdict = if bad.contains(&number) { Compliance::NonCompliant } else { Compliance::Compliant };
        let resource = ResourceIdentity {
            account: "1",
            region: "a",
            resource_type: "AWS::EC2::Volume",
            resource_id: &resource_id,
        };
        gathered.add(resource, [("ebs-volumes-encrypted", verdict)]);
    }
    let time = Timestamp::from_unix_seconds(START + hours * HOUR);
    // One rule, which has results at once: there is no first evaluation.
    let mut context = context(&hours.to_string(), time.as_str());
    context.rules.retain(|name, _| name == "ebs-volumes-encrypted");
    sample::report(context, gathered, before)
}

fn page(files: &[File]) -> &str {
    let index = files.iter().find(|file| file.name == "index.html").unwrap();
    std::str::from_utf8(&index.body).unwrap()
}

proptest! {
    #[test]
    fn week_equals_a_recount(
        runs in proptest::collection::vec((1_u64..60, proptest::collection::btree_set(0..8_u8, 0..8)), 1..12),
    ) {
        let (mut hours, mut before, mut known) = (0, Vec::new(), Vec::new());
        for (pause, bad) in runs {
            let report = run(hours, &bad, &before);
            before = files(&report);
            known.push((hours, bad));
            let base = known.iter().position(|(time, _)| hours - time <= 7 * 24).filter(|base| base + 1 < known.len());
            let Some(base) = base else {
                prop_assert_eq!(&report.week, &None);
                prop_assert!(!page(&before).contains("id=\"week\""));
                hours += pause;
                continue;
            };
            let week = report.week.clone().unwrap();
            // Opened in a later run, and not closed since then.
            let is_new = |one: &&u8| {
                let since = known.iter().rev().take_while(|(_, bad)| bad.contains(*one)).count();
                known.len() - since > base
            };
            let now = &known[known.len() - 1].1;
            let later = known[base..].windows(2);
            let fixed: usize = later.map(|pair| pair[0].1.difference(&pair[1].1).count()).sum();
            prop_assert_eq!(week.new as usize, now.iter().filter(is_new).count());
            prop_assert_eq!(week.fixed.iter().map(|(_, count)| count).sum::<u64>() as usize, fixed);
            prop_assert_eq!(week.open_before as usize, known[base].1.len());
            let change = i64::try_from(known[base].1.len()).unwrap() - i64::try_from(now.len()).unwrap();
            prop_assert_eq!(week.score_millipoints.unwrap().signum(), change.signum());
            prop_assert!(page(&before).contains("id=\"week\""));
            hours += pause;
        }
    }
}

#[test]
fn runs_of_the_first_evaluation_are_no_beginning_of_a_week() {
    // Two of three rules have no results, for a day.
    let mut gathered = Gathered::default();
    let resource =
        ResourceIdentity { account: "1", region: "a", resource_type: "AWS::EC2::Volume", resource_id: "vol-1" };
    gathered.add(resource, [("ebs-volumes-encrypted", Compliance::NonCompliant)]);
    let first = sample::report(context("1", "2026-03-04T00:00:00Z"), gathered.clone(), &[]);
    let second = sample::report(context("2", "2026-03-06T00:00:00Z"), gathered.clone(), &files(&first));
    assert_eq!(second.week, None, "all that the first run lacked would be new");
    let third = sample::report(context("3", "2026-03-07T00:00:00Z"), gathered, &files(&second));
    assert_eq!(third.week.unwrap().since, "2026-03-06T00:00:00Z");
}
