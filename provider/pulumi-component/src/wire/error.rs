//! Our errors as gRPC statuses. The one place where an error becomes a status.

use property_path::PropertyError;
use prost::Message;
use tonic::{Code, Status};

use crate::protocol::{
    CheckFailure, ConfigureErrorMissingKeys, InputPropertiesError, configure_error_missing_keys, input_properties_error,
};
use crate::values::error::{Error, TEXT_BYTES};

/// The full name of the message, as `google.protobuf.Any` writes it.
const INPUT_PROPERTIES_ERROR: &str = "type.googleapis.com/pulumirpc.InputPropertiesError";

const CONFIGURE_ERROR_MISSING_KEYS: &str = "type.googleapis.com/pulumirpc.ConfigureErrorMissingKeys";

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidInputs(problems) => invalid_inputs(problems),
            Error::Cancelled => Self::cancelled("the run was cancelled"),
            Error::Failed(message) => Self::unknown(bounded(&message)),
            Error::Internal(_) => Self::internal(bounded(&error.to_string())),
        }
    }
}

/// A text that a header has room for, without what ends it as a line: of one that is too long, its beginning and its end.
fn bounded(text: &str) -> String {
    let text = text.trim_end();
    if text.len() <= TEXT_BYTES {
        return text.to_owned();
    }
    // What failed stands at the beginning, why often at the end.
    let (first, last) =
        (text.floor_char_boundary(TEXT_BYTES / 2), text.ceil_char_boundary(text.len() - TEXT_BYTES / 2 + 64));
    let (beginning, end) = (text.get(..first).unwrap_or_default(), text.get(last..).unwrap_or_default());
    format!("{beginning} … ({} bytes are left out) … {end}", last - first)
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

/// InvalidValue arguments of a function or a method, which the program can mend.
pub(crate) fn failures(problems: Vec<PropertyError>) -> Vec<CheckFailure> {
    let failures = problems.into_iter();
    failures.map(|problem| CheckFailure { property: problem.place(), reason: problem.reason }).collect()
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
        .map(|problem| input_properties_error::PropertyError { property_path: problem.place(), reason: problem.reason })
        .collect();
    let detail = prost_types::Any {
        type_url: INPUT_PROPERTIES_ERROR.to_owned(),
        value: InputPropertiesError { errors }.encode_to_vec(),
    };
    detailed(message, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_told_whole_where_there_is_room_and_does_not_end_as_a_line() {
        let whole = "x".repeat(TEXT_BYTES);
        for (given, told) in [("no room", "no room"), ("no room\n\n", "no room"), (whole.as_str(), whole.as_str())] {
            let status = Status::from(Error::Failed(given.to_owned()));
            assert_eq!((status.code(), status.message()), (Code::Unknown, told));
        }
        let internal = Status::from(Error::Internal("torn".into()));
        assert_eq!(internal.code(), Code::Internal);
        assert_eq!(internal.message(), "internal error: torn; please report it to the authors of this package");
    }

    proptest::proptest! {
        #[test]
        fn of_a_long_text_the_beginning_and_the_end_are_told(filling in "\\PC{1,9}", more in 0..9000_usize) {
            let text = format!("why: {}: because", filling.repeat((TEXT_BYTES + more) / filling.len() + 1));
            let told = Status::from(Error::Failed(text.clone())).message().to_owned();
            proptest::prop_assert!(told.len() <= TEXT_BYTES, "{}", told.len());
            proptest::prop_assert!(told.starts_with("why: ") && told.ends_with(": because"), "{told}");
            let (beginning, rest) = told.split_once(" … (").unwrap();
            let (count, end) = rest.split_once(" bytes are left out) … ").unwrap();
            proptest::prop_assert_eq!(beginning.len() + count.parse::<usize>().unwrap() + end.len(), text.len());
            proptest::prop_assert!(text.starts_with(beginning) && text.ends_with(end));
        }
    }
}
