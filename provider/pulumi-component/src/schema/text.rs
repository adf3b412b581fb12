//! Text that programs may give as a number or a boolean: a value of the configuration, of another resource's output, or of an
//! environment is often one, where the cloud takes text.

use std::borrow::Cow;

use property_path::{PropertyError, PropertyPath};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;

use super::root::{folded_reference, root};
use crate::values::property::{PropertyMap, PropertyValue, Value};
use crate::values::suggested::{PACKAGE, SUGGESTED};

/// Marks such a text in the schema of the check; the value is the number of digits it has at least.
const TEXT: &str = "x-pulumi-text";

/// The type that a field of text has in the schema where numbers and booleans are taken as their text.
///
/// The field stays a `String`, an `Input<String>` or a collection of them. Its type in the SDKs is text: this is for programs
/// in YAML, where a value of the configuration is what it looks like. [`Scalar`] says it to the other languages, too.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use pulumi_component::Input;
/// use pulumi_component::value::Text;
///
/// #[derive(serde::Deserialize, serde::Serialize, pulumi_component::schemars::JsonSchema)]
/// # #[schemars(crate = "pulumi_component::schemars")]
/// struct ShelfArgs {
///     /// Labels.
///     #[schemars(with = "BTreeMap<String, Input<Text>>")]
///     labels: BTreeMap<String, Input<String>>,
/// }
/// ```
#[derive(Debug)]
pub struct Text;

/// The same where the SDKs' type is a union of string, number and boolean. A number becomes text without a fraction where it
/// has none; with `DIGITS`, zeros are put before a whole number that has fewer digits, and a message says so.
#[derive(Debug)]
pub struct Scalar<const DIGITS: usize = 0>;

impl JsonSchema for Text {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", (TEXT): 0 })
    }
}

impl<const DIGITS: usize> JsonSchema for Scalar<DIGITS> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Scalar{DIGITS}").into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        if generator.settings().meta_schema.as_deref() != Some(PACKAGE) {
            return json_schema!({ "type": "string", (TEXT): DIGITS });
        }
        let kinds = [
            json_schema!({ "type": "string" }),
            json_schema!({ "type": "number" }),
            json_schema!({ "type": "boolean" }),
        ];
        json_schema!({ (SUGGESTED): true, "anyOf": kinds })
    }
}

/// The inputs with every number and boolean that stands for text as text, and what is to be said of it.
///
/// A construction begins with it; whoever reads inputs in another way does the same before [`check`](crate::engine::check).
pub(crate) fn as_texts<T: JsonSchema>(inputs: PropertyMap) -> (PropertyMap, Vec<PropertyError>) {
    let root = root::<T>();
    let mut walk = Walk { root: &root, said: Vec::new() };
    let mut whole = PropertyValue::from(Value::Object(inputs));
    walk.value(&PropertyPath::root(), &root, &mut whole);
    match whole.value {
        Value::Object(inputs) => (inputs, walk.said),
        _ => (PropertyMap::new(), walk.said),
    }
}

/// A number or a boolean as text: without a fraction where it has none.
pub(crate) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => Some(format!("{number:.0}")),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

struct Walk<'s> {
    root: &'s Json,
    said: Vec<PropertyError>,
}

impl<'s> Walk<'s> {
    fn value(&mut self, path: &PropertyPath, schema: &'s Json, value: &mut PropertyValue) {
        let schema = folded_reference(self.root, schema);
        if let Some(digits) = schema.get(TEXT).and_then(Json::as_u64) {
            return self.text(path, usize::try_from(digits).unwrap_or_default(), value);
        }
        match &mut value.value {
            Value::List(items) => {
                let Some(member) = schema.get("items") else { return };
                for (index, item) in items.iter_mut().enumerate() {
                    self.value(&path.index(index), member, item);
                }
            }
            Value::Object(members) => {
                let more = schema.get("additionalProperties").filter(|more| more.is_object());
                for (name, item) in members {
                    let member = schema.get("properties").and_then(|known| known.get(name.as_str())).or(more);
                    if let Some(member) = member {
                        self.value(&path.member(name), member, item);
                    }
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, path: &PropertyPath, digits: usize, value: &mut PropertyValue) {
        let Some(text) = scalar_text(&value.value) else { return };
        let whole = text.chars().all(|digit| digit.is_ascii_digit());
        if whole && text.len() < digits && !value.secret {
            let padded = format!("{text:0>digits$}");
            self.said.push(PropertyError::new(
                path,
                format!("the number {text} has fewer than {digits} digits and is read as `{padded}`"),
            ));
            value.value = Value::String(padded);
        } else {
            value.value = Value::String(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::Input;
    use crate::schema::check;
    use crate::testing::{inputs, value};

    #[derive(Default, serde::Deserialize, serde::Serialize, JsonSchema)]
    #[serde(default)]
    struct Inner {
        /// Labels.
        #[schemars(with = "BTreeMap<String, Input<Text>>")]
        labels: BTreeMap<String, Input<String>>,
    }

    #[derive(Default, serde::Deserialize, serde::Serialize, JsonSchema)]
    #[serde(default)]
    struct Args {
        /// Accounts.
        #[schemars(with = "Vec<Scalar<12>>")]
        accounts: Vec<String>,
        /// What else there is.
        inner: Option<Inner>,
        /// A list of it.
        many: Vec<Inner>,
        /// A plain text.
        name: String,
        /// A number.
        size: u32,
    }

    fn shown(given: Json) -> (Json, Vec<String>) {
        let (texts, said) = as_texts::<Args>(inputs(given));
        assert_eq!(check::<Args>(&texts), []);
        let said = said.iter().map(ToString::to_string).collect();
        (
            serde_json::to_value(crate::engine::from_properties::<Args>(texts).expect("it decodes").accounts)
                .expect("JSON"),
            said,
        )
    }

    #[test]
    fn journey_7_numbers_and_booleans_are_taken_as_text_where_text_is_meant() {
        let given = inputs(json!({
            "inner": { "labels": { "number": 45, "fraction": 0.5, "flag": true, "text": "x" } },
            "many": [{ "labels": { "a": 1 } }],
            "size": 3,
        }));
        let (texts, said) = as_texts::<Args>(given);
        let expected = json!({ "number": "45", "fraction": "0.5", "flag": "true", "text": "x" });
        assert_eq!(texts["inner"], value(json!({ "labels": expected })));
        assert_eq!(texts["many"], value(json!([{ "labels": { "a": "1" } }])));
        assert_eq!((texts["size"].clone(), said), (value(json!(3)), Vec::new()));
        assert_eq!(check::<Args>(&texts), []);
    }

    #[test]
    fn journey_7_an_account_that_was_a_number_gets_its_zeros_back_and_is_told() {
        let (accounts, said) = shown(json!({ "accounts": [444_455_556_666_u64, 5_u64, "000000000007"] }));
        assert_eq!(accounts, json!(["444455556666", "000000000005", "000000000007"]));
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("accounts[1]") && said[0].contains("read as `000000000005`"), "{said:?}");
    }

    #[test]
    fn a_number_for_any_other_text_is_refused_as_before_and_marks_stay() {
        let secret = PropertyValue { secret: true, ..value(json!(45)) };
        let labels = PropertyValue::from(Value::Object(PropertyMap::from([("hidden".to_owned(), secret)])));
        let inner = PropertyValue::from(Value::Object(PropertyMap::from([("labels".to_owned(), labels)])));
        let given = PropertyMap::from([("name".to_owned(), value(json!(1))), ("inner".to_owned(), inner)]);
        let (texts, _) = as_texts::<Args>(given);
        assert_eq!(check::<Args>(&texts).len(), 1);
        assert!(texts["inner"].marks().secret);
    }
}
