//! What a member holds, as a Rust type.

use super::place::Place;
use crate::model::Type;
use crate::names::type_name;

/// The type behind `Input`.
pub(super) fn rust(kind: &Type, place: Place<'_>) -> String {
    match kind {
        Type::String => "String".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Number => "f64".to_owned(),
        Type::Integer => "i64".to_owned(),
        Type::Any | Type::Foreign(_) => "PropertyValue".to_owned(),
        Type::Asset => "AssetOrArchive".to_owned(),
        Type::Archive => "Archive".to_owned(),
        Type::List(inner) => format!("Vec<Input<{}>>", rust(inner, place)),
        Type::Map(inner) => format!("BTreeMap<String, Input<{}>>", rust(inner, place)),
        Type::Named(token) => {
            let named = place.names.nested(token);
            let name = named.name;
            match (named.module.as_str(), place.module) {
                (there, here) if there == here => name,
                ("", _) => format!("super::{name}"),
                (there, "") => format!("{there}::{name}"),
                (there, _) => format!("super::{there}::{name}"),
            }
        }
    }
}

/// The type of a value that is there: in results of functions, and in outputs. Nested types have none.
pub(super) fn plain(kind: &Type) -> String {
    match kind {
        Type::String => "String".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Number => "f64".to_owned(),
        Type::Integer => "i64".to_owned(),
        Type::List(inner) => format!("Vec<{}>", plain(inner)),
        Type::Map(inner) => format!("BTreeMap<String, {}>", plain(inner)),
        Type::Any | Type::Foreign(_) | Type::Asset | Type::Archive | Type::Named(_) => "PropertyValue".to_owned(),
    }
}

/// The type as its documentation says it.
pub(super) fn described(kind: &Type, place: Place<'_>) -> String {
    match kind {
        Type::String => "string".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Integer => "integer".to_owned(),
        Type::Any => "any".to_owned(),
        Type::Foreign(token) => format!("`{token}`, which these bindings have no type for"),
        Type::Asset => "asset or archive".to_owned(),
        Type::Archive => "archive".to_owned(),
        Type::List(inner) => format!("list of {}", described(inner, place)),
        Type::Map(inner) => format!("map of {}", described(inner, place)),
        Type::Named(token) => format!("`{}`", place.names.nested(token).name),
    }
}

/// The variant of a union that holds this.
pub(super) fn variant(kind: &Type, place: Place<'_>) -> String {
    match kind {
        Type::String => "String".to_owned(),
        Type::Boolean => "Boolean".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Integer => "Integer".to_owned(),
        Type::Any | Type::Foreign(_) => "Any".to_owned(),
        Type::Asset => "Asset".to_owned(),
        Type::Archive => "Archive".to_owned(),
        Type::List(inner) => format!("{}List", variant(inner, place)),
        Type::Map(inner) => format!("{}Map", variant(inner, place)),
        Type::Named(token) => type_name(&place.names.nested(token).name),
    }
}
