//! The functions of the package, which deploy nothing: what is known of rules, frameworks and an account.

pub mod account_status;
pub mod cost;
pub mod rules;
pub mod view;
