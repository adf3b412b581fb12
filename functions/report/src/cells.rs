//! Cells of CSV that a spreadsheet shows as they are.
//!
//! A spreadsheet runs a cell as a formula that begins with `=`, `+`, `-` or `@`, and names of resources and rules are chosen
//! by whoever creates them (OWASP, "CSV Injection"). It changes a cell that looks like a number and is none: it drops the zeros
//! of `012345678901`, the digits after the fifteenth, and takes `1e5` for 100000. Such cells get an apostrophe in front, which
//! keeps them strings. So does a cell that begins with an apostrophe itself: reading takes one away, and every string comes back
//! as it was. Where the list separator is a semicolon, as in much of Europe, a spreadsheet splits the lines of a file there, quotes or
//! not: what follows one is treated as a cell.

use std::borrow::Cow;

/// What keeps a cell a string.
const MARK: char = '\'';

/// Digits of a number that a spreadsheet retains (IEEE 754 doubles).
const DIGITS: usize = 15;

/// The other separator of lists.
const SEPARATOR: char = ';';

/// A cell that no spreadsheet runs or changes.
pub(crate) fn written(text: &str) -> Cow<'_, str> {
    let is_marked = |part: &str| part.starts_with(MARK) || runs(part);
    if !is_changed(text) && !text.split(SEPARATOR).any(is_marked) {
        return Cow::Borrowed(text);
    }
    let mut cell = String::with_capacity(text.len() + 1);
    for part in text.split_inclusive(SEPARATOR) {
        if is_marked(part) || is_changed(text) {
            cell.push(MARK);
        }
        cell.push_str(part);
    }
    Cow::Owned(cell)
}

/// The string that [`written`] made a cell of.
pub(crate) fn read(cell: &str) -> Cow<'_, str> {
    if !cell.contains(MARK) {
        return Cow::Borrowed(cell);
    }
    let parts = cell.split_inclusive(SEPARATOR);
    Cow::Owned(parts.map(|part| part.strip_prefix(MARK).unwrap_or(part)).collect())
}

/// A line that [`written`] made the cells of.
pub(crate) fn read_line(line: &mut csv::StringRecord) {
    if line.iter().any(|cell| cell.contains(MARK)) {
        *line = line.iter().map(read).collect::<Vec<_>>().into();
    }
}

/// Whether a spreadsheet may take a cell for more than a string. Some trim what is not seen, and some take characters of
/// full width for the ordinary ones.
fn runs(text: &str) -> bool {
    let unseen = |character: char| {
        character.is_whitespace() || character.is_control() || matches!(character, '\u{200b}'..='\u{200f}' | '\u{feff}')
    };
    let begins = text.trim_start_matches(unseen).chars().next();
    let formula = matches!(begins, Some('=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}'));
    formula || text.starts_with(['\t', '\r', '\n'])
}

/// Whether a spreadsheet takes an id for a number and shows another one.
fn is_changed(text: &str) -> bool {
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let leads_with_zero = |whole: &str| whole.len() > 1 && whole.starts_with('0');
    // Digits before and after the point; one of both may be missing.
    let decimal = |text: &str| {
        let (whole, part) = text.split_once('.')?;
        let digits = |text: &str| text.is_empty() || all_digits(text);
        let parts = (whole.len(), part.len());
        (digits(whole) && digits(part) && parts != (0, 0)).then(|| {
            parts.0 == 0
                || leads_with_zero(whole)
                || part.is_empty()
                || part.ends_with('0')
                || parts.0 + parts.1 > DIGITS
        })
    };
    let exponent = text.split_once(['e', 'E']).is_some_and(|(number, power)| {
        let number = all_digits(number) || decimal(number).is_some();
        number && all_digits(power.strip_prefix(['+', '-']).unwrap_or(power))
    });
    exponent || decimal(text) == Some(true) || (all_digits(text) && (text.len() > DIGITS || leads_with_zero(text)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_24_a_cell_that_would_run_gets_a_mark_and_others_stay() {
        for text in
            ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(1)", "\t=1", "\r", "\n", " =1", "\u{feff}=1", "＝1", "'x"]
        {
            assert_eq!(written(text), format!("'{text}"), "{text:?}");
        }
        for text in [
            "",
            "vol-1",
            "a=1",
            "112345678901",
            "0",
            "7",
            "123456789012345",
            "e5",
            "1e",
            "1ex",
            "0x1",
            "10.0.0.1",
            "AWS::EC2::Volume",
            "https://x.example/?a=+1",
            "日本",
        ] {
            assert_eq!(written(text), text);
        }
    }

    #[test]
    fn case_24_what_would_run_after_a_semicolon_gets_a_mark_there() {
        for (text, cell) in [
            ("x;=cmd|' /C calc'!A0", "x;'=cmd|' /C calc'!A0"),
            ("x; +1;y", "x;' +1;y"),
            ("=1;@2", "'=1;'@2"),
            ("x;'y", "x;''y"),
            ("a;b;", "a;b;"),
            (";=1", ";'=1"),
        ] {
            assert_eq!((written(text).as_ref(), read(cell).as_ref()), (cell, text));
        }
    }

    #[test]
    fn case_24_ids_that_look_like_numbers_keep_their_zeros_and_digits() {
        for text in
            ["012345678901", "000000000000", "00", "1234567890123456", "1e5", "12E10", "1.5e3", "0e0", "1e+5", "1E-5"]
        {
            assert_eq!(written(text), format!("'{text}"), "{text}");
            assert_eq!(read(&written(text)), text);
        }
    }

    proptest! {
        #[test]
        fn case_24_every_string_is_harmless_and_comes_back(
            text in prop_oneof![
                any::<String>(), "[='+@\\-\t\r\n ＝;]{0,4}.{0,8}", "[='x;]{0,8}", "[0-9]{1,20}([eE][0-9]{1,3})?",
            ],
        ) {
            let cell = written(&text);
            prop_assert!(!cell.split(SEPARATOR).any(runs) && !is_changed(&cell), "{cell:?}");
            prop_assert_eq!(read(&cell), text.as_str());
        }

        #[test]
        fn case_24_a_file_of_any_strings_reads_back(
            lines in proptest::collection::vec(proptest::array::uniform3("[='+@\\-\t\r\n\",;x]{0,6}"), 1..8),
        ) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for line in &lines {
                writer.write_record(line.iter().map(|text| written(text).into_owned())).unwrap();
            }
            let file = writer.into_inner().unwrap();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&*file);
            for (record, line) in reader.records().zip(&lines) {
                let mut record = record.unwrap();
                read_line(&mut record);
                prop_assert_eq!(record.iter().collect::<Vec<_>>(), line.iter().map(String::as_str).collect::<Vec<_>>());
            }
        }
    }
}
