//! What the run before left, and who comes after it.

use std::fmt::Display;

use functions_core::{
    aggregate::Latest,
    key::REPORT_LATEST,
    manifest::{self, Previous},
    run::Run,
};
use functions_report::{files::read_summary, findings_file, model::Summary};

use crate::{
    error::HandlerError,
    store::{Object, Store, Written},
};

/// How often a run that finds another one moving on looks again.
const ATTEMPTS: usize = 3;

/// `latest.json`, with what is needed to write over it.
pub(super) struct Found {
    pub latest: Latest,
    object: Object,
}

/// Where the last whole report lies; `None` before the first.
pub(super) async fn read_latest(store: &Store) -> Result<Option<Found>, HandlerError> {
    let Some(object) = store.read_if_there(REPORT_LATEST).await? else { return Ok(None) };
    let latest = serde_json::from_slice(&object.body).map_err(|error| unreadable(REPORT_LATEST, &error))?;
    Ok(Some(Found { latest, object }))
}

/// The summary of the report that lies there; `None` where there is no whole one.
pub(super) async fn summary(store: &Store, prefix: &str) -> Result<Option<Summary>, HandlerError> {
    let key = format!("{prefix}summary.json");
    let Some(object) = store.read_if_there(&key).await? else { return Ok(None) };
    read_summary(&object.body).map(Some).map_err(|error| unreadable(&key, &error))
}

/// The manifest of the report that lies there; `None` where there is none.
pub(super) async fn manifest(store: &Store, prefix: &str) -> Result<Option<Previous>, HandlerError> {
    let object = store.read_if_there(&format!("{prefix}{}", manifest::NAME)).await?;
    Ok(object.and_then(|object| Previous::of(&object.body)))
}

/// Whether no later run than this one has written a report.
pub(super) async fn is_newest(store: &Store, run: &Run) -> Result<bool, HandlerError> {
    let found = read_latest(store).await?;
    Ok(found.is_none_or(|found| found.latest.time <= run.time))
}

/// The same, where its findings are there, too. A report that is too old goes by the bucket's lifecycle, and the trend
/// begins anew.
pub(super) async fn whole(store: &Store, prefix: &str) -> Result<Option<Summary>, HandlerError> {
    let Some(summary) = summary(store, prefix).await? else { return Ok(None) };
    for number in 1..=summary.findings_files {
        if !store.is_there(&format!("{prefix}{}", findings_file(number))).await? {
            return Ok(None);
        }
    }
    Ok(Some(summary))
}

/// Lets `latest.json` name this run's report, unless a later one is named already. Whether it does so now.
pub(super) async fn move_latest(store: &Store, own: Latest) -> Result<bool, HandlerError> {
    let body = serde_json::to_vec(&own)?;
    for _ in 0..ATTEMPTS {
        let found = read_latest(store).await?;
        if found.as_ref().is_some_and(|found| found.latest.run_id == own.run_id || found.latest.time > own.time) {
            return Ok(false);
        }
        let before = found.as_ref().map(|found| &found.object);
        if store.write_over(REPORT_LATEST, before, body.clone()).await? == Written::New {
            return Ok(true);
        }
        if found.is_none() {
            break;
        }
    }
    let cause = "it is there and cannot be read, or others write it all the time; may this function read its reports?";
    Err(HandlerError::Report { what: format!("writing `{REPORT_LATEST}`"), cause: cause.to_owned() })
}

/// What an earlier run left does not read.
pub(super) fn unreadable(key: &str, error: &impl Display) -> HandlerError {
    HandlerError::Report { what: format!("reading `{key}`, which an earlier run wrote"), cause: error.to_string() }
}
