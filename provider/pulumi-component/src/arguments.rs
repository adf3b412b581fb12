//! Inputs and arguments from property values: checked against their schema, decoded, and checked by their author.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::checks::Checks;
use crate::decode::from_properties;
use crate::error::{ConstructError, PropertyError};
use crate::property::PropertyMap;
use crate::schema;

/// What was given, with all that is to be said of it.
pub(crate) struct Judged<T> {
    /// The arguments; absent where they cannot be decoded. Wrong ones may decode.
    pub(crate) args: Option<T>,
    /// Everything that is wrong.
    pub(crate) problems: Vec<PropertyError>,
    /// Everything that is odd.
    pub(crate) warnings: Vec<PropertyError>,
}

/// Decodes `given` and says every problem that the schema and `check` find.
pub(crate) fn judge<T: DeserializeOwned + JsonSchema>(given: PropertyMap, check: fn(&T, &mut Checks)) -> Judged<T> {
    let mut problems = schema::check::<T>(&given);
    match from_properties::<T>(given) {
        Ok(args) => {
            let mut checks = Checks::default();
            check(&args, &mut checks);
            let (errors, warnings) = checks.into_parts();
            problems.extend(errors);
            Judged { args: Some(args), problems, warnings }
        }
        Err(error) => {
            // What does not decode is told by the schema already, except for what the schema cannot say.
            if problems.is_empty() {
                problems.push(error);
            }
            Judged { args: None, problems, warnings: Vec::new() }
        }
    }
}

/// Decodes `given`, with the warnings about it.
///
/// # Errors
/// With every problem that the schema and `check` find.
pub(crate) fn read<T: DeserializeOwned + JsonSchema>(
    given: PropertyMap,
    check: fn(&T, &mut Checks),
) -> Result<(T, Vec<PropertyError>), ConstructError> {
    match judge(given, check) {
        Judged { args: Some(args), problems, warnings } if problems.is_empty() => Ok((args, warnings)),
        Judged { problems, .. } => Err(ConstructError::InvalidInputs(problems)),
    }
}
