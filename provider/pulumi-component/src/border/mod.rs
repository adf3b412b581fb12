//! What is said to the engine and what it answers, apart from any wire format.

pub(crate) mod hook;
pub(crate) mod log;
pub(crate) mod logger;
pub(crate) mod monitor;
pub(crate) mod naming;
pub(crate) mod package;
pub(crate) mod registration_options;
pub(crate) mod transform;
