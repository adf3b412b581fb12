//! A resource type as Rust: a handle and a builder, whose required inputs are arguments.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::kind::{described, plain, rust};
use super::place::{Place, given};
use crate::model::{Member, ResourceType, Type};
use crate::names::{claim, field, snake_case};

/// Names that the builder or the handle has for itself.
const TAKEN: [&str; 6] = ["id", "urn", "options", "register", "child", "reference"];
/// How many arguments clippy takes for few.
const FEW: usize = 7;

pub(super) fn render(token: &str, resource: &ResourceType, replaced_by: &BTreeSet<String>, place: Place<'_>) -> String {
    let class = place.names.resource(token).name;
    let inputs = given(&resource.inputs);
    let (constants, inputs): (Vec<_>, Vec<_>) = inputs.into_iter().partition(|(_, input)| input.constant.is_some());
    let mut text = format!(
        "/// `{token}`\n#[derive(Clone)]\npub struct {class}(ChildHandle);\n\n\
         /// A [`{class}`] that is being described.\npub struct {class}Builder(Child);\n\n"
    );
    let required: Vec<_> = inputs.iter().filter(|(_, input)| input.required).copied().collect();
    constructor(&mut text, token, resource, &required, &constants, replaced_by, place);
    outputs(&mut text, resource, place);
    let _ = write!(
        text,
        "}}\n\nimpl Resource for {class} {{\n    fn urn(&self) -> &Output<Urn> {{\n        self.0.urn()\n    }}\n}}\n\n"
    );
    let _ = writeln!(text, "impl {class}Builder {{");
    let mut taken: BTreeSet<_> = TAKEN.map(str::to_owned).into();
    for (name, input) in inputs.iter().filter(|(_, input)| !input.required) {
        let (kind, described) = (rust(&input.kind, place), described(&input.kind, place));
        let method = claim(&mut taken, method(name));
        let setter = claim(&mut taken, format!("set_{}", snake_case(name)));
        let value = value("value", input, place);
        let _ = write!(
            text,
            "    /// `{name}`: {described}.\n    #[must_use]\n    \
             pub fn {method}(mut self, value: impl Into<Input<{kind}>>) -> Self {{\n        \
             self.0.input({name:?}, {value});\n        self\n    }}\n\n    \
             /// `{name}`, where it is given.\n    #[must_use]\n    \
             pub fn {setter}(self, value: Option<Input<{kind}>>) -> Self {{\n        \
             match value {{\n            Some(value) => self.{method}(value),\n            None => self,\n        }}\n    }}\n\n",
        );
    }
    let _ = write!(
        text,
        "    /// Options of the resource.\n    #[must_use]\n    \
         pub fn options(mut self, options: ResourceOptions) -> Self {{\n        self.0.options(options);\n        self\n    }}\n\n    \
         /// Starts the registration.\n    pub fn register(self) -> {class} {{\n        {class}(self.0.register())\n    }}\n}}\n\n"
    );
    text
}

/// The token and the function that begins a description.
fn constructor(
    text: &mut String,
    token: &str,
    resource: &ResourceType,
    required: &[(&String, &Member)],
    constants: &[(&String, &Member)],
    replaced_by: &BTreeSet<String>,
    place: Place<'_>,
) {
    let class = place.names.resource(token).name;
    let new = if resource.component { "remote" } else { "new" };
    let mut taken: BTreeSet<_> = ["scope", "role", "child"].map(str::to_owned).into();
    let parameters: Vec<_> = required.iter().map(|(name, _)| parameter(&mut taken, name)).collect();
    let declared = required
        .iter()
        .zip(&parameters)
        .map(|((_, input), parameter)| format!(", {parameter}: impl Into<Input<{}>>", rust(&input.kind, place)));
    let secrets: Vec<_> = resource.outputs.iter().filter(|(_, output)| output.secret).map(|(name, _)| name).collect();
    let is_changed = !(required.is_empty() && constants.is_empty() && secrets.is_empty() && replaced_by.is_empty());
    let _ = write!(
        text,
        "impl {class} {{\n    /// The type token.\n    pub const TOKEN: TypeToken = TypeToken::new({token:?});\n\n    \
         /// Describes a child of `scope`; its logical name is the scope's with `role` appended.\n{}    \
         pub fn child(scope: &Scope, role: &str{}) -> {class}Builder {{\n        \
         let {}child = Child::{new}(scope, &{}, Self::TOKEN, role);\n",
        many(required.len() + 2),
        declared.collect::<String>(),
        if is_changed { "mut " } else { "" },
        place.constant
    );
    for ((name, input), parameter) in required.iter().zip(&parameters) {
        let _ = writeln!(text, "        child.input({name:?}, {});", value(parameter, input, place));
    }
    for (name, input) in constants {
        let constant = input.constant.as_ref().map(super::literal::rust).unwrap_or_default();
        let _ = writeln!(text, "        child.input({name:?}, {constant});");
    }
    for name in secrets {
        let _ = writeln!(text, "        child.secret_output({name:?});");
    }
    for path in replaced_by {
        let _ = writeln!(text, "        child.replace_on_changes({path:?});");
    }
    let _ = write!(text, "        {class}Builder(child)\n    }}\n");
}

/// The outputs that are in every deployment.
fn outputs(text: &mut String, resource: &ResourceType, place: Place<'_>) {
    if !resource.component {
        text.push_str(
            "\n    /// The provider's id.\n    pub fn id(&self) -> Output<String> {\n        self.0.id()\n    }\n",
        );
    }
    let mut taken: BTreeSet<_> = TAKEN.map(str::to_owned).into();
    for (name, output) in &resource.outputs {
        if output.deprecated || !output.required || !is_plain(&output.kind) || TAKEN.contains(&name.as_str()) {
            continue;
        }
        let secret = if output.secret { ".secret()" } else { "" };
        let kind = plain(&output.kind);
        let read = if output.secret { format!("output::<{kind}>") } else { "output".to_owned() };
        let _ = write!(
            text,
            "\n    /// `{name}`: {}.\n    pub fn {}(&self) -> Output<{kind}> {{\n        self.0.{read}({name:?}){secret}\n    }}\n",
            described(&output.kind, place),
            claim(&mut taken, field(name)),
        );
    }
}

/// What is sent of a given value.
fn value(given: &str, input: &Member, place: Place<'_>) -> String {
    match input.secret {
        true => format!("Into::<Input<{}>>::into({given}).into_output().secret()", rust(&input.kind, place)),
        false => format!("{given}.into()"),
    }
}

/// Says that a function needs many arguments, where it does.
pub(super) fn many(arguments: usize) -> &'static str {
    match arguments > FEW {
        true => "    #[expect(clippy::too_many_arguments, reason = \"the resource requires all of them\")]\n",
        false => "",
    }
}

fn is_plain(kind: &Type) -> bool {
    matches!(kind, Type::String | Type::Boolean | Type::Number | Type::Integer)
}

/// The name of a required input as an argument, beside the scope and the role.
fn parameter(taken: &mut BTreeSet<String>, name: &str) -> String {
    let field = field(name);
    let field = if ["scope", "role", "child"].contains(&field.as_str()) { format!("{field}_") } else { field };
    claim(taken, field)
}

fn method(name: &str) -> String {
    let field = field(name);
    if TAKEN.contains(&field.as_str()) { format!("{field}_") } else { field }
}
