//! JSON texts with eventual parts: rendered once all parts are there, members sorted by name.

use std::collections::BTreeMap;

use pulumi_component::{Input, Output, all};
use serde_json::Value;

/// A JSON value, some of whose texts are eventual.
#[derive(Clone, Debug)]
pub enum Json {
    /// A value that is known while the component is described.
    Known(Value),
    /// A text that another resource, or the user, will give.
    Text(Output<String>),
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// An object of the given members.
    pub fn object<const N: usize>(members: [(&str, Json); N]) -> Self {
        Self::Object(members.into_iter().map(|(name, member)| (name.to_owned(), member)).collect())
    }

    /// A list of the given items.
    pub fn list<T: Into<Json>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }

    /// The text, compact; secret or unknown where a part of it is.
    pub fn render(self) -> Output<String> {
        let mut texts = Vec::new();
        self.collect(&mut texts);
        all(texts).map(move |texts| self.fill(&mut texts.into_iter()).to_string())
    }

    fn collect(&self, texts: &mut Vec<Output<String>>) {
        match self {
            Self::Known(_) => {}
            Self::Text(text) => texts.push(text.clone()),
            Self::List(items) => items.iter().for_each(|item| item.collect(texts)),
            Self::Object(members) => members.values().for_each(|member| member.collect(texts)),
        }
    }

    /// Puts the texts in, in the order in which `collect` found their places.
    fn fill(self, texts: &mut impl Iterator<Item = String>) -> Value {
        match self {
            Self::Known(value) => value,
            Self::Text(_) => texts.next().map(Value::String).unwrap_or_default(),
            Self::List(items) => items.into_iter().map(|item| item.fill(texts)).collect(),
            Self::Object(members) => {
                Value::Object(members.into_iter().map(|(name, member)| (name, member.fill(texts))).collect())
            }
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Known(text.into())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Known(text.into())
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self::Known(value)
    }
}

impl From<Output<String>> for Json {
    fn from(text: Output<String>) -> Self {
        Self::Text(text)
    }
}

impl From<Input<String>> for Json {
    fn from(text: Input<String>) -> Self {
        Self::Text(text.into_output())
    }
}

impl From<Json> for Input<String> {
    fn from(json: Json) -> Self {
        json.render().into()
    }
}
