//! Eventual values: no combination loses a mark, and no closure runs on what is not there.

use std::collections::BTreeSet;

use proptest::prelude::*;
use pulumi_component::engine::Resolve;
use pulumi_component::engine::Resolved;
use pulumi_component::value::{Encode, PropertyMap, Urn, Value};
use pulumi_component::{Input, Output, all, interpolate};

fn output(value: Option<String>, secret: bool, urns: &[&str]) -> Output<String> {
    Output::resolved(Resolved { value, secret, dependencies: urns.iter().map(|urn| Urn::new(*urn)).collect() })
}

fn resolved<T: Clone + Send + Sync + 'static>(output: &Output<T>) -> Resolved<T> {
    let resolved = futures::executor::block_on(output.resolve()).expect("it resolves");
    Resolved::clone(&resolved)
}

fn any_output() -> impl Strategy<Value = Resolved<String>> {
    let urns = proptest::collection::btree_set("[a-z]{1,4}".prop_map(Urn::new), 0..4);
    (proptest::option::of("[a-z]{0,5}"), any::<bool>(), urns).prop_map(|(value, secret, dependencies)| Resolved {
        value,
        secret,
        dependencies,
    })
}

proptest! {
    #[test]
    fn every_combination_unites_the_marks(parts in proptest::collection::vec(any_output(), 2..5)) {
        let secret = parts.iter().any(|part| part.secret);
        let known = parts.iter().all(|part| part.value.is_some());
        let dependencies: BTreeSet<Urn> = parts.iter().flat_map(|part| part.dependencies.clone()).collect();
        let outputs: Vec<_> = parts.iter().cloned().map(Output::resolved).collect();

        let gathered = resolved(&all(outputs.clone()));
        prop_assert_eq!((gathered.secret, gathered.value.is_some()), (secret, known));
        prop_assert_eq!(&gathered.dependencies, &dependencies);

        let folded = outputs.iter().skip(1).fold(outputs[0].clone(), |left, right| {
            left.zip(right).map(|(left, right)| left + &right)
        });
        let folded = resolved(&folded);
        prop_assert_eq!((folded.secret, folded.value.is_some()), (secret, known));
        prop_assert_eq!(&folded.dependencies, &dependencies);

        let (first, second) = (outputs[0].clone(), outputs[1].clone());
        let formatted = resolved(&interpolate!("{}/{}", &first, &second));
        let chained = resolved(&first.and_then(move |_| second));
        prop_assert_eq!(formatted.secret, parts[0].secret || parts[1].secret);
        // What a closure would have given is not known where it did not run.
        if parts[0].value.is_some() {
            prop_assert_eq!(chained.secret, formatted.secret);
            prop_assert_eq!(chained.dependencies, formatted.dependencies);
        }
    }

    #[test]
    fn an_encoded_output_keeps_its_marks(part in any_output()) {
        let encoded = futures::executor::block_on(Output::resolved(part.clone()).encode()).expect("it encodes");
        prop_assert_eq!(encoded.secret, part.secret);
        prop_assert_eq!(encoded.value == Value::Unknown, part.value.is_none());
        prop_assert_eq!(encoded.dependencies, part.dependencies);
    }
}

#[test]
fn a_closure_does_not_run_on_an_unknown_value() {
    let unknown = output(None, true, &["a"]);
    let mapped = resolved(&unknown.map(|_| -> String { panic!("it must not run") }));
    assert_eq!((mapped.value, mapped.secret, mapped.dependencies.len()), (None, true, 1));
}

#[test]
fn a_panic_in_a_closure_is_a_failure_of_its_output_alone() {
    let known = output(Some("x".into()), false, &[]);
    let broken: Output<String> = known.map(|_| panic!("mind the gap"));
    let failure = futures::executor::block_on(broken.resolve()).expect_err("it panicked");
    assert_eq!(failure.to_string(), "internal error: mind the gap");
    assert_eq!(resolved(&known).value.as_deref(), Some("x"));
}

#[test]
fn secret_marks_and_nothing_prints() {
    let marked = output(Some("hush".into()), false, &["a"]).secret();
    assert!(resolved(&marked).secret);
    assert_eq!(format!("{marked:?} {:?}", Input::<String>::from(marked.clone())), "Output(..) Input(Output(..))");
}

#[test]
fn a_secret_member_does_not_make_its_list_secret() {
    let list: Vec<Input<String>> = vec!["plain".into(), output(Some("hush".into()), true, &[]).into()];
    let encoded = futures::executor::block_on(list.encode()).expect("it encodes");
    let Value::List(items) = &encoded.value else { panic!("a list stays one") };
    assert_eq!((encoded.secret, items[0].secret, items[1].secret), (false, false, true));
    let object = PropertyMap::from([("list".to_owned(), encoded)]);
    assert!(object["list"].marks().secret);
}
