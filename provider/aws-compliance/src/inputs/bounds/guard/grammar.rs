//! The grammar of Guard 2 (AWS CloudFormation Guard User Guide, "Writing AWS CloudFormation Guard rules"): whether a policy
//! is written in it, and where not.
//!
//! The crate `cfn-guard` has a parser, and is not used: it brings some forty crates, and turns on a feature of `serde_json`
//! that changes the order of every JSON document here. What it takes beyond the guide is taken here as well.

/// How deep blocks, lists and filters may stand in one another: a policy has 10,000 characters at most, and the stack an end.
const DEEPEST: usize = 64;

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
    let mut parser = Parser { text, at: 0, depth: 0 };
    parser.file().map_err(|Stop { at, reason }| {
        let before = text.get(..at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Problem { line: before.matches('\n').count() + 1, column, reason }
    })
}

struct Stop {
    at: usize,
    reason: String,
}

type Parsed = Result<(), Stop>;

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

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
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
    fn access(&mut self) -> Parsed {
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

    /// A value, a call, or what is to be read.
    fn operand(&mut self) -> Parsed {
        self.space();
        if self.is_value() {
            return self.value();
        }
        let start = self.at;
        if !self.take_name().is_empty() && self.rest().starts_with('(') {
            return self.arguments();
        }
        self.at = start;
        match self.is_name_start() || self.rest().starts_with('%') {
            true => self.access(),
            false => self.stop("a value such as `true` or \"text\", a property, or a variable such as `%name`"),
        }
    }

    fn arguments(&mut self) -> Parsed {
        let open = self.at;
        self.takes("(");
        self.deeper(|parser| {
            parser.space();
            if parser.takes(")") {
                return Ok(());
            }
            loop {
                parser.operand()?;
                parser.space();
                if parser.takes(")") {
                    return Ok(());
                }
                if parser.is_over() {
                    return Err(Stop { at: open, reason: "this `(` is not closed with `)`".to_owned() });
                }
                parser.demand(",", "`,` or `)`")?;
            }
        })
    }

    fn is_value(&mut self) -> bool {
        let start = self.at;
        let is_word = self.word(&["true", "True", "TRUE", "false", "False", "FALSE", "null", "NULL", "Null"]);
        self.at = start;
        let is_range = self.rest().starts_with("r(") || self.rest().starts_with("r[");
        is_word || is_range || self.is_number() || self.rest().starts_with(['"', '\'', '/', '[', '{'])
    }

    fn value(&mut self) -> Parsed {
        self.space();
        match self.rest().chars().next() {
            Some('"' | '\'') => self.string(),
            Some('/') => self.quoted('/', "this regular expression is not closed with `/`"),
            Some('[') => self.listed("[", "]", Self::value),
            Some('{') => self.listed("{", "}", Self::member),
            Some('r') if self.takes("r(") || self.takes("r[") => self.range(),
            Some(_) if self.is_number() => self.number(),
            _ if self.is_value() => {
                self.take_name();
                Ok(())
            }
            _ => self.stop(
                "a value: text in quotes, a number, `true`, `false`, `null`, a regular expression, a list or a map",
            ),
        }
    }

    /// A list or a map.
    fn listed(&mut self, open: &'static str, close: &'static str, item: fn(&mut Self) -> Parsed) -> Parsed {
        let start = self.at;
        self.takes(open);
        self.deeper(|parser| {
            parser.space();
            if parser.takes(close) {
                return Ok(());
            }
            loop {
                parser.space();
                if !parser.is_over() {
                    item(parser)?;
                    parser.space();
                }
                if parser.takes(close) {
                    return Ok(());
                }
                if parser.is_over() {
                    return Err(Stop { at: start, reason: format!("this `{open}` is not closed with `{close}`") });
                }
                parser.demand(",", &format!("`,` or `{close}`"))?;
            }
        })
    }

    /// `key: value`.
    fn member(&mut self) -> Parsed {
        if self.is_quote() {
            self.string()?;
        } else {
            let is_key = |c: char| is_name_character(c) || c == '-';
            let length: usize = self.rest().chars().take_while(|c| is_key(*c)).map(char::len_utf8).sum();
            if length == 0 {
                return self.stop("the key of a map");
            }
            self.at += length;
        }
        self.space();
        self.demand(":", "`:` after the key of a map")?;
        self.value()
    }

    /// `10, 20]` of `r(10, 20]`.
    fn range(&mut self) -> Parsed {
        for (end, expected) in [(",", "`,` between the ends of a range"), (")", "`)` or `]` at the end of a range")] {
            self.space();
            if self.is_number() {
                self.number()?;
            } else {
                let Some(character) = self.rest().chars().next() else { return self.stop("the end of a range") };
                self.at += character.len_utf8();
            }
            self.space();
            if end == "," || !self.takes("]") {
                self.demand(end, expected)?;
            }
        }
        Ok(())
    }

    fn number(&mut self) -> Parsed {
        self.takes("-");
        let start = self.at;
        let digits = |parser: &mut Self| {
            let length = parser.rest().bytes().take_while(u8::is_ascii_digit).count();
            parser.at += length;
            length > 0
        };
        digits(self);
        // `1.Name` is an index with a property behind it.
        let before = self.at;
        if self.takes(".") && !digits(self) {
            self.at = before;
        }
        let before = self.at;
        if self.takes("e") || self.takes("E") {
            let _ = self.takes("+") || self.takes("-");
            if !digits(self) {
                self.at = before;
            }
        }
        match self.rest().starts_with(is_name_character) {
            true => {
                Err(Stop { at: start, reason: "a number must not run into a letter, digit or underscore".to_owned() })
            }
            false => Ok(()),
        }
    }

    fn string(&mut self) -> Parsed {
        let quote = if self.rest().starts_with('"') { '"' } else { '\'' };
        self.quoted(quote, "this quote is not closed")
    }

    /// Moves over what stands between two marks; a mark behind a backslash is no end.
    fn quoted(&mut self, mark: char, unclosed: &str) -> Parsed {
        let open = self.at;
        self.at += mark.len_utf8();
        let mut escaped = false;
        for (offset, character) in self.rest().char_indices() {
            if character == mark && !escaped {
                self.at += offset + mark.len_utf8();
                return Ok(());
            }
            escaped = character == '\\';
        }
        Err(Stop { at: open, reason: unclosed.to_owned() })
    }

    /// `<< any text >>`, or nothing.
    fn message(&mut self) -> Parsed {
        let end = self.at;
        self.space();
        let open = self.at;
        if !self.takes("<<") {
            self.at = end;
            return Ok(());
        }
        match self.rest().find(">>") {
            Some(length) => {
                self.at += length + 2;
                Ok(())
            }
            None => Err(Stop { at: open, reason: "this message is not closed with `>>`".to_owned() }),
        }
    }

    /// Moves over whitespace and comments.
    fn space(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    /// Moves over `not` or `!`, if it stands here; `!=` is another thing.
    fn not(&mut self) -> bool {
        if self.rest().starts_with('!') && !self.rest().starts_with("!=") {
            self.at += 1;
            return true;
        }
        let found = self.word(&["not", "NOT"]);
        if found {
            self.space();
        }
        found
    }

    /// Whether `some` stands here as a word of its own and not as a property.
    fn is_some(&self) -> bool {
        let rest = self.rest().strip_prefix("some").or_else(|| self.rest().strip_prefix("SOME"));
        rest.is_some_and(|rest| {
            rest.starts_with(char::is_whitespace)
                && rest.trim_start().starts_with(|c: char| c.is_ascii_alphabetic() || "%\"'".contains(c))
                && !starts_with_operator(rest.trim_start())
        })
    }

    /// Whether a resource type begins here, such as `AWS::S3::Bucket`.
    fn is_type_name(&self) -> bool {
        let rest = self.rest();
        rest.starts_with(|c: char| c.is_ascii_alphabetic())
            && rest.trim_start_matches(is_name_character).starts_with("::")
    }

    fn is_name_start(&self) -> bool {
        self.rest().starts_with(|c: char| c.is_ascii_alphabetic())
    }

    fn is_quote(&self) -> bool {
        self.rest().starts_with(['"', '\''])
    }

    fn is_number(&self) -> bool {
        self.rest().strip_prefix('-').unwrap_or(self.rest()).starts_with(|c: char| c.is_ascii_digit())
    }

    fn is_over(&self) -> bool {
        self.at >= self.text.len()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn takes(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Moves over one of the words, if it stands here and does not go on.
    fn word(&mut self, words: &[&str]) -> bool {
        let ends = |rest: &str| !rest.starts_with(is_name_character);
        let found = words.iter().find(|word| self.rest().strip_prefix(**word).is_some_and(ends));
        self.at += found.map_or(0, |word| word.len());
        found.is_some()
    }

    fn take_name(&mut self) -> &'t str {
        let rest = self.rest();
        if !self.is_name_start() {
            return "";
        }
        let length = rest.len() - rest.trim_start_matches(is_name_character).len();
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn name(&mut self, expected: &str) -> Parsed {
        match self.take_name() {
            "" => self.stop(expected),
            _ => Ok(()),
        }
    }

    fn demand(&mut self, token: &str, expected: &str) -> Parsed {
        if self.takes(token) { Ok(()) } else { self.stop(expected) }
    }

    fn deeper(&mut self, inner: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        if self.depth == DEEPEST {
            return Err(Stop { at: self.at, reason: format!("more than {DEEPEST} brackets stand in one another") });
        }
        self.depth += 1;
        let parsed = inner(self);
        self.depth -= 1;
        parsed
    }

    fn stop(&self, expected: &str) -> Parsed {
        let found = match self.rest().chars().next() {
            Some(found) => format!("`{found}`"),
            None => "the end".to_owned(),
        };
        Err(Stop { at: self.at, reason: format!("expected {expected}, got {found}") })
    }
}

/// Whether `in`, `exists` and the like begin a string: then a word before them is a property.
fn starts_with_operator(rest: &str) -> bool {
    let word = rest.split(|c| !is_name_character(c)).next().unwrap_or_default().to_ascii_lowercase();
    word.starts_with("is_") || ["in", "exists", "empty", "not", "or"].contains(&word.as_str())
}

fn is_name_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
