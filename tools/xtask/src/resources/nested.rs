//! One nested type as Rust: required members first, setters for the rest.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::facts::{Member, field, nested_name};
use crate::Failure;

/// Renders a nested type.
pub fn render(name: &str, members: &BTreeMap<String, Member>) -> Result<String, Failure> {
    let class = nested_name(name);
    let members: Vec<_> = members.iter().filter(|(_, member)| !member.is_deprecated()).collect();
    let required: Vec<_> = members.iter().filter(|(_, member)| member.required).collect();
    let mut text = String::new();

    let default = if required.is_empty() { ", Default" } else { "" };
    write!(text, "/// Nested type `{name}`.\n#[derive(Clone, Debug{default})]\npub struct {class} {{\n")?;
    for (name, member) in &members {
        let rust = member.kind.rust()?;
        let rust = if member.required { format!("Input<{rust}>") } else { format!("Option<Input<{rust}>>") };
        let need = if member.required { ", required" } else { "" };
        writeln!(text, "    /// `{name}`: {}{need}.\n    pub {}: {rust},", member.kind.wire(), field(name))?;
    }
    text.push_str("}\n\n");

    writeln!(text, "impl {class} {{")?;
    let mut parameters = Vec::new();
    for (name, member) in &required {
        parameters.push(format!("{}: impl Into<Input<{}>>", field(name), member.kind.rust()?));
    }
    writeln!(
        text,
        "    /// With what it needs.\n    pub fn new({}) -> Self {{\n        Self {{",
        parameters.join(", ")
    )?;
    for (name, member) in &members {
        let field = field(name);
        let value = if member.required { format!("{field}.into()") } else { "None".to_owned() };
        writeln!(text, "            {field}: {value},")?;
    }
    text.push_str("        }\n    }\n");
    for (name, member) in members.iter().filter(|(_, member)| !member.required) {
        let (rust, wire, field) = (member.kind.rust()?, member.kind.wire(), field(name));
        write!(
            text,
            "\n    /// `{name}`: {wire}.\n    #[must_use]\n    \
             pub fn {field}(mut self, value: impl Into<Input<{rust}>>) -> Self {{\n        \
             self.{field} = Some(value.into());\n        self\n    }}\n"
        )?;
    }
    text.push_str("}\n\n");

    writeln!(text, "impl Encode for {class} {{\n    fn encode(self) -> Encoding {{\n        encode_members(vec![")?;
    for (name, member) in &members {
        let field = field(name);
        let value = if member.required {
            format!("Some(self.{field}.encode())")
        } else {
            format!("self.{field}.map(Encode::encode)")
        };
        writeln!(text, "            ({name:?}, {value}),")?;
    }
    text.push_str("        ])\n    }\n}\n\n");
    Ok(text)
}
