//! Policies in Guard, as AWS Config takes them.

mod circles;
mod grammar;
mod names;
mod query;
mod scanner;
mod stop;
mod values;

use pulumi_component::InvalidValue;

/// Longest policy, in characters (AWS Config API Reference, `CustomPolicyDetails.PolicyText`).
const POLICY_LENGTH: usize = 10_000;
/// The only runtime of policies (AWS Config API Reference, `CustomPolicyDetails.PolicyRuntime`).
pub const RUNTIME: &str = "guard-2.x.x";

/// The runtime of a policy.
pub fn runtime(name: &str) -> Result<(), InvalidValue> {
    match name {
        RUNTIME => Ok(()),
        _ => Err(InvalidValue::new("AWS Config runs policies of one runtime").nearest(RUNTIME)),
    }
}

/// A policy written in Guard.
pub fn policy(text: &str) -> Result<(), InvalidValue> {
    let length = text.chars().count();
    if text.trim().is_empty() || length > POLICY_LENGTH {
        return Err(InvalidValue::new(format!("expected a policy of 1 to {POLICY_LENGTH} characters, got {length}")));
    }
    grammar::check(text).map_err(|grammar::Problem { line, column, reason, nearest }| {
        let wrong = InvalidValue::new(format!("invalid Guard policy: line {line}, column {column}: {reason}"));
        nearest.map_or(wrong.clone(), |nearest| wrong.nearest(nearest))
    })
}

#[cfg(test)]
mod tests;
