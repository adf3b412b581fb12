//! What AWS Config says: the compliance of rules, of resources under a rule, and what is recorded.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_config::{
    Client,
    types::{ComplianceByConfigRule, ComplianceType, EvaluationResult},
};
use compliance_types::{resource::Resource, time::Timestamp};
use functions_core::{
    configuration::MonitoringConfiguration,
    evaluate::{RULES_PER_CALL, ReportedRule, ResourceCount},
    recording::Recording,
};

use crate::error::AwsError;

/// Results of one call (AWS Config API Reference, "GetComplianceDetailsByConfigRule", `Limit`).
const RESULTS_PER_CALL: i32 = 100;
/// Below so many resources each is asked for by itself; above, the pages of all that comply are read.
const ASKED_ALONE: usize = 20;

/// Rules whose reads AWS Config refuses, each with its answer.
pub(super) type Unreadable = BTreeMap<String, AwsError>;

/// What AWS Config says of each rule, and the rules whose reads it refuses.
pub(super) async fn rules(
    config: &Client,
    configuration: &MonitoringConfiguration,
) -> Result<(Vec<ReportedRule>, Unreadable), AwsError> {
    let names: Vec<&str> = configuration.rules().iter().map(|rule| rule.name.as_str()).collect();
    let (mut reported, mut unreadable) = (Vec::with_capacity(names.len()), Unreadable::new());
    for names in names.chunks(RULES_PER_CALL) {
        match describe(config, names).await {
            Ok(Some(rules)) => {
                reported.extend(rules);
                continue;
            }
            Err(error) if !error.is_invalid_request() => return Err(error),
            // One rule that does not exist or is refused fails the whole call: ask for each, so that the others keep their verdicts.
            Ok(None) | Err(_) => {}
        }
        for name in names {
            match describe(config, &[name]).await {
                Ok(rules) => reported.extend(rules.unwrap_or_default()),
                Err(error) if error.is_invalid_request() || error.is_refusal() => {
                    unreadable.insert((*name).to_owned(), error);
                    reported.push(ReportedRule {
                        name: (*name).to_owned(),
                        compliance_type: None,
                        non_compliant_resources: None,
                    });
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok((reported, unreadable))
}

/// What AWS Config says of these rules; `None` where it does not have one of them.
async fn describe(config: &Client, names: &[&str]) -> Result<Option<Vec<ReportedRule>>, AwsError> {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    let request = config.describe_compliance_by_config_rule().set_config_rule_names(Some(names));
    let mut pages = request.into_paginator().send();
    let mut reported = Vec::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => reported.extend(page.compliance_by_config_rules().iter().map(reported_rule)),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_config_rule_exception()) => {
                return Ok(None);
            }
            Err(error) => return Err(AwsError::new("DescribeComplianceByConfigRule", &error)),
        }
    }
    Ok(Some(reported))
}

fn reported_rule(rule: &ComplianceByConfigRule) -> ReportedRule {
    let compliance = rule.compliance();
    let count = compliance.and_then(|compliance| compliance.compliance_contributor_count());
    ReportedRule {
        name: rule.config_rule_name().unwrap_or_default().to_owned(),
        compliance_type: compliance
            .and_then(|compliance| compliance.compliance_type())
            .map(|word| word.as_str().to_owned()),
        non_compliant_resources: count.map(|count| ResourceCount {
            count: u32::try_from(count.capped_count()).unwrap_or_default(),
            exceeded: count.cap_exceeded(),
        }),
    }
}

/// Resources that do not comply with a rule, and since when. None where the rule went in between.
pub(super) async fn non_compliant(config: &Client, rule: &str) -> Result<BTreeMap<Resource, Timestamp>, AwsError> {
    let mut found = BTreeMap::new();
    each(config, rule, ComplianceType::NonCompliant, |resource, since| {
        found.insert(resource, since);
        true
    })
    .await?;
    Ok(found)
}

/// Those of `wanted` that comply with a rule.
pub(super) async fn compliant(
    config: &Client,
    rule: &str,
    mut wanted: BTreeSet<Resource>,
) -> Result<BTreeSet<Resource>, AwsError> {
    let mut found = BTreeSet::new();
    if wanted.len() < ASKED_ALONE {
        for resource in wanted {
            if complies(config, rule, &resource).await? {
                found.insert(resource);
            }
        }
        return Ok(found);
    }
    each(config, rule, ComplianceType::Compliant, |resource, _| {
        if wanted.remove(&resource) {
            found.insert(resource);
        }
        !wanted.is_empty()
    })
    .await?;
    Ok(found)
}

/// Whether a resource complies with a rule.
async fn complies(config: &Client, rule: &str, resource: &Resource) -> Result<bool, AwsError> {
    let Resource { resource_type, resource_id } = resource;
    let request = config.get_compliance_details_by_resource().resource_type(resource_type).resource_id(resource_id);
    let mut results = request.compliance_types(ComplianceType::Compliant).into_paginator().items().send();
    while let Some(result) = results.next().await {
        let operation = || format!("GetComplianceDetailsByResource of {resource_type} `{resource_id}`");
        let result = result.map_err(|error| AwsError::new(operation(), &error))?;
        let qualifier =
            result.evaluation_result_identifier().and_then(|identifier| identifier.evaluation_result_qualifier());
        if qualifier.and_then(|qualifier| qualifier.config_rule_name()) == Some(rule) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Hands over each resource of that verdict, page by page, as long as `take` wants more.
async fn each(
    config: &Client,
    rule: &str,
    verdict: ComplianceType,
    mut take: impl FnMut(Resource, Timestamp) -> bool,
) -> Result<(), AwsError> {
    let request = config.get_compliance_details_by_config_rule().config_rule_name(rule);
    let mut results = request.compliance_types(verdict).limit(RESULTS_PER_CALL).into_paginator().items().send();
    while let Some(result) = results.next().await {
        match result {
            Ok(result) => {
                if let Some((resource, since)) = judged(&result)
                    && !take(resource, since)
                {
                    break;
                }
            }
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_config_rule_exception()) => {
                break;
            }
            Err(error) => {
                return Err(AwsError::new(format!("GetComplianceDetailsByConfigRule of `{rule}`"), &error));
            }
        }
    }
    Ok(())
}

fn judged(result: &EvaluationResult) -> Option<(Resource, Timestamp)> {
    let qualifier = result.evaluation_result_identifier()?.evaluation_result_qualifier()?;
    let resource = Resource {
        resource_type: qualifier.resource_type()?.to_owned(),
        resource_id: qualifier.resource_id()?.to_owned(),
    };
    let seconds = result.result_recorded_time().map_or(0, |time| time.secs());
    Some((resource, Timestamp::from_unix_seconds(u64::try_from(seconds).unwrap_or(0))))
}

/// What the recorders of this region record.
pub(super) async fn recordings(config: &Client) -> Result<Vec<Recording>, AwsError> {
    let answer = config.describe_configuration_recorders().send().await;
    let answer = answer.map_err(|error| AwsError::new("DescribeConfigurationRecorders", &error))?;
    let groups = answer.configuration_recorders().iter().filter_map(|recorder| recorder.recording_group());
    let recordings = groups.map(|group| {
        let names =
            |types: &[aws_sdk_config::types::ResourceType]| types.iter().map(|each| each.as_str().to_owned()).collect();
        let excluded = group.exclusion_by_resource_types().map(|excluded| names(excluded.resource_types()));
        let excluded: BTreeSet<String> = excluded.unwrap_or_default();
        let types: BTreeSet<String> = names(group.resource_types());
        Recording { all: group.all_supported() || (types.is_empty() && !excluded.is_empty()), types, excluded }
    });
    Ok(recordings.collect())
}
