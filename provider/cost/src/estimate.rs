//! An estimate: its lines, their sum, what saves most, and what it could not know.

use std::collections::BTreeSet;

use crate::line::Line;
use crate::lines::Quantities;
use crate::range::Range;
use crate::saving::{Saving, savings};
use crate::text::amount;
use crate::usage::Usage;

/// How many lines a summary names.
const NAMED: usize = 3;

/// What a deployment costs in a month.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// Code of the region of home.
    pub region: String,
    /// Codes of the other regions.
    pub other_regions: Vec<String>,
    /// What it is composed of, the most expensive line first.
    pub lines: Vec<Line>,
    /// What would save most, the largest amount first.
    pub savings: Vec<Saving>,
    /// What the estimate could not know.
    pub notes: Vec<String>,
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
        let regions = match self.other_regions.len() {
            0 => String::new(),
            others => format!(" in {} regions", others + 1),
        };
        format!("estimated {expected} USD a month ({low}-{high}){regions}{of}")
    }
}

/// What a deployment costs in a month: prices of `facts/prices.json`, quantities of the deployment and the account, and
/// assumptions where these do not say.
pub fn estimate(usage: &Usage) -> Estimate {
    let mut lines = Quantities::of(usage).lines();
    lines.sort_by(|one, other| other.usd.expected.total_cmp(&one.usd.expected).then(one.id.cmp(&other.id)));
    let notes = notes(usage, &lines);
    let other_regions = usage.others.iter().map(|other| other.region.clone()).collect();
    Estimate { region: usage.home.region.clone(), other_regions, savings: savings(usage), lines, notes }
}

fn notes(usage: &Usage, lines: &[Line]) -> Vec<String> {
    let mut notes = Vec::new();
    let unknown = usage.regions().filter_map(|one| Some((one.region.as_str(), one.resources.unknown_because()?)));
    let (unknown, because): (Vec<_>, Vec<_>) = unknown.unzip();
    if let Some(because) = because.first() {
        let all = unknown.len() == usage.regions().count();
        let place = if all { String::new() } else { format!(" in {}", unknown.join(", ")) };
        notes.push(format!("{because}: numbers of resources are assumptions{place}"));
    }
    let others: BTreeSet<_> = lines.iter().flat_map(|line| &line.other_regions).copied().collect();
    if !others.is_empty() {
        let others = others.into_iter().collect::<Vec<_>>().join(", ");
        let regions = usage.regions().map(|one| one.region.as_str()).collect::<Vec<_>>().join(", ");
        notes.push(format!("prices of {others} are used where those of {regions} are not known"));
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
    use crate::line::LineId;

    #[test]
    fn line_without_a_price_is_named() {
        let mut line = Line::of(LineId::History, "us-east-1", &[], String::new());
        line.unknown = true;
        let notes = notes(&Usage::default(), &[line]);
        assert!(notes.iter().any(|note| note == "no price is known for a part of: history"), "{notes:?}");
    }
}
