//! The components: the whole and its parts, one module each.

pub mod aggregation;
pub mod alarms;
pub mod alerts;
pub mod budget;
pub mod dashboard;
pub mod encryption;
mod forwarding;
pub mod functions;
pub mod history;
mod iam;
pub mod monitoring;
pub mod part;
pub mod recorder;
mod regions;
mod remains;
pub mod report_store;
pub mod rule_set;
mod tags;

use account_look::LookRequest;
use pulumi_component::{Checks, Provider};

use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::parts::part::{Part, Whole};

/// Every part, in the order in which the whole describes them.
pub const PARTS: &[Part] = &[
    encryption::PART,
    report_store::PART,
    history::PART,
    recorder::PART,
    rule_set::PART,
    alerts::PART,
    functions::PART,
    aggregation::PART,
    aggregation::source::PART,
    alarms::PART,
    budget::PART,
    dashboard::PART,
];

/// Checks what the parts are given among the inputs of the whole.
pub fn check(args: &ComplianceMonitoringArgs, checks: &mut Checks) {
    PARTS.iter().for_each(|part| (part.check)(args, checks));
}

/// Adds what the parts take in the account to what the account scan is asked.
pub fn claim(whole: &Whole<'_>, request: &mut LookRequest) {
    PARTS.iter().for_each(|part| (part.claim)(whole, request));
}

/// Serves all parts.
pub fn serve(provider: Provider) -> Provider {
    PARTS.iter().fold(provider, |provider, part| (part.serve)(provider))
}
