//! YAML as a tree in which each value knows its place in the file.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// Where a value begins, both from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    line: u64,
    column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)
    }
}

/// What makes a file unreadable as a program, and where.
#[derive(Debug)]
pub(super) struct Malformed {
    pub place: Place,
    pub reason: String,
}

/// A value of a file.
#[derive(Clone, Default)]
pub(super) struct Node {
    pub place: Place,
    pub content: Content,
}

/// What a value is. The members of an object have the order of the file.
#[derive(Clone, Default)]
pub(super) enum Content {
    #[default]
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// Reads the only document of a file; YAML contains JSON. Booleans are `true` and `false` alone, as for Pulumi.
    pub(super) fn read(text: &str) -> Result<Self, serde_saphyr::Error> {
        let options = serde_saphyr::options! { strict_booleans: true };
        serde_saphyr::from_str_with_options(text, options)
    }

    /// Its members, where it is an object.
    pub(super) fn members(&self) -> Option<&[(String, Self)]> {
        match &self.content {
            Content::Object(members) => Some(members),
            _ => None,
        }
    }

    /// A member that is given, where it is an object.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        let given = self.members()?.iter().find(|(known, _)| known == name).map(|(_, node)| node);
        given.filter(|node| !matches!(node.content, Content::Null))
    }

    /// Its text, where it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Its members; none where it is null.
    ///
    /// # Errors
    /// When it is something else; `what` says what was expected.
    pub(super) fn object(&self, what: impl fmt::Display) -> Result<&[(String, Self)], Malformed> {
        match &self.content {
            Content::Object(members) => Ok(members),
            Content::Null => Ok(&[]),
            other => Err(self.malformed(format!("{what}, got {}", other.kind()))),
        }
    }

    /// A reason at its place.
    pub(super) fn malformed(&self, reason: impl Into<String>) -> Malformed {
        Malformed { place: self.place, reason: reason.into() }
    }
}

impl Content {
    /// What it is, for a person.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value, referenced, .. } = Spanned::<Content>::deserialize(deserializer)?;
        Ok(Self { place: Place { line: referenced.line(), column: referenced.column() }, content: value })
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Content;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Content, D::Error> {
        Content::deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Content, E> {
        Ok(Content::Bool(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Content, E> {
        Ok(whole(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Content, E> {
        Ok(whole(number))
    }

    fn visit_i128<E: Error>(self, number: i128) -> Result<Content, E> {
        parsed(&number)
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<Content, E> {
        parsed(&number)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Content, E> {
        Ok(Content::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Content, E> {
        Ok(Content::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Content::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Content::Object(members))
    }
}

/// A whole number as the double that Pulumi has of it.
fn whole(number: impl Into<serde_json::Number>) -> Content {
    Content::Number(number.into().as_f64().unwrap_or_default())
}

fn parsed<E: Error>(number: &impl fmt::Display) -> Result<Content, E> {
    number.to_string().parse().map(Content::Number).map_err(E::custom)
}
