//! Which regions are monitored.

use pulumi_component::{Checks, InvalidValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;

/// The word for every region.
const ALL: &str = "all";

/// Regions beside home.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum RegionsArg {
    /// These.
    Listed(Vec<String>),
    /// Every region that is enabled for the account: `all`.
    Every(String),
}

impl Default for RegionsArg {
    fn default() -> Self {
        Self::Listed(Vec::new())
    }
}

impl RegionsArg {
    /// Those that are listed.
    pub fn listed(&self) -> &[String] {
        match self {
            Self::Listed(codes) => codes,
            Self::Every(_) => &[],
        }
    }

    /// Whether the account says which ones.
    pub fn are_of_account(&self) -> bool {
        matches!(self, Self::Every(_))
    }

    /// Checks them at `member`.
    pub(crate) fn check(&self, checks: &mut Checks, member: &str) {
        match self {
            Self::Listed(codes) => bounds::check_regions(checks, member, codes),
            Self::Every(word) => checks.plain(member, word.as_str(), every),
        }
    }
}

/// The only text that says which regions.
fn every(word: &str) -> Result<(), InvalidValue> {
    if word == ALL {
        return Ok(());
    }
    let wrong = InvalidValue::new("expected a list of region codes, or `all`, got a string");
    let folded = word.trim().to_lowercase();
    Err(if folded.trim_end_matches("regions").trim_end_matches([' ', '-', '_']) == ALL || folded == "*" {
        wrong.nearest(ALL)
    } else if bounds::region(&folded).is_ok() {
        wrong.nearest(format!("[{folded}]"))
    } else {
        wrong
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_all_or_refused_with_the_nearest() {
        assert!(every("all").is_ok());
        for (given, nearest) in
            [("All", "all"), ("all regions", "all"), ("allRegions", "all"), ("*", "all"), ("eu-west-1", "[eu-west-1]")]
        {
            let said = format!("{:?}", every(given));
            assert!(said.contains(&format!("{nearest:?}")), "{given}: {said}");
        }
        assert!(every("Ireland").is_err() && every("").is_err());
    }
}
