//! An enumeration as Rust.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::literal;
use crate::model::{Enumeration, Literal};
use crate::names::{claim, name_of, type_name};

pub(super) fn render(token: &str, class: &str, enumeration: &Enumeration) -> String {
    let (method, kind) = match enumeration.values.first() {
        Some((_, Literal::Boolean(_))) => ("value", "bool"),
        Some((_, Literal::Integer(_))) => ("value", "i64"),
        Some((_, Literal::Number(_))) => ("value", "f64"),
        _ => ("as_str", "&'static str"),
    };
    let owned = if method == "as_str" { "String" } else { kind };
    let mut text = format!(
        "/// Enumeration `{}`.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub enum {class} {{\n",
        name_of(token)
    );
    let mut taken = BTreeSet::new();
    let variants: Vec<_> = enumeration
        .values
        .iter()
        .map(|(name, value)| (claim(&mut taken, type_name(name)), literal::spelled(value), literal::rust(value)))
        .collect();
    for (variant, spelled, _) in &variants {
        let _ = writeln!(text, "    /// `{spelled}`\n    {variant},");
    }
    let _ = write!(
        text,
        "}}\n\nimpl {class} {{\n    /// The value.\n    pub const fn {method}(self) -> {kind} {{\n        match self {{\n"
    );
    for (variant, _, value) in &variants {
        let _ = writeln!(text, "            Self::{variant} => {value},");
    }
    let _ = write!(
        text,
        "        }}\n    }}\n}}\n\n\
         impl Encode for {class} {{\n    fn encode(self) -> Encoding {{\n        self.{method}().encode()\n    }}\n}}\n\n\
         impl EncodeMember for {class} {{}}\n\n\
         impl From<{class}> for Input<{owned}> {{\n    fn from(value: {class}) -> Self {{\n        value.{method}().into()\n    }}\n}}\n\n"
    );
    text
}
