//! What a clause reads: properties, variables and filters.

use crate::inputs::bounds::guard::grammar::Place;
use crate::inputs::bounds::guard::names::Use;
use crate::inputs::bounds::guard::scanner::Parser;
use crate::inputs::bounds::guard::stop::{Parsed, Stop};

impl Parser<'_> {
    /// `%volumes[ type == "x" ].*.encrypted`, with or without `some`.
    pub(super) fn access(&mut self) -> Parsed {
        self.spaced_word(&["some", "SOME"]);
        let start = self.at;
        if self.takes("%") {
            let name = self.name("the name of a variable after `%`")?;
            self.names.uses(start, name, Use::Variable);
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
        let start = self.at;
        if self.takes("*") {
            return Ok(());
        }
        if self.is_quote() {
            return self.string();
        }
        if self.is_number() {
            return self.index();
        }
        if self.takes("%") {
            let name = self.name("the name of a variable after `%`")?;
            self.names.uses(start, name, Use::Variable);
            return Ok(());
        }
        self.name("a property, an index, `*` or a variable after the full stop").map(drop)
    }

    /// `[*]`, `[0]`, `['key']`, `[name]`, `[ keys == ... ]` or `[ clauses ]`.
    fn filter(&mut self) -> Parsed {
        let open = self.at;
        self.takes("[");
        self.deeper(|parser| {
            let start = parser.at;
            if parser.is_number() {
                parser.index()?;
                parser.space();
                return parser.demand("]", "`]` after an index");
            }
            if parser.is_quote() {
                parser.string()?;
                parser.space();
                if parser.takes("]") {
                    return Ok(());
                }
                parser.at = start;
            }
            parser.space();
            if parser.takes("*") {
                parser.space();
                return parser.demand("]", "`]` after `*`");
            }
            if parser.is_number() {
                return Err(Stop::new(start, "expected no space between `[` and an index"));
            }
            let begin = parser.at;
            let name = parser.take_name();
            parser.space();
            if !name.is_empty() && parser.takes("]") {
                parser.names.variables.insert(name);
                return Ok(());
            }
            parser.at = begin + name.len();
            parser.blanks();
            // The name that a filter gives to what it reads.
            if !name.is_empty() && parser.takes("|") {
                parser.names.variables.insert(name);
                parser.space();
            } else {
                parser.at = begin;
            }
            if parser.keys()? {
                return Ok(());
            }
            parser.clauses(open)
        })
    }

    /// `keys == ... ]`. Where anything else follows, `keys` is a property.
    fn keys(&mut self) -> Result<bool, Stop> {
        let start = self.at;
        if !self.word(&["keys", "KEYS"]) {
            return Ok(false);
        }
        self.space();
        let compares = self.takes("==") || self.takes("!=") || {
            self.not();
            self.takes("in") || self.takes("IN")
        };
        if !compares {
            return Err(self.stop("`==`, `!=`, `in` or `not in` after `keys`"));
        }
        self.space();
        if self.is_value() {
            self.value()?
        } else {
            self.access()?
        }
        self.space();
        let ends = self.takes("]");
        if !ends {
            self.at = start;
        }
        Ok(ends)
    }

    /// Clauses up to `]`.
    fn clauses(&mut self, open: usize) -> Parsed {
        loop {
            self.space();
            if self.is_over() {
                return Err(Stop::new(open, "this `[` is not closed with `]`"));
            }
            self.alternatives(Place::Filter)?;
            self.space();
            if self.takes("]") {
                return Ok(());
            }
        }
    }
}
