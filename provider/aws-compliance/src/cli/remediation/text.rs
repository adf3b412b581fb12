//! Remediations as text for a terminal.

use std::fmt::Write as _;

use functions_core::remediation::decision::{Switch, Wish};
use functions_core::remediation::item::Item;
use functions_core::remediation::state::State;
use functions_core::remediation::summary::Summary;
use serde_json::Value;

use super::super::table::columns;

/// The state of this name.
pub(super) fn state(word: &str) -> Result<State, String> {
    let known = State::ALL.into_iter().find(|state| state.word() == word);
    known.ok_or_else(|| {
        let words: Vec<_> = State::ALL.iter().map(|state| format!("`{}`", state.word())).collect();
        format!("there is no state `{word}`; expected one of {}", words.join(", "))
    })
}

/// The remediations, what the last run left, and whether changes are stopped.
pub(super) fn list(items: &[Item], last: Option<&Summary>, switch: Option<&Switch>) -> String {
    let mut text = String::new();
    if let Some(reason) = Switch::stops(switch) {
        let _ = writeln!(text, "{reason}\n");
    }
    if items.is_empty() {
        text.push_str("There are no remediations.\n");
    } else {
        let head = ["ID", "STATE", "RULE", "RESOURCE", "CHANGE"].map(str::to_owned).to_vec();
        let rows = items.iter().map(|item| {
            let change = item.plan.as_ref().map(|plan| plan.effect.clone());
            let change =
                change.or_else(|| item.advice.as_ref().map(|advice| advice.reason.clone())).unwrap_or_default();
            vec![
                item.id.clone(),
                item.state.word().to_owned(),
                item.rule.clone(),
                item.resource.resource_id.clone(),
                change,
            ]
        });
        text.push_str(&columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>()));
    }
    if let Some(last) = last {
        let _ = writeln!(text, "\nLast run {}: {} planned, {} changed.", last.at.as_str(), last.planned, last.changed);
        for (reason, count) in &last.left {
            let _ = writeln!(text, "  {count} left: {reason}");
        }
    }
    text
}

/// One remediation with the change and every step.
pub(super) fn item(item: &Item) -> String {
    let mut text = format!(
        "{}: {}\n  rule      {}\n  resource  {} {}\n  action    {} (mode {})\n  owner     {}\n",
        item.id,
        item.state.word(),
        item.rule,
        item.resource.resource_type,
        item.resource.resource_id,
        item.action,
        item.mode.word(),
        item.plan.as_ref().map_or("unknown", |plan| plan.owner.words()),
    );
    if let Some(plan) = &item.plan {
        let _ = writeln!(text, "\nChange: {}\nPlan: {}", plan.effect, plan.digest());
        if let Some(approval) = &plan.approval {
            let _ = writeln!(text, "Needs approval: {approval}");
        }
        let _ = writeln!(text, "\nBefore:\n{}\n\nAfter:\n{}", pretty(&plan.before), pretty(&plan.after));
    }
    if let Some(advice) = &item.advice {
        let _ = writeln!(text, "\nAdvice: {}", advice.reason);
        advice.commands.iter().for_each(|command| {
            let _ = writeln!(text, "  {command}");
        });
    }
    text.push_str("\nSteps:\n");
    let rows = item.steps.iter().map(|step| {
        vec![format!("  {}", step.at.as_str()), step.state.word().to_owned(), step.by.clone(), step.reason.clone()]
    });
    text + &columns(&rows.collect::<Vec<_>>())
}

fn pretty(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// Whether the remediation is as the decision wants it.
pub(super) fn is_followed(wish: Wish, before: &Item, after: &Item) -> bool {
    match wish {
        Wish::Approve => {
            let first = before.requested_by.is_none() && after.requested_by.is_some();
            first
                || (before.state != after.state
                    && matches!(after.state, State::Approved | State::Acted | State::Verifying | State::Fixed))
        }
        Wish::Reject => after.state == State::Rejected,
        Wish::Undo => {
            let first = before.undo_requested_by.is_none() && after.undo_requested_by.is_some();
            first || after.state == State::Undone
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_is_named_as_it_is_printed() {
        assert_eq!(state("awaiting approval"), Ok(State::AwaitingApproval));
        let error = state("waiting").unwrap_err();
        assert!(error.contains("no state `waiting`") && error.contains("`fixed`"), "{error}");
    }

    #[test]
    fn empty_list_says_so_and_that_changes_are_stopped() {
        let switch = Switch {
            stopped: true,
            at: crate::inputs::waivers::today(),
            by: "alice".to_owned(),
            reason: "incident".to_owned(),
        };
        let text = list(&[], None, Some(&switch));
        assert!(text.contains("by alice: incident") && text.contains("There are no remediations."), "{text}");
    }
}
