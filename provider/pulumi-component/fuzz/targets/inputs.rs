//! Inputs that a program may send: refused with reasons or decoded, and no mark is lost on the way.

use futures::FutureExt;
use prost_types::Struct;
use pulumi_component::wire::decode_map;
use pulumi_component::{Input, PropertyMap, check, from_properties};

use super::args::Args;
use super::source::{HIDDEN, Shape, Source};
use super::wire::comes_back;

const SIMPLE: [(&str, Shape); 3] = [("key", Shape::Text), ("mode", Shape::Mode), ("extra", Shape::Text)];
static PART: [(&str, Shape); 3] =
    [("key", Shape::Text), ("value", Shape::Text), ("parts", Shape::List(&Shape::Object(&PART)))];
const ARGS: [(&str, Shape); 25] = [
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
            keeps_marks("laterText", &inputs, args.later_text);
            keeps_marks("laterDays", &inputs, args.later_days);
            keeps_marks("wholeList", &inputs, args.whole_list);
            keeps_marks("wholePart", &inputs, args.whole_part);
        }
        Err(error) => {
            assert!(!error.to_string().contains(HIDDEN), "{error} shows a secret");
            assert!(!problems.is_empty(), "the check found nothing in {inputs:?}, but: {error}");
        }
    }
}

/// An input has all the marks that its property has, at any depth.
fn keeps_marks<T: Clone + Send + Sync + 'static>(name: &str, inputs: &PropertyMap, input: Option<Input<T>>) {
    let (Some(given), Some(input)) = (inputs.get(name), input) else { return };
    let marks = given.marks();
    let resolved = input.into_output().resolve().now_or_never().expect("it is there").expect("it is no failure");
    assert_eq!(resolved.secret, marks.secret, "{name}: {given:?}");
    assert_eq!(resolved.value.is_none(), marks.unknown, "{name}: {given:?}");
    assert_eq!(resolved.dependencies, marks.dependencies, "{name}: {given:?}");
}
