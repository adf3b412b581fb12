//! What must be known while children are described.

/// A value that is there while children are described: names, and what decides which children there are.
///
/// An [`Input`](crate::Input) or an [`Output`](crate::Output) is not: a preview may not know it, and then it could not
/// say what an update does.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may not be known while children are described, and a plain value is needed here",
    label = "not plain",
    note = "declare the input as `T` and not as `Input<T>`, so that programs give a plain value"
)]
pub trait Plain<T: ?Sized> {
    /// The value.
    fn plain(&self) -> &T;
}

impl<T: ?Sized> Plain<T> for &T {
    fn plain(&self) -> &T {
        self
    }
}

impl Plain<str> for &String {
    fn plain(&self) -> &str {
        self
    }
}

impl Plain<str> for String {
    fn plain(&self) -> &str {
        self
    }
}

impl Plain<bool> for bool {
    fn plain(&self) -> &bool {
        self
    }
}
