//! A notice as programs receive it: the message for every protocol but e-mail. Its schema is `docs/notice.schema.json`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{sources::Silence, transition::Kind, waived::Ending};

/// A notice.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(title = "Notice of compliance monitoring", inline))]
#[serde(rename_all = "camelCase")]
pub(super) struct Machine<'a> {
    /// The version of this form. A change that a reader must know of raises it; further members do not.
    pub schema_version: u32,
    /// The same for the same news, however often it is delivered.
    pub id: &'a str,
    /// When it was made, RFC 3339 in UTC.
    pub time: &'a str,
    /// Id of the account that it is about: that of the deployment, or another one that its aggregator lists.
    pub account: &'a str,
    /// Alias of that account; `null` where it has none, or where it is not known.
    pub account_alias: Option<&'a str>,
    /// Region that it is about.
    pub region: &'a str,
    /// Address of the last report.
    pub report: String,
    /// What it is about.
    #[serde(flatten)]
    pub content: Body<'a>,
}

/// What a notice is about.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub(super) enum Body<'a> {
    /// What changed.
    Transitions {
        /// Each change.
        transitions: Vec<Change<'a>>,
    },
    /// What there was when rules were evaluated for the first time.
    Summary {
        /// Whether it is the first run of all.
        first: bool,
        /// Rules that are evaluated.
        judged_rules: usize,
        /// Rules that wait for their first result.
        waiting_rules: usize,
        /// Open findings of the evaluated rules.
        open_findings: usize,
        /// Open findings of the rules with the most.
        open_findings_by_rule: BTreeMap<&'a str, usize>,
    },
    /// Waivers that end soon.
    WaiversEnd {
        /// Each of them.
        waivers: &'a [Ending],
    },
    /// Messages of AWS services do not come through the topic.
    DeliveryLost {
        /// When the message was sent that did not come.
        sent: &'a str,
        /// Address of the runbook.
        runbook: String,
    },
    /// Accounts and regions from which nothing arrives any more, or arrives again.
    Sources {
        /// Those from which nothing arrives.
        silent: &'a [Silence],
        /// Those that report again.
        back: &'a [Silence],
        /// Address of the runbook.
        runbook: String,
    },
}

impl Body<'_> {
    /// The word of its kind, as attributes of the message have it.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Transitions { .. } => "transitions",
            Self::Summary { .. } => "summary",
            Self::WaiversEnd { .. } => "waiversEnd",
            Self::DeliveryLost { .. } => "deliveryLost",
            Self::Sources { .. } => "sources",
        }
    }
}

/// A change of a finding.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Change<'a> {
    /// What became of the finding.
    pub kind: Kind,
    /// Id of the account of the resource.
    pub account: &'a str,
    /// Alias of that account.
    pub account_alias: Option<&'a str>,
    /// Region of the resource; `global` where it belongs to none.
    pub region: &'a str,
    /// Type of the resource.
    pub resource_type: &'a str,
    /// Id of the resource.
    pub resource_id: &'a str,
    /// Name of the resource, where it has one beside its id.
    pub resource_name: Option<&'a str>,
    /// ARN of the resource.
    pub arn: Option<&'a str>,
    /// Who owns the resource, by its tags.
    pub owner: Option<&'a str>,
    /// Why it does not comply, in the words of the rule.
    pub annotation: Option<&'a str>,
    /// Whether it is sent because a waiver of the finding has ended.
    pub waiver_ended: bool,
    /// Name of the rule.
    pub rule: &'a str,
    /// Identifier of the managed rule, `CUSTOM_POLICY` or `CUSTOM_LAMBDA`.
    pub identifier: Option<&'a str>,
    /// Address of the page of the rule at AWS.
    pub rule_page: Option<String>,
    /// Systems Manager document that remediates its findings.
    pub remediation: Option<&'a str>,
    /// `critical`, `high`, `medium`, `low` or `informational`.
    pub severity: &'static str,
    /// Controls of frameworks that the rule counts for, by the id of the framework.
    pub frameworks: BTreeMap<&'a str, Controls<'a>>,
    /// Since when the resource does not comply, or did not.
    pub since: &'a str,
    /// When the change was seen.
    pub at: &'a str,
    /// Address of the resource, or of the rule, in the console.
    pub console: Option<String>,
    /// Address of the runbook.
    pub runbook: String,
}

/// Controls of a framework.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Controls<'a> {
    /// Ids of some of them.
    pub controls: Vec<&'a str>,
    /// How many more there are.
    pub more: usize,
}
