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

/// Why a component, a method, a function or a closure failed.
///
/// Any error becomes one by `?`, and a text by `into()`. It is no `std::error::Error` itself, because then it could not be made
/// of any.
///
/// ```
/// # use pulumi_component::Error;
/// fn port(text: &str) -> Result<u16, Error> {
///     if text.is_empty() {
///         return Err("expected a port".into());
///     }
///     Ok(text.parse()?)
/// }
/// assert_eq!(port("").unwrap_err().to_string(), "expected a port");
/// assert_eq!(port("x").unwrap_err().to_string(), "invalid digit found in string");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The user's inputs are wrong; all of them are listed.
    InvalidInputs(Vec<PropertyError>),
    /// The engine or a provider refused a resource, or something else failed; the text is whole.
    Failed(String),
    /// The engine is ending the run because something else failed.
    Cancelled,
    /// A bug of the package.
    Internal(String),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidInputs(errors) => formatter.write_str(&list(errors)),
            Self::Failed(reason) => formatter.write_str(reason),
            Self::Cancelled => formatter.write_str("the run was cancelled"),
            Self::Internal(reason) => {
                write!(formatter, "internal error: {reason}; please report it to the authors of this package")
            }
        }
    }
}

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Error {
    fn from(error: E) -> Self {
        let error = error.into();
        let error = match error.downcast::<PropertyError>() {
            Ok(problem) => return Self::InvalidInputs(vec![*problem]),
            Err(error) => error,
        };
        match error.downcast::<Failure>() {
            Ok(failure) if *failure == Failure::Cancelled => Self::Cancelled,
            Ok(failure) => Self::Failed(failure.to_string()),
            Err(error) => Self::Failed(chain(&*error)),
        }
    }
}

/// An error with the errors that caused it, each once.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// What a closure returns: a value, or a result with any error.
#[diagnostic::on_unimplemented(
    message = "a closure cannot return `{Self}` here",
    note = "it returns `{T}`, or a `Result` of it whose error is a text, an `Error` or any `std::error::Error`"
)]
pub trait Outcome<T> {
    /// The value or the reason.
    fn outcome(self) -> Result<T, Error>;
}

impl<T> Outcome<T> for T {
    fn outcome(self) -> Result<T, Error> {
        Ok(self)
    }
}

impl<T, E: Into<Error>> Outcome<T> for Result<T, E> {
    fn outcome(self) -> Result<T, Error> {
        self.map_err(Into::into)
    }
}

fn list(errors: &[PropertyError]) -> String {
    let noun =
        if errors.len() == 1 { "1 input is wrong".to_owned() } else { format!("{} inputs are wrong", errors.len()) };
    errors.iter().fold(noun, |text, error| format!("{text}\n  - {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_error_becomes_one_and_keeps_what_it_says() {
        #[derive(Debug, thiserror::Error)]
        #[error("the file cannot be read")]
        struct Unreadable(#[source] std::io::Error);

        let cause = std::io::Error::other("the disk is gone");
        assert_eq!(Error::from(Unreadable(cause)).to_string(), "the file cannot be read: the disk is gone");
        assert_eq!(Error::from("a text").to_string(), "a text");
        assert!(matches!(Error::from(Failure::Cancelled), Error::Cancelled));
        let problem = PropertyError::new("size", "too large");
        let Error::InvalidInputs(problems) = Error::from(problem.clone()) else { panic!("it is an invalid input") };
        assert_eq!(problems, [problem]);
        assert_eq!(Outcome::<u8>::outcome(Err::<u8, _>("no".to_owned())).unwrap_err().to_string(), "no");
    }
}
