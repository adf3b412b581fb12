//! Property values to typed arguments, through plain serde derives.
//!
//! The check against the schema has run before, with every problem at once; what fails here is a plain field that got
//! an eventual value, or a bug of ours.

use property_path::{PropertyError, PropertyPath};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use crate::input::INPUT;
use crate::passage;
use crate::property::{PropertyMap, PropertyValue, Value};

/// Decodes a component's inputs.
///
/// # Errors
/// With the path of the first property that does not fit.
pub fn from_properties<T: DeserializeOwned>(properties: PropertyMap) -> Result<T, PropertyError> {
    T::deserialize(Decoder(Value::Object(properties).into()))
}

/// Decodes one value, marks left aside.
///
/// # Errors
/// When the value does not have the type's shape.
pub fn from_value<T: DeserializeOwned>(value: PropertyValue) -> Result<T, PropertyError> {
    T::deserialize(Decoder(stripped(value)))
}

/// The largest whole number that a double holds without a gap below it.
#[expect(clippy::cast_precision_loss, reason = "a power of two")]
pub(crate) const LARGEST_WHOLE: f64 = crate::serialize::LARGEST_WHOLE as f64;

struct Decoder(PropertyValue);

impl<'de> Deserializer<'de> for Decoder {
    type Error = PropertyError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PropertyError> {
        if self.0.secret {
            return Err(PropertyError::custom("must be a plain value, but it is secret"));
        }
        match self.0.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(value) if value.fract() == 0.0 && value.abs() <= LARGEST_WHOLE =>
            {
                #[expect(clippy::cast_possible_truncation, reason = "whole, and within the range of i64")]
                visitor.visit_i64(value as i64)
            }
            Value::Number(value) => visitor.visit_f64(value),
            Value::String(value) => visitor.visit_string(value),
            Value::List(items) => visitor.visit_seq(Items(items.into_iter().enumerate())),
            Value::Object(members) => visitor.visit_map(Members { members: members.into_iter(), value: None }),
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
        if self.0.value == Value::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, PropertyError> {
        match name {
            INPUT => visitor.visit_seq(InputParts::new(self.0)),
            // Its marks would be lost; those of an input are kept beside it.
            passage::WHOLE if self.0.secret || self.0.value == Value::Unknown => self.deserialize_any(visitor),
            passage::WHOLE => passage::give(self.0, visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PropertyError> {
        match self.0.value {
            Value::Number(value) if !self.0.secret => visitor.visit_f64(value),
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
        if let Value::Object(members) = &mut self.0.value {
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
        match self.0.value {
            Value::String(value) if !self.0.secret => {
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

struct Items(std::iter::Enumerate<std::vec::IntoIter<PropertyValue>>);

impl<'de> SeqAccess<'de> for Items {
    type Error = PropertyError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, PropertyError> {
        let Some((index, item)) = self.0.next() else { return Ok(None) };
        seed.deserialize(Decoder(item)).map(Some).map_err(|error| error.under(index))
    }
}

struct Members {
    members: std::collections::btree_map::IntoIter<String, PropertyValue>,
    value: Option<(String, PropertyValue)>,
}

impl<'de> MapAccess<'de> for Members {
    type Error = PropertyError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, PropertyError> {
        // Keys of the SDKs' own, such as `__self__`, are none of the author's.
        self.value = self.members.by_ref().find(|(name, _)| !name.starts_with("__"));
        match &self.value {
            Some((name, _)) => seed.deserialize(name.as_str().into_deserializer()).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, PropertyError> {
        let (name, value) = self.value.take().ok_or_else(|| PropertyError::custom("a value without a name"))?;
        seed.deserialize(Decoder(value)).map_err(|error| error.under(PropertyPath::root().member(name)))
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
    fn new(value: PropertyValue) -> Self {
        let marks = value.marks();
        Self {
            secret: marks.secret,
            dependencies: marks.dependencies.iter().map(ToString::to_string).collect(),
            value: (!marks.unknown).then(|| stripped(value)),
            next: 0,
        }
    }
}

impl<'de> SeqAccess<'de> for InputParts {
    type Error = PropertyError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, PropertyError> {
        self.next += 1;
        match self.next {
            1 => seed.deserialize(self.secret.into_deserializer()).map(Some),
            2 => seed.deserialize(std::mem::take(&mut self.dependencies).into_deserializer()).map(Some),
            3 => match self.value.take() {
                Some(value) if self.secret => seed.deserialize(Known(value)).map(Some).map_err(|_| {
                    // serde's reasons show the value, and the engine what stands at the path.
                    PropertyError::new("", "does not have the type that is expected").sensitive_if(true)
                }),
                Some(value) => seed.deserialize(Known(value)).map(Some),
                None => seed.deserialize(Decoder(Value::Null.into())).map(Some),
            },
            _ => Ok(None),
        }
    }
}

/// `Some` around a value, be it null: an input tells null, which its type may refuse, from unknown.
struct Known(PropertyValue);

impl<'de> Deserializer<'de> for Known {
    type Error = PropertyError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PropertyError> {
        visitor.visit_some(Decoder(self.0))
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
