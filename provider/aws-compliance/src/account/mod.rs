//! The account that is deployed to: what is known of it, and what it has.

mod bundle;
pub mod facts;
pub mod scan;
