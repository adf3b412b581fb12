//! One description of the inputs for three uses: the package schema, the check, and the documentation of the SDKs.

pub(crate) mod aliases;
pub(crate) mod arguments;
mod check;
pub(crate) mod checks;
pub(crate) mod pruning;
mod root;
pub(crate) mod spec;
pub(crate) mod text;

pub use check::check;
pub(crate) use check::{intended, nearest};
pub(crate) use root::{required, root, type_of};
pub use spec::SchemaError;
