//! A moment in UTC, as given by whoever told it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// `yyyy-mm-ddThh:mm:ss`, an optional fraction of a second, then `Z` or `+00:00` (RFC 3339, UTC alone): the form of the
/// `time` of an EventBridge event and of the `timestamp` of a Lambda destination's event. Kept as it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(String);

/// Why a text is no timestamp.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` is no time: expected `yyyy-mm-ddThh:mm:ssZ` in UTC")]
pub struct InvalidTimestamp(String);

impl Timestamp {
    /// Reads a timestamp.
    ///
    /// # Errors
    /// When the text has another form, a field out of its range, or another offset than UTC.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        if is_timestamp(text) { Ok(Self(text.to_owned())) } else { Err(InvalidTimestamp(text.to_owned())) }
    }

    /// The moment that many seconds after the start of 1970 in UTC, leap seconds not counted. The last moment it tells is
    /// the end of the year 9999.
    #[must_use]
    pub fn from_unix_seconds(seconds: u64) -> Self {
        const END_OF_9999: u64 = 253_402_300_799;
        let seconds = seconds.min(END_OF_9999);
        let (year, month, day) = civil_date(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
        Self(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
    }

    /// The text as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The day, `yyyy-mm-dd`.
    #[must_use]
    pub fn date(&self) -> &str {
        self.0.split('T').next().unwrap_or_default()
    }

    /// Milliseconds since the start of 1970 in UTC, leap seconds not counted; what is finer is left out. 0 before 1970.
    #[must_use]
    pub fn unix_millis(&self) -> u64 {
        let part = |from: usize| self.0.get(from..from + 2).and_then(|digits| digits.parse::<u64>().ok()).unwrap_or(0);
        let days = day_number(&self.0).unwrap_or(0).saturating_sub(DAYS_TO_1970);
        let seconds = days * 86_400 + part(11) * 3_600 + part(14) * 60 + part(17);
        let fraction = self.0.get(19..).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default();
        let digits = fraction.chars().take_while(char::is_ascii_digit).chain("000".chars()).take(3).collect::<String>();
        seconds * 1_000 + digits.parse::<u64>().unwrap_or(0)
    }

    /// The moment without `-` and `:`, for an object key: `20260304T050607Z`. Sorts by time.
    #[must_use]
    pub fn compact(&self) -> String {
        let moment = self.0.trim_end_matches("+00:00").trim_end_matches('Z');
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
        timestamp.0
    }
}

/// Year, month and day, that many days after 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
/// `civil_from_days`; years begin in March there, so that the leap day is the last).
const fn civil_date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + days / 146_097 * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// [`day_number`] of 1970-01-01.
const DAYS_TO_1970: u64 = 719_469;

/// The number of the day that `time` begins with (`yyyy-mm-dd`), on a scale of its own (Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", `days_from_civil`).
#[must_use]
pub fn day_number(time: &str) -> Option<u64> {
    let part = |from: usize, to: usize| time.get(from..to)?.parse::<u64>().ok();
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let year = if month <= 2 { year.checked_sub(1)? } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day;
    Some(year * 365 + year / 4 - year / 100 + year / 400 + day_of_year)
}

/// Fields by position and range; the month's own length is not asked for, because the day only names a folder.
fn is_timestamp(text: &str) -> bool {
    let Some(moment) = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00")) else { return false };
    let (whole, fraction) = moment.split_once('.').map_or((moment, None), |(whole, fraction)| (whole, Some(fraction)));
    let shape: String =
        whole.chars().map(|character| if character.is_ascii_digit() { '0' } else { character }).collect();
    let field = |from: usize, to: usize, low: u32, high: u32| {
        let value = whole.get(from..to).and_then(|digits| digits.parse::<u32>().ok());
        value.is_some_and(|value| (low..=high).contains(&value))
    };
    shape == "0000-00-00T00:00:00"
        && field(5, 7, 1, 12)
        && field(8, 10, 1, 31)
        && field(11, 13, 0, 23)
        && field(14, 16, 0, 59)
        && field(17, 19, 0, 60)
        && fraction
            .is_none_or(|digits| (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn eventbridge_and_lambda_times_are_read() {
        for (text, compact) in [
            ("2026-03-04T05:06:07Z", "20260304T050607Z"),
            ("2026-03-04T05:06:07.123Z", "20260304T050607.123Z"),
            ("2026-03-04T05:06:07+00:00", "20260304T050607Z"),
        ] {
            let time = Timestamp::parse(text).unwrap();
            assert_eq!((time.as_str(), time.date(), time.compact().as_str()), (text, "2026-03-04", compact));
        }
    }

    #[test]
    fn a_fraction_counts_to_the_millisecond() {
        for (fraction, millis) in [("", 0), (".1", 100), (".123", 123), (".123999", 123), (".004", 4)] {
            let time = Timestamp::parse(&format!("1970-01-02T00:00:01{fraction}Z")).unwrap();
            assert_eq!(time.unix_millis(), 86_401_000 + millis);
        }
        assert_eq!(Timestamp::parse("0001-01-01T00:00:00Z").unwrap().unix_millis(), 0);
    }

    #[test]
    fn other_forms_are_refused_and_named() {
        for text in [
            "",
            "2026-03-04",
            "2026-03-04T05:06:07",
            "2026-13-04T05:06:07Z",
            "2026-03-04T05:06:07+01:00",
            "2026/03/04T05:06:07Z",
            "２026-03-04T05:06:07Z",
        ] {
            assert_eq!(Timestamp::parse(text).unwrap_err(), InvalidTimestamp(text.to_owned()));
        }
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

    proptest! {
        #[test]
        fn every_second_is_a_timestamp_and_later_ones_sort_after(seconds in 0..300_000_000_000_u64) {
            let time = Timestamp::from_unix_seconds(seconds);
            prop_assert_eq!(Timestamp::parse(time.as_str()).unwrap(), time.clone());
            prop_assert_eq!(time.unix_millis(), seconds.min(253_402_300_799) * 1_000);
            prop_assert!(time.compact() <= Timestamp::from_unix_seconds(seconds + 1).compact());
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = Timestamp::parse(&text);
        }
    }
}
