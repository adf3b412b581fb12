//! A moment in UTC, as AWS wrote it.
//!
//! The calendar is `jiff`'s: a date that does not exist, such as 31 February, is refused. The text is retained as it was
//! written, because object keys and stored records are made of it.

use std::time::Duration;

use jiff::{SignedDuration, civil::DateTime};
use serde::{Deserialize, Serialize};
use thiserror::Error;

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
const UTC: [&str; 2] = ["Z", "+00:00"];

/// `yyyy-mm-ddThh:mm:ss`, an optional fraction of a second, then `Z` or `+00:00` (RFC 3339, UTC alone): the form of the
/// `time` of an EventBridge event and of the `timestamp` of a Lambda destination's event. Ordered by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp {
    // INVARIANT: the moment that `text` says; first, so that the order is that of time.
    moment: DateTime,
    text: String,
}

/// Why a string is not a timestamp.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
#[error("`{0}` is no time: expected `yyyy-mm-ddThh:mm:ssZ` in UTC")]
pub struct InvalidTimestamp(String);

impl Timestamp {
    /// Reads a timestamp.
    ///
    /// # Errors
    /// When the string has another form, names a date or time that does not exist, or has another offset than UTC.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        let moment = moment(text).ok_or_else(|| InvalidTimestamp(text.to_owned()))?;
        Ok(Self { moment, text: text.to_owned() })
    }

    /// The moment that many seconds after the start of 1970 in UTC, leap seconds not counted; at most the last second of
    /// the year 9999.
    #[must_use]
    pub fn from_unix_seconds(seconds: u64) -> Self {
        let last = DateTime::MAX.duration_since(EPOCH).as_secs();
        let seconds = i64::try_from(seconds).map_or(last, |seconds| seconds.min(last));
        let moment = EPOCH.saturating_add(SignedDuration::from_secs(seconds));
        Self { moment, text: format!("{moment}Z") }
    }

    /// The text as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The day, `yyyy-mm-dd`.
    #[must_use]
    pub fn date(&self) -> &str {
        self.text.split('T').next().unwrap_or_default()
    }

    /// Milliseconds since the start of 1970 in UTC, leap seconds not counted, rounded down. 0 before 1970.
    #[must_use]
    pub fn unix_millis(&self) -> u64 {
        u64::try_from(self.moment.duration_since(EPOCH).as_millis()).unwrap_or(0)
    }

    /// Seconds since the start of 1970 in UTC, leap seconds not counted, rounded down. 0 before 1970.
    #[must_use]
    pub fn unix_seconds(&self) -> u64 {
        u64::try_from(self.moment.duration_since(EPOCH).as_secs()).unwrap_or(0)
    }

    /// [`Self::unix_seconds`] that many days later, as the time to live of a table's item is written.
    #[must_use]
    pub fn unix_seconds_after_days(&self, days: u64) -> u64 {
        self.unix_seconds().saturating_add(days.saturating_mul(86_400))
    }

    /// The time that has passed since `earlier`; zero where that is later.
    #[must_use]
    pub fn duration_since(&self, earlier: &Self) -> Duration {
        self.moment.duration_since(earlier.moment).try_into().unwrap_or_default()
    }

    /// Whole days between the date of `earlier` and this one; zero where that is later.
    #[must_use]
    pub fn days_since(&self, earlier: &Self) -> u64 {
        let between = self.moment.date().duration_since(earlier.moment.date());
        u64::try_from(between.as_hours() / 24).unwrap_or(0)
    }

    /// The moment without `-` and `:`, for an object key: `20260304T050607Z`. Sorts by time, to the second.
    #[must_use]
    pub fn compact(&self) -> String {
        let moment = without_offset(&self.text).unwrap_or(&self.text);
        let digits: String = moment.chars().filter(|character| !matches!(character, '-' | ':')).collect();
        format!("{digits}Z")
    }
}

impl TryFrom<String> for Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Timestamp> for String {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.text
    }
}

fn without_offset(text: &str) -> Option<&str> {
    UTC.into_iter().find_map(|offset| text.strip_suffix(offset))
}

/// The moment of a text of exactly the documented form: `jiff` reads others, too, whose texts would not sort.
fn moment(text: &str) -> Option<DateTime> {
    let moment = without_offset(text)?;
    let (whole, fraction) = moment.split_once('.').map_or((moment, None), |(whole, fraction)| (whole, Some(fraction)));
    let shape: String = whole.chars().map(|each| if each.is_ascii_digit() { '0' } else { each }).collect();
    let is_fraction =
        |digits: &str| (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_formed = shape == "0000-00-00T00:00:00" && fraction.is_none_or(is_fraction);
    if is_formed { moment.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn eventbridge_and_lambda_times_are_read() {
        for (text, compact) in [
            ("2026-03-04T05:06:07Z", "20260304T050607Z"),
            ("2026-03-04T05:06:07.123Z", "20260304T050607.123Z"),
            ("2026-03-04T05:06:07.120Z", "20260304T050607.120Z"),
            ("2026-03-04T05:06:07+00:00", "20260304T050607Z"),
        ] {
            let time = at(text);
            assert_eq!((time.as_str(), time.date(), time.compact().as_str()), (text, "2026-03-04", compact));
            assert_eq!(serde_json::to_value(&time).unwrap(), text);
        }
    }

    #[test]
    fn a_fraction_counts_to_the_millisecond() {
        for (fraction, millis) in [("", 0), (".1", 100), (".123", 123), (".123999", 123), (".004", 4)] {
            let time = at(&format!("1970-01-02T00:00:01{fraction}Z"));
            assert_eq!((time.unix_millis(), time.unix_seconds()), (86_401_000 + millis, 86_401));
        }
        assert_eq!(at("0001-01-01T00:00:00Z").unix_millis(), 0);
    }

    #[test]
    fn other_forms_are_refused_and_named() {
        for text in [
            "",
            "2026-03-04",
            "2026-03-04T05:06:07",
            "2026-03-04 05:06:07Z",
            "2026-03-04T05:06Z",
            "2026-13-04T05:06:07Z",
            "2026-03-04T24:00:00Z",
            "2026-03-04T05:06:07.Z",
            "2026-03-04T05:06:07.1234567890Z",
            "2026-03-04T05:06:07+01:00",
            "2026-03-04T05:06:07Z[UTC]",
            "+2026-03-04T05:06:07Z",
            "2026/03/04T05:06:07Z",
            "２026-03-04T05:06:07Z",
        ] {
            assert_eq!(Timestamp::parse(text).unwrap_err(), InvalidTimestamp(text.to_owned()));
        }
    }

    #[test]
    fn a_date_that_does_not_exist_is_refused() {
        for date in ["2026-02-31", "2026-02-29", "2026-04-31", "2100-02-29", "2026-01-00", "2026-00-01"] {
            assert!(Timestamp::parse(&format!("{date}T00:00:00Z")).is_err(), "{date}");
        }
        assert!(Timestamp::parse("2028-02-29T00:00:00Z").is_ok());
    }

    #[test]
    fn unix_seconds_become_a_date() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_772_600_767, "2026-03-04T05:06:07Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (u64::MAX, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Timestamp::from_unix_seconds(seconds).as_str(), text);
        }
    }

    #[test]
    fn days_are_those_of_the_calendar_and_durations_those_of_the_clock() {
        let (late, early) = (at("2028-03-01T00:10:00Z"), at("2028-02-28T23:50:00Z"));
        assert_eq!((late.days_since(&early), late.duration_since(&early)), (2, Duration::from_mins(24 * 60 + 20)));
        assert_eq!((early.days_since(&late), early.duration_since(&late)), (0, Duration::ZERO));
    }

    #[test]
    fn the_order_is_that_of_time_whatever_the_text() {
        let ordered =
            ["2026-03-04T05:06:07+00:00", "2026-03-04T05:06:07.05Z", "2026-03-04T05:06:07.1Z", "2026-03-04T05:06:08Z"];
        assert!(ordered.map(at).is_sorted());
    }

    proptest! {
        #[test]
        fn every_second_is_a_timestamp_and_later_ones_sort_after(seconds in 0..300_000_000_000_u64) {
            let time = Timestamp::from_unix_seconds(seconds);
            prop_assert_eq!(at(time.as_str()), time.clone());
            prop_assert_eq!(time.unix_millis(), seconds.min(253_402_300_799) * 1_000);
            let next = Timestamp::from_unix_seconds(seconds + 1);
            prop_assert!(time <= next && time.compact() <= next.compact());
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = Timestamp::parse(&text);
        }

        #[test]
        fn no_text_of_the_form_panics(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,10})?Z") {
            if let Ok(time) = Timestamp::parse(&text) {
                let _ = (time.unix_millis(), time.compact(), time.days_since(&Timestamp::from_unix_seconds(0)));
            }
        }
    }
}
