//! The page that lists the reports, and the document behind it.

use std::collections::BTreeMap;

use functions_core::{
    key::{self, REPORT_INDEX, REPORT_RUNS},
    record::SCHEMA_VERSION,
    run::{Origin, Run},
};
use functions_report::{files, trend::TrendPoint};
use serde::{Deserialize, Serialize};

use super::writing::report_error;
use crate::{
    error::HandlerError,
    log,
    store::{Object, Store, Written},
};

/// How often a run that finds another one listing looks again.
const ATTEMPTS: usize = 3;
/// How many reports of the list are looked for in one run at most. They go by the day, with the bucket's lifecycle, the
/// oldest first.
const LOOKS: usize = 100;

/// The document: what is listed, the oldest first.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    schema_version: u32,
    runs: Vec<TrendPoint>,
}

/// Lists the reports: those that were listed and are kept, and those of `trend`.
pub(super) async fn list(store: &Store, trend: &[TrendPoint], run: &Run) -> Result<(), HandlerError> {
    let origin = &run.origin;
    for _ in 0..ATTEMPTS {
        let object = store.read_if_there(REPORT_RUNS).await?;
        let listed = object.as_ref().map(|object| listed(object, run)).unwrap_or_default();
        let mut runs: BTreeMap<(String, String), TrendPoint> = listed
            .into_iter()
            .chain(trend.iter().cloned().map(TrendPoint::listed))
            .map(|run| ((run.time.clone(), run.run_id.clone()), run))
            .collect();
        while runs.len() > files::RUNS {
            runs.pop_first();
        }
        for _ in 0..LOOKS {
            let Some(oldest) = runs.first_entry() else { break };
            let page = page(oldest.get(), origin);
            if store.is_there(&format!("{}{page}", REPORT_INDEX.trim_end_matches("index.html"))).await? {
                break;
            }
            oldest.remove();
        }
        let listed = Listed { schema_version: SCHEMA_VERSION, runs: runs.into_values().collect() };
        if store.write_over(REPORT_RUNS, object.as_ref(), serde_json::to_vec(&listed)?).await? == Written::New {
            let file = files::runs_page(&listed.runs, |run| page(run, origin)).map_err(|error| report_error(&error))?;
            return Ok(store.write(REPORT_INDEX, file.content_type, file.body).await?);
        }
    }
    Err(HandlerError::Contended)
}

fn page(run: &TrendPoint, origin: &Origin) -> String {
    key::report_page(&run.time, origin, &run.run_id)
}

/// What is listed; nothing where that does not read, for the list is made again of what is kept.
fn listed(object: &Object, run: &Run) -> Vec<TrendPoint> {
    let listed = serde_json::from_slice::<Listed>(&object.body).map(|listed| listed.runs);
    listed.unwrap_or_else(|error| {
        let cause = serde_json::json!({ "key": REPORT_RUNS, "cause": error.to_string() });
        log::info(&run.id, "the list of reports does not read and begins anew", &cause);
        Vec::new()
    })
}
