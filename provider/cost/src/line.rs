//! A line of an estimate.

use std::collections::BTreeSet;

use crate::price::{Basis, Price, PriceKey};
use crate::range::Range;

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
        let mut line = Self::empty(id, assumption);
        line.add(region, parts);
        line
    }

    /// A line of nothing yet.
    pub(crate) const fn empty(id: LineId, assumption: String) -> Self {
        let usd = Range { low: 0.0, expected: 0.0, high: 0.0 };
        Self { id, usd, assumption, unknown: false, other_regions: BTreeSet::new(), dates: BTreeSet::new() }
    }

    /// Adds parts of a region, whose prices begin with their first tier there.
    pub(crate) fn add(&mut self, region: &str, parts: &[(PriceKey, Range)]) {
        for (key, quantity) in parts.iter().filter(|(_, quantity)| quantity.high > 0.0) {
            let price = Price::of(*key, region);
            self.usd = self.usd + quantity.map(|quantity| price.times(quantity));
            self.dates.extend(price.date);
            match price.basis {
                Basis::Region => {}
                Basis::Other(other) => _ = self.other_regions.insert(other),
                Basis::Unknown => self.unknown = true,
            }
        }
    }
}
