//! What a value of a program is, as far as it is known before a deployment.

use std::collections::BTreeMap;

use pulumi_component::value::{PropertyMap, PropertyPath, PropertyValue, Value};

use super::node::{Content, Node};
use super::text::Step;

/// A place whose value is not known before a deployment, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Unread {
    pub path: PropertyPath,
    pub why: String,
}

/// A value of a program.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Evaluated {
    pub known: Known,
    pub secret: bool,
}

/// What it is; `Unknown` has the reason.
#[derive(Clone, Default, PartialEq)]
pub(super) enum Known {
    #[default]
    Null,
    Bool(bool),
    Number(f64),
    /// A number of the configuration whose type is a whole number: in a text it has no exponent.
    Whole(i64),
    Text(String),
    List(Vec<Evaluated>),
    Object(BTreeMap<String, Evaluated>),
    Unknown(String),
}

impl From<Known> for Evaluated {
    fn from(known: Known) -> Self {
        Self { known, secret: false }
    }
}

/// A value as it stands, in which a text refers to nothing.
impl From<&Node> for Evaluated {
    fn from(node: &Node) -> Self {
        let known = match &node.content {
            Content::Null => Known::Null,
            Content::Bool(flag) => Known::Bool(*flag),
            Content::Number(number) => Known::Number(*number),
            Content::Text(text) => Known::Text(text.clone()),
            Content::List(items) => Known::List(items.iter().map(Self::from).collect()),
            Content::Object(members) => {
                Known::Object(members.iter().map(|(name, member)| (name.clone(), member.into())).collect())
            }
        };
        known.into()
    }
}

impl Evaluated {
    /// A value that is not known, and why.
    pub(super) fn unknown(why: impl Into<String>) -> Self {
        Known::Unknown(why.into()).into()
    }

    /// The same, secret where `secret` says so.
    pub(super) fn secret_if(mut self, secret: bool) -> Self {
        self.secret |= secret;
        self
    }

    /// Why it, or something in it, is not known.
    pub(super) fn why_unknown(&self) -> Option<&str> {
        match &self.known {
            Known::Unknown(why) => Some(why),
            Known::List(items) => items.iter().find_map(Self::why_unknown),
            Known::Object(members) => members.values().find_map(Self::why_unknown),
            _ => None,
        }
    }

    /// Whether it, or something in it, is secret.
    pub(super) fn holds_secret(&self) -> bool {
        self.secret
            || match &self.known {
                Known::List(items) => items.iter().any(Self::holds_secret),
                Known::Object(members) => members.values().any(Self::holds_secret),
                _ => false,
            }
    }

    /// How many values it is made of.
    pub(super) fn size(&self) -> usize {
        match &self.known {
            Known::List(items) => items.iter().map(Self::size).fold(1, usize::saturating_add),
            Known::Object(members) => members.values().map(Self::size).fold(1, usize::saturating_add),
            Known::Text(text) => 1 + text.len() / 16,
            _ => 1,
        }
    }

    /// What a step leads to. What an object does not have is null.
    ///
    /// # Errors
    /// When the value is nothing that the step leads into.
    pub(super) fn at(&self, step: &Step) -> Result<Self, String> {
        let found = match (&self.known, step) {
            (Known::Unknown(_), _) => self.clone(),
            (Known::Object(members), Step::Member(name)) => members.get(name).cloned().unwrap_or_default(),
            (Known::List(items), Step::Item(index)) => items.get(*index).cloned().ok_or_else(|| {
                format!("expected a number below {}, the length of the list, got [{index}]", items.len())
            })?,
            (Known::List(_), Step::Member(name)) => {
                return Err(format!("`{name}` is of an object, but this is a list; its items are [0], [1] and so on"));
            }
            (_, Step::Member(name)) => return Err(format!("`{name}` is of an object, but this is {}", self.kind())),
            (_, Step::Item(index)) => return Err(format!("[{index}] is of a list, but this is {}", self.kind())),
        };
        Ok(found.secret_if(self.secret))
    }

    /// What it is, for a person.
    pub(super) fn kind(&self) -> &'static str {
        match &self.known {
            Known::Null => "nothing",
            Known::Bool(_) => "a boolean",
            Known::Number(_) | Known::Whole(_) => "a number",
            Known::Text(_) => "a string",
            Known::List(_) => "a list",
            Known::Object(_) => "an object",
            Known::Unknown(_) => "not known",
        }
    }

    /// Its text within another text, as Pulumi writes it: a number of a million has an exponent.
    pub(super) fn said(&self) -> String {
        match &self.known {
            Known::Null => "<nil>".to_owned(),
            Known::Bool(flag) => flag.to_string(),
            Known::Number(number) => general(*number),
            Known::Whole(number) => number.to_string(),
            Known::Text(text) => text.clone(),
            Known::List(items) => format!("[{}]", items.iter().map(Self::said).collect::<Vec<_>>().join(" ")),
            Known::Object(members) => {
                let members = members.iter().map(|(name, member)| format!("{name}:{}", member.said()));
                format!("map[{}]", members.collect::<Vec<_>>().join(" "))
            }
            Known::Unknown(_) => String::new(),
        }
    }

    /// Its JSON, where all of it is known.
    pub(super) fn json(&self) -> serde_json::Value {
        match &self.known {
            Known::Null | Known::Unknown(_) => serde_json::Value::Null,
            Known::Bool(flag) => (*flag).into(),
            Known::Number(number) => match format!("{number:.0}").parse::<i64>() {
                Ok(whole) if number.fract() == 0.0 => whole.into(),
                _ => (*number).into(),
            },
            Known::Whole(number) => (*number).into(),
            Known::Text(text) => text.as_str().into(),
            Known::List(items) => items.iter().map(Self::json).collect(),
            Known::Object(members) => members.iter().map(|(name, member)| (name.clone(), member.json())).collect(),
        }
    }

    /// The same as a property; each place that is not known is added to `unread`.
    pub(super) fn into_property(self, at: &PropertyPath, unread: &mut Vec<Unread>) -> PropertyValue {
        let secret = self.secret;
        let value = match self.known {
            Known::Null => Value::Null,
            Known::Bool(flag) => Value::Bool(flag),
            Known::Number(number) => Value::Number(number),
            Known::Whole(number) => Value::Number(serde_json::Number::from(number).as_f64().unwrap_or_default()),
            Known::Text(text) => Value::String(text),
            Known::List(items) => {
                let items = items.into_iter().enumerate();
                Value::List(items.map(|(index, item)| item.into_property(&at.index(index), unread)).collect())
            }
            Known::Object(members) => {
                let inner = |name: &str| if secret { at.hidden() } else { at.member(name) };
                let members = members.into_iter().map(|(name, member)| {
                    let property = member.into_property(&inner(&name), unread);
                    (name, property)
                });
                Value::Object(members.collect::<PropertyMap>())
            }
            Known::Unknown(why) => {
                unread.push(Unread { path: at.clone(), why });
                Value::Unknown
            }
        };
        PropertyValue { value, secret, ..PropertyValue::default() }
    }
}

/// A number as Go's `%v` writes it: the shortest digits, with an exponent from a million on and below 0.0001.
fn general(number: f64) -> String {
    if !number.is_finite() {
        return if number.is_nan() {
            "NaN"
        } else if number > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        }
        .to_owned();
    }
    let text = format!("{number:e}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let power = exponent.parse::<i32>().unwrap_or_default();
    if (-4..6).contains(&power) {
        return number.to_string();
    }
    let sign = if power < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", power.unsigned_abs())
}
