//! What a person knows the resources of findings by, and why they do not comply: read of findings that are new and again after
//! a while, and carried from one report to the next.
//!
//! What a run has learned is retained under its id, so that every attempt of it writes the same report. A read that fails costs
//! what it would have told, and the next run makes it again.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_config::types::ComplianceType;
use compliance_types::resource::{GLOBAL, home_region};
use functions_core::{
    details::{self, Details, clipped},
    key::REPORT_DETAILS,
    record::SCHEMA_VERSION,
};
use functions_report::{
    collect::Comparing,
    input::{Learned, ResourceKey},
};
use serde::{Deserialize, Serialize};

use super::{known::Known, state::PackIds};
use crate::{
    budget::Budget,
    config_reads::ConfigReads,
    error::{AwsError, HandlerError},
    log,
    store::{JSON, Store},
};

/// Resources of one query, and results of one page.
const ROWS: usize = 100;
/// Findings whose resources one run learns about at most; the following runs learn the rest.
const FINDINGS: usize = 20_000;
/// Rules of accounts and regions whose reasons one run reads at most; the following runs read the rest.
const RULES: usize = 400;

/// What a run has learned, as it is retained.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Retained {
    schema_version: u32,
    run_id: String,
    /// How many of the reads were made. They are the same for every attempt of a run, in the same order.
    reads: usize,
    /// Those of them that failed.
    failed: BTreeSet<usize>,
    details: Vec<(ResourceKey, Details)>,
    reasons: Vec<((String, ResourceKey), String)>,
}

/// One read of AWS Config.
enum Read {
    /// Names and tags of the resources of a query.
    Details { expression: String, ids: Vec<String> },
    /// Reasons of a rule in an account and region.
    Reasons(Reasons),
}

/// A rule of an account and region.
struct Reasons {
    /// The name under which it counts, and the one that it has there.
    rule: String,
    reported: String,
    account: String,
    region: String,
    /// The region that its resources belong to: that one, or none.
    home: String,
}

/// What is known of the findings of a run: what an earlier attempt of it learned, and what AWS Config says now.
///
/// # Errors
/// When the bucket does not answer, or the time ends before everything is read: what was learned is retained.
pub(super) async fn learn(
    (config, aggregator): (&ConfigReads, &str),
    store: &Store,
    comparing: &Comparing,
    (known, packs): (&Known, &PackIds),
    (budget, run_id): (&Budget, &str),
) -> Result<Learned, HandlerError> {
    let reads = reads(comparing, known, packs);
    if reads.is_empty() {
        return Ok(Learned::default());
    }
    let mut retained = retained(store, run_id).await?;
    let before = retained.reads;
    let mut refused = BTreeSet::new();
    for (number, read) in reads.iter().enumerate().skip(before) {
        if retained.reads > before && budget.is_short() {
            break;
        }
        retained.reads += 1;
        let (kind, made) = match read {
            Read::Details { .. } if refused.contains("names and tags") => ("names and tags", Ok(false)),
            Read::Reasons(_) if refused.contains("reasons") => ("reasons", Ok(false)),
            Read::Details { expression, .. } => {
                let rows = config.rows(Some(aggregator), expression).await;
                ("names and tags", rows.map(|rows| retained.add_details(&rows)))
            }
            Read::Reasons(one) => {
                let found = reasons(config, aggregator, one).await;
                ("reasons", found.map(|found| retained.add_reasons(found)))
            }
        };
        match made {
            Ok(true) => {}
            Ok(false) => drop(retained.failed.insert(number)),
            Err(error) => {
                retained.failed.insert(number);
                if error.is_refusal() {
                    refused.insert(kind);
                }
                log::error(run_id, &format!("{kind} are not read: the report does without"), &error.into());
            }
        }
    }
    if retained.reads > before {
        store.write(REPORT_DETAILS, JSON, serde_json::to_vec(&retained)?).await?;
    }
    if retained.reads < reads.len() {
        return Err(HandlerError::Unfinished { resources: u64::try_from(retained.details.len()).unwrap_or(u64::MAX) });
    }
    Ok(learned(reads, retained))
}

impl Retained {
    fn add_details(&mut self, rows: &[String]) -> bool {
        let rows = rows.iter().filter_map(|row| details::read_row(row));
        self.details.extend(rows.map(|row| {
            let region = row.resource.home_region(&row.region).to_owned();
            ((row.account, region, row.resource.resource_type, row.resource.resource_id), row.details)
        }));
        true
    }

    fn add_reasons(&mut self, found: BTreeMap<(String, ResourceKey), String>) -> bool {
        self.reasons.extend(found);
        true
    }
}

/// What was learned, and of what it was asked for without a failure.
fn learned(reads: Vec<Read>, retained: Retained) -> Learned {
    let (mut described, mut explained, mut failed) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (number, read) in reads.into_iter().enumerate() {
        let is_made = !retained.failed.contains(&number);
        match read {
            Read::Details { ids, .. } if is_made => described.extend(ids),
            Read::Details { .. } => {}
            Read::Reasons(one) if is_made => drop(explained.insert((one.rule, one.account, one.home))),
            Read::Reasons(one) => drop(failed.insert((one.rule, one.account, one.home))),
        }
    }
    Learned {
        details: retained.details.into_iter().collect(),
        reasons: retained.reasons.into_iter().collect(),
        described,
        explained: explained.difference(&failed).cloned().collect(),
    }
}

/// What is to be read: of findings of which it was not read yet, or a while ago.
fn reads(comparing: &Comparing, known: &Known, packs: &PackIds) -> Vec<Read> {
    let ids: BTreeSet<&str> = comparing.undescribed().take(FINDINGS).map(|row| row.resource_id).collect();
    let text = |text: &str| text.to_owned();
    let queries = details::queries(ids, ROWS)
        .into_iter()
        .map(|query| Read::Details { expression: query.expression, ids: query.ids.into_iter().map(text).collect() });
    let mut reads: Vec<Read> = queries.collect();
    let mut seen = BTreeSet::new();
    for row in comparing.unexplained() {
        if seen.len() >= RULES {
            break;
        }
        if !seen.insert((row.rule, row.account, row.region)) {
            continue;
        }
        let regions = if row.region == GLOBAL { comparing.regions_of_global(row.account) } else { vec![row.region] };
        reads.extend(regions.into_iter().filter_map(|region| {
            let reported = known.name_in_account(row.rule, packs, (row.account, region))?;
            let (rule, account, home) = (text(row.rule), text(row.account), text(row.region));
            Some(Read::Reasons(Reasons { rule, reported, account, region: text(region), home }))
        }));
    }
    reads
}

async fn retained(store: &Store, run_id: &str) -> Result<Retained, HandlerError> {
    let object = store.read_if_there(REPORT_DETAILS).await?;
    let kept = object.and_then(|object| serde_json::from_slice::<Retained>(&object.body).ok());
    let own = kept.filter(|kept| kept.schema_version == SCHEMA_VERSION && kept.run_id == run_id);
    let fresh = || Retained { schema_version: SCHEMA_VERSION, run_id: run_id.to_owned(), ..Retained::default() };
    Ok(own.unwrap_or_else(fresh))
}

/// Why resources do not comply with a rule of an account and region; nothing where the aggregator has no such rule.
async fn reasons(
    config: &ConfigReads,
    aggregator: &str,
    one: &Reasons,
) -> Result<BTreeMap<(String, ResourceKey), String>, AwsError> {
    let Reasons { rule, reported, account, region, home } = one;
    let mut found = BTreeMap::new();
    let read = config.pages(
        |client, token| {
            let request = client.get_aggregate_compliance_details_by_config_rule();
            let request = request.configuration_aggregator_name(aggregator).config_rule_name(reported);
            let request = request.account_id(account).aws_region(region).compliance_type(ComplianceType::NonCompliant);
            request.limit(i32::try_from(ROWS).unwrap_or(100)).set_next_token(token).send()
        },
        |page| {
            for result in page.aggregate_evaluation_results() {
                let qualifier = result
                    .evaluation_result_identifier()
                    .and_then(|identifier| identifier.evaluation_result_qualifier());
                let annotation = result.annotation().filter(|text| !text.trim().is_empty());
                if let (Some(qualifier), Some(annotation)) = (qualifier, annotation)
                    && let (Some(kind), Some(id)) = (qualifier.resource_type(), qualifier.resource_id())
                    && home_region(kind, region) == home
                {
                    let resource = (account.clone(), home.clone(), kind.to_owned(), id.to_owned());
                    found.insert((rule.clone(), resource), clipped(annotation));
                }
            }
            page.next_token
        },
    );
    match read.await {
        // A rule can go in between.
        Err(error) if error.as_service_error().is_some_and(|error| error.is_validation_exception()) => Ok(found),
        Err(error) => {
            let operation = format!("GetAggregateComplianceDetailsByConfigRule of `{reported}` in {account}, {region}");
            Err(AwsError::new(operation, &error))
        }
        Ok(()) => Ok(found),
    }
}
