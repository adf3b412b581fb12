//! What is recorded, and how rules evaluate, as tables.

use crate::{
    input::{Coverage, Evaluator, Recorder},
    table::{Cell, Column},
};

/// Columns of the table of what is recorded.
pub(crate) const RECORDED: &[Column] =
    &[Column("Types", false), Column("Recorded", false), Column("Frequency", false), Column("Recorder", false)];
/// Columns of the table of rules.
pub(crate) const RULES: &[Column] = &[
    Column("Rule", false),
    Column("Parameters", false),
    Column("Evaluated at least every", false),
    Column("Resource types", false),
];

/// What recorders record, type by type where they name some.
pub(crate) fn recorded(coverage: &Coverage) -> Vec<Vec<Cell>> {
    coverage.recorders.iter().flat_map(of_recorder).collect()
}

fn of_recorder(recorder: &Recorder) -> Vec<Vec<Cell>> {
    let row = |types: &str, recorded: bool, frequency: &str| {
        let (words, class) = if recorded { ("yes", "good") } else { ("no", "bad") };
        vec![Cell::text(types), Cell::class(words, class), Cell::text(frequency), Cell::text(&*recorder.name)]
    };
    let usual = words(&recorder.frequency);
    let mut rows = Vec::new();
    if recorder.all {
        rows.push(row("all supported types", true, &usual));
    }
    let excepted = |name: &String| recorder.exceptions.iter().any(|(other, _)| other == name);
    rows.extend(recorder.types.iter().filter(|name| !excepted(name)).map(|name| row(name, true, &usual)));
    rows.extend(recorder.exceptions.iter().map(|(name, frequency)| row(name, true, &words(frequency))));
    rows.extend(recorder.excluded.iter().map(|name| row(name, false, "")));
    rows
}

/// A rule with its parameters.
pub(crate) fn of_rule(rule: &Evaluator) -> Vec<Cell> {
    let types = if rule.types.is_empty() { "as the rule says".to_owned() } else { rule.types.join(", ") };
    let frequency = if rule.frequency.is_empty() { "change".to_owned() } else { words(&rule.frequency) };
    vec![Cell::text(&*rule.name), Cell::text(&*rule.parameters), Cell::text(frequency), Cell::text(types)]
}

/// `TwentyFour_Hours` as `twenty four hours`, `CONTINUOUS` as `continuous`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for (at, character) in name.chars().enumerate() {
        let begins = character.is_uppercase() && name.chars().nth(at.wrapping_sub(1)).is_some_and(char::is_lowercase);
        match character {
            '_' => words.push(' '),
            _ if begins => words.extend([' ', character.to_ascii_lowercase()]),
            _ => words.push(character.to_ascii_lowercase()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_read_well() {
        assert_eq!(
            ["TwentyFour_Hours", "One_Hour", "DAILY", ""].map(words),
            ["twenty four hours", "one hour", "daily", ""]
        );
    }
}
