//! What can be said of a resource beside its inputs.

use std::collections::BTreeMap;

use crate::border::hook::{Hook, Hooks};
use crate::border::registration_options::{Alias, CustomTimeouts};
use crate::border::transform::Transform;
use crate::values::output::Output;
use crate::values::plain::Plain;
use crate::values::property::{PropertyValue, Urn};

/// Options of a child resource.
///
/// Parent and version are the scope's to say. `protect`, `retain_on_delete`, `deleted_with` and providers are inherited
/// by the engine from the component, as long as they stay unset here; nothing else is.
#[derive(Clone, Debug, Default)]
pub struct ResourceOptions {
    /// Resources that must be there first, where the data do not show it.
    pub depends_on: Vec<Output<Urn>>,
    /// Values whose resources must be there first, where no input carries them.
    pub origins: Vec<Output<()>>,
    /// Former logical roles of this child; each renamed or moved child keeps one in the same change.
    pub former_roles: Vec<String>,
    /// Other names it had, where more than its role differs.
    pub aliases: Vec<Alias>,
    /// Whether the engine refuses to delete it.
    pub protect: Option<bool>,
    /// Whether the provider keeps it when the engine forgets it.
    pub retain_on_delete: Option<bool>,
    /// The resource whose deletion takes this one along.
    pub deleted_with: Option<Output<Urn>>,
    /// The resources whose replacement replaces this one.
    pub replace_with: Vec<Output<Urn>>,
    /// Property paths whose changes the engine ignores.
    pub ignore_changes: Vec<String>,
    /// Property paths whose changes replace it.
    pub replace_on_changes: Vec<String>,
    /// Property paths whose changes are not shown.
    pub hide_diffs: Vec<String>,
    /// A value whose change replaces it.
    pub replacement_trigger: Option<Output<PropertyValue>>,
    /// Whether the old resource goes before its replacement comes; for names that only one can have.
    pub delete_before_replace: Option<bool>,
    /// How long an operation may take.
    pub custom_timeouts: Option<CustomTimeouts>,
    /// Names of outputs that are secret, although the provider does not say so.
    pub additional_secret_outputs: Vec<String>,
    /// The provider's id of a resource that exists and is taken over.
    pub import_id: Option<String>,
    /// The provider that manages it, as its reference; the user's choice for the component where unset.
    pub provider: Option<Output<String>>,
    /// For a component: the providers of its children by package, in addition to the inherited ones.
    pub providers: BTreeMap<String, Output<String>>,
    /// For a provider: environment variables of the user's, and under which names the provider sees them.
    pub env_var_mappings: BTreeMap<String, String>,
    /// Names of hooks that are registered with the engine.
    pub hooks: Option<Hooks>,
    /// Closures that run around its operations.
    pub closures: Vec<Hook>,
    /// Closures that change how it, and what is below it, is registered.
    pub transforms: Vec<Transform>,
}

/// What has a URN and can be waited for.
pub trait Resource {
    /// The resource's name in the deployment.
    fn urn(&self) -> &Output<Urn>;

    /// What to wait for, so that it is there: the resource itself, and of a component its children.
    fn members(&self) -> Vec<Output<Urn>> {
        vec![self.urn().clone()]
    }
}

/// Options that only name a resource which must be there first. The reason belongs in a comment beside it.
pub fn depends_on(resource: &impl Resource) -> ResourceOptions {
    ResourceOptions::default().and_depends_on(resource)
}

impl ResourceOptions {
    /// Adds a resource which must be there first.
    #[must_use]
    pub fn and_depends_on(mut self, resource: &impl Resource) -> Self {
        self.depends_on.extend(resource.members());
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

    /// Says that the child had another name, type, parent or project before.
    #[must_use]
    pub fn also_known_as(mut self, alias: Alias) -> Self {
        self.aliases.push(alias);
        self
    }

    /// Says whether the engine refuses to delete it.
    #[must_use]
    pub fn protect(mut self, protect: impl Plain<bool>) -> Self {
        self.protect = Some(*protect.plain());
        self
    }

    /// Says whether the provider keeps it when the engine forgets it.
    #[must_use]
    pub fn retain_on_delete(mut self, retain: impl Plain<bool>) -> Self {
        self.retain_on_delete = Some(*retain.plain());
        self
    }

    /// Names the resource whose deletion takes this one along.
    #[must_use]
    pub fn deleted_with(mut self, resource: &impl Resource) -> Self {
        self.deleted_with = Some(resource.urn().clone());
        self
    }

    /// Adds a resource whose replacement replaces this one.
    #[must_use]
    pub fn replace_with(mut self, resource: &impl Resource) -> Self {
        self.replace_with.push(resource.urn().clone());
        self
    }

    /// Adds a property path whose changes the engine ignores.
    #[must_use]
    pub fn ignore_changes(mut self, path: &str) -> Self {
        self.ignore_changes.push(path.to_owned());
        self
    }

    /// Adds a property path whose changes replace the resource.
    #[must_use]
    pub fn replace_on_changes(mut self, path: &str) -> Self {
        self.replace_on_changes.push(path.to_owned());
        self
    }

    /// Adds a property path whose changes are not shown.
    #[must_use]
    pub fn hide_diff(mut self, path: &str) -> Self {
        self.hide_diffs.push(path.to_owned());
        self
    }

    /// Names a value whose change replaces the resource.
    #[must_use]
    pub fn replacement_trigger<T: Into<PropertyValue> + Clone + Send + Sync + 'static>(
        mut self,
        value: &Output<T>,
    ) -> Self {
        self.replacement_trigger = Some(value.map(Into::into));
        self
    }

    /// Says that the old resource must go before its replacement comes.
    #[must_use]
    pub fn delete_before_replace(mut self) -> Self {
        self.delete_before_replace = Some(true);
        self
    }

    /// Says how long operations may take.
    #[must_use]
    pub fn custom_timeouts(mut self, timeouts: CustomTimeouts) -> Self {
        self.custom_timeouts = Some(timeouts);
        self
    }

    /// Says that an output is secret, although the provider does not say so.
    #[must_use]
    pub fn additional_secret_output(mut self, name: &str) -> Self {
        self.additional_secret_outputs.push(name.to_owned());
        self
    }

    /// Takes over the resource that has this id at the provider.
    #[must_use]
    pub fn import(mut self, id: &str) -> Self {
        self.import_id = Some(id.to_owned());
        self
    }

    /// For a provider: where the user's environment has `from`, the provider sees its value as `to`.
    #[must_use]
    pub fn env_var_mapping(mut self, from: &str, to: &str) -> Self {
        self.env_var_mappings.insert(from.to_owned(), to.to_owned());
        self
    }

    /// Adds a closure that the engine runs around the resource's operations.
    #[must_use]
    pub fn hook(mut self, hook: Hook) -> Self {
        self.closures.push(hook);
        self
    }

    /// Adds a closure that may change how the resource, and what is below it, is registered.
    #[must_use]
    pub fn transform(mut self, transform: Transform) -> Self {
        self.transforms.push(transform);
        self
    }

    /// Names the hooks that run around the resource's operations.
    #[must_use]
    pub fn hooks(mut self, hooks: Hooks) -> Self {
        self.hooks = Some(hooks);
        self
    }
}
