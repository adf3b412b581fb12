//! The model as Rust.

mod enumeration;
mod function;
mod kind;
mod literal;
mod naming;
mod nested;
mod place;
mod resource;
mod union;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use naming::{IMPORTS, Names};
use place::{Place, given};

use crate::error::Error;
use crate::model::{Nested, Package, Type};
use crate::names::name_of;

pub(crate) fn modules(
    package: &Package,
    resources: &BTreeSet<String>,
    functions: &BTreeSet<String>,
    package_path: Option<&str>,
) -> Result<BTreeMap<String, String>, Error> {
    let names = Names::of(package);
    let mut bodies: BTreeMap<String, String> = BTreeMap::new();
    let mut wanted = BTreeSet::new();
    for token in resources {
        let found = package
            .resources
            .get(token)
            .ok_or_else(|| unknown(package, "resource", token, package.resources.keys()))?;
        let module = names.resource(token).module;
        let constant = constant(&module, package_path);
        let place = Place { module: &module, constant: &constant, names: &names };
        let mut replaced_by = BTreeSet::new();
        replacing(package, &found.outputs, "", &mut BTreeSet::new(), &mut replaced_by);
        let text = resource::render(token, found, &replaced_by, place);
        given(&found.inputs).iter().for_each(|(_, input)| collect(package, &input.kind, &mut wanted));
        bodies.entry(module).or_default().push_str(&text);
    }
    for token in functions {
        let found = package
            .functions
            .get(token)
            .ok_or_else(|| unknown(package, "function", token, package.functions.keys()))?;
        let module = names.function(token).module;
        let constant = constant(&module, package_path);
        let text = function::render(token, found, Place { module: &module, constant: &constant, names: &names })?;
        bodies.entry(module).or_default().push_str(&text);
    }
    for token in &wanted {
        let named = names.nested(token);
        let place = Place { module: &named.module, constant: "", names: &names };
        let text = if let Some(members) = package.types.get(token) {
            nested::render(token, &named.name, members, place)
        } else if let Some(enumeration) = package.enumerations.get(token) {
            enumeration::render(token, &named.name, enumeration)
        } else if let Some(kinds) = package.unions.get(token) {
            union::render(&named.name, kinds, place)
        } else {
            return Err(Error::new(format!("the package `{}` has no type `{token}`", package.name)));
        };
        bodies.entry(named.module).or_default().push_str(&text);
    }
    Ok(bodies.into_iter().map(|(module, body)| (module, imports(&body) + &body)).collect())
}

/// Adds the paths of the outputs whose changes replace the resource.
fn replacing(
    package: &Package,
    members: &Nested,
    before: &str,
    within: &mut BTreeSet<String>,
    found: &mut BTreeSet<String>,
) {
    for (name, member) in members {
        let mut path = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
        if member.replace_on_changes {
            found.insert(path);
            continue;
        }
        let mut kind = &member.kind;
        while let Type::List(inner) | Type::Map(inner) = kind {
            path.push_str("[*]");
            kind = inner;
        }
        let nested = match kind {
            Type::Named(token) => package.types.get_key_value(token),
            _ => None,
        };
        // A type that contains itself has its paths once.
        if let Some((token, nested)) = nested
            && within.insert(token.clone())
        {
            replacing(package, nested, &path, within, found);
            within.remove(token);
        }
    }
}

/// The constant that names the package and its version.
pub(crate) fn package_constant(package: &Package) -> String {
    let mut text = format!("/// The package `{}`, of which these types were made.\n", package.name);
    let (plugin, version) = match &package.base {
        Some(base) => (&base.name, &base.version),
        None => (&package.name, &package.version),
    };
    let mut value = format!("pulumi_component::Package::new({plugin:?}, {version:?})");
    if !package.plugin_download_url.is_empty() {
        let _ = write!(value, ".with_download_url({:?})", package.plugin_download_url);
    }
    if let Some(base) = &package.base {
        let (name, version, parameter) = (&package.name, &package.version, base.parameter.escape_ascii());
        let _ = write!(value, ".with_parameterization({name:?}, {version:?}, b\"{parameter}\")");
    }
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
        Type::Named(token) if wanted.insert(token.clone()) => {
            let members = package.types.get(token).into_iter().flat_map(given);
            members.for_each(|(_, member)| collect(package, &member.kind, wanted));
            let kinds = package.unions.get(token).into_iter().flatten();
            kinds.for_each(|kind| collect(package, kind, wanted));
        }
        _ => {}
    }
}

/// The imports that a module's text uses.
fn imports(body: &str) -> String {
    let code: Vec<_> = body.lines().filter(|line| !line.trim_start().starts_with("///")).map(code).collect();
    let is_separator = |letter: char| !letter.is_alphanumeric() && letter != '_';
    let words: BTreeSet<_> = code.iter().flat_map(|line| line.split(is_separator)).collect();
    let mut text = String::new();
    if words.contains("BTreeMap") {
        text.push_str("use std::collections::BTreeMap;\n\n");
    }
    let used: Vec<_> = IMPORTS.into_iter().filter(|name| words.contains(name)).collect();
    match used.as_slice() {
        [] => {}
        [only] => text = format!("{text}use pulumi_component::generated::{only};\n\n"),
        used => text = format!("{text}use pulumi_component::generated::{{{}}};\n\n", used.join(", ")),
    }
    text
}

/// A line without its strings.
fn code(line: &str) -> String {
    let (mut code, mut quoted, mut escaped) = (String::new(), false, false);
    for letter in line.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            _ => code.push(letter),
        }
    }
    code
}

/// An error that names the nearest token.
fn unknown<'t>(package: &Package, what: &str, token: &str, known: impl Iterator<Item = &'t String>) -> Error {
    let name = name_of(token).to_lowercase();
    let alike: Vec<_> =
        known.filter(|known| name_of(known).to_lowercase() == name).map(|known| format!("`{known}`")).collect();
    let hint = if alike.is_empty() { String::new() } else { format!("; did you mean {}?", alike.join(" or ")) };
    Error::new(format!("the package `{}` {} has no {what} `{token}`{hint}", package.name, package.version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_code_uses_is_imported() {
        let body =
            "/// An `Archive`.\npub const OF: &str = \"a \\\"Scope\\\" Urn\";\npub fn of(_: Input<Output<bool>>) {}\n";
        assert_eq!(imports(body), "use pulumi_component::generated::{Input, Output};\n\n");
        assert_eq!(imports("pub struct Of;\n"), "");
    }
}
