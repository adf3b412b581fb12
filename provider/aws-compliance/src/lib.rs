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
#[cfg(test)]
mod tests;

pub use identity::IDENTITY;
use pulumi_component::Provider;

use cli::{catalog, cost, doctor, remediation, report, waivers};
use parts::monitoring;
use queries::{account_status, rules};

/// The package: the whole and its parts.
pub fn provider() -> Provider {
    parts::serve(Provider::new(IDENTITY).component::<monitoring::ComplianceMonitoring>())
        .function::<account_status::GetAccountStatus>()
        .function::<rules::GetManagedRule>()
        .function::<rules::GetFramework>()
        .function::<rules::CheckRules>()
        .function::<queries::cost::GetCostEstimate>()
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
        .command(
            "check",
            "check inputs of `ComplianceMonitoring` as a preview does; `check --help` says how",
            catalog::check_inputs,
        )
        .command("cost", "estimate what a deployment costs in a month; `cost --help` says how", cost::run)
        .command(
            "remediation",
            "list, approve, reject, undo and stop changes of a deployed stack; `remediation --help` says how",
            remediation::run,
        )
        .command("report", "check the seal of downloaded reports; `report --help` says how", report::run)
        .command("waivers", "list waivers and what they match; `waivers --help` says how", waivers::run)
}
