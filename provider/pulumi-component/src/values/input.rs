//! What a resource or a component takes: a value now, or an output of another resource.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use futures::FutureExt;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::values::encode::{Encode, EncodeMember, MemberEncoding, encode_output};
use crate::values::encoding::Encoding;
use crate::values::output::{Output, Resolved};
use crate::values::property::{PropertyMap, PropertyValue, Urn};
use crate::values::serde_bridge::{self, Literal};

/// The name by which our deserializer knows an [`Input`]; any other deserializer sees a plain value.
pub(crate) const INPUT: &str = "$pulumi::Input";
/// The mark of an input's schema: without it a property is `plain` for the SDKs.
pub(crate) const EVENTUAL: &str = "x-pulumi-input";

/// A value that is given now or comes from another resource.
#[derive(Clone, Debug)]
pub struct Input<T>(Output<T>);

impl<T> Input<T> {
    /// The value as an output, for combination.
    pub fn into_output(self) -> Output<T> {
        self.0
    }

    /// What is there without waiting: an input that came with the request, but not one that another child gives.
    ///
    /// For checks, which run before anything is registered: see [`Checks`](crate::Checks). It may be unknown, or secret.
    pub(crate) fn given(&self) -> Option<Arc<Resolved<T>>>
    where
        T: Clone + Send + Sync + 'static,
    {
        // What another child gives may have come meanwhile; whether it has depends on who was faster.
        self.0.is_given().then(|| self.0.resolve().now_or_never())?.and_then(Result::ok)
    }

    /// The value as an output, for combination.
    pub fn output(&self) -> &Output<T> {
        &self.0
    }
}

impl<T: Clone + Send + Sync + 'static> From<T> for Input<T> {
    fn from(value: T) -> Self {
        Self(Output::known(value))
    }
}

impl<T> From<Output<T>> for Input<T> {
    fn from(output: Output<T>) -> Self {
        Self(output)
    }
}

impl<T> From<&Output<T>> for Input<T> {
    fn from(output: &Output<T>) -> Self {
        Self(output.clone())
    }
}

impl<T: Clone> From<&Input<T>> for Input<T> {
    fn from(input: &Input<T>) -> Self {
        input.clone()
    }
}

impl<T> From<Input<T>> for Output<T> {
    fn from(input: Input<T>) -> Self {
        input.0
    }
}

impl From<&str> for Input<String> {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for Input<String> {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

/// Whole numbers for the wire's doubles, where no digit is lost.
macro_rules! numbers {
    ($($whole:ty),*) => {$(
        impl From<$whole> for Input<f64> {
            fn from(value: $whole) -> Self {
                f64::from(value).into()
            }
        }

        impl From<Input<$whole>> for Input<f64> {
            fn from(input: Input<$whole>) -> Self {
                Self(input.0.map(f64::from))
            }
        }
    )*};
}
numbers!(i32, u32);

/// The same for whole numbers of other packages.
macro_rules! whole_numbers {
    ($($whole:ty),*) => {$(
        impl From<$whole> for Input<i64> {
            fn from(value: $whole) -> Self {
                i64::from(value).into()
            }
        }

        impl From<Input<$whole>> for Input<i64> {
            fn from(input: Input<$whole>) -> Self {
                Self(input.0.map(i64::from))
            }
        }
    )*};
}
whole_numbers!(i32, u32);

/// Lists and maps whose members are inputs of their own, as children of other packages take them, of such that come as one.
macro_rules! spread {
    ($source:ident) => {
        impl<T: Clone + Send + Sync + 'static> From<$source<Vec<T>>> for Input<Vec<Input<T>>> {
            fn from(list: $source<Vec<T>>) -> Self {
                Self(Output::from(list).map(|list| list.into_iter().map(Input::from).collect()))
            }
        }

        impl<T: Clone + Send + Sync + 'static> From<$source<BTreeMap<String, T>>>
            for Input<BTreeMap<String, Input<T>>>
        {
            fn from(map: $source<BTreeMap<String, T>>) -> Self {
                Self(Output::from(map).map(|map| map.into_iter().map(|(name, member)| (name, member.into())).collect()))
            }
        }
    };
}
spread!(Input);
spread!(Output);

/// What comes from elsewhere, where a child takes any value.
macro_rules! any_value {
    ($($kind:ty),*) => {$(
        impl From<Output<$kind>> for Input<PropertyValue> {
            fn from(output: Output<$kind>) -> Self {
                Self(output.map(PropertyValue::from))
            }
        }

        impl From<Input<$kind>> for Input<PropertyValue> {
            fn from(input: Input<$kind>) -> Self {
                Self(input.0.map(PropertyValue::from))
            }
        }
    )*};
}
any_value!(String, bool, f64, i32, u32, PropertyMap);

impl From<&str> for Input<PropertyValue> {
    fn from(text: &str) -> Self {
        PropertyValue::from(text).into()
    }
}

impl<'de, T: Deserialize<'de> + Clone + Send + Sync + 'static> Deserialize<'de> for Input<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(INPUT, InputVisitor(PhantomData))
    }
}

struct InputVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Clone + Send + Sync + 'static> Visitor<'de> for InputVisitor<T> {
    type Value = Input<T>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an input")
    }

    /// Another deserializer: a plain value, for defaults in tests and documents.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::deserialize(deserializer).map(Input::from)
    }

    /// Ours: secret, dependencies, and the value or nothing where it is unknown.
    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let missing = || A::Error::custom("an input without its marks");
        let secret = parts.next_element::<bool>()?.ok_or_else(missing)?;
        let dependencies = parts.next_element::<Vec<String>>()?.ok_or_else(missing)?;
        let value = parts.next_element::<Option<T>>()?.ok_or_else(missing)?;
        let dependencies = dependencies.into_iter().map(Urn::new).collect();
        Ok(Output::resolved(Resolved { value, secret, dependencies }).into())
    }
}

impl<T: Serialize + Clone + Send + Sync + 'static> Serialize for Input<T> {
    /// With its marks, for the engine; as a plain literal for schemas, whose defaults are.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let literal = || {
            let resolved = self.given().filter(|resolved| !resolved.secret)?;
            resolved.value.as_ref().map(Literal::of)
        };
        serde_bridge::eventual(serializer, || encode_output(&self.0), literal)
    }
}

impl<T: Encode + Clone + 'static> Encode for Input<T> {
    fn encode(self) -> Encoding {
        self.into_output().encode()
    }

    fn encode_member(self) -> MemberEncoding {
        self.into_output().encode_member()
    }
}

impl<T: Encode + Clone + 'static> EncodeMember for Input<T> {}

impl<T: JsonSchema> JsonSchema for Input<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Input_{}", T::schema_name()).into()
    }

    /// Inline, so that bounds and defaults of the field survive.
    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = generator.subschema_for::<T>();
        schema.insert(EVENTUAL.into(), true.into());
        schema
    }
}
