//! Reads until a deadline, and parts of which something could not be read.

use std::time::Duration;

use tokio::time::Instant;

use super::failure::Failure;
use crate::look::{Part, Unread};

/// The moment when the look ends.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    pub fn new(allowed: Duration) -> Self {
        Self(Instant::now() + allowed)
    }

    pub async fn bound<T>(self, what: &str, reading: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::time::timeout_at(self.0, reading).await.map_err(|_| Failure::timed_out(what))
    }
}

/// A part that was read, and what of it was not.
#[derive(Debug)]
pub struct Read<T> {
    pub value: Option<T>,
    pub unread: Vec<Unread>,
}

impl<T> Read<T> {
    pub fn all(value: T) -> Self {
        Self { value: Some(value), unread: Vec::new() }
    }

    pub fn nothing(part: Part, failure: &Failure) -> Self {
        Self { value: None, unread: vec![failure.unread(part)] }
    }

    pub fn of(part: Part, result: Result<T, Failure>) -> Self {
        match result {
            Ok(value) => Self::all(value),
            Err(failure) => Self::nothing(part, &failure),
        }
    }

    pub fn found(self, unread: &mut Vec<Unread>) -> Option<T> {
        unread.extend(self.unread);
        self.value
    }
}
