//! Reads the compliance of this deployment's rules and writes one evaluation record.
//!
//! Invoked by the schedule, by the queue of compliance changes, or by hand with `{}`. The schedule is the truth; changes
//! only make it run sooner.

use aws_sdk_config::types::ComplianceByConfigRule;
use functions_core::{
    configuration::MonitoringConfiguration,
    environment::ProcessingEnvironment,
    evaluate::{EvaluationRecord, RULES_PER_CALL, ReportedRule, ResourceCount, Trigger, evaluate},
    event, key, metrics, record,
};
use serde_json::{Value, json};

use crate::{
    aws::Clients,
    configured,
    error::{AwsError, HandlerError},
    invocation::Invocation,
    log,
    queue::Batch,
    store::{JSON, Store},
};

/// The handler.
pub struct Processing {
    config: aws_sdk_config::Client,
    store: Store,
    environment: ProcessingEnvironment,
}

impl Processing {
    /// The handler as its environment says.
    ///
    /// # Errors
    /// Names every variable that is missing or ill-formed.
    pub fn new(lookup: impl Fn(&str) -> Option<String>, clients: &Clients) -> Result<Self, HandlerError> {
        let environment = ProcessingEnvironment::read(lookup)?;
        let store = Store::new(clients.s3.clone(), environment.storage.clone());
        Ok(Self { config: clients.config.clone(), store, environment })
    }

    /// Answers `{"record", "rules", "compliant", "nonCompliant", ...}`, or the failed messages where a queue asks.
    ///
    /// # Errors
    /// When there is nothing to evaluate by, or AWS does not answer. A whole batch then comes again.
    pub async fn handle(&self, event: &Value, invocation: &Invocation) -> Result<Value, HandlerError> {
        let Some(messages) = event::queue_messages(event)? else {
            let trigger = if event::is_schedule(event) { Trigger::Schedule } else { Trigger::Manual };
            let (key, record) = self.run(trigger, 0, invocation).await?;
            return answer(&key, &record);
        };
        let batch = Batch::read(messages, invocation);
        if !batch.changes.is_empty() {
            self.run(Trigger::Queue, batch.changes.len(), invocation).await?;
        }
        Ok(event::batch_answer(batch.failed.iter().map(String::as_str)))
    }

    async fn run(
        &self,
        trigger: Trigger,
        changes: usize,
        invocation: &Invocation,
    ) -> Result<(String, EvaluationRecord), HandlerError> {
        let configuration = self.configuration().await?;
        let reported = self.reported(&configuration).await?;
        let sha256 = self.environment.configuration_sha256.as_str();
        let record = evaluate(&invocation.run, (trigger, changes), (&configuration, sha256), reported);
        let key = key::record(&invocation.run);
        let written = self.store.write_once(&key, JSON, record::render(&record)?.into_bytes()).await?;
        let fields = json!({ "record": key, "written": format!("{written:?}"), "totals": record.totals });
        log::info(&invocation.run.id, "evaluated", &fields);
        log::line(&metrics::of_evaluation(&record, &invocation.function_name, invocation.started_unix_millis));
        Ok((key, record))
    }

    async fn configuration(&self) -> Result<MonitoringConfiguration, HandlerError> {
        let environment = &self.environment;
        configured::read(&self.store, &environment.configuration_key, &environment.configuration_sha256).await
    }

    async fn reported(&self, configuration: &MonitoringConfiguration) -> Result<Vec<ReportedRule>, AwsError> {
        let names: Vec<&str> = configuration.rules().iter().map(|rule| rule.name.as_str()).collect();
        let mut reported = Vec::with_capacity(names.len());
        for names in names.chunks(RULES_PER_CALL) {
            if let Some(rules) = self.describe(names).await? {
                reported.extend(rules);
                continue;
            }
            // One rule that is not there fails the whole call: ask for each, so that the others keep their verdicts.
            for name in names {
                reported.extend(self.describe(&[name]).await?.unwrap_or_default());
            }
        }
        Ok(reported)
    }

    /// What AWS Config says of these rules; `None` where it does not have one of them.
    async fn describe(&self, names: &[&str]) -> Result<Option<Vec<ReportedRule>>, AwsError> {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        let request = self.config.describe_compliance_by_config_rule().set_config_rule_names(Some(names));
        let mut pages = request.into_paginator().send();
        let mut reported = Vec::new();
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => reported.extend(page.compliance_by_config_rules().iter().map(reported_rule)),
                Err(error)
                    if error.as_service_error().is_some_and(|error| error.is_no_such_config_rule_exception()) =>
                {
                    return Ok(None);
                }
                Err(error) => return Err(AwsError::new("DescribeComplianceByConfigRule", &error)),
            }
        }
        Ok(Some(reported))
    }
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

/// The totals, and where the record is.
fn answer(key: &str, record: &EvaluationRecord) -> Result<Value, HandlerError> {
    let mut answer = serde_json::to_value(record.totals)?;
    if let Some(members) = answer.as_object_mut() {
        members.insert("record".to_owned(), key.into());
    }
    Ok(answer)
}

#[cfg(test)]
#[path = "processing_tests.rs"]
mod tests;
