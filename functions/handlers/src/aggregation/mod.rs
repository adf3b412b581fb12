//! Reads every account and region through the aggregator, and writes the report and the history.
//!
//! Invoked by the on-success destination of processing, or by hand with `{}`.
//!
//! A run that is tried again writes the same keys again, until one try is whole: `summary.json` of a report comes last,
//! and a report that has one is not touched any more. Then `latest.json` moves on, over nothing but what was read.

mod before;
mod known;
mod reading;
mod writing;

use functions_core::{
    aggregate::Latest,
    environment::AggregationEnvironment,
    event, key,
    metrics::{self, Aggregated},
};
use functions_report::{input::Context, model::Report};
use serde_json::{Value, json};

use self::known::Known;
use crate::{aws::Clients, configured, error::HandlerError, invocation::Invocation, log, store::Store};

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

    /// Answers `{}` where the run of processing that led to it looked at nothing: a digest is no reason for a report. Else
    /// `{"report", "processingRecord", "resources", "unreadableResources", "compliant", "nonCompliant", ...}`,
    /// where `report` is the key of the report's page.
    ///
    /// # Errors
    /// When the event is of no kind that is known, AWS does not answer, or what an earlier run left does not read.
    pub async fn handle(&self, event: &Value, invocation: &Invocation) -> Result<Value, HandlerError> {
        if !event::is_report_due(event)? {
            log::info(&invocation.run.id, "processing did not look at the rules: no report", &json!({}));
            return Ok(json!({}));
        }
        let (run, prefix) = (&invocation.run, key::report(&invocation.run));
        let latest = before::read_latest(&self.store).await?;
        let before = before::read(&self.store, latest.as_ref(), run).await?;
        let known =
            configured::read(&self.store, &self.environment.configuration_key, &self.environment.configuration_sha256);
        let known = Known::of(&known.await?);
        let expected = reading::sources(&self.config, &self.environment.aggregator_name).await?;
        let context = Context {
            run_id: run.id.clone(),
            time: run.time.as_str().to_owned(),
            rules: known.facts(),
            expected,
            ..Context::default()
        };
        let read = reading::verdicts(&self.config, &self.environment.aggregator_name, (context, known), run).await?;

        let recorder_stopped = reading::recorder_stopped(&self.config).await?;

        let report = read.collector.finish(before);
        let answer = json!({
            "report": format!("{prefix}index.html"),
            "processingRecord": event::processing_record(event),
            "resources": read.resources,
            "unreadableResources": read.unreadable,
            "scoreMillipoints": report.score.millipoints,
            "compliant": report.totals.compliant,
            "nonCompliant": report.totals.non_compliant,
            "notApplicable": report.totals.not_applicable,
            "insufficientData": report.totals.insufficient_data,
        });
        let (measured, trend) = (measure(&report, recorder_stopped, invocation), report.trend.clone());
        let history = writing::history(&self.store, read.history).await?;
        let written = writing::report(&self.store, report, &prefix).await?;
        let moved = before::move_latest(&self.store, latest, Latest::of(run, &prefix)).await?;
        if moved {
            writing::index(&self.store, &trend, &run.origin).await?;
        }
        let fields = json!({ "written": written, "historyFiles": history, "latest": moved, "answer": answer });
        log::info(&run.id, "aggregated", &fields);
        measured.iter().for_each(log::line);
        Ok(answer)
    }
}

fn measure(report: &Report, recorder_stopped: bool, invocation: &Invocation) -> Vec<Value> {
    let severities: Vec<_> = report.severities.iter().map(|(severity, count)| (severity.word(), *count)).collect();
    let rules: Vec<_> = report.rules.iter().map(|rule| (&*rule.name, rule.counts.non_compliant)).collect();
    let measured = Aggregated {
        totals: report.totals,
        score_millipoints: report.score.millipoints,
        recorder_stopped: Some(recorder_stopped),
        severities: &severities,
        rules: &rules,
    };
    metrics::of_aggregation(&measured, &invocation.function_name, invocation.started_unix_millis)
}

#[cfg(test)]
mod tests;
