//! A function as Rust: its arguments, its result, and the call.

use std::fmt::Write as _;

use super::Place;
use super::kind::{described, plain};
use crate::model::{Function, Member};
use crate::names::{field, name_of, snake_case, type_name};

pub(super) fn render(token: &str, function: &Function, place: Place<'_>) -> String {
    let class = type_name(name_of(token));
    let name = snake_case(name_of(token));
    let mut text = String::new();
    let arguments = super::given(&function.arguments);
    let default = if arguments.iter().any(|(_, member)| member.required) { "" } else { ", Default" };
    let _ = write!(
        text,
        "/// Arguments of [`{name}`].\n\
         #[derive(Clone, Debug{default}, pulumi_component::serde::Serialize)]\n\
         #[serde(crate = \"pulumi_component::serde\")]\n\
         pub struct {class}Args {{\n"
    );
    for (name, member) in &arguments {
        declare(&mut text, name, member, &format!("Input<{}>", plain(&member.kind)));
    }
    let _ = write!(
        text,
        "}}\n\n/// Result of [`{name}`].\n\
         #[derive(Clone, Debug, pulumi_component::serde::Deserialize)]\n\
         #[serde(crate = \"pulumi_component::serde\")]\n\
         pub struct {class}Result {{\n"
    );
    for (name, member) in &function.results {
        declare(&mut text, name, member, &plain(&member.kind));
    }
    let constant = place.constant;
    let _ = write!(
        text,
        "}}\n\n/// Calls `{token}`.\n\
         pub fn {name}(scope: &Scope, args: &{class}Args, options: ResourceOptions) -> Output<{class}Result> {{\n    \
         scope.invoke(&{constant}, {token:?}, args, options)\n}}\n\n"
    );
    text
}

fn declare(text: &mut String, name: &str, member: &Member, kind: &str) {
    let kind = if member.required { kind.to_owned() } else { format!("Option<{kind}>") };
    let _ = writeln!(
        text,
        "    /// `{name}`: {}.\n    #[serde(rename = {name:?})]\n    pub {}: {kind},",
        described(&member.kind),
        field(name)
    );
}
