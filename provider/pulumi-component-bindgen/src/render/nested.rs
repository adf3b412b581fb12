//! A nested type as Rust: required members first, setters for the rest.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::kind::{described, rust};
use super::place::{Place, given};
use crate::model::{Member, Nested};
use crate::names::{claim, field, name_of};

/// A member with the name of its field.
struct Given<'m> {
    name: &'m str,
    field: String,
    member: &'m Member,
}

pub(super) fn render(token: &str, class: &str, members: &Nested, place: Place<'_>) -> String {
    let mut taken = BTreeSet::new();
    let members: Vec<_> = given(members)
        .into_iter()
        .map(|(name, member)| Given { name, field: claim(&mut taken, field(name)), member })
        .collect();
    // What can have one value alone is no member; where it is required it is sent.
    let (constants, members): (Vec<_>, Vec<_>) =
        members.into_iter().partition(|given| given.member.required && given.member.constant.is_some());
    let required: Vec<_> = members.iter().filter(|given| given.member.required).collect();
    let mut text = String::new();

    let default = if required.is_empty() { ", Default" } else { "" };
    let name = name_of(token);
    let _ = writeln!(text, "/// Nested type `{name}`.\n#[derive(Clone, Debug{default})]\npub struct {class} {{");
    for Given { name, field, member } in &members {
        let kind = rust(&member.kind, place);
        let kind = if member.required { format!("Input<{kind}>") } else { format!("Option<Input<{kind}>>") };
        let need = if member.required { ", required" } else { "" };
        let _ = writeln!(text, "    /// `{name}`: {}{need}.\n    pub {field}: {kind},", described(&member.kind, place));
    }
    text.push_str("}\n\n");

    let parameters =
        required.iter().map(|given| format!("{}: impl Into<Input<{}>>", given.field, rust(&given.member.kind, place)));
    let _ = writeln!(
        text,
        "impl {class} {{\n    /// With what it requires.\n{}    pub fn new({}) -> Self {{\n        Self {{",
        super::resource::many(required.len()),
        parameters.collect::<Vec<_>>().join(", ")
    );
    for Given { field, member, .. } in &members {
        let value = if member.required { format!("{field}.into()") } else { "None".to_owned() };
        let _ = writeln!(text, "            {field}: {value},");
    }
    text.push_str("        }\n    }\n");
    let mut methods = BTreeSet::from(["new".to_owned()]);
    for Given { name, field, member } in members.iter().filter(|given| !given.member.required) {
        let kind = rust(&member.kind, place);
        let method = if field == "new" { "new_".to_owned() } else { field.clone() };
        let method = claim(&mut methods, method);
        let _ = write!(
            text,
            "\n    /// `{name}`: {}.\n    #[must_use]\n    \
             pub fn {method}(mut self, value: impl Into<Input<{kind}>>) -> Self {{\n        \
             self.{field} = Some(value.into());\n        self\n    }}\n",
            described(&member.kind, place)
        );
    }
    text.push_str("}\n\n");

    let _ =
        writeln!(text, "impl Encode for {class} {{\n    fn encode(self) -> Encoding {{\n        encode_members(vec![");
    for Given { name, member, .. } in &constants {
        let value = member.constant.as_ref().map(super::literal::rust).unwrap_or_default();
        let _ = writeln!(text, "            ({name:?}, Some({value}.encode())),");
    }
    for Given { name, field, member } in &members {
        let value = match (member.required, member.secret) {
            (true, false) => format!("Some(self.{field}.encode())"),
            (true, true) => format!("Some(self.{field}.into_output().secret().encode())"),
            (false, false) => format!("self.{field}.map(Encode::encode)"),
            (false, true) => format!("self.{field}.map(|value| value.into_output().secret().encode())"),
        };
        let _ = writeln!(text, "            ({name:?}, {value}),");
    }
    text.push_str("        ])\n    }\n}\n\n");
    text
}
