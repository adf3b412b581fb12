//! An estimate: its lines, their sum, what saves most, and what it could not know.

use std::collections::BTreeSet;

use crate::lines::Quantities;
use crate::price::{Basis, Price, PriceKey};
use crate::range::Range;
use crate::saving::{Saving, savings};
use crate::text::amount;
use crate::usage::Usage;

/// How many lines a summary names.
const NAMED: usize = 3;

/// What a deployment costs in a month.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// Code of the region.
    pub region: String,
    /// What it is composed of, the most expensive line first.
    pub lines: Vec<Line>,
    /// What would save most, the largest amount first.
    pub savings: Vec<Saving>,
    /// What the estimate could not know.
    pub notes: Vec<String>,
}

/// One kind of cost.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which kind.
    pub id: LineId,
    /// USD in a month.
    pub usd: Range,
    /// Quantity, and what it rests on.
    pub assumption: String,
    /// Whether no price is known for a part of it, which is missing from the amount.
    pub unknown: bool,
    /// Regions whose prices replace those of the estimate's region.
    pub other_regions: BTreeSet<&'static str>,
    /// Dates of the prices, oldest first.
    pub dates: BTreeSet<&'static str>,
}

/// The kinds of cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineId {
    /// Evaluations of rules.
    RuleEvaluations,
    /// Evaluations of rules in conformance packs.
    PackEvaluations,
    /// Configuration items.
    Recording,
    /// Lambda.
    Functions,
    /// KMS.
    Keys,
    /// CloudWatch alarms.
    Alarms,
    /// Custom metrics.
    Metrics,
    /// The CloudWatch dashboard.
    Dashboard,
    /// CloudWatch Logs.
    Logs,
    /// S3.
    Reports,
    /// DynamoDB.
    Ledger,
    /// SQS.
    Queues,
    /// SNS.
    Notices,
    /// Glue and Athena.
    History,
}

impl LineId {
    /// Its name in summaries, tables and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RuleEvaluations => "evaluations",
            Self::PackEvaluations => "evaluations in conformance packs",
            Self::Recording => "recording",
            Self::Functions => "functions",
            Self::Keys => "keys",
            Self::Alarms => "alarms",
            Self::Metrics => "metrics",
            Self::Dashboard => "dashboard",
            Self::Logs => "logs",
            Self::Reports => "reports",
            Self::Ledger => "ledger",
            Self::Queues => "queues",
            Self::Notices => "notices",
            Self::History => "history",
        }
    }
}

impl Line {
    /// A line of parts, each a price and a quantity.
    pub(crate) fn of(id: LineId, region: &str, parts: &[(PriceKey, Range)], assumption: String) -> Self {
        let none = Range::default();
        let mut line =
            Self { id, usd: none, assumption, unknown: false, other_regions: BTreeSet::new(), dates: BTreeSet::new() };
        for (key, quantity) in parts.iter().filter(|(_, quantity)| quantity.high > 0.0) {
            let price = Price::of(*key, region);
            line.usd = line.usd + quantity.map(|quantity| price.times(quantity));
            line.dates.extend(price.date);
            match price.basis {
                Basis::Region => {}
                Basis::Other(other) => _ = line.other_regions.insert(other),
                Basis::Unknown => line.unknown = true,
            }
        }
        line
    }
}

impl Estimate {
    /// What all lines cost together.
    pub fn total(&self) -> Range {
        self.lines.iter().map(|line| line.usd).sum()
    }

    /// One line for a preview.
    pub fn summary(&self) -> String {
        let total = self.total();
        let named = self.lines.iter().take(NAMED).filter(|line| line.usd.expected >= 0.05);
        let parts: Vec<_> = named.map(|line| format!("{} {}", amount(line.usd.expected), line.id.name())).collect();
        let (low, expected, high) = (amount(total.low), amount(total.expected), amount(total.high));
        let of = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
        format!("estimated {expected} USD a month ({low}-{high}){of}")
    }
}

/// What a deployment costs in a month: prices of `facts/prices.json`, quantities of the deployment and the account, and
/// assumptions where these do not say.
pub fn estimate(usage: &Usage) -> Estimate {
    let mut lines = Quantities::of(usage).lines();
    lines.sort_by(|one, other| other.usd.expected.total_cmp(&one.usd.expected).then(one.id.cmp(&other.id)));
    let notes = notes(usage, &lines);
    Estimate { region: usage.region.clone(), savings: savings(usage), lines, notes }
}

fn notes(usage: &Usage, lines: &[Line]) -> Vec<String> {
    let mut notes = Vec::new();
    let region = &usage.region;
    if !usage.resources.is_known() {
        notes.push("the account was not inspected: numbers of resources are assumptions".to_owned());
    }
    let others: BTreeSet<_> = lines.iter().flat_map(|line| &line.other_regions).copied().collect();
    if !others.is_empty() {
        let others = others.into_iter().collect::<Vec<_>>().join(", ");
        notes.push(format!("prices of {others} are used where those of {region} are not known"));
    }
    let unknown: Vec<_> = lines.iter().filter(|line| line.unknown).map(|line| line.id.name()).collect();
    if !unknown.is_empty() {
        notes.push(format!("no price is known for a part of: {}", unknown.join(", ")));
    }
    let dates: BTreeSet<_> = lines.iter().flat_map(|line| &line.dates).copied().collect();
    if let (Some(oldest), Some(newest)) = (dates.first(), dates.last()) {
        notes.push(format!("prices are from {oldest} to {newest}, without taxes, discounts and free tiers"));
    }
    notes.push("the first month also has one evaluation of each rule for each resource".to_owned());
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_without_a_price_is_named() {
        let mut line = Line::of(LineId::History, "us-east-1", &[], String::new());
        line.unknown = true;
        let notes = notes(&Usage::default(), &[line]);
        assert!(notes.iter().any(|note| note == "no price is known for a part of: history"), "{notes:?}");
    }
}
