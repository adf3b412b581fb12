//! Conditions of a statement in three values: they hold, they do not, or it is not known here (`None`).

use std::collections::BTreeMap;

use serde_json::Value;

/// What is sent under a condition key.
#[derive(Clone, Debug)]
pub enum Sent {
    /// This.
    Value(String),
    /// Surely nothing.
    Nothing,
}

/// Whether all conditions hold.
pub fn holds(conditions: Option<&Value>, sent: &BTreeMap<&'static str, Sent>) -> Option<bool> {
    let operators = conditions.and_then(Value::as_object).into_iter().flatten();
    let blocks =
        operators.flat_map(|(operator, keys)| keys.as_object().into_iter().flatten().map(move |k| (operator, k)));
    all(blocks
        .map(|(operator, (key, wanted))| one(operator, each(Some(wanted)), sent.get(key.to_lowercase().as_str()))))
}

fn one(operator: &str, wanted: &[Value], sent: Option<&Sent>) -> Option<bool> {
    let sent = sent?;
    let (operator, if_exists) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    let texts: Vec<String> = wanted.iter().map(text).collect();
    if operator == "Null" {
        return Some(texts.iter().any(|text| (text == "true") == matches!(sent, Sent::Nothing)));
    }
    let (matches, negated): (fn(&str, &str) -> bool, bool) = match operator {
        "StringEquals" => (|wanted, sent| wanted == sent, false),
        "StringNotEquals" => (|wanted, sent| wanted == sent, true),
        "StringEqualsIgnoreCase" | "Bool" => (|wanted, sent| wanted.eq_ignore_ascii_case(sent), false),
        "StringNotEqualsIgnoreCase" => (|wanted, sent| wanted.eq_ignore_ascii_case(sent), true),
        "StringLike" | "ArnLike" | "ArnEquals" => (like, false),
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => (like, true),
        _ => return None,
    };
    match sent {
        // A key that is not there: negated operators and `IfExists` hold, the others do not.
        Sent::Nothing => Some(negated || if_exists),
        Sent::Value(value) => Some(texts.iter().any(|wanted| matches(wanted, value)) != negated),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether a text is as a pattern with `*` and `?` says.
pub fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut place, mut read) = (0, 0);
    // Where the last star stands, and the text that it has not taken yet.
    let mut star: Option<(usize, usize)> = None;
    while let Some(c) = text.get(read) {
        match pattern.get(place) {
            Some('*') => {
                star = Some((place, read));
                place += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == c => {
                place += 1;
                read += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                place = at + 1;
                read = taken + 1;
            }
        }
    }
    pattern.iter().skip(place).all(|c| *c == '*')
}

/// Whether all hold; a single one that does not decides, whatever is unknown.
pub fn all(parts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let parts: Vec<_> = parts.into_iter().collect();
    if parts.contains(&Some(false)) {
        return Some(false);
    }
    (!parts.contains(&None)).then_some(true)
}

/// Whether one holds.
pub fn any(parts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    all(parts.into_iter().map(|part| part.map(|part| !part))).map(|none| !none)
}

/// A member that may stand alone or in a list.
pub(super) fn each(value: Option<&Value>) -> &[Value] {
    match value {
        None => &[],
        Some(Value::Array(values)) => values,
        Some(value) => std::slice::from_ref(value),
    }
}
