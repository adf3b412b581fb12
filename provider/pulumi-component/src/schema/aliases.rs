//! Names that a struct takes beside those of its schema: `#[serde(alias)]`.

use std::fmt;

use serde::de::value::UnitDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

/// The names that `T` takes and its schema does not have: the check refuses an input of such a name as unknown.
pub(crate) fn aliases<T: DeserializeOwned>(schema: &Value) -> Vec<&'static str> {
    let fields = T::deserialize(Probe).err().and_then(|probed| probed.0).unwrap_or_default();
    let known = |name: &str| schema.get("properties").is_some_and(|properties| properties.get(name).is_some());
    fields.iter().copied().filter(|name| !known(name)).collect()
}

/// Ends a deserialization as soon as the type has said which fields it has.
struct Probe;

#[derive(Debug)]
struct Probed(Option<&'static [&'static str]>);

impl fmt::Display for Probed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("only the names of the fields are read")
    }
}

impl std::error::Error for Probed {}

impl Error for Probed {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self(None)
    }
}

impl<'de> Deserializer<'de> for Probe {
    type Error = Probed;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Probed> {
        Err(Probed(Some(fields)))
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Probed> {
        let nothing: UnitDeserializer<Probed> = ().into_deserializer();
        nothing.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "only its names are read")]
    struct Args {
        #[serde(alias = "breadth")]
        total_width: u32,
        #[serde(default)]
        height: Option<u32>,
    }

    #[test]
    fn a_name_that_the_schema_does_not_have_is_found() {
        let schema = json!({ "properties": { "totalWidth": {}, "height": {} } });
        assert_eq!(aliases::<Args>(&schema), ["breadth"]);
        assert_eq!(aliases::<Vec<u32>>(&schema), [""; 0]);
        assert_eq!(aliases::<Option<u32>>(&schema), [""; 0]);
    }
}
