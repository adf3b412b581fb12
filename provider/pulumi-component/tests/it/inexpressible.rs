//! Rust types that Pulumi's package schema cannot express: each is refused with its path, and none is dropped in silence.

use std::collections::BTreeMap;

use pulumi_component::{Provider, package};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What the schema of a package with this configuration says.
fn told<T: DeserializeOwned + JsonSchema + Send + Sync + 'static>() -> String {
    let schema = Provider::new(package!("shop")).config::<T>().schema();
    schema.map_or_else(|error| error.to_string(), |schema| schema["config"]["variables"].to_string())
}

/// A configuration of one field.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
struct One<T> {
    field: T,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Pair(u8, String);

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Newtype(String);

#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
#[expect(dead_code, reason = "only its schema is used")]
struct Transparent(String);

#[derive(Deserialize, JsonSchema)]
struct Unit;

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
enum Tagged {
    Number { number: u8 },
    Text { text: String },
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
enum Inner {
    Number { number: u8 },
    Text { text: String },
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct WithMap {
    key: String,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct WithEnum {
    key: String,
    #[serde(flatten)]
    rest: Inner,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[test]
fn a_whole_type_that_is_no_struct_of_named_fields_is_refused() {
    for (told, expected) in [
        (told::<String>(), "named fields"),
        (told::<Vec<String>>(), "named fields"),
        (told::<Pair>(), "named fields"),
        (told::<Newtype>(), "named fields"),
        (told::<Unit>(), "named fields"),
        (told::<Tagged>(), "named fields"),
        (told::<Inner>(), "named fields"),
        (told::<BTreeMap<String, String>>(), "takes any name"),
        (told::<WithMap>(), "takes any name"),
        (told::<WithEnum>(), "differ from value to value"),
    ] {
        assert!(told.starts_with("`config`: ") && told.contains(expected), "{told}");
    }
}

#[test]
fn a_field_of_such_a_type_is_refused_with_its_path() {
    for (told, path, expected) in [
        (told::<One<()>>(), "config.field", "no type"),
        (told::<One<(u8, String)>>(), "config.field", "a tuple"),
        (told::<One<Vec<(u8, String)>>>(), "config.field[]", "a tuple"),
        (told::<One<BTreeMap<String, ()>>>(), "config.field.*", "no type"),
        (told::<One<Pair>>(), "Pair", "named fields"),
        (told::<One<Option<Newtype>>>(), "Newtype", "#[serde(transparent)]"),
        (told::<One<Unit>>(), "Unit", "named fields"),
        (told::<One<Tagged>>(), "config.field", "an object without a name"),
        (told::<One<WithMap>>(), "WithMap", "takes any name"),
        (told::<One<WithEnum>>(), "config.field", "an object without a name"),
    ] {
        assert!(told.starts_with(&format!("`{path}`: ")) && told.contains(expected), "{path}: {told}");
    }
}

#[test]
fn what_can_be_expressed_is() {
    assert_eq!(told::<Nothing>(), "{}");
    assert_eq!(told::<One<Transparent>>(), r#"{"field":{"type":"string"}}"#);
}
