//! A resource type as Rust: a handle and a builder, whose required inputs are arguments.

use std::fmt::Write as _;

use super::Place;
use super::kind::{described, plain, rust};
use crate::model::{Member, ResourceType, Type};
use crate::names::{field, snake_case};

/// Names that the builder or the handle has for itself.
const TAKEN: [&str; 6] = ["id", "urn", "options", "register", "child", "reference"];
/// How many arguments clippy takes for few.
const FEW: usize = 7;

pub(super) fn render(token: &str, resource: &ResourceType, place: Place<'_>) -> String {
    let class = super::class(token);
    let inputs = super::given(&resource.inputs);
    let required: Vec<_> = inputs.iter().filter(|(_, input)| input.required).copied().collect();
    let mut text = format!(
        "/// `{token}`\n#[derive(Clone)]\npub struct {class}(ChildHandle);\n\n\
         /// A [`{class}`] that is being described.\npub struct {class}Builder(Child);\n\n"
    );
    handle(&mut text, token, resource, &required, place);
    let _ = writeln!(text, "impl {class}Builder {{");
    for (name, input) in inputs.iter().filter(|(_, input)| !input.required) {
        let (kind, described, method) = (rust(&input.kind, place), described(&input.kind), method(name));
        let _ = write!(
            text,
            "    /// `{name}`: {described}.\n    #[must_use]\n    \
             pub fn {method}(mut self, value: impl Into<Input<{kind}>>) -> Self {{\n        \
             self.0.input({name:?}, value.into());\n        self\n    }}\n\n    \
             /// `{name}`, where it is given.\n    #[must_use]\n    \
             pub fn set_{}(self, value: Option<Input<{kind}>>) -> Self {{\n        \
             match value {{\n            Some(value) => self.{method}(value),\n            None => self,\n        }}\n    }}\n\n",
            snake_case(name)
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

fn handle(text: &mut String, token: &str, resource: &ResourceType, required: &[(&String, &Member)], place: Place<'_>) {
    let class = super::class(token);
    let new = if resource.component { "remote" } else { "new" };
    let parameters = required
        .iter()
        .map(|(name, input)| format!(", {}: impl Into<Input<{}>>", parameter(name), rust(&input.kind, place)));
    let mutable = if required.is_empty() { "" } else { "mut " };
    let _ = write!(
        text,
        "impl {class} {{\n    /// The type token.\n    pub const TOKEN: TypeToken = TypeToken::new({token:?});\n\n    \
         /// Describes a child of `scope`; its logical name is the scope's with `role` appended.\n{}    \
         pub fn child(scope: &Scope, role: &str{}) -> {class}Builder {{\n        \
         let {mutable}child = Child::{new}(scope, &{}, Self::TOKEN, role);\n",
        many(required.len() + 2),
        parameters.collect::<String>(),
        place.constant
    );
    for (name, _) in required {
        let _ = writeln!(text, "        child.input({name:?}, {}.into());", parameter(name));
    }
    let _ = write!(text, "        {class}Builder(child)\n    }}\n");
    if !resource.component {
        text.push_str(
            "\n    /// The provider's id.\n    pub fn id(&self) -> Output<String> {\n        self.0.id()\n    }\n",
        );
    }
    for (name, output) in &resource.outputs {
        if output.deprecated || !output.required || !is_plain(&output.kind) || TAKEN.contains(&name.as_str()) {
            continue;
        }
        let _ = write!(
            text,
            "\n    /// `{name}`: {}.\n    pub fn {}(&self) -> Output<{}> {{\n        self.0.output({name:?})\n    }}\n",
            described(&output.kind),
            field(name),
            plain(&output.kind)
        );
    }
    let _ = write!(
        text,
        "}}\n\nimpl Resource for {class} {{\n    fn urn(&self) -> &Output<Urn> {{\n        self.0.urn()\n    }}\n}}\n\n"
    );
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
fn parameter(name: &str) -> String {
    let field = field(name);
    if ["scope", "role", "child"].contains(&field.as_str()) { format!("{field}_") } else { field }
}

fn method(name: &str) -> String {
    let field = field(name);
    if TAKEN.contains(&field.as_str()) { format!("{field}_") } else { field }
}
