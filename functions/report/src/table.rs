//! Tables of the page, cut at a number of bytes.

use askama::Template;

/// A column: its heading, and whether it holds numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column(pub &'static str, pub bool);

/// A cell of a row.
#[derive(Debug, Default)]
pub(crate) struct Cell {
    /// What is read. Escaped when it is rendered.
    pub text: String,
    /// What is read under it, smaller.
    pub note: String,
    /// What the column is sorted by, where not by the text.
    pub sort: Option<u64>,
    /// Style class.
    pub class: &'static str,
    /// Address that the text links to, where it does.
    pub link: String,
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub(crate) fn noted(text: impl Into<String>, note: impl Into<String>) -> Self {
        Self { text: text.into(), note: note.into(), ..Self::default() }
    }

    pub(crate) fn class(text: impl Into<String>, class: &'static str) -> Self {
        Self { text: text.into(), class, ..Self::default() }
    }

    /// The same with a link.
    pub(crate) fn linked(self, link: &str) -> Self {
        Self { link: link.to_owned(), ..self }
    }

    pub(crate) fn number(number: u64) -> Self {
        Self { text: grouped(number), sort: Some(number), class: "n", ..Self::default() }
    }

    pub(crate) fn sorted(text: impl Into<String>, sort: u64, class: &'static str) -> Self {
        Self { text: text.into(), sort: Some(sort), class, ..Self::default() }
    }
}

#[derive(Template)]
#[template(
    ext = "html",
    source = "<tr>{% for cell in cells %}<td{% if !cell.class.is_empty() %} class=\"{{ cell.class }}\"{% endif %}{% if let Some(key) = cell.sort %} data-key=\"{{ key }}\"{% endif %}>{% if cell.class.starts_with(\"sev\") %}<b>{{ cell.text }}</b>{% else if !cell.link.is_empty() %}<a href=\"{{ cell.link }}\">{{ cell.text }}</a>{% else %}{{ cell.text }}{% endif %}{% if !cell.note.is_empty() %}<small>{{ cell.note }}</small>{% endif %}</td>{% endfor %}</tr>\n"
)]
struct Row<'a> {
    cells: &'a [Cell],
}

/// A table, or a part of one.
#[derive(Debug)]
pub(crate) struct Table {
    pub id: &'static str,
    pub title: &'static str,
    pub columns: &'static [Column],
    /// Rendered and escaped rows.
    pub rows: String,
    /// How many rows these are.
    pub shown: usize,
    /// How many rows there are in all parts.
    pub total: usize,
}

/// Rows collected until they reach a number of bytes.
pub(crate) struct Cut<I> {
    rows: I,
    waiting: Option<String>,
}

impl<I: Iterator<Item = Vec<Cell>>> Cut<I> {
    pub(crate) const fn new(rows: I) -> Self {
        Self { rows, waiting: None }
    }

    /// The next rows, at least one and at most as many as stay within `bytes`; none at the end.
    pub(crate) fn next_part(&mut self, bytes: usize) -> Result<Option<(String, usize)>, askama::Error> {
        let (mut part, mut count) = (String::new(), 0);
        loop {
            let row = match self.waiting.take() {
                Some(row) => row,
                None => match self.rows.next() {
                    Some(cells) => Row { cells: &cells }.render()?,
                    None => return Ok((count > 0).then_some((part, count))),
                },
            };
            if count > 0 && part.len() + row.len() > bytes {
                self.waiting = Some(row);
                return Ok(Some((part, count)));
            }
            part.push_str(&row);
            count += 1;
        }
    }
}

/// A number with a thin space between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// Thousandths of a point as points with one decimal, rounded down so that 99.99 is not read as 100.
pub(crate) fn points(millipoints: u64) -> String {
    format!("{}.{}", millipoints / 1000, millipoints % 1000 / 100)
}

/// What a rule costs: two decimals, and never nothing.
pub(crate) fn cost(millipoints: u64) -> String {
    if millipoints < 10 {
        return "< 0.01".to_owned();
    }
    format!("{}.{:02}", millipoints / 1000, millipoints % 1000 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(grouped(0), "0");
        assert_eq!((points(99_999), points(100_000), points(50)), ("99.9".into(), "100.0".into(), "0.0".into()));
        assert_eq!((cost(12_345), cost(1)), ("12.34".into(), "< 0.01".into()));
    }

    #[test]
    fn every_row_is_in_one_part() {
        let mut cut = Cut::new((0..10).map(|number| vec![Cell::text(number.to_string())]));
        let mut parts = Vec::new();
        while let Some(part) = cut.next_part(60).unwrap() {
            parts.push(part);
        }
        assert_eq!(parts.iter().map(|(_, count)| count).sum::<usize>(), 10);
        assert!(parts.iter().all(|(text, _)| text.len() <= 60));
    }

    #[test]
    fn names_are_escaped() {
        let part = Cut::new([vec![Cell::noted("<script>", "\"&'")]].into_iter()).next_part(1).unwrap().unwrap();
        assert!(!part.0.contains("<script"), "{}", part.0);
    }
}
