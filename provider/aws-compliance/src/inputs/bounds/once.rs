//! Lists in which nothing may stand twice.

use std::collections::BTreeSet;

use pulumi_component::Checks;
use pulumi_component::value::PropertyPath;

/// Reports what a list has more than once, but for the first.
pub fn check_once<T: Ord>(checks: &mut Checks, member: impl Into<PropertyPath>, items: &[T]) {
    let (member, mut seen) = (member.into(), BTreeSet::new());
    for (index, item) in items.iter().enumerate() {
        if !seen.insert(item) {
            checks.error(member.index(index), "listed twice; remove one");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_repeated_item_is_an_error() {
        let mut checks = Checks::default();
        check_once(&mut checks, "list", &["a", "b", "a", "a"]);
        let found: Vec<_> = checks.errors().iter().map(ToString::to_string).collect();
        assert_eq!(found, ["list[2]: listed twice; remove one", "list[3]: listed twice; remove one"]);
    }
}
