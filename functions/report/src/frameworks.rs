//! How each framework stands: its rules that judge, those that are not there, and what no rule judges.

use std::{collections::BTreeMap, sync::Arc};

use compliance_types::severity::Severity;
use functions_core::compliance::Counts;

use crate::{
    input::Context,
    model::{Framework, FrameworkPart, State},
};

/// Each framework that a rule counts for, sorted by id. Rules that are not deployed and that no framework asks for stand
/// under the empty id.
pub(crate) fn frameworks(context: &Context, rules: &BTreeMap<Arc<str>, (Severity, Counts)>) -> Vec<Framework> {
    let mut parts: BTreeMap<&str, Vec<FrameworkPart>> = BTreeMap::new();
    let mut add = |id, name: &str, state, controls: Vec<String>| {
        parts.entry(id).or_default().push(FrameworkPart { name: name.to_owned(), state, controls });
    };
    for (rule, facts) in &context.rules {
        let state = state(rules.get(rule.as_str()).map(|(_, counts)| *counts).unwrap_or_default());
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
    parts.into_iter().map(|(id, parts)| framework(id, parts)).collect()
}

fn framework(id: &str, mut parts: Vec<FrameworkPart>) -> Framework {
    parts.sort_by(|one, other| one.name.cmp(&other.name));
    let mut framework = Framework { id: id.to_owned(), ..Framework::default() };
    for part in &parts {
        let count = match part.state {
            State::Failing => &mut framework.failing,
            State::NotAssessed => &mut framework.not_assessed,
            State::Silent => &mut framework.silent,
            State::Manual => &mut framework.manual,
            State::Compliant => &mut framework.compliant,
        };
        *count += 1;
    }
    framework.parts = parts;
    framework
}

const fn state(counts: Counts) -> State {
    match (counts.non_compliant, counts.compliant) {
        (1.., _) => State::Failing,
        (0, 1..) => State::Compliant,
        (0, 0) => State::Silent,
    }
}
