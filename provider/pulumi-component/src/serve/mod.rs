//! A provider: the components, methods and functions of a package, and the process that serves them to the engine.

mod configuration;
mod identity;
mod orphan;
mod package;
mod process;
mod provider;
mod rules;
mod service;
mod session;
mod signals;
mod work;

pub use identity::PackageIdentity;
#[cfg(test)]
pub(crate) use package::PackageParts;
pub use provider::Provider;
