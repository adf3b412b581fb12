//! Our errors as gRPC statuses. The one place where an error becomes a status.

use prost::Message;
use tonic::{Code, Status};

use crate::error::{ConstructError, PropertyError};
use crate::protocol::{
    CheckFailure, ConfigureErrorMissingKeys, InputPropertiesError, configure_error_missing_keys, input_properties_error,
};

/// The full name of the message, as `google.protobuf.Any` writes it.
const INPUT_PROPERTIES_ERROR: &str = "type.googleapis.com/pulumirpc.InputPropertiesError";

const CONFIGURE_ERROR_MISSING_KEYS: &str = "type.googleapis.com/pulumirpc.ConfigureErrorMissingKeys";

impl From<ConstructError> for Status {
    fn from(error: ConstructError) -> Self {
        match error {
            ConstructError::InvalidInputs(problems) => invalid_inputs(problems),
            ConstructError::Cancelled => Self::cancelled("the run was cancelled"),
            ConstructError::Failed(message) => Self::unknown(message),
            ConstructError::Internal(_) => Self::internal(error.to_string()),
        }
    }
}

/// Configuration that must be set and is not, as the details that the engine knows how to print.
pub(crate) fn missing_configuration(missing: Vec<(String, String)>) -> Status {
    let names: Vec<_> = missing.iter().map(|(name, _)| format!("`{name}`")).collect();
    let message = format!("the provider's configuration misses {}", names.join(", "));
    let missing_keys = missing.into_iter();
    let missing_keys = missing_keys
        .map(|(name, description)| configure_error_missing_keys::MissingKey { name, description })
        .collect();
    let value = ConfigureErrorMissingKeys { missing_keys }.encode_to_vec();
    detailed(message, prost_types::Any { type_url: CONFIGURE_ERROR_MISSING_KEYS.to_owned(), value })
}

/// Wrong arguments of a function or a method, which the program can mend.
pub(crate) fn failures(problems: Vec<PropertyError>) -> Vec<CheckFailure> {
    let failures = problems.into_iter();
    failures.map(|problem| CheckFailure { property: problem.path, reason: problem.reason }).collect()
}

fn detailed(message: String, detail: prost_types::Any) -> Status {
    let status =
        tonic_types::pb::Status { code: Code::InvalidArgument as i32, message: message.clone(), details: vec![detail] };
    Status::with_details(Code::InvalidArgument, message, status.encode_to_vec().into())
}

/// All wrong inputs as the details that the engine knows how to print.
fn invalid_inputs(problems: Vec<PropertyError>) -> Status {
    let message = match problems.len() {
        1 => "1 input is wrong".to_owned(),
        count => format!("{count} inputs are wrong"),
    };
    let errors = problems
        .into_iter()
        .map(|problem| input_properties_error::PropertyError { property_path: problem.path, reason: problem.reason })
        .collect();
    let detail = prost_types::Any {
        type_url: INPUT_PROPERTIES_ERROR.to_owned(),
        value: InputPropertiesError { errors }.encode_to_vec(),
    };
    detailed(message, detail)
}
