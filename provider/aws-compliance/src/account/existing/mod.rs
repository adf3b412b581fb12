//! What the account has under names that this component gives, and what carries the owner tag, asked of the `aws` provider.
//!
//! The account scan reads what AWS overwrites in silence with credentials of its own. These questions are asked with the
//! provider's, so that they are answered wherever a deployment is possible, and also where the scan is turned off: they
//! protect data. A question that is refused leaves its answer unknown and is a warning.
//!
//! What carries this deployment's tag is imported where the stack does not have it: bucket and key that were retained when the
//! stack was destroyed, and what an update created that was killed before it could record it. The engine ignores the import of
//! what it has already.

pub(crate) mod adoption;
pub(crate) mod alone;
pub(crate) mod found;
pub(crate) mod reading;
pub(crate) mod replacement;

#[cfg(test)]
mod tests;
