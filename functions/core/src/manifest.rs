//! The seal of a report: a manifest with the SHA-256 of each file of a run, chained to the manifest of the run before.
//!
//! Whoever changes a file breaks its run's manifest; whoever changes a manifest breaks the chain of every later run. So an
//! auditor who trusts the last manifest can trust every report before it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{record::SCHEMA_VERSION, sha256};

/// Name of the manifest among the files of a run.
pub const NAME: &str = "manifest.json";

/// The manifest of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// [`SCHEMA_VERSION`] at the time of writing.
    pub schema_version: u32,
    /// Id of the run.
    pub run_id: String,
    /// When it was asked for, RFC 3339 in UTC.
    pub time: String,
    /// The manifest of the run before; absent in the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
    /// SHA-256 of each file by its name, 64 hexadecimal digits, lower case.
    pub files: BTreeMap<String, String>,
}

/// The manifest of the run before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Previous {
    /// Id of that run.
    pub run_id: String,
    /// SHA-256 of the bytes of its manifest.
    pub sha256: String,
}

impl Manifest {
    /// The manifest of a run without files yet.
    #[must_use]
    pub fn new(run_id: &str, time: &str, previous: Option<Previous>) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            run_id: run_id.to_owned(),
            time: time.to_owned(),
            previous,
            files: BTreeMap::new(),
        }
    }

    /// Adds a file.
    pub fn add(&mut self, name: &str, body: &[u8]) {
        self.files.insert(name.to_owned(), sha256::hex(body));
    }

    /// Its bytes.
    ///
    /// # Errors
    /// Never: it renders.
    pub fn render(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

impl Previous {
    /// The manifest of these bytes; `None` where they are none.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let manifest: Manifest = serde_json::from_slice(bytes).ok()?;
        Some(Self { run_id: manifest.run_id, sha256: sha256::hex(bytes) })
    }
}

/// The files of one run as they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundRun {
    /// Where they were found, for messages.
    pub place: String,
    /// The bytes of the manifest; `None` where it is missing.
    pub manifest: Option<Vec<u8>>,
    /// SHA-256 of each other file by its name.
    pub files: BTreeMap<String, String>,
}

/// What breaks a seal.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Broken {
    /// A run has no manifest.
    #[error("{place}: `{NAME}` is missing")]
    NoManifest {
        /// Where the run was found.
        place: String,
    },
    /// A manifest does not read.
    #[error("{place}: `{NAME}` is not a manifest: {cause}")]
    Unreadable {
        /// Where the run was found.
        place: String,
        /// Why.
        cause: String,
    },
    /// A file of the manifest is missing.
    #[error("{place}: `{file}` is in the manifest and missing")]
    Missing {
        /// Where the run was found.
        place: String,
        /// The file.
        file: String,
    },
    /// A file has other bytes than the manifest says.
    #[error("{place}: `{file}` has SHA-256 {found}, the manifest says {expected}")]
    Changed {
        /// Where the run was found.
        place: String,
        /// The file.
        file: String,
        /// As the manifest says.
        expected: String,
        /// As it is.
        found: String,
    },
    /// A file that no manifest has.
    #[error("{place}: `{file}` is not in the manifest")]
    Added {
        /// Where the run was found.
        place: String,
        /// The file.
        file: String,
    },
    /// A run does not follow the one before it.
    #[error("{place}: the manifest follows run {expected}, and the run before it here is {found}")]
    Unchained {
        /// Where the run was found.
        place: String,
        /// The run that it follows; `none` where it follows none.
        expected: String,
        /// The run before it here.
        found: String,
    },
    /// The manifest of the run before has other bytes than when this run was written.
    #[error("{place}: the manifest of run {previous} has SHA-256 {found}, this run recorded {expected}")]
    Rewritten {
        /// Where the run was found.
        place: String,
        /// The run before.
        previous: String,
        /// As this run recorded it.
        expected: String,
        /// As it is.
        found: String,
    },
}

/// A chain of runs, from the first one found to the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Times of the runs, in order.
    pub times: Vec<String>,
    /// Files that were checked, manifests aside.
    pub files: usize,
    /// The run that the first one follows, which was not found: it is deleted or was not downloaded.
    pub begins_after: Option<String>,
}

/// Checks that every file is as its manifest says, and that the runs follow one another without a gap.
///
/// # Errors
/// Everything that breaks a seal.
pub fn verify(runs: &[FoundRun]) -> Result<Chain, Vec<Broken>> {
    let (mut broken, mut manifests) = (Vec::new(), Vec::new());
    for run in runs {
        let place = || run.place.clone();
        let Some(bytes) = &run.manifest else {
            broken.push(Broken::NoManifest { place: place() });
            continue;
        };
        match serde_json::from_slice::<Manifest>(bytes) {
            Ok(manifest) => {
                check_files(run, &manifest, &mut broken);
                manifests.push((manifest, sha256::hex(bytes), run.place.as_str()));
            }
            Err(error) => broken.push(Broken::Unreadable { place: place(), cause: error.to_string() }),
        }
    }
    manifests.sort_by(|(one, ..), (other, ..)| (&one.time, &one.run_id).cmp(&(&other.time, &other.run_id)));
    for ((before, sha256, _), (manifest, _, place)) in manifests.iter().zip(manifests.iter().skip(1)) {
        let place = (*place).to_owned();
        match &manifest.previous {
            Some(previous) if previous.run_id == before.run_id => {
                if previous.sha256 != *sha256 {
                    let (expected, found) = (previous.sha256.clone(), sha256.clone());
                    broken.push(Broken::Rewritten { place, previous: before.run_id.clone(), expected, found });
                }
            }
            other => {
                let expected = other.as_ref().map_or_else(|| "none".to_owned(), |previous| previous.run_id.clone());
                broken.push(Broken::Unchained { place, expected, found: before.run_id.clone() });
            }
        }
    }
    if !broken.is_empty() {
        return Err(broken);
    }
    let begins_after = manifests.first().and_then(|(first, ..)| Some(first.previous.as_ref()?.run_id.clone()));
    let files = manifests.iter().map(|(manifest, ..)| manifest.files.len()).sum();
    Ok(Chain { times: manifests.into_iter().map(|(manifest, ..)| manifest.time).collect(), files, begins_after })
}

fn check_files(run: &FoundRun, manifest: &Manifest, broken: &mut Vec<Broken>) {
    let place = || run.place.clone();
    for (file, expected) in &manifest.files {
        match run.files.get(file) {
            None => broken.push(Broken::Missing { place: place(), file: file.clone() }),
            Some(found) if found != expected => broken.push(Broken::Changed {
                place: place(),
                file: file.clone(),
                expected: expected.clone(),
                found: found.clone(),
            }),
            Some(_) => {}
        }
    }
    let added = run.files.keys().filter(|file| !manifest.files.contains_key(*file));
    broken.extend(added.map(|file| Broken::Added { place: place(), file: file.clone() }));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// So many runs of two files each, in order.
    fn runs(count: usize) -> Vec<FoundRun> {
        let mut previous = None;
        (0..count)
            .map(|number| {
                let mut manifest = Manifest::new(
                    &format!("run-{number}"),
                    &format!("2026-03-{:02}T00:00:00Z", number + 1),
                    previous.take(),
                );
                let mut files = BTreeMap::new();
                for name in ["index.html", "findings.csv"] {
                    let body = format!("{name} of {number}");
                    manifest.add(name, body.as_bytes());
                    files.insert(name.to_owned(), sha256::hex(body.as_bytes()));
                }
                let bytes = manifest.render().unwrap();
                previous = Previous::of(&bytes);
                FoundRun { place: format!("place-{number}"), manifest: Some(bytes), files }
            })
            .collect()
    }

    fn problems(runs: &[FoundRun]) -> Vec<String> {
        verify(runs).err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn unbroken_chain_is_verified_in_any_order() {
        let mut all = runs(4);
        all.reverse();
        let chain = verify(&all).unwrap();
        assert_eq!((chain.times.len(), chain.files, chain.begins_after), (4, 8, None));
        let chain = verify(&runs(4)[1..]).unwrap();
        assert_eq!(chain.begins_after.as_deref(), Some("run-0"), "older runs are deleted in time");
    }

    #[test]
    fn changed_missing_and_added_files_break_the_seal() {
        let mut all = runs(2);
        all[0].files.insert("index.html".to_owned(), "00".to_owned());
        all[1].files.remove("findings.csv");
        all[1].files.insert("more.html".to_owned(), "00".to_owned());
        let found = problems(&all);
        assert!(found[0].starts_with("place-0: `index.html` has SHA-256 00, the manifest says "), "{found:?}");
        assert_eq!(
            found[1..],
            ["place-1: `findings.csv` is in the manifest and missing", "place-1: `more.html` is not in the manifest"]
        );
    }

    #[test]
    fn missing_run_and_rewritten_manifest_break_the_chain() {
        let all = runs(3);
        assert_eq!(
            problems(&[all[0].clone(), all[2].clone()]),
            ["place-2: the manifest follows run run-1, and the run before it here is run-0"]
        );
        let mut all = runs(3);
        let text = String::from_utf8(all[1].manifest.clone().unwrap()).unwrap();
        // Whoever changes a file and its manifest cannot change what the next run recorded.
        all[1].files.insert("index.html".to_owned(), "00".repeat(32));
        let digest = sha256::hex(b"index.html of 1");
        all[1].manifest = Some(text.replace(&digest, &"00".repeat(32)).into_bytes());
        let found = problems(&all);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("place-2: the manifest of run run-1 has SHA-256 "), "{found:?}");
        all[1].manifest = None;
        assert_eq!(problems(&all)[0], "place-1: `manifest.json` is missing");
        all[1].manifest = Some(b"{}".to_vec());
        assert!(problems(&all)[0].starts_with("place-1: `manifest.json` is not a manifest: "));
    }

    proptest! {
        #[test]
        fn any_changed_byte_of_a_manifest_that_another_one_follows_is_found(run in 0..3_usize, at in 0..400_usize, byte in any::<u8>()) {
            let mut all = runs(4);
            let bytes = all[run].manifest.as_mut().unwrap();
            let at = at % bytes.len();
            prop_assume!(bytes[at] != byte);
            bytes[at] = byte;
            prop_assert!(verify(&all).is_err());
        }
    }
}
