//! How each framework stands: its rules, those that are not deployed, its controls, and what no rule evaluates.

use std::{collections::BTreeMap, sync::Arc};

use compliance_types::severity::Severity;
use functions_core::compliance::Counts;

use crate::{
    input::Context,
    model::{Control, Framework, FrameworkPart, State},
};

/// Results by rule.
type Rules = BTreeMap<Arc<str>, (Severity, Counts)>;

/// Each framework that a rule counts for, sorted by id. Rules that are not deployed and that no framework asks for stand
/// under the empty id.
pub(crate) fn frameworks(context: &Context, rules: &Rules) -> Vec<Framework> {
    let mut parts: BTreeMap<&str, Vec<FrameworkPart>> = BTreeMap::new();
    let mut add = |id, name: &str, state, controls: Vec<String>| {
        parts.entry(id).or_default().push(FrameworkPart { name: name.to_owned(), state, controls });
    };
    for (rule, facts) in &context.rules {
        let state = state(counts_of(rules, rule));
        for (id, controls) in &facts.frameworks {
            add(id.as_str(), rule, state, controls.iter().cloned().collect());
        }
    }
    for missing in &context.missing {
        for (id, controls) in &missing.frameworks {
            add(id.as_str(), &missing.identifier, State::NotAssessed, controls.clone());
        }
        if missing.frameworks.is_empty() {
            add("", &missing.identifier, State::NotAssessed, Vec::new());
        }
    }
    for (id, controls) in &context.manual {
        for control in controls {
            add(id.as_str(), control, State::Manual, Vec::new());
        }
    }
    parts.into_iter().map(|(id, parts)| framework(id, parts, rules)).collect()
}

fn framework(id: &str, mut parts: Vec<FrameworkPart>, rules: &Rules) -> Framework {
    parts.sort_by(|one, other| one.name.cmp(&other.name));
    let mut framework = Framework { id: id.to_owned(), ..Framework::default() };
    for part in &parts {
        let count = match part.state {
            State::Failing => &mut framework.failing,
            State::NotAssessed => &mut framework.not_assessed,
            State::Silent => &mut framework.silent,
            State::Manual => &mut framework.manual,
            State::Waived => &mut framework.waived,
            State::Compliant => &mut framework.compliant,
        };
        *count += 1;
    }
    framework.controls = controls(&parts, rules);
    framework.parts = parts;
    framework
}

/// The controls that rules count for or that no rule evaluates, sorted by id. Rules for which no control is named are under
/// the empty id.
fn controls(parts: &[FrameworkPart], rules: &Rules) -> Vec<Control> {
    let mut controls: BTreeMap<&str, Control> = BTreeMap::new();
    for part in parts {
        let ids: Vec<&str> = match part.state {
            State::Manual => vec![&part.name],
            _ if part.controls.is_empty() => vec![""],
            _ => part.controls.iter().map(String::as_str).collect(),
        };
        for id in ids {
            let new = || Control { id: id.to_owned(), ..Control::of(part.state) };
            let control = controls.entry(id).or_insert_with(new);
            // The worst of its rules: a control passes only where each rule of it does.
            control.state = control.state.min(part.state);
            match part.state {
                State::Manual => {}
                State::NotAssessed => control.not_deployed.push(part.name.clone()),
                _ => {
                    let counts = counts_of(rules, &part.name);
                    control.rules.push(part.name.clone());
                    control.evaluated += counts.compliant + counts.non_compliant + counts.waived;
                    control.failing += counts.non_compliant;
                    control.waived += counts.waived;
                }
            }
        }
    }
    controls.into_values().collect()
}

fn counts_of(rules: &Rules, rule: &str) -> Counts {
    rules.get(rule).map(|(_, counts)| *counts).unwrap_or_default()
}

const fn state(counts: Counts) -> State {
    match (counts.non_compliant, counts.waived, counts.compliant) {
        (1.., _, _) => State::Failing,
        (0, 1.., _) => State::Waived,
        (0, 0, 1..) => State::Compliant,
        (0, 0, 0) => State::Silent,
    }
}

/// Open findings of the rules of each framework.
pub(crate) fn open_by_framework(context: &Context, rated: &Rules) -> BTreeMap<String, u64> {
    let mut open: BTreeMap<String, u64> = BTreeMap::new();
    for (rule, (_, counts)) in rated {
        for id in context.rules.get(&**rule).iter().flat_map(|facts| facts.frameworks.keys()) {
            *open.entry(id.clone()).or_default() += counts.non_compliant;
        }
    }
    open
}
