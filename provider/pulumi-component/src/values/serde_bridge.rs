//! How values that serde has no word for pass through it: assets, references, and values that are not there yet.
//!
//! A type asks its (de)serializer for a newtype struct of a name that only ours answers; the value itself waits in a
//! slot of the thread meanwhile. Any other serializer sees a plain value, or an error that says what is missing.

use std::cell::RefCell;
use std::marker::PhantomData;

use property_path::PropertyError;
use serde::de::{Deserializer, Error as _, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};

use crate::values::encoding::Encoding;
use crate::values::property::{PropertyValue, Value};

/// The name under which a whole property value passes.
pub(crate) const WHOLE: &str = "$pulumi::Value";
/// The name under which a whole property value passes with its marks, be it secret or unknown.
pub(crate) const MARKED: &str = "$pulumi::Marked";
/// The name under which an eventual value passes to our serializer.
pub(crate) const EVENTUAL: &str = "$pulumi::Eventual";

thread_local! {
    static INBOUND: RefCell<Option<PropertyValue>> = const { RefCell::new(None) };
    static OUTBOUND: RefCell<Outbound> = const { RefCell::new(Outbound::Closed) };
}

/// The slot on the way out: open only while our serializer asks.
enum Outbound {
    Closed,
    Open,
    Taken(Encoding),
}

/// Deserializes `T` from the whole value with `read`.
pub(crate) fn whole<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    read: fn(PropertyValue) -> Result<T, PropertyError>,
) -> Result<T, D::Error> {
    passing(deserializer, WHOLE, read)
}

/// Deserializes `T` from the whole value with its marks.
pub(crate) fn marked<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    read: fn(PropertyValue) -> Result<T, PropertyError>,
) -> Result<T, D::Error> {
    passing(deserializer, MARKED, read)
}

fn passing<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    name: &'static str,
    read: fn(PropertyValue) -> Result<T, PropertyError>,
) -> Result<T, D::Error> {
    struct Whole<T>(fn(PropertyValue) -> Result<T, PropertyError>, PhantomData<T>);
    impl<'de, T> Visitor<'de> for Whole<T> {
        type Value = T;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("a property value")
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<T, E> {
            let value = INBOUND.with_borrow_mut(Option::take);
            let value = value.ok_or_else(|| E::custom("a property value comes from the engine alone"))?;
            (self.0)(value).map_err(E::custom)
        }

        /// Another deserializer: plain JSON, as in configuration and tests.
        fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
            let json = <serde_json::Value as serde::Deserialize>::deserialize(deserializer)?;
            (self.0)(PropertyValue::from_json(json)).map_err(D::Error::custom)
        }
    }
    deserializer.deserialize_newtype_struct(name, Whole(read, PhantomData))
}

/// Hands a whole value to a visitor of [`whole`].
pub(crate) fn give<'de, V: Visitor<'de>, E: serde::de::Error>(value: PropertyValue, visitor: V) -> Result<V::Value, E> {
    INBOUND.with_borrow_mut(|slot| *slot = Some(value));
    let outcome = visitor.visit_unit();
    INBOUND.with_borrow_mut(|slot| *slot = None);
    outcome
}

/// Serializes what is on its way: our serializer gets `encoding`, any other one what `literal` writes.
pub(crate) fn eventual<S: Serializer>(
    serializer: S,
    encoding: impl Fn() -> Encoding,
    literal: impl Fn() -> Option<Literal>,
) -> Result<S::Ok, S::Error> {
    struct Passing<E, L>(E, L);
    impl<E: Fn() -> Encoding, L: Fn() -> Option<Literal>> Serialize for Passing<E, L> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let ours = OUTBOUND.with_borrow_mut(|slot| {
                let open = matches!(slot, Outbound::Open);
                if open {
                    *slot = Outbound::Taken(self.0());
                }
                open
            });
            if ours {
                return serializer.serialize_unit();
            }
            let literal = (self.1)().ok_or_else(|| S::Error::custom("not a literal"))?;
            literal.0.map_err(S::Error::custom)?.serialize(serializer)
        }
    }
    serializer.serialize_newtype_struct(EVENTUAL, &Passing(encoding, literal))
}

/// A literal as JSON.
pub(crate) struct Literal(Result<serde_json::Value, serde_json::Error>);

impl Literal {
    pub(crate) fn of(value: &impl Serialize) -> Self {
        Self(serde_json::to_value(value))
    }
}

/// For our serializer: what a value passed under the name [`EVENTUAL`] has to say.
pub(crate) fn receive<T: Serialize + ?Sized, S: Serializer>(value: &T, nothing: S) -> Result<Encoding, S::Error> {
    OUTBOUND.with_borrow_mut(|slot| *slot = Outbound::Open);
    let outcome = value.serialize(nothing);
    match OUTBOUND.with_borrow_mut(|slot| std::mem::replace(slot, Outbound::Closed)) {
        Outbound::Taken(encoding) => Ok(encoding),
        Outbound::Open | Outbound::Closed => {
            outcome?;
            Err(S::Error::custom("an eventual value that did not come"))
        }
    }
}

impl PropertyValue {
    /// Plain JSON as a property value without marks.
    pub fn from_json(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Bool(value),
            serde_json::Value::Number(number) => Value::Number(number.as_f64().unwrap_or_default()),
            serde_json::Value::String(text) => Value::String(text),
            serde_json::Value::Array(items) => Value::List(items.into_iter().map(Self::from_json).collect()),
            serde_json::Value::Object(members) => {
                Value::Object(members.into_iter().map(|(name, member)| (name, Self::from_json(member))).collect())
            }
        }
        .into()
    }
}
