//! The schema of a struct, and where its parts are.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value as Json;

use super::spec;

/// The JSON schema of a type, whole.
pub(crate) fn root<T: JsonSchema>() -> Json {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value()
}

/// A schema past references and `Option`.
pub(crate) fn folded_reference<'s>(root: &'s Json, schema: &'s Json) -> &'s Json {
    let schema = spec::folded(schema);
    let name = schema.get("$ref").and_then(Json::as_str).and_then(|text| text.strip_prefix("#/$defs/"));
    match name.and_then(|name| root.get("$defs")?.get(name)) {
        Some(definition) => folded_reference(root, definition),
        None => schema,
    }
}

/// The type keyword of a struct's member, where it has one.
pub(crate) fn type_of<'s>(root: &'s Json, name: &str) -> Option<&'s str> {
    spec::type_name(spec::folded(root.get("properties")?.get(name)?)).or(Some("object"))
}

/// The members that must be given, each with its description.
pub(crate) fn required(root: &Json) -> Vec<(String, String)> {
    let names = root.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    let described = names.map(|name| {
        let member = root.get("properties").and_then(|members| members.get(name));
        let description = member.and_then(|member| member.get("description")).and_then(Json::as_str);
        (name.to_owned(), spec::unwrapped(description.unwrap_or_default()))
    });
    described.collect()
}
