//! What will be deployed, as data.

pub mod names;
