//! What looks into eventual values: for programs that plan a deployment from a component's inputs, and for tests.

use std::sync::Arc;

use crate::values::error::Failure;
use crate::values::input::Input;
use crate::values::output::{Output, Resolved};

/// What is there of an input without waiting.
pub trait Given<T> {
    /// The value of an input that came with the request, but not of one that another resource gives. It may be unknown, or
    /// secret.
    fn given(&self) -> Option<Arc<Resolved<T>>>;
}

impl<T: Clone + Send + Sync + 'static> Given<T> for Input<T> {
    fn given(&self) -> Option<Arc<Resolved<T>>> {
        Self::given(self)
    }
}

/// What an output resolves to.
pub trait Resolve<T> {
    /// Waits for the value. While a component is constructed it may never come.
    ///
    /// # Errors
    /// When a resource that the value comes from failed, or a closure did.
    fn resolve(&self) -> impl Future<Output = Result<Arc<Resolved<T>>, Failure>> + Send;
}

impl<T: Clone + Send + Sync + 'static> Resolve<T> for Output<T> {
    fn resolve(&self) -> impl Future<Output = Result<Arc<Resolved<T>>, Failure>> + Send {
        Self::resolve(self)
    }
}
