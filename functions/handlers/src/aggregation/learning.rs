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
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Retained {
    schema_version: u32,
    run_id: String,
    details: Vec<(ResourceKey, Details)>,
    reasons: Vec<((String, ResourceKey), String)>,
}

/// What is known of the findings of a run: what an earlier attempt of it learned, else what AWS Config says now.
pub(super) async fn learn(
    (config, aggregator): (&ConfigReads, &str),
    store: &Store,
    comparing: &Comparing,
    (budget, run_id): (&Budget, &str),
) -> Result<Learned, HandlerError> {
    let mut resources = BTreeSet::new();
    let mut rules: BTreeSet<(String, String, String)> = BTreeSet::new();
    for row in comparing.unknown().take(RESOURCES) {
        resources.insert(row.resource_id.to_owned());
        // Which region reports a resource that belongs to none is not known here.
        if row.region != GLOBAL && rules.len() < RULES {
            rules.insert((row.rule.to_owned(), row.account.to_owned(), row.region.to_owned()));
        }
    }
    if resources.is_empty() {
        return Ok(Learned::default());
    }
    if let Some(learned) = retained(store, run_id).await? {
        return Ok(learned);
    }
    let mut learned = Learned::default();
    for query in details::queries(resources.iter().map(String::as_str), ROWS) {
        if budget.is_short() {
            break;
        }
        let consequence = "names and tags of resources may not be read: the report does without";
        let Some(rows) = unless_refused(rows(config, aggregator, &query).await, run_id, consequence)? else { break };
        learned.details.extend(rows.iter().filter_map(|row| details::read_row(row)).map(|row| {
            ((row.account, row.resource.resource_type, row.resource.resource_id), row.details)
        }));
    }
    for (rule, account, region) in &rules {
        if budget.is_short() {
            break;
        }
        let consequence = "results of single resources may not be read: the report does without reasons";
        let place = (rule.as_str(), account.as_str(), region.as_str());
        let Some(reasons) = unless_refused(reasons(config, aggregator, place).await, run_id, consequence)? else { break };
        learned.reasons.extend(reasons);
    }
    let kept = Retained {
        schema_version: SCHEMA_VERSION,
        run_id: run_id.to_owned(),
        details: learned.details.clone().into_iter().collect(),
        reasons: learned.reasons.clone().into_iter().collect(),
    };
    store.write(REPORT_DETAILS, JSON, serde_json::to_vec(&kept)?).await?;
    Ok(learned)
}

async fn retained(store: &Store, run_id: &str) -> Result<Option<Learned>, HandlerError> {
    let Some(object) = store.read_if_there(REPORT_DETAILS).await? else { return Ok(None) };
    let kept = serde_json::from_slice::<Retained>(&object.body).ok();
    let kept = kept.filter(|kept| kept.schema_version == SCHEMA_VERSION && kept.run_id == run_id);
    Ok(kept.map(|kept| Learned {
        details: kept.details.into_iter().collect(),
        reasons: kept.reasons.into_iter().collect(),
    }))
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
        let page = page.await.map_err(|error| AwsError::new("SelectAggregateResourceConfig of names and tags", &error))?;
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
