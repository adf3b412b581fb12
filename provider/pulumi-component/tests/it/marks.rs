//! Secrecy, unknowns and dependencies of any values, through everything that can be done with them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use pulumi_component::engine::Resolve;
use pulumi_component::engine::{Resolved, from_properties};
use pulumi_component::generated::{Encoding, encode_members, encode_output, encode_serialized};
use pulumi_component::value::{Encode, Marks, PropertyMap, PropertyValue, Urn, Value};
use pulumi_component::{Input, Output, interpolate};
use serde::Deserialize;

fn any_urns() -> impl Strategy<Value = BTreeSet<Urn>> {
    btree_set("[a-z]{1,4}".prop_map(Urn::new), 0..4)
}

fn any_part() -> impl Strategy<Value = Resolved<String>> {
    (proptest::option::of("[a-z]{0,5}"), any::<bool>(), any_urns()).prop_map(|(value, secret, dependencies)| Resolved {
        value,
        secret,
        dependencies,
    })
}

/// Any value without assets and resources, with marks at every depth.
fn any_value() -> impl Strategy<Value = PropertyValue> {
    let marked = |(value, secret, dependencies)| PropertyValue { value, secret, dependencies };
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(Value::Unknown),
        any::<bool>().prop_map(Value::Bool),
        any::<f64>().prop_map(Value::Number),
        ".*".prop_map(Value::String),
    ];
    let often = || proptest::bool::weighted(0.1);
    (leaf, often(), any_urns()).prop_map(marked).prop_recursive(4, 24, 4, move |inner| {
        let list = vec(inner.clone(), 0..4).prop_map(Value::List);
        let object = btree_map("[a-z]{1,3}", inner, 0..4).prop_map(Value::Object);
        (prop_oneof![list, object], often(), any_urns()).prop_map(marked)
    })
}

fn output(part: &Resolved<String>) -> Output<String> {
    Output::resolved(part.clone())
}

/// The marks of an output and whether it is known.
fn marks<T: Clone + Send + Sync + 'static>(output: &Output<T>) -> Marks {
    let resolved = futures::executor::block_on(output.resolve()).expect("it resolves");
    Marks { secret: resolved.secret, unknown: resolved.value.is_none(), dependencies: resolved.dependencies.clone() }
}

fn united<'p>(parts: impl IntoIterator<Item = &'p Resolved<String>>) -> Marks {
    parts.into_iter().fold(Marks::default(), |mut marks, part| {
        marks.secret |= part.secret;
        marks.unknown |= part.value.is_none();
        marks.dependencies.extend(part.dependencies.iter().cloned());
        marks
    })
}

fn encoded(encoding: Encoding) -> PropertyValue {
    futures::executor::block_on(encoding).expect("it encodes")
}

/// Takes anything at all.
#[derive(Deserialize)]
struct Args {
    whole: Input<serde_json::Value>,
    each: Vec<Input<serde_json::Value>>,
    named: BTreeMap<String, Input<serde_json::Value>>,
}

proptest! {
    #[test]
    fn a_computation_keeps_the_marks(part in any_part()) {
        let all = united([&part]);
        let given = output(&part);
        prop_assert_eq!(marks(&given.map(|text| text.len())), all.clone());
        prop_assert_eq!(marks(&given.try_map(|text| Ok::<_, String>(text.len()))), all.clone());
        prop_assert_eq!(marks(&Input::<String>::from(&given).into_output()), all.clone());
        prop_assert_eq!(marks(&interpolate!("<{}>", &given)), all.clone());
        prop_assert_eq!(marks(&given.secret()), Marks { secret: true, ..all });
    }

    #[test]
    fn a_chain_has_the_marks_of_both_ends(outer in any_part(), inner in any_part()) {
        let next = output(&inner);
        let chained = output(&outer).and_then(move |_| next);
        // What the closure would have given is not known where it did not run.
        let expected = if outer.value.is_some() { united([&outer, &inner]) } else { united([&outer]) };
        prop_assert_eq!(marks(&chained), expected);
    }

    #[test]
    fn a_text_has_the_marks_of_all_that_is_in_it(parts in proptest::array::uniform4(any_part())) {
        let [a, b, c, d] = parts.each_ref().map(output);
        prop_assert_eq!(marks(&interpolate!("{}{}{}", &a, &b, &c)), united(&parts[..3]));
        prop_assert_eq!(marks(&interpolate!("{}{}{}{}", &a, &b, &c, &d)), united(&parts));
    }

    #[test]
    fn what_is_encoded_keeps_each_mark_where_it_was(parts in vec(any_part(), 1..4)) {
        let inputs: Vec<Input<String>> = parts.iter().map(|part| output(part).into()).collect();
        let each: Vec<_> = inputs.iter().map(|input| encoded(input.clone().encode())).collect();
        for (value, part) in each.iter().zip(&parts) {
            prop_assert_eq!(value.marks(), united([part]));
        }
        let names = ["a", "b", "c"];
        let expected: PropertyMap = names.iter().map(ToString::to_string).zip(each.clone()).collect();
        let named: BTreeMap<_, _> = names.iter().map(ToString::to_string).zip(inputs.clone()).collect();
        let members = names.into_iter().zip(inputs.iter().map(|input| Some(input.clone().encode()))).collect();

        prop_assert_eq!(encoded(Some(inputs[0].clone()).encode()), each[0].clone());
        prop_assert_eq!(encoded(inputs.clone().encode()), Value::List(each).into());
        prop_assert_eq!(encoded(named.encode()), Value::Object(expected.clone()).into());
        prop_assert_eq!(encoded(encode_members(members)), Value::Object(expected).into());
        prop_assert_eq!(encoded(encode_serialized(&inputs)).marks(), united(&parts));
        let serialized = encode_output(&output(&parts[0]));
        prop_assert_eq!(encoded(serialized), encoded(inputs[0].clone().encode()));
        let whole = Output::known(inputs).encode();
        prop_assert_eq!(encoded(whole).marks(), united(&parts), "an output of inputs has the marks of both");
    }

    #[test]
    fn a_value_encodes_as_itself(value in any_value()) {
        // Debug, because a NaN differs from itself; it prints no marks.
        let same = encoded(value.clone().encode());
        prop_assert_eq!((format!("{same:?}"), same.marks()), (format!("{value:?}"), value.marks()));
    }

    #[test]
    fn a_decoded_input_has_every_mark_at_or_below_it(value in any_value()) {
        let list = Value::List(vec![value.clone()]).into();
        let map = Value::Object([("a".to_owned(), value.clone())].into()).into();
        let mut given: PropertyMap = [("each".to_owned(), list), ("named".to_owned(), map)].into();
        // A property that is null is not given.
        let whole = if value.value == Value::Null { "x".into() } else { value.clone() };
        given.insert("whole".to_owned(), whole.clone());
        let args: Args = from_properties(given).expect("it takes anything");
        prop_assert_eq!(marks(args.whole.output()), whole.marks());
        prop_assert_eq!(marks(args.each[0].output()), value.marks());
        prop_assert_eq!(marks(args.named["a"].output()), value.marks());
    }
}
