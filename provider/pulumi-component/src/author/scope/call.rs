//! Methods of components of other packages.

use futures::FutureExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use super::Scope;
use super::asked::{Answer, beside_references, origins_of};
use super::child::ChildHandle;
use crate::border::monitor::{MethodCall, MonitorError};
use crate::border::package::Package;
use crate::values::decode::from_value;
use crate::values::error::Failure;
use crate::values::output::{Output, Resolved};
use crate::values::property::{PropertyMap, PropertyValue, ResourceReference, Value};
use crate::values::serialize::encode_serialized;

/// The argument that holds the component itself.
const SELF: &str = "__self__";

impl Scope {
    /// Calls a method of a component of another package: `this` is what
    /// [`Child::remote`](super::Child::remote) registered, `method` the method's name in programs.
    ///
    /// It is called once, whether the result is used or not, as soon as the component and the arguments are there.
    /// Unknown and secret arguments are passed on as such; what is unknown or secret in the result, and the resources
    /// that it comes from, are those of the result here. A method that fails, or refuses its arguments, fails the run.
    pub fn call<T: DeserializeOwned + Clone + Send + Sync + 'static>(
        &self,
        package: &'static Package,
        this: &ChildHandle,
        method: &str,
        arguments: &impl Serialize,
    ) -> Output<T> {
        let arguments = encode_serialized(arguments);
        let provider = self.provider_of(package);
        let (scope, method, this) = (self.clone(), method.to_owned(), this.answer.clone());
        let asked = async move {
            let (arguments, provider, this) = futures::join!(arguments, provider.resolve(), this.resolve());
            let this = this?;
            let Some(Answer(this)) = &this.value else { return Err(Failure::Skipped) };
            let mut arguments = match arguments?.value {
                Value::Object(arguments) => beside_references(arguments),
                _ => PropertyMap::new(),
            };
            let itself =
                ResourceReference { urn: this.urn.clone(), id: None, package_version: package.version.to_owned() };
            arguments.insert(SELF.to_owned(), Value::Resource(itself).into());
            let call = MethodCall {
                token: format!("{}/{method}", this.urn.type_token()),
                argument_dependencies: origins_of(&arguments),
                arguments,
                provider: provider?.value.clone().unwrap_or_default(),
                package: Some(*package),
                stack_trace_handle: scope.run.context.deployment.stack_trace_handle.clone(),
            };
            scope.run.may_ask()?;
            let what = format!("calling `{method}` of {}", this.urn);
            let result = scope.run.context.monitor.call(call).await.map_err(|error| match error {
                MonitorError::Refused(reason) => Failure::failed(format!("{what}: {reason}")),
                MonitorError::Cancelled => Failure::Cancelled,
            })?;
            // A provider whose configuration a preview does not know answers with nothing.
            let nothing = scope.is_preview() && result.is_empty();
            let result = PropertyValue::from(result);
            let marks = result.marks();
            let mut resolved = Resolved { value: None, secret: marks.secret, dependencies: marks.dependencies };
            if !marks.unknown {
                match from_value(result) {
                    Ok(value) => resolved.value = Some(value),
                    Err(_) if nothing => {}
                    Err(error) => return Err(Failure::failed(format!("the result of {what}: {error}"))),
                }
            }
            Ok(resolved)
        };
        let (sender, receiver) = oneshot::channel();
        let (run, asked) = (self.run.clone(), asked.boxed());
        self.run.spawn(async move {
            // Nobody may be waiting.
            let _ = sender.send(asked.await.map_err(|failure| run.note(failure)));
        });
        Output::from_future(async move { receiver.await.map_err(|_| Failure::Cancelled)? })
    }
}
