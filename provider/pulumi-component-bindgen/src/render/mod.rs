//! The model as Rust.

mod enumeration;
mod function;
mod kind;
mod nested;
mod resource;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::Error;
use crate::model::{Member, Package, Type};
use crate::names::{module_of, name_of, type_name};

/// Everything that generated code uses of `pulumi-component`.
const IMPORTS: [&str; 16] = [
    "Archive",
    "Asset",
    "Child",
    "ChildHandle",
    "Encode",
    "EncodeMember",
    "Encoding",
    "Input",
    "Output",
    "PropertyValue",
    "Resource",
    "ResourceOptions",
    "Scope",
    "TypeToken",
    "Urn",
    "encode_members",
];

/// The name of a resource type; with the module's in front where the code itself imports that name.
fn class(token: &str) -> String {
    let name = type_name(name_of(token));
    if IMPORTS.contains(&name.as_str()) { type_name(&module_of(token)) + &name } else { name }
}

/// Where a piece of code stands.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    /// The module, empty for the outermost.
    pub(crate) module: &'p str,
    /// The package constant as this module sees it.
    pub(crate) constant: &'p str,
}

pub(crate) fn modules(
    package: &Package,
    resources: &BTreeSet<String>,
    functions: &BTreeSet<String>,
    package_path: Option<&str>,
) -> Result<BTreeMap<String, String>, Error> {
    let mut bodies: BTreeMap<String, String> = BTreeMap::new();
    let mut wanted = BTreeSet::new();
    for token in resources {
        let found = package
            .resources
            .get(token)
            .ok_or_else(|| unknown(package, "resource", token, package.resources.keys()))?;
        let module = module_of(token);
        let constant = constant(&module, package_path);
        let place = Place { module: &module, constant: &constant };
        let text = resource::render(token, found, place);
        let inputs = found.inputs.values().filter(|input| !input.deprecated);
        inputs.for_each(|input| collect(package, &input.kind, &mut wanted));
        bodies.entry(module).or_default().push_str(&text);
    }
    for token in functions {
        let found = package
            .functions
            .get(token)
            .ok_or_else(|| unknown(package, "function", token, package.functions.keys()))?;
        let module = module_of(token);
        let constant = constant(&module, package_path);
        let text = function::render(token, found, Place { module: &module, constant: &constant });
        bodies.entry(module).or_default().push_str(&text);
    }
    for key in &wanted {
        let (module, name) = key.split_once('.').unwrap_or(("", key));
        let place = Place { module, constant: "" };
        let text = match (package.types.get(key), package.enumerations.get(key)) {
            (Some(members), _) => nested::render(name, members, place),
            (None, Some(enumeration)) => enumeration::render(name, enumeration),
            (None, None) => return Err(Error::new(format!("the package `{}` has no type `{key}`", package.name))),
        };
        bodies.entry(module.to_owned()).or_default().push_str(&text);
    }
    Ok(bodies.into_iter().map(|(module, body)| (module, imports(&body) + &body)).collect())
}

/// The constant that names the package and its version.
pub(crate) fn package_constant(package: &Package) -> String {
    let mut text = format!("/// The package `{}`, of which these types were made.\n", package.name);
    let new = format!("pulumi_component::Package::new({:?}, {:?})", package.name, package.version);
    let url = &package.plugin_download_url;
    let value = match url.is_empty() {
        true => new,
        false => format!("pulumi_component::Package {{ plugin_download_url: {url:?}, ..{new} }}"),
    };
    let _ = writeln!(text, "pub const PACKAGE: pulumi_component::Package = {value};\n");
    text
}

fn constant(module: &str, package_path: Option<&str>) -> String {
    match (package_path, module) {
        (Some(path), _) => path.to_owned(),
        (None, "") => "PACKAGE".to_owned(),
        (None, _) => "super::PACKAGE".to_owned(),
    }
}

/// Adds the nested types that a type leads to.
fn collect(package: &Package, kind: &Type, wanted: &mut BTreeSet<String>) {
    match kind {
        Type::List(inner) | Type::Map(inner) => collect(package, inner, wanted),
        Type::Named(key) if wanted.insert(key.clone()) => {
            let members = package.types.get(key).into_iter().flat_map(BTreeMap::values);
            members.filter(|member| !member.deprecated).for_each(|member| collect(package, &member.kind, wanted));
        }
        _ => {}
    }
}

/// The imports that a module's text uses.
fn imports(body: &str) -> String {
    let words: BTreeSet<_> = body.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
    let mut text = String::new();
    if words.contains("BTreeMap") {
        text.push_str("use std::collections::BTreeMap;\n\n");
    }
    let used: Vec<_> = IMPORTS.into_iter().filter(|name| words.contains(name)).collect();
    match used.as_slice() {
        [] => {}
        [only] => text = format!("{text}use pulumi_component::{only};\n\n"),
        used => text = format!("{text}use pulumi_component::{{{}}};\n\n", used.join(", ")),
    }
    text
}

/// An error that names the nearest token.
fn unknown<'t>(package: &Package, what: &str, token: &str, known: impl Iterator<Item = &'t String>) -> Error {
    let name = name_of(token).to_lowercase();
    let alike: Vec<_> =
        known.filter(|known| name_of(known).to_lowercase() == name).map(|known| format!("`{known}`")).collect();
    let hint = if alike.is_empty() { String::new() } else { format!("; did you mean {}?", alike.join(" or ")) };
    Error::new(format!("the package `{}` {} has no {what} `{token}`{hint}", package.name, package.version))
}

/// The members that can be set, in order.
fn given(members: &BTreeMap<String, Member>) -> Vec<(&String, &Member)> {
    members.iter().filter(|(_, member)| !member.deprecated).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_whose_name_the_code_imports_has_its_module_in_front() {
        assert_eq!(class("aws:cloudcontrol/resource:Resource"), "CloudcontrolResource");
        assert_eq!(class("aws:sqs/queue:Queue"), "Queue");
    }
}
