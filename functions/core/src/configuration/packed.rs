//! What AWS Config makes of the names of a conformance pack's rules.

/// What AWS Config puts between the name that a template gives a rule and an id of the pack.
const MARK: &str = "-conformance-pack-";

/// The name that a template gave the rule of this name in the account; `None` where no pack brought it.
#[must_use]
pub fn name_in_template(name: &str) -> Option<&str> {
    parts_in_account(name).map(|(name, _)| name)
}

/// The name that a template gave the rule of this name in the account, and the id of the pack there; `None` where no pack brought
/// it.
#[must_use]
pub fn parts_in_account(name: &str) -> Option<(&str, &str)> {
    let (name, id) = name.rsplit_once(MARK)?;
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_id && !name.is_empty()).then_some((name, id))
}

/// The name in the account of a rule that a pack of this id brought.
#[must_use]
pub fn in_pack(name: &str, id: &str) -> String {
    format!("{name}{MARK}{id}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_rule_that_no_pack_brought_has_no_other_name() {
        for name in ["encrypted-volumes", "x-conformance-pack-", "-conformance-pack-a", "a-conformance-pack-b c"] {
            assert_eq!(name_in_template(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn the_name_in_the_template_comes_back(name in ".{1,30}", id in "[a-z0-9]{1,12}") {
            let in_account = in_pack(&name, &id);
            prop_assert_eq!(parts_in_account(&in_account), Some((name.as_str(), id.as_str())));
            prop_assert_eq!(name_in_template(&in_account), Some(name.as_str()));
        }
    }
}
