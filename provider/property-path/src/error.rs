//! What is invalid at a path.

use std::fmt;

use crate::path::PropertyPath;

/// One invalid property: where, and what was expected and given. The engine puts its own frame around both.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PropertyError {
    /// Where it is.
    pub path: PropertyPath,
    /// Lower case, no final stop, user's names in backticks, never a secret's value.
    pub reason: String,
    /// Whether what the path leads to is a secret, or holds one. The engine prints the value that it finds at the text of a
    /// path, so the text of this one gets a mark behind which nothing is found.
    pub sensitive: bool,
}

/// The mark behind the path of what is sensitive.
const SENSITIVE: &str = " (secret)";

impl PropertyError {
    /// An error at a path whose value may be shown.
    pub fn new(path: impl Into<PropertyPath>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into(), sensitive: false }
    }

    /// The same error, of something that is sensitive where `sensitive` says so.
    #[must_use]
    pub fn sensitive_if(mut self, sensitive: bool) -> Self {
        self.sensitive |= sensitive;
        self
    }

    /// The same error, one or more steps further out.
    #[must_use]
    pub fn under(mut self, outer: impl Into<PropertyPath>) -> Self {
        self.path = outer.into().join(self.path);
        self
    }

    /// The text of the path, marked where it is sensitive.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}{}", self.path, if self.sensitive { SENSITIVE } else { "" })
    }
}

impl fmt::Display for PropertyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place();
        if place.is_empty() { formatter.write_str(&self.reason) } else { write!(formatter, "{place}: {}", self.reason) }
    }
}

impl std::error::Error for PropertyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_its_path_and_marks_what_is_sensitive() {
        let error = PropertyError::new("id", "expected a number").under(("list", 1));
        assert_eq!(error.to_string(), "list[1].id: expected a number");
        assert_eq!(error.sensitive_if(true).to_string(), "list[1].id (secret): expected a number");
        assert_eq!(PropertyError::new("", "expected an object").to_string(), "expected an object");
    }

    #[test]
    fn a_sensitive_error_stays_so_further_out() {
        let error = PropertyError::new("", "expected a number").sensitive_if(true).sensitive_if(false).under("n");
        assert_eq!((error.place().as_str(), error.sensitive), ("n (secret)", true));
    }
}
