//! What a member holds, as a Rust type.

use super::Place;
use crate::model::Type;
use crate::names::{name_of, type_name};

/// The type behind `Input`.
pub(super) fn rust(kind: &Type, place: Place<'_>) -> String {
    match kind {
        Type::String => "String".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Number => "f64".to_owned(),
        Type::Integer => "i64".to_owned(),
        Type::Any => "PropertyValue".to_owned(),
        Type::Asset => "Asset".to_owned(),
        Type::Archive => "Archive".to_owned(),
        Type::List(inner) => format!("Vec<Input<{}>>", rust(inner, place)),
        Type::Map(inner) => format!("BTreeMap<String, Input<{}>>", rust(inner, place)),
        Type::Named(key) => {
            let (module, name) = key.split_once('.').unwrap_or(("", key));
            let name = type_name(name);
            match (module, place.module) {
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
        Type::Any | Type::Asset | Type::Archive | Type::Named(_) => "PropertyValue".to_owned(),
    }
}

/// The type as its documentation says it.
pub(super) fn described(kind: &Type) -> String {
    match kind {
        Type::String => "string".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Integer => "integer".to_owned(),
        Type::Any => "any".to_owned(),
        Type::Asset => "asset".to_owned(),
        Type::Archive => "archive".to_owned(),
        Type::List(inner) => format!("list of {}", described(inner)),
        Type::Map(inner) => format!("map of {}", described(inner)),
        Type::Named(key) => format!("`{}`", type_name(name_of(key))),
    }
}
