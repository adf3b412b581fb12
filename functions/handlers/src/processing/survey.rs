//! The index of open findings, page by page.
//!
//! Pages of the index are retained in the bucket when the time of an invocation ends, and the next invocation goes on from
//! there. They only say where to look, so pages that are an hour old, or of another run, do no harm: every change
//! is confirmed by a read made after the ledger was read.

use compliance_types::time::Timestamp;
use functions_core::{key::PROCESSING_STATE, open_findings::OpenFindings, record::SCHEMA_VERSION};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::reading;
use crate::{
    budget::Budget,
    config_reads::ConfigReads,
    error::HandlerError,
    log,
    store::{JSON, Store},
};

/// How old retained pages may be, in milliseconds.
const FRESH_MILLIS: u64 = 3_600_000;
/// What is retained where nothing is: the role may not delete.
const NOTHING: &[u8] = b"{}\n";

/// The pages of the index that were read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pages {
    schema_version: u32,
    configuration_sha256: String,
    began: Timestamp,
    /// The token of the next page; `None` where all were read.
    next: Option<String>,
    open: OpenFindings,
}

/// How far the survey of the index came.
pub(super) enum Index {
    /// All pages were read.
    Read {
        /// What they have.
        open: OpenFindings,
        /// Whether an earlier invocation read some of them, which are retained.
        retained: bool,
    },
    /// The role may not read it.
    Refused,
    /// The time ended before; what was read is retained.
    Unfinished,
}

/// Reads the index of open findings, from where an earlier invocation ended.
///
/// # Errors
/// When AWS does not answer.
pub(super) async fn index(
    config: &ConfigReads,
    store: &Store,
    configuration_sha256: &str,
    now: &Timestamp,
    (budget, run_id): (&Budget, &str),
) -> Result<Index, HandlerError> {
    let fresh = || Pages {
        schema_version: SCHEMA_VERSION,
        configuration_sha256: configuration_sha256.to_owned(),
        began: now.clone(),
        next: None,
        open: OpenFindings::default(),
    };
    let retained = retained(store, configuration_sha256, now).await?;
    let had = retained.is_some();
    let mut resumed = had;
    let mut first = retained.as_ref().is_none_or(|pages| pages.next.is_some());
    let mut pages = retained.unwrap_or_else(fresh);
    let (mut progress, mut unreadable) = (false, 0_usize);
    while first || pages.next.is_some() {
        if progress && budget.is_short() {
            retain(store, serde_json::to_vec(&pages)?).await?;
            return Ok(Index::Unfinished);
        }
        let page = match reading::open_findings(config, pages.next.as_ref()).await {
            Ok(page) => page,
            Err((error, _)) if error.is_refusal() => {
                log::info(run_id, "open findings are read rule by rule", &json!({ "cause": error.to_string() }));
                return Ok(Index::Refused);
            }
            // A token that an earlier invocation left does not last for ever.
            Err((_, true)) if resumed => {
                (pages, resumed) = (fresh(), false);
                continue;
            }
            Err((error, _)) => {
                if progress {
                    // Whether or not that succeeds, the error is why this invocation ends.
                    retain(store, serde_json::to_vec(&pages)?).await.ok();
                }
                return Err(error.into());
            }
        };
        (first, progress) = (false, true);
        unreadable += page.results().iter().filter(|row| !pages.open.add(row)).count();
        let next = page.next_token.filter(|next| !next.is_empty());
        if next.is_some() && next == pages.next {
            break;
        }
        pages.next = next;
    }
    if unreadable > 0 {
        log::info(run_id, "rows of open findings are in an unknown form", &json!({ "rows": unreadable }));
    }
    Ok(Index::Read { open: pages.open, retained: had })
}

/// Retains what was read for the invocation that goes on.
pub(super) async fn keep(
    store: &Store,
    configuration_sha256: &str,
    now: &Timestamp,
    open: &OpenFindings,
) -> Result<(), HandlerError> {
    let pages = Pages {
        schema_version: SCHEMA_VERSION,
        configuration_sha256: configuration_sha256.to_owned(),
        began: now.clone(),
        next: None,
        open: open.clone(),
    };
    retain(store, serde_json::to_vec(&pages)?).await
}

/// Forgets what is retained.
pub(super) async fn forget(store: &Store) -> Result<(), HandlerError> {
    retain(store, NOTHING.to_vec()).await
}

async fn retain(store: &Store, body: Vec<u8>) -> Result<(), HandlerError> {
    // Unconditional: of two runs at once the later one's pages remain, which are as good.
    Ok(store.write(PROCESSING_STATE, JSON, body).await?)
}

async fn retained(store: &Store, configuration_sha256: &str, now: &Timestamp) -> Result<Option<Pages>, HandlerError> {
    let Some(object) = store.read_if_there(PROCESSING_STATE).await? else { return Ok(None) };
    let pages = serde_json::from_slice::<Pages>(&object.body).ok().filter(|pages| {
        let age = now.unix_millis().saturating_sub(pages.began.unix_millis());
        pages.schema_version == SCHEMA_VERSION
            && pages.configuration_sha256 == configuration_sha256
            && age < FRESH_MILLIS
    });
    Ok(pages)
}
