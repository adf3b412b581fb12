//! Our errors as gRPC statuses. The one place where an error becomes a status.

use prost::Message;
use tonic::{Code, Status};

use crate::error::{ConstructError, PropertyError};
use crate::protocol::{InputPropertiesError, input_properties_error};

/// The full name of the message, as `google.protobuf.Any` writes it.
const INPUT_PROPERTIES_ERROR: &str = "type.googleapis.com/pulumirpc.InputPropertiesError";

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
    let status =
        tonic_types::pb::Status { code: Code::InvalidArgument as i32, message: message.clone(), details: vec![detail] };
    Status::with_details(Code::InvalidArgument, message, status.encode_to_vec().into())
}
