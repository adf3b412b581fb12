//! The rules on types: what a property may be, named types, and what may be plain.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Rules, members, text};

const PRIMITIVES: [&str; 4] = ["boolean", "integer", "number", "string"];
/// Types of Pulumi's own.
const BUILT_IN: [&str; 4] = ["Archive", "Asset", "Json", "Any"];

impl<'s> Rules<'s> {
    /// A struct or an enumeration.
    pub(super) fn named_type(&mut self, token: &str, spec: &Value) {
        if spec.get("enum").is_some() {
            return self.enumeration(token, spec);
        }
        if text(spec, "type") != "object" {
            self.report(token, "expected an object or an enumeration");
        }
        if members(spec, "properties").next().is_none() {
            self.report(token, "a type without properties");
        }
        self.object(token, spec, "properties", "required", &[]);
    }

    fn enumeration(&mut self, token: &str, spec: &Value) {
        let kind = text(spec, "type");
        if !PRIMITIVES.contains(&kind) {
            self.report(token, format!("an enumeration of strings, numbers or booleans, not of `{kind}`"));
        }
        let values: Vec<_> = spec.get("enum").and_then(Value::as_array).into_iter().flatten().collect();
        if values.is_empty() {
            self.report(token, "an enumeration without values");
        }
        let (mut names, mut seen) = (BTreeSet::new(), BTreeSet::new());
        for member in values {
            let (name, value) = (text(member, "name"), member.get("value").unwrap_or(&Value::Null));
            let path = format!("{token}[{value}]");
            if !fits(value, kind) {
                self.report(path.as_str(), format!("expected a value of type `{kind}`"));
            }
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                self.report(path.as_str(), format!("`{name}` is no name: letters, digits and `_`"));
            } else if !names.insert(name) {
                self.report(path.as_str(), format!("another value has the name `{name}` too"));
            }
            if !seen.insert(value.to_string()) {
                self.report(path, "the value exists twice");
            }
        }
    }

    /// The type of a property, of a list's element or of a map's member.
    pub(super) fn type_spec(&mut self, path: &str, spec: &Value) {
        if let Some(reference) = spec.get("$ref").and_then(Value::as_str) {
            return self.reference(path, reference);
        }
        if let Some(choices) = spec.get("oneOf").and_then(Value::as_array) {
            return self.union(path, spec, choices);
        }
        match (text(spec, "type"), spec.get("items"), spec.get("additionalProperties")) {
            ("array", Some(items), _) => self.type_spec(&format!("{path}[]"), items),
            ("array", None, _) => self.report(path, "a list without the type of its elements"),
            ("object", _, Some(member)) => self.type_spec(&format!("{path}.*"), member),
            ("object", _, None) => self.report(path, "a map without the type of its members"),
            (kind, ..) if PRIMITIVES.contains(&kind) => {}
            (kind, ..) => self.report(path, format!("`{kind}` is no type")),
        }
    }

    fn reference(&mut self, path: &str, reference: &str) {
        let known = |section: &str, token: &str| self.schema.get(section).is_some_and(|all| all.get(token).is_some());
        let found = match reference.split_once("#/") {
            Some(("pulumi.json", name)) => BUILT_IN.contains(&name),
            Some(("", "provider")) => true,
            Some(("", rest)) => rest
                .split_once('/')
                .is_some_and(|(section, token)| ["types", "resources"].contains(&section) && known(section, token)),
            // Another package's schema, which only its own loader knows.
            Some((other, _)) => other.ends_with("/schema.json"),
            None => false,
        };
        if !found {
            self.report(path, format!("there is no definition of `{reference}`"));
        }
    }

    fn union(&mut self, path: &str, spec: &Value, choices: &[Value]) {
        if choices.len() < 2 {
            self.report(path, "a choice of fewer than two types");
        }
        for choice in choices {
            self.type_spec(path, choice);
        }
        let Some(discriminator) = spec.get("discriminator") else { return };
        let property = text(discriminator, "propertyName");
        if property.is_empty() {
            self.report(path, "a discriminator without the name of its property");
        }
        for choice in choices {
            let reference = text(choice, "$ref");
            if !property.is_empty() && self.definition(reference).is_none_or(|of| !has(of, "properties", property)) {
                self.report(path, format!("`{reference}` has no property `{property}` to tell it by"));
            }
        }
        for (_, reference) in members(discriminator, "mapping") {
            let reference = reference.as_str().unwrap_or_default();
            if !choices.iter().any(|choice| text(choice, "$ref") == reference) {
                self.report(path, format!("the discriminator leads to `{reference}`, which is none of the choices"));
            }
        }
    }

    /// A default or a constant is of the property's own type.
    pub(super) fn constants(&mut self, path: &str, property: &Value) {
        for what in ["default", "const"] {
            let Some(value) = property.get(what) else { continue };
            let choices = property.get("oneOf").and_then(Value::as_array);
            let fits = match choices {
                Some(choices) => choices.iter().any(|choice| self.takes(choice, value)),
                None => self.takes(property, value),
            };
            if !fits {
                self.report(path, format!("the {what} {value} is not of the property's type"));
            }
        }
    }

    fn takes(&self, spec: &Value, value: &Value) -> bool {
        let Some(reference) = spec.get("$ref").and_then(Value::as_str) else { return fits(value, text(spec, "type")) };
        let values = self.definition(reference).and_then(|definition| definition.get("enum")?.as_array());
        values.is_some_and(|values| values.iter().any(|member| member.get("value") == Some(value)))
    }

    /// The type of our own that a reference names.
    fn definition(&self, reference: &str) -> Option<&'s Value> {
        self.schema.get("types")?.get(reference.strip_prefix("#/types/")?)
    }

    /// An object that must hold itself is infinite. Lists, maps and what is optional end the chain.
    pub(super) fn cycles(&mut self) {
        let mut told = BTreeSet::new();
        for (token, _) in members(self.schema, "types") {
            let mut chain = vec![token];
            if !told.contains(token) && self.closes(&mut chain) {
                told.extend(chain.iter().copied());
                self.report(token, format!("it must hold itself: {}", chain.join(" -> ")));
            }
        }
    }

    /// Follows what is required from the end of the chain until its start comes again.
    fn closes(&self, chain: &mut Vec<&'s str>) -> bool {
        let spec = chain.last().and_then(|token| self.schema.get("types")?.get(token));
        let required = spec.and_then(|spec| spec.get("required")?.as_array()).into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            let property = spec.and_then(|spec| spec.get("properties")?.get(name));
            let reference = property.and_then(|property| property.get("$ref")?.as_str());
            let Some(next) = reference.and_then(|reference| reference.strip_prefix("#/types/")) else { continue };
            let closed = chain.first() == Some(&next);
            if !closed && chain.contains(&next) {
                continue;
            }
            chain.push(next);
            if closed || self.closes(chain) {
                return true;
            }
            chain.pop();
        }
        false
    }

    /// Nothing that is an output, or part of one, is plain: the SDKs would wait for what is not eventual.
    pub(super) fn outputs(&mut self) {
        let mut reached = BTreeSet::new();
        for (token, resource) in members(self.schema, "resources") {
            for (name, property) in members(resource, "properties") {
                self.output(&format!("{token}.{name}"), property, &mut reached);
            }
        }
        for (token, function) in members(self.schema, "functions") {
            for (name, property) in function.get("outputs").into_iter().flat_map(|of| members(of, "properties")) {
                self.output(&format!("{token}.outputs.{name}"), property, &mut reached);
            }
        }
    }

    fn output(&mut self, path: &str, spec: &'s Value, reached: &mut BTreeSet<&'s str>) {
        if spec.get("plain").and_then(Value::as_bool) == Some(true) {
            self.report(path, "plain, though it is an output or a part of one; plain is for inputs alone");
        }
        for (member, part) in [("items", "[]"), ("additionalProperties", ".*")] {
            if let Some(spec) = spec.get(member) {
                self.output(&format!("{path}{part}"), spec, reached);
            }
        }
        for choice in spec.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
            self.output(path, choice, reached);
        }
        let token = spec.get("$ref").and_then(|reference| reference.as_str()?.strip_prefix("#/types/"));
        let Some(token) = token.filter(|token| reached.insert(token)) else { return };
        let Some(definition) = self.schema.get("types").and_then(|types| types.get(token)) else { return };
        for (name, property) in members(definition, "properties") {
            self.output(&format!("{token}.{name}"), property, reached);
        }
    }
}

fn has(value: &Value, section: &str, name: &str) -> bool {
    value.get(section).is_some_and(|members| members.get(name).is_some())
}

/// Whether a constant is of a primitive type; Pulumi's integers have 32 bits.
fn fits(value: &Value, kind: &str) -> bool {
    match kind {
        "boolean" => value.is_boolean(),
        "integer" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "number" => value.is_number(),
        "string" => value.is_string(),
        _ => false,
    }
}
