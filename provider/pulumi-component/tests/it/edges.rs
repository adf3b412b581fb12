//! Edges of what a program may send: nothing, bounds of a type, what is wrong inside a secret.
//!
//! `fuzz/` found them; each is a test of its own here.

use std::collections::BTreeMap;

use prost::Message;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Wire};
use pulumi_component::Input;
use pulumi_component::engine::Resolve;
use pulumi_component::engine::{check, from_properties};
use pulumi_component::testing::inputs;
use pulumi_component::testing::wire::{Secrets, decode_map, encode_map};
use pulumi_component::value::{Archive, AssetOrArchive, PropertyMap, PropertyValue, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What is checked and decoded.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Args {
    names: Vec<String>,
    on: bool,
    maybe: Vec<Option<String>>,
    later: Input<String>,
    later_names: Vec<Input<String>>,
    tags: BTreeMap<String, Input<String>>,
    count: Option<u32>,
    large: Option<i64>,
    #[schemars(range(min = 0, max = 1))]
    share: Option<f64>,
    whole: Option<Input<Whole>>,
    map: Option<Input<BTreeMap<String, f64>>>,
    file: Option<AssetOrArchive>,
    any: Option<Input<PropertyValue>>,
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Whole {
    kind: Style,
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Style {
    Plain,
    Fancy,
}

impl Default for Args {
    fn default() -> Self {
        Self {
            names: vec!["default".into()],
            on: true,
            maybe: Vec::new(),
            later: "default".into(),
            later_names: Vec::new(),
            tags: BTreeMap::new(),
            count: None,
            large: None,
            share: None,
            whole: None,
            map: None,
            file: None,
            any: None,
        }
    }
}

/// A value under so many levels of secrets, objects or lists, as bytes.
fn deep(levels: usize, level: fn(Wire) -> Kind) -> Vec<u8> {
    let bottom = Wire { kind: Some(Kind::StringValue("bottom".into())) };
    let value = (0..levels).fold(bottom, |value, _| Wire { kind: Some(level(value)) });
    Struct { fields: [("any".to_owned(), value)].into() }.encode_to_vec()
}

fn told(given: &PropertyMap) -> Vec<String> {
    check::<Args>(given).iter().map(ToString::to_string).collect()
}

fn secret(name: &str, value: serde_json::Value) -> PropertyMap {
    let mut given = inputs(json!({ name: value }));
    given.values_mut().for_each(|value| value.secret = true);
    given
}

#[tokio::test]
async fn a_null_property_is_not_given_and_its_default_holds() {
    let given = inputs(json!({ "names": null, "on": null, "later": null, "tags": null }));
    assert_eq!(told(&given), Vec::<String>::new());
    let args: Args = from_properties(given).expect("it fits");
    assert_eq!((args.names, args.on, args.tags.len()), (vec!["default".to_owned()], true, 0));
    let later = args.later.output().resolve().await.expect("it resolves");
    assert_eq!(later.value.as_deref(), Some("default"), "null is not unknown");
}

#[test]
fn a_null_element_is_given_and_must_fit() {
    let given = inputs(json!({
        "names": ["a", null], "maybe": [null], "laterNames": [null], "tags": { "a": null },
    }));
    assert_eq!(
        told(&given),
        [
            "laterNames[0]: expected a string, got nothing",
            "names[1]: expected a string, got nothing",
            "tags.a: expected a string, got nothing",
        ]
    );
    let error = from_properties::<Args>(inputs(json!({ "laterNames": [null] }))).expect_err("null is not unknown");
    assert_eq!(error.path.to_string(), "laterNames[0]");
}

#[test]
fn a_whole_number_is_checked_against_the_bounds_of_its_type() {
    let bounds = [(-1.0, "count"), (4_294_967_296.0, "count"), (9_007_199_254_740_994.0, "large")];
    for (number, name) in bounds {
        let given = [(name.to_owned(), PropertyValue::from(Value::Number(number)))].into();
        assert_eq!(check::<Args>(&given).len(), 1, "{name}: {number}");
    }
    assert_eq!(told(&inputs(json!({ "count": 4_294_967_295_u32, "large": -9_007_199_254_740_992_i64 }))).len(), 0);
}

#[test]
fn what_is_not_a_number_is_within_no_bounds() {
    let given = [("share".to_owned(), PropertyValue::from(Value::Number(f64::NAN)))].into();
    assert_eq!(told(&given), ["share: expected 0 to 1"]);
}

#[test]
fn an_optional_input_of_a_struct_is_eventual_and_so_is_all_that_is_in_it() {
    assert_eq!(told(&secret("whole", json!({ "kind": "plain" }))), Vec::<String>::new());
    let mut members = inputs(json!({ "kind": "plain" }));
    members.values_mut().for_each(|member| member.secret = true);
    assert_eq!(told(&[("whole".to_owned(), Value::Object(members).into())].into()), Vec::<String>::new());
    assert_eq!(told(&[("whole".to_owned(), PropertyValue::unknown())].into()), Vec::<String>::new());
}

#[test]
fn what_is_wrong_inside_a_secret_is_told_without_what_it_holds() {
    let told = |given: &PropertyMap| {
        let error = from_properties::<Args>(given.clone()).expect_err("it does not fit").to_string();
        assert!(!error.contains("hush") && error.contains(" (secret): "), "{error}");
        told(given)
    };
    let list = "expected one of `plain`, `fancy`, got a string";
    assert_eq!(told(&secret("whole", json!({ "kind": "hush" }))), [format!("whole.kind (secret): {list}")]);
    let whole = secret("whole", json!({ "kind": "plain", "hush": 1 }));
    assert_eq!(told(&whole), ["whole.* (secret): unknown property"]);
    let map = secret("map", json!({ "hush": "x" }));
    assert_eq!(told(&map), ["map.* (secret): expected a number, got a string"]);
}

#[test]
fn a_plain_asset_has_no_place_for_a_mark_and_so_takes_none() {
    let archive = PropertyValue::from(Value::Archive(Archive::from_path("/a.zip")));
    let given = |value| PropertyMap::from([("file".to_owned(), value)]);
    assert!(from_properties::<Args>(given(archive.clone())).expect("it fits").file.is_some());
    for marked in [archive.into_secret(), PropertyValue::unknown()] {
        let error = from_properties::<Args>(given(marked)).expect_err("the mark would be lost");
        assert!(error.reason.contains("must be a plain value"), "{error}");
    }
}

#[test]
fn no_depth_that_protobuf_reads_needs_more_than_half_a_stack() {
    let levels: [fn(Wire) -> Kind; 3] = [
        |value| Kind::ListValue(ListValue { values: vec![value] }),
        |value| Kind::StructValue(Struct { fields: [("a".to_owned(), value)].into() }),
        |value| {
            let signature = |text: &str| Wire { kind: Some(Kind::StringValue(text.into())) };
            let signature = signature("1b47061264138c4ac30d75fd1eb44270");
            let signature = ("4dabf18193072939515e22adb298388d".to_owned(), signature);
            Kind::StructValue(Struct { fields: [signature, ("value".to_owned(), value)].into() })
        },
    ];
    let try_all = move || {
        for level in levels {
            let read = |depth: &usize| Struct::decode(deep(*depth, level).as_slice()).ok();
            let deepest = (1..60).rev().find_map(|depth| read(&depth)).expect("one level is read");
            assert_eq!(read(&60), None, "protobuf ends it before the stack does");
            let value = decode_map(deepest).expect("it is well formed");
            let _ = (check::<Args>(&value), from_properties::<Args>(value.clone()), format!("{value:?}"));
            assert_eq!(decode_map(encode_map(&value, Secrets::Wrap)), Ok(value));
        }
    };
    // Half of what a thread of the plugin has.
    let half = std::thread::Builder::new().stack_size(1024 * 1024);
    half.spawn(try_all).expect("it starts").join().expect("it ends well");
}
