//! Asynchronous invocations of a function by itself.

use aws_sdk_lambda::{Client, primitives::Blob, types::InvocationType};
use serde_json::Value;

use crate::error::AwsError;

/// Invokes the function of this name with `event`, without waiting for it.
///
/// # Errors
/// When Lambda does not take it.
pub async fn later(lambda: &Client, function: &str, event: &Value) -> Result<(), AwsError> {
    let request = lambda.invoke().function_name(function).invocation_type(InvocationType::Event);
    let asked = request.payload(Blob::new(event.to_string())).send().await;
    asked.map(drop).map_err(|error| AwsError::new(format!("Invoke of `{function}`"), &error))
}
