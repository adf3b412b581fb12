//! The configuration of a program: what it declares, and what its stack gives.
//!
//! Two blocks declare it. `config` is the project's: the engine hands each value over as what it looks like, whatever
//! type is declared. `configuration` is the program's own, which reads each value as the type that it declares.

use std::collections::BTreeMap;

use aws_compliance_catalog::nearest_of;
use pulumi_component::value::PropertyPath;

use super::evaluated::{Evaluated, Known};
use super::node::{Content, Malformed, Node};

/// A name of the configuration.
pub(super) struct Setting<'p> {
    /// Where it is declared.
    pub at: PropertyPath,
    pub kind: Option<Kind>,
    pub default: Option<&'p Node>,
    /// The key of its value, without the project.
    pub key: String,
    pub secret: bool,
    /// Whether the program reads it as its type.
    pub is_typed: bool,
}

/// A type of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Whole,
    Number,
    Bool,
    List,
    Object,
}

const KINDS: [(&str, Kind); 11] = [
    ("string", Kind::Text),
    ("integer", Kind::Whole),
    ("int", Kind::Whole),
    ("number", Kind::Number),
    ("boolean", Kind::Bool),
    ("bool", Kind::Bool),
    ("array", Kind::List),
    ("list", Kind::List),
    ("object", Kind::Object),
    ("map", Kind::Object),
    ("float", Kind::Number),
];

impl Kind {
    fn parse(text: &str) -> Option<Self> {
        let folded = text.trim().to_lowercase();
        let name = if folded.starts_with("list<") && folded.ends_with('>') { "list" } else { &folded };
        KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    /// What a value of it is, for a person.
    fn expected(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Whole => "a whole number",
            Self::Number => "a number",
            Self::Bool => "`true` or `false`",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

/// What a program declares, by name.
///
/// # Errors
/// When it is not declared as Pulumi takes it.
pub(super) fn declared<'p>(
    program: &'p Node,
    project: &str,
    outer: &PropertyPath,
) -> Result<BTreeMap<String, Setting<'p>>, Malformed> {
    let mut settings = BTreeMap::new();
    for (block, is_typed) in [("config", false), ("configuration", true)] {
        let Some(node) = program.member(block) else { continue };
        // The name of a folder, as older projects have it.
        if !is_typed && node.text().is_some() {
            continue;
        }
        let outer = outer.member(block);
        for (name, node) in node.object(format!("{outer}: expected an object with the names of the configuration"))? {
            let at = outer.member(name);
            let name = name.strip_prefix(project).and_then(|rest| rest.strip_prefix(':')).unwrap_or(name);
            settings.insert(name.to_owned(), Setting::of(name, node, at, is_typed)?);
        }
    }
    Ok(settings)
}

impl<'p> Setting<'p> {
    fn of(name: &str, node: &'p Node, at: PropertyPath, is_typed: bool) -> Result<Self, Malformed> {
        let key = name.to_owned();
        // What is no object is the value itself.
        if !matches!(node.content, Content::Object(_)) {
            let default = (!matches!(node.content, Content::Null)).then_some(node);
            return Ok(Self { at, kind: None, default, key, secret: false, is_typed });
        }
        let kind = match node.member("type") {
            None => None,
            Some(given) => Some(given.text().and_then(Kind::parse).ok_or_else(|| unknown_kind(given, &at))?),
        };
        let secret = match node.member("secret").map(|given| (given, &given.content)) {
            None => false,
            Some((_, Content::Bool(flag))) => *flag,
            Some((given, other)) => {
                return Err(given.malformed(format!("{at}.secret: expected `true` or `false`, got {}", other.kind())));
            }
        };
        let key = node.member("name").filter(|_| is_typed).and_then(Node::text).map(str::to_owned).unwrap_or(key);
        let default = node.member("default").or_else(|| node.member("value"));
        Ok(Self { at, kind, default, key, secret, is_typed })
    }

    /// What a value of the stack, or the default of a project, is for the program.
    ///
    /// # Errors
    /// When it is not of the declared type.
    pub(super) fn value(&self, given: &Node) -> Result<Evaluated, String> {
        let value = if self.is_typed { self.typed(given) } else { self.of_engine(given) };
        let value = value.ok_or_else(|| {
            let expected = self.kind.map_or("a value", Kind::expected);
            format!("expected {expected}, as its type says, got {}", given.content.kind())
        })?;
        Ok(value.secret_if(self.secret))
    }

    fn of_engine(&self, given: &Node) -> Option<Evaluated> {
        let value = of_engine(given);
        let fits = match (self.kind, &value.known) {
            (_, Known::Unknown(_)) | (None, _) => true,
            (Some(Kind::Text), known) => !matches!(known, Known::List(_) | Known::Object(_)),
            (Some(Kind::Whole), known) => matches!(known, Known::Number(_)),
            (Some(Kind::Number), Known::Text(text)) => text.parse::<f64>().is_ok(),
            (Some(Kind::Number), known) => matches!(known, Known::Number(_)),
            (Some(Kind::Bool), known) => matches!(known, Known::Bool(_)),
            (Some(Kind::List), known) => matches!(known, Known::List(_)),
            (Some(Kind::Object), known) => matches!(known, Known::Object(_)),
        };
        fits.then_some(value)
    }

    fn typed(&self, given: &Node) -> Option<Evaluated> {
        let plain = structured(given);
        if matches!(plain.known, Known::Unknown(_)) {
            return Some(plain);
        }
        let text = scalar(given);
        let known = match self.kind {
            None => plain.known,
            Some(Kind::Text) => Known::Text(text?),
            Some(Kind::Whole) => Known::Whole(text?.parse().ok()?),
            Some(Kind::Number) => Known::Number(text?.parse().ok()?),
            Some(Kind::Bool) => Known::Bool(text?.parse().ok()?),
            Some(Kind::List) => Some(plain.known).filter(|known| matches!(known, Known::List(_)))?,
            Some(Kind::Object) => Some(plain.known).filter(|known| matches!(known, Known::Object(_)))?,
        };
        Some(known.into())
    }
}

fn unknown_kind(given: &Node, at: &PropertyPath) -> Malformed {
    let text = given.text().unwrap_or_default();
    let near = nearest_of(text, KINDS.map(|(known, _)| known)).map(|near| format!("; nearest: `{near}`"));
    let expected = "expected `string`, `integer`, `number`, `boolean`, `array` or `object`";
    given.malformed(format!("{at}.type: {expected}{}", near.unwrap_or_default()))
}

/// A value as the engine hands it over: what looks like a boolean or a whole number is one, unless it begins with 0.
pub(super) fn of_engine(given: &Node) -> Evaluated {
    let Some(text) = scalar(given) else { return structured(given) };
    let known = match text.as_str() {
        "true" => Known::Bool(true),
        "false" => Known::Bool(false),
        text if text.len() > 1 && text.starts_with('0') => Known::Text(text.to_owned()),
        text => match text.parse::<i64>() {
            Ok(number) => Known::Number(serde_json::Number::from(number).as_f64().unwrap_or_default()),
            Err(_) => Known::Text(text.to_owned()),
        },
    };
    known.into()
}

/// The text of a value that is neither a list nor an object.
fn scalar(given: &Node) -> Option<String> {
    match &given.content {
        Content::Text(text) => Some(text.clone()),
        Content::Bool(flag) => Some(flag.to_string()),
        Content::Number(number) => Some(number.to_string()),
        Content::Null | Content::List(_) | Content::Object(_) => None,
    }
}

/// A value as it stands; what is encrypted is not known.
fn structured(given: &Node) -> Evaluated {
    let known = match &given.content {
        Content::Null => Known::Null,
        Content::Bool(flag) => Known::Bool(*flag),
        Content::Number(number) => Known::Number(*number),
        Content::Text(text) => Known::Text(text.clone()),
        Content::List(items) => Known::List(items.iter().map(structured).collect()),
        Content::Object(members) => match members.as_slice() {
            [(name, Node { content: Content::Text(_), .. })] if name == "secure" => {
                return Evaluated::unknown("a secret that the stack has in encrypted form").secret_if(true);
            }
            members => Known::Object(members.iter().map(|(name, node)| (name.clone(), structured(node))).collect()),
        },
    };
    known.into()
}
