//! The account that is deployed to: what is known of it, and what the scan finds there.

pub(crate) mod bundle;
pub(crate) mod claims;
mod default_tags;
pub(crate) mod enabled_regions;
pub(crate) mod existing;
pub mod facts;
pub mod prepared;
pub mod scan;
pub mod security_hub;
pub mod service_linked_role;
