//! What can go wrong, and in whose words it is said.

use std::fmt;
use std::sync::Arc;

/// How long the text of an error gets, in bytes: it travels in the headers of an answer, which hold little.
pub(crate) const TEXT_BYTES: usize = 4096;

/// Why an eventual value never came.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    /// It failed itself: a registration or a closure.
    #[error("{0}")]
    Failed(Arc<str>),
    /// Something that it needs failed, and said so itself.
    #[error("skipped, because something it needs failed")]
    Skipped,
    /// The engine is ending the run.
    #[error("the run was cancelled")]
    Cancelled,
}

impl Failure {
    /// A failure with its reason.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::Failed(reason.into().into())
    }
}

/// One wrong input: where, and what was expected and given. The engine puts its own frame around both.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PropertyError {
    /// The property path, as users write it: `rules.managed[0].identifier`.
    pub path: String,
    /// Lower case, no final stop, user's names in backticks, never a secret's value.
    pub reason: String,
}

impl PropertyError {
    /// An error at `path`.
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }

    /// The same error one level further out.
    #[must_use]
    pub fn under(mut self, parent: &str) -> Self {
        self.path = join_path(parent, &self.path);
        self
    }
}

impl fmt::Display for PropertyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            formatter.write_str(&self.reason)
        } else {
            write!(formatter, "{}: {}", self.path, self.reason)
        }
    }
}

impl std::error::Error for PropertyError {}

impl serde::de::Error for PropertyError {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::new("", reason.to_string())
    }
}

/// Joins two parts of a property path; an index, a quoted key or a remark takes no dot.
pub(crate) fn join_path(parent: &str, rest: &str) -> String {
    match (parent.is_empty(), rest.is_empty()) {
        (true, _) => rest.to_owned(),
        (_, true) => parent.to_owned(),
        _ if rest.starts_with(['[', ' ']) => format!("{parent}{rest}"),
        _ => format!("{parent}.{rest}"),
    }
}

/// A member's name as a part of a property path, quoted where it is no plain word.
pub(crate) fn path_member(name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if plain { name.to_owned() } else { format!("[{}]", serde_json::Value::from(name)) }
}

/// Why a component could not be constructed.
#[derive(Debug, thiserror::Error)]
pub enum ConstructError {
    /// The user's inputs are wrong; all of them are listed.
    #[error("{}", list(.0))]
    InvalidInputs(Vec<PropertyError>),
    /// The engine or a provider refused a resource, or a closure failed; the text is whole.
    #[error("{0}")]
    Failed(String),
    /// The engine is ending the run because something else failed.
    #[error("the run was cancelled")]
    Cancelled,
    /// A bug of ours.
    #[error("internal error: {0}; please report it to the authors of this package")]
    Internal(String),
}

impl From<Failure> for ConstructError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Cancelled => Self::Cancelled,
            failure => Self::Failed(failure.to_string()),
        }
    }
}

fn list(errors: &[PropertyError]) -> String {
    let noun =
        if errors.len() == 1 { "1 input is wrong".to_owned() } else { format!("{} inputs are wrong", errors.len()) };
    errors.iter().fold(noun, |text, error| format!("{text}\n  - {error}"))
}
