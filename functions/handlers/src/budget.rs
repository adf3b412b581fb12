//! The time of an invocation.

use std::time::Duration;

use tokio::time::Instant;

use crate::invocation::Invocation;

/// The time of an invocation.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    began: Instant,
    whole: Duration,
}

impl Budget {
    /// Begins now.
    pub fn of(invocation: &Invocation) -> Self {
        let millis = invocation.deadline_unix_millis.saturating_sub(invocation.started_unix_millis);
        Self { began: Instant::now(), whole: Duration::from_millis(millis) }
    }

    /// Whether no more may be read: a third of the time is for writing what was read, which takes less of it.
    pub fn is_short(&self) -> bool {
        self.began.elapsed() * 3 >= self.whole * 2
    }
}
