//! What can be said of a resource beside its inputs.

use std::collections::BTreeMap;

use crate::output::Output;
use crate::property::{PropertyValue, Urn};

/// Options of a child resource.
///
/// Parent, provider and version are the scope's to say. `protect`, `retainOnDelete` and `deletedWith` are inherited by
/// the engine from the component, as long as they stay unset here.
#[derive(Clone, Debug, Default)]
pub struct ResourceOptions {
    /// Resources that must be there first, where the data do not show it.
    pub depends_on: Vec<Output<Urn>>,
    /// Values whose resources must be there first, where no input carries them.
    pub origins: Vec<Output<()>>,
    /// Former logical roles of this child; each renamed or moved child keeps one in the same change.
    pub former_roles: Vec<String>,
    /// Property paths whose changes the engine ignores.
    pub ignore_changes: Vec<String>,
    /// Whether the old resource goes before its replacement comes; for names that only one can have.
    pub delete_before_replace: Option<bool>,
    /// How long an operation may take.
    pub custom_timeouts: Option<CustomTimeouts>,
}

/// What has a URN and can be waited for.
pub trait Resource {
    /// The resource's name in the deployment.
    fn urn(&self) -> &Output<Urn>;
}

/// Options that only name a resource which must be there first. The reason belongs in a comment beside it.
pub fn depends_on(resource: &impl Resource) -> ResourceOptions {
    ResourceOptions::default().and_depends_on(resource)
}

impl ResourceOptions {
    /// Adds a resource which must be there first.
    #[must_use]
    pub fn and_depends_on(mut self, resource: &impl Resource) -> Self {
        self.depends_on.push(resource.urn().clone());
        self
    }

    /// Adds the resources that a value came from, which must be there first and go last.
    #[must_use]
    pub fn and_depends_on_origin_of<T: Clone + Send + Sync + 'static>(mut self, value: &Output<T>) -> Self {
        self.origins.push(value.map(|_| ()));
        self
    }

    /// Says that the child was known by another role before.
    #[must_use]
    pub fn alias(mut self, former_role: &str) -> Self {
        self.former_roles.push(former_role.to_owned());
        self
    }

    /// Says that the old resource must go before its replacement comes.
    #[must_use]
    pub fn delete_before_replace(mut self) -> Self {
        self.delete_before_replace = Some(true);
        self
    }
}

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

/// What a user said of a component; all of it is handed on to the engine as it came.
#[derive(Clone, Debug, Default)]
pub struct ComponentOptions {
    /// Aliases in the engine's own form.
    pub aliases: Vec<Alias>,
    /// Resources that the component waits for.
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
    /// A value whose change replaces.
    pub replacement_trigger: Option<PropertyValue>,
    /// Names of hooks that the program registered.
    pub hooks: Option<Hooks>,
}

/// Names of resource hooks by the moment they run at.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "each name says the moment")]
pub struct Hooks {
    pub before_create: Vec<String>,
    pub after_create: Vec<String>,
    pub before_update: Vec<String>,
    pub after_update: Vec<String>,
    pub before_delete: Vec<String>,
    pub after_delete: Vec<String>,
    pub on_error: Vec<String>,
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
