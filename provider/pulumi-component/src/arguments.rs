//! Inputs and arguments from property values: checked against their schema, decoded, and checked by their author.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::checks::Checks;
use crate::decode::from_properties;
use crate::error::{ConstructError, PropertyError};
use crate::property::PropertyMap;
use crate::schema;

/// Decodes `given`, with the warnings about it.
///
/// # Errors
/// With every problem that the schema and `check` find.
pub(crate) fn read<T: DeserializeOwned + JsonSchema>(
    given: PropertyMap,
    check: fn(&T, &mut Checks),
) -> Result<(T, Vec<PropertyError>), ConstructError> {
    let mut problems = schema::check::<T>(&given);
    match from_properties::<T>(given) {
        Ok(args) => {
            let mut checks = Checks::default();
            check(&args, &mut checks);
            let (errors, warnings) = checks.into_parts();
            problems.extend(errors);
            if problems.is_empty() { Ok((args, warnings)) } else { Err(ConstructError::InvalidInputs(problems)) }
        }
        Err(error) => {
            // What does not decode is told by the schema already, except for what the schema cannot say.
            if problems.is_empty() {
                problems.push(error);
            }
            Err(ConstructError::InvalidInputs(problems))
        }
    }
}
