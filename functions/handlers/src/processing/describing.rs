//! What a person knows resources by: names, ARNs and tags, for findings that are new.

use std::collections::BTreeMap;

use compliance_types::resource::Resource;
use functions_core::details::{self, Details};

use crate::{
    aws::unless_refused,
    config_reads::ConfigReads,
    error::{AwsError, HandlerError},
};

/// Rows of one call (AWS Config API Reference, `SelectResourceConfig`, `Limit`).
const ROWS: usize = 100;

/// The details of these resources, as far as AWS Config records them; none where the role may not read them.
pub(super) async fn of<'a>(
    config: &ConfigReads,
    resources: impl Iterator<Item = &'a Resource>,
    run_id: &str,
) -> Result<BTreeMap<Resource, Details>, HandlerError> {
    let mut found = BTreeMap::new();
    for query in details::queries(resources.map(|resource| resource.resource_id.as_str()), ROWS) {
        let consequence = "names and tags of resources may not be read: notices and waivers do without";
        let Some(rows) = unless_refused(rows(config, &query).await, run_id, consequence)? else { break };
        // An id can be one of several types.
        found.extend(rows.iter().filter_map(|row| details::read_row(row)).map(|row| (row.resource, row.details)));
    }
    Ok(found)
}

/// Every row of a query.
async fn rows(config: &ConfigReads, query: &str) -> Result<Vec<String>, AwsError> {
    let mut found = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let page = config.read(|client| {
            let request = client.select_resource_config().expression(query).limit(i32::try_from(ROWS).unwrap_or(100));
            request.set_next_token(token.clone()).send()
        });
        let page = page.await.map_err(|error| AwsError::new("SelectResourceConfig of names and tags", &error))?;
        found.extend(page.results.unwrap_or_default());
        let next = page.next_token.filter(|next| !next.is_empty() && Some(next) != token.as_ref());
        if next.is_none() {
            return Ok(found);
        }
        token = next;
    }
}
