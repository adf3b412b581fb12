//! Logical names of children whose provider makes the physical name of the logical one.

use std::borrow::Cow;

/// Characters that Pulumi adds to a logical name to make a physical one: a hyphen and seven digits.
pub const AUTO_NAME_SUFFIX: usize = 8;
/// Characters of the suffix of a name that was shortened: a hyphen and eight digits of its hash.
const HASH_SUFFIX: usize = 9;

/// What a cloud takes as the physical name of a resource of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameBound {
    /// The resource type.
    pub type_token: &'static str,
    /// The input that has the physical name. Where it is not given, the provider makes one of the logical name.
    pub property: &'static str,
    /// Most characters of the physical name.
    pub characters: usize,
    /// Characters that it takes beside ASCII letters and digits; `None` where it takes all.
    pub marks: Option<&'static str>,
}

impl NameBound {
    /// Whether a physical name is one that the cloud takes.
    pub fn takes(&self, name: &str) -> bool {
        name.chars().count() <= self.characters && name.chars().all(|character| self.has(character))
    }

    /// Whether the provider can make a physical name of this logical one.
    pub fn takes_logical(&self, name: &str) -> bool {
        name.chars().count() <= self.logical_characters() && name.chars().all(|character| self.has(character))
    }

    /// A logical name that the provider can make a physical one of: `name` itself where it is one, else its start with a
    /// hash of all of it, which is the same in every run.
    pub fn logical<'n>(&self, name: &'n str) -> Cow<'n, str> {
        if self.takes_logical(name) {
            return Cow::Borrowed(name);
        }
        let kept = name.chars().map(|character| if self.has(character) { character } else { '-' });
        let kept: String = kept.take(self.logical_characters().saturating_sub(HASH_SUFFIX)).collect();
        Cow::Owned(format!("{}-{:08x}", kept.trim_end_matches('-'), fnv1a(name)))
    }

    const fn logical_characters(&self) -> usize {
        self.characters.saturating_sub(AUTO_NAME_SUFFIX)
    }

    fn has(&self, character: char) -> bool {
        self.marks.is_none_or(|marks| character.is_ascii_alphanumeric() || marks.contains(character))
    }
}

/// FNV-1a with 32 bits: short, and the same in every version and on every machine.
fn fnv1a(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROLE: NameBound =
        NameBound { type_token: "aws:iam/role:Role", property: "name", characters: 64, marks: Some("+=,.@-_") };

    #[test]
    fn a_name_that_fits_is_kept() {
        for name in ["compliance-functions-aggregation-role", &"r".repeat(56)] {
            assert_eq!(ROLE.logical(name), name);
        }
    }

    #[test]
    fn a_long_name_keeps_its_start_and_a_hash_of_the_whole() {
        let (one, other) = (format!("{}-a", "r".repeat(56)), format!("{}-b", "r".repeat(56)));
        assert_eq!(ROLE.logical(&one), format!("{}-2c76189b", "r".repeat(47)));
        assert_ne!(ROLE.logical(&one), ROLE.logical(&other));
    }

    #[test]
    fn characters_that_the_cloud_refuses_are_replaced() {
        let name = ROLE.logical("my monitor-role");
        assert!(name.starts_with("my-monitor-role-") && ROLE.takes_logical(&name), "{name}");
        assert_ne!(name, ROLE.logical("my/monitor-role"));
    }

    proptest! {
        #[test]
        fn every_name_becomes_one_that_fits(name in ".{1,300}") {
            let logical = ROLE.logical(&name);
            prop_assert!(ROLE.takes_logical(&logical), "{}", logical);
            prop_assert_eq!(&logical, &ROLE.logical(&logical));
            let physical = format!("{logical}-0123abc");
            prop_assert!(ROLE.takes(&physical), "{}", physical);
        }
    }
}
