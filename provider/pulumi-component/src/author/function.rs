//! Functions of a package: a program asks, and nothing is registered.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use property_path::PropertyError;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::author::context::Configuration;
use crate::border::log::Severity;
use crate::border::logger::Logger;
use crate::schema::arguments;
use crate::schema::checks::Checks;
use crate::values::decode::stripped;
use crate::values::error::Error;
use crate::values::property::{PropertyMap, TypeToken, Value};
use crate::values::serialize::encode_serialized;

/// A function of a package.
pub trait Function: Send + Sync + 'static {
    /// Its token: `package:index:name`.
    const TOKEN: TypeToken;

    /// What it does, as every SDK says it.
    const DESCRIPTION: &'static str;

    /// Its arguments.
    type Args: DeserializeOwned + JsonSchema + Send + Sync + 'static;

    /// What it answers: a struct with named fields.
    type Result: Serialize + JsonSchema + Send + Sync + 'static;

    /// What the schema of a single argument cannot say. All problems at once.
    fn check(_args: &Self::Args, _checks: &mut Checks) {}

    /// Answers.
    ///
    /// # Errors
    /// [`Error::InvalidInputs`] for what the program can mend; anything else for what it cannot.
    fn invoke(context: &FunctionContext, args: Self::Args) -> impl Future<Output = Result<Self::Result, Error>> + Send;
}

/// What a function may know of the run it is called in.
#[derive(Clone, Default)]
pub struct FunctionContext {
    pub(crate) preview: bool,
    pub(crate) configuration: Configuration,
    pub(crate) logger: Option<Logger>,
}

impl FunctionContext {
    /// Whether this is a preview.
    pub fn is_preview(&self) -> bool {
        self.preview
    }

    /// Shows the user a message. Where an argument is secret, nothing is shown: a message could repeat it.
    pub fn info(&self, message: impl Into<String>) {
        self.say(Severity::Info, message.into());
    }

    /// Shows the user a warning.
    pub fn warn(&self, message: impl Into<String>) {
        self.say(Severity::Warning, message.into());
    }

    /// Shows a message to those who run Pulumi with `--debug`.
    pub fn debug(&self, message: impl Into<String>) {
        self.say(Severity::Debug, message.into());
    }

    fn say(&self, severity: Severity, message: String) {
        if let Some(logger) = &self.logger {
            logger.say(severity, message);
        }
    }

    /// The configuration of the provider that serves this call.
    ///
    /// # Errors
    /// When the provider declares none of this type.
    pub fn provider_config<C: std::any::Any + Send + Sync>(&self) -> Result<Arc<C>, Error> {
        let configuration = self.configuration.clone().and_then(|any| any.downcast::<C>().ok());
        configuration.ok_or_else(|| Error::Internal("the provider has no such configuration".into()))
    }
}

/// Answers a call. An argument that a preview does not know yet gives an empty answer.
///
/// # Errors
/// With all wrong arguments, or with what failed.
pub async fn invoke<F: Function>(context: FunctionContext, arguments: PropertyMap) -> Result<PropertyMap, Error> {
    let logger = context.logger.clone();
    let outcome = answer::<F>(context, arguments).await;
    if let Some(logger) = logger {
        logger.flush().await;
    }
    outcome
}

async fn answer<F: Function>(mut context: FunctionContext, arguments: PropertyMap) -> Result<PropertyMap, Error> {
    if arguments.values().any(|argument| argument.marks().unknown) {
        return Ok(PropertyMap::new());
    }
    let secret: BTreeSet<_> =
        arguments.iter().filter(|(_, value)| value.marks().secret).map(|(name, _)| name.clone()).collect();
    if !secret.is_empty() {
        context.logger = None;
    }
    let plain = arguments.into_iter().map(|(name, argument)| (name, stripped(argument))).collect();
    let (args, _) = arguments::read::<F::Args>(plain, F::check).map_err(|error| without_secrets(error, &secret))?;
    // The marks are gone from what the function sees, and so from what it may say of an argument.
    let result = F::invoke(&context, args).await.map_err(|error| without_secrets(error, &secret))?;
    let encoded = encode_serialized(&result).await?;
    let Value::Object(mut members) = encoded.value else {
        return Err(Error::Internal(format!("the result of `{}` is no struct", F::TOKEN)));
    };
    if !secret.is_empty() {
        // What was computed from a secret is one.
        members.values_mut().for_each(|member| member.secret = true);
    }
    Ok(members)
}

/// Nothing that is said of a secret argument repeats any of it.
fn without_secrets(error: Error, secret: &BTreeSet<String>) -> Error {
    let Error::InvalidInputs(mut problems) = error else { return error };
    for problem in &mut problems {
        if let Some(name) = problem.path.first_member().filter(|name| secret.contains(*name)) {
            *problem = PropertyError::new(name, "does not fit what is expected").sensitive_if(true);
        }
    }
    Error::InvalidInputs(problems)
}
