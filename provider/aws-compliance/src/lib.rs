//! The components of the Pulumi package `aws-compliance`.
//!
//! [`monitoring`] is the whole; read it first. Each part has a module of its own and is a component of its own.

pub mod account;
pub mod aggregation;
pub mod alarms;
pub mod alerts;
mod bounds;
pub mod catalog;
pub mod dashboard;
pub mod doctor;
pub mod encryption;
pub mod facts;
pub mod functions;
pub mod history;
pub mod iam;
mod identity;
pub mod monitoring;
pub mod names;
pub mod notifications;
pub mod recorder;
mod recorder_role;
pub mod report_store;
pub mod rule_set;
pub mod status;
pub mod tags;

pub use identity::IDENTITY;
use pulumi_component::Provider;

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
        .function::<status::GetAccountStatus>()
        .function::<catalog::functions::GetManagedRule>()
        .function::<catalog::functions::GetFramework>()
        .function::<catalog::functions::CheckRules>()
        .command(
            "doctor",
            "look at an AWS account before anything is deployed to it; `doctor --help` says how",
            doctor::run,
        )
        .command(
            "catalog",
            "look at managed rules and frameworks, and judge rules before they are deployed; `catalog --help` says how",
            catalog::command::run,
        )
}
