//! Whether a parameter's text is of its type.

use crate::facts::ParameterType;

/// What was expected, where the text is not of the type.
pub(crate) fn expected(kind: ParameterType, text: &str) -> Option<&'static str> {
    let trimmed = text.trim();
    let (right, wanted) = match kind {
        ParameterType::Int => (trimmed.parse::<i64>().is_ok(), "a whole number"),
        ParameterType::Double => (trimmed.parse::<f64>().is_ok_and(f64::is_finite), "a number"),
        ParameterType::Boolean => {
            (["true", "false"].iter().any(|word| trimmed.eq_ignore_ascii_case(word)), "`true` or `false`")
        }
        ParameterType::List => (!trimmed.split(',').any(|item| item.trim().is_empty()), "values with commas between"),
        ParameterType::String | ParameterType::Map => (!trimmed.is_empty(), "text that is not empty"),
    };
    (!right).then_some(wanted)
}
