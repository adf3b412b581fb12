//! Inputs that a program may send: refused with reasons or decoded, and no mark is lost on the way.

use futures::FutureExt;
use prost_types::Struct;
use pulumi_component::Input;
use pulumi_component::engine::Resolve;
use pulumi_component::engine::{check, from_properties};
use pulumi_component::generated::encode_serialized;
use pulumi_component::testing::wire::decode_map;
use pulumi_component::value::{Marks, PropertyMap, Value};

use super::args::Args;
use super::source::{HIDDEN, Shape, Source};
use super::wire::comes_back;

const SIMPLE: [(&str, Shape); 3] = [("key", Shape::Text), ("mode", Shape::Mode), ("extra", Shape::Text)];
static PART: [(&str, Shape); 3] =
    [("key", Shape::Text), ("value", Shape::Text), ("parts", Shape::List(&Shape::Object(&PART)))];
const ARGS: [(&str, Shape); 35] = [
    ("text", Shape::Text),
    ("code", Shape::Text),
    ("flag", Shape::Flag),
    ("days", Shape::Number),
    ("tiny", Shape::Number),
    ("signed", Shape::Number),
    ("large", Shape::Number),
    ("ratio", Shape::Number),
    ("mode", Shape::Mode),
    ("modes", Shape::List(&Shape::Mode)),
    ("texts", Shape::List(&Shape::Text)),
    ("tags", Shape::Map(&Shape::Text)),
    ("part", Shape::Object(&PART)),
    ("parts", Shape::List(&Shape::Object(&PART))),
    ("named", Shape::Map(&Shape::Object(&PART))),
    ("laterText", Shape::Text),
    ("laterFlag", Shape::Flag),
    ("laterDays", Shape::Number),
    ("laterMode", Shape::Mode),
    ("laterTexts", Shape::List(&Shape::Text)),
    ("laterTags", Shape::Map(&Shape::Text)),
    ("wholeList", Shape::List(&Shape::Text)),
    ("wholeMap", Shape::Map(&Shape::Number)),
    ("wholePart", Shape::Object(&SIMPLE)),
    ("either", Shape::Any),
    ("laterEither", Shape::Object(&SIMPLE)),
    ("eithers", Shape::List(&Shape::Mode)),
    ("any", Shape::Any),
    ("laterAny", Shape::Any),
    ("archive", Shape::Any),
    ("file", Shape::Any),
    ("files", Shape::Map(&Shape::Any)),
    ("reference", Shape::Reference),
    ("laterReference", Shape::Reference),
    ("latertext", Shape::Text),
];

/// Makes inputs of the bytes, checks them and decodes them.
pub fn run(bytes: &[u8]) {
    let sent = Struct { fields: Source::new(bytes).members(&ARGS) };
    let Ok(inputs) = decode_map(sent) else { return };
    comes_back(&inputs);
    let problems = check::<Args>(&inputs);
    for problem in &problems {
        assert!(!problem.to_string().contains(HIDDEN), "{problem} shows a secret");
    }
    match from_properties::<Args>(inputs.clone()) {
        Ok(args) => {
            if problems.is_empty() {
                assert!((0.0..=1.0).contains(&args.ratio), "{} is out of bounds", args.ratio);
            }
            let plain = problems.iter().find(|problem| problem.reason.contains("must be a plain value"));
            assert!(plain.is_none(), "{inputs:?} decodes, but: {plain:?}");
            keep_marks(&inputs, &args);
        }
        Err(error) => {
            assert!(!error.to_string().contains(HIDDEN), "{error} shows a secret");
            assert!(!problems.is_empty(), "the check found nothing in {inputs:?}, but: {error}");
        }
    }
}

/// Every input has all the marks that its property has, at any depth, and has them still where it is sent on.
fn keep_marks(inputs: &PropertyMap, args: &Args) {
    let encoded = encode_serialized(args).now_or_never().expect("it is there").expect("what is read can be written");
    let Value::Object(encoded) = encoded.value else { unreachable!("arguments are an object") };
    let has = |name: &str, marks: Option<Marks>| {
        let (Some(given), Some(marks)) = (inputs.get(name), marks) else { return };
        assert_eq!(marks, given.marks(), "{name}: {given:?}");
        // A null is left out.
        if let Some(sent) = encoded.get(name) {
            assert_eq!(sent.marks(), marks, "{name}: {given:?} is sent on as {sent:?}");
        }
    };
    has("laterText", marks(args.later_text.as_ref()));
    has("laterDays", marks(args.later_days.as_ref()));
    has("wholeList", marks(args.whole_list.as_ref()));
    has("wholeMap", marks(args.whole_map.as_ref()));
    has("wholePart", marks(args.whole_part.as_ref()));
    has("laterEither", marks(args.later_either.as_ref()));
    has("laterAny", marks(args.later_any.as_ref()));
    has("archive", marks(args.archive.as_ref()));
    has("laterReference", marks(args.later_reference.as_ref()));
}

/// The marks of an input that is given.
fn marks<T: Clone + Send + Sync + 'static>(input: Option<&Input<T>>) -> Option<Marks> {
    let resolved = input?.output().resolve().now_or_never().expect("it is there").expect("it is no failure");
    let unknown = resolved.value.is_none();
    Some(Marks { secret: resolved.secret, unknown, dependencies: resolved.dependencies.clone() })
}
