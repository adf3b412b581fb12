//! What is said of a resource beside its inputs, as the engine takes it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::border::hook::Hooks;
use crate::values::property::{PropertyValue, Urn};

/// How long operations may take.
///
/// ```
/// # use std::time::Duration;
/// # use pulumi_component::{ResourceOptions, options::CustomTimeouts};
/// let hour = Duration::from_secs(60 * 60);
/// let patient = ResourceOptions::default().custom_timeouts(CustomTimeouts::default().create(hour));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CustomTimeouts {
    /// Of a creation; `None` where the provider decides.
    pub create: Option<Duration>,
    /// Of an update.
    pub update: Option<Duration>,
    /// Of a deletion.
    pub delete: Option<Duration>,
    /// Of a read.
    pub read: Option<Duration>,
}

impl CustomTimeouts {
    /// Bounds a creation.
    #[must_use]
    pub fn create(self, timeout: Duration) -> Self {
        Self { create: Some(timeout), ..self }
    }

    /// Bounds an update.
    #[must_use]
    pub fn update(self, timeout: Duration) -> Self {
        Self { update: Some(timeout), ..self }
    }

    /// Bounds a deletion.
    #[must_use]
    pub fn delete(self, timeout: Duration) -> Self {
        Self { delete: Some(timeout), ..self }
    }

    /// Bounds a read.
    #[must_use]
    pub fn read(self, timeout: Duration) -> Self {
        Self { read: Some(timeout), ..self }
    }
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
    /// The resource whose deletion takes this one along.
    pub deleted_with: Option<Urn>,
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
    /// The provider's id of a resource that is taken over.
    pub import_id: Option<String>,
    /// Environment variables by the names under which the user has them.
    pub env_var_mappings: BTreeMap<String, String>,
    /// Names of hooks that are registered with the engine.
    pub hooks: Option<Hooks>,
}

/// Another name that a resource had: what differs from the present one.
///
/// ```
/// # use pulumi_component::{ResourceOptions, options::Alias};
/// let moved = ResourceOptions::default().also_known_as(Alias::new().name("old").no_parent());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Alias(pub(crate) FormerIdentity);

/// How an alias names the resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FormerIdentity {
    /// By the whole former URN.
    Urn(String),
    /// By what differs from the present.
    Spec {
        name: Option<String>,
        type_token: Option<String>,
        stack: Option<String>,
        project: Option<String>,
        parent: FormerParent,
    },
}

impl Default for Alias {
    fn default() -> Self {
        Self::new()
    }
}

impl Alias {
    /// A name that differs in nothing yet.
    pub const fn new() -> Self {
        let parent = FormerParent::Same;
        Self(FormerIdentity::Spec { name: None, type_token: None, stack: None, project: None, parent })
    }

    /// The whole former URN.
    pub fn urn(urn: impl Into<String>) -> Self {
        Self(FormerIdentity::Urn(urn.into()))
    }

    /// The former logical name.
    #[must_use]
    pub fn name(self, former: impl Into<String>) -> Self {
        self.with(|name, _, _, _, _| *name = Some(former.into()))
    }

    /// The former type token.
    #[must_use]
    pub fn type_token(self, former: impl Into<String>) -> Self {
        self.with(|_, type_token, _, _, _| *type_token = Some(former.into()))
    }

    /// The former stack.
    #[must_use]
    pub fn stack(self, former: impl Into<String>) -> Self {
        self.with(|_, _, stack, _, _| *stack = Some(former.into()))
    }

    /// The former project.
    #[must_use]
    pub fn project(self, former: impl Into<String>) -> Self {
        self.with(|_, _, _, project, _| *project = Some(former.into()))
    }

    /// The former parent, by its URN.
    #[must_use]
    pub fn parent(self, former: impl Into<String>) -> Self {
        self.with(|_, _, _, _, parent| *parent = FormerParent::Urn(former.into()))
    }

    /// It stood at the top of the stack.
    #[must_use]
    pub fn no_parent(self) -> Self {
        self.with(|_, _, _, _, parent| *parent = FormerParent::None(true))
    }

    /// Changes a part. A whole URN has none that differ.
    fn with(mut self, change: impl FnOnce(&mut Part, &mut Part, &mut Part, &mut Part, &mut FormerParent)) -> Self {
        if let FormerIdentity::Spec { name, type_token, stack, project, parent } = &mut self.0 {
            change(name, type_token, stack, project, parent);
        }
        self
    }
}

type Part = Option<String>;

/// The parent of an [`Alias`].
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum FormerParent {
    /// The same as now.
    #[default]
    Same,
    /// Another resource.
    Urn(String),
    /// The stack itself, or not: the engine's own flag.
    None(bool),
}
