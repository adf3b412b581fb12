//! Properties as encoded bytes, which are decoded apart from the message that contains them.
//!
//! prost refuses messages that are nested more than 100 levels deep, which is 33 maps or 50 lists. Programs nest values
//! deeper, and a value that nobody reads must not make a whole message unreadable.

use std::collections::BTreeMap;
use std::fmt;

use property_path::PropertyPath;
use prost::Message;
use prost::bytes::{Buf, BufMut};
use prost::encoding::{self, DecodeContext, WireType};
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Wire};

use super::decode_error::DecodeError;

/// How many lists, maps and marks may be nested; a secret or an output value is a level of its own.
const DEEPEST: usize = 2000;
/// How many levels of a value that is nested too deep are named in the error.
const NAMED: usize = 4;

/// A `google.protobuf.Struct` or `google.protobuf.Value` that is not decoded yet.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Raw(Vec<u8>);

/// Members by name, each decoded or with the reason why it cannot be.
pub(super) type Members = BTreeMap<String, Result<Wire, DecodeError>>;

impl Raw {
    /// The members of a struct, each decoded by itself.
    ///
    /// # Errors
    /// When the bytes are no struct.
    pub(super) fn members(&self) -> Result<Members, DecodeError> {
        let mut members = Members::new();
        each_member(&self.0, |name, bytes| {
            let decoded = value(bytes, 1).map_err(|error| error.under(PropertyPath::root().member(&name)));
            members.insert(name, decoded);
            Ok(())
        })?;
        Ok(members)
    }

    /// The struct.
    ///
    /// # Errors
    /// For the first member that cannot be decoded.
    pub(super) fn structure(&self) -> Result<Struct, DecodeError> {
        let members = self.members()?.into_iter().map(|(name, member)| member.map(|member| (name, member)));
        Ok(Struct { fields: members.collect::<Result<_, _>>()? })
    }

    /// The single value.
    ///
    /// # Errors
    /// When the bytes are no value.
    pub(super) fn value(&self) -> Result<Wire, DecodeError> {
        value(&self.0, 0)
    }
}

impl From<Struct> for Raw {
    fn from(structure: Struct) -> Self {
        Self(structure.encode_to_vec())
    }
}

impl From<Wire> for Raw {
    fn from(value: Wire) -> Self {
        Self(value.encode_to_vec())
    }
}

impl Message for Raw {
    fn encode_raw(&self, buffer: &mut impl BufMut) {
        buffer.put_slice(&self.0);
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buffer: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), prost::DecodeError> {
        match wire_type {
            WireType::LengthDelimited => {
                let mut content = Vec::new();
                encoding::bytes::merge(wire_type, &mut content, buffer, context)?;
                encoding::bytes::encode(tag, &content, &mut self.0);
            }
            WireType::Varint => {
                let mut number = 0_u64;
                encoding::uint64::merge(wire_type, &mut number, buffer, context)?;
                encoding::uint64::encode(tag, &number, &mut self.0);
            }
            WireType::SixtyFourBit => {
                let mut number = 0_u64;
                encoding::fixed64::merge(wire_type, &mut number, buffer, context)?;
                encoding::fixed64::encode(tag, &number, &mut self.0);
            }
            // No field of either message has another wire type.
            _ => encoding::skip_field(wire_type, tag, buffer, context)?,
        }
        Ok(())
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

impl fmt::Debug for Raw {
    /// Never prints the bytes, which may hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{} bytes]", self.0.len())
    }
}

/// One field of a message.
enum Field<'b> {
    Number(u64),
    Bytes(&'b [u8]),
}

/// Takes the next field.
fn field<'b>(bytes: &mut &'b [u8]) -> Result<(u32, Field<'b>), DecodeError> {
    let malformed = |error: prost::DecodeError| DecodeError::new(error.to_string());
    let short = || DecodeError::new("the message ends inside a value");
    let (tag, wire_type) = encoding::decode_key(bytes).map_err(malformed)?;
    let field = match wire_type {
        WireType::Varint => Field::Number(encoding::decode_varint(bytes).map_err(malformed)?),
        WireType::SixtyFourBit => {
            let (number, rest) = bytes.split_first_chunk::<8>().ok_or_else(short)?;
            *bytes = rest;
            Field::Number(u64::from_le_bytes(*number))
        }
        WireType::LengthDelimited => {
            let length = encoding::decode_varint(bytes).map_err(malformed)?;
            let length = usize::try_from(length).map_err(|_| short())?;
            let (content, rest) = bytes.split_at_checked(length).ok_or_else(short)?;
            *bytes = rest;
            Field::Bytes(content)
        }
        WireType::ThirtyTwoBit | WireType::StartGroup | WireType::EndGroup => {
            return Err(DecodeError::new("a field that no property has"));
        }
    };
    Ok((tag, field))
}

/// Visits the entries of the map that a struct is.
fn each_member(
    mut bytes: &[u8],
    mut visit: impl FnMut(String, &[u8]) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    while !bytes.is_empty() {
        let (1, Field::Bytes(mut entry)) = field(&mut bytes)? else { continue };
        let (mut name, mut content) = (String::new(), &[][..]);
        while !entry.is_empty() {
            match field(&mut entry)? {
                (1, Field::Bytes(bytes)) => name = text(bytes)?,
                (2, Field::Bytes(bytes)) => content = bytes,
                _ => {}
            }
        }
        visit(name, content)?;
    }
    Ok(())
}

fn text(bytes: &[u8]) -> Result<String, DecodeError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| DecodeError::new("a string that is not UTF-8"))
}

fn value(mut bytes: &[u8], depth: usize) -> Result<Wire, DecodeError> {
    let mut kind = None;
    while !bytes.is_empty() {
        kind = match field(&mut bytes)? {
            (1, Field::Number(_)) => Some(Kind::NullValue(0)),
            (2, Field::Number(bits)) => Some(Kind::NumberValue(f64::from_bits(bits))),
            (3, Field::Bytes(bytes)) => Some(Kind::StringValue(text(bytes)?)),
            (4, Field::Number(flag)) => Some(Kind::BoolValue(flag != 0)),
            (5, Field::Bytes(bytes)) => Some(Kind::StructValue(structure(bytes, depth)?)),
            (6, Field::Bytes(bytes)) => Some(Kind::ListValue(list(bytes, depth)?)),
            _ => kind,
        };
    }
    Ok(Wire { kind })
}

fn structure(bytes: &[u8], depth: usize) -> Result<Struct, DecodeError> {
    let deeper = deeper(depth)?;
    let mut fields = BTreeMap::new();
    each_member(bytes, |name, content| {
        let member = value(content, deeper).map_err(|error| match depth < NAMED {
            true => error.under(PropertyPath::root().member(&name)),
            false => error,
        })?;
        fields.insert(name, member);
        Ok(())
    })?;
    Ok(Struct { fields })
}

fn list(mut bytes: &[u8], depth: usize) -> Result<ListValue, DecodeError> {
    let deeper = deeper(depth)?;
    let mut values = Vec::new();
    while !bytes.is_empty() {
        let (1, Field::Bytes(content)) = field(&mut bytes)? else { continue };
        let index = values.len();
        let item = value(content, deeper).map_err(|error| match depth < NAMED {
            true => error.under(index.into()),
            false => error,
        })?;
        values.push(item);
    }
    Ok(ListValue { values })
}

fn deeper(depth: usize) -> Result<usize, DecodeError> {
    if depth < DEEPEST {
        return Ok(depth + 1);
    }
    Err(DecodeError::new(format!("nested deeper than {DEEPEST} levels; give it as a JSON string")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &str) -> Wire {
        Wire { kind: Some(Kind::StringValue(text.to_owned())) }
    }

    fn member(name: &str, value: Wire) -> Struct {
        Struct { fields: [(name.to_owned(), value)].into() }
    }

    fn map(name: &str, value: Wire) -> Wire {
        Wire { kind: Some(Kind::StructValue(member(name, value))) }
    }

    fn list_of(value: Wire) -> Wire {
        Wire { kind: Some(Kind::ListValue(ListValue { values: vec![value] })) }
    }

    /// Runs with the stack that the runtime gives its threads.
    fn on_a_thread_of_the_runtime(test: impl FnOnce() + Send + 'static) {
        let thread = std::thread::Builder::new().stack_size(crate::values::panic::STACK_BYTES);
        thread.spawn(test).expect("a thread").join().expect("the test passes");
    }

    #[test]
    fn a_struct_comes_back_as_it_was() {
        let numbers = Wire { kind: Some(Kind::NumberValue(-0.5)) };
        let fields = [
            ("null".to_owned(), Wire { kind: Some(Kind::NullValue(0)) }),
            ("flag".to_owned(), Wire { kind: Some(Kind::BoolValue(true)) }),
            ("list".to_owned(), list_of(map("a", numbers))),
            ("empty".to_owned(), Wire { kind: None }),
            ("text".to_owned(), string("\u{e9}")),
        ];
        let structure = Struct { fields: fields.into() };
        let raw = Raw::decode(structure.encode_to_vec().as_slice()).expect("it decodes");
        assert_eq!((raw.structure(), raw.encode_to_vec()), (Ok(structure.clone()), structure.encode_to_vec()));
        let whole = list_of(string("x"));
        assert_eq!(Raw::decode(whole.encode_to_vec().as_slice()).expect("it decodes").value(), Ok(whole));
    }

    #[test]
    fn a_thousand_levels_cross_the_wire_both_ways() {
        on_a_thread_of_the_runtime(|| {
            for level in [|value| map("a", value), list_of] {
                let deep = member("deep", (0..1000).fold(string("bottom"), |value, _| level(value)));
                let raw = Raw::from(deep.clone());
                assert!(raw.structure() == Ok(deep.clone()));
                let decoded = super::super::decode_map(deep.clone()).expect("it decodes");
                assert!(super::super::encode_map(&decoded, super::super::Secrets::Wrap) == deep);
            }
        });
    }

    #[test]
    fn a_value_that_is_nested_too_deep_is_named_and_leaves_the_others_readable() {
        on_a_thread_of_the_runtime(|| {
            let deep = (0..3000).fold(string("bottom"), |value, _| map("a", list_of(value)));
            let structure = Struct { fields: [("deep".to_owned(), deep), ("b".to_owned(), string("x"))].into() };
            let members = Raw::from(structure).members().expect("it is a struct");
            assert_eq!(members["b"], Ok(string("x")));
            let error = members["deep"].clone().expect_err("it is too deep").to_string();
            assert_eq!(error, "`deep.a[0].a`: nested deeper than 2000 levels; give it as a JSON string");
        });
    }

    #[test]
    fn bytes_that_are_no_struct_are_refused() {
        for bytes in [&[0x0a, 0x05, 0x0a][..], &[0x0d, 0, 0, 0, 0], &[0x0a, 0x03, 0x0a, 0x01, 0xff]] {
            assert!(Raw(bytes.to_vec()).structure().is_err(), "{bytes:?}");
        }
    }
}
