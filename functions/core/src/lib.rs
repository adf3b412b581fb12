//! What the three functions decide, and what they share with the provider.
//!
//! Everything here is pure: no AWS client, no clock, no environment. The handlers (`functions/handlers`) call AWS, tell
//! the time and pass both in; the provider takes the same names and the same configuration document from here, so that
//! what is deployed and what runs cannot drift apart.
//!
//! | module | holds |
//! | --- | --- |
//! | [`contract`] | handler names, environment variables, object keys, metrics: the names both sides use |
//! | [`configuration`] | the document in the bucket that tells the functions what to watch |
//! | [`environment`] | what each handler needs of its environment, read once, every problem named |
//! | [`event`] | what a function can be invoked with |
//! | [`run`] | which invocation a record belongs to |
//! | [`evaluate`], [`aggregate`], [`remediate`] | the decision of each handler, and the record it leaves |
//! | [`remediation`] | what would fix a finding, and every step until that is done |
//! | [`pack`] | which conformance packs are not whole |
//! | [`transition`], [`recording`], [`finding`], [`watch`] | what changed, what is known, and whose changes are news |
//! | [`ledger`] | the table that keeps both |
//! | [`notice`], [`outbox`], [`digest`] | what is told, that it is told once, and when |
//! | [`delivery`] | the test of the way through the topic |
//! | [`follow_up`] | the runs soon after a deployment |
//! | [`sources`] | accounts and regions that are read through the aggregator, and those of them that are silent |
//! | [`late_changes`] | changes that the aggregator does not have yet |
//! | [`pace`], [`open_findings`] | how fast AWS Config is read; open findings as its index returns them |
//! | [`waiver`], [`waived`] | findings that somebody accepts for a time, and notices of the end of that |
//! | [`details`] | what a person knows a resource by |
//! | [`exports`] | where findings are exported to |
//! | [`metrics`] | the log lines that CloudWatch reads as metrics |
//! | [`history`] | the columns of the history, which a table of a query engine declares as well |
//! | [`sha256`] | the digest that names and checks what the functions read |
//! | [`manifest`] | the seal of a report, chained to the one before |
//! | [`runbook`] | the pages that say what to do, and where they open |

pub mod aggregate;
pub mod compliance;
pub mod configuration;
mod console;
pub mod contract;
pub mod delivery;
pub mod details;
pub mod digest;
pub mod environment;
pub mod evaluate;
pub mod event;
pub mod exports;
pub mod finding;
pub mod follow_up;
pub mod history;
pub mod key;
pub mod late_changes;
pub mod ledger;
pub mod manifest;
pub mod metrics;
pub mod notice;
pub mod open_findings;
pub mod outbox;
pub mod pace;
pub mod pack;
pub mod record;
pub mod recording;
pub mod remediate;
pub mod remediation;
pub mod run;
pub mod runbook;
pub mod sha256;
pub mod sources;
pub mod transition;
pub mod waived;
pub mod waiver;
pub mod watch;
pub mod watched_regions;
