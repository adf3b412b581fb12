//! What a component may know of the run it is constructed in.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::BoxFuture;

use crate::error::ConstructError;
use crate::monitor::{Invocation, MonitorError, ResourceMonitor};
use crate::options::ComponentOptions;
use crate::property::PropertyMap;

/// A package whose resources or functions are used: which version the typed bindings were made from.
///
/// The version goes with every request: without it the engine takes whatever happens to be installed.
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// The name, as in `aws`.
    pub name: &'static str,
    /// The exact version, without `v`.
    pub version: &'static str,
    /// Where the plugin comes from; empty for Pulumi's own packages.
    pub plugin_download_url: &'static str,
}

/// A request to construct one component, apart from any wire format.
#[derive(Clone, Debug, Default)]
pub struct ConstructRequest {
    /// Name of the project.
    pub project: String,
    /// Name of the stack.
    pub stack: String,
    /// Name of the organization.
    pub organization: String,
    /// Whether this is a preview.
    pub dry_run: bool,
    /// Type token of the component.
    pub type_token: String,
    /// Logical name of the component.
    pub name: String,
    /// URN of its parent; empty for the stack.
    pub parent: String,
    /// The inputs as the user gave them.
    pub inputs: PropertyMap,
    /// What the user said of the component beside its inputs.
    pub options: ComponentOptions,
    /// The engine's handle, which every request made for this one carries.
    pub stack_trace_handle: String,
}

/// How loud a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Shown with the resource.
    Info,
    /// Shown with the resource, as a warning.
    Warning,
}

/// A message to the user.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// How loud it is.
    pub severity: Severity,
    /// The resource it is about; empty for the stack.
    pub urn: String,
    /// The text.
    pub message: String,
    /// Whether it is only shown while the run goes on.
    pub ephemeral: bool,
}

/// Where messages to the user go. A message that cannot be sent is lost: it is never worth a failed run.
pub trait Log: Send + Sync + 'static {
    /// Sends one message; messages arrive in the order in which their futures are awaited.
    fn log(&self, entry: LogEntry) -> BoxFuture<'_, ()>;
}

/// The run as [`Component::prepare`](crate::Component::prepare) sees it. All it can do is read.
#[derive(Clone)]
pub struct Context {
    pub(crate) request: Arc<ConstructRequest>,
    pub(crate) monitor: Arc<dyn ResourceMonitor>,
    pub(crate) log: Arc<dyn Log>,
}

impl Context {
    /// Whether this is a preview.
    pub fn is_preview(&self) -> bool {
        self.request.dry_run
    }

    /// Logical name of the component.
    pub fn name(&self) -> &str {
        &self.request.name
    }

    /// Name of the stack.
    pub fn stack(&self) -> &str {
        &self.request.stack
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
    ) -> Result<Option<PropertyMap>, ConstructError> {
        let invocation = Invocation {
            token: token.to_owned(),
            arguments,
            provider: provider_of(&self.request.options.providers, package.name),
            version: package.version.to_owned(),
            plugin_download_url: package.plugin_download_url.to_owned(),
            stack_trace_handle: self.request.stack_trace_handle.clone(),
        };
        match self.monitor.invoke(invocation).await {
            // A provider whose configuration is unknown answers every call with nothing.
            Ok(result) if result.is_empty() && self.is_preview() => Ok(None),
            Ok(result) => Ok(Some(result)),
            Err(MonitorError::Cancelled) => Err(ConstructError::Cancelled),
            Err(MonitorError::Refused(reason)) => Err(ConstructError::Failed(format!("calling {token}: {reason}"))),
        }
    }

    /// Tells the user something, once.
    pub async fn info(&self, message: impl Into<String>) {
        self.say(Severity::Info, message.into()).await;
    }

    /// Warns the user.
    pub async fn warn(&self, message: impl Into<String>) {
        self.say(Severity::Warning, message.into()).await;
    }

    async fn say(&self, severity: Severity, message: String) {
        let urn = self.request.parent.clone();
        self.log.log(LogEntry { severity, urn, message, ephemeral: false }).await;
    }
}

/// The provider reference for a package; empty leaves the choice to the engine.
pub(crate) fn provider_of(providers: &BTreeMap<String, String>, package: &str) -> String {
    providers.get(package).cloned().unwrap_or_default()
}
