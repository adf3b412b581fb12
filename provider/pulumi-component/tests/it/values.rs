//! Values on the wire, and from there into typed arguments.

use std::collections::BTreeMap;

use proptest::prelude::*;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Wire};
use pulumi_component::Input;
use pulumi_component::engine::Resolve;
use pulumi_component::engine::from_properties;
use pulumi_component::testing::value;
use pulumi_component::testing::wire::{Secrets, decode_map, decode_value, encode_map, encode_value};
use pulumi_component::value::{
    Archive, ArchiveSource, Asset, AssetSource, PropertyMap, PropertyValue, ResourceReference, Urn, Value,
};
use serde::Deserialize;
use serde_json::json;

const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";

fn text(text: &str) -> Wire {
    Wire { kind: Some(Kind::StringValue(text.to_owned())) }
}

fn special<const N: usize>(signature: &str, members: [(&str, Wire); N]) -> Wire {
    let mut fields = BTreeMap::from([(SIGNATURE.to_owned(), text(signature))]);
    fields.extend(members.map(|(name, value)| (name.to_owned(), value)));
    Wire { kind: Some(Kind::StructValue(Struct { fields })) }
}

fn null() -> Wire {
    Wire { kind: Some(Kind::NullValue(0)) }
}

fn list<const N: usize>(values: [Wire; N]) -> Wire {
    Wire { kind: Some(Kind::ListValue(ListValue { values: values.into() })) }
}

/// Any value that the wire can carry; dependencies travel beside it.
fn any_value() -> impl Strategy<Value = PropertyValue> {
    let asset = prop_oneof![
        ".*".prop_map(AssetSource::Text),
        ".+".prop_map(AssetSource::Path),
        ".+".prop_map(AssetSource::Uri)
    ];
    let asset = (asset, proptest::option::of("[0-9a-f]{8}")).prop_map(|(source, hash)| Asset { source, hash });
    let archive = prop_oneof![".+".prop_map(ArchiveSource::Path), ".+".prop_map(ArchiveSource::Uri)];
    let archive = (archive, proptest::option::of("[0-9a-f]{8}")).prop_map(|(source, hash)| Archive { source, hash });
    let reference = ("[a-z:$]{1,20}", proptest::option::of("[a-z]{1,5}"), "[0-9.]{0,5}");
    let reference = reference.prop_map(|(urn, id, package_version)| ResourceReference {
        urn: Urn::new(urn),
        id: id.map(|id| Box::new(PropertyValue::from(id.as_str()))),
        package_version,
    });
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(Value::Unknown),
        any::<bool>().prop_map(Value::Bool),
        any::<f64>().prop_filter("the wire has no NaN that equals itself", |n| !n.is_nan()).prop_map(Value::Number),
        ".*".prop_map(Value::String),
        proptest::collection::vec(0x80_u8..0xc0, 1..4).prop_map(Value::Bytes),
        asset.prop_map(Value::Asset),
        archive.prop_map(Value::Archive),
        reference.prop_map(Value::Resource),
    ];
    let leaf = (leaf, any::<bool>()).prop_map(|(value, secret)| PropertyValue { value, secret, ..Default::default() });
    leaf.prop_recursive(3, 32, 4, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::List);
        let object = proptest::collection::btree_map("[a-zA-Z_.\\[]{0,6}", inner.clone(), 0..4).prop_map(Value::Object);
        let assets = proptest::collection::btree_map("[a-z/.]{1,6}", inner.clone(), 0..3)
            .prop_map(|assets| Value::Archive(Archive { source: ArchiveSource::Assets(assets), hash: None }));
        (prop_oneof![list, object, assets], any::<bool>()).prop_map(|(value, secret)| PropertyValue {
            value,
            secret,
            ..Default::default()
        })
    })
}

proptest! {
    #[test]
    fn any_value_comes_back_from_the_wire(value in any_value()) {
        let back = decode_value(encode_value(&value, Secrets::Wrap)).expect("what we write we read");
        prop_assert_eq!(back, value);
    }

    #[test]
    fn any_value_comes_back_from_output_values_with_its_dependencies(value in any_value(), urn in "[a-z]{1,4}") {
        let value = PropertyValue { dependencies: [Urn::new(urn)].into(), ..value };
        let list = PropertyValue::from(Value::List(vec![value.clone(), value]));
        let back = decode_value(encode_value(&list, Secrets::Outputs)).expect("what we write we read");
        prop_assert_eq!((back.marks(), back), (list.marks(), list));
    }

    #[test]
    fn no_secret_is_ever_printed(hidden in "[a-z]{12}", around in any_value()) {
        let secret = PropertyValue { secret: true, ..Value::String(hidden.clone()).into() };
        let value = PropertyValue::from(Value::List(vec![around, secret]));
        let printed = format!("{value:?}");
        prop_assert!(!printed.contains(&hidden));
    }

    #[test]
    fn no_plain_json_panics_the_decoder(given in any_value()) {
        let _ = from_properties::<Args>([("days".to_owned(), given)].into());
    }
}

#[test]
fn stripped_secrets_are_plain() {
    let secret = PropertyValue { secret: true, ..PropertyValue::from("x") };
    assert_eq!(encode_value(&secret, Secrets::Strip), text("x"));
}

#[test]
fn every_text_that_stands_for_an_unknown_value_is_one() {
    for unknown in [
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    ] {
        assert_eq!(decode_value(text(unknown)), Ok(PropertyValue::unknown()));
    }
    assert_eq!(encode_value(&PropertyValue::unknown(), Secrets::Wrap), text("04da6b54-80e4-46f7-96ec-b56ff0331ba9"));
}

#[test]
fn an_output_value_carries_secret_and_dependencies() {
    let dependencies = Wire { kind: Some(Kind::ListValue(ListValue { values: vec![text("urn:a"), text("urn:b")] })) };
    let secret = Wire { kind: Some(Kind::BoolValue(true)) };
    let output = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
    let known = special(output, [("value", text("x")), ("secret", secret), ("dependencies", dependencies)]);
    let decoded = decode_value(known).expect("it is well formed");
    assert_eq!((decoded.as_str(), decoded.secret, decoded.dependencies.len()), (Some("x"), true, 2));
    assert_eq!(decode_value(special(output, [])), Ok(PropertyValue::unknown()), "without a value it is unknown");
}

#[test]
fn malformed_special_values_are_errors_with_their_path() {
    let cases = [
        (special("of-tomorrow", []), "unknown signature `of-tomorrow`"),
        (special("1b47061264138c4ac30d75fd1eb44270", []), "a secret without a value"),
        (
            special("5cf8f73096256a8f31e491e813e4eb8e", [("urn", Wire { kind: Some(Kind::BoolValue(true)) })]),
            "`urn` is not",
        ),
        (special("d0e6a833031e9bbcd3f4e8bde6ca49a4", [("secret", text("yes"))]), "is not a boolean"),
        (special("d0e6a833031e9bbcd3f4e8bde6ca49a4", [("dependencies", text("urn"))]), "are not a list"),
        (special("d0e6a833031e9bbcd3f4e8bde6ca49a4", [("dependencies", list([null()]))]), "is not a URN"),
        (special("c44067f5952c0a294b673a41bacd8c17", [("text", list([]))]), "`text` is not a string"),
        (special("0def7320c3a5731c473e5ecbe6d01bc7", []), "an archive without assets, path or uri"),
        (special("803fd3297a5875dc03ca845dda5d2a98", [("value", text("no base64!"))]), "is not base64"),
    ];
    for (malformed, reason) in cases {
        let list = Wire { kind: Some(Kind::ListValue(ListValue { values: vec![text("fine"), malformed] })) };
        let error = decode_map(Struct { fields: [("a".to_owned(), list)].into() }).expect_err(reason);
        assert_eq!(error.path.to_string(), "a[1]");
        assert!(error.reason.contains(reason), "{error}");
    }
}

#[test]
fn the_id_of_a_reference_is_missing_for_a_component_and_unknown_in_three_forms() {
    let of = |id: Option<Wire>| {
        let urn = ("urn", text("urn:of:it"));
        let reference = match id {
            Some(id) => special("5cf8f73096256a8f31e491e813e4eb8e", [urn, ("id", id)]),
            None => special("5cf8f73096256a8f31e491e813e4eb8e", [urn]),
        };
        match decode_value(reference).expect("it is well formed").value {
            Value::Resource(reference) => reference.id.map(|id| *id),
            other => panic!("a reference, not {other:?}"),
        }
    };
    assert_eq!(of(None), None);
    assert_eq!(of(Some(text("i-1"))), Some("i-1".into()));
    let unknown_output = special("d0e6a833031e9bbcd3f4e8bde6ca49a4", []);
    for unknown in [text(""), text("04da6b54-80e4-46f7-96ec-b56ff0331ba9"), unknown_output] {
        assert_eq!(of(Some(unknown)), Some(PropertyValue::unknown()));
    }
}

#[test]
fn a_secret_may_be_null_and_a_null_is_not_a_missing_property() {
    let secret = special("1b47061264138c4ac30d75fd1eb44270", [("value", null())]);
    assert_eq!(decode_value(secret), Ok(PropertyValue::from(Value::Null).into_secret()));
    let decoded = decode_map(Struct { fields: [("a".to_owned(), null())].into() }).expect("it is well formed");
    assert_eq!(decoded, [("a".to_owned(), PropertyValue::default())].into());
    assert_eq!(decode_map(encode_map(&decoded, Secrets::Wrap)), Ok(decoded));
}

#[test]
fn an_error_below_a_name_that_is_no_word_has_the_name_quoted() {
    let fields = [("a.b".to_owned(), special("of-tomorrow", []))].into();
    assert_eq!(decode_map(Struct { fields }).expect_err("unknown").path.to_string(), "[\"a.b\"]");
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Args {
    days: Option<Input<u32>>,
    names: Vec<String>,
    deep: Option<Input<BTreeMap<String, String>>>,
}

fn marked(value: Value, secret: bool, urn: &str) -> PropertyValue {
    PropertyValue { value, secret, dependencies: [Urn::new(urn)].into() }
}

#[tokio::test]
async fn an_input_keeps_its_marks_and_hoists_those_below_it() {
    let members = PropertyMap::from([
        ("a".to_owned(), marked(Value::String("x".into()), false, "urn:a")),
        ("b".to_owned(), marked(Value::String("y".into()), true, "urn:b")),
    ]);
    let args: Args =
        from_properties([("deep".to_owned(), Value::Object(members.clone()).into())].into()).expect("it fits");
    let resolved = args.deep.expect("it is given").output().resolve().await.expect("it resolves");
    assert!(resolved.secret, "one secret member makes the whole secret");
    assert_eq!(resolved.dependencies.len(), 2);
    assert_eq!(resolved.value.as_ref().map(BTreeMap::len), Some(2));

    let mut members = members;
    members.insert("c".to_owned(), PropertyValue::unknown());
    let args: Args = from_properties([("deep".to_owned(), Value::Object(members).into())].into()).expect("it fits");
    let resolved = args.deep.expect("it is given").output().resolve().await.expect("it resolves");
    assert_eq!(resolved.value, None, "one unknown member makes the whole unknown");
    assert!(resolved.secret);
}

#[test]
fn a_plain_field_takes_a_known_value_with_dependencies_and_refuses_secret_and_unknown() {
    let list = |item| [("names".to_owned(), PropertyValue::from(Value::List(vec![item])))].into();
    let known: Args = from_properties(list(marked(Value::String("x".into()), false, "urn:a"))).expect("it is known");
    assert_eq!(known.names, ["x"]);
    let secret =
        from_properties::<Args>(list(marked(Value::String("hush".into()), true, "urn:a"))).expect_err("secret");
    assert_eq!((secret.path.to_string().as_str(), secret.reason.contains("secret")), ("names[0]", true));
    assert!(!secret.to_string().contains("hush"));
    let unknown = from_properties::<Args>(list(PropertyValue::unknown())).expect_err("unknown");
    assert_eq!((unknown.path.to_string().as_str(), unknown.reason.contains("not known before")), ("names[0]", true));
}

#[test]
fn absent_and_null_are_both_not_given_and_names_of_the_sdks_are_passed_over() {
    let given = PropertyMap::from([("days".to_owned(), value(json!(null))), ("__self__".to_owned(), value(json!(1)))]);
    assert!(from_properties::<Args>(given).expect("it fits").days.is_none());
    assert!(from_properties::<Args>(PropertyMap::new()).expect("it fits").days.is_none());
}

#[test]
fn whole_numbers_are_whole_and_within_what_a_double_holds() {
    for number in [1.5, 9_007_199_254_740_994.0, -1.0, 4_294_967_296.0] {
        let given = [("days".to_owned(), PropertyValue::from(Value::Number(number)))].into();
        assert!(from_properties::<Args>(given).is_err(), "{number}");
    }
}

#[test]
fn a_map_round_trips() {
    let map = PropertyMap::from([("a".to_owned(), value(json!({ "b": [1, "x", null, true] })))]);
    assert_eq!(decode_map(encode_map(&map, Secrets::Wrap)), Ok(map));
}
