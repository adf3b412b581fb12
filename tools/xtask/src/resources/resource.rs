//! One resource type as Rust: a handle, a builder, and what must be given first.

use std::fmt::Write as _;

use super::facts::{Member, ResourceFacts, Type, field, snake_case};
use crate::Failure;

/// Names that the builder or the handle has for itself.
const TAKEN: [&str; 5] = ["id", "urn", "options", "register", "child"];

/// Renders a resource type.
pub fn render(token: &str, facts: &ResourceFacts) -> Result<String, Failure> {
    let class = match token.rsplit(':').next().ok_or("a token without a name")? {
        // The trait of all of them has this name.
        "Resource" => "CloudResource",
        class => class,
    };
    let module = snake_case(class);
    let inputs: Vec<(&String, &Member)> = facts.inputs.iter().filter(|(_, input)| !input.is_deprecated()).collect();
    let required: Vec<_> = inputs.iter().filter(|(_, input)| input.required).copied().collect();
    let mut text = String::new();

    write!(
        text,
        "/// `{token}`\n\
         #[derive(Clone)]\n\
         pub struct {class}(ChildHandle);\n\n\
         /// A [`{class}`] that is being described.\n\
         pub struct {class}Builder(Child);\n\n"
    )?;
    if !required.is_empty() {
        write!(text, "/// What a [`{class}`] needs.\npub mod {module} {{\n    use super::*;\n\n")?;
        write!(text, "    /// Required inputs of a [`{class}`].\n    pub struct Required {{\n")?;
        for (name, input) in &required {
            writeln!(text, "        /// `{name}`: {}, required.", input.kind.wire())?;
            writeln!(text, "        pub {}: Input<{}>,", field(name), input.kind.rust()?)?;
        }
        text.push_str("    }\n}\n\n");
    }

    write!(
        text,
        "impl {class} {{\n    /// The type token.\n    pub const TOKEN: TypeToken = TypeToken::new({token:?});\n\n"
    )?;
    if required.is_empty() {
        write!(
            text,
            "    /// Describes a child of `scope`; its logical name is the scope's with `role` appended.\n    \
             pub fn child(scope: &Scope, role: &str) -> {class}Builder {{\n        \
             {class}Builder(Child::new(scope, &super::AWS, Self::TOKEN, role))\n    }}\n"
        )?;
    } else {
        write!(
            text,
            "    /// Describes a child of `scope`; its logical name is the scope's with `role` appended.\n    \
             pub fn child(scope: &Scope, role: &str, required: {module}::Required) -> {class}Builder {{\n        \
             let mut child = Child::new(scope, &super::AWS, Self::TOKEN, role);\n"
        )?;
        for (name, _) in &required {
            writeln!(text, "        child.input({name:?}, required.{});", field(name))?;
        }
        write!(text, "        {class}Builder(child)\n    }}\n")?;
    }
    text.push_str(
        "\n    /// The provider's id.\n    pub fn id(&self) -> Output<String> {\n        self.0.id()\n    }\n",
    );
    for (name, output) in &facts.outputs {
        if let (Type::Scalar(_), true, false, false) =
            (&output.kind, output.required, output.is_deprecated(), TAKEN.contains(&name.as_str()))
        {
            write!(
                text,
                "\n    /// `{name}`: {}.\n    pub fn {}(&self) -> Output<{}> {{\n        self.0.output({name:?})\n    }}\n",
                output.kind.wire(),
                field(name),
                output.kind.rust()?
            )?;
        }
    }
    write!(
        text,
        "}}\n\nimpl Resource for {class} {{\n    fn urn(&self) -> &Output<Urn> {{\n        self.0.urn()\n    }}\n}}\n\n"
    )?;

    writeln!(text, "impl {class}Builder {{")?;
    for (name, input) in inputs.iter().filter(|(_, input)| !input.required) {
        let (rust, wire, method) = (input.kind.rust()?, input.kind.wire(), field(name));
        write!(
            text,
            "    /// `{name}`: {wire}.\n    #[must_use]\n    \
             pub fn {method}(mut self, value: impl Into<Input<{rust}>>) -> Self {{\n        \
             self.0.input({name:?}, value.into());\n        self\n    }}\n\n    \
             /// `{name}`, where it is given.\n    #[must_use]\n    \
             pub fn set_{}(self, value: Option<Input<{rust}>>) -> Self {{\n        \
             match value {{\n            Some(value) => self.{method}(value),\n            None => self,\n        }}\n    }}\n\n",
            snake_case(name)
        )?;
    }
    write!(
        text,
        "    /// What is said of it beside its inputs.\n    #[must_use]\n    \
         pub fn options(mut self, options: ResourceOptions) -> Self {{\n        self.0.options(options);\n        self\n    }}\n\n    \
         /// Starts the registration.\n    pub fn register(self) -> {class} {{\n        {class}(self.0.register())\n    }}\n}}\n\n"
    )?;
    Ok(text)
}
