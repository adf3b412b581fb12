//! When changes may be made: windows such as `Mon-Fri 08:00-16:00 UTC`.

use thiserror::Error;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const EXPECTED: &str = "expected days and hours in UTC, such as `Mon-Fri 08:00-16:00 UTC` or `Sat,Sun 00:00-24:00 UTC`";
const DAY_SECONDS: u64 = 86_400;

/// Hours of some days of the week, in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Whether it is open on each day, Monday first.
    days: [bool; 7],
    /// Minutes of the day: the first one, and the first one after it.
    minutes: (u64, u64),
}

/// Why a string is no window.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidWindow {
    /// It has another form.
    #[error("`{0}` is no window; {EXPECTED}")]
    Form(String),
    /// It ends when it begins, or before.
    #[error("`{0}` never opens: it must end after it begins; for a window over midnight, write two")]
    NeverOpens(String),
}

impl Window {
    /// Reads a window.
    ///
    /// # Errors
    /// When the string has another form, or the window never opens.
    pub fn parse(text: &str) -> Result<Self, InvalidWindow> {
        let form = || InvalidWindow::Form(text.to_owned());
        let [days, hours, "UTC"] = *text.split_whitespace().collect::<Vec<_>>() else { return Err(form()) };
        let days = read_days(days).ok_or_else(form)?;
        let (from, to) = hours.split_once('-').ok_or_else(form)?;
        let minutes = (minute(from).ok_or_else(form)?, minute(to).ok_or_else(form)?);
        if minutes.0 >= minutes.1 {
            return Err(InvalidWindow::NeverOpens(text.to_owned()));
        }
        Ok(Self { days, minutes })
    }

    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self, unix_seconds: u64) -> bool {
        // 1 January 1970 was a Thursday.
        let day = usize::try_from((unix_seconds / DAY_SECONDS + 3) % 7).unwrap_or(0);
        let minute = unix_seconds % DAY_SECONDS / 60;
        self.days.get(day).copied().unwrap_or(false) && (self.minutes.0..self.minutes.1).contains(&minute)
    }
}

/// Whether changes may be made: always where there are no windows, never while one of them is invalid.
///
/// # Errors
/// Names the invalid window.
pub fn is_open(windows: &[String], unix_seconds: u64) -> Result<bool, InvalidWindow> {
    let windows = windows.iter().map(|text| Window::parse(text)).collect::<Result<Vec<_>, _>>()?;
    Ok(windows.is_empty() || windows.iter().any(|window| window.is_open(unix_seconds)))
}

fn read_days(text: &str) -> Option<[bool; 7]> {
    let number = |day: &str| DAYS.iter().position(|known| *known == day);
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (number(first)?, number(last)?);
        // `Sat-Mon` goes over the end of the week.
        let count = (last + 7 - first) % 7;
        for offset in 0..=count {
            *days.get_mut((first + offset) % 7)? = true;
        }
    }
    Some(days)
}

/// `hh:mm`, up to `24:00`.
fn minute(text: &str) -> Option<u64> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (u64, u64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= 24 * 60).then_some(all)
}

#[cfg(test)]
mod tests {
    use compliance_types::time::Timestamp;

    use super::*;

    fn at(time: &str) -> u64 {
        Timestamp::parse(time).unwrap().unix_seconds()
    }

    #[test]
    fn window_is_open_on_its_days_from_its_first_minute_until_its_last() {
        let window = Window::parse("Mon-Fri 08:00-16:00 UTC").unwrap();
        // 30 November 2026 is a Monday.
        for (time, open) in [
            ("2026-11-30T07:59:59Z", false),
            ("2026-11-30T08:00:00Z", true),
            ("2026-11-30T15:59:59Z", true),
            ("2026-11-30T16:00:00Z", false),
            ("2026-12-04T12:00:00Z", true),
            ("2026-12-05T12:00:00Z", false),
            ("2026-12-06T12:00:00Z", false),
        ] {
            assert_eq!(window.is_open(at(time)), open, "{time}");
        }
        let weekend = Window::parse("Sat-Mon 00:00-24:00 UTC").unwrap();
        assert!(weekend.is_open(at("2026-11-29T23:59:59Z")) && weekend.is_open(at("2026-11-30T00:00:00Z")));
        assert!(!weekend.is_open(at("2026-12-01T00:00:00Z")));
        assert!(Window::parse("Mon,Wed 08:00-09:00 UTC").unwrap().is_open(at("2026-12-02T08:30:00Z")));
    }

    #[test]
    fn invalid_window_is_rejected_and_never_open() {
        for text in [
            "",
            "Mon-Fri",
            "Mon-Fri 08:00-16:00",
            "Mon-Fri 8:00-16:00 UTC",
            "Mo 08:00-16:00 UTC",
            "Mon 08:00-24:01 UTC",
            "Mon 08:60-09:00 UTC",
            "Mon 08:00-16:00 CET",
            "Mon- 08:00-16:00 UTC",
        ] {
            assert!(matches!(Window::parse(text), Err(InvalidWindow::Form(_))), "{text}");
        }
        for text in ["Mon 08:00-08:00 UTC", "Mon 22:00-06:00 UTC"] {
            assert!(matches!(Window::parse(text), Err(InvalidWindow::NeverOpens(_))), "{text}");
            assert!(is_open(&[text.to_owned()], 0).is_err());
        }
        assert_eq!(is_open(&[], 0), Ok(true));
    }
}
