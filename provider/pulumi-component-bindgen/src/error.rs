//! Why bindings cannot be made.

use std::fmt;

/// Why bindings cannot be made.
#[derive(Debug)]
pub struct Error(String);

impl Error {
    /// An error with its reason.
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl Error {
    /// For the command: how it is called.
    #[doc(hidden)]
    pub fn usage(text: &str) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
