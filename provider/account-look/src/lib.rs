//! Looks at the AWS account before anything is deployed to it, and judges what it saw.
//!
//! [`look`] reads: who the credentials of this process are, then, where they are of the account that is deployed to,
//! its configuration recorder and delivery channel, the rules, aggregators, authorizations, conformance packs, event
//! rules and the dashboard that have names of ours, and the key that the user gave. It changes nothing, takes five seconds at most
//! ([`TIME_ALLOWED`]) and never fails: what could not be read stands in the [`Look`] with a reason.
//!
//! [`findings`] judges, without any I/O: errors, warnings, and one line on an account where all is well. [`table`]
//! shows both in a terminal.
//!
//! Whose a thing is shows in its tag [`OWNER_TAG`], which every rule, aggregator, authorization, conformance pack, event
//! rule and recorder of a deployment carries ([`Owner::tag_value`]), and in the text of a dashboard ([`Owner::mark`]). AWS creates or updates these by name, so one that carries
//! the tag of nobody or of another deployment would be taken over in silence, and deleted with ours.
//!
//! Left to others: the checks of inputs by themselves, and what the catalogue knows of rules. Facts are from the AWS
//! pages that are named where they are used.

mod judgement;
mod key_policy;
mod look;
mod reading;
mod request;
mod table;

pub use judgement::{RecorderAction, ScanLevel, ScanMessage, findings, recorder_action};
pub use key_policy::{Admission, KeyUser, key_users};
pub use look::{
    Aggregator, Concurrency, DeliveryChannel, FailedSource, FrequencyOverride, Key, Look, Namesake, NamesakeKind, Part,
    Reason, Recorded, Recorder, RecorderKind, RuleCount, ServiceLinkedRole, Skipped, Tags, Unread,
};
pub use reading::failure::explained;
pub use reading::{ACTIONS, TIME_ALLOWED, look};
pub use request::{
    LookRequest, OWNER_TAG, Owner, PlannedConcurrency, PlannedKey, PlannedName, PlannedResource, PlannedRule,
    PlannedSource, RecorderPlan,
};
pub use table::table;

/// The resource types that AWS Config's own service model knows. AWS adds to them.
pub fn known_resource_types() -> &'static [&'static str] {
    aws_sdk_config::types::ResourceType::values()
}
