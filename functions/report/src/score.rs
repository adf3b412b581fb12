//! The score: 100 less what each open rule costs.
//!
//! A rule costs `100 * weight * failing / judged / weights`, where `judged` is its verdicts that comply or do not, and
//! `weights` the sum over all rules with such a verdict. Costs are whole thousandths of a point, and the score is what they
//! leave of 100, so that a reader's own sum comes out. Verdicts without data or that do not apply cost nothing, and
//! informational rules weigh nothing.

use std::{collections::BTreeMap, sync::Arc};

use compliance_types::severity::Severity;
use functions_core::compliance::Counts;
use serde::Serialize;

const FULL: u128 = 100_000;

/// A score and why it is no higher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Score {
    /// 0 to 100,000 thousandths of a point; absent where no rule judged anything.
    pub millipoints: Option<u64>,
    /// What each open rule costs, the dearest first.
    pub costs: Vec<Cost>,
}

/// What one open rule costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// Name of the rule.
    pub rule: Arc<str>,
    /// How much it matters.
    pub severity: Severity,
    /// Resources that do not comply.
    pub failing: u64,
    /// Resources that do or do not.
    pub judged: u64,
    /// Thousandths of a point.
    pub millipoints: u64,
}

/// The score of rules, each with its severity and verdicts.
#[must_use]
pub fn score(rules: &BTreeMap<Arc<str>, (Severity, Counts)>) -> Score {
    let judged = |counts: &Counts| counts.compliant.saturating_add(counts.non_compliant);
    let weights: u128 = rules
        .values()
        .filter(|(_, counts)| judged(counts) > 0)
        .map(|(severity, _)| u128::from(severity.weight()))
        .sum();
    if weights == 0 {
        return Score { millipoints: None, costs: Vec::new() };
    }
    let mut left = FULL;
    let mut costs = Vec::new();
    let costly = |severity: &Severity, counts: &Counts| severity.weight() > 0 && counts.non_compliant > 0;
    for (rule, (severity, counts)) in rules.iter().filter(|(_, (severity, counts))| costly(severity, counts)) {
        let judged = judged(counts);
        let cost =
            FULL * u128::from(severity.weight()) * u128::from(counts.non_compliant) / (u128::from(judged) * weights);
        // A rule that is open costs something, however many resources comply.
        let cost = cost.max(1).min(left);
        left -= cost;
        costs.push(Cost {
            rule: Arc::clone(rule),
            severity: *severity,
            failing: counts.non_compliant,
            judged,
            millipoints: u64::try_from(cost).unwrap_or(u64::MAX),
        });
    }
    costs.sort_by(|one, other| other.millipoints.cmp(&one.millipoints).then_with(|| one.rule.cmp(&other.rule)));
    Score { millipoints: u64::try_from(left).ok(), costs }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(severity: Severity, compliant: u64, non_compliant: u64) -> (Severity, Counts) {
        (severity, Counts { compliant, non_compliant, ..Counts::default() })
    }

    #[test]
    fn rules_cost_by_weight_and_share() {
        let rules = [("a".into(), rule(Severity::Critical, 0, 5)), ("b".into(), rule(Severity::Critical, 3, 1))].into();
        let score = score(&rules);
        assert_eq!(score.millipoints, Some(37_500));
        assert_eq!(score.costs[0].millipoints, 50_000);
        assert_eq!(score.costs[1].millipoints, 12_500);
    }

    #[test]
    fn rules_without_a_judgement_weigh_nothing() {
        let unknown = Counts { insufficient_data: 9, not_applicable: 2, ..Counts::default() };
        let rules = [("a".into(), (Severity::Critical, unknown)), ("b".into(), rule(Severity::Low, 1, 0))].into();
        assert_eq!(score(&rules).millipoints, Some(100_000));
        assert_eq!(score(&[("a".into(), (Severity::Critical, unknown))].into()).millipoints, None);
    }

    #[test]
    fn informational_rules_stay_outside() {
        let open = rule(Severity::Informational, 0, 9);
        assert_eq!(score(&[("a".into(), open)].into()).millipoints, None);
        let score = score(&[("a".into(), open), ("b".into(), rule(Severity::Low, 1, 1))].into());
        assert_eq!((score.millipoints, score.costs.len()), (Some(50_000), 1));
    }

    #[test]
    fn one_failure_among_many_is_never_a_full_score() {
        assert_eq!(score(&[("a".into(), rule(Severity::Low, 9_999_999, 1))].into()).millipoints, Some(99_999));
    }
}
