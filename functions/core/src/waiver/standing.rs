//! How a waiver stands on a day: in force, over, or of no use.

use jiff::civil::Date;
use thiserror::Error;

use super::definition::Waiver;

/// Days ahead of which no waiver may end, where the deployment says nothing else.
pub const MAX_DAYS: u32 = 365;
/// Days before the end of a waiver on which a notice is sent.
pub const NOTICE_DAYS: [u32; 2] = [14, 3];

/// How a waiver stands on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is in force.
    InForce {
        /// Days until the last one; 0 on the last day.
        days_left: u32,
    },
    /// Its last day has passed.
    Expired,
    /// It does not keep to the bounds and is not in force.
    Invalid(Defect),
}

/// Why a waiver is never in force.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Defect {
    /// The end date is no date.
    #[error("`expires` is `{0}`, expected a date such as 2027-03-31")]
    Date(String),
    /// It ends too late.
    #[error("`expires` is {expires}, expected {latest} or earlier: {max_days} days ahead at most")]
    TooLong {
        /// Its end.
        expires: String,
        /// The latest end.
        latest: String,
        /// Days ahead at most.
        max_days: u32,
    },
    /// Nobody answers for it.
    #[error("`owner` is empty, expected who answers for the waiver")]
    Owner,
    /// Nothing says why.
    #[error("`reason` is empty, expected why the findings are accepted")]
    Reason,
    /// It would match every finding of an account or region.
    #[error("it selects no rule, framework, resource or tag, expected at least one of them")]
    Everything,
    /// A control without its framework.
    #[error("`control` is given without `framework`, expected the id of the framework that the control is of")]
    Control,
}

impl Standing {
    /// Whether it is in force.
    #[must_use]
    pub const fn is_in_force(&self) -> bool {
        matches!(self, Self::InForce { .. })
    }

    /// The last of [`NOTICE_DAYS`] that has come; `None` where none has, or where it is not in force.
    #[must_use]
    pub fn notice(&self) -> Option<u32> {
        let Self::InForce { days_left } = self else { return None };
        NOTICE_DAYS.into_iter().filter(|days| days_left <= days).min()
    }

    /// The state in one word, for files and lists.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::InForce { .. } => "in force",
            Self::Expired => "expired",
            Self::Invalid(_) => "invalid",
        }
    }
}

impl Waiver {
    /// How it stands on `day`, `yyyy-mm-dd` in UTC, where none may end later than `max_days` after it.
    #[must_use]
    pub fn standing(&self, day: &str, max_days: u32) -> Standing {
        match self.days_left(day, max_days) {
            Ok(Some(days_left)) => Standing::InForce { days_left },
            Ok(None) => Standing::Expired,
            Err(defect) => Standing::Invalid(defect),
        }
    }

    /// Days until its last day; `None` where that has passed.
    fn days_left(&self, day: &str, max_days: u32) -> Result<Option<u32>, Defect> {
        let invalid = || Defect::Date(self.expires.clone());
        let expires = date(&self.expires).ok_or_else(invalid)?;
        // A day of our own always is one.
        let today = date(day).ok_or_else(invalid)?;
        let left = expires.duration_since(today).as_hours() / 24;
        if left > i64::from(max_days) {
            let latest = today.saturating_add(jiff::SignedDuration::from_hours(i64::from(max_days) * 24)).to_string();
            return Err(Defect::TooLong { expires: self.expires.clone(), latest, max_days });
        }
        if self.owner.trim().is_empty() {
            return Err(Defect::Owner);
        }
        if self.reason.trim().is_empty() {
            return Err(Defect::Reason);
        }
        if self.control.is_some() && self.framework.is_none() {
            return Err(Defect::Control);
        }
        let selects =
            self.rule.is_some() || self.framework.is_some() || self.resource.is_some() || !self.tags.is_empty();
        if !selects {
            return Err(Defect::Everything);
        }
        Ok(u32::try_from(left).ok())
    }
}

/// A date of exactly the form `yyyy-mm-dd`: `jiff` reads others, too.
fn date(text: &str) -> Option<Date> {
    let shape: String = text.chars().map(|each| if each.is_ascii_digit() { '0' } else { each }).collect();
    if shape == "0000-00-00" { text.parse().ok() } else { None }
}
