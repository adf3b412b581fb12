//! What an estimate assumes where the account does not say.
//!
//! These numbers are this project's own, not AWS's: an account that is measured replaces them. Each is named in the
//! text of every line that uses it.

use crate::range::Range;

/// Hours in a month: 365 days of 24 hours, divided by 12. AWS's own calculators use the same.
pub const HOURS: f64 = 730.0;

/// Days in a month.
pub const DAYS: f64 = HOURS / 24.0;

/// Resources of each type that a rule evaluates, where the account was not inspected.
pub const RESOURCES_PER_TYPE: Range = Range::new(5.0, 20.0, 100.0);

/// Changes a month of a resource.
pub const CHANGES: Range = Range::new(0.2, 1.0, 4.0);

/// Changes a month of a resource of a [`CHURNING`] type, which come and go with load and deployments.
pub const CHURNING_CHANGES: Range = Range::new(2.0, 10.0, 60.0);

/// Types whose resources are created and deleted by services, not by people.
pub const CHURNING: [&str; 8] = [
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::CloudFormation::Stack",
    "AWS::EC2::Instance",
    "AWS::EC2::NetworkInterface",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Volume",
    "AWS::ECS::TaskDefinition",
    "AWS::Lambda::Function",
];

/// Duration of a run of a function, in seconds.
pub const RUN_SECONDS: Range = Range::new(2.0, 10.0, 60.0);

/// Compliance changes for each change of a resource that a rule evaluates.
pub const COMPLIANCE_CHANGES: Range = Range::new(0.01, 0.05, 0.2);

/// Log lines of a run, in GB.
pub const LOG_GB_PER_RUN: Range = Range::new(0.000_01, 0.000_05, 0.001);

/// What a report, its findings and its history take, in GB for each evaluation result.
pub const REPORT_GB_PER_RESULT: Range = Range::new(0.000_000_2, 0.000_001, 0.000_003);

/// Objects that a run writes.
pub const OBJECTS_PER_RUN: Range = Range::new(6.0, 12.0, 40.0);

/// KMS requests of a run, with a bucket key.
pub const KMS_REQUESTS_PER_RUN: Range = Range::new(5.0, 20.0, 100.0);

/// Polling of the two queues by Lambda: five connections, each waiting up to 20 seconds (AWS Lambda Developer Guide,
/// "Using Lambda with Amazon SQS"), so 0.25 to 0.5 requests a second for each queue.
pub const QUEUE_REQUESTS_PER_SECOND: Range = Range::new(0.15, 0.25, 0.5);

/// Queries that people run over the history in a month.
pub const QUERIES: Range = Range::new(0.0, 5.0, 100.0);

/// The least that Athena bills for a query, in TB (10 MB; Amazon Athena pricing page).
pub const QUERY_TB: f64 = 0.000_01;

/// Years that the key has been rotated: AWS bills the first and the second rotation (AWS KMS pricing page).
pub const ROTATIONS: Range = Range::new(0.0, 0.0, 2.0);

/// Changes a month of a resource of a type.
pub fn changes_of(kind: &str) -> Range {
    if CHURNING.contains(&kind) { CHURNING_CHANGES } else { CHANGES }
}

/// Days of a month with at least one of a number of changes that come at random: what daily recording counts.
///
/// The probability of a day without a change is that of a Poisson distribution.
pub fn days_with_changes(changes: Range) -> Range {
    changes.map(|count| DAYS * (1.0 - (-count / DAYS).exp()))
}

/// Types of resources that an account contains, where it was not inspected and all types are recorded.
pub const RECORDED_TYPES: Range = Range::new(10.0, 30.0, 80.0);

/// Size of a run's history beside its report.
pub const HISTORY_SHARE: f64 = 0.2;

/// Findings that are open, as a share of all evaluation results.
pub const OPEN_SHARE: Range = Range::new(0.01, 0.1, 0.3);

/// Size of an entry of the ledger, in GB.
pub const LEDGER_ENTRY_GB: f64 = 0.000_001;

/// Requests to the ledger for each change of compliance: the finding, its notice, and a transaction over both, which
/// counts twice.
pub const LEDGER_WRITES: f64 = 4.0;
