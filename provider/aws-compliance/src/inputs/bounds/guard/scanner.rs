//! Words and marks of the grammar.

use crate::inputs::bounds::guard::names::Names;
use crate::inputs::bounds::guard::stop::{Parsed, Stop};

/// Maximum nesting of blocks, lists and filters: a policy has at most 10,000 characters, and the stack has an end.
const DEEPEST: usize = 64;
/// What Guard takes for whitespace; anything else that looks like it is none.
const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

/// The text, and how far it was read.
pub(super) struct Parser<'t> {
    pub text: &'t str,
    pub at: usize,
    pub names: Names<'t>,
    depth: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, names: Names::default(), depth: 0 }
    }

    /// Moves over whitespace and comments.
    pub(super) fn space(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(SPACES);
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    /// Moves over spaces and tabs.
    pub(super) fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    /// Whether whitespace or a comment begins here.
    pub(super) fn is_space(&self) -> bool {
        self.rest().starts_with(SPACES) || self.rest().starts_with('#')
    }

    /// Moves over a word that whitespace must follow, and over that whitespace.
    pub(super) fn spaced_word(&mut self, words: &[&str]) -> bool {
        let start = self.at;
        let found = self.word(words) && self.is_space();
        if found {
            self.space();
        } else {
            self.at = start;
        }
        found
    }

    /// Moves over `not` or `!`, if it stands here; `!=` is a comparison.
    pub(super) fn not(&mut self) -> bool {
        if self.rest().starts_with('!') && !self.rest().starts_with("!=") {
            self.at += 1;
            return true;
        }
        let start = self.at;
        if self.word(&["not", "NOT"]) && self.rest().starts_with([' ', '\t']) {
            self.blanks();
            return true;
        }
        self.at = start;
        false
    }

    /// Whether a resource type begins here, such as `AWS::S3::Bucket`.
    pub(super) fn is_type_name(&self) -> bool {
        self.is_name_start() && self.rest().trim_start_matches(is_name_character).starts_with("::")
    }

    pub(super) fn is_name_start(&self) -> bool {
        self.rest().starts_with(|c: char| c.is_ascii_alphabetic())
    }

    pub(super) fn is_quote(&self) -> bool {
        self.rest().starts_with(['"', '\''])
    }

    pub(super) fn is_number(&self) -> bool {
        self.rest().strip_prefix('-').unwrap_or(self.rest()).starts_with(|c: char| c.is_ascii_digit())
    }

    pub(super) fn is_over(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn takes(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Moves over one of the words, if it stands here and ends here.
    pub(super) fn word(&mut self, words: &[&str]) -> bool {
        let ends = |rest: &str| !rest.starts_with(is_name_character);
        let found = words.iter().find(|word| self.rest().strip_prefix(**word).is_some_and(ends));
        self.at += found.map_or(0, |word| word.len());
        found.is_some()
    }

    pub(super) fn take_name(&mut self) -> &'t str {
        let rest = self.rest();
        if !self.is_name_start() {
            return "";
        }
        let length = rest.len() - rest.trim_start_matches(is_name_character).len();
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    pub(super) fn name(&mut self, expected: &str) -> Result<&'t str, Stop> {
        match self.take_name() {
            "" => Err(self.stop(expected)),
            name => Ok(name),
        }
    }

    pub(super) fn demand(&mut self, token: &str, expected: &str) -> Parsed {
        if self.takes(token) { Ok(()) } else { Err(self.stop(expected)) }
    }

    pub(super) fn deeper(&mut self, inner: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        if self.depth == DEEPEST {
            return Err(Stop::new(self.at, format!("expected at most {DEEPEST} brackets within one another")));
        }
        self.depth += 1;
        let parsed = inner(self);
        self.depth -= 1;
        parsed
    }

    pub(super) fn stop(&self, expected: &str) -> Stop {
        let found = match self.rest().chars().next() {
            Some('\r' | '\n') => "the end of the line".to_owned(),
            // A page that a policy is copied from may have such characters.
            Some(found) if found != ' ' && !found.is_ascii_graphic() && !found.is_alphanumeric() => {
                format!("the character U+{:04X}, which Guard does not take for a space", u32::from(found))
            }
            Some(found) => format!("`{found}`"),
            None => "the end".to_owned(),
        };
        Stop::new(self.at, format!("expected {expected}, got {found}"))
    }
}

pub(super) fn is_name_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
