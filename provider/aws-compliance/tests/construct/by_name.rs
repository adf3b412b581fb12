//! Every component by its name. Tests and examples share it.

use std::sync::Arc;

use aws_compliance::parts::aggregation::{Aggregation, source::AggregationSource};
use aws_compliance::parts::alarms::Alarms;
use aws_compliance::parts::alerts::Alerts;
use aws_compliance::parts::budget::Budget;
use aws_compliance::parts::dashboard::Dashboard;
use aws_compliance::parts::encryption::Encryption;
use aws_compliance::parts::functions::Functions;
use aws_compliance::parts::history::History;
use aws_compliance::parts::monitoring::ComplianceMonitoring;
use aws_compliance::parts::recorder::Recorder;
use aws_compliance::parts::report_store::ReportStore;
use aws_compliance::parts::rule_set::RuleSet;
use pulumi_component::Error;
use pulumi_component::testing::{MockMonitor, construct_with};
use pulumi_component::value::PropertyMap;

/// Names of all components, as tokens end.
pub const PARTS: [&str; 13] = [
    "ComplianceMonitoring",
    "Encryption",
    "ReportStore",
    "History",
    "Alerts",
    "Alarms",
    "RuleSet",
    "Functions",
    "Aggregation",
    "AggregationSource",
    "Budget",
    "Dashboard",
    "Recorder",
];

/// Constructs the component `part`, called `name`.
///
/// # Errors
/// As the engine would see them.
///
/// # Panics
/// When nothing is called `part`.
pub async fn construct(part: &str, monitor: &Arc<MockMonitor>, name: &str, given: PropertyMap) -> Result<(), Error> {
    assert!(PARTS.contains(&part), "no part is called {part}");
    let constructed = match part {
        "Encryption" => construct_with::<Encryption>(monitor, name, given).await,
        "ReportStore" => construct_with::<ReportStore>(monitor, name, given).await,
        "History" => construct_with::<History>(monitor, name, given).await,
        "Alerts" => construct_with::<Alerts>(monitor, name, given).await,
        "Alarms" => construct_with::<Alarms>(monitor, name, given).await,
        "RuleSet" => construct_with::<RuleSet>(monitor, name, given).await,
        "Functions" => construct_with::<Functions>(monitor, name, given).await,
        "Aggregation" => construct_with::<Aggregation>(monitor, name, given).await,
        "AggregationSource" => construct_with::<AggregationSource>(monitor, name, given).await,
        "Budget" => construct_with::<Budget>(monitor, name, given).await,
        "Dashboard" => construct_with::<Dashboard>(monitor, name, given).await,
        "Recorder" => construct_with::<Recorder>(monitor, name, given).await,
        _ => construct_with::<ComplianceMonitoring>(monitor, name, given).await,
    };
    constructed.map(|_| ())
}
