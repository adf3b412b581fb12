//! The index of open findings, page by page.
//!
//! Pages of the index are retained in the bucket when the time of an invocation ends, and the next invocation goes on from
//! there. They only say where to look, so pages that are an hour old, or of another run, do no harm: every change
//! is confirmed by a read made after the ledger was read. Retained are also the rules that the run has confirmed so far: what
//! they have is in the ledger, and the invocation that goes on need not read them again.

use std::collections::BTreeSet;

use compliance_types::time::Timestamp;
use functions_core::{open_findings::OpenFindings, record::SCHEMA_VERSION};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{reading, through::Through};
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
    /// Whether the index cannot be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unavailable: bool,
    /// Rules that the run has confirmed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    done: BTreeSet<String>,
}

/// The index of open findings of a run.
pub(super) struct Indexed {
    /// `None` where it cannot be read: rules are read one by one.
    pub open: Option<OpenFindings>,
    /// Rules that earlier invocations of the run have confirmed and written.
    pub done: BTreeSet<String>,
    /// When its reading began.
    began: Timestamp,
    /// Whether something is retained.
    retained: bool,
}

/// Which run reads, and how much time is left.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub configuration_sha256: &'a str,
    /// Key of what is retained.
    pub state: &'a str,
    pub now: &'a Timestamp,
    pub budget: &'a Budget,
    pub run_id: &'a str,
    /// Whether earlier invocations have done a part of the run.
    pub continues: bool,
}

/// Reads the index of open findings, from where an earlier invocation ended; `None` where the time ended before, and what was
/// read is retained.
///
/// # Errors
/// When the bucket does not answer.
pub(super) async fn index(
    (config, through): (&ConfigReads, Option<&Through>),
    store: &Store,
    reader: &Reader<'_>,
) -> Result<Option<Indexed>, HandlerError> {
    let fresh = |done| Pages {
        schema_version: SCHEMA_VERSION,
        configuration_sha256: reader.configuration_sha256.to_owned(),
        began: reader.now.clone(),
        next: None,
        open: OpenFindings::default(),
        unavailable: false,
        done,
    };
    let retained = retained(store, reader).await?;
    let had = retained.is_some();
    let mut pages = retained.unwrap_or_else(|| fresh(BTreeSet::new()));
    let is_fresh = reader.now.unix_millis().saturating_sub(pages.began.unix_millis()) < FRESH_MILLIS;
    if !reader.continues {
        pages.done.clear();
        pages.unavailable = false;
    }
    let mut resumed = had && is_fresh;
    if !resumed {
        pages = Pages { unavailable: pages.unavailable, ..fresh(pages.done) };
    }
    let mut first = !resumed || pages.next.is_some();
    let (mut progress, mut unreadable) = (false, 0_usize);
    while !pages.unavailable && (first || pages.next.is_some()) {
        if progress && reader.budget.is_short() {
            retain(store, reader, &pages).await?;
            return Ok(None);
        }
        let page = match through {
            Some(through) => through.open_findings(config, pages.next.as_ref()).await,
            None => reading::open_findings(config, pages.next.as_ref()).await,
        };
        let page = match page {
            Ok(page) => page,
            // A token that an earlier invocation left does not last for ever.
            Err((_, true)) if resumed => {
                (pages, resumed, first) = (fresh(pages.done), false, true);
                continue;
            }
            Err((error, _)) => {
                let fields = json!({ "cause": error.to_string() });
                log::info(reader.run_id, "open findings are read rule by rule", &fields);
                pages.unavailable = true;
                continue;
            }
        };
        (first, progress) = (false, true);
        unreadable += page.rows.iter().filter(|row| !pages.open.add(row)).count();
        let next = page.next.filter(|next| !next.is_empty());
        if next.is_some() && next == pages.next {
            log::info(
                reader.run_id,
                "the same page of open findings comes again: they are read rule by rule",
                &json!({}),
            );
            pages.unavailable = true;
        }
        pages.next = next;
    }
    if unreadable > 0 {
        log::info(reader.run_id, "rows of open findings are in an unknown form", &json!({ "rows": unreadable }));
    }
    let open = (!pages.unavailable).then_some(pages.open);
    Ok(Some(Indexed { open, done: pages.done, began: pages.began, retained: had }))
}

/// Retains for the invocation that goes on what was read and the rules that were confirmed, or, where the run has ended, nothing.
///
/// # Errors
/// When the bucket does not answer.
pub(super) async fn end(
    store: &Store,
    reader: &Reader<'_>,
    indexed: Indexed,
    confirmed: Option<BTreeSet<String>>,
) -> Result<(), HandlerError> {
    match confirmed {
        Some(confirmed) => {
            let pages = Pages {
                schema_version: SCHEMA_VERSION,
                configuration_sha256: reader.configuration_sha256.to_owned(),
                began: indexed.began,
                next: None,
                unavailable: indexed.open.is_none(),
                open: indexed.open.unwrap_or_default(),
                done: indexed.done.into_iter().chain(confirmed).collect(),
            };
            retain(store, reader, &pages).await
        }
        None if indexed.retained => write(store, reader, NOTHING.to_vec()).await,
        None => Ok(()),
    }
}

async fn retain(store: &Store, reader: &Reader<'_>, pages: &Pages) -> Result<(), HandlerError> {
    write(store, reader, serde_json::to_vec(pages)?).await
}

async fn write(store: &Store, reader: &Reader<'_>, body: Vec<u8>) -> Result<(), HandlerError> {
    // Unconditional: of two runs at once the later one's pages remain, which are as good.
    Ok(store.write(reader.state, JSON, body).await?)
}

async fn retained(store: &Store, reader: &Reader<'_>) -> Result<Option<Pages>, HandlerError> {
    let Some(object) = store.read_if_there(reader.state).await? else { return Ok(None) };
    let pages = serde_json::from_slice::<Pages>(&object.body).ok().filter(|pages| {
        pages.schema_version == SCHEMA_VERSION && pages.configuration_sha256 == reader.configuration_sha256
    });
    Ok(pages)
}
