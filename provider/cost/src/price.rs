//! Prices: facts with source and date, by region.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// The facts. A test holds that they parse.
const FACTS: &str = include_str!("../facts/prices.json");

/// The region whose price replaces one that is not known: most sources give it.
const REFERENCE: &str = "us-east-1";

/// What a price is for; its name in the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PriceKey {
    /// Data that Athena scans, by TB.
    AthenaScan,
    /// A metric of an alarm.
    Alarm,
    /// A dashboard.
    Dashboard,
    /// Logs that are written, by GB.
    LogIngestion,
    /// Logs that are stored, by GB and month.
    LogStorage,
    /// A custom metric.
    Metric,
    /// An evaluation of a rule in a conformance pack.
    PackEvaluation,
    /// An evaluation of a rule.
    RuleEvaluation,
    /// A configuration item that is recorded continuously.
    ContinuousItem,
    /// A configuration item that is recorded daily.
    DailyItem,
    /// A read request unit of DynamoDB.
    TableRead,
    /// Storage of DynamoDB, by GB and month.
    TableStorage,
    /// A write request unit of DynamoDB.
    TableWrite,
    /// An object in the Glue Data Catalog.
    CatalogObject,
    /// A KMS key.
    Key,
    /// A request to KMS.
    KeyRequest,
    /// A rotation of a KMS key.
    KeyRotation,
    /// A request to Lambda.
    Invocation,
    /// A GB-second of Lambda on x86-64.
    DurationX86,
    /// A GB-second of Lambda on Arm.
    DurationArm,
    /// A read of an S3 object.
    ObjectRead,
    /// A write of an S3 object.
    ObjectWrite,
    /// Storage of S3, by GB and month.
    ObjectStorage,
    /// An e-mail that SNS delivers.
    Email,
    /// A request to SNS.
    Publish,
    /// A request to SQS.
    QueueRequest,
}

impl PriceKey {
    /// Every key.
    pub const ALL: [Self; 26] = [
        Self::AthenaScan,
        Self::Alarm,
        Self::Dashboard,
        Self::LogIngestion,
        Self::LogStorage,
        Self::Metric,
        Self::PackEvaluation,
        Self::RuleEvaluation,
        Self::ContinuousItem,
        Self::DailyItem,
        Self::TableRead,
        Self::TableStorage,
        Self::TableWrite,
        Self::CatalogObject,
        Self::Key,
        Self::KeyRequest,
        Self::KeyRotation,
        Self::Invocation,
        Self::DurationX86,
        Self::DurationArm,
        Self::ObjectRead,
        Self::ObjectWrite,
        Self::ObjectStorage,
        Self::Email,
        Self::Publish,
        Self::QueueRequest,
    ];

    /// Its name in the facts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AthenaScan => "athena.scan",
            Self::Alarm => "cloudwatch.alarm",
            Self::Dashboard => "cloudwatch.dashboard",
            Self::LogIngestion => "cloudwatch.logs.ingestion",
            Self::LogStorage => "cloudwatch.logs.storage",
            Self::Metric => "cloudwatch.metric",
            Self::PackEvaluation => "config.evaluation.pack",
            Self::RuleEvaluation => "config.evaluation.rule",
            Self::ContinuousItem => "config.item.continuous",
            Self::DailyItem => "config.item.daily",
            Self::TableRead => "dynamodb.read",
            Self::TableStorage => "dynamodb.storage",
            Self::TableWrite => "dynamodb.write",
            Self::CatalogObject => "glue.objects",
            Self::Key => "kms.key",
            Self::KeyRequest => "kms.request",
            Self::KeyRotation => "kms.rotation",
            Self::Invocation => "lambda.request",
            Self::DurationX86 => "lambda.second.x86_64",
            Self::DurationArm => "lambda.second.arm64",
            Self::ObjectRead => "s3.get",
            Self::ObjectWrite => "s3.put",
            Self::ObjectStorage => "s3.storage",
            Self::Email => "sns.email",
            Self::Publish => "sns.publish",
            Self::QueueRequest => "sqs.request",
        }
    }
}

/// Where a price is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The region's own price.
    Region,
    /// The price of another region, because the region's own is not known.
    Other(&'static str),
    /// No price is known: the amount is missing from the estimate.
    Unknown,
}

/// The price of one thing in one region.
#[derive(Clone, Debug)]
pub struct Price {
    /// Where it is from.
    pub basis: Basis,
    /// Date of the source, where it has one.
    pub date: Option<&'static str>,
    /// Where the price was read.
    pub source: &'static str,
    per: f64,
    tiers: Vec<(Option<f64>, f64)>,
}

impl Price {
    /// The price of something in a region; that of another region where the region's own is not known.
    pub fn of(key: PriceKey, region: &str) -> Self {
        Self::among(facts(), key, region)
    }

    fn among(facts: &'static Facts, key: PriceKey, region: &str) -> Self {
        let unknown = Self { basis: Basis::Unknown, date: None, source: "", per: 1.0, tiers: Vec::new() };
        let Some(entry) = facts.prices.get(key.name()) else { return unknown };
        let quote = |wanted: &str| entry.quotes.iter().find(|quote| quote.region == wanted);
        let Some(quote) = quote(region).or_else(|| quote(REFERENCE)).or(entry.quotes.first()) else { return unknown };
        let basis = if quote.region == region { Basis::Region } else { Basis::Other(&quote.region) };
        let flat = quote.usd.map(|usd| (None, usd));
        let tiers = quote.tiers.iter().map(|tier| (tier.up_to, tier.usd)).chain(flat).collect();
        Self { basis, date: quote.date.as_deref(), source: &quote.source, per: entry.per, tiers }
    }

    /// What a quantity costs in a month, in USD.
    pub fn times(&self, quantity: f64) -> f64 {
        let mut below = 0.0;
        let mut cost = 0.0;
        for (up_to, usd) in &self.tiers {
            let end = up_to.map_or(quantity, |up_to| up_to.min(quantity));
            cost += (end - below).max(0.0) / self.per * usd;
            below = end.max(below);
        }
        cost
    }
}

#[derive(Deserialize)]
struct Facts {
    prices: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    per: f64,
    quotes: Vec<Quote>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Quote {
    region: String,
    usd: Option<f64>,
    #[serde(default)]
    tiers: Vec<Tier>,
    date: Option<String>,
    source: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tier {
    up_to: Option<f64>,
    usd: f64,
}

/// The facts; empty where they do not parse, so that nothing panics: every price is then unknown, and says so.
fn facts() -> &'static Facts {
    static READ: LazyLock<Facts> =
        LazyLock::new(|| serde_json::from_str(FACTS).unwrap_or_else(|_| Facts { prices: BTreeMap::new() }));
    &READ
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_price_with_a_source() {
        for key in PriceKey::ALL {
            let price = Price::of(key, REFERENCE);
            assert_ne!(price.basis, Basis::Unknown, "{}", key.name());
            assert!(!price.source.is_empty() && price.times(1e6) > 0.0, "{}", key.name());
        }
        assert_eq!(facts().prices.len(), PriceKey::ALL.len());
    }

    #[test]
    fn the_region_s_own_price_comes_first() {
        assert_eq!(Price::of(PriceKey::DailyItem, "us-east-2").basis, Basis::Region);
        assert_eq!(Price::of(PriceKey::Key, "us-east-1").basis, Basis::Region);
        assert_eq!(Price::of(PriceKey::Key, "eu-west-1").basis, Basis::Other("us-east-1"));
        // No source for us-east-1 was read.
        assert!(matches!(Price::of(PriceKey::DailyItem, "us-east-1").basis, Basis::Other(_)));
    }

    #[test]
    fn price_without_a_quote_is_unknown_and_adds_nothing() {
        static EMPTY: Facts = Facts { prices: BTreeMap::new() };
        let price = Price::among(&EMPTY, PriceKey::Key, REFERENCE);
        assert_eq!((price.basis, price.tiers.len()), (Basis::Unknown, 0));
    }

    #[test]
    fn tiers_are_paid_one_after_the_other() {
        let price = Price::of(PriceKey::RuleEvaluation, "us-east-1");
        let close = |quantity: f64, usd: f64| assert!((price.times(quantity) - usd).abs() < 1e-9, "{quantity}");
        close(0.0, 0.0);
        close(1_000.0, 1.0);
        close(100_000.0, 100.0);
        // 100,000 at 0.001 and 400,000 at 0.0008.
        close(500_000.0, 420.0);
        // and 500,000 at 0.0005.
        close(1_000_000.0, 670.0);
    }
}
