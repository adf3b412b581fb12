//! A value that Pulumi's wire format does not allow.

use property_path::PropertyPath;

/// A value that Pulumi's wire format does not allow.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`{path}`: {reason}")]
pub struct DecodeError {
    /// The property's path; empty for the value itself.
    pub path: PropertyPath,
    /// What is invalid.
    pub reason: String,
}

impl DecodeError {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { path: PropertyPath::root(), reason: reason.into() }
    }

    pub(super) fn under(mut self, outer: PropertyPath) -> Self {
        self.path = outer.join(self.path);
        self
    }
}
