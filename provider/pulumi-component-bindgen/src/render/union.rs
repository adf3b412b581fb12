//! A choice between types as Rust: an enum with a variant for each.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::kind::{described, rust, variant};
use super::place::Place;
use crate::model::Type;
use crate::names::claim;

pub(super) fn render(class: &str, kinds: &[Type], place: Place<'_>) -> String {
    let mut taken = BTreeSet::new();
    let variants: Vec<_> = kinds
        .iter()
        .map(|kind| (claim(&mut taken, variant(kind, place)), rust(kind, place), described(kind, place)))
        .collect();
    let choices: Vec<_> = variants.iter().map(|(_, _, described)| described.as_str()).collect();
    let mut text = format!("/// One of: {}.\n#[derive(Clone, Debug)]\npub enum {class} {{\n", choices.join("; "));
    for (variant, kind, described) in &variants {
        let _ = writeln!(text, "    /// {described}\n    {variant}({kind}),");
    }
    let _ =
        write!(text, "}}\n\nimpl Encode for {class} {{\n    fn encode(self) -> Encoding {{\n        match self {{\n");
    for (variant, _, _) in &variants {
        let _ = writeln!(text, "            Self::{variant}(value) => value.encode(),");
    }
    let _ = write!(text, "        }}\n    }}\n}}\n\nimpl EncodeMember for {class} {{}}\n\n");
    let mut converted = BTreeSet::new();
    for ((variant, kind, _), choice) in variants.iter().zip(kinds) {
        if !converted.insert(kind) {
            continue;
        }
        let _ = write!(
            text,
            "impl From<{kind}> for {class} {{\n    fn from(value: {kind}) -> Self {{\n        Self::{variant}(value)\n    }}\n}}\n\n"
        );
        // Of types of another crate, the compiler lets only that crate say so.
        if matches!(choice, Type::Named(_)) {
            let _ = write!(
                text,
                "impl From<{kind}> for Input<{class}> {{\n    fn from(value: {kind}) -> Self {{\n        \
                 {class}::{variant}(value).into()\n    }}\n}}\n\n"
            );
        }
    }
    text
}
