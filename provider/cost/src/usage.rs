//! What is deployed, and what the account contains.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::recorder::RecordingFrequency;

use crate::assumption;
use crate::range::Range;

/// What a deployment consists of, as far as it costs something.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// The region that everything but rules and recorders is deployed to.
    pub home: RegionUsage,
    /// The other regions.
    pub others: Vec<RegionUsage>,
    /// The Lambda functions.
    pub functions: Functions,
    /// Reports, ledger and history.
    pub storage: Storage,
    /// KMS keys that are created.
    pub keys: u32,
    /// Metrics that the CloudWatch alarms use: AWS bills an alarm by its metrics.
    pub alarm_metrics: u32,
    /// Metrics that the functions write.
    pub metrics: u32,
    /// CloudWatch dashboards.
    pub dashboards: u32,
    /// Confirmed e-mail addresses.
    pub emails: u32,
}

impl Usage {
    /// All regions, home first.
    pub fn regions(&self) -> impl Iterator<Item = &RegionUsage> {
        std::iter::once(&self.home).chain(&self.others)
    }
}

/// What AWS Config has to do in a region.
#[derive(Clone, Debug, Default)]
pub struct RegionUsage {
    /// Its code.
    pub region: String,
    /// Rules, those in conformance packs included.
    pub rules: Vec<Rule>,
    /// Resources by type, where the account was inspected.
    pub resources: ResourceCounts,
    /// The configuration recorder.
    pub recorder: Recorder,
}

/// A rule of AWS Config.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// Name in the account.
    pub name: String,
    /// Identifier of a managed rule.
    pub identifier: Option<String>,
    /// Its parameters, where all of them are known: two rules with the same identifier, types and parameters evaluate the
    /// same.
    pub parameters: Option<BTreeMap<String, String>>,
    /// What the inputs can change about it.
    pub adjustable: Adjustable,
    /// Types of resources that it evaluates. None: the account itself, once.
    pub types: BTreeSet<String>,
    /// Whether it evaluates resources of every recorded type: a custom rule without a scope.
    pub every_type: bool,
    /// Whether a change of a resource triggers it.
    pub on_change: bool,
    /// Hours between periodic evaluations, where it has any.
    pub period_hours: Option<f64>,
    /// Whether it is part of a conformance pack, whose evaluations have a price of their own.
    pub in_pack: bool,
}

/// What the inputs can change about a rule, and so what may be advised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adjustable {
    /// Its scope and frequency: a rule of `rules.managed` or `rules.custom`.
    #[default]
    Settings,
    /// Whether it is deployed: a rule of a framework, which `exclude` takes by its identifier.
    Exclusion,
    /// Nothing by itself: a rule of the baseline.
    Nothing,
}

/// Resources by type. Without counts the assumption holds.
#[derive(Clone, Debug, Default)]
pub struct ResourceCounts {
    counts: Option<BTreeMap<String, u64>>,
}

impl ResourceCounts {
    /// Counts of an account that was inspected: a type that is missing has no resources. Without any count AWS Config has
    /// not recorded the account yet, and the assumption holds.
    pub fn known(counts: impl IntoIterator<Item = (String, u64)>) -> Self {
        Self { counts: Some(counts.into_iter().collect()) }
    }

    /// Whether the counts are used.
    pub fn is_known(&self) -> bool {
        self.counts.as_ref().is_some_and(|counts| !counts.is_empty())
    }

    /// Why the counts are not used, if they are not.
    pub fn unknown_because(&self) -> Option<&'static str> {
        match &self.counts {
            None => Some("the account was not inspected"),
            Some(counts) if counts.is_empty() => Some("AWS Config has not recorded any resources yet"),
            Some(_) => None,
        }
    }

    /// Resources of a type.
    pub fn of(&self, kind: &str) -> Range {
        match &self.counts {
            #[expect(clippy::cast_precision_loss, reason = "an estimate does not need the 54th bit of a count")]
            Some(counts) if !counts.is_empty() => Range::exact(counts.get(kind).copied().unwrap_or(0) as f64),
            _ => assumption::RESOURCES_PER_TYPE,
        }
    }

    /// The types that the account contains.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.counts.iter().flat_map(BTreeMap::keys).map(String::as_str)
    }
}

/// The configuration recorder.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    /// Whether this deployment creates it. What a recorder that exists costs is not caused by the deployment.
    pub created: bool,
    /// How often it records.
    pub frequency: RecordingFrequency,
    /// Types that are recorded daily while the others are continuous.
    pub daily_types: BTreeSet<String>,
    /// The types that it records.
    pub recorded: Recorded,
}

/// The types that a recorder records.
#[derive(Clone, Debug, Default)]
pub enum Recorded {
    /// All of them.
    #[default]
    All,
    /// These alone.
    Only(BTreeSet<String>),
    /// All but these.
    AllExcept(BTreeSet<String>),
}

impl Recorder {
    /// Whether a type is recorded.
    pub fn records(&self, kind: &str) -> bool {
        match &self.recorded {
            Recorded::All => true,
            Recorded::Only(types) => types.contains(kind),
            Recorded::AllExcept(types) => !types.contains(kind),
        }
    }

    /// How often a type is recorded.
    pub fn frequency_of(&self, kind: &str) -> RecordingFrequency {
        if self.daily_types.contains(kind) { RecordingFrequency::Daily } else { self.frequency }
    }
}

/// The Lambda functions.
#[derive(Clone, Debug)]
pub struct Functions {
    /// Memory of each in MiB.
    pub memory_mib: u32,
    /// Runs of the schedule in a month. Each is one run of processing and one of aggregation.
    pub runs: f64,
    /// Architecture, which has a price of its own.
    pub architecture: Architecture,
    /// Days that logs are retained.
    pub log_retention_days: u32,
}

/// Architecture of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Architecture {
    /// x86-64.
    #[default]
    X86_64,
    /// Arm.
    Arm64,
}

impl Default for Functions {
    fn default() -> Self {
        Self {
            memory_mib: 256,
            runs: assumption::HOURS / 6.0,
            architecture: Architecture::X86_64,
            log_retention_days: 7,
        }
    }
}

/// Reports, ledger and history.
#[derive(Clone, Copy, Debug)]
pub struct Storage {
    /// Days that reports are retained.
    pub report_days: u32,
    /// Days that history and ledger are retained.
    pub history_days: u32,
    /// Whether the history is a table in AWS Glue.
    pub table: bool,
}

impl Default for Storage {
    fn default() -> Self {
        Self { report_days: 30, history_days: 400, table: true }
    }
}
