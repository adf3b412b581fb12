//! What the aggregator sees.

use aws_sdk_config::types::{ConfigurationRecorderStatus, RecorderStatus};
use functions_core::{
    aggregate::{QUERY, ROWS_PER_CALL, SOURCES_PER_CALL, read_row},
    run::Run,
};
use functions_history::{History, HistoryError, Row};
use functions_report::{
    collect::Collector,
    input::{Context, Evaluation},
};

use super::known::Known;
use crate::error::{AwsError, HandlerError};

/// Everything that was read, as it is kept: counts and open findings, and compressed columns.
pub(super) struct Read {
    pub collector: Collector,
    pub history: History,
    /// Rows that the aggregator gave, one a resource.
    pub resources: u64,
    /// Rows among them that do not read, and count nowhere else.
    pub unreadable: u64,
    known: Known,
}

/// Account and region of each source of the aggregator. Sources that an organization names are known once they report.
pub(super) async fn sources(
    config: &aws_sdk_config::Client,
    aggregator: &str,
) -> Result<Vec<(String, String)>, AwsError> {
    let operation = || format!("DescribeConfigurationAggregatorSourcesStatus of `{aggregator}`");
    let request = config.describe_configuration_aggregator_sources_status().limit(SOURCES_PER_CALL);
    let mut pages = request.configuration_aggregator_name(aggregator).into_paginator().items().send();
    let mut sources = Vec::new();
    while let Some(source) = pages.next().await {
        let source = source.map_err(|error| AwsError::new(operation(), &error))?;
        let account = source.source_type().is_some_and(|kind| kind.as_str() == "ACCOUNT");
        if let (true, Some(id), Some(region)) = (account, source.source_id, source.aws_region) {
            sources.push((id, region));
        }
    }
    Ok(sources)
}

/// Whether the recorder of this account and region stands still, cannot deliver, or is not there. A recorder that stands
/// still is silent: the rules keep their last verdicts.
pub(super) async fn recorder_stopped(config: &aws_sdk_config::Client) -> Result<bool, AwsError> {
    let answer = config.describe_configuration_recorder_status().send().await;
    let answer = answer.map_err(|error| AwsError::new("DescribeConfigurationRecorderStatus".to_owned(), &error))?;
    // The API reference writes `Failure`, the service has been seen to answer in capitals.
    let failed = |status: &ConfigurationRecorderStatus| {
        let word = status.last_status.as_ref().map(RecorderStatus::as_str);
        word.is_some_and(|word| word.eq_ignore_ascii_case(RecorderStatus::Failure.as_str()))
    };
    Ok(!answer.configuration_recorders_status().iter().any(|status| status.recording && !failed(status)))
}

/// Every verdict, page by page.
pub(super) async fn verdicts(
    config: &aws_sdk_config::Client,
    aggregator: &str,
    (context, known): (Context, Known),
    run: &Run,
) -> Result<Read, HandlerError> {
    let millis = i64::try_from(run.time.unix_millis()).unwrap_or(i64::MAX);
    let mut read = Read {
        collector: Collector::new(context),
        history: History::new(&run.id, run.time.date(), millis).map_err(|error| history_error(&error))?,
        resources: 0,
        unreadable: 0,
        known,
    };
    let operation = || format!("SelectAggregateResourceConfig through `{aggregator}`");
    let request = config.select_aggregate_resource_config().expression(QUERY).limit(ROWS_PER_CALL);
    let mut rows = request.configuration_aggregator_name(aggregator).into_paginator().items().send();
    while let Some(row) = rows.next().await {
        read.add(&row.map_err(|error| AwsError::new(operation(), &error))?)?;
    }
    Ok(read)
}

impl Read {
    fn add(&mut self, row: &str) -> Result<(), HandlerError> {
        self.resources = self.resources.saturating_add(1);
        let Some(row) = read_row(row) else {
            self.unreadable = self.unreadable.saturating_add(1);
            return Ok(());
        };
        let target = &row.configuration;
        for verdict in &target.config_rule_list {
            let evaluation = Evaluation {
                account: &row.account_id,
                region: &row.aws_region,
                rule: self.known.name(&verdict.config_rule_name),
                resource_type: &target.target_resource_type,
                resource_id: &target.target_resource_id,
                compliance: verdict.compliance_type,
            };
            self.collector.add(evaluation);
            let row = Row {
                account: evaluation.account,
                region: evaluation.region,
                rule: evaluation.rule,
                severity: self.known.severity(evaluation.rule).word(),
                resource_type: evaluation.resource_type,
                resource_id: evaluation.resource_id,
                compliance: evaluation.compliance,
            };
            self.history.add(row).map_err(|error| history_error(&error))?;
        }
        Ok(())
    }
}

pub(super) fn history_error(error: &HistoryError) -> HandlerError {
    HandlerError::Report { what: "writing the history".to_owned(), cause: error.to_string() }
}
