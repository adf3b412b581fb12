//! What the aggregator says of each of its sources.

use aws_sdk_config::types::AggregatedSourceStatusType;
use compliance_types::time::Timestamp;
use functions_core::{
    aggregate::SOURCES_PER_CALL,
    run::Origin,
    sources::{Status, Transfer},
};

use crate::{config_reads::ConfigReads, error::AwsError};

/// The accounts and regions that an aggregator lists. Those that an organization names are known once they report.
///
/// # Errors
/// When AWS Config does not answer.
pub async fn sources(config: &ConfigReads, aggregator: &str) -> Result<Vec<Status>, AwsError> {
    let operation = || format!("DescribeConfigurationAggregatorSourcesStatus of `{aggregator}`");
    let mut sources = Vec::new();
    let read = config.pages(
        |client, token| {
            let request = client.describe_configuration_aggregator_sources_status().limit(SOURCES_PER_CALL);
            request.configuration_aggregator_name(aggregator).set_next_token(token).send()
        },
        |page| {
            for source in page.aggregated_source_status_list() {
                let account = source.source_type().is_some_and(|kind| kind.as_str() == "ACCOUNT");
                let transfer = match source.last_update_status() {
                    Some(AggregatedSourceStatusType::Succeeded) => Transfer::Succeeded,
                    Some(AggregatedSourceStatusType::Outdated) => Transfer::Outdated,
                    _ => Transfer::Failed,
                };
                let seconds = source.last_update_time().and_then(|time| u64::try_from(time.secs()).ok());
                let updated = seconds.map(Timestamp::from_unix_seconds);
                if let (true, Some(account), Some(region)) = (account, source.source_id(), source.aws_region()) {
                    let origin = Origin { account: account.to_owned(), region: region.to_owned() };
                    sources.push(Status { origin, transfer, updated });
                }
            }
            page.next_token
        },
    );
    read.await.map_err(|error| AwsError::new(operation(), &error))?;
    Ok(sources)
}
