//! The grammar of Guard 2 (AWS CloudFormation Guard User Guide, "Writing AWS CloudFormation Guard rules"): whether a policy
//! is written in it, and where not.
//!
//! The crate `cfn-guard` has a parser, and is not used: it brings some forty crates, and turns on a feature of `serde_json`
//! that changes the order of every JSON document here. What it takes beyond the guide is taken here as well.

use crate::inputs::bounds::guard::scanner::{Parsed, Parser, Stop, is_name_character};

/// Where a policy stops to be one, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What was expected, or what is not closed.
    pub reason: String,
}

/// Checks a policy.
pub(super) fn check(text: &str) -> Result<(), Problem> {
    let mut parser = Parser::new(text);
    parser.file().map_err(|Stop { at, reason }| {
        let before = text.get(..at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Problem { line: before.matches('\n').count() + 1, column, reason }
    })
}

/// Where a clause stands, which decides what it may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Outside of any rule.
    File,
    /// In a block.
    Body,
    /// Behind a resource type, in place of a block.
    Typed,
    /// Between `when` and the block that it is about.
    Condition,
    /// In a filter between brackets.
    Filter,
}

impl Parser<'_> {
    fn file(&mut self) -> Parsed {
        self.space();
        while !self.is_over() {
            if self.word(&["rule"]) {
                self.rule()?;
            } else {
                self.statement(Place::File)?;
            }
            self.space();
        }
        Ok(())
    }

    /// `rule NAME when ... { ... }`, or `rule NAME(PARAMETERS) { ... }`.
    fn rule(&mut self) -> Parsed {
        self.space();
        self.name("the name of a rule: letters, digits and underscores")?;
        if self.takes("(") {
            loop {
                self.space();
                self.name("the name of a parameter")?;
                self.space();
                if !self.takes(",") {
                    break;
                }
            }
            self.demand(")", "`)` after the parameters")?;
        }
        self.space();
        if self.word(&["when", "WHEN"]) {
            self.conditions()?;
        }
        self.block()
    }

    /// `{`, assignments and clauses, `}`.
    fn block(&mut self) -> Parsed {
        self.space();
        let open = self.at;
        self.demand("{", "`{`")?;
        self.deeper(|parser| {
            parser.space();
            if parser.rest().starts_with('}') {
                return parser.stop("at least one clause between `{` and `}`");
            }
            loop {
                parser.space();
                if parser.takes("}") {
                    return Ok(());
                }
                if parser.is_over() {
                    return Err(Stop { at: open, reason: "this `{` is not closed with `}`".to_owned() });
                }
                parser.statement(Place::Body)?;
            }
        })
    }

    /// An assignment, or clauses with `or` between them.
    fn statement(&mut self, place: Place) -> Parsed {
        if self.word(&["let"]) {
            return self.assignment();
        }
        self.alternatives(place)
    }

    fn assignment(&mut self) -> Parsed {
        self.space();
        self.name("the name of a variable after `let`")?;
        self.space();
        if !self.takes(":=") {
            self.demand("=", "`=` after the name of the variable")?;
        }
        self.operand()
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
    fn alternatives(&mut self, place: Place) -> Parsed {
        loop {
            self.space();
            self.clause(place)?;
            let end = self.at;
            self.space();
            if !self.takes("|OR|") && !self.word(&["or", "OR"]) {
                self.at = end;
                return Ok(());
            }
        }
    }

    fn clause(&mut self, place: Place) -> Parsed {
        if place != Place::Condition && self.word(&["when", "WHEN"]) {
            self.conditions()?;
            return self.block();
        }
        if matches!(place, Place::File | Place::Body) && self.is_type_name() {
            return self.type_block();
        }
        let negated = self.not();
        let (start, mut is_name) = (self.at, false);
        if self.is_name_start() && !self.is_some() {
            let name = self.take_name();
            if self.rest().starts_with('(') && !name.is_empty() {
                self.arguments()?;
                return self.message();
            }
            is_name = true;
            self.at = start;
        }
        self.access()?;
        is_name &= self.text.get(start..self.at).is_some_and(|text| text.chars().all(is_name_character));
        let end = self.at;
        self.space();
        if matches!(place, Place::File | Place::Body | Place::Typed) && !negated {
            let before = self.at;
            let not_empty = self.not() && self.word(&["empty", "EMPTY"]);
            self.space();
            if self.rest().starts_with('{') {
                return self.block();
            }
            self.at = if not_empty { before } else { self.at.min(before) };
        }
        match self.comparison() {
            Some(true) => {
                self.operand()?;
                self.message()
            }
            Some(false) => self.message(),
            // A rule by its name.
            None if is_name && matches!(place, Place::Body | Place::Condition) && self.is_end_of_reference(end) => {
                self.at = end;
                self.message()
            }
            None => self.stop("a comparison, such as `==`, `in`, `exists` or `!empty`"),
        }
    }

    /// Whether what follows the name of a rule can follow one: two names in one line are no clause.
    fn is_end_of_reference(&self, end: usize) -> bool {
        let rest = self.text.get(end..).unwrap_or_default().trim_start_matches([' ', '\t']);
        let is_or = ["or", "OR"]
            .iter()
            .any(|or| rest.strip_prefix(or).is_some_and(|rest| rest.starts_with(char::is_whitespace)));
        rest.is_empty()
            || is_or
            || rest.starts_with(['\n', '\r', '#', '{', '}'])
            || rest.starts_with("<<")
            || rest.starts_with("|OR|")
    }

    /// `AWS::EC2::Volume { ... }`, with conditions, or with one clause in place of the block.
    fn type_block(&mut self) -> Parsed {
        while self.is_name_start() {
            self.take_name();
            if !self.takes("::") {
                break;
            }
        }
        self.space();
        if self.word(&["when", "WHEN"]) {
            self.conditions()?;
            return self.block();
        }
        if self.rest().starts_with('{') { self.block() } else { self.clause(Place::Typed) }
    }

    /// `%volumes[ type == "x" ].*.encrypted`, `some` in front or not.
    pub(super) fn access(&mut self) -> Parsed {
        if self.is_some() {
            self.word(&["some", "SOME"]);
            self.space();
        }
        if self.takes("%") {
            self.name("the name of a variable after `%`")?;
        } else if self.is_quote() {
            self.string()?;
        } else {
            self.name("a property, a variable such as `%name`, or `this`")?;
        }
        loop {
            let end = self.at;
            self.space();
            if self.takes(".") {
                self.part()?;
            } else if self.rest().starts_with('[') {
                self.filter()?;
            } else {
                self.at = end;
                return Ok(());
            }
        }
    }

    /// What follows a full stop.
    fn part(&mut self) -> Parsed {
        if self.takes("*") {
            return Ok(());
        }
        if self.is_quote() {
            return self.string();
        }
        if self.is_number() {
            return self.number();
        }
        self.takes("%");
        self.name("a property, an index, `*` or a variable after the full stop")
    }

    /// `[*]`, `[0]`, `['key']`, `[name]`, `[ keys == ... ]` or `[ clauses ]`.
    fn filter(&mut self) -> Parsed {
        let open = self.at;
        self.takes("[");
        self.deeper(|parser| {
            parser.space();
            let start = parser.at;
            let is_simple = if parser.takes("*") {
                true
            } else if parser.is_quote() {
                parser.string().is_ok()
            } else if parser.is_number() {
                parser.number().is_ok()
            } else {
                !parser.take_name().is_empty()
            };
            parser.space();
            if is_simple && parser.takes("]") {
                return Ok(());
            }
            // The name that a filter gives to what it looks at.
            if !is_simple || parser.rest().starts_with("|OR|") || !parser.takes("|") {
                parser.at = start;
            }
            parser.space();
            if parser.word(&["keys", "KEYS"]) {
                parser.space();
                if parser.comparison() != Some(true) {
                    return parser.stop("`==`, `!=` or `in` after `keys`");
                }
                parser.operand()?;
            } else {
                loop {
                    if parser.is_over() {
                        break;
                    }
                    parser.alternatives(Place::Filter)?;
                    parser.space();
                    if parser.is_over() || parser.rest().starts_with(']') {
                        break;
                    }
                }
            }
            parser.space();
            match parser.takes("]") {
                true => Ok(()),
                false if parser.is_over() => {
                    Err(Stop { at: open, reason: "this `[` is not closed with `]`".to_owned() })
                }
                false => parser.stop("`]`"),
            }
        })
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
        if self.word(&["in", "IN"]) {
            return Some(true);
        }
        if self.word(&["exists", "EXISTS", "empty", "EMPTY"]) || self.word(&TYPES) {
            return Some(false);
        }
        self.at = start;
        None
    }
}
