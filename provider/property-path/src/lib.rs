//! Paths to properties of inputs, and what is invalid there.
//!
//! A path is data: members and indices. Its text, with the quoting of names and the mark of what is sensitive, is
//! rendered here alone, and nothing reads it back: the engine takes text, and everything else takes the path.

mod error;
mod path;
#[cfg(feature = "serde")]
mod serialize;

pub use error::PropertyError;
pub use path::{PathStep, PropertyPath};
