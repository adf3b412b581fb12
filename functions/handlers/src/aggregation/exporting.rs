//! Brings the findings of Security Hub to those of a report: new and changed ones are sent, those that are gone are archived.
//!
//! What Security Hub has is one object of the bucket ([`Hub`]). It is written before findings are sent, over nothing but what was read:
//! of two runs one exports, and a run that is killed leaves nothing in Security Hub that the next one does not know.

use functions_core::{key::REPORT_SECURITY_HUB, run::Run};
use functions_report::{
    export::{
        asff::Exporter,
        hub::{Digests, Hub, Key, day},
    },
    findings::FindingRow,
    model::Report,
};
use serde_json::{Value, json};

use crate::{budget::Budget, error::HandlerError, log, security_hub::SecurityHub, signed::CallError, store::Store};

/// Findings that are noted and sent before the next ones are noted.
const CHUNK: usize = 5_000;
/// How many findings that Security Hub did not take the log has.
const LOGGED: usize = 20;

/// What an export did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Exported {
    pub sent: usize,
    pub archived: usize,
    /// Findings that Security Hub did not take.
    pub failed: usize,
    /// Findings for which there was no time.
    pub left: usize,
}

impl Exported {
    pub(super) fn answer(&self) -> Value {
        let Self { sent, archived, failed, left } = self;
        json!({ "sent": sent, "archived": archived, "failed": failed, "left": left })
    }
}

/// What exports.
struct Export<'a> {
    hub: &'a SecurityHub,
    store: &'a Store,
    exporter: Exporter,
    run: &'a Run,
    known: Hub,
    etag: Option<String>,
    done: Exported,
}

/// Exports the findings of a report.
///
/// # Errors
/// When Security Hub is not switched on, refuses, or does not answer or did not take some of them, and when another run exports. What was done
/// until then is noted.
pub(super) async fn export(
    (hub, store): (&SecurityHub, &Store),
    report: &Report,
    run: &Run,
    time: &Budget,
) -> Result<Exported, HandlerError> {
    let object = store.read_if_there(REPORT_SECURITY_HUB).await?;
    let known = match &object {
        Some(object) => Hub::read(&object.body).map_err(|error| HandlerError::Report {
            what: format!("reading `{REPORT_SECURITY_HUB}`, which an earlier run wrote"),
            cause: error.to_string(),
        })?,
        None => Hub::default(),
    };
    let exporter = Exporter {
        account: run.origin.account.clone(),
        region: run.origin.region.clone(),
        time: run.time.as_str().to_owned(),
    };
    let etag = object.map(|object| object.etag);
    let mut export = Export { hub, store, exporter, run, known, etag, done: Exported::default() };
    let ended = export.all(report, time).await;
    if let Err(Stop::Refused(error)) = &ended
        && error.is_not_enabled()
    {
        export.known.doubt();
    }
    // Also where nothing changed: the bucket's lifecycle deletes what was written longer ago than reports are retained.
    let is_kept = !export.known.is_empty() || export.etag.is_some();
    if is_kept && !matches!(ended, Err(Stop::Failed(_))) {
        export.save().await?;
    }
    match ended {
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Refused(error)) => {
            Err(HandlerError::Export { cause: error.to_string(), done: export.done.answer().to_string() })
        }
        Ok(()) if export.done.failed > 0 => Err(HandlerError::Export {
            cause: format!("{} findings were not taken", export.done.failed),
            done: export.done.answer().to_string(),
        }),
        Ok(()) => Ok(export.done),
    }
}

/// Why an export ends early.
enum Stop {
    Failed(HandlerError),
    Refused(CallError),
}

impl From<CallError> for Stop {
    fn from(error: CallError) -> Self {
        Self::Refused(error)
    }
}

impl From<HandlerError> for Stop {
    fn from(error: HandlerError) -> Self {
        Self::Failed(error)
    }
}

impl Export<'_> {
    async fn all(&mut self, report: &Report, time: &Budget) -> Result<(), Stop> {
        let (digests, today) = (Digests::of(report), day(self.exporter.time.as_str()));
        let mut rows = report.findings.iter().chain(report.waived.iter());
        loop {
            let known = &mut self.known;
            let due = rows
                .by_ref()
                .map(|row| (row, digests.digest(&row)))
                .filter(|(row, digest)| known.is_due(row, *digest, today));
            if time.is_short() {
                self.done.left = due.count();
                return Ok(());
            }
            let due: Vec<(FindingRow<'_>, u64)> = due.take(CHUNK).collect();
            if due.is_empty() {
                break;
            }
            due.iter().for_each(|(row, _)| self.known.sending(row));
            self.save().await?;
            for (row, failed) in
                self.import(&due, |exporter, (row, _)| exporter.active(row, digests.rule(row.rule))).await?
            {
                let (row, digest) = row;
                if !failed {
                    self.known.sent(&Key::of(row), *digest, today);
                    self.done.sent += 1;
                }
            }
        }
        let mut last: Option<Key> = None;
        loop {
            let gone = self.known.archiving(last.as_ref(), CHUNK);
            let Some((key, _)) = gone.last() else { return Ok(()) };
            if time.is_short() {
                self.done.left = gone.len();
                return Ok(());
            }
            last = Some(key.clone());
            self.save().await?;
            let archived = |exporter: &Exporter, (key, sent): &(Key, functions_report::export::hub::Sent)| {
                exporter.archived(key, &sent.since, (&sent.name, &sent.arn))
            };
            for ((key, _), failed) in self.import(&gone, archived).await? {
                if !failed {
                    self.known.archived(key);
                    self.done.archived += 1;
                }
            }
        }
    }

    /// Sends findings; each with whether it was not taken.
    async fn import<'i, T>(
        &mut self,
        items: &'i [T],
        finding: impl Fn(&Exporter, &T) -> Value,
    ) -> Result<Vec<(&'i T, bool)>, CallError> {
        let mut results = Vec::new();
        for some in items.chunks(functions_report::export::asff::BATCH) {
            let findings: Vec<Value> = some.iter().map(|item| finding(&self.exporter, item)).collect();
            let ids: Vec<Value> = findings.iter().map(|finding| finding["Id"].clone()).collect();
            let failed = self.hub.import(findings).await?;
            if !failed.is_empty() {
                let shown: Vec<_> = failed.iter().take(LOGGED).collect();
                log::info(
                    &self.run.id,
                    "Security Hub did not take findings",
                    &json!({ "count": failed.len(), "findings": shown }),
                );
            }
            self.done.failed += failed.len();
            let is_failed = |id: &Value| id.as_str().is_some_and(|id| failed.contains_key(id));
            results.extend(some.iter().zip(ids.iter().map(is_failed)));
        }
        Ok(results)
    }

    async fn save(&mut self) -> Result<(), HandlerError> {
        let tag = self.store.replace(REPORT_SECURITY_HUB, self.etag.as_deref(), self.known.render()?).await?;
        self.etag = Some(tag.ok_or(HandlerError::Contended)?);
        Ok(())
    }
}
