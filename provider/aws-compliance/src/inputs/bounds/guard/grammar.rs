//! The grammar of Guard (AWS CloudFormation Guard User Guide, "Writing AWS CloudFormation Guard rules"): whether a policy
//! follows it, and where not.
//!
//! The crate `cfn-guard` has a parser, and is not used: it brings some forty crates, and turns on a feature of `serde_json`
//! that changes the order of every JSON document here. What it accepts and rejects beyond the guide is the same here.

use std::collections::BTreeSet;

use crate::inputs::bounds::guard::names::{DEFAULT_RULE, Use};
use crate::inputs::bounds::guard::scanner::{Parser, is_name_character};
use crate::inputs::bounds::guard::stop::{Parsed, Stop};

/// Where a policy is invalid, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What was expected, or what is not closed.
    pub reason: String,
    /// The nearest right answer.
    pub nearest: Option<String>,
}

/// Checks a policy.
pub(super) fn check(text: &str) -> Result<(), Problem> {
    let mut parser = Parser::new(text);
    parser.file().and_then(|()| parser.names.check()).map_err(|Stop { at, reason, nearest }| {
        let before = text.get(..at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Problem { line: before.matches('\n').count() + 1, column, reason, nearest }
    })
}

/// Where a clause stands, which decides what it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Outside of any rule.
    File,
    /// In a rule's own block: the only one with blocks of resource types.
    Rule,
    /// In the block of a `when` directly in a rule or outside of rules. Names of rules are clauses here and in a rule's block.
    When,
    /// In any other block, and behind a resource type in place of a block.
    Block,
    /// Between `when` and its block.
    Condition,
    /// In a filter between brackets.
    Filter,
}

impl Place {
    fn takes_rule_names(self) -> bool {
        matches!(self, Self::Rule | Self::When | Self::Condition)
    }

    fn takes_types(self) -> bool {
        matches!(self, Self::File | Self::Rule)
    }

    /// Where the clauses of a `when` block stand that stands here.
    fn of_when(self) -> Self {
        if self.takes_types() { Self::When } else { Self::Block }
    }
}

impl Parser<'_> {
    fn file(&mut self) -> Parsed {
        self.space();
        while !self.is_over() {
            if self.spaced_word(&["rule"]) {
                self.rule()?;
            } else {
                self.names.rule = Some(DEFAULT_RULE);
                self.statement(Place::File)?;
            }
            self.space();
        }
        Ok(())
    }

    /// `rule NAME when ... { ... }`, or `rule NAME(PARAMETERS) { ... }`.
    fn rule(&mut self) -> Parsed {
        let name = self.name("the name of a rule: letters, digits and underscores")?;
        self.names.rule = Some(name);
        if self.takes("(") {
            let mut parameters = BTreeSet::new();
            loop {
                self.space();
                parameters.insert(self.name("the name of a parameter")?);
                self.space();
                if !self.takes(",") {
                    break;
                }
            }
            self.demand(")", "`)` after the parameters")?;
            self.names.with_parameters.insert(name, parameters.len());
            self.names.variables.extend(parameters);
            return self.block(Place::Rule);
        }
        self.names.rules.insert(name);
        self.space();
        if self.when() {
            self.conditions()?;
        }
        self.block(Place::Rule)
    }

    /// `{`, assignments and clauses, `}`.
    fn block(&mut self, place: Place) -> Parsed {
        self.space();
        let open = self.at;
        self.demand("{", "`{`")?;
        // Each block has variables of its own.
        let outside = (std::mem::replace(&mut self.names.block, open), self.names.assigned.take());
        let parsed = self.deeper(|parser| {
            parser.space();
            if parser.rest().starts_with('}') {
                return Err(parser.stop("at least one clause between `{` and `}`"));
            }
            loop {
                parser.space();
                if parser.takes("}") {
                    return Ok(());
                }
                if parser.is_over() {
                    return Err(Stop::new(open, "this `{` is not closed with `}`"));
                }
                parser.statement(place)?;
            }
        });
        (self.names.block, self.names.assigned) = outside;
        parsed
    }

    /// An assignment, or clauses with `or` between them.
    fn statement(&mut self, place: Place) -> Parsed {
        if self.spaced_word(&["let"]) {
            return self.assignment();
        }
        self.alternatives(place)
    }

    fn assignment(&mut self) -> Parsed {
        let name = self.name("the name of a variable after `let`")?;
        self.names.variables.insert(name);
        self.space();
        if !self.takes(":=") {
            self.demand("=", "`=` after the name of the variable")?;
        }
        let outside = self.names.assigned.replace((self.names.block, name));
        let parsed = self.operand();
        self.names.assigned = outside;
        parsed
    }

    fn when(&mut self) -> bool {
        self.spaced_word(&["when", "WHEN"])
    }

    fn conditions(&mut self) -> Parsed {
        loop {
            self.alternatives(Place::Condition)?;
            self.space();
            if self.is_over() || self.rest().starts_with('{') {
                return Ok(());
            }
        }
    }

    /// Clauses with `or` between them.
    pub(super) fn alternatives(&mut self, place: Place) -> Parsed {
        self.space();
        let (begin, mut first) = (self.at, None);
        loop {
            self.space();
            let start = self.at;
            if place == Place::File {
                self.names.has_clauses = true;
                let is_when = self.rest().starts_with("when ") || self.rest().starts_with("WHEN ");
                let kind = (self.is_type_name(), is_when);
                if *first.get_or_insert(kind) != kind || (is_when && start != begin) {
                    let reason = "outside of rules `or` stands between clauses or between blocks of resource types";
                    return Err(Stop::new(start, reason));
                }
            }
            self.clause(place)?;
            let end = self.at;
            self.space();
            if !self.takes("|OR|") && !self.word(&["or", "OR"]) {
                self.at = end;
                return Ok(());
            }
            if !self.is_space() {
                return Err(self.stop("a space after `or`"));
            }
        }
    }

    fn clause(&mut self, place: Place) -> Parsed {
        if place != Place::Condition && self.when() {
            self.conditions()?;
            return self.block(place.of_when());
        }
        if place != Place::Condition && (self.rest().starts_with("when") || self.rest().starts_with("WHEN")) {
            let name = self.rest().split(|c| !is_name_character(c)).next().unwrap_or_default();
            return Err(Stop::new(
                self.at,
                format!("Guard reads `when` here; write the property as '{name}' in quotes"),
            ));
        }
        if self.is_type_name() {
            return if place.takes_types() {
                self.type_block()
            } else {
                Err(Stop::new(
                    self.at,
                    "the block of a resource type stands outside of rules or directly in a rule only",
                ))
            };
        }
        let negated = self.not();
        let start = self.at;
        let name = self.take_name();
        if !name.is_empty() && self.rest().starts_with('(') {
            let given = self.arguments()?;
            self.names.uses(start, name, Use::Call(given));
            return self.message();
        }
        self.at = start;
        self.access()?;
        let end = self.at;
        self.space();
        if place != Place::Condition && !negated {
            let before = self.at;
            let _ = self.not() && self.word(&["empty", "EMPTY"]);
            self.space();
            if self.rest().starts_with('{') {
                return self.block(Place::Block);
            }
            self.at = before;
        }
        match self.comparison() {
            Some(true) => self.operand().and_then(|()| self.message()),
            Some(false) => self.message(),
            None if place.takes_rule_names() && !name.is_empty() && end == start + name.len() => {
                self.rule_name(start, name, end)
            }
            None => Err(self.stop("a comparison, such as `==`, `in`, `exists` or `!empty`")),
        }
    }
}

impl<'t> Parser<'t> {
    /// The name of a rule as a clause, which ends at `end`. What may follow it keeps it apart from a property.
    fn rule_name(&mut self, start: usize, name: &'t str, end: usize) -> Parsed {
        const EXPECTED: &str = "a comparison, such as `==`, `in`, `exists` or `!empty`; or after the name of a rule the end \
                                of the line, `or`, `{` or `<< a message >>`";
        self.at = end;
        self.blanks();
        let is_or = ["or", "OR", "|OR|"]
            .iter()
            .any(|or| self.rest().strip_prefix(or).is_some_and(|rest| rest.starts_with([' ', '\t', '\r', '\n', '#'])));
        let ends = ["\n", "\r\n", "#", "{"].iter().any(|end| self.rest().starts_with(end));
        if self.rest().starts_with("<<") {
            self.message()?;
        } else if !(is_or || ends || self.is_over()) {
            return Err(self.stop(EXPECTED));
        }
        self.names.uses(start, name, Use::Rule);
        Ok(())
    }
}

impl Parser<'_> {
    /// `AWS::EC2::Volume { ... }`, with conditions, or with one clause in place of the block.
    fn type_block(&mut self) -> Parsed {
        let start = self.at;
        let mut parts = vec![self.take_name()];
        while self.takes("::") {
            parts.push(self.name("a part of the name of a resource type")?);
        }
        let is_module = parts.len() == 4 && parts.last() == Some(&"MODULE");
        if parts.len() > 3 && !is_module {
            return Err(Stop::new(start, "expected a resource type of two or three parts, such as `AWS::EC2::Volume`"));
        }
        if !self.is_space() {
            return Err(self.stop("a space after a resource type"));
        }
        self.space();
        if self.when() {
            self.conditions()?;
            return self.block(Place::Block);
        }
        if self.rest().starts_with('{') { self.block(Place::Block) } else { self.clause(Place::Block) }
    }

    /// Moves over a comparison, if there is one: whether it has a right side.
    fn comparison(&mut self) -> Option<bool> {
        const TYPES: [&str; 14] = [
            "is_string",
            "IS_STRING",
            "is_list",
            "IS_LIST",
            "is_struct",
            "IS_STRUCT",
            "is_bool",
            "IS_BOOL",
            "is_int",
            "IS_INT",
            "is_null",
            "IS_NULL",
            "is_float",
            "IS_FLOAT",
        ];
        // `<<` begins a message.
        if self.rest().starts_with("<<") {
            return None;
        }
        if ["==", "!=", ">=", "<=", ">", "<"].iter().any(|operator| self.takes(operator)) {
            return Some(true);
        }
        let start = self.at;
        self.not();
        // Guard asks for no end of these words: `one in bound` is what it reads of `one inbound`, on two lines too.
        if ["in", "IN"].iter().any(|word| self.takes(word)) {
            return Some(true);
        }
        if self.word(&["exists", "EXISTS", "empty", "EMPTY"]) || TYPES.iter().any(|word| self.takes(word)) {
            return Some(false);
        }
        self.at = start;
        None
    }
}
