//! A page of a report: its tables, and what stands around them.

use askama::Template;

use crate::{
    first::First,
    model::Report,
    progress::Progress,
    table::{Table, grouped},
    wording::{when, wide},
};

pub(crate) const FOOTER: &str = "Score: 100 less what each open rule costs. A rule costs its weight (critical 10, high 6, medium 3, low 1; informational rules stay outside) among all rules that judged something, times the share of judged resources that do not comply. Verdicts without data or that do not apply cost nothing. Times are UTC.";

/// A page, or a part of one.
#[derive(Template)]
#[template(path = "page.html")]
pub(crate) struct Page {
    /// What relative addresses begin with.
    pub base: String,
    pub title: String,
    pub subtitle: String,
    pub links: Vec<(String, String)>,
    pub first: Option<First>,
    pub tables: Vec<Entry>,
    pub footer: &'static str,
}

impl Page {
    /// A page beside that of the report.
    pub(crate) fn beside(report: &Report, title: String, tables: Vec<Entry>) -> Self {
        Self {
            base: String::new(),
            title,
            subtitle: format!("Run of {}", when(&report.time)),
            links: vec![("index.html".to_owned(), "The report".to_owned())],
            first: None,
            tables,
            footer: FOOTER,
        }
    }
}

/// A table on a page.
pub(crate) struct Entry {
    pub table: Table,
    pub lower: String,
    pub total: String,
    pub nothing: &'static str,
    /// What is said of the whole table.
    pub note: String,
    /// What is said of rows that are elsewhere.
    pub more: String,
    /// Files with further rows, and their numbers.
    pub parts: Vec<(String, usize)>,
    /// What pages of single rows are, and each page with its title.
    pub pages: (&'static str, Vec<(String, String)>),
}

/// A table with what is said of rows that are elsewhere.
pub(crate) fn entry(report: &Report, table: Table, more: String, parts: Vec<(String, usize)>) -> Entry {
    let nothing = match table.id {
        "resources" if report.first_evaluation.state == Progress::NotStarted => "No rule has results yet.",
        "resources" => "No resource breaks a rule.",
        "rules" => "No rule is known.",
        "evidence" => "No resource fails a control.",
        "remediations" => "Nothing is planned.",
        _ => "Nothing reported yet.",
    };
    let shown = if table.shown == table.total { String::new() } else { format!("{} of ", grouped(wide(table.shown))) };
    Entry {
        lower: table.title.to_lowercase(),
        total: format!("{shown}{}", grouped(wide(table.total))),
        nothing,
        note: String::new(),
        table,
        more,
        parts,
        pages: ("", Vec::new()),
    }
}
