//! Words and marks of the grammar.

/// How deep blocks, lists and filters may stand in one another: a policy has 10,000 characters at most, and the stack an end.
const DEEPEST: usize = 64;

/// Where the text is no policy any more.
pub(super) struct Stop {
    pub at: usize,
    pub reason: String,
}

/// Whether the text goes on as it should.
pub(super) type Parsed = Result<(), Stop>;

/// The text, and how far it was read.
pub(super) struct Parser<'t> {
    pub text: &'t str,
    pub at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// Moves over whitespace and comments.
    pub(super) fn space(&mut self) {
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
    pub(super) fn not(&mut self) -> bool {
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
    pub(super) fn is_some(&self) -> bool {
        let rest = self.rest().strip_prefix("some").or_else(|| self.rest().strip_prefix("SOME"));
        rest.is_some_and(|rest| {
            rest.starts_with(char::is_whitespace)
                && rest.trim_start().starts_with(|c: char| c.is_ascii_alphabetic() || "%\"'".contains(c))
                && !starts_with_operator(rest.trim_start())
        })
    }

    /// Whether a resource type begins here, such as `AWS::S3::Bucket`.
    pub(super) fn is_type_name(&self) -> bool {
        let rest = self.rest();
        rest.starts_with(|c: char| c.is_ascii_alphabetic())
            && rest.trim_start_matches(is_name_character).starts_with("::")
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

    /// Moves over one of the words, if it stands here and does not go on.
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

    pub(super) fn name(&mut self, expected: &str) -> Parsed {
        match self.take_name() {
            "" => self.stop(expected),
            _ => Ok(()),
        }
    }

    pub(super) fn demand(&mut self, token: &str, expected: &str) -> Parsed {
        if self.takes(token) { Ok(()) } else { self.stop(expected) }
    }

    pub(super) fn deeper(&mut self, inner: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        if self.depth == DEEPEST {
            return Err(Stop { at: self.at, reason: format!("more than {DEEPEST} brackets stand in one another") });
        }
        self.depth += 1;
        let parsed = inner(self);
        self.depth -= 1;
        parsed
    }

    pub(super) fn stop(&self, expected: &str) -> Parsed {
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

pub(super) fn is_name_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
