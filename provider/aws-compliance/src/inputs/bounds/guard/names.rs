//! Names that a policy defines, and those that it uses: Guard ends the evaluation of a resource at a name that is not
//! defined, so that the rule never has a result.

use std::collections::{BTreeMap, BTreeSet};

use aws_compliance_catalog::nearest_of;

use crate::inputs::bounds::guard::circles::{Links, Node};
use crate::inputs::bounds::guard::stop::Stop;

/// Rule that the clauses outside of rules belong to.
pub(super) const DEFAULT_RULE: &str = "default";

/// Functions of Guard and the number of their arguments (AWS CloudFormation Guard User Guide, "Using built-in functions").
const FUNCTIONS: [(&str, usize); 15] = [
    ("count", 1),
    ("join", 2),
    ("json_parse", 1),
    ("now", 0),
    ("parse_boolean", 1),
    ("parse_char", 1),
    ("parse_epoch", 1),
    ("parse_float", 1),
    ("parse_int", 1),
    ("parse_string", 1),
    ("regex_replace", 3),
    ("substring", 3),
    ("to_lower", 1),
    ("to_upper", 1),
    ("url_decode", 1),
];

/// What a policy defines and uses. Where a variable is visible is not checked, only whether it exists.
#[derive(Default)]
pub(super) struct Names<'t> {
    pub variables: BTreeSet<&'t str>,
    pub rules: BTreeSet<&'t str>,
    /// Rules with parameters, and how many.
    pub with_parameters: BTreeMap<&'t str, usize>,
    /// Whether there are clauses outside of rules.
    pub has_clauses: bool,
    /// The rule that the text is in.
    pub rule: Option<&'t str>,
    /// The block that the text is in, by its place; 0 outside of all.
    pub block: usize,
    /// The variable whose value the text is in, with the number of its block.
    pub assigned: Option<(usize, &'t str)>,
    links: Links<'t>,
    used: Vec<(usize, &'t str, Use)>,
}

#[derive(Clone, Copy)]
pub(super) enum Use {
    Variable,
    Rule,
    /// With this many arguments.
    Call(usize),
}

impl<'t> Names<'t> {
    /// Notes that the text uses a name at a place.
    pub(super) fn uses(&mut self, at: usize, name: &'t str, kind: Use) {
        self.used.push((at, name, kind));
        match (kind, self.rule, self.assigned) {
            (Use::Variable, _, Some((block, from))) => {
                self.links.add(at, Node::Variable(block, from), Node::Variable(block, name));
            }
            (Use::Rule | Use::Call(_), Some(from), _) => self.links.add(at, Node::Rule(from), Node::Rule(name)),
            _ => {}
        }
    }

    /// The first name that is used and not defined, that nothing would be evaluated, or what refers to itself.
    pub(super) fn check(&self) -> Result<(), Stop> {
        let first = self.used.iter().filter_map(|used| self.problem(*used)).min_by_key(|stop| stop.at);
        match first {
            Some(stop) => Err(stop),
            None if self.rules.is_empty() && !self.has_clauses => Err(Stop::new(
                0,
                "expected at least one rule without parameters, or one clause: else nothing is evaluated",
            )),
            None => self.links.circle().map_or(Ok(()), Err),
        }
    }

    fn problem(&self, (at, name, kind): (usize, &str, Use)) -> Option<Stop> {
        match kind {
            Use::Variable if self.variables.contains(name) => None,
            Use::Variable => {
                let known = nearest_of(name, self.variables.iter().copied()).map(|near| format!("%{near}"));
                Some(Stop { at, reason: format!("the variable `%{name}` is not defined"), nearest: known })
            }
            Use::Rule if self.rules.contains(name) || (name == DEFAULT_RULE && self.has_clauses) => None,
            Use::Rule => match self.with_parameters.get(name) {
                Some(count) => Some(Stop::new(
                    at,
                    format!("expected {}, got none", arguments_of(&format!("rule `{name}`"), *count)),
                )),
                None => Some(Stop {
                    at,
                    reason: format!("no rule of this policy has the name `{name}`"),
                    nearest: nearest_of(name, self.rules.iter().copied()).map(str::to_owned),
                }),
            },
            Use::Call(given) => match self.with_parameters.get(name) {
                Some(count) if *count == given => None,
                Some(count) => Some(Stop::new(
                    at,
                    format!("expected {}, got {given}", arguments_of(&format!("rule `{name}`"), *count)),
                )),
                None if self.rules.contains(name) => Some(Stop {
                    at,
                    reason: format!("rule `{name}` has no parameters"),
                    nearest: Some(name.to_owned()),
                }),
                None => Some(Stop {
                    at,
                    reason: format!("no rule with parameters of this policy has the name `{name}`"),
                    nearest: nearest_of(name, self.with_parameters.keys().copied()).map(str::to_owned),
                }),
            },
        }
    }
}

/// Checks the call of a function in place of a value.
pub(super) fn function(at: usize, name: &str, given: usize) -> Result<(), Stop> {
    match FUNCTIONS.iter().find(|(known, _)| *known == name) {
        Some((_, count)) if *count == given => Ok(()),
        Some((_, count)) => {
            Err(Stop::new(at, format!("expected {}, got {given}", arguments_of(&format!("function `{name}`"), *count))))
        }
        None => Err(Stop {
            at,
            reason: format!("`{name}` is not a function of Guard"),
            nearest: nearest_of(name, FUNCTIONS.iter().map(|(known, _)| *known)).map(str::to_owned),
        }),
    }
}

fn arguments_of(what: &str, count: usize) -> String {
    match count {
        0 => format!("no argument of {what}"),
        1 => format!("1 argument of {what}"),
        count => format!("{count} arguments of {what}"),
    }
}
