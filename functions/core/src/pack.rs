//! Conformance packs: which of them are not whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::configuration::PackEntry;

/// The state of a pack whose rules are all there (AWS Config API Reference, `ConformancePackStatusDetail`).
const COMPLETE: &str = "CREATE_COMPLETE";
/// The state of a pack that is being deployed.
const IN_PROGRESS: &str = "CREATE_IN_PROGRESS";

/// How many packs one call of `DescribeConformancePackStatus` takes (AWS Config API Reference).
pub const PACKS_PER_CALL: usize = 25;

/// A pack as AWS Config reports it (AWS Config API Reference, `ConformancePackStatusDetail`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedPack {
    /// Its name.
    pub name: String,
    /// `ConformancePackState`.
    pub state: String,
    /// `ConformancePackStatusReason`, if there is one.
    pub reason: Option<String>,
}

/// A pack whose rules are not all there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IncompletePack {
    /// Its name.
    pub pack: String,
    /// How far AWS Config came; absent where the account has no such pack.
    pub state: Option<String>,
    /// What AWS Config says of it.
    pub reason: Option<String>,
}

/// The packs of the configuration that are not complete, sorted by name. One that is being deployed is not among them:
/// the next run sees how it ends.
#[must_use]
pub fn incomplete(configured: &[PackEntry], reported: impl IntoIterator<Item = ReportedPack>) -> Vec<IncompletePack> {
    let mut reported: BTreeMap<String, ReportedPack> =
        reported.into_iter().map(|pack| (pack.name.clone(), pack)).collect();
    let packs = configured.iter().filter_map(|pack| match reported.remove(&pack.name) {
        Some(found) if found.state == COMPLETE || found.state == IN_PROGRESS => None,
        Some(ReportedPack { name, state, reason }) => Some(IncompletePack { pack: name, state: Some(state), reason }),
        None => Some(IncompletePack { pack: pack.name.clone(), state: None, reason: None }),
    });
    packs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported(name: &str, state: &str) -> ReportedPack {
        let reason = (state == "CREATE_FAILED").then(|| "no".to_owned());
        ReportedPack { name: name.to_owned(), state: state.to_owned(), reason }
    }

    #[test]
    fn a_pack_that_failed_or_is_gone_is_found_and_one_under_way_is_not() {
        let configured = ["a", "b", "c", "d"].map(|name| PackEntry { name: name.to_owned(), rules: Vec::new() });
        let found = incomplete(
            &configured,
            [
                reported("c", "CREATE_FAILED"),
                reported("a", COMPLETE),
                reported("b", IN_PROGRESS),
                reported("somebody-elses", "CREATE_FAILED"),
            ],
        );
        let told: Vec<_> = found.iter().map(|pack| (pack.pack.as_str(), pack.state.as_deref())).collect();
        assert_eq!(told, [("c", Some("CREATE_FAILED")), ("d", None)]);
        assert_eq!(found[0].reason.as_deref(), Some("no"));
    }
}
