//! What a report is made of.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::severity::Severity;
use functions_core::{
    compliance::Compliance, details::Details, exports::Exports, manifest::Previous, remediation::listed::Listed,
    waiver::Waivers,
};
use serde::{Deserialize, Serialize};

/// What is known of a rule beside its verdicts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleFacts {
    /// How much it matters.
    pub severity: Severity,
    /// Frameworks that its results count for, each with its controls where the framework names some.
    pub frameworks: BTreeMap<String, BTreeSet<String>>,
    /// Address of its page at AWS.
    pub page: Option<String>,
    /// Systems Manager document that remediates its findings.
    pub remediation: Option<String>,
}

impl RuleFacts {
    /// Each framework with a control where it names some: `hipaa`, `nzism-foundation 1847`.
    #[must_use]
    pub fn controls(&self) -> Vec<String> {
        let named = |(id, controls): (&String, &BTreeSet<String>)| match controls.is_empty() {
            true => vec![id.clone()],
            false => controls.iter().map(|control| format!("{id} {control}")).collect(),
        };
        self.frameworks.iter().flat_map(named).collect()
    }
}

/// A rule that somebody asked for and that the region does not offer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Missing {
    /// Its identifier.
    pub identifier: String,
    /// Frameworks that ask for it, each with its controls.
    pub frameworks: BTreeMap<String, Vec<String>>,
}

/// What another region of the deployment does not evaluate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Elsewhere {
    /// The region.
    pub region: String,
    /// Rules that the region of the deployment evaluates for it, by identifier; a custom one by name.
    pub at_home: Vec<String>,
    /// Names of custom rules whose function is one of the region of the deployment.
    pub function_at_home: Vec<String>,
    /// Rules that it does not offer, by identifier.
    pub not_offered: Vec<String>,
}

/// One verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// The waiver that covers it; empty where none does, or where that is not known yet.
    pub waiver: &'a str,
}

/// What the aggregator says of an account and region that it reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Arrival {
    /// Account id.
    pub account: String,
    /// Region.
    pub region: String,
    /// Whether the last read of it succeeded.
    pub succeeded: bool,
    /// When its data were read last, RFC 3339 in UTC, where that is told.
    pub updated: Option<String>,
}

/// What the account and region of a deployment record, and how their rules evaluate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// Configuration recorders.
    pub recorders: Vec<Recorder>,
    /// Rules that count, sorted by name.
    pub rules: Vec<Evaluator>,
}

/// What a configuration recorder records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recorder {
    /// Its name.
    pub name: String,
    /// Whether it records every type but the excluded ones.
    pub all: bool,
    /// The types that it names, where it does not record all.
    pub types: Vec<String>,
    /// The types that it excludes.
    pub excluded: Vec<String>,
    /// `CONTINUOUS` or `DAILY`.
    pub frequency: String,
    /// Types with another frequency.
    pub exceptions: Vec<(String, String)>,
}

/// How a rule evaluates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evaluator {
    /// Name of the rule in the account.
    pub name: String,
    /// Its parameters, a JSON object; empty where it has none.
    pub parameters: String,
    /// How often it is evaluated at least, such as `Six_Hours`; empty where only changes let it.
    pub frequency: String,
    /// The types that it is limited to; none where it names none.
    pub types: Vec<String>,
}

/// Account id, region, type and id of a resource. The region is that to which it belongs: an id can be that of another resource
/// in another region, and of a resource that belongs to none every region says the same.
pub type ResourceKey = (String, String, String, String);

/// What was learned of findings beside their evaluation results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Learned {
    /// What a person knows resources by.
    pub details: BTreeMap<ResourceKey, Details>,
    /// Why resources do not comply, by rule and resource.
    pub reasons: BTreeMap<(String, ResourceKey), String>,
    /// Ids of the resources whose details were asked for.
    pub described: BTreeSet<String>,
    /// Rules, accounts and regions whose reasons were asked for.
    pub explained: BTreeSet<(String, String, String)>,
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
    /// Region of the deployment.
    pub region: String,
    /// Rules that are asked for and that this region does not offer.
    pub missing: Vec<Missing>,
    /// What other regions of the deployment do not evaluate.
    pub elsewhere: Vec<Elsewhere>,
    /// Id of the framework: its controls that no rule judges.
    pub manual: BTreeMap<String, Vec<String>>,
    /// Account id: its alias.
    pub aliases: BTreeMap<String, String>,
    /// What the aggregator says of its sources.
    pub arrivals: Vec<Arrival>,
    /// Resources that it gave.
    pub resources: u64,
    /// Resources among them that could not be read.
    pub unreadable_resources: u64,
    /// Evaluations that do not count, because somebody else deployed their rules.
    pub other_evaluations: u64,
    /// The folder of the run's files in the report bucket, which ends in `/`; empty where there is none.
    pub folder: String,
    /// The manifest of the run before.
    pub previous_manifest: Option<Previous>,
    /// Waivers as they stand on the day of the run.
    pub waivers: Waivers,
    /// What is recorded, and how rules evaluate, where that may be read.
    pub coverage: Option<Coverage>,
    /// What remediation left, where it has run.
    pub remediation: Option<Listed>,
    /// Where findings are exported to.
    pub exports: Exports,
}
