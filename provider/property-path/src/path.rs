//! Paths, their parts, and their text.

use std::fmt::{self, Write as _};

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    /// A property of an object, or a key of a map.
    Member(String),
    /// An element of a list, from 0.
    Index(usize),
    /// A key that is not shown, because it is part of a secret.
    Hidden,
}

/// The way from an object to a property in it; without steps, the object itself.
///
/// Its text is the one users write: `rules.managed[0].name`, `tags["a.b"]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PropertyPath(Vec<PathStep>);

impl PropertyPath {
    /// The path of the object itself.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// Whether it is the path of the object itself.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Its steps, the outermost first.
    #[must_use]
    pub fn steps(&self) -> &[PathStep] {
        &self.0
    }

    /// The member that it begins with.
    #[must_use]
    pub fn first_member(&self) -> Option<&str> {
        member(self.0.first())
    }

    /// The member that it ends with; none where it ends with another step.
    #[must_use]
    pub fn last_member(&self) -> Option<&str> {
        member(self.0.last())
    }

    /// Whether it leads to what `outer` leads to, or to something in it.
    #[must_use]
    pub fn is_within(&self, outer: &Self) -> bool {
        self.0.starts_with(&outer.0)
    }

    /// The path to a member of what it leads to.
    #[must_use]
    pub fn member(&self, name: impl Into<String>) -> Self {
        self.with(PathStep::Member(name.into()))
    }

    /// The path to an element of what it leads to.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(PathStep::Index(index))
    }

    /// The path to a member of what it leads to whose name is not shown.
    #[must_use]
    pub fn hidden(&self) -> Self {
        self.with(PathStep::Hidden)
    }

    /// The path that goes on with `rest`.
    #[must_use]
    pub fn join(&self, rest: impl Into<Self>) -> Self {
        let mut steps = self.0.clone();
        steps.extend(rest.into().0);
        Self(steps)
    }

    fn with(&self, step: PathStep) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }
}

fn member(step: Option<&PathStep>) -> Option<&str> {
    match step {
        Some(PathStep::Member(name)) => Some(name),
        _ => None,
    }
}

impl FromIterator<PathStep> for PropertyPath {
    fn from_iter<T: IntoIterator<Item = PathStep>>(steps: T) -> Self {
        Self(steps.into_iter().collect())
    }
}

/// One member of that name, whatever characters it has; the root where it is empty.
impl From<&str> for PropertyPath {
    fn from(name: &str) -> Self {
        if name.is_empty() { Self::root() } else { Self(vec![PathStep::Member(name.to_owned())]) }
    }
}

/// One member of that name, whatever characters it has; the root where it is empty.
impl From<String> for PropertyPath {
    fn from(name: String) -> Self {
        if name.is_empty() { Self::root() } else { Self(vec![PathStep::Member(name)]) }
    }
}

/// One element.
impl From<usize> for PropertyPath {
    fn from(index: usize) -> Self {
        Self(vec![PathStep::Index(index)])
    }
}

/// Members, the outermost first.
impl<const N: usize> From<[&str; N]> for PropertyPath {
    fn from(names: [&str; N]) -> Self {
        names.into_iter().map(|name| PathStep::Member(name.to_owned())).collect()
    }
}

/// An element of a member.
impl From<(&str, usize)> for PropertyPath {
    fn from((name, index): (&str, usize)) -> Self {
        Self::from(name).index(index)
    }
}

/// A member of an element of a member.
impl From<(&str, usize, &str)> for PropertyPath {
    fn from((list, index, name): (&str, usize, &str)) -> Self {
        Self::from(list).index(index).join(name)
    }
}

impl From<&Self> for PropertyPath {
    fn from(path: &Self) -> Self {
        path.clone()
    }
}

impl fmt::Display for PropertyPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Index(index) => write!(formatter, "[{index}]")?,
                PathStep::Member(name) if !is_plain(name) => quoted(formatter, name)?,
                PathStep::Member(name) if number == 0 => formatter.write_str(name)?,
                PathStep::Member(name) => write!(formatter, ".{name}")?,
                PathStep::Hidden if number == 0 => formatter.write_char('*')?,
                PathStep::Hidden => formatter.write_str(".*")?,
            }
        }
        Ok(())
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// A name in brackets, as a string of JSON.
fn quoted(formatter: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    formatter.write_str("[\"")?;
    for character in name.chars() {
        match character {
            '"' | '\\' => write!(formatter, "\\{character}")?,
            '\n' => formatter.write_str("\\n")?,
            '\r' => formatter.write_str("\\r")?,
            '\t' => formatter.write_str("\\t")?,
            '\u{8}' => formatter.write_str("\\b")?,
            '\u{c}' => formatter.write_str("\\f")?,
            '\0'..='\u{1f}' => write!(formatter, "\\u{:04x}", u32::from(character))?,
            _ => formatter.write_char(character)?,
        }
    }
    formatter.write_str("\"]")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn step() -> impl Strategy<Value = PathStep> {
        prop_oneof![
            "[a-zA-Z0-9_-]{1,6}".prop_map(PathStep::Member),
            any::<String>().prop_map(PathStep::Member),
            (0..20_usize).prop_map(PathStep::Index),
            Just(PathStep::Hidden),
        ]
    }

    fn path() -> impl Strategy<Value = PropertyPath> {
        proptest::collection::vec(step(), 0..5).prop_map(|steps| steps.into_iter().collect())
    }

    #[test]
    fn a_path_is_written_as_users_write_it() {
        let root = PropertyPath::root();
        for (path, text) in [
            (root.clone(), ""),
            (root.member("rules").member("managed").index(0).member("name"), "rules.managed[0].name"),
            (root.member("tags").member("a.b"), "tags[\"a.b\"]"),
            (root.member("a.b").member("c"), "[\"a.b\"].c"),
            (root.member("").index(1), "[\"\"][1]"),
            (root.index(2).member("x-y_z"), "[2].x-y_z"),
            (root.member("a\"\\\n\u{1}ü"), "[\"a\\\"\\\\\\n\\u0001ü\"]"),
            (root.member("whole").hidden(), "whole.*"),
            (root.member("*"), "[\"*\"]"),
        ] {
            assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn parts_become_paths() {
        let root = PropertyPath::root();
        assert_eq!(PropertyPath::from(""), root);
        assert_eq!(PropertyPath::from("a.b"), root.member("a.b"));
        assert_eq!(PropertyPath::from(["a", "b"]), root.member("a").member("b"));
        assert_eq!(PropertyPath::from(("a", 1)), root.member("a").index(1));
        assert_eq!(PropertyPath::from(("a", 1, "b")), root.member("a").index(1).member("b"));
        assert_eq!(PropertyPath::from(1).join(["a", "b"]), root.index(1).member("a").member("b"));
    }

    #[test]
    fn only_a_member_is_the_first_or_last_member() {
        let path = PropertyPath::from(("rules", 1));
        assert_eq!((path.first_member(), path.last_member()), (Some("rules"), None));
        assert_eq!((path.member("a").last_member(), PropertyPath::from(1).first_member()), (Some("a"), None));
        assert_eq!(PropertyPath::root().first_member(), None);
    }

    proptest! {
        #[test]
        fn two_paths_have_two_texts(one in path(), other in path()) {
            prop_assert_eq!(one == other, one.to_string() == other.to_string());
        }

        #[test]
        fn a_quoted_name_is_a_string_of_json(name in any::<String>()) {
            let text = PropertyPath::root().member(name.clone()).to_string();
            let quoted = format!("[{}]", serde_json::Value::from(name.clone()));
            prop_assert!(text == name || text == quoted, "{text} of {name:?}");
        }

        #[test]
        fn a_joined_path_is_within_its_start(start in path(), rest in path()) {
            let whole = start.join(&rest);
            prop_assert!(whole.is_within(&start));
            prop_assert_eq!(start.is_within(&whole), rest.is_root());
            prop_assert_eq!(whole.steps().len(), start.steps().len() + rest.steps().len());
        }
    }
}
