//! What would save most.

use std::collections::BTreeMap;

use compliance_types::recorder::RecordingFrequency;

use crate::assumption as assume;
use crate::lines::{evaluations, evaluations_of, items, recorded_types};
use crate::price::{Price, PriceKey};
use crate::range::Range;
use crate::usage::{Adjustable, RegionUsage, Rule, Usage};

/// USD a month from which a saving is worth its line.
const LEAST_USD: f64 = 0.05;
/// How many savings an estimate names.
const MOST: usize = 5;

/// A change of the inputs that lowers the cost.
#[derive(Clone, Debug)]
pub struct Saving {
    /// Which change.
    pub kind: SavingKind,
    /// The expected amount, in USD a month.
    pub usd: f64,
}

/// Changes that lower the cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavingKind {
    /// Record a type daily.
    RecordDaily(String),
    /// Exclude a framework's rule, because another one evaluates the same.
    Duplicate {
        /// Name of the rule.
        rule: String,
        /// Its identifier, which `exclude` takes.
        identifier: String,
        /// The other rule.
        other: String,
    },
    /// Evaluate a rule daily instead of more often.
    EvaluateDaily(String),
    /// Evaluate a rule on a churning type daily instead of at each change.
    Churning {
        /// Name of the rule.
        rule: String,
        /// The type.
        kind: String,
    },
    /// Exclude a framework's rule on a churning type, which has no scope.
    ChurningInFramework {
        /// Name of the rule.
        rule: String,
        /// Its identifier, which `exclude` takes.
        identifier: String,
        /// The type.
        kind: String,
    },
}

impl SavingKind {
    /// What to change, as an instruction.
    pub fn advice(&self) -> String {
        match self {
            Self::RecordDaily(kind) => format!("record {kind} daily: add it to `recorder.dailyTypes`"),
            Self::Duplicate { rule, identifier, other } => {
                format!("exclude `{identifier}` from the framework of `{rule}`: `{other}` evaluates the same")
            }
            Self::EvaluateDaily(rule) => format!("evaluate `{rule}` every 24 hours: set its `frequency`"),
            Self::Churning { rule, kind } => {
                format!("limit `{rule}` with `scope`: its evaluations of {kind} follow every change")
            }
            Self::ChurningInFramework { rule, identifier, kind } => format!(
                "exclude `{identifier}` from the framework of `{rule}` if you can do without it: its evaluations of {kind} \
                 follow every change"
            ),
        }
    }
}

/// Savings, the largest amount first.
pub(crate) fn savings(usage: &Usage) -> Vec<Saving> {
    let mut found: Vec<Saving> = Vec::new();
    // A change of the inputs is one in every region.
    for saving in usage.regions().flat_map(savings_in) {
        match found.iter_mut().find(|known| known.kind == saving.kind) {
            Some(known) => known.usd += saving.usd,
            None => found.push(saving),
        }
    }
    found.retain(|saving| saving.usd >= LEAST_USD);
    found.sort_by(|one, other| other.usd.total_cmp(&one.usd));
    found.truncate(MOST);
    found
}

fn savings_in(usage: &RegionUsage) -> Vec<Saving> {
    let mut found = daily_types(usage);
    found.extend(duplicates(usage));
    found.extend(usage.rules.iter().flat_map(|rule| less_often(usage, rule)));
    found
}

fn daily_types(usage: &RegionUsage) -> Vec<Saving> {
    if !usage.recorder.created {
        return Vec::new();
    }
    let price = |key| Price::of(key, &usage.region);
    let (continuous, daily) = (price(PriceKey::ContinuousItem), price(PriceKey::DailyItem));
    let types = recorded_types(usage);
    let types = types.into_iter().filter(|kind| usage.recorder.frequency_of(kind) == RecordingFrequency::Continuous);
    let saved = types.map(|kind| {
        let of = |frequency| (usage.resources.of(kind) * items(frequency, assume::changes_of(kind))).expected;
        let usd = continuous.times(of(RecordingFrequency::Continuous)) - daily.times(of(RecordingFrequency::Daily));
        Saving { kind: SavingKind::RecordDaily(kind.to_owned()), usd }
    });
    saved.collect()
}

/// Rules of frameworks that another rule repeats.
fn duplicates(usage: &RegionUsage) -> Vec<Saving> {
    let mut first: BTreeMap<_, &Rule> = BTreeMap::new();
    let mut found = Vec::new();
    // The rule that stays is the one that cannot be excluded.
    let (kept, excludable): (Vec<_>, Vec<_>) =
        usage.rules.iter().partition(|rule| rule.adjustable != Adjustable::Exclusion);
    for rule in kept.into_iter().chain(excludable) {
        let (Some(identifier), Some(parameters)) = (&rule.identifier, &rule.parameters) else { continue };
        match first.get(&(identifier, parameters, &rule.types)) {
            Some(other) if rule.adjustable == Adjustable::Exclusion => {
                let (rule_name, identifier) = (rule.name.clone(), identifier.clone());
                let kind = SavingKind::Duplicate { rule: rule_name, identifier, other: other.name.clone() };
                found.push(Saving { kind, usd: spared(usage, rule, evaluations(usage, rule)) });
            }
            Some(_) => {}
            None => _ = first.insert((identifier, parameters, &rule.types), rule),
        }
    }
    found
}

/// Evaluations that other settings of a rule spare, as far as it has any.
fn less_often(usage: &RegionUsage, rule: &Rule) -> Vec<Saving> {
    let mut found = Vec::new();
    if rule.adjustable == Adjustable::Settings && rule.period_hours.is_some_and(|hours| hours < 24.0) {
        let daily = Rule { period_hours: Some(24.0), ..rule.clone() };
        let fewer = evaluations(usage, rule).expected - evaluations(usage, &daily).expected;
        let usd = spared(usage, rule, Range::exact(fewer));
        found.push(Saving { kind: SavingKind::EvaluateDaily(rule.name.clone()), usd });
    }
    for kind in rule.types.iter().filter(|kind| rule.on_change && assume::CHURNING.contains(&kind.as_str())) {
        let (name, kind) = (rule.name.clone(), kind.clone());
        let usd = spared(usage, rule, evaluations_of(usage, rule, Some(&kind)));
        let kind = match (rule.adjustable, &rule.identifier) {
            (Adjustable::Settings, _) => SavingKind::Churning { rule: name, kind },
            (Adjustable::Exclusion, Some(identifier)) => {
                SavingKind::ChurningInFramework { rule: name, identifier: identifier.clone(), kind }
            }
            _ => continue,
        };
        found.push(Saving { kind, usd });
    }
    found
}

/// What fewer evaluations of a rule save: they are the last ones, at the price of the tier they are in.
fn spared(usage: &RegionUsage, rule: &Rule, fewer: Range) -> f64 {
    let key = if rule.in_pack { PriceKey::PackEvaluation } else { PriceKey::RuleEvaluation };
    let same = usage.rules.iter().filter(|other| other.in_pack == rule.in_pack);
    let all = same.map(|other| evaluations(usage, other).expected).sum::<f64>();
    let price = Price::of(key, &usage.region);
    price.times(all) - price.times((all - fewer.expected).max(0.0))
}
