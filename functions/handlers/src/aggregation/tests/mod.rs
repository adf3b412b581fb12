//! Runs of aggregation, against an account that keeps what is written to it.

mod account;
mod configured;
mod counted;
mod exported;
mod faults;
mod learned;
mod recorders;
mod remediations;
mod reports;
mod runs;

use super::Aggregation;
