//! Any type that serde can serialize as a property value, with the eventual values in it.

use std::collections::BTreeMap;

use futures::FutureExt;
use futures::future::try_join_all;
use property_path::PropertyError;
use serde::ser::{
    Error as _, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple,
    SerializeTupleStruct, Serializer,
};

use crate::values::encoding::Encoding;
use crate::values::error::Failure;
use crate::values::property::{PropertyMap, PropertyValue, Value};
use crate::values::serde_bridge;

/// The largest whole number below which a double holds every one: 2^53.
pub(crate) const LARGEST_WHOLE: u64 = 9_007_199_254_740_992;

/// Starts the encoding of a value; an absent member of an object is left out.
pub fn encode_serialized(value: &impl Serialize) -> Encoding {
    match value.serialize(Writer) {
        Ok(node) => node.encode(),
        Err(error) => std::future::ready(Err(Failure::failed(format!("a value cannot be sent: {error}")))).boxed(),
    }
}

/// The members of a struct that exist without waiting, secrets with their mark; what comes from another resource is left out.
pub fn known_members(value: &impl Serialize) -> PropertyMap {
    match value.serialize(Writer).ok().and_then(Node::known) {
        Some(PropertyValue { value: Value::Object(members), .. }) => members,
        _ => PropertyMap::new(),
    }
}

/// A value that is there, or that comes later.
enum Node {
    Ready(Value),
    List(Vec<Node>),
    Object(BTreeMap<String, Node>),
    Later(Encoding),
}

impl Node {
    fn known(self) -> Option<PropertyValue> {
        let value = match self {
            Self::Ready(Value::Null) => return None,
            Self::Ready(value) => value,
            Self::Later(encoding) => return encoding.now_or_never()?.ok().filter(|value| value.value != Value::Null),
            Self::List(items) => Value::List(items.into_iter().map(Self::known).collect::<Option<_>>()?),
            Self::Object(members) => {
                let members = members.into_iter().filter_map(|(name, member)| Some((name, member.known()?)));
                Value::Object(members.collect())
            }
        };
        Some(value.into())
    }

    fn encode(self) -> Encoding {
        match self {
            Self::Ready(value) => std::future::ready(Ok(value.into())).boxed(),
            Self::Later(encoding) => encoding,
            Self::List(items) => {
                let items = try_join_all(items.into_iter().map(Self::encode));
                async move { Ok(Value::List(items.await?).into()) }.boxed()
            }
            Self::Object(members) => {
                let members = members.into_iter().map(|(name, member)| {
                    let member = member.encode();
                    async move { Ok((name, member.await?)) }
                });
                let members = try_join_all(members);
                async move {
                    let members = members.await?.into_iter();
                    let given = members.filter(|(_, member): &(String, PropertyValue)| member.value != Value::Null);
                    Ok(Value::Object(given.collect()).into())
                }
                .boxed()
            }
        }
    }
}

struct Writer;

fn whole(number: impl TryInto<i64> + ToString + Copy) -> Result<Node, PropertyError> {
    match number.try_into() {
        #[expect(clippy::cast_precision_loss, reason = "within the range of whole doubles")]
        Ok(small) if small.unsigned_abs() <= LARGEST_WHOLE => Ok(Node::Ready(Value::Number(small as f64))),
        _ => Err(PropertyError::custom(format!(
            "{} is beyond {LARGEST_WHOLE}, the largest whole number that Pulumi can carry; make it a string",
            number.to_string()
        ))),
    }
}

macro_rules! whole_numbers {
    ($($method:ident: $number:ty),*) => {$(
        fn $method(self, number: $number) -> Result<Node, PropertyError> {
            whole(number)
        }
    )*};
}

impl Serializer for Writer {
    type Ok = Node;
    type Error = PropertyError;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Impossible<Node, PropertyError>;
    type SerializeMap = Members;
    type SerializeStruct = Members;
    type SerializeStructVariant = Impossible<Node, PropertyError>;

    whole_numbers!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64
    );

    fn serialize_bool(self, value: bool) -> Result<Node, PropertyError> {
        Ok(Node::Ready(Value::Bool(value)))
    }

    fn serialize_f32(self, value: f32) -> Result<Node, PropertyError> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<Node, PropertyError> {
        Ok(Node::Ready(Value::Number(value)))
    }

    fn serialize_char(self, value: char) -> Result<Node, PropertyError> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<Node, PropertyError> {
        Ok(Node::Ready(Value::String(value.to_owned())))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Node, PropertyError> {
        let text = String::from_utf8(value.to_vec());
        Ok(Node::Ready(text.map_or_else(|error| Value::Bytes(error.into_bytes()), Value::String)))
    }

    fn serialize_none(self) -> Result<Node, PropertyError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Node, PropertyError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Node, PropertyError> {
        Ok(Node::Ready(Value::Null))
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Node, PropertyError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Node, PropertyError> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Node, PropertyError> {
        if name == serde_bridge::EVENTUAL {
            return serde_bridge::receive(value, Self).map(Node::Later);
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Node, PropertyError> {
        Ok(Node::Object([(variant.to_owned(), value.serialize(self)?)].into()))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items, PropertyError> {
        Ok(Items(Vec::with_capacity(length.unwrap_or_default())))
    }

    fn serialize_tuple(self, length: usize) -> Result<Items, PropertyError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _name: &'static str, length: usize) -> Result<Items, PropertyError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleVariant, PropertyError> {
        Err(inexpressible(name))
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Members, PropertyError> {
        Ok(Members::default())
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Members, PropertyError> {
        Ok(Members::default())
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStructVariant, PropertyError> {
        Err(inexpressible(name))
    }
}

fn inexpressible(name: &str) -> PropertyError {
    PropertyError::custom(format!("`{name}` has a variant with fields; make it untagged, so that it is a union"))
}

struct Items(Vec<Node>);

impl Items {
    fn push(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), PropertyError> {
        self.0.push(value.serialize(Writer)?);
        Ok(())
    }
}

macro_rules! items {
    ($($kind:ident: $add:ident),*) => {$(
        impl $kind for Items {
            type Ok = Node;
            type Error = PropertyError;

            fn $add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), PropertyError> {
                self.push(value)
            }

            fn end(self) -> Result<Node, PropertyError> {
                Ok(Node::List(self.0))
            }
        }
    )*};
}
items!(SerializeSeq: serialize_element, SerializeTuple: serialize_element, SerializeTupleStruct: serialize_field);

#[derive(Default)]
struct Members {
    members: BTreeMap<String, Node>,
    key: String,
}

impl SerializeMap for Members {
    type Ok = Node;
    type Error = PropertyError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), PropertyError> {
        match key.serialize(Writer)? {
            Node::Ready(Value::String(key)) => self.key = key,
            _ => return Err(PropertyError::custom("the keys of a map are strings")),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), PropertyError> {
        self.members.insert(std::mem::take(&mut self.key), value.serialize(Writer)?);
        Ok(())
    }

    fn end(self) -> Result<Node, PropertyError> {
        Ok(Node::Object(self.members))
    }
}

impl SerializeStruct for Members {
    type Ok = Node;
    type Error = PropertyError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), PropertyError> {
        self.members.insert(name.to_owned(), value.serialize(Writer)?);
        Ok(())
    }

    fn end(self) -> Result<Node, PropertyError> {
        SerializeMap::end(self)
    }
}
