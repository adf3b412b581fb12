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
pub mod monitoring;
pub mod names;
pub mod notifications;
pub mod recorder;
mod recorder_role;
pub mod report_store;
pub mod rule_set;
pub mod status;
pub mod tags;

use pulumi_component::{PackageIdentity, Provider};

/// Who the package is. Everything that names it derives from here.
pub const IDENTITY: PackageIdentity = PackageIdentity {
    name: "aws-compliance",
    display_name: "AWS Compliance",
    version: env!("CARGO_PKG_VERSION"),
    description: "A complete AWS Config compliance monitor as one component.",
    publisher: "aws-compliance",
    license: "Apache-2.0",
    keywords: &["pulumi", "aws", "config", "compliance", "category/cloud", "kind/component"],
    nodejs_package: "pulumi-aws-compliance",
    python_package: "pulumi_aws_compliance",
    go_import_base_path: "github.com/aws-compliance/pulumi-aws-compliance/sdk/go/awscompliance",
};

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
