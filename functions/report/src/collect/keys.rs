//! How a finding of this run is found again among those of the run before: by what it is of, in few bytes.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::findings::{Found, Texts};

/// Account, region, rule, type and id of a finding.
pub type Key<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

pub fn key<'a>(texts: &'a Texts, found: &Found) -> Key<'a> {
    let finding = texts.finding(found);
    (finding.account, finding.region, finding.rule, finding.resource_type, finding.resource_id)
}

pub fn digest(key: Key<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// Where the finding of this key is in `found`.
pub fn find(index: &[(u64, usize)], found: &[Found], texts: &Texts, wanted: Key<'_>) -> Option<usize> {
    let hash = digest(wanted);
    let from = index.partition_point(|(other, _)| *other < hash);
    let alike = index.iter().skip(from).take_while(|(other, _)| *other == hash);
    alike.map(|(_, at)| *at).find(|at| found.get(*at).is_some_and(|found| key(texts, found) == wanted))
}
