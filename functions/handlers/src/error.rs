//! Why an invocation failed, and whether another try may succeed.
//!
//! Lambda shows `errorType` and `errorMessage`. The type begins with `Retry.` or `GiveUp.`: alarms, the dead-letter queue's
//! reader and a person can tell a passing fault from one that someone has to mend.

use std::sync::Arc;

use aws_sdk_s3::{
    config::http::HttpResponse,
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
};
use functions_core::{
    configuration::ConfigurationError, environment::MissingVariables, event::EventError, finding::UnreadableEntry,
    run::InvalidFunctionArn,
};
use lambda_runtime::Diagnostic;
use thiserror::Error;

/// Why an invocation failed.
#[derive(Debug, Clone, Error)]
pub enum HandlerError {
    /// The handler setting names none of ours.
    #[error("unknown handler `{0}`, expected `processing`, `aggregation` or `remediation`")]
    UnknownHandler(String),
    /// The environment is not complete.
    #[error(transparent)]
    Environment(#[from] MissingVariables),
    /// Lambda invoked us under something that is not the ARN of a function.
    #[error(transparent)]
    FunctionArn(#[from] InvalidFunctionArn),
    /// The event cannot be read.
    #[error("{0}")]
    Event(Arc<EventError>),
    /// The configuration document cannot be read.
    #[error("object `{key}`: {source}")]
    Configuration {
        /// Its object key.
        key: String,
        /// What is wrong with it.
        source: Arc<ConfigurationError>,
    },
    /// The configuration document is not the one this function was deployed with.
    #[error(
        "object `{key}` has sha256 {found}, the environment says {expected}: it was changed by hand, or a deployment is \
         under way and another try will do"
    )]
    OtherConfiguration {
        /// Its object key.
        key: String,
        /// The digest in the environment.
        expected: String,
        /// The digest of the bytes.
        found: String,
    },
    /// A call to AWS failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// An entry of the ledger does not read.
    #[error(transparent)]
    Ledger(#[from] UnreadableEntry),
    /// Other runs write the ledger all the time.
    #[error("other runs were faster each time; another try will do")]
    Contended,
    /// The time is over before everything was read; what was read is kept.
    #[error("the time was over after {resources} resources; they are kept, and the next try goes on from there")]
    Unfinished {
        /// Resources that were read so far.
        resources: u64,
    },
    /// A message of a service did not come through the topic.
    #[error("the message of a test alarm did not come through the topic; see the runbook `delivery-lost`")]
    DeliveryLost,
    /// A report or a file of the history cannot be made, or what an earlier run left does not read.
    #[error("{what}: {cause}")]
    Report {
        /// What was being done.
        what: String,
        /// Why it failed.
        cause: String,
    },
    /// Findings are not all in Security Hub; the report is complete.
    #[error("the export to Security Hub (`exports.securityHub`): {cause}; done: {done}; the next run exports the rest")]
    Export {
        /// Why it failed.
        cause: String,
        /// What was exported before.
        done: String,
    },
    /// A record does not render, which is a bug.
    #[error("a record does not render, please report this: {0}")]
    Render(Arc<serde_json::Error>),
}

/// A call to AWS that failed, the SDK's own retries included.
#[derive(Debug, Clone, Error)]
#[error("{operation}: {cause}")]
pub struct AwsError {
    /// The operation and what it was about.
    operation: String,
    /// AWS's code and message, or what kept the call from being answered.
    cause: String,
    /// Whether another try may succeed.
    passing: bool,
    /// Whether AWS said that the role may not do this.
    refused: bool,
    /// Whether AWS rejected what was asked for.
    invalid: bool,
    /// Whether AWS answered, so that it is known that nothing was done.
    answered: bool,
}

impl HandlerError {
    /// The variant's name, for `errorType`.
    const fn name(&self) -> &'static str {
        match self {
            Self::UnknownHandler(_) => "UnknownHandler",
            Self::Environment(_) => "Environment",
            Self::FunctionArn(_) => "FunctionArn",
            Self::Event(_) => "Event",
            Self::Configuration { .. } => "Configuration",
            Self::OtherConfiguration { .. } => "OtherConfiguration",
            Self::Aws(_) => "Aws",
            Self::Ledger(_) => "Ledger",
            Self::Contended => "Contended",
            Self::Unfinished { .. } => "Unfinished",
            Self::DeliveryLost => "DeliveryLost",
            Self::Report { .. } => "Report",
            Self::Export { .. } => "Export",
            Self::Render(_) => "Render",
        }
    }

    /// Whether another try may succeed without anyone mending anything.
    #[must_use]
    pub const fn passing(&self) -> bool {
        match self {
            Self::Aws(error) => error.passing,
            Self::OtherConfiguration { .. } | Self::Contended | Self::Unfinished { .. } => true,
            _ => false,
        }
    }

    /// Whether AWS said that the role may not do this.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Aws(error) if error.is_refusal())
    }

    /// `Retry.<name>` or `GiveUp.<name>`.
    #[must_use]
    pub fn error_type(&self) -> String {
        format!("{}.{}", if self.passing() { "Retry" } else { "GiveUp" }, self.name())
    }
}

impl From<EventError> for HandlerError {
    fn from(error: EventError) -> Self {
        Self::Event(Arc::new(error))
    }
}

impl From<serde_json::Error> for HandlerError {
    fn from(error: serde_json::Error) -> Self {
        Self::Render(Arc::new(error))
    }
}

impl From<HandlerError> for Diagnostic {
    fn from(error: HandlerError) -> Self {
        Self { error_type: error.error_type(), error_message: error.to_string() }
    }
}

impl AwsError {
    /// The failure of `operation`, which says what was called and about what.
    pub fn new<E>(operation: impl Into<String>, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
    {
        let cause = match (error.code(), error.message()) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(code), None) => code.to_owned(),
            // No answer, or one without a code: the chain of causes says what happened.
            (None, _) => DisplayErrorContext(error).to_string(),
        };
        let refused = error.code().is_some_and(|code| code.contains("AccessDenied") || code == "AuthorizationError");
        let invalid = error.code().is_some_and(|code| INVALID.contains(&code));
        let answered = error.raw_response().is_some_and(|response| response.status().is_client_error());
        Self { operation: operation.into(), cause, passing: is_passing(error), refused, invalid, answered }
    }

    /// A request that the SDK does not build, which is a bug.
    pub fn refused(operation: impl Into<String>, error: &(dyn std::error::Error + 'static)) -> Self {
        let cause = format!("please report this: {error}");
        Self { operation: operation.into(), cause, passing: false, refused: false, invalid: false, answered: true }
    }

    /// An answer that does not read.
    pub fn unreadable(operation: impl Into<String>, error: &(dyn std::error::Error + 'static)) -> Self {
        Self { cause: error.to_string(), ..Self::refused(operation, error) }
    }

    /// The same, of which it is known that another try may succeed.
    pub fn passing(self) -> Self {
        Self { passing: true, ..self }
    }

    /// Whether AWS said that the role may not do this.
    pub const fn is_refusal(&self) -> bool {
        self.refused
    }

    /// Whether AWS rejected what was asked for, such as a name that this operation does not take.
    pub const fn is_invalid_request(&self) -> bool {
        self.invalid
    }

    /// Whether AWS answered, so that it is known that nothing was done.
    pub const fn is_answered(&self) -> bool {
        self.answered
    }

    /// The failure of reading the rest of an answer.
    pub fn interrupted(operation: impl Into<String>, error: &(dyn std::error::Error + 'static)) -> Self {
        let cause = error.to_string();
        Self { operation: operation.into(), cause, passing: true, refused: false, invalid: false, answered: false }
    }
}

/// Codes of requests that AWS Config rejects (AWS Config API Reference, "Common Errors" and "GetComplianceDetailsByConfigRule").
const INVALID: [&str; 4] =
    ["ValidationException", "ValidationError", "InvalidParameterValueException", "InvalidParameterValue"];

/// Whether the service throttled a request.
pub fn is_throttling<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    let SdkError::ServiceError(service) = error else { return false };
    let code = service.err().code().unwrap_or_default();
    service.raw().status().as_u16() == 429
        || code.contains("Throttl")
        || matches!(
            code,
            "SlowDown" | "TooManyRequestsException" | "ProvisionedThroughputExceededException" | "RequestLimitExceeded"
        )
}

/// Faults of the network and of the service, throttling, and two writers at once pass. A refusal does not.
pub fn is_passing<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    match error {
        SdkError::ServiceError(service) => {
            // S3 answers 409 when another conditional write of the key is under way (Amazon S3 User Guide, "How to
            // prevent object overwrites with conditional writes").
            let status = service.raw().status().as_u16();
            let code = service.err().code();
            status >= 500
                || status == 409
                || matches!(code, Some("RequestTimeout" | "TransactionInProgressException"))
                || is_throttling(error)
        }
        SdkError::ConstructionFailure(_) => false,
        _ => true,
    }
}
