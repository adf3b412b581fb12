//! The parts, in the order in which the whole describes them.

use account_look::LookRequest;
use pulumi_component::{Checks, Provider};

use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::parts::part::{Part, Whole};
use crate::parts::{
    aggregation, alarms, alerts, dashboard, encryption, functions, history, recorder, report_store, rule_set,
};

/// Every part.
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
