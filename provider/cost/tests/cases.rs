//! Ten deployments whose cost is computed by hand; the arithmetic stands beside each.
//!
//! Prices (us-east-1 where nothing else is said): 0.001 USD an evaluation up to 100,000, 0.0008 up to 500,000, then 0.0005; 0.003 USD a
//! configuration item, 0.012 USD a daily one (us-east-2); 1 USD a key; 0.10 USD a metric of an alarm; 0.30 USD a custom
//! metric; 3 USD a dashboard. A month has 730 hours, or 30.4167 days.

use std::collections::BTreeSet;

use aws_compliance_cost::{
    Adjustable, Architecture, Estimate, Functions, LineId, Range, Recorded, Recorder, Recording, RegionUsage,
    ResourceCounts, Rule, Saving, SavingKind, Storage, Usage, estimate,
};

const BUCKET: &str = "AWS::S3::Bucket";
const INTERFACE: &str = "AWS::EC2::NetworkInterface";

fn usage() -> Usage {
    let home = RegionUsage { region: "us-east-1".into(), ..RegionUsage::default() };
    Usage { home, functions: Functions { runs: 0.0, ..Functions::default() }, ..Usage::default() }
}

fn types(kinds: &[&str]) -> BTreeSet<String> {
    kinds.iter().map(|kind| (*kind).to_owned()).collect()
}

fn on_change(name: &str, kinds: &[&str]) -> Rule {
    Rule { name: name.into(), types: types(kinds), on_change: true, ..Rule::default() }
}

fn counts(given: &[(&str, u64)]) -> ResourceCounts {
    ResourceCounts::known(given.iter().map(|(kind, count)| ((*kind).to_owned(), *count)))
}

fn usd(estimate: &Estimate, id: LineId) -> Range {
    estimate.lines.iter().find(|line| line.id == id).map_or(Range::default(), |line| line.usd)
}

#[track_caller]
fn close(found: Range, low: f64, expected: f64, high: f64) {
    let near = |one: f64, other: f64| (one - other).abs() < 1e-6;
    assert!(near(found.low, low) && near(found.expected, expected) && near(found.high, high), "{found:?}");
}

#[test]
fn case_1_rule_on_changes_of_counted_resources() {
    let mut usage = usage();
    usage.home.resources = counts(&[(BUCKET, 1_000)]);
    usage.home.rules = vec![on_change("encrypted", &[BUCKET])];
    // 1,000 buckets x 0.2, 1 and 4 changes x 0.001 USD.
    close(usd(&estimate(&usage), LineId::RuleEvaluations), 0.2, 1.0, 4.0);
}

#[test]
fn case_2_periodic_rule_evaluates_every_resource_each_time() {
    let mut usage = usage();
    usage.home.resources = counts(&[(BUCKET, 100)]);
    usage.home.rules = vec![Rule { period_hours: Some(24.0), types: types(&[BUCKET]), ..Rule::default() }];
    // 730 / 24 = 30.416667 times x 100 buckets x 0.001 USD.
    let each = 3.041_666_666_7;
    close(usd(&estimate(&usage), LineId::RuleEvaluations), each, each, each);
}

#[test]
fn case_3_rule_on_the_account_is_one_evaluation_each_time() {
    let mut usage = usage();
    usage.home.rules = vec![Rule { period_hours: Some(1.0), ..Rule::default() }];
    // 730 times x 0.001 USD.
    close(usd(&estimate(&usage), LineId::RuleEvaluations), 0.73, 0.73, 0.73);
}

#[test]
fn case_4_many_evaluations_reach_the_cheaper_tiers() {
    let mut usage = usage();
    usage.home.resources = counts(&[(BUCKET, 200_000)]);
    usage.home.rules = (0..4).map(|n| on_change(&n.to_string(), &[BUCKET])).collect();
    // Low: 4 x 200,000 x 0.2 = 160,000: 100,000 x 0.001 + 60,000 x 0.0008 = 148.
    // Expected: 800,000: 100 + 400,000 x 0.0008 + 300,000 x 0.0005 = 100 + 320 + 150 = 570.
    // High: 3,200,000: 100 + 320 + 2,700,000 x 0.0005 = 1,770.
    close(usd(&estimate(&usage), LineId::RuleEvaluations), 148.0, 570.0, 1_770.0);
}

#[test]
fn case_5_evaluations_in_packs_have_tiers_of_their_own() {
    let mut usage = usage();
    usage.home.resources = counts(&[(BUCKET, 100_000)]);
    usage.home.rules = vec![on_change("own", &[BUCKET]), Rule { in_pack: true, ..on_change("packed", &[BUCKET]) }];
    let estimate = estimate(&usage);
    // Each alone: 20,000 x 0.001; 100,000 x 0.001; 400,000: 100 + 300,000 x 0.0008.
    close(usd(&estimate, LineId::RuleEvaluations), 20.0, 100.0, 340.0);
    close(usd(&estimate, LineId::PackEvaluations), 20.0, 100.0, 340.0);
    assert!(estimate.notes.iter().any(|note| note.contains("prices of us-east-2")), "{:?}", estimate.notes);
}

#[test]
fn case_6_recorder_of_the_deployment_records_every_change() {
    let mut usage = usage();
    usage.home.resources = counts(&[(BUCKET, 1_000), (INTERFACE, 50)]);
    usage.home.recorder = Recorder { created: true, ..Recorder::default() };
    // Buckets: 1,000 x 0.2, 1 and 4 = 200, 1,000, 4,000. Interfaces: 50 x 2, 10 and 60 = 100, 500, 3,000.
    // Together x 0.003 USD.
    close(usd(&estimate(&usage), LineId::Recording), 0.9, 4.5, 21.0);
    usage.home.recorder.recorded = Recorded::AllExcept(types(&[INTERFACE]));
    close(usd(&estimate(&usage), LineId::Recording), 0.6, 3.0, 12.0);
    // A recorder that exists is not caused by the deployment.
    usage.home.recorder.created = false;
    close(usd(&estimate(&usage), LineId::Recording), 0.0, 0.0, 0.0);
}

#[test]
fn case_7_daily_recording_counts_days_with_a_change() {
    let mut usage = usage();
    usage.home.resources = counts(&[(INTERFACE, 100)]);
    usage.home.recorder = Recorder { created: true, recording: Recording::Daily, ..Recorder::default() };
    // Days with a change = 30.4167 x (1 - e^(-changes / 30.4167)):
    //   2 changes: 1.935686; 10 changes: 8.522503; 60 changes: 26.186369.
    // x 100 interfaces x 0.012 USD.
    let days = |changes: f64| (730.0 / 24.0) * (1.0 - (-changes / (730.0 / 24.0)).exp());
    assert!((days(10.0) - 8.522_5).abs() < 1e-3, "{}", days(10.0));
    close(usd(&estimate(&usage), LineId::Recording), 1.2 * days(2.0), 1.2 * days(10.0), 1.2 * days(60.0));
    // The same recorded continuously: 100 x 10 x 0.003 = 3 USD, so daily recording does not pay.
    usage.home.recorder.recording = Recording::Continuous;
    assert_eq!(estimate(&usage).savings.len(), 0);
}

#[test]
fn case_8_what_is_there_whether_it_is_used_or_not() {
    let mut usage = usage();
    (usage.keys, usage.alarm_metrics, usage.metrics, usage.dashboards) = (1, 12, 20, 1);
    let estimate = estimate(&usage);
    // One key, 0 to 2 rotations at 1 USD each; no run, so no request.
    close(usd(&estimate, LineId::Keys), 1.0, 1.0, 3.0);
    // 12 x 0.10, 20 x 0.30, 1 x 3.
    close(usd(&estimate, LineId::Alarms), 1.2, 1.2, 1.2);
    close(usd(&estimate, LineId::Metrics), 6.0, 6.0, 6.0);
    close(usd(&estimate, LineId::Dashboard), 3.0, 3.0, 3.0);
    // Two queues x 730 x 3,600 s x 0.15, 0.25 and 0.5 requests x 0.40 USD a million.
    close(usd(&estimate, LineId::Queues), 0.315_36, 0.525_6, 1.051_2);
}

#[test]
fn case_9_functions_that_only_the_schedule_runs() {
    let mut usage = usage();
    usage.functions = Functions { runs: 100.0, memory_mib: 512, ..Functions::default() };
    // 200 runs x 0.20 USD a million = 0.00004. Duration: 200 x 2, 10 and 60 s x 0.5 GB = 200, 1,000, 6,000 GB-seconds x 0.0000166667.
    close(usd(&estimate(&usage), LineId::Functions), 0.003_373_34, 0.016_706_7, 0.100_040_2);
    // KMS: 200 runs x 5, 20 and 100 requests x 0.03 USD for 10,000.
    close(usd(&estimate(&usage), LineId::Keys), 0.003, 0.012, 0.06);
    // Arm: the same GB-seconds x 0.0000133334.
    usage.functions.architecture = Architecture::Arm64;
    close(usd(&estimate(&usage), LineId::Functions), 0.002_706_68, 0.013_373_4, 0.080_040_4);
}

#[test]
fn case_10_duplicate_in_a_pack_saves_the_price_of_its_evaluations() {
    let mut usage = usage();
    usage.home.resources = counts(&[(BUCKET, 1_000), (INTERFACE, 10)]);
    let managed = |parameters: &[(&str, &str)]| Rule {
        identifier: Some("S3_BUCKET_VERSIONING_ENABLED".to_owned()),
        parameters: Some(parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()),
        ..on_change("versioned", &[BUCKET])
    };
    let in_pack =
        |name: &str, rule| Rule { name: name.into(), in_pack: true, adjustable: Adjustable::Exclusion, ..rule };
    usage.home.rules = vec![
        managed(&[]),
        in_pack("hipaa-versioned", managed(&[])),
        on_change("attached", &[INTERFACE]),
        Rule { period_hours: Some(6.0), name: "hourly".into(), types: types(&[BUCKET]), ..Rule::default() },
    ];
    let savings = estimate(&usage).savings;
    let found: Vec<_> = savings.iter().map(|saving| (saving.kind.clone(), saving.usd)).collect();
    // Every 6 hours: 121.6667 x 1,000 evaluations, every 24: 30.4167 x 1,000, so 91,250 fewer. All evaluations of rules: 1,000
    // (versioned) + 100 (attached) + 121,666.67 = 122,766.67, which cost 100 + 22,766.67 x 0.0008 = 118.213; without the 91,250: 31,516.67 x
    // 0.001 = 31.517. The difference: 86.697.
    let hourly = 118.213_333_333 - 31.516_666_667;
    assert_eq!(found[0].0, SavingKind::EvaluateDaily("hourly".into()));
    assert!((found[0].1 - hourly).abs() < 1e-6, "{found:?}");
    // 1,000 evaluations in the pack x 0.001.
    let pack = SavingKind::Duplicate {
        rule: "hipaa-versioned".into(),
        identifier: "S3_BUCKET_VERSIONING_ENABLED".into(),
        other: "versioned".into(),
    };
    assert_eq!((&found[1].0, (found[1].1 * 1e6).round()), (&pack, 1e6));
    // 10 interfaces x 10 changes: the last 100 evaluations, at 0.0008.
    let churning = SavingKind::Churning { rule: "attached".into(), kind: INTERFACE.into() };
    assert_eq!((&found[2].0, (found[2].1 * 1e6).round()), (&churning, 8e4));
    assert!(found[1].0.advice().starts_with("exclude `S3_BUCKET_VERSIONING_ENABLED` from the framework"));
    // With other parameters, unknown ones or other types it evaluates something else.
    for other in [
        managed(&[("isMfaDeleteEnabled", "true")]),
        Rule { parameters: None, ..managed(&[]) },
        Rule { types: types(&[INTERFACE]), ..managed(&[]) },
    ] {
        usage.home.rules = vec![managed(&[]), in_pack("other", other)];
        let savings = estimate(&usage).savings;
        let repeats = |saving: &Saving| matches!(saving.kind, SavingKind::Duplicate { .. });
        assert!(!savings.iter().any(repeats), "{savings:?}");
    }
}

#[test]
fn nothing_is_advised_that_the_inputs_cannot_do() {
    let mut usage = usage();
    usage.home.resources = counts(&[(INTERFACE, 1_000)]);
    let often = Rule { period_hours: Some(1.0), ..on_change("rule", &[INTERFACE]) };
    for (adjustable, words) in [
        (Adjustable::Settings, vec!["set its `frequency`", "with `scope`"]),
        (Adjustable::Exclusion, vec!["exclude `X` from the framework"]),
        (Adjustable::Nothing, vec![]),
    ] {
        usage.home.rules = vec![Rule { identifier: Some("X".into()), adjustable, ..often.clone() }];
        let advice: Vec<_> = estimate(&usage).savings.iter().map(|saving| saving.kind.advice()).collect();
        assert_eq!(advice.len(), words.len(), "{advice:?}");
        assert!(words.iter().all(|words| advice.iter().any(|line| line.contains(words))), "{advice:?}");
    }
}

#[test]
fn an_account_without_recorded_resources_was_inspected() {
    let said = |resources| {
        let mut usage = usage();
        usage.home.resources = resources;
        estimate(&usage).notes.join("; ")
    };
    assert!(said(ResourceCounts::default()).contains("the account was not inspected"));
    let empty = said(ResourceCounts::known([]));
    assert!(empty.contains("AWS Config has not recorded any resources yet") && !empty.contains("not inspected"));
}

#[test]
fn custom_rule_without_a_scope_follows_every_change() {
    let mut usage = usage();
    usage.home.rules = vec![Rule { every_type: true, on_change: true, name: "own".into(), ..Rule::default() }];
    // 10 types x 5 resources x 0.2 changes, 30 x 20 x 1, 80 x 100 x 4, each x 0.001 USD.
    close(usd(&estimate(&usage), LineId::RuleEvaluations), 0.01, 0.6, 32.0);
    usage.home.resources = counts(&[(BUCKET, 100), (INTERFACE, 10)]);
    // 100 x 0.2 + 10 x 2, 100 + 100, 400 + 600.
    close(usd(&estimate(&usage), LineId::RuleEvaluations), 0.04, 0.2, 1.0);
}

#[test]
fn five_savings_are_named_and_rules_of_packs_are_not_given_a_scope() {
    let mut usage = usage();
    usage.home.resources = counts(&[(INTERFACE, 100)]);
    let packed = |n: i32| Rule {
        identifier: Some(n.to_string()),
        in_pack: true,
        adjustable: Adjustable::Exclusion,
        ..on_change(&n.to_string(), &[INTERFACE])
    };
    usage.home.rules = (0..7).map(packed).collect();
    let savings = estimate(&usage).savings;
    assert_eq!(savings.len(), 5);
    assert!(savings.iter().all(|saving| saving.kind.advice().contains("from the framework of")), "{savings:?}");
}

#[test]
fn summary_names_the_largest_lines() {
    let mut usage = usage();
    usage.home.resources = counts(&[(BUCKET, 6_100)]);
    usage.home.rules = vec![on_change("encrypted", &[BUCKET])];
    (usage.keys, usage.dashboards, usage.storage) = (1, 1, Storage { table: false, ..Storage::default() });
    let summary = estimate(&usage).summary();
    // Evaluations 6.1, dashboard 3.0, keys 1.0 and what is below a dollar.
    assert!(summary.starts_with("estimated 11 USD a month ("), "{summary}");
    assert!(summary.ends_with("): 6.1 evaluations, 3.0 dashboard, 1.0 keys"), "{summary}");
}

#[test]
fn account_that_was_not_inspected_is_an_assumption_and_says_so() {
    let mut usage = usage();
    usage.home.rules = vec![on_change("encrypted", &[BUCKET])];
    let estimate = estimate(&usage);
    // 5 x 0.2, 20 x 1 and 100 x 4 evaluations x 0.001.
    close(usd(&estimate, LineId::RuleEvaluations), 0.001, 0.02, 0.4);
    assert!(estimate.notes[0].contains("not inspected"), "{:?}", estimate.notes);
    let line = estimate.lines.iter().find(|line| line.id == LineId::RuleEvaluations).expect("it is there");
    assert!(
        line.assumption.starts_with("20 (1-400) evaluations by 1 rule over 20 (5-100) resources"),
        "{}",
        line.assumption
    );
}

#[test]
fn each_region_has_tiers_prices_and_a_recorder_of_its_own_and_a_saving_counts_in_all() {
    let mut usage = usage();
    usage.home.resources = counts(&[(BUCKET, 150_000)]);
    usage.home.rules = vec![on_change("encrypted", &[BUCKET])];
    let recorder = Recorder { created: true, ..Recorder::default() };
    usage.others = vec![RegionUsage { region: "us-east-2".into(), recorder, ..usage.home.clone() }];
    usage.functions.runs = 100.0;
    let made = estimate(&usage);
    // Expected in each region: 100,000 x 0.001 + 50,000 x 0.0008 = 140; low: 30,000 x 0.001 = 30; high: 600,000: 100 + 320 + 50.
    close(usd(&made, LineId::RuleEvaluations), 60.0, 280.0, 940.0);
    // In us-east-2 alone: 150,000 x 0.2, 1 and 4 changes x 0.003 USD.
    close(usd(&made, LineId::Recording), 90.0, 450.0, 1_800.0);
    let line = |id| &made.lines.iter().find(|line| line.id == id).expect("it is there").assumption;
    assert!(line(LineId::RuleEvaluations).contains("by 2 rules in 2 regions over the resources of the account"));
    // 100 scheduled runs of processing in each region and of aggregation, and two for each of 600 to 60,000 changes of compliance.
    let one = estimate(&Usage { others: Vec::new(), ..usage.clone() });
    assert!(usd(&one, LineId::Functions).expected < usd(&made, LineId::Functions).expected);
    assert!(made.summary().contains(" in 2 regions: ") && !one.summary().contains("regions"), "{}", made.summary());
    usage.home.rules =
        vec![Rule { period_hours: Some(6.0), name: "often".into(), types: types(&[BUCKET]), ..Rule::default() }];
    usage.others[0].rules = usage.home.rules.clone();
    let saved = |usage: &Usage| {
        let savings = estimate(usage).savings;
        savings
            .into_iter()
            .find(|saving| saving.kind == SavingKind::EvaluateDaily("often".into()))
            .expect("it saves")
            .usd
    };
    let one = Usage { others: Vec::new(), ..usage.clone() };
    assert!((saved(&usage) - 2.0 * saved(&one)).abs() < 1e-6, "the same change saves in both regions");
}

#[test]
fn region_that_was_not_inspected_is_named_beside_those_that_were() {
    let mut usage = usage();
    usage.home.resources = counts(&[(BUCKET, 10)]);
    usage.home.rules = vec![on_change("encrypted", &[BUCKET])];
    let rules = usage.home.rules.clone();
    usage.others = vec![RegionUsage { region: "eu-west-1".into(), rules, ..RegionUsage::default() }];
    let notes = estimate(&usage).notes;
    let expected = "the account was not inspected: numbers of resources are assumptions in eu-west-1";
    assert!(notes.iter().any(|note| note == expected), "{notes:?}");
}
