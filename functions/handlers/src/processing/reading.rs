//! What AWS Config says: the compliance of rules, the index of open findings, results of one rule or resource, and what is
//! recorded.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_config::{
    error::ProvideErrorMetadata,
    operation::get_compliance_details_by_config_rule::GetComplianceDetailsByConfigRuleError,
    primitives::DateTime,
    types::{Compliance as RuleCompliance, ComplianceType, EvaluationResult},
};
use compliance_types::{resource::Resource, time::Timestamp};
use functions_core::{
    compliance::Compliance,
    details::clipped,
    evaluate::{RULES_PER_CALL, ReportedRule, ResourceCount},
    open_findings::{QUERY, ROWS_PER_CALL},
    recording::Recording,
};

use crate::{config_reads::ConfigReads, error::AwsError};

/// Results of one call (AWS Config API Reference, "GetComplianceDetailsByConfigRule", `Limit`).
pub(super) const RESULTS_PER_CALL: i32 = 100;

/// A page of the index of open findings.
pub(super) struct Page {
    /// Rows, JSON text each.
    pub rows: Vec<String>,
    /// The token of the next page.
    pub next: Option<String>,
}

/// What one rule says of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Evaluated {
    pub compliance: Compliance,
    /// Since when.
    pub since: Timestamp,
    /// Why, in the words of the rule.
    pub annotation: Option<String>,
}

/// Rules whose results could not be read, each with the answer of AWS Config.
pub(super) type Unreadable = BTreeMap<String, AwsError>;

/// What AWS Config says of each rule, and the rules whose reads it rejects.
pub(super) async fn rules(config: &ConfigReads, names: &[&str]) -> Result<(Vec<ReportedRule>, Unreadable), AwsError> {
    let (mut reported, mut unreadable) = (Vec::with_capacity(names.len()), Unreadable::new());
    for names in names.chunks(RULES_PER_CALL) {
        match describe(config, names).await {
            Ok(Some(rules)) => {
                reported.extend(rules);
                continue;
            }
            Err(error) if !error.is_invalid_request() => return Err(error),
            // One rule that is missing or rejected fails the whole call: ask for each, so that the others keep their results.
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
async fn describe(config: &ConfigReads, names: &[&str]) -> Result<Option<Vec<ReportedRule>>, AwsError> {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut reported = Vec::new();
    let read = config.pages(
        |client, token| {
            let request = client.describe_compliance_by_config_rule().set_config_rule_names(Some(names.clone()));
            request.set_next_token(token).send()
        },
        |page| {
            let rules = page.compliance_by_config_rules().iter();
            reported.extend(rules.map(|rule| reported_rule(rule.config_rule_name(), rule.compliance())));
            page.next_token
        },
    );
    match read.await {
        Ok(()) => Ok(Some(reported)),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_config_rule_exception()) => {
            Ok(None)
        }
        Err(error) => Err(AwsError::new("DescribeComplianceByConfigRule", &error)),
    }
}

/// A rule with what AWS Config says of it.
pub(super) fn reported_rule(name: Option<&str>, compliance: Option<&RuleCompliance>) -> ReportedRule {
    let count = compliance.and_then(|compliance| compliance.compliance_contributor_count());
    ReportedRule {
        name: name.unwrap_or_default().to_owned(),
        compliance_type: compliance
            .and_then(|compliance| compliance.compliance_type())
            .map(|word| word.as_str().to_owned()),
        non_compliant_resources: count.map(|count| ResourceCount {
            count: u32::try_from(count.capped_count()).unwrap_or_default(),
            exceeded: count.cap_exceeded(),
        }),
    }
}

/// A page of the index of open findings; or why not, and whether it is because of the token.
pub(super) async fn open_findings(config: &ConfigReads, token: Option<&String>) -> Result<Page, (AwsError, bool)> {
    let page = config.read(|client| {
        let request = client.select_resource_config().expression(QUERY).limit(ROWS_PER_CALL);
        request.set_next_token(token.cloned()).send()
    });
    match page.await {
        Ok(page) => Ok(Page { rows: page.results.unwrap_or_default(), next: page.next_token }),
        Err(error) => {
            let of_token = error.code() == Some("InvalidNextTokenException");
            Err((AwsError::new("SelectResourceConfig of open findings", &error), of_token))
        }
    }
}

/// Every resource with this result under a rule. None where the rule is gone.
pub(super) async fn of_rule(
    config: &ConfigReads,
    rule: &str,
    result: ComplianceType,
) -> Result<BTreeMap<Resource, Evaluated>, AwsError> {
    let mut found = BTreeMap::new();
    each(config, rule, result, |resource, evaluated| {
        found.insert(resource, evaluated);
        true
    })
    .await?;
    Ok(found)
}

/// Those of `wanted` that comply with a rule, by the pages of all that do.
pub(super) async fn compliant(
    config: &ConfigReads,
    rule: &str,
    mut wanted: BTreeSet<Resource>,
) -> Result<BTreeSet<Resource>, AwsError> {
    let mut found = BTreeSet::new();
    each(config, rule, ComplianceType::Compliant, |resource, _| {
        if wanted.remove(&resource) {
            found.insert(resource);
        }
        !wanted.is_empty()
    })
    .await?;
    Ok(found)
}

/// What each rule says of a resource.
pub(super) async fn of_resource(
    config: &ConfigReads,
    resource: &Resource,
) -> Result<BTreeMap<String, Evaluated>, AwsError> {
    let Resource { resource_type, resource_id } = resource;
    let mut found = BTreeMap::new();
    let read = config.pages(
        |client, token| {
            let request = client.get_compliance_details_by_resource();
            request.resource_type(resource_type).resource_id(resource_id).set_next_token(token).send()
        },
        |page| {
            for result in page.evaluation_results() {
                let qualifier = result
                    .evaluation_result_identifier()
                    .and_then(|identifier| identifier.evaluation_result_qualifier());
                let rule = qualifier.and_then(|qualifier| qualifier.config_rule_name());
                if let (Some(rule), Some(evaluated)) = (rule, evaluation(result)) {
                    found.insert(rule.to_owned(), evaluated);
                }
            }
            page.next_token
        },
    );
    let operation = || format!("GetComplianceDetailsByResource of {resource_type} `{resource_id}`");
    read.await.map_err(|error| AwsError::new(operation(), &error))?;
    Ok(found)
}

/// Hands over each resource of that result, page by page, as long as `take` wants more.
async fn each(
    config: &ConfigReads,
    rule: &str,
    result: ComplianceType,
    mut take: impl FnMut(Resource, Evaluated) -> bool,
) -> Result<(), AwsError> {
    let read = config.pages(
        |client, token| {
            let request = client.get_compliance_details_by_config_rule().config_rule_name(rule);
            let request = request.compliance_types(result.clone()).limit(RESULTS_PER_CALL);
            request.set_next_token(token).send()
        },
        |page| {
            for result in page.evaluation_results() {
                if let (Some(resource), Some(evaluated)) = (resource_of(result), evaluation(result))
                    && !take(resource, evaluated)
                {
                    return None;
                }
            }
            page.next_token
        },
    );
    match read.await {
        Ok(()) => Ok(()),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(GetComplianceDetailsByConfigRuleError::is_no_such_config_rule_exception) =>
        {
            Ok(())
        }
        Err(error) => Err(AwsError::new(format!("GetComplianceDetailsByConfigRule of `{rule}`"), &error)),
    }
}

fn resource_of(result: &EvaluationResult) -> Option<Resource> {
    let qualifier = result.evaluation_result_identifier()?.evaluation_result_qualifier()?;
    Some(Resource {
        resource_type: qualifier.resource_type()?.to_owned(),
        resource_id: qualifier.resource_id()?.to_owned(),
    })
}

fn evaluation(result: &EvaluationResult) -> Option<Evaluated> {
    evaluated(result.compliance_type(), result.result_recorded_time(), result.annotation())
}

/// What a rule says of a resource; `None` where it says it in a word that is not known.
pub(super) fn evaluated(
    compliance: Option<&ComplianceType>,
    recorded: Option<&DateTime>,
    annotation: Option<&str>,
) -> Option<Evaluated> {
    let seconds = recorded.map_or(0, DateTime::secs);
    Some(Evaluated {
        compliance: Compliance::from_word(compliance?.as_str())?,
        since: Timestamp::from_unix_seconds(u64::try_from(seconds).unwrap_or(0)),
        annotation: annotation.filter(|text| !text.trim().is_empty()).map(clipped),
    })
}

/// What the recorders of this region record.
pub(super) async fn recordings(config: &ConfigReads) -> Result<Vec<Recording>, AwsError> {
    let answer = config.read(|client| client.describe_configuration_recorders().send()).await;
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
