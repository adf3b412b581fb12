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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::tests::support::{self, FakeAws, Request};

    /// `{"Datapoints": [...]}` with a sample count, or none, in CBOR (RFC 8949), which CloudWatch speaks.
    fn datapoints(any: bool) -> Vec<u8> {
        let mut bytes = vec![0xa1, 0x6a];
        bytes.extend(b"Datapoints");
        if any {
            bytes.extend([0x81, 0xa1, 0x6b]);
            bytes.extend(b"SampleCount");
            bytes.push(0xfb);
            bytes.extend(1.0_f64.to_be_bytes());
        } else {
            bytes.push(0x80);
        }
        bytes
    }

    /// CloudWatch, which shows the metric from the look with this number on; from 0 it has it at once.
    fn cloudwatch(visible_from: usize) -> FakeAws {
        let looks = AtomicUsize::new(0);
        FakeAws::start(move |request: &Request| match request.line.ends_with("/operation/GetMetricStatistics") {
            true => (200, datapoints(looks.fetch_add(1, Ordering::Relaxed) >= visible_from)),
            false => (200, vec![0xa0]),
        })
    }

    async fn shown(aws: &FakeAws, seconds: u64) -> Result<bool, AwsError> {
        let mut invocation = support::invocation();
        invocation.deadline_unix_millis = invocation.started_unix_millis + REST_MILLIS + seconds * 1000;
        put_and_wait(&support::clients(aws).cloudwatch, metric::LOOKS, 1.0, &invocation).await
    }

    #[tokio::test]
    async fn finding_9_the_metric_is_put_with_the_dimension_of_the_alarm_and_read_back() {
        let aws = cloudwatch(0);
        assert!(shown(&aws, 60).await.unwrap());
        let requests = aws.requests();
        assert_eq!(requests.len(), 2);
        for (request, operation) in requests.iter().zip(["PutMetricData", "GetMetricStatistics"]) {
            assert!(request.line.ends_with(&format!("/operation/{operation}")), "{}", request.line);
            for part in [metric::NAMESPACE, metric::LOOKS, metric::DIMENSION, "compliance-x"] {
                assert!(request.body.contains(part), "{operation}: {part}");
            }
        }
    }

    #[tokio::test]
    async fn finding_9_it_is_asked_for_again_until_it_is_visible() {
        let aws = cloudwatch(1);
        assert!(shown(&aws, 60).await.unwrap());
        assert_eq!(aws.requests().len(), 3);
    }

    #[tokio::test]
    async fn finding_9_the_time_that_is_left_bounds_the_wait() {
        assert!(!shown(&cloudwatch(usize::MAX), 0).await.unwrap());
    }

    #[tokio::test]
    async fn finding_9_a_refusal_is_an_error_that_names_the_call_and_fails_no_run() {
        let aws = FakeAws::start(|_| (403, vec![0xa0]));
        let error = shown(&aws, 60).await.unwrap_err();
        assert!(error.to_string().contains("PutMetricData of `Looks`"), "{error}");
        let client = support::clients(&aws).cloudwatch;
        show(&client, metric::LOOKS, 1.0, &support::invocation()).await;
        assert_eq!(aws.requests().len(), 2);
    }
}
