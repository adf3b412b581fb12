//! Which of two values of a parameter is the stricter one.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// `facts/directions.json`; read when frameworks differ.
#[derive(Debug, Default, Deserialize)]
struct Table<'a> {
    #[serde(borrow)]
    parameters: Vec<Entry<'a>>,
}

#[derive(Debug, Deserialize)]
struct Entry<'a> {
    identifier: &'a str,
    name: &'a str,
    stricter: Stricter,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
enum Stricter {
    Smaller,
    Greater,
    True,
}

static DIRECTIONS: LazyLock<BTreeMap<(&'static str, &'static str), Stricter>> = LazyLock::new(|| {
    let table: Table<'static> = serde_json::from_str(include_str!("../facts/directions.json")).unwrap_or_default();
    table.parameters.into_iter().map(|entry| ((entry.identifier, entry.name), entry.stricter)).collect()
});

/// The stricter of two values, which have one meaning in whatever way they are written; `None` where there is no order.
pub(crate) fn stricter(identifier: &str, name: &str, one: &str, other: &str) -> Option<String> {
    match DIRECTIONS.get(&(identifier, name))? {
        Stricter::True => {
            let (one, other) = (is_true(one)?, is_true(other)?);
            Some((one || other).to_string())
        }
        Stricter::Smaller => Some(number(one)?.min(number(other)?).to_string()),
        Stricter::Greater => Some(number(one)?.max(number(other)?).to_string()),
    }
}

/// Whether a value is one of those that have an order.
pub(crate) fn is_ordered(identifier: &str, name: &str, value: &str) -> bool {
    stricter(identifier, name, value, value).is_some()
}

fn number(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

fn is_true(text: &str) -> Option<bool> {
    let text = text.trim();
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    (is("true") || is("false")).then(|| is("true"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Catalog, ParameterForm, ParameterType};

    #[test]
    fn every_direction_is_of_a_parameter_that_has_an_order() {
        assert_eq!(DIRECTIONS.len(), 29);
        for ((identifier, name), stricter) in DIRECTIONS.iter() {
            let rule = Catalog::get().rule(identifier).expect("a rule");
            let parameter = rule.parameters.iter().find(|each| each.name == *name).expect("a parameter");
            let boolean = parameter.kind == ParameterType::Boolean || parameter.form == Some(ParameterForm::Boolean);
            assert_eq!(*stricter == Stricter::True, boolean, "{identifier}.{name}");
            assert!(boolean || parameter.kind == ParameterType::Int, "{identifier}.{name}");
        }
    }

    /// Each pair once: the weaker value, the stricter one.
    #[test]
    fn the_stricter_value_is_taken_whichever_comes_first() {
        for ((identifier, name), direction) in DIRECTIONS.iter() {
            let (weaker, stricter_one) = match direction {
                Stricter::Smaller => ("90", "30"),
                Stricter::Greater => ("30", "90"),
                Stricter::True => ("false", "true"),
            };
            for (one, other) in [(weaker, stricter_one), (stricter_one, weaker), (stricter_one, stricter_one)] {
                assert_eq!(
                    stricter(identifier, name, one, other).as_deref(),
                    Some(stricter_one),
                    "{identifier}.{name}"
                );
            }
        }
    }

    #[test]
    fn what_has_no_order_is_not_decided() {
        assert_eq!(stricter("RESTRICTED_INCOMING_TRAFFIC", "blockedPort1", "20", "22"), None);
        assert_eq!(stricter("ACCESS_KEYS_ROTATED", "maxAccessKeyAge", "90", "soon"), None);
        assert_eq!(stricter("IAM_PASSWORD_POLICY", "RequireSymbols", "true", "often"), None);
    }
}
