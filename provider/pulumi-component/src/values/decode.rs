//! Property values to typed arguments, through plain serde derives.
//!
//! The check against the schema has run before, with every problem at once; what fails here is a plain field that got
//! an eventual value, or a bug of ours.

use std::sync::Arc;

use property_path::{PropertyError, PropertyPath};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use crate::values::input::INPUT;
use crate::values::property::{PropertyMap, PropertyValue, Urn, Value};
use crate::values::serde_bridge;

/// Decodes a component's inputs.
///
/// # Errors
/// With the path of the first property that does not fit.
pub fn from_properties<T: DeserializeOwned>(properties: PropertyMap) -> Result<T, PropertyError> {
    T::deserialize(Decoder::new(Value::Object(properties).into()))
}

/// Decodes one value, marks left aside.
///
/// # Errors
/// When the value does not have the type's shape.
pub fn from_value<T: DeserializeOwned>(value: PropertyValue) -> Result<T, PropertyError> {
    T::deserialize(Decoder::new(stripped(value)))
}

/// A typed value of a property value whose inputs keep their marks.
pub(crate) fn from_marked<T: DeserializeOwned>(value: PropertyValue) -> Result<T, PropertyError> {
    T::deserialize(Decoder::new(value))
}

/// The largest whole number that a double holds without a gap below it.
#[expect(clippy::cast_precision_loss, reason = "a power of two")]
pub(crate) const LARGEST_WHOLE: f64 = crate::values::serialize::LARGEST_WHOLE as f64;

struct Decoder {
    value: PropertyValue,
    around: Around,
}

/// The marks of the input that a value is in: an input inside it has them, too.
#[derive(Clone, Default)]
struct Around {
    secret: bool,
    dependencies: Arc<[String]>,
}

impl Decoder {
    fn new(value: PropertyValue) -> Self {
        Self { value, around: Around::default() }
    }
}

impl<'de> Deserializer<'de> for Decoder {
    type Error = PropertyError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PropertyError> {
        if self.value.secret {
            return Err(PropertyError::custom("must be a plain value, but it is secret"));
        }
        match self.value.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(value) if value.fract() == 0.0 && value.abs() <= LARGEST_WHOLE =>
            {
                #[expect(clippy::cast_possible_truncation, reason = "whole, and within the range of i64")]
                visitor.visit_i64(value as i64)
            }
            Value::Number(value) => visitor.visit_f64(value),
            Value::String(value) => visitor.visit_string(value),
            Value::List(items) => {
                let given = items.len();
                let mut items = Items { items: items.into_iter().enumerate(), around: self.around };
                let decoded = visitor.visit_seq(&mut items)?;
                match items.items.len() {
                    0 => Ok(decoded),
                    // An array takes what it has room for and would drop the others.
                    more => Err(PropertyError::custom(format!("expected {} items, got {given}", given - more))),
                }
            }
            Value::Object(members) => {
                visitor.visit_map(Members { members: members.into_iter(), value: None, around: self.around })
            }
            Value::Unknown => {
                Err(PropertyError::custom("must be a plain value, but it is not known before the update"))
            }
            Value::Bytes(bytes) => visitor.visit_byte_buf(bytes),
            Value::Asset(_) => Err(PropertyError::custom("expected another type, got an asset")),
            Value::Archive(_) => Err(PropertyError::custom("expected another type, got an archive")),
            Value::Resource(_) => Err(PropertyError::custom("expected another type, got a resource")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PropertyError> {
        if self.value.value == Value::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, PropertyError> {
        match name {
            INPUT => visitor.visit_seq(InputParts::new(self.value, &self.around)),
            // Its marks would be lost; those of an input are kept beside it.
            serde_bridge::WHOLE if self.value.secret || self.value.value == Value::Unknown => {
                self.deserialize_any(visitor)
            }
            serde_bridge::WHOLE => serde_bridge::give(self.value, visitor),
            serde_bridge::MARKED => serde_bridge::give(self.around.mark(self.value), visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PropertyError> {
        match self.value.value {
            Value::Number(value) if !self.value.secret => visitor.visit_f64(value),
            _ => self.deserialize_any(visitor),
        }
    }

    /// A member that is null is not given, so that the field's default holds; a map's member stays.
    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, PropertyError> {
        if let Value::Object(members) = &mut self.value.value {
            members.retain(|_, member| member.value != Value::Null);
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, PropertyError> {
        match self.value.value {
            Value::String(value) if !self.value.secret => {
                let value: serde::de::value::StringDeserializer<PropertyError> = value.into_deserializer();
                value.deserialize_enum(name, variants, visitor)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct
        map identifier ignored_any
    }
}

struct Items {
    items: std::iter::Enumerate<std::vec::IntoIter<PropertyValue>>,
    around: Around,
}

impl<'de> SeqAccess<'de> for &mut Items {
    type Error = PropertyError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, PropertyError> {
        let Some((index, item)) = self.items.next() else { return Ok(None) };
        seed.deserialize(Decoder { value: item, around: self.around.clone() })
            .map(Some)
            .map_err(|error| error.under(index))
    }
}

struct Members {
    members: std::collections::btree_map::IntoIter<String, PropertyValue>,
    value: Option<(String, PropertyValue)>,
    around: Around,
}

impl<'de> MapAccess<'de> for Members {
    type Error = PropertyError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, PropertyError> {
        // Keys of the SDKs' own, such as `__self__`, are none of the author's.
        self.value = self.members.by_ref().find(|(name, _)| !name.starts_with("__"));
        match &self.value {
            Some((name, _)) => {
                let key: serde::de::value::StrDeserializer<'_, PropertyError> = name.as_str().into_deserializer();
                let key = seed.deserialize(key).map(Some);
                key.map_err(|error| error.under(PropertyPath::root().member(name)))
            }
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, PropertyError> {
        let (name, value) = self.value.take().ok_or_else(|| PropertyError::custom("a value without a name"))?;
        let value = Decoder { value, around: self.around.clone() };
        seed.deserialize(value).map_err(|error| error.under(PropertyPath::root().member(name)))
    }
}

/// An input as three parts: secret, dependencies, value. Marks found below are hoisted: one secret member makes the
/// whole input secret, one unknown member makes it unknown.
struct InputParts {
    secret: bool,
    dependencies: Vec<String>,
    value: Option<PropertyValue>,
    next: usize,
}

impl InputParts {
    fn new(value: PropertyValue, around: &Around) -> Self {
        let marks = value.marks();
        let mut dependencies = marks.dependencies;
        dependencies.extend(around.dependencies.iter().map(Urn::new));
        Self {
            secret: marks.secret || around.secret,
            dependencies: dependencies.iter().map(ToString::to_string).collect(),
            value: (!marks.unknown).then(|| stripped(value)),
            next: 0,
        }
    }
}

impl InputParts {
    fn known(&mut self, value: PropertyValue) -> Known {
        let around = Around { secret: self.secret, dependencies: std::mem::take(&mut self.dependencies).into() };
        Known(Decoder { value, around })
    }
}

impl Around {
    /// A value that keeps its own marks, with those of the input that it is in.
    fn mark(&self, mut value: PropertyValue) -> PropertyValue {
        value.secret |= self.secret;
        value.dependencies.extend(self.dependencies.iter().map(Urn::new));
        value
    }
}

impl<'de> SeqAccess<'de> for InputParts {
    type Error = PropertyError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, PropertyError> {
        self.next += 1;
        match self.next {
            1 => seed.deserialize(self.secret.into_deserializer()).map(Some),
            2 => seed.deserialize(self.dependencies.clone().into_deserializer()).map(Some),
            3 => match self.value.take() {
                Some(value) if self.secret => seed.deserialize(self.known(value)).map(Some).map_err(|_| {
                    // serde's reasons show the value, and the engine what stands at the path.
                    PropertyError::new("", "does not have the type that is expected").sensitive_if(true)
                }),
                Some(value) => seed.deserialize(self.known(value)).map(Some),
                None => seed.deserialize(Decoder::new(Value::Null.into())).map(Some),
            },
            _ => Ok(None),
        }
    }
}

/// `Some` around a value, be it null: an input tells null, which its type may refuse, from unknown.
struct Known(Decoder);

impl<'de> Deserializer<'de> for Known {
    type Error = PropertyError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PropertyError> {
        visitor.visit_some(self.0)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The same value without any mark, at every depth.
pub(crate) fn stripped(value: PropertyValue) -> PropertyValue {
    match value.value {
        Value::List(items) => Value::List(items.into_iter().map(stripped).collect()),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, member)| (name, stripped(member))).collect())
        }
        other => other,
    }
    .into()
}
