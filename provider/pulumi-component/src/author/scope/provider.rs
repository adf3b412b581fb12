//! Providers as children: a component that deploys to another region or account than its user's provider.

use futures::FutureExt;

use super::Scope;
use super::child::{Child, ChildHandle};
use crate::author::resource_options::{Resource, ResourceOptions};
use crate::border::package::Package;
use crate::values::encode::{Encode, MemberEncoding};
use crate::values::encoding::Encoding;
use crate::values::error::Failure;
use crate::values::output::Output;
use crate::values::plain::Plain;
use crate::values::property::{PropertyValue, TypeToken, Urn, Value};

/// An explicit provider that is being described.
pub struct ProviderBuilder(Child, &'static Package);

/// An explicit provider. Give it to a child, or to a nested component for all children of its package.
#[derive(Clone)]
pub struct ProviderHandle {
    handle: ChildHandle,
    package: &'static Package,
}

impl Scope {
    /// Describes an explicit provider of a package, whose type is `pulumi:providers:` and the package's name.
    pub fn provider(&self, package: &'static Package, token: TypeToken, role: impl Plain<str>) -> ProviderBuilder {
        ProviderBuilder(Child::new(self, package, token, role), package)
    }
}

impl ProviderBuilder {
    /// Sets a value of the provider's configuration; what is no text travels as JSON, as providers expect.
    #[must_use]
    pub fn config(mut self, name: &str, value: impl Encode) -> Self {
        self.0.input(name, AsText(value.encode_member().shared()));
        self
    }

    /// Sets the options.
    #[must_use]
    pub fn options(mut self, options: ResourceOptions) -> Self {
        self.0.options(options);
        self
    }

    /// Starts the registration.
    pub fn register(self) -> ProviderHandle {
        ProviderHandle { handle: self.0.register(), package: self.1 }
    }
}

/// A value of a provider's configuration as a text.
struct AsText(futures::future::Shared<MemberEncoding>);

impl Encode for AsText {
    fn encode(self) -> Encoding {
        async move { Ok(self.encode_member().await?.unwrap_or_default()) }.boxed()
    }

    fn encode_member(self) -> MemberEncoding {
        async move {
            let Some(value) = self.0.await? else { return Ok(None) };
            let marks = value.marks();
            let text = match value.value {
                Value::String(_) | Value::Null => value.value,
                _ if marks.unknown => Value::Unknown,
                _ => {
                    let plain = crate::values::decode::stripped(value);
                    let json = plain.to_json().ok_or_else(|| {
                        Failure::failed("a provider's configuration takes no assets and no resources")
                    })?;
                    Value::String(json.to_string())
                }
            };
            Ok(Some(PropertyValue { value: text, secret: marks.secret, dependencies: marks.dependencies }))
        }
        .boxed()
    }
}

impl ProviderHandle {
    /// The package whose resources it manages.
    pub fn package(&self) -> &'static str {
        self.package.provided_name()
    }

    /// The provider as the engine refers to it: URN and id; in a preview the id may be the unknown one.
    pub fn reference(&self) -> Output<String> {
        self.handle.answer.map(|answer| {
            let id = if answer.0.id.is_empty() { crate::values::property::UNKNOWN } else { &answer.0.id };
            format!("{}::{id}", answer.0.urn)
        })
    }
}

impl ResourceOptions {
    /// Chooses the provider of this child, or of the children of this component.
    #[must_use]
    pub fn provider(mut self, provider: &ProviderHandle) -> Self {
        self.provider = Some(provider.reference());
        self.providers.insert(provider.package().to_owned(), provider.reference());
        self
    }
}

impl Resource for ProviderHandle {
    fn urn(&self) -> &Output<Urn> {
        self.handle.urn()
    }
}
