//! Rust types that Pulumi's package schema cannot express: each is refused with its path, and none is dropped in silence.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use pulumi_component::generated::{Encoding, OutputProperty};
use pulumi_component::{Component, Error, Input, Outputs, Provider, Scope, TypeToken, package};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

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
        (told::<One<Tagged>>(), "config.field", "an enum whose variants have fields"),
        (told::<One<WithMap>>(), "WithMap", "takes any name"),
        (told::<One<WithEnum>>(), "config.field", "an object without a name"),
    ] {
        assert!(told.starts_with(&format!("`{path}`: ")) && told.contains(expected), "{path}: {told}");
    }
}

/// Numbers with names, as some derives write them.
#[derive(Deserialize)]
struct Ports;

impl JsonSchema for Ports {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Ports".into()
    }

    fn json_schema(_generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "enum": [80, 443] })
    }
}

#[test]
fn an_enumeration_of_numbers_is_refused_and_not_taken_for_any_number() {
    let told = told::<One<Ports>>();
    assert!(told.starts_with("`Ports`: an enumeration of numbers"), "{told}");
}

/// A component of these inputs and this output.
struct Odd<A, O>(PhantomData<fn() -> (A, O)>);

impl<A: 'static, O: JsonSchema + 'static> Outputs for Odd<A, O> {
    const DESCRIPTION: &'static str = "Odd.";

    fn encode(&self) -> Vec<(&'static str, Encoding)> {
        Vec::new()
    }

    fn properties(generator: &mut schemars::SchemaGenerator) -> Vec<OutputProperty> {
        let schema = generator.subschema_for::<O>();
        vec![OutputProperty { name: "made", description: "What it makes.", schema, required: true, secret: false }]
    }
}

impl<A, O> Component for Odd<A, O>
where
    A: DeserializeOwned + Serialize + JsonSchema + Send + Sync + 'static,
    O: JsonSchema + 'static,
{
    const TOKEN: TypeToken = TypeToken::new("shop:index:Odd");
    type Args = A;

    fn construct(_scope: &Scope, _args: A) -> Result<Self, Error> {
        Ok(Self(PhantomData))
    }
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Fine {}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Pairs {
    pairs: Vec<Input<(u8, String)>>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Either {
    One { one: u8 },
    Other { other: String },
}

#[derive(Deserialize, Serialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
enum Fixed {
    First,
    Second,
}

/// Whose author forgot `rename_all`.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Snake {
    my_field: String,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Twins {
    one: Thing,
    other: other::Thing,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Thing {
    one: u32,
}

mod other {
    use super::*;

    #[derive(Deserialize, Serialize, JsonSchema)]
    pub struct Thing {
        other: u32,
    }
}

/// Whose author knows serde and not `#[args]`.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Aliased {
    #[serde(alias = "breadth")]
    width: u32,
}

/// Whose types have numbers in their names.
#[pulumi_component::args]
struct Numbered {
    /// An address.
    ip: Ip,
    /// Another one.
    ip2: Ip2,
    /// Inputs may be called so.
    id: Input<String>,
    /// And so.
    urn: String,
}

/// An address.
#[pulumi_component::args]
struct Ip {
    /// Inputs may be called so.
    id: u32,
}

/// Another address.
#[pulumi_component::args]
struct Ip2 {
    /// Inputs may be called so.
    urn: u32,
}

/// Two types of one name, which say that they have it.
#[pulumi_component::args]
struct Named {
    /// One.
    one: named::Size,
    /// Another.
    other: other_named::Size,
}

mod named {
    /// A size.
    #[pulumi_component::args]
    pub struct Size {
        /// One.
        one: u32,
    }
}

mod other_named {
    /// A size.
    #[pulumi_component::args]
    #[schemars(rename = "Size")]
    pub struct Size {
        /// Other.
        other: u32,
    }
}

#[test]
fn inputs_and_outputs_of_a_component_are_refused_with_their_path() {
    fn told<A, O>() -> String
    where
        A: DeserializeOwned + Serialize + JsonSchema + Send + Sync + 'static,
        O: JsonSchema + 'static,
    {
        let schema = Provider::new(package!("shop")).component::<Odd<A, O>>().schema();
        schema.map_or_else(|error| error.to_string(), |_| "it can be expressed".to_owned())
    }
    assert_eq!(told::<Fine, String>(), "it can be expressed");
    assert_eq!(told::<Numbered, String>(), "it can be expressed");
    for (told, path, expected) in [
        (told::<Pairs, String>(), "shop:index:Odd.pairs[]", "a tuple"),
        (told::<Either, String>(), "shop:index:Odd", "named fields"),
        (told::<(u8, u8), String>(), "shop:index:Odd", "named fields"),
        (told::<Fine, (u8, String)>(), "shop:index:Odd.made", "a tuple"),
        (told::<Fine, Either>(), "shop:index:Odd.made", "an enum whose variants have fields"),
        (told::<Fine, BTreeMap<u32, String>>(), "shop:index:Odd.made", "a map whose keys are not strings"),
        (told::<Fine, BTreeMap<Fixed, String>>(), "shop:index:Odd.made", "a map whose keys are an enum"),
        (told::<Fine, serde_json::Value>(), "shop:index:Odd.made", "make it an `Input<PropertyValue>`"),
        (told::<Fine, u128>(), "shop:index:Odd.made", "a whole number of 128 bits"),
        (told::<Snake, String>(), "shop:index:Odd.my_field", "properties are camelCase: `myField`"),
        (told::<Twins, String>(), "Thing", "two types have the same name"),
        (told::<Named, String>(), "Size", "two types have the same name"),
        (told::<Aliased, String>(), "shop:index:Odd.breadth", "an alias is in no schema"),
        (told::<Fine, ()>(), "shop:index:Odd.made", "no type"),
    ] {
        assert!(told.starts_with(&format!("`{path}`: ")) && told.contains(expected), "{path}: {told}");
    }
}

#[test]
fn what_can_be_expressed_is() {
    assert_eq!(told::<Nothing>(), "{}");
    assert_eq!(told::<One<Transparent>>(), r#"{"field":{"type":"string"}}"#);
}
