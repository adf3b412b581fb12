//! Where a piece of code stands, and what it is made of.

use super::naming::Names;
use crate::model::{Member, Nested};

/// Where a piece of code stands.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    /// The module, empty for the outermost.
    pub(crate) module: &'p str,
    /// The package constant as this module sees it.
    pub(crate) constant: &'p str,
    /// The names of everything in the package.
    pub(crate) names: &'p Names,
}

/// The members that can be set, in order.
pub(crate) fn given(members: &Nested) -> Vec<(&String, &Member)> {
    members.iter().filter(|(_, member)| member.required || !member.deprecated).collect()
}
