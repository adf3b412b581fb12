//! What a user writes: the structs, and the bounds that AWS sets.

pub mod aggregation;
pub mod alarms;
pub(crate) mod bounds;
pub mod cost;
pub mod custom_rule;
pub mod dashboard;
pub mod exports;
pub mod framework;
pub mod functions;
pub mod history;
pub mod iam;
pub mod lookup;
pub mod monitoring;
pub mod name_prefix;
pub mod notifications;
pub mod on_destroy;
pub mod recorder;
pub mod remediation;
pub mod remediation_settings;
pub mod reports;
pub mod rules;
pub mod scope;
pub mod suggestions;
pub mod tags;
pub mod vpc;
pub mod waivers;
