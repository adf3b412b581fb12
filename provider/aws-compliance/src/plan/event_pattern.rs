//! The names that the event rules of compliance changes match.

use serde_json::{Value, json};

use crate::inputs::name_prefix::NamePrefix;
use crate::plan::packs::PackPlan;

/// Bytes that the names of rules may take in a pattern of 2,048 characters (Amazon EventBridge User Guide, "Quotas");
/// the rest of it needs 160.
const PATTERN_NAMES: usize = 1800;

/// The names of the watched rules as patterns match them, in parts that an event rule each takes.
pub(super) fn patterns<'a>(
    watched: impl Iterator<Item = &'a str>,
    packs: &[PackPlan],
    prefix: &NamePrefix,
) -> Vec<Vec<Value>> {
    // AWS Config puts an id of its own behind the name of a rule in a pack.
    let mut packed: Vec<_> = packs.iter().map(|pack| prefix.pack_rules(&pack.framework)).collect();
    packed.dedup();
    let names = watched.map(Value::from);
    parts(names.chain(packed.into_iter().map(|start| json!({ "prefix": start }))))
}

/// The names, or what they begin with, in parts that fit into a pattern each; at least one part.
fn parts(names: impl Iterator<Item = Value>) -> Vec<Vec<Value>> {
    let (mut parts, mut length) = (vec![Vec::new()], 0);
    for name in names {
        let needed = written(&name) + 1;
        if length + needed > PATTERN_NAMES {
            parts.push(Vec::new());
            length = 0;
        }
        length += needed;
        if let Some(part) = parts.last_mut() {
            part.push(name);
        }
    }
    parts
}

/// Characters of it in a pattern.
fn written(name: &Value) -> usize {
    name.to_string().chars().count()
}

/// What tells the event rules apart: nothing for the first, then `-2`.
pub fn suffix(index: usize) -> String {
    if index == 0 { String::new() } else { format!("-{}", index + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_in_their_order_and_none_is_lost() {
        let names: Vec<_> = (0..231).map(|number| format!("{number:0>60}")).collect();
        let parts = parts(names.iter().map(|name| Value::from(name.as_str())));
        assert!(parts.iter().all(|part| part.iter().map(|name| written(name) + 1).sum::<usize>() <= PATTERN_NAMES));
        assert_eq!(parts.concat().iter().filter_map(Value::as_str).collect::<Vec<_>>(), names);
        assert_eq!(super::parts(std::iter::empty()).len(), 1);
    }
}
