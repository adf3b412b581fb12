//! What the aggregator has of another account and region, in the form of what AWS Config says of this one.
//!
//! The aggregator follows with a delay, and says nothing of a rule without results. So no finding is closed because something is
//! missing there: it is closed where a rule finds the resource compliant, or where a rule that has results has none of it.

use std::collections::BTreeMap;

use aws_sdk_config::{
    error::ProvideErrorMetadata,
    types::{AggregateEvaluationResult, ComplianceType, ConfigRuleComplianceFilters},
};
use compliance_types::resource::Resource;
use functions_core::{
    evaluate::ReportedRule,
    open_findings::{ROWS_PER_CALL, query_of},
    run::Origin,
};

use super::reading::{Evaluated, Page, RESULTS_PER_CALL, evaluated, reported_rule};
use crate::{config_reads::ConfigReads, error::AwsError};

/// An account and region that are read through the aggregator.
#[derive(Debug, Clone)]
pub(super) struct Through {
    /// Name of the aggregator.
    pub aggregator: String,
    /// The account and region.
    pub origin: Origin,
    /// Whether it is another region of the account of the function, whose global resources are read directly.
    pub is_own_account: bool,
}

impl Through {
    /// Each rule of the account and region that has a result.
    pub(super) async fn rules(&self, config: &ConfigReads) -> Result<Vec<ReportedRule>, AwsError> {
        let Origin { account, region } = &self.origin;
        let filters = ConfigRuleComplianceFilters::builder().account_id(account).aws_region(region).build();
        let mut found = Vec::new();
        let read = config.pages(
            |client, token| {
                let request = client.describe_aggregate_compliance_by_config_rules();
                let request = request.configuration_aggregator_name(&self.aggregator).filters(filters.clone());
                request.set_next_token(token).send()
            },
            |page| {
                let rules = page.aggregate_compliance_by_config_rules().iter();
                found.extend(rules.map(|rule| reported_rule(rule.config_rule_name(), rule.compliance())));
                page.next_token
            },
        );
        let operation = || format!("DescribeAggregateComplianceByConfigRules of {account}, {region}");
        read.await.map_err(|error| AwsError::new(operation(), &error))?;
        Ok(found)
    }

    /// A page of the index of open findings; or why not, and whether it is because of the token.
    pub(super) async fn open_findings(
        &self,
        config: &ConfigReads,
        token: Option<&String>,
    ) -> Result<Page, (AwsError, bool)> {
        let page = config.read(|client| {
            let request = client.select_aggregate_resource_config().expression(query_of(&self.origin));
            let request = request.configuration_aggregator_name(&self.aggregator).limit(ROWS_PER_CALL);
            request.set_next_token(token.cloned()).send()
        });
        match page.await {
            Ok(page) => Ok(Page { rows: page.results.unwrap_or_default(), next: page.next_token }),
            Err(error) => {
                let of_token = error.code() == Some("InvalidNextTokenException");
                Err((AwsError::new("SelectAggregateResourceConfig of open findings", &error), of_token))
            }
        }
    }

    /// Every resource with this result under a rule.
    pub(super) async fn of_rule(
        &self,
        config: &ConfigReads,
        rule: &str,
        result: ComplianceType,
    ) -> Result<BTreeMap<Resource, Evaluated>, AwsError> {
        let Origin { account, region } = &self.origin;
        let mut found = BTreeMap::new();
        let read = config.pages(
            |client, token| {
                let request = client.get_aggregate_compliance_details_by_config_rule();
                let request = request.configuration_aggregator_name(&self.aggregator).config_rule_name(rule);
                let request = request.account_id(account).aws_region(region).compliance_type(result.clone());
                request.limit(RESULTS_PER_CALL).set_next_token(token).send()
            },
            |page| {
                found.extend(page.aggregate_evaluation_results().iter().filter_map(result_of));
                page.next_token
            },
        );
        let operation = || format!("GetAggregateComplianceDetailsByConfigRule of `{rule}` in {account}, {region}");
        read.await.map_err(|error| AwsError::new(operation(), &error))?;
        Ok(found)
    }
}

fn result_of(result: &AggregateEvaluationResult) -> Option<(Resource, Evaluated)> {
    let qualifier = result.evaluation_result_identifier()?.evaluation_result_qualifier()?;
    let resource = Resource {
        resource_type: qualifier.resource_type()?.to_owned(),
        resource_id: qualifier.resource_id()?.to_owned(),
    };
    Some((resource, evaluated(result.compliance_type(), result.result_recorded_time(), result.annotation())?))
}
