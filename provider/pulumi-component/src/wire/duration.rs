//! Durations as Go writes them: `1h30m0s`.

use std::time::Duration;

use super::DecodeError;

/// Units with their nanoseconds; those whose name begins another's come after it.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// The duration as Go writes it, so that what the engine says goes back as it came; empty for none.
pub(super) fn encode(duration: Option<Duration>) -> String {
    let Some(duration) = duration else { return String::new() };
    let (whole, nanos) = (duration.as_secs(), duration.subsec_nanos());
    match (whole, nanos) {
        (0, 1..1_000) => return format!("{nanos}ns"),
        (0, 1_000..1_000_000) => return format!("{}µs", decimal(u64::from(nanos / 1_000), nanos % 1_000, 3)),
        (0, 1_000_000..) => return format!("{}ms", decimal(u64::from(nanos / 1_000_000), nanos % 1_000_000, 6)),
        _ => {}
    }
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, decimal(whole % 60, nanos, 9));
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}

/// A number with a fraction of so many digits, without zeros at its end.
fn decimal(whole: u64, fraction: u32, digits: usize) -> String {
    let text = format!("{whole}.{fraction:0digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Reads a duration; an empty text is none.
pub(super) fn decode(text: &str) -> Result<Option<Duration>, DecodeError> {
    if text.is_empty() {
        return Ok(None);
    }
    let duration = if text == "0" { Some(Duration::ZERO) } else { parts(text) };
    let wrong = || DecodeError::new(format!("`{text}` is no duration such as `1h30m`"));
    duration.ok_or_else(wrong).map(Some)
}

fn parts(text: &str) -> Option<Duration> {
    let (mut rest, mut total) = (text, Duration::ZERO);
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, after) = rest.split_at_checked(digits)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let (unit, nanos) = UNITS.into_iter().find(|(unit, _)| after.starts_with(unit))?;
        let whole: u64 = if whole.is_empty() && !fraction.is_empty() { 0 } else { whole.parse().ok()? };
        let mut scale = nanos;
        let mut nanoseconds = u128::from(whole).checked_mul(nanos.into())?;
        for digit in fraction.chars() {
            scale /= 10;
            nanoseconds = nanoseconds.checked_add(u128::from(digit.to_digit(10)?) * u128::from(scale))?;
        }
        total = total.checked_add(Duration::from_nanos(u64::try_from(nanoseconds).ok()?))?;
        rest = after.strip_prefix(unit)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        for (text, seconds, again) in [
            ("1h30m0s", 5400.0, "1h30m0s"),
            ("90m", 5400.0, "1h30m0s"),
            ("1.5h", 5400.0, "1h30m0s"),
            ("2m30.5s", 150.5, "2m30.5s"),
            ("250ms", 0.25, "250ms"),
            ("3µs", 0.000_003, "3µs"),
            (".5s", 0.5, "500ms"),
            ("1.5ms", 0.0015, "1.5ms"),
            ("7ns", 0.000_000_007, "7ns"),
            ("10s", 10.0, "10s"),
            ("0s", 0.0, "0s"),
            ("0", 0.0, "0s"),
        ] {
            let read = decode(text).expect("it is one");
            assert_eq!(read, Some(Duration::from_secs_f64(seconds)), "{text}");
            assert_eq!(encode(read), again);
            assert_eq!(decode(again).expect("it is one"), read);
        }
        assert_eq!((decode("").expect("it is none"), encode(None)), (None, String::new()));
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["1", "h", "1x", "1h30", "-1h", "1h ", "1.2.3s", ".s", "99999999999999999999h"] {
            assert!(decode(text).is_err(), "{text}");
        }
    }
}
