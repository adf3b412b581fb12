//! What a user writes: the structs, and the bounds that AWS sets.

pub(crate) mod bounds;
pub mod iam;
pub mod identifier;
pub mod notifications;
pub mod tags;
pub mod waivers;
