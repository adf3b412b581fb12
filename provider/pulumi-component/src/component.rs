//! What a component is: inputs, outputs, and one function that describes its children.

use std::any::Any;
use std::future::Future;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::checks::Checks;
use crate::context::Context;
use crate::encode::Encoding;
use crate::error::ConstructError;
use crate::property::TypeToken;
use crate::scope::Scope;

/// A component: a resource that is made of other resources.
pub trait Component: Outputs + Sized {
    /// Its type: `package:index:Name`.
    const TOKEN: TypeToken;

    /// Types that it had in earlier versions of the package. Stacks that hold one of these keep their resources: the
    /// engine takes the new type for the old one, here and in the URNs of the children.
    const FORMER_TOKENS: &'static [TypeToken] = &[];

    /// Its inputs: one struct that is decoder, schema and documentation.
    type Args: DeserializeOwned + Serialize + JsonSchema + Send + Sync + 'static;

    /// What [`prepare`](Self::prepare) learns before anything is registered; `()` for nothing.
    type Facts: Send + Sync + 'static;

    /// What the schema of a single input cannot say: forms, bounds that depend, relations. All problems at once.
    fn check(_args: &Self::Args, _checks: &mut Checks) {}

    /// Looks at the world, read-only and bounded in time. The one asynchronous step.
    ///
    /// What it finds wrong with the inputs ([`ConstructError::InvalidInputs`]) is told together with what
    /// [`check`](Self::check) found: it is called with wrong inputs, too, as long as they decode. What it says of a property
    /// that is wrong already is left out. Needed where `Facts` is not `()`.
    fn prepare(
        _context: &Context,
        _args: &Self::Args,
    ) -> impl Future<Output = Result<Self::Facts, ConstructError>> + Send {
        const {
            assert!(size_of::<Self::Facts>() == 0, "a component whose `Facts` is not `()` needs a `prepare` of its own")
        };
        let nothing: Box<dyn Any + Send> = Box::new(());
        let nothing = nothing.downcast::<Self::Facts>().map(|nothing| *nothing);
        std::future::ready(nothing.map_err(|_| ConstructError::Internal(format!("{} has no `prepare`", Self::TOKEN))))
    }

    /// Describes the children: no waiting, no clock, no environment. The scope drives what is described here.
    ///
    /// # Errors
    /// When the component cannot be described from these inputs.
    fn construct(scope: &Scope, args: Self::Args, facts: &Self::Facts) -> Result<Self, ConstructError>;
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
