//! Resources that belong to no region, and the account, which belongs to each.

use compliance_types::resource::ResourceIdentity;
use functions_core::compliance::Compliance;
use functions_report::{
    files::File,
    gathered::Gathered,
    input::{Arrival, Context},
    model::Report,
};

use crate::sample::{self, context, files};

const USER: &str = "AWS::IAM::User";
const DAY: &str = "2026-03-04T00:00:00Z";
const NEXT: &str = "2026-03-05T00:00:00Z";
const BAD: Compliance = Compliance::NonCompliant;
const GOOD: Compliance = Compliance::Compliant;

/// What one rule says of one resource of account 1 in each of these regions.
fn gathered(resource_type: &str, verdicts: &[(&str, Compliance)]) -> Gathered {
    let mut gathered = Gathered::default();
    for (region, verdict) in verdicts {
        gathered
            .add(ResourceIdentity { account: "1", region, resource_type, resource_id: "alice" }, [("mfa", *verdict)]);
    }
    gathered
}

fn report(time: &str, gathered: Gathered, before: &[File]) -> Report {
    sample::report(Context { arrivals: Vec::new(), ..context(time, time) }, gathered, before)
}

/// The same, and what the aggregator says of its two regions.
fn reported(time: &str, gathered: Gathered, before: &[File], arrived: [(&str, bool); 2]) -> Report {
    let arrivals = arrived.map(|(region, succeeded)| Arrival {
        account: "1".to_owned(),
        region: region.to_owned(),
        succeeded,
        updated: None,
    });
    sample::report(Context { arrivals: arrivals.into(), ..context(time, time) }, gathered, before)
}

fn change(report: &Report) -> (u64, u64, u64) {
    let change = report.change.as_ref().unwrap();
    (change.new, change.fixed, change.still_open)
}

fn csv(report: &Report) -> String {
    let file = files(report).into_iter().find(|file| file.name == "findings.csv").unwrap();
    String::from_utf8(file.body).unwrap()
}

#[test]
fn case_25_a_user_that_two_regions_report_is_one_finding_in_report_csv_and_score() {
    let both = || gathered(USER, &[("eu-west-1", BAD), ("us-east-1", BAD)]);
    let first = report(DAY, both(), &[]);
    assert_eq!((first.findings.len(), first.totals.non_compliant, first.score.costs[0].failing), (1, 1, 1));
    assert_eq!(first.findings.iter().next().unwrap().region, "global");
    assert_eq!(csv(&first).lines().count(), 2);
    let sources: Vec<_> = first.sources.iter().map(|source| &*source.region).collect();
    assert_eq!(sources, ["eu-west-1", "us-east-1"], "`global` is no source, and what gave the rows is");
    let again = report(NEXT, both(), &files(&first));
    assert_eq!((change(&again), again.findings.iter().next().unwrap().since), ((0, 0, 1), DAY));
    let other = report(NEXT, gathered(USER, &[("us-east-1", BAD)]), &files(&first));
    assert_eq!(change(&other), (0, 0, 1), "it does not matter which region reports it");
    let fixed = report(NEXT, gathered(USER, &[("eu-west-1", GOOD), ("us-east-1", GOOD)]), &files(&again));
    assert_eq!(change(&fixed), (0, 1, 0));
}

#[test]
fn case_25_a_setting_of_the_account_in_two_regions_stays_two_findings() {
    let both = || gathered("AWS::::Account", &[("eu-west-1", BAD), ("us-east-1", BAD)]);
    let first = report(DAY, both(), &[]);
    assert_eq!((first.findings.len(), first.totals.non_compliant), (2, 2));
    let one = report(NEXT, gathered("AWS::::Account", &[("eu-west-1", BAD), ("us-east-1", GOOD)]), &files(&first));
    assert_eq!(change(&one), (0, 1, 1));
    assert_eq!(one.findings.iter().next().unwrap().region, "eu-west-1");
}

#[test]
fn case_25_a_deleted_user_is_fixed_once_every_region_reported_and_stays_until_then() {
    let first = reported(DAY, gathered(USER, &[("eu-west-1", BAD)]), &[], [("eu-west-1", true), ("us-east-1", true)]);
    let nothing = || gathered(USER, &[]);
    let both = reported(NEXT, nothing(), &files(&first), [("eu-west-1", true), ("us-east-1", true)]);
    assert_eq!((change(&both), both.totals.non_compliant), ((0, 1, 0), 0));
    let without = reported(NEXT, nothing(), &files(&first), [("eu-west-1", false), ("us-east-1", true)]);
    assert_eq!(
        (change(&without), without.totals.non_compliant),
        ((0, 0, 1), 1),
        "the region that records it is silent"
    );
    assert_eq!(without.findings.iter().next().unwrap().as_of, DAY);
}

#[test]
fn case_25_a_region_that_failed_marks_the_user_only_where_no_other_region_reports_it() {
    let rows = |regions: &[&str]| gathered(USER, &regions.iter().map(|region| (*region, BAD)).collect::<Vec<_>>());
    let arrived = [("eu-west-1", false), ("us-east-1", true)];
    let alone = reported(DAY, rows(&["eu-west-1"]), &[], arrived);
    assert_eq!(alone.findings.iter().next().unwrap().as_of, "unknown");
    let beside = reported(DAY, rows(&["eu-west-1", "us-east-1"]), &[], arrived);
    assert_eq!(beside.findings.iter().next().unwrap().as_of, "");
}

#[test]
fn case_25_a_report_that_had_the_user_once_for_each_region_is_compared_with_it_once() {
    let mut before = files(&report(DAY, gathered(USER, &[("eu-west-1", BAD), ("us-east-1", BAD)]), &[]));
    let findings = before.iter_mut().find(|file| file.name == "findings.csv").unwrap();
    let text = String::from_utf8(findings.body.clone()).unwrap();
    let (head, line) = text.split_once('\n').unwrap();
    let lines = ["eu-west-1", "us-east-1"].map(|region| line.replace(",global,", &format!(",{region},")));
    findings.body = format!("{head}\n{}", lines.concat()).into_bytes();
    let same = report(NEXT, gathered(USER, &[("us-east-1", BAD)]), &before);
    assert_eq!(change(&same), (0, 0, 1));
    let fixed = report(NEXT, gathered(USER, &[("us-east-1", GOOD)]), &before);
    assert_eq!(change(&fixed), (0, 1, 0));
}
