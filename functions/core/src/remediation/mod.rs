//! Remediation: what would fix a finding, who has to approve it, and every step until AWS Config confirms it.
//!
//! Everything that decides is here and is pure; `functions/handlers` sends the calls. The order of a remediation is that of
//! [`state`]; nothing acts unless every guard of [`guard`] could be evaluated and allows it.
//!
//! | module | holds |
//! | --- | --- |
//! | [`settings`] | the part of the configuration document: modes, limits, windows, tags |
//! | [`window`] | when changes may be made |
//! | [`state`] | the steps of a remediation, and which may follow which |
//! | [`item`] | one remediation as the ledger's table stores it |
//! | [`begin`] | the conditions under which a change begins, and the transaction that begins it |
//! | [`budget`] | how many resources a run may change, and the breakers |
//! | [`guard`] | why a change is not made, and what cannot be known |
//! | [`decision`] | approvals, and the stop switch |
//! | [`call`] | requests to AWS, as data |
//! | [`action`], [`actions`] | what each action reads and writes |
//! | [`summary`], [`page`], [`listed`] | the result of a run, the page of all remediations, and the list that the report takes |

pub mod action;
pub mod actions;
pub mod begin;
pub mod budget;
pub mod call;
pub mod decision;
pub mod guard;
pub mod item;
pub mod listed;
pub mod page;
pub mod settings;
pub mod state;
pub mod summary;
pub mod window;

#[cfg(test)]
mod tests;
