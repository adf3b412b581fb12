//! Rules, aggregators, authorizations and conformance packs, and whose those are that have names of ours.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_config::Client;
use aws_sdk_config::types::{AggregatedSourceStatusType, ConformancePackInputParameter};
use futures::stream::{self, StreamExt};

use super::bounded::{Deadline, Read};
use super::failure::{Failure, sorted};
use crate::look::{Aggregator, FailedSource, Namesake, NamesakeKind, Part, RuleCount, Tags, Unread};
use crate::request::{LookRequest, OWNER_TAG};

/// Rules of a region and account, unless the account has another quota (AWS Config Developer Guide, "Service Limits").
const RULES_ALLOWED: usize = 1000;
/// The parameter of a pack's template that says whose it is, as the tag says it of others: the `aws` provider gives packs
/// no tags. `aws-compliance-catalog` puts it into templates.
const OWNER_PARAMETER: &str = "ComplianceOwner";
/// Failed sources that are read: one page (AWS Config API Reference, "DescribeConfigurationAggregatorSourcesStatus", `Limit`).
const FAILED_SOURCES: i32 = 100;
/// Reads of tags at once: a framework brings hundreds of rules, and AWS Config throttles who asks for all at once.
const TAGS_AT_ONCE: usize = 8;

/// What has names.
pub struct Named {
    pub rules: Read<RuleCount>,
    pub aggregators: Read<Vec<Aggregator>>,
    pub failed_sources: Option<Read<Vec<FailedSource>>>,
    pub packs: Option<RuleCount>,
    pub namesakes: Vec<Namesake>,
    pub unread: Vec<Unread>,
}

/// Reads all lists side by side, then the tags of what matters in them.
pub async fn named(client: &Client, request: &LookRequest, account: &str, region: &str, deadline: Deadline) -> Named {
    let own = || request.aggregator.as_ref().map(|_| format!("{account}/{region}"));
    let authorization = request.authorization.clone().or_else(own);
    let (rules, aggregators, authorizations, packs) = tokio::join!(
        deadline.bound("config:DescribeConfigRules", rules(client)),
        deadline.bound("config:DescribeConfigurationAggregators", aggregators(client)),
        deadline.bound("config:DescribeAggregationAuthorizations", authorizations(client, authorization.as_deref())),
        deadline.bound("config:DescribeConformancePacks", packs(client, request)),
    );
    let mut unread = Vec::new();
    let mut namesakes = Vec::new();
    let rules = rules.and_then(|rules| rules).map(|rules| {
        let count = RuleCount { used: rules.len(), allowed: RULES_ALLOWED };
        let alone = request.rules.iter().filter(|rule| rule.pack.is_none());
        let planned: BTreeSet<&str> = alone.map(|rule| rule.name.as_str()).collect();
        namesakes.extend(rules.into_iter().filter(|rule| planned.contains(rule.name.as_str())));
        count
    });
    let packs = packs.and_then(|packs| packs);
    let pack_count = packs.as_ref().ok().filter(|_| !request.conformance_packs.is_empty());
    let pack_count = pack_count.map(|(used, _)| RuleCount { used: *used, allowed: request.conformance_packs_allowed });
    let packs = Ok(packs.map(|(_, namesakes)| namesakes));
    for (part, found) in [(Part::Authorizations, authorizations), (Part::ConformancePacks, packs)] {
        match found.and_then(|found| found) {
            Ok(found) => namesakes.extend(found),
            Err(failure) => unread.push(failure.unread(part)),
        }
    }
    let mut aggregators = aggregators.and_then(|aggregators| aggregators);
    // What a service made is not ours, whatever its tags say.
    let untagged = namesakes.iter().filter(|one| one.created_by.is_none()).map(|one| one.arn.clone());
    let untagged = aggregators.iter().flatten().map(|one| one.arn.clone()).chain(untagged).collect();
    let aggregator = request.aggregator.as_ref().filter(|_| !request.sources.is_empty());
    let aggregator = aggregator.filter(|planned| aggregators.iter().flatten().any(|one| one.name == planned.name));
    let failed = async {
        let status = "config:DescribeConfigurationAggregatorSourcesStatus";
        let failed = deadline.bound(status, failed_sources(client, &aggregator?.name)).await;
        Some(Read::of(Part::Sources, failed.and_then(|failed| failed)))
    };
    let ((mut tags, tags_unread), failed_sources) = tokio::join!(read_tags(client, untagged, deadline), failed);
    unread.extend(tags_unread);
    for one in aggregators.iter_mut().flatten() {
        one.tags = tags.remove(&one.arn);
    }
    for one in &mut namesakes {
        // What a pack says of itself stands beside its tags.
        let said = one.tags.take();
        one.tags = match tags.remove(&one.arn) {
            Some(tags) => Some(said.into_iter().flatten().chain(tags).collect()),
            None => said.filter(|said| !said.is_empty()),
        };
    }
    namesakes.extend(aggregators.iter().flatten().filter_map(|one| {
        let planned = request.aggregator.as_ref()?;
        (planned.name == one.name).then(|| Namesake {
            kind: NamesakeKind::Aggregator,
            name: one.name.clone(),
            arn: one.arn.clone(),
            created_by: one.created_by.clone(),
            tags: one.tags.clone(),
        })
    }));
    namesakes.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    Named {
        rules: Read::of(Part::Rules, rules),
        aggregators: Read::of(Part::Aggregators, aggregators),
        failed_sources,
        packs: pack_count,
        namesakes,
        unread,
    }
}

/// The tags of one thing.
async fn tags_of(client: &Client, arn: &str) -> Result<Tags, Failure> {
    let mut pages = client.list_tags_for_resource().resource_arn(arn).into_paginator().send();
    let mut tags = Tags::new();
    while let Some(page) = pages.next().await {
        let page = sorted("config:ListTagsForResource", page)?;
        tags.extend(
            page.tags
                .unwrap_or_default()
                .into_iter()
                .map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())),
        );
    }
    Ok(tags)
}

/// Reads the tags of things by their ARNs, a few at once; what the deadline leaves out is not there.
pub async fn read_tags(
    client: &Client,
    arns: Vec<String>,
    deadline: Deadline,
) -> (BTreeMap<String, Tags>, Option<Unread>) {
    let readings = arns.into_iter().map(|arn| reading(client.clone(), arn, deadline));
    let mut readings = stream::iter(readings).buffer_unordered(TAGS_AT_ONCE);
    let (mut found, mut unread) = (BTreeMap::new(), None);
    while let Some((arn, tags)) = readings.next().await {
        match tags {
            Ok(tags) => drop(found.insert(arn, tags)),
            Err(failure) => unread = Some(failure.unread(Part::Tags)),
        }
    }
    (found, unread)
}

async fn reading(client: Client, arn: String, deadline: Deadline) -> (String, Result<Tags, Failure>) {
    let tags = deadline.bound("config:ListTagsForResource", tags_of(&client, &arn)).await.and_then(|tags| tags);
    (arn, tags)
}

/// Every rule: the call refuses names that are not there, so ours cannot be asked for by name.
async fn rules(client: &Client) -> Result<Vec<Namesake>, Failure> {
    let mut pages = client.describe_config_rules().into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = sorted("config:DescribeConfigRules", page)?;
        found.extend(page.config_rules.unwrap_or_default().into_iter().map(|rule| Namesake {
            kind: NamesakeKind::Rule,
            name: rule.config_rule_name.unwrap_or_default(),
            arn: rule.config_rule_arn.unwrap_or_default(),
            created_by: rule.created_by.filter(|service| !service.is_empty()),
            tags: None,
        }));
    }
    Ok(found)
}

async fn aggregators(client: &Client) -> Result<Vec<Aggregator>, Failure> {
    let mut pages = client.describe_configuration_aggregators().into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = sorted("config:DescribeConfigurationAggregators", page)?;
        found.extend(page.configuration_aggregators.unwrap_or_default().into_iter().map(|one| {
            let sources = one.account_aggregation_sources.unwrap_or_default();
            Aggregator {
                name: one.configuration_aggregator_name.unwrap_or_default(),
                arn: one.configuration_aggregator_arn.unwrap_or_default(),
                organization: one.organization_aggregation_source.is_some(),
                accounts: sources.iter().flat_map(|source| source.account_ids().to_vec()).collect(),
                regions: sources.iter().flat_map(|source| source.aws_regions().to_vec()).collect(),
                all_regions: sources.iter().any(|source| source.all_aws_regions),
                created_by: one.created_by.filter(|service| !service.is_empty()),
                tags: None,
            }
        }));
    }
    Ok(found)
}

/// Accounts and regions from which nothing arrives, as many as one page has.
async fn failed_sources(client: &Client, aggregator: &str) -> Result<Vec<FailedSource>, Failure> {
    let asked = client
        .describe_configuration_aggregator_sources_status()
        .configuration_aggregator_name(aggregator)
        .update_status(AggregatedSourceStatusType::Failed)
        .limit(FAILED_SOURCES);
    let page = sorted("config:DescribeConfigurationAggregatorSourcesStatus", asked.send().await)?;
    let failed = page.aggregated_source_status_list.unwrap_or_default().into_iter();
    let failed = failed.filter(|one| one.last_update_status == Some(AggregatedSourceStatusType::Failed));
    let read = failed.filter_map(|one| {
        let reason: Vec<_> = one.last_error_code.into_iter().chain(one.last_error_message).collect();
        let reason = Some(reason.join(": ")).filter(|reason| !reason.is_empty());
        Some(FailedSource { account: one.source_id?, region: one.aws_region?, reason })
    });
    Ok(read.collect())
}

/// The authorization of the aggregator's own account and region, where there is one.
async fn authorizations(client: &Client, wanted: Option<&str>) -> Result<Vec<Namesake>, Failure> {
    let Some(wanted) = wanted else { return Ok(Vec::new()) };
    let mut pages = client.describe_aggregation_authorizations().into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = sorted("config:DescribeAggregationAuthorizations", page)?;
        found.extend(page.aggregation_authorizations.unwrap_or_default().into_iter().map(|one| Namesake {
            kind: NamesakeKind::Authorization,
            name: [one.authorized_account_id, one.authorized_aws_region].map(Option::unwrap_or_default).join("/"),
            arn: one.aggregation_authorization_arn.unwrap_or_default(),
            created_by: None,
            tags: None,
        }));
    }
    found.retain(|one| one.name == wanted);
    Ok(found)
}

/// How many conformance packs there are, and those that have names of ours; none is asked for where the deployment has
/// none.
async fn packs(client: &Client, request: &LookRequest) -> Result<(usize, Vec<Namesake>), Failure> {
    if request.conformance_packs.is_empty() {
        return Ok((0, Vec::new()));
    }
    let mut pages = client.describe_conformance_packs().into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = sorted("config:DescribeConformancePacks", page)?;
        found.extend(page.conformance_pack_details.unwrap_or_default().into_iter().map(|pack| Namesake {
            kind: NamesakeKind::ConformancePack,
            name: pack.conformance_pack_name,
            arn: pack.conformance_pack_arn,
            created_by: pack.created_by.filter(|service| !service.is_empty()),
            tags: Some(owner(pack.conformance_pack_input_parameters.unwrap_or_default())),
        }));
    }
    let count = found.len();
    found.retain(|pack| request.conformance_packs.iter().any(|planned| planned.name == pack.name));
    Ok((count, found))
}

/// The deployment that a pack's parameters name.
fn owner(parameters: Vec<ConformancePackInputParameter>) -> Tags {
    let mut parameters = parameters.into_iter();
    let owner = parameters.find(|parameter| parameter.parameter_name == OWNER_PARAMETER);
    owner.map(|parameter| (OWNER_TAG.to_owned(), parameter.parameter_value)).into_iter().collect()
}
