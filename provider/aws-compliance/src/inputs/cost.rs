//! How much AWS Config may cost, and who is notified.

use pulumi_component::{Checks, Input, InvalidValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The least that AWS Budgets counts: a cent.
const LEAST_USD: f64 = 0.01;
/// Most notifications of a budget that go to a topic (AWS Cost Management User Guide, "Quotas": 10 for each budget).
const MOST_NOTIFICATIONS: usize = 10;
/// Highest percentage: ten times the budget.
const MOST_PERCENT: u32 = 1000;

/// How much AWS Config may cost, and who is notified.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct CostArgs {
    /// US dollars that AWS Config may cost in a calendar month in all regions of the deployment, whatever causes the cost. AWS
    /// Budgets sends a message to the notices' topic when a percentage of `notifyAtPercent` is exceeded. Minimum: 0.01. Default:
    /// no budget.
    pub monthly_budget_usd: Option<Input<f64>>,
    /// Percentages of the budget at which a message is sent, each 1-1000 and once. At most 10. AWS updates the costs up to three
    /// times a day. Default: 80 and 100.
    pub notify_at_percent: Vec<u32>,
}

impl Default for CostArgs {
    fn default() -> Self {
        Self { monthly_budget_usd: None, notify_at_percent: vec![80, 100] }
    }
}

impl CostArgs {
    /// Checks the amount and the percentages.
    pub fn check(&self, checks: &mut Checks) {
        if let Some(budget) = &self.monthly_budget_usd {
            checks.input("monthlyBudgetUsd", budget, Self::judge_amount);
        }
        Self::check_percents(&self.notify_at_percent, checks);
        if self.monthly_budget_usd.is_none() && self.notify_at_percent != Self::default().notify_at_percent {
            checks.error("notifyAtPercent", "has no effect without `monthlyBudgetUsd`: set it, or remove this");
        }
    }

    /// Judges the amount of a budget.
    pub fn judge_amount(usd: &f64) -> Result<(), InvalidValue> {
        match usd.is_finite() && *usd >= LEAST_USD {
            true => Ok(()),
            false => Err(InvalidValue::new(format!(
                "expected at least {LEAST_USD} US dollars; to have no budget, leave it out"
            ))),
        }
    }

    /// Checks percentages at `notifyAtPercent`.
    pub fn check_percents(percents: &[u32], checks: &mut Checks) {
        if percents.is_empty() || percents.len() > MOST_NOTIFICATIONS {
            let given = percents.len();
            checks.error("notifyAtPercent", format!("expected 1 to {MOST_NOTIFICATIONS} percentages, got {given}"));
        }
        for (index, percent) in percents.iter().enumerate() {
            let path = ("notifyAtPercent", index);
            if !(1..=MOST_PERCENT).contains(percent) {
                checks.error(path, format!("expected 1 to {MOST_PERCENT} percent, got {percent}"));
            } else if percents.iter().take(index).any(|earlier| earlier == percent) {
                checks.error(path, format!("{percent} percent is listed twice; remove one"));
            }
        }
    }
}
