//! The package schema: what the SDKs are generated from and what YAML programs are checked against.

use std::collections::{BTreeMap, BTreeSet};

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::identity::PackageIdentity;
use super::rules::violations;
use crate::author::component::{OutputProperty, Outputs, PreparedComponent};
use crate::author::function::Function;
use crate::author::method::Method;
use crate::schema::aliases::aliases;
use crate::schema::spec::{SchemaError, Side, properties, property, type_definition, type_token, union, unwrapped};
use crate::values::property::TypeToken;
use crate::values::suggested::PACKAGE;

/// The name that `#[args]` says a type has.
const NAME: &str = "x-pulumi-name";

/// What a package has, as the schema shows it.
#[derive(Default)]
pub(crate) struct PackageParts {
    pub components: Vec<ComponentSchema>,
    pub methods: Vec<MethodSchema>,
    pub functions: Vec<FunctionSchema>,
    pub configuration: Option<fn(&mut SchemaGenerator) -> Value>,
}

/// A component as the schema shows it.
pub(crate) struct ComponentSchema {
    pub token: &'static str,
    former_tokens: &'static [TypeToken],
    describe: fn(&mut SchemaGenerator) -> Described,
}

/// A method as the schema shows it.
pub(crate) struct MethodSchema {
    component: &'static str,
    name: &'static str,
    description: &'static str,
    describe: fn(&mut SchemaGenerator) -> Described,
}

/// A function as the schema shows it.
pub(crate) struct FunctionSchema {
    pub token: &'static str,
    description: &'static str,
    describe: fn(&mut SchemaGenerator) -> (Value, Vec<&'static str>, Value),
}

struct Described {
    args: Value,
    /// Names of arguments that the schema does not have.
    aliases: Vec<&'static str>,
    description: &'static str,
    outputs: Vec<OutputProperty>,
}

impl ComponentSchema {
    pub(crate) fn of<T: PreparedComponent>() -> Self {
        let describe = |generator: &mut SchemaGenerator| {
            let args = T::Args::json_schema(generator).to_value();
            let (aliases, outputs) = (aliases::<T::Args>(&args), T::properties(generator));
            Described { args, aliases, description: <T as Outputs>::DESCRIPTION, outputs }
        };
        Self { token: T::TOKEN.as_str(), former_tokens: T::FORMER_TOKENS, describe }
    }
}

impl MethodSchema {
    pub(crate) fn of<M: Method>() -> Self {
        let describe = |generator: &mut SchemaGenerator| {
            let args = M::Args::json_schema(generator).to_value();
            let (aliases, outputs) = (aliases::<M::Args>(&args), M::Result::properties(generator));
            Described { args, aliases, description: <M::Result as Outputs>::DESCRIPTION, outputs }
        };
        Self {
            component: <M::Component as PreparedComponent>::TOKEN.as_str(),
            name: M::NAME,
            description: M::DESCRIPTION,
            describe,
        }
    }

    /// The token by which the engine calls it.
    pub(crate) fn token(&self) -> String {
        format!("{}/{}", self.component, self.name)
    }
}

impl FunctionSchema {
    pub(crate) fn of<F: Function>() -> Self {
        let describe = |generator: &mut SchemaGenerator| {
            let args = F::Args::json_schema(generator).to_value();
            let aliases = aliases::<F::Args>(&args);
            (args, aliases, F::Result::json_schema(generator).to_value())
        };
        Self { token: F::TOKEN.as_str(), description: F::DESCRIPTION, describe }
    }
}

impl PackageParts {
    /// Lets a generator see every type, so that all definitions are there.
    fn described(&self, settings: SchemaSettings) -> SchemaGenerator {
        let mut generator = settings.into_generator();
        for component in &self.components {
            (component.describe)(&mut generator);
        }
        for method in &self.methods {
            (method.describe)(&mut generator);
        }
        for function in &self.functions {
            (function.describe)(&mut generator);
        }
        if let Some(describe) = self.configuration {
            describe(&mut generator);
        }
        generator
    }

    /// Renders the schema of the package.
    ///
    /// # Errors
    /// Names the first property whose Rust type Pulumi's package schema cannot express.
    pub(crate) fn schema(&self, identity: &PackageIdentity) -> Result<Value, SchemaError> {
        let settings = SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = Some(PACKAGE.into()));
        self.rendered(identity, settings)
    }

    /// Looks whether the schema can be rendered, without the known values of texts: there may be many, and they are text
    /// whatever they are.
    ///
    /// # Errors
    /// As [`Self::schema`].
    pub(crate) fn check(&self, identity: &PackageIdentity) -> Result<(), SchemaError> {
        self.rendered(identity, SchemaSettings::draft2020_12()).map(drop)
    }

    fn rendered(&self, identity: &PackageIdentity, settings: SchemaSettings) -> Result<Value, SchemaError> {
        let package = identity.name;
        let mut generator = self.described(settings);
        let mut resources = BTreeMap::new();
        for component in &self.components {
            resources.insert(component.token, component_spec(package, component, &self.methods, &mut generator)?);
        }
        let mut functions = BTreeMap::new();
        for method in &self.methods {
            functions.insert(method.token(), method_spec(package, method, &mut generator)?);
        }
        for function in &self.functions {
            functions.insert(function.token.to_owned(), function_spec(package, function, &mut generator)?);
        }
        let configuration = match self.configuration.map(|describe| describe(&mut generator)) {
            Some(schema) => properties(package, "config", &with_unions(schema, &generator), Side::Output)?,
            None => Default::default(),
        };
        let definitions = generator.definitions().clone().into_iter().collect::<BTreeMap<_, _>>();
        let mut types = BTreeMap::new();
        let used = outputs_of(&resources, &functions);
        let used = reachable(package, used, &definitions);
        if let Some(path) = definitions.keys().find_map(|name| renamed(name, &definitions)) {
            let reason = "two types have the same name; name one of them by #[schemars(rename = \"...\")], so that the SDKs' \
                          names do not depend on the order of fields";
            return Err(SchemaError { path, reason: reason.into() });
        }
        for (name, schema) in definitions.iter().filter(|(_, schema)| union(schema).is_none()) {
            let schema = &with_unions(schema.clone(), &generator);
            let token = type_token(package, name);
            let side = if used.contains(&token) { Side::Output } else { Side::Input };
            if types.insert(token, type_definition(package, name, schema, side)?).is_some() {
                let reason = "two types have this name; the end `Args` does not count";
                return Err(SchemaError { path: name.clone(), reason: reason.into() });
            }
        }
        let mut document = json!({
            "name": identity.name,
            "displayName": identity.display_name,
            "version": identity.version,
            "description": identity.description,
            "publisher": identity.publisher,
            "license": identity.license,
            "keywords": identity.keywords,
            "types": types,
            "resources": resources,
            "language": identity.languages(),
        });
        if let Some(document) = document.as_object_mut() {
            document.extend(identity.optional());
            if !functions.is_empty() {
                document.insert("functions".into(), json!(functions));
            }
            if self.configuration.is_some() {
                let (variables, required) = &configuration;
                document.insert("config".into(), json!({ "variables": variables, "defaults": required }));
                document.insert("provider".into(), json!({ "inputProperties": variables, "requiredInputs": required }));
            }
        }
        match violations(&document).into_iter().next() {
            Some(violation) => Err(violation),
            None => Ok(document),
        }
    }
}

/// The name of a type whose name the generator changed by a number, because another type has it.
///
/// Types of `#[args]` say what they are called. Of others, `Thing2` beside `Thing` is taken for one that was renamed.
fn renamed(name: &str, definitions: &BTreeMap<String, Value>) -> Option<String> {
    let stated = definitions.get(name).and_then(|schema| schema.get(NAME)).and_then(Value::as_str);
    if let Some(stated) = stated {
        return (stated != name).then(|| stated.to_owned());
    }
    let base = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = name.strip_prefix(base).and_then(|digits| digits.parse::<u32>().ok());
    let is_next = number.is_some_and(|number| {
        let mut before = (2..number).map(|number| format!("{base}{number}"));
        number >= 2 && definitions.contains_key(base) && before.all(|name| definitions.contains_key(&name))
    });
    is_next.then(|| base.to_owned())
}

/// The schema with every union where it is used: Pulumi has no name for one.
fn with_unions(mut schema: Value, generator: &SchemaGenerator) -> Value {
    let named = schema.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix("#/$defs/"));
    let definition = named.and_then(|name| generator.definitions().get(name)).filter(|found| union(found).is_some());
    if let Some(Value::Object(mut definition)) = definition.cloned() {
        if let Value::Object(around) = schema {
            let around = around.into_iter().filter(|(keyword, _)| keyword != "$ref");
            definition.extend(around);
        }
        schema = definition.into();
    }
    match schema {
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, with_unions(member, generator))).collect()
        }
        Value::Array(items) => items.into_iter().map(|item| with_unions(item, generator)).collect(),
        other => other,
    }
}

fn component_spec(
    package: &str,
    component: &ComponentSchema,
    methods: &[MethodSchema],
    generator: &mut SchemaGenerator,
) -> Result<Value, SchemaError> {
    let described = (component.describe)(generator);
    refuse_aliases(component.token, &described.aliases)?;
    let args = with_unions(described.args, generator);
    let (inputs, required_inputs) = properties(package, component.token, &args, Side::Input)?;
    let (outputs, required) = outputs(package, component.token, described.outputs, generator)?;
    let mut spec = json!({
        "isComponent": true, "description": unwrapped(described.description), "inputProperties": inputs,
        "requiredInputs": required_inputs, "properties": outputs, "required": required,
    });
    let own = methods.iter().filter(|method| method.component == component.token);
    let methods: BTreeMap<_, _> = own.map(|method| (method.name, method.token())).collect();
    if let (Some(spec), false) = (spec.as_object_mut(), methods.is_empty()) {
        spec.insert("methods".into(), json!(methods));
    }
    let aliases: Vec<_> = component.former_tokens.iter().map(|token| json!({ "type": token.as_str() })).collect();
    if let (Some(spec), false) = (spec.as_object_mut(), aliases.is_empty()) {
        spec.insert("aliases".into(), aliases.into());
    }
    Ok(spec)
}

fn method_spec(package: &str, method: &MethodSchema, generator: &mut SchemaGenerator) -> Result<Value, SchemaError> {
    let token = method.token();
    let described = (method.describe)(generator);
    refuse_aliases(&token, &described.aliases)?;
    let args = with_unions(described.args, generator);
    let (mut inputs, mut required_inputs) = properties(package, &token, &args, Side::Input)?;
    inputs.insert("__self__".into(), json!({ "$ref": format!("#/resources/{}", method.component) }));
    required_inputs.insert(0, "__self__".into());
    let (outputs, required) = outputs(package, &token, described.outputs, generator)?;
    Ok(json!({
        "description": unwrapped(method.description),
        "inputs": { "type": "object", "properties": inputs, "required": required_inputs },
        "outputs": {
            "type": "object", "description": unwrapped(described.description), "properties": outputs,
            "required": required,
        },
    }))
}

fn function_spec(
    package: &str,
    function: &FunctionSchema,
    generator: &mut SchemaGenerator,
) -> Result<Value, SchemaError> {
    let (args, aliases, result) = (function.describe)(generator);
    refuse_aliases(function.token, &aliases)?;
    let (args, result) = (with_unions(args, generator), with_unions(result, generator));
    // Arguments of functions are plain or outputs by the form of the call, not by their type.
    let (inputs, required_inputs) = properties(package, function.token, &args, Side::Output)?;
    let (outputs, required) = properties(package, function.token, &result, Side::Output)?;
    Ok(json!({
        "description": unwrapped(function.description),
        "inputs": { "type": "object", "properties": inputs, "required": required_inputs },
        "outputs": { "type": "object", "properties": outputs, "required": required },
    }))
}

/// An alias of serde's is in no schema, so a program that uses it is refused.
fn refuse_aliases(of: &str, aliases: &[&str]) -> Result<(), SchemaError> {
    match aliases.first() {
        None => Ok(()),
        Some(alias) => Err(SchemaError {
            path: format!("{of}.{alias}"),
            reason: "an alias is in no schema, so programs that use it are refused; add a deprecated input".into(),
        }),
    }
}

/// The outputs of a component or of a method, and the names of those that are always there.
fn outputs(
    package: &str,
    token: &str,
    described: Vec<OutputProperty>,
    generator: &SchemaGenerator,
) -> Result<(Map<String, Value>, Vec<&'static str>), SchemaError> {
    let mut outputs = Map::new();
    let mut required = Vec::new();
    for output in described {
        let path = format!("{token}.{}", output.name);
        let mut schema = with_unions(output.schema.to_value(), generator);
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".into(), output.description.into());
        }
        let mut spec = property(package, &path, &schema, Side::Output)?;
        if let (Some(spec), true) = (spec.as_object_mut(), output.secret) {
            spec.insert("secret".into(), true.into());
        }
        outputs.insert(output.name.to_owned(), spec);
        if output.required {
            required.push(output.name);
        }
    }
    required.sort_unstable();
    Ok((outputs, required))
}

/// The parts of the document that describe outputs.
fn outputs_of(resources: &BTreeMap<&str, Value>, functions: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for spec in resources.values() {
        collect_types(spec.get("properties").unwrap_or(&Value::Null), &mut used);
    }
    for spec in functions.values() {
        collect_types(spec.get("outputs").unwrap_or(&Value::Null), &mut used);
    }
    used
}

/// Adds the types that the used ones consist of. `plain` has no meaning in any of them.
fn reachable(package: &str, mut used: BTreeSet<String>, definitions: &BTreeMap<String, Value>) -> BTreeSet<String> {
    loop {
        let before = used.len();
        for (name, schema) in definitions {
            if used.contains(&type_token(package, name)) {
                collect_definitions(package, schema, &mut used);
            }
        }
        if used.len() == before {
            return used;
        }
    }
}

/// Finds `#/types/` references anywhere in a part of the document.
fn collect_types(spec: &Value, found: &mut BTreeSet<String>) {
    each_reference(spec, &mut |reference| {
        if let Some(token) = reference.strip_prefix("#/types/") {
            found.insert(token.to_owned());
        }
    });
}

/// Finds references to other definitions anywhere in a JSON schema.
fn collect_definitions(package: &str, schema: &Value, found: &mut BTreeSet<String>) {
    each_reference(schema, &mut |reference| {
        if let Some(name) = reference.strip_prefix("#/$defs/") {
            found.insert(type_token(package, name));
        }
    });
}

fn each_reference(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                visit(reference);
            }
            members.values().for_each(|member| each_reference(member, visit));
        }
        Value::Array(items) => items.iter().for_each(|item| each_reference(item, visit)),
        _ => {}
    }
}
