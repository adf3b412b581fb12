//! What a person knows the resources of findings by, and why they do not comply: read once of findings that are new, and
//! carried from one report to the next.
//!
//! What a run has learned is retained under its id, so that every attempt of it writes the same report.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_config::types::ComplianceType;
use compliance_types::resource::GLOBAL;
use functions_core::{
    details::{self, Details},
    key::REPORT_DETAILS,
    record::SCHEMA_VERSION,
};
use functions_report::{
    collect::Comparing,
    input::{Learned, ResourceKey},
};
use serde::{Deserialize, Serialize};

use crate::{
    aws::unless_refused,
    budget::Budget,
    config_reads::ConfigReads,
    error::{AwsError, HandlerError},
    store::{JSON, Store},
};

/// Resources of one query, and rows and results of one page.
const ROWS: usize = 100;
/// Resources that one run learns about at most; the following runs learn the rest.
const RESOURCES: usize = 20_000;
/// Rules of accounts and regions whose reasons one run reads at most.
const RULES: usize = 400;

/// What a run has learned, as it is retained.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Retained {
    schema_version: u32,
    run_id: String,
    /// How many of the reads were made. They are the same for every attempt of a run, in the same order.
    reads: usize,
    details: Vec<(ResourceKey, Details)>,
    reasons: Vec<((String, ResourceKey), String)>,
}

/// One read of AWS Config.
enum Read {
    /// Names and tags of the resources of a query.
    Details(String),
    /// Reasons of a rule in an account and region.
    Reasons(String, String, String),
}

/// What is known of the findings of a run: what an earlier attempt of it learned, and what AWS Config says now.
///
/// # Errors
/// When AWS does not answer, or the time ends before everything is read: what was learned is retained.
pub(super) async fn learn(
    (config, aggregator): (&ConfigReads, &str),
    store: &Store,
    comparing: &Comparing,
    (budget, run_id): (&Budget, &str),
) -> Result<Learned, HandlerError> {
    let reads = reads(comparing);
    if reads.is_empty() {
        return Ok(Learned::default());
    }
    let mut retained = retained(store, run_id).await?;
    let before = retained.reads;
    for read in reads.iter().skip(before) {
        if retained.reads > before && budget.is_short() {
            break;
        }
        match read {
            Read::Details(query) => {
                let consequence = "names and tags of resources may not be read: the report does without";
                let rows = unless_refused(rows(config, aggregator, query).await, run_id, consequence)?;
                retained.details.extend(
                    rows.iter()
                        .flatten()
                        .filter_map(|row| details::read_row(row))
                        .map(|row| ((row.account, row.resource.resource_type, row.resource.resource_id), row.details)),
                );
            }
            Read::Reasons(rule, account, region) => {
                let consequence = "results of single resources may not be read: the report does without reasons";
                let found = reasons(config, aggregator, (rule, account, region)).await;
                retained.reasons.extend(unless_refused(found, run_id, consequence)?.into_iter().flatten());
            }
        }
        retained.reads += 1;
    }
    if retained.reads > before {
        store.write(REPORT_DETAILS, JSON, serde_json::to_vec(&retained)?).await?;
    }
    if retained.reads < reads.len() {
        return Err(HandlerError::Unfinished { resources: u64::try_from(retained.details.len()).unwrap_or(u64::MAX) });
    }
    Ok(Learned { details: retained.details.into_iter().collect(), reasons: retained.reasons.into_iter().collect() })
}

/// What is to be read of findings of whose resources no more is known than the id.
fn reads(comparing: &Comparing) -> Vec<Read> {
    let (mut resources, mut rules) = (BTreeSet::new(), BTreeSet::new());
    for row in comparing.unknown().take(RESOURCES) {
        resources.insert(row.resource_id);
        // Which region reports a resource that belongs to none is not known here.
        if row.region != GLOBAL && rules.len() < RULES {
            rules.insert((row.rule, row.account, row.region));
        }
    }
    let queries = details::queries(resources, ROWS).into_iter().map(Read::Details);
    let text = |text: &str| text.to_owned();
    queries
        .chain(rules.into_iter().map(|(rule, account, region)| Read::Reasons(text(rule), text(account), text(region))))
        .collect()
}

async fn retained(store: &Store, run_id: &str) -> Result<Retained, HandlerError> {
    let object = store.read_if_there(REPORT_DETAILS).await?;
    let kept = object.and_then(|object| serde_json::from_slice::<Retained>(&object.body).ok());
    let own = kept.filter(|kept| kept.schema_version == SCHEMA_VERSION && kept.run_id == run_id);
    let fresh = || Retained { schema_version: SCHEMA_VERSION, run_id: run_id.to_owned(), ..Retained::default() };
    Ok(own.unwrap_or_else(fresh))
}

/// Every row of a query.
async fn rows(config: &ConfigReads, aggregator: &str, query: &str) -> Result<Vec<String>, AwsError> {
    let mut found = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let page = config.read(|client| {
            let request = client.select_aggregate_resource_config().configuration_aggregator_name(aggregator);
            let request = request.expression(query).limit(i32::try_from(ROWS).unwrap_or(100));
            request.set_next_token(token.clone()).send()
        });
        let page =
            page.await.map_err(|error| AwsError::new("SelectAggregateResourceConfig of names and tags", &error))?;
        found.extend(page.results.unwrap_or_default());
        let next = page.next_token.filter(|next| !next.is_empty() && Some(next) != token.as_ref());
        if next.is_none() {
            return Ok(found);
        }
        token = next;
    }
}

/// Why resources do not comply with a rule of an account and region; nothing where the aggregator has no such rule.
async fn reasons(
    config: &ConfigReads,
    aggregator: &str,
    (rule, account, region): (&str, &str, &str),
) -> Result<BTreeMap<(String, ResourceKey), String>, AwsError> {
    let mut found = BTreeMap::new();
    let mut token: Option<String> = None;
    loop {
        let page = config.read(|client| {
            let request = client.get_aggregate_compliance_details_by_config_rule();
            let request = request.configuration_aggregator_name(aggregator).config_rule_name(rule);
            let request = request.account_id(account).aws_region(region).compliance_type(ComplianceType::NonCompliant);
            request.limit(i32::try_from(ROWS).unwrap_or(100)).set_next_token(token.clone()).send()
        });
        let page = match page.await {
            Ok(page) => page,
            // The rule of a conformance pack has another name in each account, and a rule can go in between.
            Err(error) if error.as_service_error().is_some_and(|error| error.is_validation_exception()) => break,
            Err(error) => {
                let operation = format!("GetAggregateComplianceDetailsByConfigRule of `{rule}` in {account}, {region}");
                return Err(AwsError::new(operation, &error));
            }
        };
        for result in page.aggregate_evaluation_results() {
            let qualifier =
                result.evaluation_result_identifier().and_then(|identifier| identifier.evaluation_result_qualifier());
            let annotation = result.annotation().filter(|text| !text.trim().is_empty());
            if let (Some(qualifier), Some(annotation)) = (qualifier, annotation)
                && let (Some(kind), Some(id)) = (qualifier.resource_type(), qualifier.resource_id())
            {
                let resource = (account.to_owned(), kind.to_owned(), id.to_owned());
                found.insert((rule.to_owned(), resource), annotation.to_owned());
            }
        }
        let next = page.next_token.filter(|next| !next.is_empty() && Some(next) != token.as_ref());
        if next.is_none() {
            break;
        }
        token = next;
    }
    Ok(found)
}
