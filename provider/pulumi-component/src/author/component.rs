//! What a component is: inputs, outputs, and one function that describes its children.

use std::future::Future;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::author::context::Context;
use crate::author::scope::Scope;
use crate::schema::checks::Checks;
use crate::values::encoding::Encoding;
use crate::values::error::Error;
use crate::values::property::TypeToken;

/// A component: a resource that is made of other resources.
///
/// One that reads something before it is described, such as an account, is a [`PreparedComponent`].
pub trait Component: Outputs + Sized {
    /// Its type: `package:index:Name`.
    const TOKEN: TypeToken;

    /// Types that it had in earlier versions of the package. Stacks that hold one of these keep their resources: the
    /// engine takes the new type for the old one, here and in the URNs of the children.
    const FORMER_TOKENS: &'static [TypeToken] = &[];

    /// Its inputs: one struct that is decoder, schema and documentation.
    type Args: DeserializeOwned + Serialize + JsonSchema + Send + Sync + 'static;

    /// What the schema of a single input cannot say: forms, bounds that depend, relations. All problems at once.
    fn check(_args: &Self::Args, _checks: &mut Checks) {}

    /// Describes the children: no waiting, no clock, no environment. The scope drives what is described here.
    ///
    /// # Errors
    /// When the component cannot be described from these inputs.
    fn construct(scope: &Scope, args: Self::Args) -> Result<Self, Error>;
}

/// A component that reads something before its children are described. Every [`Component`] is one that reads nothing.
pub trait PreparedComponent: Outputs + Sized {
    /// As [`Component::TOKEN`].
    const TOKEN: TypeToken;

    /// As [`Component::FORMER_TOKENS`].
    const FORMER_TOKENS: &'static [TypeToken] = &[];

    /// As [`Component::Args`].
    type Args: DeserializeOwned + Serialize + JsonSchema + Send + Sync + 'static;

    /// What [`prepare`](Self::prepare) learns before anything is registered.
    type Prepared: Send + Sync + 'static;

    /// As [`Component::check`].
    fn check(_args: &Self::Args, _checks: &mut Checks) {}

    /// Reads what the children depend on, without changing anything and bounded in time. The one asynchronous step.
    ///
    /// What it finds wrong with the inputs ([`Error::InvalidInputs`]) is reported together with what
    /// [`check`](Self::check) found: it is called with invalid inputs, too, as long as they decode. What it says of a
    /// property that is invalid already is omitted.
    fn prepare(context: &Context, args: &Self::Args) -> impl Future<Output = Result<Self::Prepared, Error>> + Send;

    /// Describes the children: no waiting, no clock, no environment. The scope drives what is described here.
    ///
    /// # Errors
    /// When the component cannot be described from these inputs.
    fn construct(scope: &Scope, args: Self::Args, prepared: &Self::Prepared) -> Result<Self, Error>;
}

impl<T: Component> PreparedComponent for T {
    const TOKEN: TypeToken = <T as Component>::TOKEN;
    const FORMER_TOKENS: &'static [TypeToken] = <T as Component>::FORMER_TOKENS;
    type Args = <T as Component>::Args;
    type Prepared = ();

    fn check(args: &Self::Args, checks: &mut Checks) {
        <T as Component>::check(args, checks);
    }

    async fn prepare(_context: &Context, _args: &Self::Args) -> Result<(), Error> {
        Ok(())
    }

    fn construct(scope: &Scope, args: Self::Args, _prepared: &()) -> Result<Self, Error> {
        <T as Component>::construct(scope, args)
    }
}

/// The outputs of a component. Derive it: each field is an [`Output`](crate::Output), named in camelCase on the wire.
pub trait Outputs: Send + Sync + 'static {
    /// The doc comment of the struct, which is the description of the component in every SDK.
    const DESCRIPTION: &'static str;

    /// Starts the encoding of each output.
    fn encode(&self) -> Vec<(&'static str, Encoding)>;

    /// What each output is.
    fn properties(generator: &mut SchemaGenerator) -> Vec<OutputProperty>;
}

/// An output as the schema shows it.
pub struct OutputProperty {
    /// Wire name.
    pub name: &'static str,
    /// The doc comment of its field.
    pub description: &'static str,
    /// Its type.
    pub schema: Schema,
    /// Whether it is there in every deployment.
    pub required: bool,
    /// Whether it is secret in every deployment.
    pub secret: bool,
}
