//! A nested type as Rust: required members first, setters for the rest.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Place;
use super::kind::{described, rust};
use crate::model::Member;
use crate::names::{field, type_name};

pub(super) fn render(name: &str, members: &BTreeMap<String, Member>, place: Place<'_>) -> String {
    let class = type_name(name);
    let members = super::given(members);
    let required: Vec<_> = members.iter().filter(|(_, member)| member.required).copied().collect();
    let mut text = String::new();

    let default = if required.is_empty() { ", Default" } else { "" };
    let _ = writeln!(text, "/// Nested type `{name}`.\n#[derive(Clone, Debug{default})]\npub struct {class} {{");
    for (name, member) in &members {
        let kind = rust(&member.kind, place);
        let kind = if member.required { format!("Input<{kind}>") } else { format!("Option<Input<{kind}>>") };
        let need = if member.required { ", required" } else { "" };
        let _ =
            writeln!(text, "    /// `{name}`: {}{need}.\n    pub {}: {kind},", described(&member.kind), field(name));
    }
    text.push_str("}\n\n");

    let parameters = required
        .iter()
        .map(|(name, member)| format!("{}: impl Into<Input<{}>>", field(name), rust(&member.kind, place)));
    let _ = writeln!(
        text,
        "impl {class} {{\n    /// With what it requires.\n{}    pub fn new({}) -> Self {{\n        Self {{",
        super::resource::many(required.len()),
        parameters.collect::<Vec<_>>().join(", ")
    );
    for (name, member) in &members {
        let field = field(name);
        let value = if member.required { format!("{field}.into()") } else { "None".to_owned() };
        let _ = writeln!(text, "            {field}: {value},");
    }
    text.push_str("        }\n    }\n");
    for (name, member) in members.iter().filter(|(_, member)| !member.required) {
        let (kind, field) = (rust(&member.kind, place), field(name));
        let method = if field == "new" { "new_" } else { &field };
        let _ = write!(
            text,
            "\n    /// `{name}`: {}.\n    #[must_use]\n    \
             pub fn {method}(mut self, value: impl Into<Input<{kind}>>) -> Self {{\n        \
             self.{field} = Some(value.into());\n        self\n    }}\n",
            described(&member.kind)
        );
    }
    text.push_str("}\n\n");

    let _ =
        writeln!(text, "impl Encode for {class} {{\n    fn encode(self) -> Encoding {{\n        encode_members(vec![");
    for (name, member) in &members {
        let field = field(name);
        let value = if member.required {
            format!("Some(self.{field}.encode())")
        } else {
            format!("self.{field}.map(Encode::encode)")
        };
        let _ = writeln!(text, "            ({name:?}, {value}),");
    }
    text.push_str("        ])\n    }\n}\n\n");
    text
}
