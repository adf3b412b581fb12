//! What `aws-types.json` says.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Failure;

/// The extract of `@pulumi/aws`.
#[derive(Deserialize)]
pub struct Facts {
    /// Version of the package, which is also its plugin's.
    pub version: String,
    /// The selected resource types by token.
    pub resources: BTreeMap<String, ResourceFacts>,
    /// Nested types: `service.Name` to members.
    pub types: BTreeMap<String, BTreeMap<String, Member>>,
}

/// A resource type.
#[derive(Deserialize)]
pub struct ResourceFacts {
    /// Its inputs by wire name.
    pub inputs: BTreeMap<String, Member>,
    /// Its outputs by wire name.
    pub outputs: BTreeMap<String, Member>,
}

/// An input, an output or a member of a nested type.
#[derive(Deserialize)]
pub struct Member {
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: Type,
    /// Whether it must be given, or for an output whether it is always there.
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    deprecated: serde_json::Value,
}

impl Member {
    /// Deprecated inputs are absent from the Rust types, so nobody can set one.
    pub fn is_deprecated(&self) -> bool {
        !matches!(self.deprecated, serde_json::Value::Null | serde_json::Value::Bool(false))
    }
}

/// What a member holds.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Type {
    /// `string`, `number`, `boolean` or `any`.
    Scalar(String),
    /// A list.
    List {
        /// Of what.
        list: Box<Type>,
    },
    /// A map from text.
    Map {
        /// To what.
        map: Box<Type>,
    },
    /// A nested type.
    Ref {
        /// `service.Name`
        #[serde(rename = "ref")]
        name: String,
    },
    /// Files.
    Archive {
        /// Always true.
        #[serde(rename = "archive")]
        _archive: bool,
    },
    /// A file.
    Asset {
        /// Always true.
        #[serde(rename = "asset")]
        _asset: bool,
    },
    /// A text with few values, or a text that may also be given in another way.
    Text(serde_json::Value),
}

impl Type {
    /// The Rust type behind `Input`.
    pub fn rust(&self) -> Result<String, Failure> {
        Ok(match self {
            Self::Scalar(name) => match name.as_str() {
                "string" => "String".to_owned(),
                "boolean" => "bool".to_owned(),
                "number" | "integer" => "f64".to_owned(),
                "any" => "PropertyValue".to_owned(),
                other => return Err(format!("unknown type `{other}` in aws-types.json").into()),
            },
            Self::List { list } => format!("Vec<Input<{}>>", list.rust()?),
            Self::Map { map } => format!("BTreeMap<String, Input<{}>>", map.rust()?),
            Self::Ref { name } => nested_name(name).to_owned(),
            Self::Archive { .. } => "Archive".to_owned(),
            Self::Asset { .. } => "Asset".to_owned(),
            Self::Text(value) if value.get("enum").is_some() || value.get("oneOf").is_some() => "String".to_owned(),
            Self::Text(value) => return Err(format!("unknown type {value} in aws-types.json").into()),
        })
    }

    /// What a reader of the docs is told.
    pub fn wire(&self) -> String {
        match self {
            Self::Scalar(name) => name.clone(),
            Self::List { list } => format!("list of {}", list.wire()),
            Self::Map { map } => format!("map of {}", map.wire()),
            Self::Ref { name } => format!("[`{}`]", nested_name(name)),
            Self::Archive { .. } => "archive".to_owned(),
            Self::Asset { .. } => "asset".to_owned(),
            Self::Text(_) => "string".to_owned(),
        }
    }
}

/// The name of a nested type without its service.
pub fn nested_name(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// `kmsMasterKeyId` to `kms_master_key_id`; a digit belongs to the word before it.
pub fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut letters = name.chars().peekable();
    let mut before = '_';
    while let Some(letter) = letters.next() {
        let starts_word = letter.is_ascii_uppercase()
            && before != '_'
            && (!before.is_ascii_uppercase() || letters.peek().is_some_and(char::is_ascii_lowercase));
        if starts_word {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
        before = letter;
    }
    snake
}

/// A field's name in Rust.
pub fn field(name: &str) -> String {
    let snake = snake_case(name);
    match snake.as_str() {
        "type" | "match" | "use" | "where" | "ref" | "in" | "as" | "self" => format!("r#{snake}"),
        _ => snake,
    }
}
