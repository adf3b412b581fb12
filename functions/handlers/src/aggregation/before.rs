//! What the run before left, and who comes after it.

use std::fmt::Display;

use functions_core::{aggregate::Latest, key::REPORT_LATEST, run::Run};
use functions_report::{
    files::{read_findings, read_summary},
    input::Before,
};

use crate::{
    error::HandlerError,
    store::{Object, Store, Written},
};

/// How often a run that finds another one moving on looks again.
const ATTEMPTS: usize = 3;

/// `latest.json`, with what is needed to write over it.
pub(super) struct Found {
    latest: Latest,
    object: Object,
}

/// Where the last whole report lies; `None` before the first.
pub(super) async fn read_latest(store: &Store) -> Result<Option<Found>, HandlerError> {
    let Some(object) = store.read_if_there(REPORT_LATEST).await? else { return Ok(None) };
    let latest = serde_json::from_slice(&object.body).map_err(|error| unreadable(REPORT_LATEST, &error))?;
    Ok(Some(Found { latest, object }))
}

/// What a run compares itself with. One that comes again after its end compares itself with nothing, and writes nothing.
pub(super) async fn read(store: &Store, latest: Option<&Found>, run: &Run) -> Result<Before, HandlerError> {
    let Some(Found { latest, .. }) = latest.filter(|found| found.latest.run_id != run.id) else {
        return Ok(Before::default());
    };
    let (summary, findings) = (format!("{}summary.json", latest.prefix), format!("{}findings.csv", latest.prefix));
    // A report that is too old is gone by the bucket's lifecycle, and the trend begins anew.
    let Some(object) = store.read_if_there(&summary).await? else { return Ok(Before::default()) };
    let summary = read_summary(&object.body).map_err(|error| unreadable(&summary, &error))?;
    let Some(object) = store.read_if_there(&findings).await? else { return Ok(Before::default()) };
    let findings = read_findings(&object.body).map_err(|error| unreadable(&findings, &error))?;
    Ok(Before { summary: Some(summary), findings })
}

/// Lets `latest.json` name this run's report, unless a later one is named already. Whether it does so now.
pub(super) async fn move_latest(store: &Store, mut found: Option<Found>, own: Latest) -> Result<bool, HandlerError> {
    let body = serde_json::to_vec(&own)?;
    for _ in 0..ATTEMPTS {
        if found.as_ref().is_some_and(|found| found.latest.run_id == own.run_id || found.latest.time > own.time) {
            return Ok(false);
        }
        let before = found.as_ref().map(|found| &found.object);
        if store.write_over(REPORT_LATEST, before, body.clone()).await? == Written::New {
            return Ok(true);
        }
        found = read_latest(store).await?;
        if found.is_none() {
            break;
        }
    }
    let cause = "it is there and cannot be read, or others write it all the time; may this function read its reports?";
    Err(HandlerError::Report { what: format!("writing `{REPORT_LATEST}`"), cause: cause.to_owned() })
}

fn unreadable(key: &str, error: &impl Display) -> HandlerError {
    HandlerError::Report { what: format!("reading `{key}`, which an earlier run wrote"), cause: error.to_string() }
}
