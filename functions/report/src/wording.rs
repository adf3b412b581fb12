//! Times and numbers as people read them.

/// `2026-03-04T05:06:07Z` as `2026-03-04 05:06 UTC`.
pub(crate) fn when(time: &str) -> String {
    match (time.get(..10), time.get(11..16)) {
        (Some(date), Some(minute)) => format!("{date} {minute} UTC"),
        _ => time.to_owned(),
    }
}

pub(crate) fn day(time: &str) -> &str {
    time.get(..10).unwrap_or(time)
}

pub(crate) fn wide(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
