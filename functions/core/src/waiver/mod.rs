//! Waivers: findings that somebody accepts for a time.
//!
//! A waiver has an owner, a reason and an end date. While it is in force its findings leave score, notices, metrics and
//! alarms, and the report lists them apart. One that is over, or that does not keep to the bounds, is not in force, and the
//! report says so: a finding is never left out silently.

mod definition;
mod standing;

pub use definition::{Subject, Waiver};
pub use standing::{Defect, MAX_DAYS, NOTICE_DAYS, Standing};

/// The waivers of a deployment on one day.
#[derive(Debug, Clone, Default)]
pub struct Waivers {
    all: Vec<(Waiver, Standing)>,
}

impl Waivers {
    /// `waivers` on `day`, `yyyy-mm-dd` in UTC, of which none may end later than `max_days` after it.
    #[must_use]
    pub fn on(waivers: &[Waiver], day: &str, max_days: u32) -> Self {
        Self { all: waivers.iter().map(|waiver| (waiver.clone(), waiver.standing(day, max_days))).collect() }
    }

    /// Each of them in the order given, and how it stands.
    #[must_use]
    pub fn all(&self) -> &[(Waiver, Standing)] {
        &self.all
    }

    /// The first one in force that matches a finding: its place in [`Self::all`].
    #[must_use]
    pub fn of(&self, subject: &Subject<'_>) -> Option<usize> {
        self.all.iter().position(|(waiver, standing)| standing.is_in_force() && waiver.matches(subject))
    }

    /// Whether one in force asks for names, ARNs or tags of resources.
    #[must_use]
    pub fn need_details(&self) -> bool {
        self.all.iter().any(|(waiver, standing)| standing.is_in_force() && waiver.needs_details())
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

#[cfg(test)]
mod tests;
