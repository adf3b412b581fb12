//! Values of the grammar: what a clause compares with.

use std::cmp::Ordering;

use regex_syntax::ast;

use crate::inputs::bounds::guard::names;
use crate::inputs::bounds::guard::scanner::{Parser, is_name_character};
use crate::inputs::bounds::guard::stop::{Parsed, Stop};

/// What the ends of a range are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Integer,
    Float,
    Character,
}

impl Parser<'_> {
    /// A value, a function, or what is to be read.
    pub(super) fn operand(&mut self) -> Parsed {
        self.space();
        let start = self.at;
        if self.is_value() {
            let parsed = self.value();
            // `r[0].size` is a property `r`.
            if parsed.is_err() && self.text.get(start..).is_some_and(|rest| rest.starts_with("r[")) {
                self.at = start;
                return self.access().or(parsed);
            }
            return parsed;
        }
        let name = self.take_name();
        if !name.is_empty() && self.rest().starts_with('(') {
            let given = self.arguments()?;
            return names::function(start, name, given);
        }
        self.at = start;
        match self.is_name_start() || self.rest().starts_with('%') {
            true => self.access(),
            false => Err(self.stop("a value such as `true` or \"text\", a property, or a variable such as `%name`")),
        }
    }

    /// `(VALUE, ...)`: how many there are.
    pub(super) fn arguments(&mut self) -> Result<usize, Stop> {
        let open = self.at;
        let mut count = 0;
        self.takes("(");
        if self.takes(")") {
            return Ok(count);
        }
        self.deeper(|parser| {
            loop {
                parser.operand()?;
                count += 1;
                parser.space();
                if parser.takes(")") {
                    return Ok(());
                }
                if parser.is_over() {
                    return Err(Stop::new(open, "this `(` is not closed with `)`"));
                }
                parser.demand(",", "`,` or `)`")?;
            }
        })?;
        Ok(count)
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
            Some('/') => self.regular_expression(),
            Some('[') => self.listed("[", "]", Self::value),
            Some('{') => self.listed("{", "}", Self::member),
            Some('r') if self.takes("r(") => self.range(false),
            Some('r') if self.takes("r[") => self.range(true),
            Some(_) if self.is_number() => self.number().map(drop),
            _ if self.is_value() => {
                self.take_name();
                Ok(())
            }
            _ => Err(self.stop(
                "a value: text in quotes, a number, `true`, `false`, `null`, a regular expression, a list or a map",
            )),
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
                    return Err(Stop::new(start, format!("this `{open}` is not closed with `{close}`")));
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
                return Err(self.stop("the key of a map"));
            }
            self.at += length;
        }
        self.space();
        self.demand(":", "`:` after the key of a map")?;
        self.value()
    }

    /// `10, 20]` of `r(10, 20]`. Whether the first end belongs to it.
    fn range(&mut self, takes_first: bool) -> Parsed {
        let start = self.at;
        let first = self.end_of_range()?;
        let middle = self.at;
        self.demand(",", "`,` between the ends of a range")?;
        let second = self.end_of_range()?;
        let end = self.at;
        let takes_second = self.takes("]");
        if !takes_second {
            self.demand(")", "`)` or `]` at the end of a range")?;
        }
        if first != second {
            let reason = "both ends of a range are integers, numbers with a decimal point, or characters";
            return Err(Stop::new(start, reason));
        }
        let text = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default().trim();
        let (low, high) = (text(start, middle), text(middle + 1, end));
        let order = match first {
            End::Integer => low.parse::<i64>().ok().partial_cmp(&high.parse::<i64>().ok()),
            End::Float => low.parse::<f64>().ok().partial_cmp(&high.parse::<f64>().ok()),
            End::Character => low.partial_cmp(high),
        };
        match order {
            Some(Ordering::Greater) => Err(Stop::new(
                start,
                format!("no value is in this range: `{low}` comes after `{high}`; exchange the ends"),
            )),
            Some(Ordering::Equal) if !(takes_first && takes_second) => {
                Err(Stop::new(start, format!("no value is in this range: it excludes `{low}`, its only one")))
            }
            _ => Ok(()),
        }
    }

    fn end_of_range(&mut self) -> Result<End, Stop> {
        self.blanks();
        let end = if self.is_number() {
            self.number()?
        } else {
            let Some(character) = self.rest().chars().next().filter(|c| !matches!(c, '\r' | '\n')) else {
                return Err(self.stop("the end of a range"));
            };
            self.at += character.len_utf8();
            End::Character
        };
        self.blanks();
        Ok(end)
    }

    fn digits(&mut self) -> bool {
        let length = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.at += length;
        length > 0
    }

    fn number(&mut self) -> Result<End, Stop> {
        let start = self.at;
        self.takes("-");
        self.digits();
        let mut kind = End::Integer;
        let before = self.at;
        if self.takes(".") && self.digits() {
            kind = End::Float;
        } else {
            self.at = before;
        }
        let before = self.at;
        if self.takes("e") || self.takes("E") {
            let _ = self.takes("+") || self.takes("-");
            if self.digits() {
                kind = End::Float;
            } else {
                self.at = before;
            }
        }
        if kind == End::Integer {
            self.at = start;
            self.index()?;
        }
        self.ends_number(start)?;
        Ok(kind)
    }

    /// A whole number.
    pub(super) fn index(&mut self) -> Parsed {
        let start = self.at;
        self.takes("-");
        self.digits();
        let digits = self.text.get(start..self.at).unwrap_or_default();
        if digits.trim_start_matches('-').parse::<i64>().is_err() {
            return Err(Stop::new(start, format!("expected a whole number of at most {}", i64::MAX)));
        }
        self.ends_number(start)
    }

    fn ends_number(&self, start: usize) -> Parsed {
        match self.rest().starts_with(is_name_character) {
            true => Err(Stop::new(start, "a number must not run into a letter, digit or underscore")),
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
        Err(Stop::new(open, unclosed))
    }

    /// A regular expression between slashes. Guard evaluates nothing of a policy with one that does not parse. What Guard's
    /// engine knows beyond the crate `regex`, such as look-around, is left to it.
    fn regular_expression(&mut self) -> Parsed {
        let open = self.at;
        self.quoted('/', "this regular expression is not closed with `/`")?;
        let pattern = self.text.get(open + 1..self.at - 1).unwrap_or_default().replace("\\/", "/");
        if pattern.is_empty() {
            return Err(Stop::new(open, "this regular expression is empty"));
        }
        match ast::parse::Parser::new().parse(&pattern) {
            Err(error) if is_wrong_everywhere(error.kind()) => {
                Err(Stop::new(open, format!("this regular expression does not parse: {}", error.kind())))
            }
            _ => Ok(()),
        }
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
            None => Err(Stop::new(open, "this message is not closed with `>>`")),
        }
    }
}

/// Whether no engine takes it, whatever it adds.
fn is_wrong_everywhere(kind: &ast::ErrorKind) -> bool {
    use ast::ErrorKind::{
        ClassRangeInvalid, ClassUnclosed, EscapeUnexpectedEof, GroupUnclosed, GroupUnopened, RepetitionCountInvalid,
        RepetitionMissing,
    };
    matches!(
        kind,
        ClassRangeInvalid
            | ClassUnclosed
            | EscapeUnexpectedEof
            | GroupUnclosed
            | GroupUnopened
            | RepetitionCountInvalid
            | RepetitionMissing
    )
}
