//! The package schema: what the SDKs are generated from and what YAML programs are checked against.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::spec::{SchemaError, Side, properties, property, type_definition, type_token, unwrapped};
use crate::component::{Component, OutputProperty, Outputs};

/// Who the package is. One place holds it; everything else is derived.
#[derive(Clone, Copy, Debug)]
pub struct PackageIdentity {
    /// Name of the package, as in type tokens.
    pub name: &'static str,
    /// The name as people write it.
    pub display_name: &'static str,
    /// Exact semantic version, without `v`.
    pub version: &'static str,
    /// What it is, in one sentence.
    pub description: &'static str,
    /// Who publishes it.
    pub publisher: &'static str,
    /// SPDX name of the licence.
    pub license: &'static str,
    /// Words to find it by.
    pub keywords: &'static [&'static str],
    /// Name of the npm package.
    pub nodejs_package: &'static str,
    /// Name of the Python package.
    pub python_package: &'static str,
    /// Import path of the Go package.
    pub go_import_base_path: &'static str,
}

/// A component as the schema shows it.
pub(crate) struct ComponentSchema {
    pub token: &'static str,
    describe: fn(&mut SchemaGenerator) -> Described,
}

struct Described {
    args: Value,
    description: &'static str,
    outputs: Vec<OutputProperty>,
}

impl ComponentSchema {
    pub(crate) fn of<T: Component>() -> Self {
        let describe = |generator: &mut SchemaGenerator| Described {
            args: T::Args::json_schema(generator).to_value(),
            description: <T as Outputs>::DESCRIPTION,
            outputs: T::properties(generator),
        };
        Self { token: T::TOKEN.as_str(), describe }
    }
}

/// Renders the schema of a package.
///
/// # Errors
/// Names the first property whose Rust type Pulumi's package schema cannot express.
pub(crate) fn package_schema(identity: &PackageIdentity, components: &[ComponentSchema]) -> Result<Value, SchemaError> {
    let package = identity.name;
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut resources = BTreeMap::new();
    for component in components {
        let described = (component.describe)(&mut generator);
        let (inputs, required_inputs) = properties(package, component.token, &described.args, Side::Input)?;
        let mut outputs = Map::new();
        let mut required = Vec::new();
        for output in described.outputs {
            let path = format!("{}.{}", component.token, output.name);
            let mut schema = output.schema.to_value();
            if let Some(schema) = schema.as_object_mut() {
                schema.insert("description".into(), output.description.into());
            }
            outputs.insert(output.name.to_owned(), property(package, &path, &schema, Side::Output)?);
            if output.required {
                required.push(output.name);
            }
        }
        required.sort_unstable();
        let resource = json!({
            "isComponent": true, "description": unwrapped(described.description), "inputProperties": inputs,
            "requiredInputs": required_inputs, "properties": outputs, "required": required,
        });
        resources.insert(component.token, resource);
    }
    let mut types = BTreeMap::new();
    for (name, schema) in generator.definitions() {
        types.insert(type_token(package, name), type_definition(package, name, schema)?);
    }
    Ok(json!({
        "name": identity.name,
        "displayName": identity.display_name,
        "version": identity.version,
        "description": identity.description,
        "publisher": identity.publisher,
        "license": identity.license,
        "keywords": identity.keywords,
        "types": types,
        "resources": resources,
        "language": {
            "nodejs": { "packageName": identity.nodejs_package, "respectSchemaVersion": true },
            "python": {
                "packageName": identity.python_package, "respectSchemaVersion": true,
                "pyproject": { "enabled": true },
            },
            "go": {
                "importBasePath": identity.go_import_base_path, "respectSchemaVersion": true,
                "generateResourceContainerTypes": true,
            },
        },
    }))
}
