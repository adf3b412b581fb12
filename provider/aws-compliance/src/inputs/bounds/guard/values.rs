//! Values of the grammar: what a clause compares with.

use crate::inputs::bounds::guard::scanner::{Parsed, Parser, Stop, is_name_character};

impl Parser<'_> {
    /// A value, a call, or what is to be read.
    pub(super) fn operand(&mut self) -> Parsed {
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

    pub(super) fn arguments(&mut self) -> Parsed {
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

    pub(super) fn is_value(&mut self) -> bool {
        let start = self.at;
        let is_word = self.word(&["true", "True", "TRUE", "false", "False", "FALSE", "null", "NULL", "Null"]);
        self.at = start;
        let is_range = self.rest().starts_with("r(") || self.rest().starts_with("r[");
        is_word || is_range || self.is_number() || self.rest().starts_with(['"', '\'', '/', '[', '{'])
    }

    pub(super) fn value(&mut self) -> Parsed {
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
    pub(super) fn listed(&mut self, open: &'static str, close: &'static str, item: fn(&mut Self) -> Parsed) -> Parsed {
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
    pub(super) fn member(&mut self) -> Parsed {
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
    pub(super) fn range(&mut self) -> Parsed {
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

    pub(super) fn number(&mut self) -> Parsed {
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

    pub(super) fn string(&mut self) -> Parsed {
        let quote = if self.rest().starts_with('"') { '"' } else { '\'' };
        self.quoted(quote, "this quote is not closed")
    }

    /// Moves over what stands between two marks; a mark behind a backslash is no end.
    pub(super) fn quoted(&mut self, mark: char, unclosed: &str) -> Parsed {
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
    pub(super) fn message(&mut self) -> Parsed {
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
}
