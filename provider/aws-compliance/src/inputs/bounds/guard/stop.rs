//! Where and why reading a policy stops.

/// Where the text stops to be a policy.
#[derive(Debug)]
pub(super) struct Stop {
    pub at: usize,
    pub reason: String,
    /// The nearest right answer.
    pub nearest: Option<String>,
}

impl Stop {
    pub(super) fn new(at: usize, reason: impl Into<String>) -> Self {
        Self { at, reason: reason.into(), nearest: None }
    }
}

/// Whether the text continues as it should.
pub(super) type Parsed = Result<(), Stop>;
