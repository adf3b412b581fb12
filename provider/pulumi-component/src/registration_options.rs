//! What is said of a resource beside its inputs, as the engine takes it.

use std::collections::BTreeMap;

use crate::hook::Hooks;
use crate::property::{PropertyValue, Urn};

/// How long an operation may take, as `1h30m`; empty where the provider decides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomTimeouts {
    /// Of a creation.
    pub create: String,
    /// Of an update.
    pub update: String,
    /// Of a deletion.
    pub delete: String,
    /// Of a read.
    pub read: String,
}

/// What is said of a resource beside its inputs, as the engine takes it.
///
/// What a user said of a component is handed on as it came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RegistrationOptions {
    /// Aliases in the engine's own form.
    pub aliases: Vec<Alias>,
    /// Resources that it waits for.
    pub depends_on: Vec<Urn>,
    /// Unset is inherited from the parent, so it stays unset.
    pub protect: Option<bool>,
    /// Unset is inherited from the parent, so it stays unset.
    pub retain_on_delete: Option<bool>,
    /// Whether the old one goes first.
    pub delete_before_replace: Option<bool>,
    /// Provider references by package.
    pub providers: BTreeMap<String, String>,
    /// Names of outputs that are secret.
    pub additional_secret_outputs: Vec<String>,
    /// How long an operation may take.
    pub custom_timeouts: Option<CustomTimeouts>,
    /// The resource whose deletion takes this one along; empty for none.
    pub deleted_with: String,
    /// The resources whose replacement replaces this one.
    pub replace_with: Vec<Urn>,
    /// Property paths whose changes are ignored.
    pub ignore_changes: Vec<String>,
    /// Property paths whose changes replace.
    pub replace_on_changes: Vec<String>,
    /// Property paths whose changes are not shown.
    pub hide_diffs: Vec<String>,
    /// A value whose change replaces.
    pub replacement_trigger: Option<PropertyValue>,
    /// The provider's id of a resource that is taken over; empty for none.
    pub import_id: String,
    /// Environment variables by the names under which the user has them.
    pub env_var_mappings: BTreeMap<String, String>,
    /// Names of hooks that are registered with the engine.
    pub hooks: Option<Hooks>,
}

/// Another name that a resource had.
#[derive(Clone, Debug, PartialEq)]
pub enum Alias {
    /// The whole former URN.
    Urn(String),
    /// What differs from the present; empty parts are the same.
    Spec {
        /// The former logical name.
        name: String,
        /// The former type token.
        type_token: String,
        /// The former stack.
        stack: String,
        /// The former project.
        project: String,
        /// The former parent.
        parent: AliasParent,
    },
}

impl Alias {
    /// The same resource under another type.
    pub fn of_type(token: impl Into<String>) -> Self {
        Self::Spec {
            name: String::new(),
            type_token: token.into(),
            stack: String::new(),
            project: String::new(),
            parent: AliasParent::Same,
        }
    }
}

/// The parent of an [`Alias`].
#[derive(Clone, Debug, Default, PartialEq)]
pub enum AliasParent {
    /// The same as now.
    #[default]
    Same,
    /// Another resource.
    Urn(String),
    /// The stack itself, or not: the engine's own flag.
    None(bool),
}
