//! The files that findings are in: how many, and their names.

/// How many findings one file has at most.
pub(crate) const LINES: usize = 100_000;

/// The name of a file of open findings; the first is number 1.
#[must_use]
pub fn findings_file(number: usize) -> String {
    file("findings", number)
}

/// The name of a file of findings of a kind.
pub(crate) fn file(kind: &str, number: usize) -> String {
    if number < 2 { format!("{kind}.csv") } else { format!("{kind}-{number}.csv") }
}

/// How many files so many findings are in: at least one, which then has a heading alone.
pub(crate) const fn files(findings: usize) -> usize {
    let files = findings.div_ceil(LINES);
    if files == 0 { 1 } else { files }
}
