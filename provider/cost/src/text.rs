//! Numbers and ranges in words.

use crate::range::Range;

/// A number with at most two digits that matter below 10, and with separators above 1,000.
pub(crate) fn number(value: f64) -> String {
    if value != 0.0 && value < 0.01 {
        return "less than 0.01".to_owned();
    }
    if value < 10.0 {
        let text = format!("{value:.2}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A range: the expected value, and in parentheses low and high.
pub(crate) fn of(range: Range) -> String {
    if range.is_exact() {
        return number(range.expected);
    }
    format!("{} ({}-{})", number(range.expected), bound(range.low), bound(range.high))
}

/// A bound of a range.
fn bound(value: f64) -> String {
    if value < 0.01 { "0".to_owned() } else { number(value) }
}

/// A range with what it counts, in the plural where it is not one.
pub(crate) fn counted(range: Range, one: &str) -> String {
    let many = if range.is_exact() && range.expected == 1.0 { one.to_owned() } else { plural(one) };
    format!("{} {many}", of(range))
}

fn plural(one: &str) -> String {
    let (head, rest) =
        one.split_once(" of ").map_or((one, String::new()), |(head, rest)| (head, format!(" of {rest}")));
    let plural = match head.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if head.ends_with('s') => format!("{head}es"),
        None => format!("{head}s"),
    };
    plural + &rest
}

/// An amount in USD for a summary: whole dollars from 10 on, else one decimal.
pub(crate) fn amount(usd: f64) -> String {
    if usd >= 9.95 { number(usd.round()) } else { format!("{usd:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let texts = [0.0, 0.002, 0.2, 1.0, 1.25, 9.999, 12.4, 999.6, 1_234_567.0].map(number);
        assert_eq!(texts, ["0", "less than 0.01", "0.2", "1", "1.25", "10", "12", "1,000", "1,234,567"]);
    }

    #[test]
    fn ranges_name_their_bounds() {
        assert_eq!(of(Range::new(0.001, 2.0, 30.0)), "2 (0-30)");
        assert_eq!(of(Range::exact(4.0)), "4");
    }

    #[test]
    fn counts_have_a_plural() {
        assert_eq!(counted(Range::exact(1.0), "query"), "1 query");
        assert_eq!(counted(Range::exact(2.0), "query"), "2 queries");
        assert_eq!(counted(Range::exact(2.0), "change of compliance"), "2 changes of compliance");
        assert_eq!(counted(Range::exact(0.0), "address"), "0 addresses");
        assert_eq!(counted(Range::new(0.0, 1.0, 2.0), "rule"), "1 (0-2) rules");
    }

    #[test]
    fn amounts_are_rounded() {
        assert_eq!([0.04, 2.44, 9.94, 9.96, 1234.5].map(amount), ["0.0", "2.4", "9.9", "10", "1,235"]);
    }
}
