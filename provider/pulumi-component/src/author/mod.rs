//! What an author writes against: components, their scope, their children.

pub(crate) mod component;
pub(crate) mod construct;
pub(crate) mod context;
pub(crate) mod function;
pub(crate) mod method;
pub(crate) mod reference;
pub(crate) mod resource_options;
pub(crate) mod scope;
