//! Reads every account and region through the aggregator and writes one snapshot.
//!
//! Invoked by the on-success destination of processing, or by hand with `{}`.

use functions_core::{
    aggregate::{QUERY, ROWS_PER_CALL},
    contract::Handler,
    environment::AggregationEnvironment,
    event, key, metrics, record,
};
use serde_json::{Value, json};

use crate::{
    aws::Clients,
    error::{AwsError, HandlerError},
    invocation::Invocation,
    log,
    store::Store,
};

/// The handler.
pub struct Aggregation {
    config: aws_sdk_config::Client,
    store: Store,
    environment: AggregationEnvironment,
}

impl Aggregation {
    /// The handler as its environment says.
    ///
    /// # Errors
    /// Names every variable that is missing or ill-formed.
    pub fn new(lookup: impl Fn(&str) -> Option<String>, clients: &Clients) -> Result<Self, HandlerError> {
        let environment = AggregationEnvironment::read(lookup)?;
        let store = Store::new(clients.s3.clone(), environment.storage.clone());
        Ok(Self { config: clients.config.clone(), store, environment })
    }

    /// Answers `{"record", "resources", "unreadableResources", "compliant", "nonCompliant", ...}`.
    ///
    /// # Errors
    /// When AWS does not answer.
    pub async fn handle(&self, event: &Value, invocation: &Invocation) -> Result<Value, HandlerError> {
        let aggregator = &self.environment.aggregator_name;
        let aggregation = self.read(aggregator).await?;
        let record = aggregation.finish(&invocation.run, aggregator, event::processing_record(event));
        let key = key::report(Handler::Aggregation, &invocation.run);
        let written = self.store.write_once(&key, record::render(&record)?).await?;
        let mut answer = serde_json::to_value(record.totals)?;
        if let Some(members) = answer.as_object_mut() {
            members.insert("record".to_owned(), key.into());
            members.insert("resources".to_owned(), record.resources.into());
            members.insert("unreadableResources".to_owned(), record.unreadable_resources.into());
        }
        log::info(&invocation.run.id, "aggregated", &json!({ "written": format!("{written:?}"), "answer": answer }));
        log::line(&metrics::of_snapshot(&record, &invocation.function_name, invocation.started_unix_millis));
        Ok(answer)
    }

    async fn read(&self, aggregator: &str) -> Result<functions_core::aggregate::Aggregation, AwsError> {
        let request = self.config.select_aggregate_resource_config().expression(QUERY).limit(ROWS_PER_CALL);
        let mut rows = request.configuration_aggregator_name(aggregator).into_paginator().items().send();
        let mut aggregation = functions_core::aggregate::Aggregation::default();
        while let Some(row) = rows.next().await {
            let row = row.map_err(|error| {
                AwsError::new(format!("SelectAggregateResourceConfig through `{aggregator}`"), &error)
            })?;
            aggregation.add_row(&row);
        }
        Ok(aggregation)
    }
}

#[cfg(test)]
mod tests {
    use functions_core::aggregate::SnapshotRecord;

    use super::*;
    use crate::testing::{self, FakeAws, invocation};

    fn row(account: &str) -> String {
        json!({ "accountId": account, "awsRegion": "eu-central-1",
                "configuration": { "configRuleList": [{ "configRuleName": "a", "complianceType": "NON_COMPLIANT" }] } })
        .to_string()
    }

    #[tokio::test]
    async fn every_page_is_read_and_one_snapshot_is_written() {
        let aws = FakeAws::start(|request| match (request.operation(), request.body.contains("NextToken")) {
            ("SelectAggregateResourceConfig", false) => {
                (200, json!({ "Results": [row("1"), row("2")], "NextToken": "t" }).to_string())
            }
            ("SelectAggregateResourceConfig", true) => (200, json!({ "Results": [row("1"), "{}"] }).to_string()),
            _ => (200, String::new()),
        });
        let environment = testing::environment(&[("AGGREGATOR_NAME", "compliance-aggregator")]);
        let aggregation = Aggregation::new(environment, &testing::clients(&aws.endpoint)).unwrap();
        let event = json!({ "responsePayload": { "record": "reports/processing/x.json" } });
        let answer = aggregation.handle(&event, &invocation()).await.unwrap();
        let key = "reports/aggregation/2026/03/04/123456789012/eu-central-1/run-1.json";
        assert_eq!(
            answer,
            json!({ "record": key, "resources": 4, "unreadableResources": 1,
                    "compliant": 0, "nonCompliant": 3, "notApplicable": 0, "insufficientData": 0 })
        );
        let requests = aws.requests();
        assert_eq!(requests.len(), 3);
        assert!(requests[0].body.contains("\"Limit\":100"), "{}", requests[0].body);
        let snapshot: SnapshotRecord = serde_json::from_str(&requests[2].body).unwrap();
        assert_eq!(snapshot.processing_record.as_deref(), Some("reports/processing/x.json"));
        assert_eq!(snapshot.accounts["1"].non_compliant, 2);
    }

    #[tokio::test]
    async fn an_aggregator_that_is_not_there_is_named() {
        let aws = FakeAws::start(|_| {
            (400, json!({ "__type": "NoSuchConfigurationAggregatorException", "message": "no" }).to_string())
        });
        let environment = testing::environment(&[("AGGREGATOR_NAME", "gone")]);
        let aggregation = Aggregation::new(environment, &testing::clients(&aws.endpoint)).unwrap();
        let error = aggregation.handle(&json!({}), &invocation()).await.unwrap_err();
        assert_eq!(error.error_type(), "GiveUp.Aws");
        assert_eq!(
            error.to_string(),
            "SelectAggregateResourceConfig through `gone`: NoSuchConfigurationAggregatorException: no"
        );
    }
}
