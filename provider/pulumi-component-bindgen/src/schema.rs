//! Pulumi's package schema, as far as bindings need it.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use crate::error::Error;
use crate::model::{BasePlugin, Enumeration, Function, Literal, Member, Nested, Package, ResourceType, Type};
use crate::names::{module_path, name_of, type_name};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    name: String,
    #[serde(default)]
    version: String,
    #[serde(default, rename = "pluginDownloadURL")]
    plugin_download_url: String,
    #[serde(default)]
    parameterization: Option<Parameterization>,
    #[serde(default)]
    resources: BTreeMap<String, Resource>,
    #[serde(default)]
    functions: BTreeMap<String, Value>,
    #[serde(default)]
    types: BTreeMap<String, Definition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameterization {
    base_provider: BaseProvider,
    #[serde(default)]
    parameter: String,
}

#[derive(Deserialize)]
struct BaseProvider {
    name: String,
    #[serde(default)]
    version: String,
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
        base: schema.parameterization.map(base).transpose()?,
        ..Package::default()
    };
    let mut reader = Reader { types: &schema.types, unions: BTreeMap::new() };
    for (token, definition) in &schema.types {
        if definition.values.is_empty() {
            let members = reader.members(token, &definition.properties, &definition.required);
            package.types.insert(token.clone(), members);
        } else if let Some(enumeration) = enumeration(definition) {
            package.enumerations.insert(token.clone(), enumeration);
        }
    }
    for (token, resource) in &schema.resources {
        let inputs = reader.members(token, &resource.input_properties, &resource.required_inputs);
        let outputs = reader.members(token, &resource.properties, &resource.required);
        package.resources.insert(token.clone(), ResourceType { component: resource.is_component, inputs, outputs });
    }
    for (token, function) in &schema.functions {
        let mut side = |name: &str| -> Nested {
            let definition = function.get(name).cloned().map(serde_json::from_value::<Definition>);
            let definition = definition.and_then(Result::ok).unwrap_or_default();
            reader.members(token, &definition.properties, &definition.required)
        };
        let is_object = function.get("outputs").is_none_or(|outputs| {
            outputs.get("properties").is_some() || outputs.get("type").is_none_or(|kind| kind == "object")
        });
        let results = is_object.then(|| side("outputs"));
        package.functions.insert(token.clone(), Function { arguments: side("inputs"), results });
    }
    package.unions = reader.unions;
    Ok(package)
}

fn base(parameterization: Parameterization) -> Result<BasePlugin, Error> {
    let parameter = STANDARD.decode(&parameterization.parameter);
    let parameter =
        parameter.map_err(|error| Error::new(format!("`parameterization.parameter` is no base64: {error}")))?;
    let BaseProvider { name, version } = parameterization.base_provider;
    Ok(BasePlugin { name, version, parameter })
}

/// What reading a property needs to know, and the unions that were found.
struct Reader<'s> {
    types: &'s BTreeMap<String, Definition>,
    unions: BTreeMap<String, Vec<Type>>,
}

impl Reader<'_> {
    fn members(&mut self, owner: &str, properties: &BTreeMap<String, Value>, required: &BTreeSet<String>) -> Nested {
        let says = |property: &Value, word: &str| property.get(word).and_then(Value::as_bool).unwrap_or_default();
        let properties = properties.iter().filter(|(name, _)| !name.starts_with("__"));
        let members = properties.map(|(name, property)| {
            let deprecation = property.get("deprecationMessage").and_then(Value::as_str);
            let member = Member {
                kind: self.kind(property, &union_token(owner, name)),
                required: required.contains(name),
                deprecated: deprecation.is_some_and(|text| !text.is_empty()),
                secret: says(property, "secret"),
                replace_on_changes: says(property, "replaceOnChanges"),
                constant: property.get("const").and_then(literal),
            };
            (name.clone(), member)
        });
        members.collect()
    }

    /// What a property holds; `place` is the token of its union, where it is one.
    fn kind(&mut self, property: &Value, place: &str) -> Type {
        if let Some(reference) = property.get("$ref").and_then(Value::as_str) {
            return self.named(reference, property);
        }
        if let Some(choices) = property.get("oneOf").and_then(Value::as_array) {
            return self.union(choices, place);
        }
        let mut inner = |name: &str| Box::new(property.get(name).map_or(Type::Any, |inner| self.kind(inner, place)));
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

    /// Where several types are allowed: the one that all others become, or a union.
    fn union(&mut self, choices: &[Value], place: &str) -> Type {
        let mut kinds: Vec<Type> = Vec::new();
        for choice in choices {
            let kind = self.kind(choice, place);
            let nested = match &kind {
                Type::Named(token) => self.unions.get(token).cloned(),
                _ => None,
            };
            for kind in nested.unwrap_or_else(|| vec![kind]) {
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            }
        }
        if kinds.contains(&Type::String) {
            kinds.retain(|kind| !matches!(kind, Type::Named(token) if self.is_text(token)));
        }
        let is_any = kinds.iter().any(|kind| matches!(kind, Type::Any | Type::Foreign(_)));
        match kinds.as_slice() {
            [] => Type::Any,
            [only] => only.clone(),
            _ if is_any => Type::Any,
            _ => {
                let mut token = place.to_owned();
                while self.unions.get(&token).is_some_and(|known| *known != kinds) {
                    token.push_str("Item");
                }
                self.unions.insert(token.clone(), kinds);
                Type::Named(token)
            }
        }
    }

    /// Whether a type is an enumeration of strings.
    fn is_text(&self, token: &str) -> bool {
        let values = self.types.get(token).map(|definition| &definition.values);
        values.is_some_and(|values| !values.is_empty() && values.iter().all(|variant| variant.value.is_string()))
    }

    fn named(&self, reference: &str, property: &Value) -> Type {
        let (document, place) = reference.split_once('#').unwrap_or((reference, ""));
        let token = decoded(place.trim_start_matches("/types/").trim_start_matches("/resources/"));
        match (document, place) {
            ("pulumi.json", "/Asset") => Type::Asset,
            ("pulumi.json", "/Archive") => Type::Archive,
            ("pulumi.json", "/Json") => Type::String,
            ("pulumi.json", _) => Type::Any,
            ("", place) if place.starts_with("/types/") => match self.types.get(&token) {
                Some(definition) if definition.values.is_empty() || enumeration(definition).is_some() => {
                    Type::Named(token)
                }
                Some(_) => Type::Any,
                None => plain(property),
            },
            // Of another package's enumerations, the schema says by which plain type they are given.
            (_, place) if place.starts_with("/types/") && plain(property) != Type::Any => plain(property),
            (_, place) if place.starts_with("/types/") || place.starts_with("/resources/") => Type::Foreign(token),
            _ => plain(property),
        }
    }
}

/// The type beside a reference that leads nowhere.
fn plain(property: &Value) -> Type {
    match property.get("type").and_then(Value::as_str) {
        Some("string") => Type::String,
        Some("boolean") => Type::Boolean,
        Some("number") => Type::Number,
        Some("integer") => Type::Integer,
        _ => Type::Any,
    }
}

/// The names and values of an enumeration whose values are of one type.
fn enumeration(definition: &Definition) -> Option<Enumeration> {
    let mut values: Vec<(String, Literal)> = Vec::new();
    for variant in &definition.values {
        let value = literal(&variant.value)?;
        let spoken = match &value {
            Literal::String(text) => text.clone(),
            Literal::Boolean(value) => value.to_string(),
            Literal::Integer(number) => number.to_string().replace('-', "minus "),
            Literal::Number(number) => number.to_string().replace('-', "minus "),
        };
        let name = if variant.name.is_empty() { spoken } else { variant.name.clone() };
        if values.iter().all(|(_, known)| *known != value) {
            values.push((name, value));
        }
    }
    let is_fractional = values.iter().any(|(_, value)| matches!(value, Literal::Number(_)));
    if is_fractional {
        for (_, value) in &mut values {
            if let Literal::Integer(whole) = value {
                *value = Literal::Number(whole.to_string().parse().ok()?);
            }
        }
    }
    let kinds: BTreeSet<_> = values.iter().map(|(_, value)| kind_of(value)).collect();
    (kinds.len() == 1).then_some(Enumeration { values })
}

fn kind_of(literal: &Literal) -> u8 {
    match literal {
        Literal::String(_) => 0,
        Literal::Boolean(_) => 1,
        Literal::Integer(_) => 2,
        Literal::Number(_) => 3,
    }
}

fn literal(value: &Value) -> Option<Literal> {
    match value {
        Value::String(text) => Some(Literal::String(text.clone())),
        Value::Bool(value) => Some(Literal::Boolean(*value)),
        Value::Number(number) => number.as_i64().map(Literal::Integer).or_else(|| number.as_f64().map(Literal::Number)),
        _ => None,
    }
}

/// The token of the union that a property holds.
fn union_token(owner: &str, property: &str) -> String {
    let package = owner.split(':').next().unwrap_or_default();
    format!("{package}:{}:{}{}", module_path(owner), type_name(name_of(owner)), type_name(property))
}

/// A step of a JSON pointer without percent encoding.
fn decoded(step: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = step.as_bytes();
    while let [first, after @ ..] = rest {
        let code = match (first, after) {
            (b'%', [high, low, ..]) => {
                std::str::from_utf8(&[*high, *low]).ok().and_then(|code| u8::from_str_radix(code, 16).ok())
            }
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_pointers_are_decoded() {
        assert_eq!(decoded("aws:iam%2fdocuments:PolicyDocument"), "aws:iam/documents:PolicyDocument");
        assert_eq!(decoded("a%2Fb%zz%2"), "a/b%zz%2");
    }
}
