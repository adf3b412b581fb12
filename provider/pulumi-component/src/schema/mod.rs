//! One description of the inputs for three uses: the package schema, the check, and the documentation of the SDKs.

mod check;
mod package;
mod spec;

pub use check::check;
pub(crate) use package::ComponentSchema;
pub use package::PackageIdentity;
pub(crate) use package::package_schema;
pub use spec::SchemaError;
