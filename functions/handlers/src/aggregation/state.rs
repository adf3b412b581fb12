//! What a run has read, kept for the invocation that goes on with it.
//!
//! One object, written over nothing but what was read: of two that are at it, one goes on and the other one tries again.
//! It is there while a run reads longer than one invocation lasts, and from the end of its reading until its report is
//! whole. A report is then made of the same verdicts however often it is begun.

use std::{collections::BTreeMap, time::Duration};

use compliance_types::time::Timestamp;
use functions_core::{
    aggregate::Latest,
    key::REPORT_STATE,
    record::SCHEMA_VERSION,
    remediation::listed::Listed,
    run::{Origin, Run},
};
use functions_report::{
    gathered::Gathered,
    input::{Arrival, Coverage},
};
use serde::{Deserialize, Serialize};

use crate::{error::HandlerError, log, store::Store};

/// How old what another run has read may be for this one to go on with it. A state of an account from before yesterday is
/// no news.
const HOURS: u64 = 24;
/// What is kept where nothing is: the role may not delete.
const NOTHING: &[u8] = b"{}\n";

/// What a run has read.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct State {
    schema_version: u32,
    aggregator: String,
    configuration_sha256: String,
    run_id: String,
    time: Timestamp,
    origin: Origin,
    /// Rows that do not read.
    pub unreadable: u64,
    /// What does not count, because it is of rules that somebody else deployed.
    #[serde(default)]
    pub others: Others,
    #[serde(default)]
    pub packs: PackIds,
    pub gathered: Gathered,
    pub next: Next,
}

/// What AWS Config puts behind the names of the rules of conformance packs: by pack, account and region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct PackIds(BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>);

impl PackIds {
    /// Adds the id of a pack in an account and region.
    pub(super) fn add(&mut self, pack: &str, (account, region): (&str, &str), id: &str) {
        if self.of(pack, (account, region)) != Some(id) {
            let accounts = self.0.entry(pack.to_owned()).or_default();
            accounts.entry(account.to_owned()).or_default().insert(region.to_owned(), id.to_owned());
        }
    }

    /// The id of a pack in an account and region.
    pub(super) fn of(&self, pack: &str, (account, region): (&str, &str)) -> Option<&str> {
        self.0.get(pack)?.get(account)?.get(region).map(String::as_str)
    }
}

/// Evaluations of rules that somebody else deployed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Others {
    /// How many there are. A row that came twice counts twice.
    pub evaluations: u64,
    /// Resources that have no others.
    pub resources: u64,
}

/// What comes next.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Next {
    /// A page: the first one, or that of a token.
    Page(Option<String>),
    /// What is said of the sources, now that all pages are read.
    Sources,
    /// The report.
    Report(Box<Frozen>),
}

/// What a report is made of beside verdicts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Frozen {
    pub arrivals: Vec<Arrival>,
    /// Unknown where the role is denied this read.
    pub recorder_stopped: Option<bool>,
    /// What it is compared with.
    pub before: Option<Latest>,
    /// What is recorded, and how rules evaluate, where that may be read.
    #[serde(default)]
    pub coverage: Option<Coverage>,
    /// What remediation left, where it has run.
    #[serde(default)]
    pub remediation: Option<Listed>,
}

/// Through what is read, and which configuration says what it means.
pub(super) struct Reading<'a> {
    pub aggregator: &'a str,
    pub configuration_sha256: &'a str,
}

impl State {
    /// Nothing read yet.
    pub(super) fn new(run: &Run, reading: &Reading<'_>) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            aggregator: reading.aggregator.to_owned(),
            configuration_sha256: reading.configuration_sha256.to_owned(),
            run_id: run.id.clone(),
            time: run.time.clone(),
            origin: run.origin.clone(),
            unreadable: 0,
            others: Others::default(),
            packs: PackIds::default(),
            gathered: Gathered::default(),
            next: Next::Page(None),
        }
    }

    /// The run that reads.
    pub(super) fn run(&self) -> Run {
        Run { id: self.run_id.clone(), origin: self.origin.clone(), time: self.time.clone() }
    }

    /// Resources that were read, those that do not read or do not count included.
    pub(super) fn resources(&self) -> u64 {
        self.gathered.count().saturating_add(self.unreadable).saturating_add(self.others.resources)
    }

    /// Forgets what was read.
    pub(super) fn begin_anew(&mut self) {
        self.gathered = Gathered::default();
        self.unreadable = 0;
        self.others = Others::default();
        self.packs = PackIds::default();
        self.next = Next::Page(None);
    }

    /// Whether `run` may go on with it.
    fn is_for(&self, run: &Run, reading: &Reading<'_>) -> bool {
        let age = run.time.duration_since(&self.time);
        self.schema_version == SCHEMA_VERSION
            && self.aggregator == reading.aggregator
            && self.configuration_sha256 == reading.configuration_sha256
            && (self.run_id == run.id || age < Duration::from_hours(HOURS))
    }
}

/// The place where a state is kept.
pub(super) struct Place<'a> {
    store: &'a Store,
    /// The tag of what is there.
    etag: Option<String>,
    /// Whether a state is there.
    full: bool,
}

impl<'a> Place<'a> {
    /// Looks what is there, and what of it `run` may go on with.
    pub(super) async fn look(
        store: &'a Store,
        run: &Run,
        reading: &Reading<'_>,
    ) -> Result<(Self, Option<State>), HandlerError> {
        let Some(object) = store.read_if_there(REPORT_STATE).await? else {
            return Ok((Self { store, etag: None, full: false }, None));
        };
        let full = object.body != NOTHING;
        let place = Self { store, etag: Some(object.etag), full };
        if !full {
            return Ok((place, None));
        }
        let state = serde_json::from_slice::<State>(&object.body);
        if let Err(error) = &state {
            let cause = serde_json::json!({ "key": REPORT_STATE, "cause": error.to_string() });
            log::info(&run.id, "what was kept does not read, the run begins anew", &cause);
        }
        Ok((place, state.ok().filter(|state| state.is_for(run, reading))))
    }

    /// Keeps a state.
    ///
    /// # Errors
    /// When another one is there than was read.
    pub(super) async fn keep(&mut self, state: &State) -> Result<(), HandlerError> {
        self.write(serde_json::to_vec(state)?).await?;
        self.full = true;
        Ok(())
    }

    /// Forgets the state that is there.
    pub(super) async fn clear(&mut self) -> Result<(), HandlerError> {
        if self.full {
            self.write(NOTHING.to_vec()).await?;
            self.full = false;
        }
        Ok(())
    }

    async fn write(&mut self, body: Vec<u8>) -> Result<(), HandlerError> {
        let tag = self.store.replace(REPORT_STATE, self.etag.as_deref(), body).await?;
        self.etag = Some(tag.ok_or(HandlerError::Contended)?);
        Ok(())
    }
}
