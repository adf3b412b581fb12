//! A function as Rust: its arguments, its result, and the call.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::kind::{described, plain};
use super::place::{Place, given};
use crate::error::Error;
use crate::model::{Function, Member};
use crate::names::{claim, field};

pub(super) fn render(token: &str, function: &Function, place: Place<'_>) -> Result<String, Error> {
    let Some(results) = &function.results else {
        return Err(Error::new(format!(
            "the function `{token}` returns a value that is no object, which bindings have no type for; call it by `Scope::invoke`"
        )));
    };
    let class = place.names.function(token).name;
    let name = place.names.call(token);
    let mut text = String::new();
    let arguments = given(&function.arguments);
    let default = if arguments.iter().any(|(_, member)| member.required) { "" } else { ", Default" };
    let _ = write!(
        text,
        "/// Arguments of [`{name}`].\n\
         #[derive(Clone, Debug{default}, pulumi_component::serde::Serialize)]\n\
         #[serde(crate = \"pulumi_component::serde\")]\n\
         pub struct {class}Args {{\n"
    );
    let mut taken = BTreeSet::new();
    for (name, member) in &arguments {
        declare(&mut text, &mut taken, name, member, place, &format!("Input<{}>", plain(&member.kind)));
    }
    let _ = write!(
        text,
        "}}\n\n/// Result of [`{name}`].\n\
         #[derive(Clone, Debug, pulumi_component::serde::Deserialize)]\n\
         #[serde(crate = \"pulumi_component::serde\")]\n\
         pub struct {class}Result {{\n"
    );
    let mut taken = BTreeSet::new();
    for (name, member) in results {
        declare(&mut text, &mut taken, name, member, place, &plain(&member.kind));
    }
    let secret = if results.values().any(|member| member.secret) { ".secret()" } else { "" };
    let constant = place.constant;
    let _ = write!(
        text,
        "}}\n\n/// Calls `{token}`.\n\
         pub fn {name}(scope: &Scope, args: &{class}Args, options: ResourceOptions) -> Output<{class}Result> {{\n    \
         scope.invoke(&{constant}, {token:?}, args, options){secret}\n}}\n\n"
    );
    Ok(text)
}

fn declare(text: &mut String, taken: &mut BTreeSet<String>, name: &str, member: &Member, place: Place<'_>, kind: &str) {
    let kind = if member.required { kind.to_owned() } else { format!("Option<{kind}>") };
    let _ = writeln!(
        text,
        "    /// `{name}`: {}.\n    #[serde(rename = {name:?})]\n    pub {}: {kind},",
        described(&member.kind, place),
        claim(taken, field(name))
    );
}
