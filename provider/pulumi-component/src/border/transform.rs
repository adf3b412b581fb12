//! Closures that change how resources are registered.

use std::fmt;
use std::sync::Arc;

use crate::border::registration_options::RegistrationOptions;
use crate::values::error::{Error, Outcome};
use crate::values::panic::caught;
use crate::values::property::{PropertyMap, Urn};

/// A closure that may change the inputs and the options of a resource before the engine takes it up, and of every
/// resource below it. It returns nothing, or a result.
///
/// The engine runs it in previews and updates alike, inner ones before outer ones, the user's last. An error ends the
/// run.
///
/// ```
/// # use pulumi_component::{ResourceOptions, options::Transform};
/// let protected = ResourceOptions::default().transform(Transform::new(|resource| {
///     if resource.type_token.starts_with("aws:s3/") {
///         resource.options.protect = Some(true);
///     }
/// }));
/// ```
#[derive(Clone)]
pub struct Transform(Arc<Closure>);

type Closure = dyn Fn(&mut Transformed) -> Result<(), Error> + Send + Sync;

/// A resource as it is about to be registered. Its inputs and its options may be changed, the rest is to look at.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Transformed {
    /// Type token.
    pub type_token: String,
    /// Logical name.
    pub name: String,
    /// Whether a provider manages it; a component is managed by nobody.
    pub custom: bool,
    /// Its parent; `None` for the stack.
    pub parent: Option<Urn>,
    /// Its inputs, with their marks.
    pub inputs: PropertyMap,
    /// What is said of it beside its inputs.
    pub options: RegistrationOptions,
    /// Reference of the provider; `None` for the engine's choice.
    pub provider: Option<String>,
}

impl Transform {
    /// A transform of this closure.
    pub fn new<R: Outcome<()>>(run: impl Fn(&mut Transformed) -> R + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |resource| run(resource).outcome()))
    }

    /// Runs it; a panic of the author's is an error in the panic's words.
    pub(crate) fn run(&self, resource: &mut Transformed) -> Result<(), String> {
        caught(|| (self.0)(resource).map_err(|error| error.to_string()))
            .unwrap_or_else(|panic| Err(format!("internal error: {panic}")))
    }
}

impl fmt::Debug for Transform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Transform")
    }
}

impl PartialEq for Transform {
    /// Two transforms are the same where they are the same closure.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
