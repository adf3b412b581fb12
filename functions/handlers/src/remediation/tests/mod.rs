//! Remediation, against an account whose resources it may change.

mod account;
mod asked;
mod changes;
mod forged;
mod guards;
mod interrupted;
mod queue;
mod reported;
mod safety;

use super::Remediation;
