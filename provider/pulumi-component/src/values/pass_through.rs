//! Maps and structs that a component passes on as they came.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::{fmt, mem};

use futures::FutureExt;
use property_path::PropertyError;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::values::decode::{from_marked, from_value, stripped};
use crate::values::encode::{Encode, EncodeMember, encode_output};
use crate::values::encoding::Encoding;
use crate::values::error::Failure;
use crate::values::input::Input;
use crate::values::output::{Output, Resolved};
use crate::values::property::{PropertyValue, Value};
use crate::values::serde_bridge;

/// An eventual map, list or struct that a component passes on: each member keeps its own marks.
///
/// In an [`Input`], one secret or unknown member makes the whole of it secret or unknown, because its value is computed
/// with as one. Passed on, only that member is. Programs give the same to both: a value, or an output of the whole.
///
/// ```
/// # use std::collections::BTreeMap;
/// # use pulumi_component::PassThrough;
/// struct ShelfArgs {
///     /// Labels of the shelf.
///     labels: Option<PassThrough<BTreeMap<String, String>>>,
/// }
/// ```
#[derive(Clone)]
pub struct PassThrough<T>(Source<T>);

#[derive(Clone)]
enum Source<T> {
    /// From the request, with its marks.
    Given(PropertyValue),
    /// From a resource, or from the author.
    Output(Output<T>),
}

impl<T: DeserializeOwned + Clone + Send + Sync + 'static> PassThrough<T> {
    /// The whole as one output, with the marks of everything in it.
    pub fn output(&self) -> Output<T> {
        match &self.0 {
            Source::Output(output) => output.clone(),
            Source::Given(value) => {
                let (value, marks) = (value.clone(), value.marks());
                let mut resolved = Resolved { value: None, secret: marks.secret, dependencies: marks.dependencies };
                if marks.unknown {
                    return Output::resolved(resolved);
                }
                match from_value(stripped(value)) {
                    Ok(value) => {
                        resolved.value = Some(value);
                        Output::resolved(resolved)
                    }
                    Err(error) => mistyped(resolved.secret, &error),
                }
            }
        }
    }
}

/// The whole as one input, with the marks of everything in it.
impl<T: DeserializeOwned + Clone + Send + Sync + 'static> From<PassThrough<T>> for Input<T> {
    fn from(through: PassThrough<T>) -> Self {
        through.output().into()
    }
}

/// As a child of another package takes a list; each member keeps its own marks.
impl<T: DeserializeOwned + Clone + Send + Sync + 'static> From<PassThrough<Vec<T>>> for Input<Vec<Input<T>>> {
    fn from(through: PassThrough<Vec<T>>) -> Self {
        match through.0 {
            Source::Output(list) => list.into(),
            Source::Given(list) => members(list),
        }
    }
}

/// As a child of another package takes a map; each member keeps its own marks.
impl<T: DeserializeOwned + Clone + Send + Sync + 'static> From<PassThrough<BTreeMap<String, T>>>
    for Input<BTreeMap<String, Input<T>>>
{
    fn from(through: PassThrough<BTreeMap<String, T>>) -> Self {
        match through.0 {
            Source::Output(map) => map.into(),
            Source::Given(map) => members(map),
        }
    }
}

/// A list or a map whose members are inputs: only its own marks are marks of the whole.
fn members<T: DeserializeOwned + Clone + Send + Sync + 'static>(mut value: PropertyValue) -> Input<T> {
    let is_secret = value.marks().secret;
    let (secret, dependencies) = (mem::take(&mut value.secret), mem::take(&mut value.dependencies));
    let mut resolved = Resolved { value: None, secret, dependencies };
    if value.value != Value::Unknown {
        match from_marked(value) {
            Ok(members) => resolved.value = Some(members),
            Err(error) => return mistyped(is_secret, &error).into(),
        }
    }
    Output::resolved(resolved).into()
}

/// An output that fails; its reason does not say what a secret is.
fn mistyped<T: Clone + Send + Sync + 'static>(is_secret: bool, error: &PropertyError) -> Output<T> {
    let reason = match is_secret {
        true => "a secret value does not have the type that is expected".to_owned(),
        false => error.to_string(),
    };
    Output::from_future(std::future::ready(Err(Failure::failed(reason))))
}

impl<T: Clone + Send + Sync + 'static> From<T> for PassThrough<T> {
    fn from(value: T) -> Self {
        Self(Source::Output(Output::known(value)))
    }
}

impl<T> From<Output<T>> for PassThrough<T> {
    fn from(output: Output<T>) -> Self {
        Self(Source::Output(output))
    }
}

impl<T> From<Input<T>> for PassThrough<T> {
    fn from(input: Input<T>) -> Self {
        Self(Source::Output(input.into_output()))
    }
}

impl<T: Serialize + Clone + Send + Sync + 'static> PassThrough<T> {
    fn encoded(&self) -> Encoding {
        match &self.0 {
            Source::Given(value) => std::future::ready(Ok(value.clone())).boxed(),
            Source::Output(output) => encode_output(output),
        }
    }
}

impl<T: Serialize + Clone + Send + Sync + 'static> Encode for PassThrough<T> {
    fn encode(self) -> Encoding {
        self.encoded()
    }
}

impl<T: Serialize + Clone + Send + Sync + 'static> EncodeMember for PassThrough<T> {}

impl<T: Serialize + Clone + Send + Sync + 'static> Serialize for PassThrough<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let literal = || match &self.0 {
            Source::Given(value) => value.to_json().map(|json| serde_bridge::Literal::of(&json)),
            Source::Output(_) => None,
        };
        serde_bridge::eventual(serializer, || self.encoded(), literal)
    }
}

impl<'de, T> Deserialize<'de> for PassThrough<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_bridge::marked(deserializer, |value| Ok(Self(Source::Given(value))))
    }
}

impl<T: JsonSchema> JsonSchema for PassThrough<T> {
    fn schema_name() -> Cow<'static, str> {
        Input::<T>::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Input::<T>::json_schema(generator)
    }
}

impl<T> fmt::Debug for PassThrough<T> {
    /// Never prints a secret's value.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Given(value) => value.fmt(formatter),
            Source::Output(output) => output.fmt(formatter),
        }
    }
}
