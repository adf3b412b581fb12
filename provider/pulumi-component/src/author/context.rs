//! What a component may know of the run it is constructed in.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::border::log::Severity;
use crate::border::logger::Logger;
use crate::border::monitor::{Invocation, MonitorError, ResourceMonitor};
use crate::border::package::Package;
use crate::border::registration_options::{Alias, FormerIdentity, RegistrationOptions};
use crate::values::error::Error;
use crate::values::output::{Output, Resolved};
use crate::values::property::PropertyMap;

/// A request to construct one component, apart from any wire format.
#[derive(Clone, Debug, Default)]
pub struct ConstructRequest {
    /// The deployment that it is part of.
    pub deployment: Deployment,
    /// Type token of the component.
    pub type_token: String,
    /// Logical name of the component.
    pub name: String,
    /// URN of its parent; empty for the stack.
    pub parent: String,
    /// The inputs as the user gave them.
    pub inputs: PropertyMap,
    /// What the user said of the component beside its inputs.
    pub options: RegistrationOptions,
}

/// The deployment that a request belongs to.
#[derive(Clone, Debug, Default)]
pub struct Deployment {
    /// Name of the project.
    pub project: String,
    /// Name of the stack.
    pub stack: String,
    /// Name of the organization.
    pub organization: String,
    /// The stack's configuration by `namespace:key`; values that are no text are JSON.
    pub config: BTreeMap<String, String>,
    /// The keys of the configuration that are secret.
    pub config_secret_keys: BTreeSet<String>,
    /// Whether this is a preview.
    pub dry_run: bool,
    /// How many operations the engine runs at once; children are registered all at once whatever it says.
    pub parallel: i32,
    /// The engine's handle of the user's call, which every request made for it carries.
    pub stack_trace_handle: String,
    /// What tells this run of the engine from others that the plugin serves: the address of its resource monitor.
    pub run: String,
}

/// A name that a component had before, as an alias of its program says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerName {
    /// Name of the project.
    pub project: String,
    /// Name of the stack.
    pub stack: String,
    /// Logical name of the component.
    pub name: String,
}

/// The run as a component sees it. All it can do is read, and tell the user something.
#[derive(Clone)]
pub struct Context {
    pub(crate) deployment: Arc<Deployment>,
    pub(crate) name: String,
    pub(crate) parent: String,
    pub(crate) aliases: Arc<Vec<Alias>>,
    pub(crate) providers: Arc<BTreeMap<String, String>>,
    pub(crate) monitor: Arc<dyn ResourceMonitor>,
    pub(crate) logger: Logger,
    pub(crate) configuration: Configuration,
}

/// The decoded configuration of the provider that serves a request.
pub(crate) type Configuration = Option<Arc<dyn Any + Send + Sync>>;

impl Context {
    /// Whether this is a preview.
    pub fn is_preview(&self) -> bool {
        self.deployment.dry_run
    }

    /// Logical name of the component.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// URN of the component's parent; empty for the stack, and in a method.
    pub fn parent(&self) -> &str {
        &self.parent
    }

    /// The names that the component had before, from its aliases: where its resources carry its name, these are its own, too.
    pub fn former_names(&self) -> Vec<FormerName> {
        let now = FormerName { project: self.project().into(), stack: self.stack().into(), name: self.name.clone() };
        former_names(&self.aliases, &now)
    }

    /// Name of the stack.
    pub fn stack(&self) -> &str {
        &self.deployment.stack
    }

    /// What tells this run of the engine from others that the plugin serves; empty under a mock.
    pub fn run(&self) -> &str {
        &self.deployment.run
    }

    /// Name of the project.
    pub fn project(&self) -> &str {
        &self.deployment.project
    }

    /// Name of the organization; `organization` where the backend knows none.
    pub fn organization(&self) -> &str {
        &self.deployment.organization
    }

    /// A value of the stack's configuration by `namespace:key`, marked secret where the user made it so.
    pub fn config(&self, key: &str) -> Option<Output<String>> {
        let value = self.deployment.config.get(key)?.clone();
        let secret = self.deployment.config_secret_keys.contains(key);
        Some(Output::resolved(Resolved { secret, ..Resolved::known(value) }))
    }

    /// A plain value of the stack's configuration by `namespace:key`.
    ///
    /// # Errors
    /// When the user made it secret: then only [`Context::config`] reads it.
    pub fn plain_config(&self, key: &str) -> Result<Option<&str>, Error> {
        if self.deployment.config_secret_keys.contains(key) {
            return Err(Error::Failed(format!("the configuration `{key}` must be plain, but it is secret")));
        }
        Ok(self.deployment.config.get(key).map(String::as_str))
    }

    /// The configuration of the provider that serves this component, as [`Provider::config`](crate::Provider::config)
    /// declares it.
    ///
    /// # Errors
    /// When the provider declares none of this type.
    pub fn provider_config<C: Any + Send + Sync>(&self) -> Result<Arc<C>, Error> {
        let configuration = self.configuration.clone().and_then(|any| any.downcast::<C>().ok());
        configuration.ok_or_else(|| Error::Internal("the provider has no such configuration".into()))
    }

    /// Calls a function of a package, by the provider that the user chose for this component.
    ///
    /// `None` where a preview cannot know: the provider's own configuration is not known yet.
    ///
    /// # Errors
    /// When the provider refuses.
    pub async fn invoke(
        &self,
        package: &Package,
        token: &str,
        arguments: PropertyMap,
    ) -> Result<Option<PropertyMap>, Error> {
        let invocation = Invocation {
            token: token.to_owned(),
            arguments,
            provider: self.providers.get(package.provided_name()).cloned().unwrap_or_default(),
            package: Some(*package),
            stack_trace_handle: self.deployment.stack_trace_handle.clone(),
            ..Invocation::default()
        };
        match self.monitor.invoke(invocation).await {
            // A provider whose configuration is unknown answers every call with nothing.
            Ok(invoked) if self.is_preview() && (invoked.unknown || invoked.result.is_empty()) => Ok(None),
            Ok(invoked) => Ok(Some(invoked.result)),
            Err(MonitorError::Cancelled) => Err(Error::Cancelled),
            Err(MonitorError::Refused(reason)) => Err(Error::Failed(format!("calling {token}: {reason}"))),
        }
    }

    /// Tells the user something, beside the component.
    pub fn info(&self, message: impl Into<String>) {
        self.logger.say(Severity::Info, message.into());
    }

    /// Warns the user.
    pub fn warn(&self, message: impl Into<String>) {
        self.logger.say(Severity::Warning, message.into());
    }

    /// Tells those who run Pulumi with `--debug`.
    pub fn debug(&self, message: impl Into<String>) {
        self.logger.say(Severity::Debug, message.into());
    }

    /// Waits until what was said is with the engine. A component's end does it; a hook that speaks does it itself,
    /// because the engine may end the plugin as soon as the last hook has answered.
    pub async fn flush(&self) {
        self.logger.flush().await;
    }

    /// Shows what goes on just now, in the status column of the component's line.
    pub fn status(&self, message: impl Into<String>) {
        self.logger.status(message.into());
    }
}

/// What aliases say of the project, the stack and the name, where one of them differs from what they are now.
fn former_names(aliases: &[Alias], now: &FormerName) -> Vec<FormerName> {
    let or = |former: &Option<String>, now: &str| former.clone().unwrap_or_else(|| now.to_owned());
    let former = aliases.iter().filter_map(|alias| match &alias.0 {
        FormerIdentity::Urn(urn) => {
            // `urn:pulumi:STACK::PROJECT::TYPES::NAME`, where the name may have the separator in it.
            let mut parts = urn.strip_prefix("urn:pulumi:")?.splitn(4, "::").map(str::to_owned);
            let (stack, project, _types) = (parts.next()?, parts.next()?, parts.next()?);
            Some(FormerName { project, stack, name: parts.next()? })
        }
        FormerIdentity::Spec { name, stack, project, .. } => Some(FormerName {
            project: or(project, &now.project),
            stack: or(stack, &now.stack),
            name: or(name, &now.name),
        }),
    });
    former.filter(|former| former != now).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(project: &str, stack: &str, name: &str) -> FormerName {
        FormerName { project: project.into(), stack: stack.into(), name: name.into() }
    }

    fn spec(name: &str, stack: &str, project: &str) -> Alias {
        let alias = Alias::new();
        let alias = if name.is_empty() { alias } else { alias.name(name) };
        let alias = if stack.is_empty() { alias } else { alias.stack(stack) };
        if project.is_empty() { alias } else { alias.project(project) }
    }

    #[test]
    fn aliases_name_what_differs_from_now() {
        let aliases = [
            spec("old", "", ""),
            spec("", "old-stack", ""),
            spec("", "", "old-project"),
            Alias::urn("urn:pulumi:s::p::shop:index:Outer$shop:index:Store::na::me"),
        ];
        let expected = [
            name("project", "stack", "old"),
            name("project", "old-stack", "now"),
            name("old-project", "stack", "now"),
            name("p", "s", "na::me"),
        ];
        assert_eq!(former_names(&aliases, &name("project", "stack", "now")), expected);
    }

    #[test]
    fn an_alias_of_the_parent_or_type_alone_and_one_that_is_no_urn_name_nothing() {
        let aliases = [Alias::new().type_token("shop:index:Old"), Alias::urn("urn:old"), Alias::urn("now")];
        assert_eq!(former_names(&aliases, &name("project", "stack", "now")), []);
    }
}
