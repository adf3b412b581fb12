//! What can go wrong, and in whose words it is said.

use std::fmt;
use std::sync::Arc;

use property_path::PropertyError;

/// How long the text of an error gets, in bytes: it travels in the headers of an answer, which hold little.
pub(crate) const TEXT_BYTES: usize = 4096;

/// Why an eventual value never came.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    /// It failed itself: a registration or a closure.
    #[error("{0}")]
    Failed(Reason),
    /// Something that it needs failed, and said so itself.
    #[error("skipped, because something it needs failed")]
    Skipped,
    /// The engine is ending the run.
    #[error("the run was cancelled")]
    Cancelled,
}

/// Why something failed, and where that was noticed first.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    place: Option<Arc<str>>,
    text: Arc<str>,
    /// Whether the text names what failed.
    named: bool,
}

impl Reason {
    /// The reason without its place: a closure that several children need fails once.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(formatter, "{place}: {}", self.text),
            None => formatter.write_str(&self.text),
        }
    }
}

impl Failure {
    /// A failure with its reason.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::Failed(Reason { place: None, text: reason.into().into(), named: true })
    }

    /// A failure of a closure, whose reason does not say where it is.
    pub(crate) fn of_closure(reason: impl Into<String>) -> Self {
        Self::Failed(Reason { place: None, text: reason.into().into(), named: false })
    }

    /// The same failure of a closure, at the property that needed its value.
    pub(crate) fn within(self, place: String) -> Self {
        match self {
            Self::Failed(Reason { place: None, text, named: false }) => {
                Self::Failed(Reason { place: Some(place.into()), text, named: true })
            }
            other => other,
        }
    }
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
