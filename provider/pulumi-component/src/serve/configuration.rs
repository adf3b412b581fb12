//! The provider's own configuration: checked, decoded, and kept for components, methods and functions.

use std::any::Any;
use std::sync::Arc;

use property_path::PropertyError;
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::schema::{self, type_of};
use crate::values::decode::from_properties;
use crate::values::property::{PropertyMap, PropertyValue, Value};
use crate::wire;

/// What the engine adds to a provider's configuration for its own use.
const ENGINES_OWN: [&str; 3] = ["version", "pluginDownloadURL", "__internal"];

/// The type of the configuration, as functions over property values.
#[derive(Clone, Copy)]
pub(super) struct ConfigurationType {
    pub(super) describe: fn(&mut SchemaGenerator) -> Json,
    check: fn(&PropertyMap) -> Vec<PropertyError>,
    decode: fn(PropertyMap) -> Result<Arc<dyn Any + Send + Sync>, PropertyError>,
    required: fn() -> Vec<(String, String)>,
    schema: fn() -> Json,
}

impl ConfigurationType {
    pub(super) fn of<C: DeserializeOwned + JsonSchema + Any + Send + Sync>() -> Self {
        Self {
            describe: |generator| C::json_schema(generator).to_value(),
            check: schema::check::<C>,
            decode: |values| from_properties::<C>(values).map(|config| Arc::new(config) as Arc<dyn Any + Send + Sync>),
            required: || schema::required(&schema::root::<C>()),
            schema: schema::root::<C>,
        }
    }

    /// All problems of the values that a provider is given. What a preview does not know yet is left aside, also where
    /// it must be plain: the engine configures no provider with it.
    pub(super) fn problems(&self, values: PropertyMap) -> Vec<PropertyError> {
        let values = self.plain(values);
        let unknown = |name: &str| values.get(name).is_some_and(|value| value.marks().unknown);
        let mut problems = (self.check)(&values);
        problems.retain(|problem| !problem.path.first_member().is_some_and(unknown));
        problems
    }

    /// The names of what must be set and is not, each with its description.
    pub(super) fn missing(&self, values: &PropertyMap) -> Vec<(String, String)> {
        let given = |name: &str| values.get(name).is_some_and(|value| value.value != Value::Null);
        (self.required)().into_iter().filter(|(name, _)| !given(name)).collect()
    }

    /// Decodes the values.
    pub(super) fn decode(&self, values: PropertyMap) -> Result<Arc<dyn Any + Send + Sync>, PropertyError> {
        (self.decode)(self.plain(values))
    }

    /// The author's own values, with those read that travel as JSON: a stack's configuration has texts alone.
    fn plain(&self, mut values: PropertyMap) -> PropertyMap {
        let schema = (self.schema)();
        values.retain(|name, value| !ENGINES_OWN.contains(&name.as_str()) && value.value != Value::Null);
        for (name, value) in &mut values {
            let text = matches!(type_of(&schema, name), None | Some("string"));
            if let (false, Some(json)) = (text, value.as_str().and_then(|text| serde_json::from_str::<Json>(text).ok()))
                && let Ok(read) = wire::decode_value(wire::from_json(json))
            {
                *value = PropertyValue {
                    secret: read.secret || value.secret,
                    dependencies: std::mem::take(&mut value.dependencies),
                    value: read.value,
                };
            }
        }
        values
    }
}
