//! The components of the Pulumi package `aws-compliance`.
//!
//! [`parts::monitoring`] is the whole; read it first. Each part has a module of its own and is a component of its own.

pub mod account;
pub mod cli;
mod identity;
pub mod inputs;
pub mod parts;
pub mod plan;
pub mod queries;

pub use identity::IDENTITY;
use pulumi_component::Provider;

use cli::{catalog, doctor, report, waivers};
use parts::{
    aggregation, alarms, alerts, dashboard, encryption, functions, history, monitoring, recorder, report_store,
    rule_set,
};
use queries::{account_status, rules};

/// The package: the whole and its parts.
pub fn provider() -> Provider {
    Provider::new(IDENTITY)
        .component::<monitoring::ComplianceMonitoring>()
        .component::<encryption::Encryption>()
        .component::<report_store::ReportStore>()
        .component::<history::History>()
        .component::<alerts::Alerts>()
        .component::<alarms::Alarms>()
        .component::<recorder::Recorder>()
        .component::<rule_set::RuleSet>()
        .component::<functions::Functions>()
        .component::<aggregation::Aggregation>()
        .component::<aggregation::source::AggregationSource>()
        .component::<dashboard::Dashboard>()
        .function::<account_status::GetAccountStatus>()
        .function::<rules::GetManagedRule>()
        .function::<rules::GetFramework>()
        .function::<rules::CheckRules>()
        .command(
            "doctor",
            "look at an AWS account before anything is deployed to it; `doctor --help` says how",
            doctor::run,
        )
        .command(
            "catalog",
            "look at managed rules and frameworks, and judge rules before they are deployed; `catalog --help` says how",
            catalog::run,
        )
        .command("report", "check the seal of downloaded reports; `report --help` says how", report::run)
        .command("waivers", "list waivers and what they match; `waivers --help` says how", waivers::run)
}
