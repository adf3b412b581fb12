//! An enumeration of strings as Rust.

use std::fmt::Write as _;

use crate::model::Enumeration;
use crate::names::type_name;

pub(super) fn render(name: &str, enumeration: &Enumeration) -> String {
    let class = type_name(name);
    let mut text =
        format!("/// Enumeration `{name}`.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub enum {class} {{\n");
    let variants: Vec<_> = enumeration.values.iter().map(|(name, value)| (type_name(name), value)).collect();
    for (variant, value) in &variants {
        let _ = writeln!(text, "    /// `{value}`\n    {variant},");
    }
    let _ = write!(
        text,
        "}}\n\nimpl {class} {{\n    /// The value.\n    pub const fn as_str(self) -> &'static str {{\n        match self {{\n"
    );
    for (variant, value) in &variants {
        let _ = writeln!(text, "            Self::{variant} => {value:?},");
    }
    let _ = write!(
        text,
        "        }}\n    }}\n}}\n\n\
         impl Encode for {class} {{\n    fn encode(self) -> Encoding {{\n        self.as_str().encode()\n    }}\n}}\n\n\
         impl EncodeMember for {class} {{}}\n\n\
         impl From<{class}> for Input<String> {{\n    fn from(value: {class}) -> Self {{\n        value.as_str().into()\n    }}\n}}\n\n"
    );
    text
}
