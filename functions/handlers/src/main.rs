//! The binary of the three functions. Lambda's handler setting (`_HANDLER`) chooses what it does:
//! [`processing`], [`aggregation`] or [`remediation`].
//!
//! What is decided and what the names are is in `functions-core`; here are the calls to AWS. The SDK retries what is worth
//! it; what still fails is told with its cause, and whether a later invocation may succeed ([`error`]).

use functions_core::contract::Handler;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

use crate::{
    aggregation::Aggregation, aws::Clients, error::HandlerError, invocation::Invocation, processing::Processing,
    remediation::Remediation,
};

mod aggregation;
mod aggregator;
mod aws;
mod budget;
mod config_reads;
mod configured;
mod error;
mod heartbeat;
mod invocation;
mod invoke;
mod log;
mod processing;
mod queue;
mod remediation;
mod security_hub;
mod signed;
mod store;
mod table;
mod topic;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let function = Function::from_environment(|name| std::env::var(name).ok()).await;
    lambda_runtime::run(service_fn(|event| answer(&function, event))).await
}

/// The function that this process is.
enum Function {
    Processing(Processing),
    Aggregation(Aggregation),
    Remediation(Remediation),
    /// What it cannot do. Kept, so that each invocation answers with the reason; an exit would say `Runtime.ExitError`.
    Unusable(HandlerError),
}

impl Function {
    async fn from_environment(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let clients = Clients::from_environment().await;
        let name = lookup("_HANDLER").unwrap_or_default();
        Self::new(&name, lookup, &clients).unwrap_or_else(Self::Unusable)
    }

    fn new(name: &str, lookup: impl Fn(&str) -> Option<String>, clients: &Clients) -> Result<Self, HandlerError> {
        match Handler::from_name(name).ok_or_else(|| HandlerError::UnknownHandler(name.to_owned()))? {
            Handler::Processing => Processing::new(lookup, clients).map(Self::Processing),
            Handler::Aggregation => Aggregation::new(lookup, clients).map(Self::Aggregation),
            Handler::Remediation => Remediation::new(lookup, clients).map(Self::Remediation),
        }
    }

    async fn handle(&self, event: &Value, invocation: &Invocation) -> Result<Value, HandlerError> {
        match self {
            Self::Processing(processing) => processing.handle(event, invocation).await,
            Self::Aggregation(aggregation) => aggregation.handle(event, invocation).await,
            Self::Remediation(remediation) => remediation.handle(event, invocation).await,
            Self::Unusable(error) => Err(error.clone()),
        }
    }
}

async fn answer(function: &Function, event: LambdaEvent<Value>) -> Result<Value, HandlerError> {
    let (event, context) = event.into_parts();
    let answer = async { function.handle(&event, &Invocation::new(&context, &event)?).await }.await;
    if let Err(error) = &answer {
        log::error(&context.request_id, "the invocation failed", error);
    }
    answer
}

#[cfg(test)]
mod tests;
