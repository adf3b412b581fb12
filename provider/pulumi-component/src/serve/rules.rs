//! What a package schema must keep beyond what our generator writes by itself.
//!
//! The rules are those of Pulumi's metaschema and of its binder (`pkg/codegen/schema`, 3.259) that a component's author
//! could break, and a few on names over which its generators write an SDK that does not compile. The tests of
//! `tests/generated` hold the outcome against the originals.

mod types;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::schema::SchemaError;

/// Every rule that a package schema breaks, each with the package, type or property that breaks it.
pub(crate) fn violations(schema: &Value) -> Vec<SchemaError> {
    let mut rules = Rules { schema, package: text(schema, "name"), found: Vec::new() };
    rules.identity();
    rules.duplicates();
    for (token, spec) in members(schema, "types") {
        rules.token(token, false);
        rules.named_type(token, spec);
    }
    rules.cycles();
    for (token, spec) in members(schema, "resources") {
        rules.token(token, false);
        rules.resource(token, spec);
    }
    for (token, spec) in members(schema, "functions") {
        rules.token(token, true);
        for side in ["inputs", "outputs"] {
            if let Some(spec) = spec.get(side) {
                rules.object(&format!("{token}.{side}"), spec, "properties", "required", &[]);
            }
        }
    }
    if let Some(provider) = schema.get("provider") {
        rules.object("provider", provider, "inputProperties", "requiredInputs", &["version"]);
        rules.object("provider", provider, "properties", "required", &["urn"]);
    }
    if let Some(config) = schema.get("config") {
        rules.object("config", config, "variables", "defaults", &[]);
    }
    rules.outputs();
    rules.found
}

/// A word that Pulumi reserves in every package.
const RESERVED: &str = "pulumi";

struct Rules<'s> {
    schema: &'s Value,
    package: &'s str,
    found: Vec<SchemaError>,
}

impl<'s> Rules<'s> {
    fn report(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.found.push(SchemaError { path: path.into(), reason: reason.into() });
    }

    fn identity(&mut self) {
        let name = self.package;
        if !is_package_name(name) {
            self.report("name", format!("`{name}` is no package name: a letter, then letters, digits, `-` and `_`"));
        }
        if [RESERVED, "input"].contains(&name) {
            self.report("name", format!("Pulumi reserves the package name `{name}`"));
        }
        let version = text(self.schema, "version");
        if !is_version(version) {
            self.report("version", format!("`{version}` is no semantic version such as `1.2.3` or `1.2.3-rc.1`"));
        }
    }

    /// Whether a token is `package:module:Name`; a method's name follows its resource's after a slash.
    fn token(&mut self, token: &str, function: bool) {
        let parts: Vec<_> = token.split(':').collect();
        let [package, module, name] = parts.as_slice() else {
            return self.report(token, "expected `package:module:Name`");
        };
        if *package != self.package {
            self.report(token, format!("expected the package `{}`, got `{package}`", self.package));
        }
        let in_module = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
        if !module.starts_with(|c: char| c.is_ascii_alphabetic()) || !module.chars().all(in_module) {
            self.report(
                token,
                format!("`{module}` is no module: a letter, then letters, digits, `.`, `_`, `-` and `/`"),
            );
        }
        if module.starts_with("index/") {
            self.report(token, "the module `index` has no modules below it");
        }
        let words = if function { name.split('/').collect() } else { vec![*name] };
        if !words.iter().all(|word| is_word(word)) {
            self.report(token, format!("`{name}` is no name: a letter, then letters, digits and `_`"));
        }
        if *name == RESERVED || (module.eq_ignore_ascii_case("index") && name.eq_ignore_ascii_case("provider")) {
            self.report(token, format!("Pulumi reserves the name `{name}`"));
        }
    }

    /// Tokens that differ by case alone, and names that are also a module's: languages cannot tell them apart.
    fn duplicates(&mut self) {
        let tokens = || ["resources", "functions"].into_iter().flat_map(|section| members(self.schema, section));
        let modules: BTreeSet<_> = tokens().filter_map(|(token, _)| token.split(':').nth(1)).collect();
        let mut seen = BTreeMap::new();
        let mut found = Vec::new();
        for (token, _) in tokens() {
            if let Some(other) = seen.insert(token.to_lowercase(), token) {
                found.push((token, format!("`{other}` differs from it by case alone")));
            }
            let name = token.rsplit(':').next().unwrap_or_default();
            if modules.iter().any(|module| module.eq_ignore_ascii_case(name)) {
                found.push((token, format!("`{name}` is the name of a module too")));
            }
        }
        found.into_iter().for_each(|(token, reason)| self.report(token, reason));
    }

    fn resource(&mut self, token: &str, spec: &Value) {
        // The engine sets both. A component has no id, and programs in Go and YAML cannot read an output of that name.
        let taken: &[&str] = &["urn", "id"];
        self.object(token, spec, "inputProperties", "requiredInputs", &[]);
        self.object(token, spec, "properties", "required", taken);
        for (method, function) in members(spec, "methods") {
            let path = format!("{token}.{method}");
            let function = function.as_str().unwrap_or_default();
            if function.rsplit_once('/').map(|(resource, _)| resource) != Some(token) {
                self.report(path.as_str(), format!("expected a function `{token}/<method>`, got `{function}`"));
            }
            match self.schema.get("functions").and_then(|functions| functions.get(function)) {
                None => self.report(path.as_str(), format!("there is no function `{function}`")),
                Some(spec) if spec.pointer("/inputs/properties/__self__").is_none() => {
                    self.report(path.as_str(), format!("`{function}` takes no `__self__`"));
                }
                Some(_) => {}
            }
            if spec.get("properties").is_some_and(|properties| properties.get(method).is_some()) {
                self.report(path, "there is an output of this name");
            }
        }
    }

    /// The properties of an object and the names of those that are required.
    fn object(&mut self, path: &str, spec: &Value, properties: &str, required: &str, taken: &[&str]) {
        // The generators write `foo_bar` for both `fooBar` and `foo_bar` in Python.
        let mut folded = BTreeMap::new();
        for (name, property) in members(spec, properties) {
            let at = format!("{path}.{name}");
            if name == RESERVED || taken.contains(&name) {
                self.report(at.as_str(), format!("Pulumi reserves the name `{name}`"));
            } else if !is_word(name) && name != "__self__" {
                self.report(at.as_str(), format!("`{name}` is no name: a letter, then letters, digits and `_`"));
            } else if name.contains('_') && name != "__self__" {
                let camel = camel_case(name);
                self.report(
                    at.as_str(),
                    format!(
                        "properties are camelCase: `{camel}`; add #[serde(rename_all = \"camelCase\")] to the struct, or use \
                         #[pulumi_component::args]"
                    ),
                );
            }
            if let Some(other) = folded.insert(name.replace('_', "").to_lowercase(), name) {
                self.report(at.as_str(), format!("`{other}` differs from it by case or `_` alone"));
            }
            self.type_spec(&at, property);
            self.constants(&at, property);
        }
        let known = spec.get(properties);
        for name in spec.get(required).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if known.is_none_or(|known| known.get(name).is_none()) {
                self.report(format!("{path}.{name}"), "required, but there is no such property");
            }
        }
    }
}

fn is_package_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// `my_field` to `myField`.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_').filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |camel, word| {
        let mut letters = word.chars();
        camel
            + &letters.next().map(|first| first.to_ascii_uppercase().to_string()).unwrap_or_default()
            + letters.as_str()
    })
}

/// Whether a text is a name in every language.
fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether a text is a semantic version (semver.org, 2.0.0), without `v`.
fn is_version(version: &str) -> bool {
    let number = |text: &str| text.parse::<u64>().is_ok_and(|number| number.to_string() == text);
    let identifier = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let (rest, build) = version.split_once('+').map_or((version, None), |(rest, build)| (rest, Some(build)));
    let (core, pre) = rest.split_once('-').map_or((rest, None), |(core, pre)| (core, Some(pre)));
    core.split('.').count() == 3
        && core.split('.').all(number)
        && pre.is_none_or(|pre| pre.split('.').all(|part| identifier(part) && (!digits(part) || number(part))))
        && build.is_none_or(|build| build.split('.').all(identifier))
}

/// The members of a member, none where it is not there.
fn members<'s>(value: &'s Value, name: &str) -> impl Iterator<Item = (&'s str, &'s Value)> + use<'s> {
    let members = value.get(name).and_then(Value::as_object);
    members.into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}

fn text<'s>(value: &'s Value, name: &str) -> &'s str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
