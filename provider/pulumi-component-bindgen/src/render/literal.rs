//! Values that a schema states, as Rust.

use crate::model::Literal;

/// The value as an expression.
pub(super) fn rust(value: &Literal) -> String {
    match value {
        Literal::String(text) => format!("{text:?}"),
        Literal::Boolean(value) => value.to_string(),
        Literal::Integer(number) => format!("{number}_i64"),
        Literal::Number(number) => format!("{number:?}_f64"),
    }
}

/// The value as documentation says it, in one line.
pub(super) fn spelled(value: &Literal) -> String {
    match value {
        Literal::String(text) => text.escape_debug().to_string().replace('`', "'"),
        Literal::Boolean(value) => value.to_string(),
        Literal::Integer(number) => number.to_string(),
        Literal::Number(number) => number.to_string(),
    }
}
