//! How many resources of each type AWS Config has recorded.

use std::collections::BTreeMap;

use aws_sdk_config::Client;

use super::bounded::Deadline;
use super::failure::{Failure, sorted};
use crate::request::LookRequest;

/// The counts, where they are asked for. What a cost estimate assumes without them is no reason to say that they could not
/// be read.
pub async fn counts(client: &Client, request: &LookRequest, deadline: Deadline) -> Option<BTreeMap<String, u64>> {
    if !request.count_resources {
        return None;
    }
    deadline.bound("config:GetDiscoveredResourceCounts", read(client)).await.and_then(|counts| counts).ok()
}

async fn read(client: &Client) -> Result<BTreeMap<String, u64>, Failure> {
    let mut counts = BTreeMap::new();
    let mut token = None;
    loop {
        let page = client.get_discovered_resource_counts().set_next_token(token).send().await;
        let page = sorted("config:GetDiscoveredResourceCounts", page)?;
        for each in page.resource_counts.unwrap_or_default() {
            if let Some(kind) = each.resource_type {
                counts.insert(kind.as_str().to_owned(), u64::try_from(each.count).unwrap_or_default());
            }
        }
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(counts);
        }
    }
}
