//! Pulumi's package schema, as far as bindings need it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::Error;
use crate::model::{Enumeration, Function, Member, Nested, Package, ResourceType, Type};
use crate::names::{module_of, name_of};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    name: String,
    #[serde(default)]
    version: String,
    #[serde(default, rename = "pluginDownloadURL")]
    plugin_download_url: String,
    #[serde(default)]
    resources: BTreeMap<String, Resource>,
    #[serde(default)]
    functions: BTreeMap<String, Value>,
    #[serde(default)]
    types: BTreeMap<String, Definition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    #[serde(default)]
    is_component: bool,
    #[serde(default)]
    input_properties: BTreeMap<String, Value>,
    #[serde(default)]
    required_inputs: BTreeSet<String>,
    #[serde(default)]
    properties: BTreeMap<String, Value>,
    #[serde(default)]
    required: BTreeSet<String>,
}

#[derive(Default, Deserialize)]
struct Definition {
    #[serde(default)]
    properties: BTreeMap<String, Value>,
    #[serde(default)]
    required: BTreeSet<String>,
    #[serde(default, rename = "enum")]
    values: Vec<Variant>,
}

#[derive(Deserialize)]
struct Variant {
    #[serde(default)]
    name: String,
    value: Value,
}

/// Reads a package schema.
pub(crate) fn read(json: &str) -> Result<Package, Error> {
    let schema: Schema =
        serde_json::from_str(json).map_err(|error| Error::new(format!("this is no package schema: {error}")))?;
    let mut package = Package {
        name: schema.name,
        version: schema.version,
        plugin_download_url: schema.plugin_download_url,
        ..Package::default()
    };
    for (token, definition) in &schema.types {
        let key = key_of(token);
        if definition.values.is_empty() {
            let members = members(&definition.properties, &definition.required, &schema.types);
            package.types.insert(key, members);
        } else if let Some(enumeration) = enumeration(definition) {
            package.enumerations.insert(key, enumeration);
        }
    }
    for (token, resource) in schema.resources {
        let inputs = members(&resource.input_properties, &resource.required_inputs, &schema.types);
        let outputs = members(&resource.properties, &resource.required, &schema.types);
        package.resources.insert(token, ResourceType { component: resource.is_component, inputs, outputs });
    }
    for (token, function) in schema.functions {
        let side = |name: &str| -> Nested {
            let definition = function.get(name).cloned().map(serde_json::from_value::<Definition>);
            let definition = definition.and_then(Result::ok).unwrap_or_default();
            members(&definition.properties, &definition.required, &schema.types)
        };
        package.functions.insert(token, Function { arguments: side("inputs"), results: side("outputs") });
    }
    Ok(package)
}

fn members(properties: &BTreeMap<String, Value>, required: &BTreeSet<String>, types: &Types) -> Nested {
    let members = properties.iter().filter(|(name, _)| !name.starts_with("__")).map(|(name, property)| {
        let member = Member {
            kind: kind(property, types),
            required: required.contains(name),
            deprecated: property.get("deprecationMessage").and_then(Value::as_str).is_some_and(|text| !text.is_empty()),
        };
        (name.clone(), member)
    });
    members.collect()
}

type Types = BTreeMap<String, Definition>;

/// What a property holds. Where several types are allowed, the most general one that Rust can write.
fn kind(property: &Value, types: &Types) -> Type {
    if let Some(reference) = property.get("$ref").and_then(Value::as_str) {
        return named(reference, property, types);
    }
    if let Some(choices) = property.get("oneOf").and_then(Value::as_array) {
        let kinds: Vec<_> = choices.iter().map(|choice| kind(choice, types)).collect();
        let text = kinds.contains(&Type::String).then_some(Type::String);
        return text.or_else(|| kinds.into_iter().next()).unwrap_or(Type::Any);
    }
    let inner = |name: &str| Box::new(property.get(name).map_or(Type::Any, |inner| kind(inner, types)));
    match property.get("type").and_then(Value::as_str) {
        Some("string") => Type::String,
        Some("boolean") => Type::Boolean,
        Some("number") => Type::Number,
        Some("integer") => Type::Integer,
        Some("array") => Type::List(inner("items")),
        // A map without the type of its members has strings.
        Some("object") if property.get("additionalProperties").is_none() => Type::Map(Box::new(Type::String)),
        Some("object") => Type::Map(inner("additionalProperties")),
        _ => Type::Any,
    }
}

fn named(reference: &str, property: &Value, types: &Types) -> Type {
    match reference.split_once('#') {
        Some(("pulumi.json", "/Asset")) => Type::Asset,
        Some(("pulumi.json", "/Archive")) => Type::Archive,
        Some(("pulumi.json", "/Json")) => Type::String,
        Some(("", place)) if place.starts_with("/types/") => {
            let token = place.trim_start_matches("/types/").replace("%2F", "/");
            match types.get(&token) {
                Some(definition) if definition.values.is_empty() || enumeration(definition).is_some() => {
                    Type::Named(key_of(&token))
                }
                // An enumeration of numbers is the number.
                Some(_) => Type::Number,
                None => Type::Any,
            }
        }
        // Of another package's types and of resources, the schema says by which plain type they are given.
        _ => match property.get("type").and_then(Value::as_str) {
            Some("string") => Type::String,
            _ => Type::Any,
        },
    }
}

/// The names and values of an enumeration of strings.
fn enumeration(definition: &Definition) -> Option<Enumeration> {
    let values = definition.values.iter().map(|variant| {
        let value = variant.value.as_str()?;
        let name = if variant.name.is_empty() { value } else { &variant.name };
        Some((name.to_owned(), value.to_owned()))
    });
    Some(Enumeration { values: values.collect::<Option<_>>()? })
}

/// Module and name of a type.
fn key_of(token: &str) -> String {
    format!("{}.{}", module_of(token), name_of(token))
}
