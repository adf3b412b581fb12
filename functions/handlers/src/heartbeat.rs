//! The metric that an alarm on silence watches, put so that CloudWatch has it before the alarm exists.
//!
//! The runs of a deployment are followed by the alarms that ring where there is no data. Metrics of log lines take a minute or
//! two until CloudWatch has them; an alarm that is evaluated before would be a false one.

use std::time::Duration;

use aws_sdk_cloudwatch::{
    Client,
    primitives::DateTime,
    types::{Dimension, MetricDatum, StandardUnit, Statistic},
};
use functions_core::contract::metric;
use serde_json::json;

use crate::{error::AwsError, invocation::Invocation, log};

/// How long a new metric may take to be seen (Amazon CloudWatch User Guide, "Publish custom metrics": up to two minutes), and
/// the pause between two looks.
const PATIENCE: Duration = Duration::from_secs(150);
const PAUSE: Duration = Duration::from_secs(3);
/// The period of the alarm, and what is left of an invocation for its answer. Unit: seconds, milliseconds.
const PERIOD_SECONDS: i32 = 3600;
const REST_MILLIS: u64 = 15_000;

/// Puts a value of a metric and waits until CloudWatch shows it. It never fails a run: what goes wrong is logged.
pub async fn show(client: &Client, name: &str, value: f64, invocation: &Invocation) {
    let shown = match put_and_wait(client, name, value, invocation).await {
        Ok(shown) => json!({ "metric": name, "visible": shown }),
        Err(error) => json!({ "metric": name, "visible": false, "reason": error.to_string() }),
    };
    log::info(&invocation.run.id, "the metric that the alarm on silence watches", &shown);
}

async fn put_and_wait(client: &Client, name: &str, value: f64, invocation: &Invocation) -> Result<bool, AwsError> {
    let dimension = Dimension::builder().name(metric::DIMENSION).value(&invocation.function_name).build();
    let datum =
        MetricDatum::builder().metric_name(name).dimensions(dimension.clone()).unit(StandardUnit::Count).value(value);
    let put = client.put_metric_data().namespace(metric::NAMESPACE).metric_data(datum.build()).send().await;
    put.map_err(|error| AwsError::new(format!("PutMetricData of `{name}`"), &error))?;

    let left = invocation.deadline_unix_millis.saturating_sub(invocation.started_unix_millis + REST_MILLIS);
    let end = tokio::time::Instant::now() + PATIENCE.min(Duration::from_millis(left));
    let started = i64::try_from(invocation.started_unix_millis / 1000).unwrap_or(i64::MAX);
    loop {
        let seen = client
            .get_metric_statistics()
            .namespace(metric::NAMESPACE)
            .metric_name(name)
            .dimensions(dimension.clone())
            .start_time(DateTime::from_secs(started - i64::from(PERIOD_SECONDS)))
            .end_time(DateTime::from_secs(started + i64::from(PERIOD_SECONDS)))
            .period(PERIOD_SECONDS)
            .statistics(Statistic::SampleCount)
            .send()
            .await;
        let seen = seen.map_err(|error| AwsError::new(format!("GetMetricStatistics of `{name}`"), &error))?;
        if !seen.datapoints().is_empty() {
            return Ok(true);
        }
        if tokio::time::Instant::now() >= end {
            return Ok(false);
        }
        tokio::time::sleep(PAUSE).await;
    }
}
