//! The columns of the history of evaluations: what the files hold, and what the table of a query engine declares.

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// What a column holds. No column is ever empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// A time in UTC, to the millisecond.
    Timestamp,
}

/// The columns of every file, in order. New ones go to the end; a column that is there keeps its name, kind and meaning.
pub const COLUMNS: [Column; 10] = [
    text("run_id"),
    Column { name: "evaluated_at", kind: Kind::Timestamp },
    text("rule"),
    text("severity"),
    text("resource_type"),
    text("resource_id"),
    text("compliance"),
    // The folders say so as well. A table that took them from there would have to list every account and region of every
    // day before it reads; the files say it themselves.
    text("account"),
    text("region"),
    // The waiver that covers a result which does not comply; else empty.
    text("waiver"),
];

/// The folder below [`crate::key::HISTORY_PREFIX`] that a table is partitioned by: `date=yyyy-mm-dd`.
pub const PARTITION: &str = "date";

const fn text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text }
}
