//! JSON Schema, as schemars derives it, to the types of Pulumi's package schema.

use serde_json::{Map, Value, json};

use crate::values::input::EVENTUAL;
use crate::values::special::REFERENCE;
use crate::values::suggested::SUGGESTED;

/// A Rust type that Pulumi's package schema cannot express.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`{path}`: {reason}")]
pub struct SchemaError {
    /// The property, from the component or type on.
    pub path: String,
    /// What cannot be expressed.
    pub reason: String,
}

/// Whether a type is an input's or an output's: only inputs know `plain`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Input,
    Output,
}

/// What an author says of a property by `#[schemars(extend(...))]`, and the keyword that says it in Pulumi's schema.
const MARKS: [(&str, &str); 5] = [
    (SECRET, "secret"),
    ("x-pulumi-deprecated", "deprecationMessage"),
    ("x-pulumi-replace-on-changes", "replaceOnChanges"),
    ("x-pulumi-will-replace-on-changes", "willReplaceOnChanges"),
    ("x-pulumi-language", "language"),
];

/// The mark of a secret.
const SECRET: &str = "x-pulumi-secret";
/// The mark of a property whose default the SDKs set too, so that a program sees it.
const SDK_DEFAULT: &str = "x-pulumi-default";

/// A property: its type with description, and the sentences that Pulumi's schema has no keyword for.
pub(crate) fn property(package: &str, path: &str, schema: &Value, side: Side) -> Result<Value, SchemaError> {
    let mut spec = type_spec(package, path, schema, side)?;
    let description = describe(schema);
    if let Some(spec) = spec.as_object_mut() {
        if !description.is_empty() {
            spec.insert("description".into(), description.into());
        }
        if schema.get(SECRET) == Some(&Value::Bool(true)) && spec.get("plain") == Some(&Value::Bool(true)) {
            let reason = "a secret cannot be plain, because SDKs make an output of it; declare it as `Input<T>`";
            return Err(SchemaError { path: path.to_owned(), reason: reason.into() });
        }
        for (mark, keyword) in MARKS {
            if let Some(value) = schema.get(mark) {
                spec.insert(keyword.into(), value.clone());
            }
        }
        if schema.get(SDK_DEFAULT) == Some(&Value::Bool(true))
            && let Some(default) = schema.get("default").filter(|default| !default.is_object() && !default.is_array())
        {
            spec.insert("default".into(), default.clone());
        }
    }
    Ok(spec)
}

/// The type of a property, a list's element or a map's member.
fn type_spec(package: &str, path: &str, schema: &Value, side: Side) -> Result<Value, SchemaError> {
    let eventual = is_eventual(schema);
    // What stands inside an eventual value is eventual as a whole, so nothing in it is plain.
    let inner = if eventual { Side::Output } else { side };
    let schema = folded(schema);
    if let Some(reason) = enumerates_no_texts(schema).or_else(|| inexpressible(schema)) {
        return Err(SchemaError { path: path.to_owned(), reason: reason.into() });
    }
    let mut spec = Map::new();
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|text| text.rsplit('/').next()) {
        spec.insert("$ref".into(), format!("#/types/{}", type_token(package, name)).into());
    } else {
        match type_name(schema) {
            _ if schema.get(REFERENCE).is_some() => {
                spec.insert("$ref".into(), schema.get(REFERENCE).cloned().unwrap_or_default());
            }
            None if union(schema).is_some() => {
                let members = union(schema).unwrap_or_default();
                // A union is one value for the SDKs, so nothing in it is plain, except where it is text either way.
                let inner = if schema.get(SUGGESTED).is_some() { inner } else { Side::Output };
                spec.insert("oneOf".into(), one_of(package, path, &members, inner)?);
            }
            Some(name @ ("string" | "boolean" | "number" | "integer")) => {
                spec.insert("type".into(), name.into());
            }
            Some("array") => {
                let items = schema.get("items").filter(|items| items.is_object()).ok_or_else(|| SchemaError {
                    path: path.to_owned(),
                    reason: "a tuple, whose items differ in type; make it a struct".into(),
                })?;
                spec.insert("type".into(), "array".into());
                spec.insert("items".into(), type_spec(package, &format!("{path}[]"), items, inner)?);
            }
            Some("object") => {
                let members = schema.get("additionalProperties").filter(|members| members.is_object());
                let members = members.ok_or_else(|| SchemaError {
                    path: path.to_owned(),
                    reason: "an object without a name; give it a struct of its own or make it a map".into(),
                })?;
                spec.insert("type".into(), "object".into());
                let members = type_spec(package, &format!("{path}.*"), members, inner)?;
                spec.insert("additionalProperties".into(), members);
            }
            _ => {
                let reason = format!("no type of Pulumi's package schema fits {schema}");
                return Err(SchemaError { path: path.to_owned(), reason });
            }
        }
    }
    if side == Side::Input && !eventual {
        spec.insert("plain".into(), true.into());
    }
    Ok(spec.into())
}

/// The members of a union. An open enumeration is one of an enumeration and a string.
fn one_of(package: &str, path: &str, members: &[&Value], side: Side) -> Result<Value, SchemaError> {
    let members = members.iter().map(|member| {
        if member.get(REFERENCE).is_some() {
            let reason = "assets and resources cannot be told apart inside a union; make them inputs of their own";
            return Err(SchemaError { path: path.to_owned(), reason: reason.into() });
        }
        type_spec(package, path, member, side)
    });
    Ok(Value::Array(members.collect::<Result<_, _>>()?))
}

/// The members of an untagged enum of several types.
pub(crate) fn union(schema: &Value) -> Option<Vec<&Value>> {
    if enumeration(schema).is_some() {
        return None;
    }
    let members = ["anyOf", "oneOf"].iter().find_map(|keyword| schema.get(*keyword)?.as_array())?;
    let members: Vec<_> = members.iter().filter(|member| type_name(member) != Some("null")).collect();
    (members.len() > 1).then_some(members)
}

/// The schema behind `Option`: `anyOf [T, null]` and `type: [T, null]` are an absent property in Pulumi.
pub(crate) fn folded(schema: &Value) -> &Value {
    for keyword in ["anyOf", "allOf", "oneOf"] {
        if let Some(members) = schema.get(keyword).and_then(Value::as_array) {
            let mut members = members.iter().filter(|member| type_name(member) != Some("null"));
            if let (Some(only), None) = (members.next(), members.next()) {
                return folded(only);
            }
        }
    }
    schema
}

/// Whether the schema is an input's, or an optional input's.
pub(crate) fn is_eventual(schema: &Value) -> bool {
    schema.get(EVENTUAL).or_else(|| folded(schema).get(EVENTUAL)).is_some()
}

/// The type keyword, null left aside.
pub(crate) fn type_name(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(name) => Some(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    }
}

/// The values of a text that has only a few, with their descriptions.
pub(crate) fn enumeration(schema: &Value) -> Option<Vec<(&str, &str)>> {
    let schema = folded(schema);
    if let Some(only) = schema.get("const").and_then(Value::as_str) {
        return Some(vec![(only, "")]);
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let values = values.iter().filter(|value| !value.is_null());
        return values.map(|value| Some((value.as_str()?, ""))).collect();
    }
    let values = schema.get("oneOf")?.as_array()?.iter();
    values
        .map(|value| {
            let description = value.get("description").and_then(Value::as_str).unwrap_or_default();
            Some((value.get("const")?.as_str()?, description))
        })
        .collect()
}

/// A struct's or an enumeration's definition as a named type.
pub(crate) fn type_definition(package: &str, name: &str, schema: &Value, side: Side) -> Result<Value, SchemaError> {
    let description = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    if let Some(values) = enumeration(schema) {
        let values = values.into_iter().map(|(value, description)| {
            json!({ "name": pascal_case(value), "value": value, "description": unwrapped(description) })
        });
        let values: Vec<_> = values.collect();
        return Ok(json!({ "type": "string", "description": unwrapped(description), "enum": values }));
    }
    let (properties, required) = properties(package, name, schema, side)?;
    Ok(json!({
        "type": "object", "description": unwrapped(description), "properties": properties, "required": required,
    }))
}

/// The properties of a struct and the names of those that must be given.
pub(crate) fn properties(
    package: &str,
    path: &str,
    schema: &Value,
    side: Side,
) -> Result<(Map<String, Value>, Vec<String>), SchemaError> {
    if let Some(reason) = not_a_struct(schema) {
        return Err(SchemaError { path: path.to_owned(), reason: reason.into() });
    }
    let mut specs = Map::new();
    for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        specs.insert(name.clone(), property(package, &format!("{path}.{name}"), member, side)?);
    }
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let mut required: Vec<_> = required.filter_map(Value::as_str).map(str::to_owned).collect();
    required.sort();
    Ok((specs, required))
}

/// Why Pulumi's package schema has no type for a value, in terms of the Rust type that it comes from.
fn inexpressible(schema: &Value) -> Option<&'static str> {
    if *schema == Value::Bool(true) || schema.as_object().is_some_and(|schema| schema.keys().all(|key| is_text(key))) {
        return Some("any value, as `serde_json::Value` is; make it an `Input<PropertyValue>`");
    }
    if schema.get("format").and_then(Value::as_str).is_some_and(|format| format.ends_with("int128")) {
        return Some(
            "a whole number of 128 bits; Pulumi carries whole numbers up to 2^53: make it a `u64` or a `String`",
        );
    }
    if has_data(schema) || union(schema).is_some_and(|members| members.into_iter().any(has_data)) {
        return Some(
            "an enum whose variants have fields; make it `#[serde(untagged)]` over structs, or a struct with a field for \
             each case",
        );
    }
    if schema.get("patternProperties").is_some() {
        return Some("a map whose keys are not strings; make it a `BTreeMap<String, T>`");
    }
    let keys = schema.get("properties").and_then(Value::as_object).filter(|_| type_name(schema) == Some("object"));
    keys.map(|_| {
        "a map whose keys are an enum, or an object without a name; make it a `BTreeMap<String, T>` or a struct of its own"
    })
}

/// Whether the schema is of one variant with fields, under its name.
fn has_data(schema: &Value) -> bool {
    let one = schema.get("properties").and_then(Value::as_object).is_some_and(|members| members.len() == 1);
    one && type_name(schema) == Some("object") && schema.get("additionalProperties") == Some(&Value::Bool(false))
}

/// Whether a keyword says nothing of the type.
fn is_text(keyword: &str) -> bool {
    ["title", "description", "default", "deprecated", "examples"].contains(&keyword)
        || keyword.starts_with("x-pulumi-") && keyword != REFERENCE
}

/// Why a type's values are not a fixed set of texts, where they are a set of others.
fn enumerates_no_texts(schema: &Value) -> Option<&'static str> {
    let others = schema.get("enum").is_some() && enumeration(schema).is_none();
    others.then_some("an enumeration of numbers; make it an enum of unit variants, whose values are texts")
}

/// Why a type's members are not a fixed set of named properties, where they are not.
fn not_a_struct(schema: &Value) -> Option<&'static str> {
    if let Some(reason) = enumerates_no_texts(schema) {
        return Some(reason);
    }
    if type_name(schema) != Some("object") {
        return Some(
            "expected a struct with named fields; a newtype is described as what it holds by #[serde(transparent)]",
        );
    }
    if schema.get("oneOf").or_else(|| schema.get("anyOf")).or_else(|| schema.get("allOf")).is_some() {
        return Some("the fields differ from value to value; give the enum a field of its own, or each case a field");
    }
    let more = ["additionalProperties", "unevaluatedProperties"].into_iter().filter_map(|keyword| schema.get(keyword));
    if more.into_iter().any(|more| *more != Value::Bool(false)) || schema.get("patternProperties").is_some() {
        return Some("a flattened map takes any name; give the map a field of its own");
    }
    None
}

/// The token of a nested type; the SDKs append `Args` themselves.
pub(crate) fn type_token(package: &str, name: &str) -> String {
    format!("{package}:index:{}", name.strip_suffix("Args").unwrap_or(name))
}

/// The doc comment, and what the schema itself has no keyword for: bounds and the default.
fn describe(schema: &Value) -> String {
    let mut text = unwrapped(schema.get("description").and_then(Value::as_str).unwrap_or_default());
    let inner = folded(schema);
    let bound = |name: &str| schema.get(name).or_else(|| inner.get(name)).filter(|bound| !bound.is_null()).cloned();
    // The bounds of the Rust number itself say nothing to a user.
    let range = match (bound("minimum"), bound("maximum")) {
        (Some(minimum), Some(maximum)) => format!("{minimum} to {maximum}."),
        (Some(minimum), None) if minimum != json!(0) => format!("At least {minimum}."),
        (None, Some(maximum)) => format!("At most {maximum}."),
        _ => String::new(),
    };
    let length = match (bound("minLength"), bound("maxLength")) {
        (Some(minimum), Some(maximum)) => format!("{minimum} to {maximum} characters."),
        (None, Some(maximum)) => format!("At most {maximum} characters."),
        _ => String::new(),
    };
    let items = match (bound("minItems"), bound("maxItems")) {
        (Some(minimum), Some(maximum)) if minimum == maximum => format!("Exactly {minimum} items."),
        (Some(minimum), Some(maximum)) => format!("{minimum} to {maximum} items."),
        (Some(minimum), None) if minimum == json!(1) => "At least 1 item.".to_owned(),
        (Some(minimum), None) if minimum != json!(0) => format!("At least {minimum} items."),
        (None, Some(maximum)) => format!("At most {maximum} items."),
        _ => String::new(),
    };
    let default = match schema.get("default") {
        Some(Value::String(value)) => format!("Default: `{value}`."),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => format!("Default: {value}."),
        _ => String::new(),
    };
    for sentence in [range, length, items, default].iter().filter(|sentence| !sentence.is_empty()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(sentence);
    }
    text
}

/// Joins the lines of a paragraph: a doc comment is wrapped for the source file only.
pub(crate) fn unwrapped(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// A value as a name that every language can use. The generators split it into words again where a capital begins one,
/// so of `S3_BUCKET` they must see `S3Bucket`.
fn pascal_case(value: &str) -> String {
    let words = value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let shouted = value.contains('_') && !value.contains(|c: char| c.is_ascii_lowercase());
    let name: String = words
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase().to_string()).unwrap_or_default();
            let rest = letters.as_str();
            first + &if shouted { rest.to_ascii_lowercase() } else { rest.to_owned() }
        })
        .collect();
    // No language lets a name begin with a digit.
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("V{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use schemars::{JsonSchema, SchemaGenerator};

    use super::*;
    use crate::values::input::Input;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Part {
        key: String,
    }

    fn spec<T: JsonSchema>() -> Value {
        let schema = SchemaGenerator::default().subschema_for::<T>().to_value();
        property("shop", "x", &schema, Side::Input).expect("it can be expressed")
    }

    #[test]
    fn names_keep_their_words() {
        let names = ["pay-per-request", "S3_BUCKET_SSL", "Six_Hours", "ISO", "4_DAYS"].map(pascal_case);
        assert_eq!(names, ["PayPerRequest", "S3BucketSsl", "SixHours", "ISO", "V4Days"]);
    }

    #[test]
    fn an_input_is_not_plain_be_it_optional_or_a_struct() {
        let part = json!({ "$ref": "#/types/shop:index:Part" });
        assert_eq!(spec::<Option<Part>>(), json!({ "$ref": "#/types/shop:index:Part", "plain": true }));
        assert_eq!((spec::<Input<Part>>(), spec::<Option<Input<Part>>>()), (part.clone(), part));
        assert_eq!(spec::<Option<Input<String>>>(), json!({ "type": "string" }));
        assert_eq!(
            spec::<Vec<Input<String>>>(),
            json!({ "type": "array", "plain": true, "items": { "type": "string" } })
        );
    }

    #[test]
    fn a_secret_that_is_plain_is_refused() {
        let of = |schema: &Value, side| property("shop", "shop:index:Store.key", schema, side);
        let plain = json!({ "type": "string", "x-pulumi-secret": true });
        let refused = of(&plain, Side::Input).expect_err("no SDK can give it");
        assert!(refused.reason.contains("declare it as `Input<T>`"), "{}", refused.reason);
        assert_eq!(of(&plain, Side::Output).expect("an output may be secret")["secret"], json!(true));
    }
}
