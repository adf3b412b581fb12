//! What a person knows resources by: names, ARNs and tags, for findings that are new or whose details are old.

use std::collections::BTreeMap;

use compliance_types::resource::Resource;
use functions_core::details::{self, Described, Details};

use super::through::Through;
use crate::{config_reads::ConfigReads, log};

/// Resources of one query.
const IDS: usize = 100;
/// Queries that may fail one after the other before the rest is left to the next run.
const FAILURES: usize = 3;

/// The details of these resources, empty ones where AWS Config has none. A resource is missing where they could not be read:
/// then notices and waivers do without, and the next run asks again.
pub(super) async fn of<'a>(
    (config, through): (&ConfigReads, Option<&Through>),
    resources: impl Iterator<Item = &'a Resource>,
    run_id: &str,
    is_over: impl Fn() -> bool,
) -> BTreeMap<Resource, Details> {
    let mut by_id: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
    for resource in resources {
        by_id.entry(&resource.resource_id).or_default().push(resource);
    }
    let (mut found, mut failures) = (BTreeMap::new(), 0);
    let ids = by_id.keys().copied();
    let queries = match through {
        Some(through) => details::queries_of_account(ids, IDS, &through.origin.account),
        None => details::queries(ids, IDS),
    };
    let aggregator = through.map(|through| through.aggregator.as_str());
    // In an account an id can be one of several regions.
    let is_there = |row: &Described| {
        through.is_none_or(|through| {
            row.resource.home_region(&row.region) == row.resource.home_region(&through.origin.region)
        })
    };
    for query in queries {
        if is_over() {
            break;
        }
        let rows = match config.rows(aggregator, &query.expression).await {
            Ok(rows) => rows,
            Err(error) => {
                failures += 1;
                let stop = error.is_refusal() || failures >= FAILURES;
                log::error(run_id, "names and tags of resources are not known", &error.into());
                if stop {
                    break;
                }
                continue;
            }
        };
        failures = 0;
        let asked = query.ids.iter().filter_map(|id| by_id.get(id)).flatten();
        found.extend(asked.map(|resource| ((*resource).clone(), Details::default())));
        // An id can be one of several types.
        for row in rows.iter().filter_map(|row| details::read_row(row)).filter(is_there) {
            if let Some(details) = found.get_mut(&row.resource) {
                *details = row.details;
            }
        }
    }
    found
}
