//! Eventual values: what a resource will answer, with its marks.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};

use crate::values::error::{Error, Failure};
use crate::values::panic::{caught, caught_while};
use crate::values::property::Urn;

/// A value that is there once the resources it comes from are registered.
///
/// It resolves to a value or, in a preview, to "unknown", and carries two marks through every combination: whether it
/// is secret, and which resources it came from. There is no way to look inside while a component is constructed, so a
/// mark cannot be lost. Cloning is cheap and shares the value.
///
/// It is computed when something needs it: a child, an output of the component, another output that is needed. A closure
/// over an output that nothing needs does not run, so none should do more than compute.
#[must_use = "an output that nothing needs is not computed, and its closure does not run"]
pub struct Output<T> {
    value: Shared<BoxFuture<'static, Result<Arc<Resolved<T>>, Failure>>>,
    /// Whether it rests on nothing that is still to come.
    given: bool,
}

/// What an [`Output`] resolves to.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved<T> {
    /// The value; `None` while a preview cannot know it.
    pub value: Option<T>,
    /// Whether the value is secret.
    pub secret: bool,
    /// The resources that the value came from.
    pub dependencies: BTreeSet<Urn>,
}

impl<T> Resolved<T> {
    /// A value without marks.
    pub fn known(value: T) -> Self {
        Self { value: Some(value), secret: false, dependencies: BTreeSet::new() }
    }

    /// The same marks with another value.
    pub(crate) fn with<U>(&self, value: Option<U>) -> Resolved<U> {
        Resolved { value, secret: self.secret, dependencies: self.dependencies.clone() }
    }

    pub(crate) fn absorb<U>(&mut self, other: &Resolved<U>) {
        self.secret |= other.secret;
        self.dependencies.extend(other.dependencies.iter().cloned());
    }
}

impl<T: Clone + Send + Sync + 'static> Output<T> {
    /// An output of a future.
    pub(crate) fn from_future(future: impl Future<Output = Result<Resolved<T>, Failure>> + Send + 'static) -> Self {
        let guarded = caught_while(future).map(|outcome| match outcome {
            Ok(resolved) => resolved.map(Arc::new),
            Err(panic) => Err(Failure::of_closure(format!("internal error: {panic}"))),
        });
        Self { value: guarded.boxed().shared(), given: false }
    }

    /// The same, where what it rests on is given.
    pub(crate) fn given_where(self, given: bool) -> Self {
        Self { given, ..self }
    }

    /// An output that is already resolved.
    pub fn resolved(resolved: Resolved<T>) -> Self {
        Self::from_future(std::future::ready(Ok(resolved))).given_where(true)
    }

    /// A known value without marks.
    pub fn known(value: T) -> Self {
        Self::resolved(Resolved::known(value))
    }

    /// A value that this run cannot know.
    pub fn unknown() -> Self {
        Self::resolved(Resolved { value: None, secret: false, dependencies: BTreeSet::new() })
    }

    /// The value, or unknown where there is none.
    pub fn known_or_unknown(value: Option<T>) -> Self {
        value.map_or_else(Self::unknown, Self::known)
    }

    /// Computes another value from this one; `compute` does not run on an unknown value.
    pub fn map<U: Clone + Send + Sync + 'static>(&self, compute: impl FnOnce(T) -> U + Send + 'static) -> Output<U> {
        self.try_map(|value| Ok::<_, Infallible>(compute(value)))
    }

    /// Computes another value that may fail; the failure ends the run with the reason given.
    pub fn try_map<U: Clone + Send + Sync + 'static, E: Into<Error>>(
        &self,
        compute: impl FnOnce(T) -> Result<U, E> + Send + 'static,
    ) -> Output<U> {
        let this = self.clone();
        Output::from_future(async move {
            let resolved = this.resolve().await?;
            let computed = match resolved.value.clone() {
                None => None,
                Some(value) => Some(
                    guard(|| compute(value).map_err(|error| error.into().to_string()))?.map_err(Failure::of_closure)?,
                ),
            };
            Ok(resolved.with(computed))
        })
        .given_where(self.given)
    }

    /// Computes another output from this value and unites their marks; `compute` does not run on an unknown value.
    pub fn and_then<U: Clone + Send + Sync + 'static>(
        &self,
        compute: impl FnOnce(T) -> Output<U> + Send + 'static,
    ) -> Output<U> {
        let this = self.clone();
        Output::from_future(async move {
            let outer = this.resolve().await?;
            let Some(value) = outer.value.clone() else { return Ok(outer.with(None)) };
            let inner = guard(|| compute(value))?.resolve().await?;
            let mut resolved = inner.with(inner.value.clone());
            resolved.absorb(&outer);
            Ok(resolved)
        })
    }

    /// Pairs two outputs; unknown where one of them is.
    pub fn zip<U: Clone + Send + Sync + 'static>(&self, other: &Output<U>) -> Output<(T, U)> {
        let (first, second) = (self.clone(), other.clone());
        Output::from_future(async move {
            let (first, second) = futures::try_join!(first.resolve(), second.resolve())?;
            let mut resolved = first.with(first.value.clone().zip(second.value.clone()));
            resolved.absorb(&second);
            Ok(resolved)
        })
        .given_where(self.given && other.given)
    }

    /// The same value, marked secret. Nothing public removes the mark.
    pub fn secret(&self) -> Self {
        let this = self.clone();
        Self::from_future(async move {
            let resolved = this.resolve().await?;
            Ok(Resolved { secret: true, ..resolved.with(resolved.value.clone()) })
        })
        .given_where(self.given)
    }

    /// Whether it rests on nothing that is still to come when it is made. It stays so: what another child gives is not given,
    /// however soon it comes.
    pub(crate) const fn is_given(&self) -> bool {
        self.given
    }

    /// Waits for the value. A component never does.
    ///
    /// # Errors
    /// When a resource that the value comes from failed, or a closure did.
    pub(crate) async fn resolve(&self) -> Result<Arc<Resolved<T>>, Failure> {
        self.value.clone().await
    }
}

/// Runs a closure of the author's, so that its panic fails the run and not the process.
fn guard<R>(compute: impl FnOnce() -> R) -> Result<R, Failure> {
    caught(compute).map_err(|panic| Failure::of_closure(format!("internal error: {panic}")))
}

impl<T> Clone for Output<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), given: self.given }
    }
}

/// Never implemented: its name is what the compiler says to who formats an output.
#[doc(hidden)]
pub trait FormatWithInterpolateOrMapInstead {}

/// There for its message: `format!` of an output does not compile, for its value is not there yet.
impl<T> fmt::Display for Output<T>
where
    Self: FormatWithInterpolateOrMapInstead,
{
    fn fmt(&self, _formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

impl<T> fmt::Debug for Output<T> {
    /// Never prints the value.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Output(..)")
    }
}
