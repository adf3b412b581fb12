//! The components: the whole and its parts, one module each.

pub mod aggregation;
pub mod alarms;
pub mod alerts;
pub mod dashboard;
pub mod encryption;
pub mod functions;
pub mod history;
pub mod monitoring;
pub mod recorder;
pub mod report_store;
pub mod rule_set;
