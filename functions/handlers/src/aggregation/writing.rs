//! The files of a run, each uploaded while the next one is made.

use functions_core::{key, run::Origin};
use functions_history::History;
use functions_report::{
    files,
    model::{Report, TrendPoint},
};
use tokio::sync::mpsc;

use super::reading::history_error;
use crate::{
    error::HandlerError,
    store::{Store, Written},
};

/// The media type of Parquet (IANA, "Media Types").
const PARQUET: &str = "application/vnd.apache.parquet";
/// The file of a report that says that it is whole.
const LAST: &str = "summary.json";

/// Nobody takes the next file: the upload of the one before failed.
#[derive(Debug, thiserror::Error)]
#[error("the upload ended")]
struct Ended;

/// Writes the files of the history; how many they were.
pub(super) async fn history(store: &Store, history: History) -> Result<usize, HandlerError> {
    let mut count = 0;
    for file in history.finish() {
        let file = file.map_err(|error| history_error(&error))?;
        store.write(&file.key, PARQUET, file.body).await?;
        count += 1;
    }
    Ok(count)
}

/// Writes the files of a report that is not whole yet; how many they were.
pub(super) async fn report(store: &Store, report: Report, prefix: &str) -> Result<usize, HandlerError> {
    let last = format!("{prefix}{LAST}");
    if store.read_if_there(&last).await?.is_some() {
        return Ok(0);
    }
    // One file is made while the one before is under way: few are held at once.
    let (sender, mut made) = mpsc::channel(1);
    let making = tokio::task::spawn_blocking(move || {
        files::write(&report, |file| sender.blocking_send(file).map_err(|_| Ended))
    });
    let mut count = 0;
    while let Some(file) = made.recv().await {
        let key = format!("{prefix}{}", file.name);
        if file.name != LAST {
            store.write(&key, file.content_type, file.body).await?;
        } else if store.write_once(&key, file.content_type, file.body).await? == Written::Before {
            // Of two tries at once the first is the run's.
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

/// Writes the page that lists the reports.
pub(super) async fn index(store: &Store, trend: &[TrendPoint], origin: &Origin) -> Result<(), HandlerError> {
    let page = files::runs_page(trend, |run| key::report_page(&run.time, origin, &run.run_id));
    let page = page.map_err(|error| report_error(&error))?;
    Ok(store.write(key::REPORT_INDEX, page.content_type, page.body).await?)
}

fn report_error(error: &impl std::fmt::Display) -> HandlerError {
    HandlerError::Report { what: "making the report, please report this".to_owned(), cause: error.to_string() }
}
