//! Remediation, against an account whose resources it may change.

mod account;
mod changes;
mod guards;
mod interrupted;
mod queue;
mod safety;

use super::Remediation;
