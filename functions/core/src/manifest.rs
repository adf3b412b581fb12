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
    /// A run was found in two places.
    #[error("{place}: run {run} is also in {other}")]
    Twice {
        /// Where the run was found.
        place: String,
        /// The run.
        run: String,
        /// Where it was found before.
        other: String,
    },
    /// A run follows one that is missing, or none, although others come before it.
    #[error("{place}: the manifest follows {expected}, although older runs are here")]
    Unchained {
        /// Where the run was found.
        place: String,
        /// The run that it follows.
        expected: String,
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
    /// The last run is missing.
    #[error("`latest.json` names run {0}, which is missing")]
    NoLatest(String),
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
    /// What breaks no seal: runs that have not ended, and those whose files are being deleted.
    pub notes: Vec<String>,
}

/// A run whose manifest reads.
struct Sealed<'a> {
    run: &'a FoundRun,
    manifest: Manifest,
    sha256: String,
    broken: Vec<Broken>,
}

/// Checks that every file is as its manifest says, and that the runs follow one another without a gap. The order is that of
/// the links: of two runs at once the later one can end first. `latest` is the run that `latest.json` names, where it was found.
///
/// # Errors
/// Everything that breaks a seal.
pub fn verify(runs: &[FoundRun], latest: Option<&str>) -> Result<Chain, Vec<Broken>> {
    let (mut broken, mut notes, mut sealed) = (Vec::new(), Vec::new(), Vec::new());
    for run in runs {
        let place = run.place.clone();
        let Some(bytes) = &run.manifest else {
            notes.push(format!("{place}: `{NAME}` is missing: the run has not ended, or its files are being deleted"));
            continue;
        };
        match serde_json::from_slice::<Manifest>(bytes) {
            Ok(manifest) => {
                let broken = check_files(run, &manifest);
                sealed.push(Sealed { run, manifest, sha256: sha256::hex(bytes), broken });
            }
            Err(error) => broken.push(Broken::Unreadable { place, cause: error.to_string() }),
        }
    }
    sealed.sort_by(|one, other| {
        (&one.manifest.time, &one.manifest.run_id).cmp(&(&other.manifest.time, &other.manifest.run_id))
    });
    broken.extend(files_of(&mut sealed, &mut notes));
    let mut by_id: BTreeMap<&str, &Sealed<'_>> = BTreeMap::new();
    for one in &sealed {
        let (place, run) = (one.run.place.clone(), one.manifest.run_id.clone());
        if let Some(other) = by_id.insert(&one.manifest.run_id, one) {
            broken.push(Broken::Twice { place, run, other: other.run.place.clone() });
        }
    }
    let mut begins: Option<Option<&str>> = None;
    for one in &sealed {
        let place = one.run.place.clone();
        let previous = one.manifest.previous.as_ref();
        if let Some((previous, before)) = previous.and_then(|link| Some((link, by_id.get(link.run_id.as_str())?))) {
            if previous.sha256 != before.sha256 {
                let (expected, found) = (previous.sha256.clone(), before.sha256.clone());
                broken.push(Broken::Rewritten { place, previous: previous.run_id.clone(), expected, found });
            }
            continue;
        }
        // Runs that began at once follow the same one.
        let follows = previous.map(|link| link.run_id.as_str());
        if *begins.get_or_insert(follows) != follows {
            let expected = follows.map_or_else(|| "no run".to_owned(), |run| format!("run {run}, which is missing"));
            broken.push(Broken::Unchained { place, expected });
        }
    }
    if let Some(latest) = latest.filter(|latest| !by_id.contains_key(latest)) {
        broken.push(Broken::NoLatest(latest.to_owned()));
    }
    if !broken.is_empty() {
        return Err(broken);
    }
    let begins_after = begins.flatten().map(str::to_owned);
    let files = sealed.iter().map(|one| one.manifest.files.len()).sum();
    Ok(Chain { times: sealed.into_iter().map(|one| one.manifest.time).collect(), files, begins_after, notes })
}

/// What is broken in the files of runs, the oldest run first. Files are deleted in time, those of the oldest runs first and not all
/// at once: what is missing before the first run that has all of its files is a note.
fn files_of(sealed: &mut [Sealed<'_>], notes: &mut Vec<String>) -> Vec<Broken> {
    let is_incomplete = |one: &Sealed<'_>| {
        !one.broken.is_empty() && one.broken.iter().all(|each| matches!(each, Broken::Missing { .. }))
    };
    let leading = sealed.iter().take_while(|one| is_incomplete(one)).count();
    let leading = if leading < sealed.len() { leading } else { 0 };
    for one in sealed.iter_mut().take(leading) {
        let missing = std::mem::take(&mut one.broken).len();
        notes.push(format!(
            "{}: {missing} files are missing: the files of the oldest runs are deleted in time",
            one.run.place
        ));
    }
    sealed.iter_mut().flat_map(|one| std::mem::take(&mut one.broken)).collect()
}

fn check_files(run: &FoundRun, manifest: &Manifest) -> Vec<Broken> {
    let (place, mut broken) = (|| run.place.clone(), Vec::new());
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
    broken
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
        verify(runs, None).err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    /// The manifest of a run at an hour that follows another one.
    fn run(id: &str, hour: u8, previous: Option<&FoundRun>) -> FoundRun {
        let previous = previous.and_then(|run| Previous::of(run.manifest.as_ref().unwrap()));
        let manifest = Manifest::new(id, &format!("2026-03-04T{hour:02}:00:00Z"), previous);
        FoundRun { place: id.to_owned(), manifest: Some(manifest.render().unwrap()), files: BTreeMap::new() }
    }

    #[test]
    fn unbroken_chain_is_verified_in_any_order() {
        let mut all = runs(4);
        all.reverse();
        let chain = verify(&all, Some("run-3")).unwrap();
        assert_eq!((chain.times.len(), chain.files, chain.begins_after), (4, 8, None));
        let chain = verify(&runs(4)[1..], None).unwrap();
        assert_eq!(chain.begins_after.as_deref(), Some("run-0"), "older runs are deleted in time");
    }

    #[test]
    fn runs_at_once_and_runs_that_end_in_another_order_than_they_began_are_unbroken() {
        let first = run("first", 1, None);
        let (one, other) = (run("one", 2, Some(&first)), run("other", 2, Some(&first)));
        let next = run("next", 3, Some(&other));
        verify(&[first.clone(), one.clone(), other.clone(), next.clone()], Some("next")).unwrap();
        verify(&[one, other.clone(), next], Some("next")).unwrap();
        // It began before `other`, and read for so long that it follows it.
        let long = run("long", 1, Some(&other));
        verify(&[first, long, other], None).unwrap();
    }

    #[test]
    fn run_that_has_not_ended_and_old_files_that_are_being_deleted_are_notes() {
        let mut all = runs(3);
        all[0].files.remove("index.html");
        all.push(FoundRun { place: "under-way".to_owned(), ..FoundRun::default() });
        let notes = verify(&all, Some("run-2")).unwrap().notes;
        assert!(notes[0].starts_with("under-way: `manifest.json` is missing"), "{notes:?}");
        assert_eq!(notes[1], "place-0: 1 files are missing: the files of the oldest runs are deleted in time");
        let mut all = runs(1);
        all[0].files.remove("index.html");
        assert_eq!(problems(&all), ["place-0: `index.html` is in the manifest and missing"], "no later run is whole");
    }

    #[test]
    fn removed_last_run_is_found() {
        let found = verify(&runs(4)[..3], Some("run-3")).unwrap_err();
        assert_eq!(found, [Broken::NoLatest("run-3".to_owned())]);
        let mut all = runs(4);
        all[3].manifest = None;
        assert_eq!(verify(&all, Some("run-3")).unwrap_err().len(), 1);
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
        let missing = ["place-2: the manifest follows run run-1, which is missing, although older runs are here"];
        assert_eq!(problems(&[all[0].clone(), all[2].clone()]), missing);
        assert_eq!(problems(&[all[0].clone(), all[0].clone()]), ["place-0: run run-0 is also in place-0"]);
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
        assert_eq!(problems(&all), missing, "that it is missing is told by the one after it");
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
            prop_assert!(verify(&all, None).is_err());
        }
    }
}
