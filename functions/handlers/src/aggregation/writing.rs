//! The files of a run, each uploaded while the next one is made.

use functions_core::{key::REPORT_PAGE, run::Run};
use functions_history::{History, HistoryError, Row};
use functions_report::{
    files::{self, LATEST, SUMMARY},
    input::Evaluation,
    model::Report,
};
use tokio::sync::mpsc;

use super::known::Known;
use crate::{
    error::HandlerError,
    store::{Store, Written},
};

/// The media type of Parquet (IANA, "Media Types").
const PARQUET: &str = "application/vnd.apache.parquet";
/// How many verdicts of an account and region one file of the history has at most, so that few bytes are held at once.
pub(super) const ROWS: usize = 1_000_000;

/// Nobody takes the next file: the upload of the one before failed.
#[derive(Debug, thiserror::Error)]
#[error("the upload ended")]
struct Ended;

/// A file of the history that grows.
struct Open<'a> {
    place: (&'a str, &'a str),
    number: usize,
    rows: usize,
    history: History,
}

/// Writes the files of the history, one account and region after the other, of at most so many `rows`; how many files they
/// were.
pub(super) async fn history<'a>(
    store: &Store,
    evaluations: impl Iterator<Item = Evaluation<'a>>,
    known: &Known,
    run: &Run,
    rows: usize,
) -> Result<usize, HandlerError> {
    let mut count = 0;
    let mut open: Option<Open<'_>> = None;
    for verdict in evaluations {
        let place = (verdict.account, verdict.region);
        let full = open.take_if(|open| open.place != place || open.rows == rows);
        let number = full.as_ref().filter(|full| full.place == place).map_or(1, |full| full.number + 1);
        if let Some(full) = full {
            count += close(store, full).await?;
        }
        let file = match &mut open {
            Some(file) => file,
            none => none.insert(Open { place, number, rows: 0, history: begin(run)? }),
        };
        file.rows += 1;
        let row = Row {
            account: verdict.account,
            region: verdict.region,
            rule: verdict.rule,
            severity: known.severity(verdict.rule).word(),
            resource_type: verdict.resource_type,
            resource_id: verdict.resource_id,
            compliance: verdict.compliance,
            waiver: verdict.waiver,
        };
        file.history.add(row).map_err(|error| history_error(&error))?;
    }
    if let Some(last) = open {
        count += close(store, last).await?;
    }
    Ok(count)
}

fn begin(run: &Run) -> Result<History, HandlerError> {
    let millis = i64::try_from(run.time.unix_millis()).unwrap_or(i64::MAX);
    History::new(&run.id, run.time.date(), millis).map_err(|error| history_error(&error))
}

async fn close(store: &Store, open: Open<'_>) -> Result<usize, HandlerError> {
    let mut count = 0;
    for file in open.history.finish() {
        let file = file.map_err(|error| history_error(&error))?;
        let key = match open.number {
            1 => file.key,
            number => format!("{}-{number}.parquet", file.key.trim_end_matches(".parquet")),
        };
        store.write(&key, PARQUET, file.body).await?;
        count += 1;
    }
    Ok(count)
}

/// Writes the files of a report into its folder of the second store; how many they were. `newest` says whether its page is that of
/// the last report, which the first store keeps.
pub(super) async fn report(
    (store, folder): (&Store, &Store),
    report: Report,
    prefix: &str,
    newest: bool,
) -> Result<usize, HandlerError> {
    // One file is made while the one before is under way: few are held at once.
    let (sender, mut made) = mpsc::channel(1);
    let making = tokio::task::spawn_blocking(move || {
        files::write(&report, |file| sender.blocking_send(file).map_err(|_| Ended))
    });
    let mut count = 0;
    while let Some(file) = made.recv().await {
        let key = format!("{prefix}{}", file.name);
        if file.name == LATEST {
            if newest {
                store.write(REPORT_PAGE, file.content_type, file.body).await?;
            }
        } else if file.name != SUMMARY {
            folder.write(&key, file.content_type, file.body).await?;
        } else if folder.write_once(&key, file.content_type, file.body).await? == Written::Before {
            // Another try of the same run was faster, with the same bytes.
            return Ok(0);
        }
        count += 1;
    }
    match making.await {
        Ok(Ok(())) => Ok(count),
        Ok(Err(error)) => Err(report_error(&error)),
        Err(error) => Err(report_error(&error)),
    }
}

pub(super) fn report_error(error: &impl std::fmt::Display) -> HandlerError {
    HandlerError::Report { what: "making the report, please report this".to_owned(), cause: error.to_string() }
}

fn history_error(error: &HistoryError) -> HandlerError {
    HandlerError::Report { what: "writing the history".to_owned(), cause: error.to_string() }
}
