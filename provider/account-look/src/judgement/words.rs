//! Names and places in sentences.

use crate::look::Look;

/// The account and region in words.
pub fn place(look: &Look) -> (&str, &str) {
    (look.account.as_deref().unwrap_or("?"), look.region.as_deref().unwrap_or("?"))
}

/// Names in a row: `a`, `b` and `c`.
pub fn names<T: AsRef<str>>(names: &[T]) -> String {
    in_a_row(&names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>())
}

pub fn in_a_row(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}
