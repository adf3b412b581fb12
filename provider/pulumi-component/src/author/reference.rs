//! References to resources as typed values: a component takes a bucket, not its name.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use futures::FutureExt;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use property_path::PropertyError;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::author::component::PreparedComponent;
use crate::author::scope::Scope;
use crate::border::package::Package;
use crate::values::encode::Encode;
use crate::values::encoding::Encoding;
use crate::values::input::Input;
use crate::values::output::{Output, Resolved};
use crate::values::property::{PropertyValue, ResourceReference, TypeToken, Urn, Value};
use crate::values::serde_bridge;
use crate::values::special::{REFERENCE, RESOURCES};

/// The type of a resource that can be referred to.
pub trait ResourceType: Send + Sync + 'static {
    /// Its type token.
    const TOKEN: TypeToken;

    /// The package that defines it; `None` for the author's own.
    fn package() -> Option<&'static Package>;
}

impl<T: PreparedComponent> ResourceType for T {
    const TOKEN: TypeToken = T::TOKEN;

    fn package() -> Option<&'static Package> {
        None
    }
}

/// A reference to a resource of type `T`, as an input or an output.
///
/// A reference names the resource; its properties are read from the engine when they are asked for
/// ([`Reference::output`]), and only then.
pub struct Reference<T> {
    to: ResourceReference,
    resource_type: PhantomData<fn() -> T>,
}

impl<T: ResourceType> Reference<T> {
    /// A reference to a resource of the same deployment.
    ///
    /// # Errors
    /// When the URN is of another type.
    pub fn new(to: ResourceReference) -> Result<Self, PropertyError> {
        let given = to.urn.type_token();
        if given != T::TOKEN.as_str() {
            return Err(PropertyError::new("", format!("expected a resource of type `{}`, got a `{given}`", T::TOKEN)));
        }
        Ok(Self { to, resource_type: PhantomData })
    }

    /// The name of the resource in the deployment.
    pub fn urn(&self) -> &Urn {
        &self.to.urn
    }

    /// The provider's id: unknown where a preview cannot know it, and empty for a component, which has none.
    pub fn id(&self) -> Output<String> {
        let value = match self.to.id.as_deref() {
            None => Some(String::new()),
            Some(id) => id.as_str().map(str::to_owned),
        };
        Output::resolved(Resolved { value, secret: false, dependencies: [self.to.urn.clone()].into() })
    }

    /// A property of the resource by its wire name, read from the engine.
    ///
    /// Asks for the whole state once for each construction; the stack then shows a provider of the engine's own,
    /// `pulumi:providers:pulumi`.
    pub fn output<U: DeserializeOwned + Clone + Send + Sync + 'static>(
        &self,
        scope: &Scope,
        name: impl Into<String>,
    ) -> Output<U> {
        scope.state_of(&self.to.urn).output(name)
    }

    /// The reference without its type.
    pub fn untyped(&self) -> &ResourceReference {
        &self.to
    }
}

impl<T: ResourceType> Input<Reference<T>> {
    /// A property of the resource by its wire name, read from the engine: see [`Reference::output`].
    pub fn property<U: DeserializeOwned + Clone + Send + Sync + 'static>(
        &self,
        scope: &Scope,
        name: impl Into<String>,
    ) -> Output<U> {
        let (scope, name) = (scope.clone(), name.into());
        self.output().and_then(move |reference| reference.output(&scope, name))
    }
}

impl<T> Clone for Reference<T> {
    fn clone(&self) -> Self {
        Self { to: self.to.clone(), resource_type: PhantomData }
    }
}

impl<T> fmt::Debug for Reference<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to.fmt(formatter)
    }
}

impl<T> PartialEq for Reference<T> {
    fn eq(&self, other: &Self) -> bool {
        self.to == other.to
    }
}

impl<T> From<Reference<T>> for PropertyValue {
    fn from(reference: Reference<T>) -> Self {
        Value::Resource(reference.to).into()
    }
}

/// Where a child takes a resource of another package, or any value.
impl<T: 'static> From<Output<Reference<T>>> for Input<PropertyValue> {
    fn from(reference: Output<Reference<T>>) -> Self {
        reference.map(PropertyValue::from).into()
    }
}

/// Where a child takes a resource of another package, or any value.
impl<T: 'static> From<Input<Reference<T>>> for Input<PropertyValue> {
    fn from(reference: Input<Reference<T>>) -> Self {
        reference.into_output().into()
    }
}

impl<T: 'static> Encode for Reference<T> {
    fn encode(self) -> Encoding {
        std::future::ready(Ok(self.into())).boxed()
    }
}

impl<'de, T: ResourceType> Deserialize<'de> for Reference<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_bridge::whole(deserializer, |value| match value.value {
            Value::Resource(reference) => Self::new(reference),
            _ => Err(PropertyError::new("", format!("expected a resource of type `{}`", T::TOKEN))),
        })
    }
}

impl<T> Serialize for Reference<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ready = || -> Encoding { std::future::ready(Ok(self.clone().into())).boxed() };
        serde_bridge::eventual(serializer, ready, || None)
    }
}

impl<T: ResourceType> JsonSchema for Reference<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Reference_{}", T::TOKEN.name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        let document = T::package().map(|package| format!("/{}/v{}/schema.json", package.name, package.version));
        let token = utf8_percent_encode(T::TOKEN.as_str(), &IN_POINTER);
        json_schema!({ (REFERENCE): format!("{}{RESOURCES}{token}", document.unwrap_or_default()) })
    }
}

/// What of a token would end a step of a JSON pointer.
const IN_POINTER: AsciiSet = CONTROLS.add(b'/').add(b'%');
