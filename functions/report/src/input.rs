//! What a report is made of.

use std::{collections::BTreeMap, sync::Arc};

use functions_core::compliance::Compliance;
pub use functions_core::severity::Severity;

use crate::model::{Finding, Summary};

/// What is known of a rule beside its verdicts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleFacts {
    /// How much it matters.
    pub severity: Severity,
    /// Frameworks that its results count for, each with a control where the framework names some: `hipaa`,
    /// `nzism-foundation 1847`.
    pub controls: Vec<String>,
}

/// One verdict, as it is read.
#[derive(Debug, Clone, Copy)]
pub struct Evaluation<'a> {
    /// Account id.
    pub account: &'a str,
    /// Region.
    pub region: &'a str,
    /// Name of the rule.
    pub rule: &'a str,
    /// Type of the resource, such as `AWS::S3::Bucket`.
    pub resource_type: &'a str,
    /// Id of the resource.
    pub resource_id: &'a str,
    /// The verdict.
    pub compliance: Compliance,
}

/// The run that reports, and what it knows beside verdicts.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Id of the run; the same in a retry.
    pub run_id: String,
    /// When the run was asked for, RFC 3339 in UTC.
    pub time: String,
    /// Name of the rule: what is known of it.
    pub rules: BTreeMap<String, RuleFacts>,
    /// Account id: its alias.
    pub aliases: BTreeMap<String, String>,
    /// Account and region of each source that should report.
    pub expected: Vec<(String, String)>,
}

/// What the run before left.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// Its summary, with the trend of the runs before it.
    pub summary: Option<Summary>,
    /// Its open findings, in any order.
    pub findings: Vec<Finding>,
}

/// Texts that come again and again, kept once.
#[derive(Debug, Default)]
pub(crate) struct Texts(std::collections::BTreeSet<Arc<str>>);

impl Texts {
    pub(crate) fn keep(&mut self, text: &str) -> Arc<str> {
        if let Some(kept) = self.0.get(text) {
            return Arc::clone(kept);
        }
        let kept: Arc<str> = text.into();
        self.0.insert(Arc::clone(&kept));
        kept
    }
}
