//! What holds of every estimate.

use std::collections::{BTreeMap, BTreeSet};

use aws_compliance_cost::{
    Adjustable, Architecture, Functions, LineId, Recorded, Recorder, RegionUsage, ResourceCounts, Rule, SavingKind,
    Storage, Usage, estimate,
};
use compliance_types::recorder::RecordingFrequency;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

const TYPES: [&str; 6] = [
    "AWS::S3::Bucket",
    "AWS::EC2::Instance",
    "AWS::EC2::NetworkInterface",
    "AWS::IAM::Role",
    "AWS::RDS::DBInstance",
    "AWS::Lambda::Function",
];

fn types() -> impl Strategy<Value = BTreeSet<String>> {
    btree_set(prop::sample::select(TYPES.to_vec()).prop_map(str::to_owned), 0..4)
}

fn rule() -> impl Strategy<Value = Rule> {
    let identifier = prop::option::of(prop::sample::select(vec!["A", "B", "C"]).prop_map(str::to_owned));
    let period = prop::option::of(prop::sample::select(vec![1.0, 3.0, 6.0, 12.0, 24.0]));
    (types(), identifier, any::<bool>(), period, any::<bool>(), any::<bool>()).prop_map(
        |(types, identifier, on_change, period_hours, in_pack, every_type)| Rule {
            name: "rule".into(),
            identifier,
            types,
            every_type,
            on_change,
            period_hours,
            in_pack,
            parameters: Some(BTreeMap::new()),
            adjustable: if in_pack { Adjustable::Exclusion } else { Adjustable::Settings },
        },
    )
}

fn recorded() -> impl Strategy<Value = Recorded> {
    prop_oneof![Just(Recorded::All), types().prop_map(Recorded::Only), types().prop_map(Recorded::AllExcept)]
}

fn recorder() -> impl Strategy<Value = Recorder> {
    let frequency = prop_oneof![Just(RecordingFrequency::Continuous), Just(RecordingFrequency::Daily)];
    (any::<bool>(), frequency, types(), recorded()).prop_map(|(created, frequency, daily_types, recorded)| Recorder {
        created,
        frequency,
        daily_types,
        recorded,
    })
}

fn counts() -> impl Strategy<Value = Vec<u64>> {
    // An account with no resources has not been recorded yet.
    vec(1..100_000_u64, TYPES.len())
}

fn known(counts: &[u64]) -> ResourceCounts {
    ResourceCounts::known(TYPES.iter().zip(counts).map(|(kind, count)| ((*kind).to_owned(), *count)))
}

fn usage() -> impl Strategy<Value = Usage> {
    let functions = (128..10_240_u32, 0.0..40_000.0_f64, any::<bool>(), 1..3_653_u32);
    let functions = functions.prop_map(|(memory_mib, runs, arm, log_retention_days)| Functions {
        memory_mib,
        runs,
        architecture: if arm { Architecture::Arm64 } else { Architecture::X86_64 },
        log_retention_days,
    });
    let fixed = (0..3_u32, 0..60_u32, 0..60_u32, 0..3_u32, 0..20_u32, any::<bool>());
    (region(), vec(region(), 0..3), functions, fixed).prop_map(
        |(home, others, functions, (keys, alarms, metrics, dashboards, emails, table))| Usage {
            home,
            others,
            functions,
            storage: Storage { table, ..Storage::default() },
            keys,
            alarm_metrics: alarms,
            metrics,
            dashboards,
            emails,
        },
    )
}

fn region() -> impl Strategy<Value = RegionUsage> {
    let region = prop::sample::select(vec!["us-east-1", "us-east-2", "eu-west-1", "us-gov-west-1", "mars-1"]);
    let resources = prop::option::of(counts());
    (region, vec(rule(), 0..6), resources, recorder()).prop_map(|(region, rules, resources, recorder)| RegionUsage {
        region: region.into(),
        rules,
        resources: resources.as_deref().map_or_else(ResourceCounts::default, known),
        recorder,
    })
}

/// Whether no value of the second is lower.
fn not_lower(fewer: &Usage, more: &Usage) -> Result<(), TestCaseError> {
    let (fewer, more) = (estimate(fewer).total(), estimate(more).total());
    let enough = |one: f64, other: f64| other >= one - 1e-9 * one.abs();
    prop_assert!(enough(fewer.low, more.low), "low: {} and then {}", fewer.low, more.low);
    prop_assert!(enough(fewer.expected, more.expected), "expected: {} and then {}", fewer.expected, more.expected);
    prop_assert!(enough(fewer.high, more.high), "high: {} and then {}", fewer.high, more.high);
    Ok(())
}

proptest! {
    #[test]
    fn every_amount_is_a_number_and_low_expected_high_are_in_order(usage in usage()) {
        let estimate = estimate(&usage);
        for line in &estimate.lines {
            let usd = line.usd;
            prop_assert!(usd.low >= 0.0 && usd.low <= usd.expected && usd.expected <= usd.high, "{line:?}");
            prop_assert!(usd.high.is_finite() && !line.assumption.is_empty(), "{line:?}");
        }
        prop_assert!(estimate.lines.windows(2).all(|two| two[0].usd.expected >= two[1].usd.expected));
        prop_assert!(estimate.savings.windows(2).all(|two| two[0].usd >= two[1].usd));
    }

    #[test]
    fn another_rule_never_lowers_the_cost(usage in usage(), rule in rule()) {
        let mut more = usage.clone();
        more.home.rules.push(rule);
        not_lower(&usage, &more)?;
    }

    #[test]
    fn another_region_never_lowers_the_cost(usage in usage(), region in region()) {
        let mut more = usage.clone();
        more.others.push(region);
        not_lower(&usage, &more)?;
    }

    #[test]
    fn more_resources_never_lower_the_cost(usage in usage(), counts in counts(), further in counts()) {
        let sum: Vec<_> = counts.iter().zip(&further).map(|(one, other)| one + other).collect();
        let with = |counts: &[u64]| {
            let mut usage = usage.clone();
            usage.home.resources = known(counts);
            usage
        };
        not_lower(&with(&counts), &with(&sum))?;
    }

    #[test]
    fn more_of_what_is_there_never_lowers_the_cost(usage in usage(), further in 1..10_u32) {
        let mut more = usage.clone();
        for count in [&mut more.keys, &mut more.alarm_metrics, &mut more.metrics, &mut more.dashboards, &mut more.emails] {
            *count += further;
        }
        more.functions.runs += f64::from(further);
        more.functions.memory_mib += further;
        more.storage.report_days += further;
        not_lower(&usage, &more)?;
    }

    #[test]
    fn a_saving_is_at_most_what_its_line_costs(usage in usage()) {
        let estimate = estimate(&usage);
        let of = |ids: &[LineId]| -> f64 {
            estimate.lines.iter().filter(|line| ids.contains(&line.id)).map(|line| line.usd.expected).sum()
        };
        for saving in &estimate.savings {
            let line = match saving.kind {
                SavingKind::RecordDaily(_) => of(&[LineId::Recording]),
                _ => of(&[LineId::RuleEvaluations]).max(of(&[LineId::PackEvaluations])),
            };
            prop_assert!(saving.usd <= line + 1e-9, "{saving:?} of {line}");
            prop_assert!(!saving.kind.advice().is_empty());
        }
    }

    #[test]
    fn a_region_without_prices_of_its_own_says_whose_it_has(usage in usage()) {
        let mut usage = usage;
        usage.home.region = "mars-1".into();
        let estimate = estimate(&usage);
        prop_assert!(estimate.notes.iter().any(|note| note.contains("where those of mars-1")));
    }
}
