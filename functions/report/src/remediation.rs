//! What remediation plans, waits for and did, as a table.

use functions_core::remediation::{
    item::Step,
    listed::{Line, Listed},
    state::State,
};

use crate::{
    table::{Cell, Column, grouped},
    wording::when,
};

/// Columns of the table.
pub(crate) const COLUMNS: &[Column] = &[
    Column("State", false),
    Column("Resource", false),
    Column("Rule", false),
    Column("Account", false),
    Column("Region", false),
    Column("Change", false),
    Column("Steps", false),
];

/// A remediation, with its place among the others.
pub(crate) fn row((place, line): (usize, &Line)) -> Vec<Cell> {
    let class = match line.state {
        State::Fixed => "good",
        State::Failed | State::AwaitingApproval => "bad",
        _ => "",
    };
    let steps: Vec<String> = line.steps.iter().map(step).collect();
    let (last, earlier) = steps.split_last().map_or((String::new(), &[][..]), |(last, rest)| (last.clone(), rest));
    let place = u64::try_from(place).unwrap_or(u64::MAX);
    vec![
        Cell { note: line.id.clone(), ..Cell::sorted(line.state.word(), place, class) },
        Cell::noted(&*line.resource.resource_id, &*line.resource.resource_type),
        Cell::noted(&*line.rule, format!("{}, mode {}", line.action, line.mode.word())),
        Cell::text(&*line.account),
        Cell::text(&*line.region),
        Cell::noted(
            &*line.change,
            line.approval.as_ref().map(|why| format!("needs approval: {why}")).unwrap_or_default(),
        ),
        Cell::noted(last, earlier.join("; ")),
    ]
}

fn step(step: &Step) -> String {
    let reason = if step.reason.is_empty() { String::new() } else { format!(": {}", step.reason) };
    format!("{} {} by {}{reason}", when(step.at.as_str()), step.state.word(), step.by)
}

/// What is said under the table: when it was, what stops changes, what was left, and where the rest is.
pub(crate) fn words(listed: &Listed) -> String {
    let mut words = vec![format!("As of the run of {}.", when(listed.at.as_str()))];
    words.extend(listed.stopped.iter().map(|reason| format!("{}.", capital(reason))));
    let left = listed.left.iter().map(|(reason, count)| format!("{} left: {reason}.", grouped(*count)));
    words.extend(left);
    if listed.total > crate::wording::wide(listed.remediations.len()) {
        words.push(format!(
            "There are {} remediations; pulumi-resource-aws-compliance remediation list shows all of them.",
            grouped(listed.total)
        ));
    }
    words.join(" ")
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
