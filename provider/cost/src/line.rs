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
