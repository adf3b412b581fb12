//! The AWS clients, and reads that a role may be refused.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::{
    Builder, Connector,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;

use crate::{error::AwsError, log, signed::Signed, table::RetryThrottledTransaction};

/// Tries of one call, the first included. The SDK waits longer before each, up to 20 s.
const ATTEMPTS: u32 = 5;
/// What one try may take: [`ATTEMPTS`] of them end before the functions' default timeout of 900 s does.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);

/// The clients of this process.
pub struct Clients {
    /// CloudWatch.
    pub cloudwatch: aws_sdk_cloudwatch::Client,
    /// AWS Config.
    pub config: aws_sdk_config::Client,
    /// DynamoDB.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// Lambda.
    pub lambda: aws_sdk_lambda::Client,
    /// S3.
    pub s3: aws_sdk_s3::Client,
    /// Services without a client.
    pub signed: Signed,
    /// SNS.
    pub sns: aws_sdk_sns::Client,
    /// SQS.
    pub sqs: aws_sdk_sqs::Client,
}

impl Clients {
    /// Clients as the standard environment variables say: region, the role's credentials, `AWS_ENDPOINT_URL`.
    pub async fn from_environment() -> Self {
        // *ring*: much less C and assembler to cross-compile than in the SDK's default, aws-lc.
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let shared = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build())
            .load()
            .await;
        let connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring)).build();
        Self::new(&shared, SharedHttpConnector::new(connector))
    }

    /// Clients of a configuration; `connector` sends what has no client.
    pub fn new(shared: &SdkConfig, connector: SharedHttpConnector) -> Self {
        // An endpoint of one's own is one host; a bucket's name as part of the host would lead elsewhere.
        let s3 = aws_sdk_s3::config::Builder::from(shared).force_path_style(shared.endpoint_url().is_some()).build();
        // Retried by `ConfigReads`, at the pace of all reads.
        let config = aws_sdk_config::config::Builder::from(shared).retry_config(RetryConfig::disabled()).build();
        let dynamodb =
            aws_sdk_dynamodb::config::Builder::from(shared).retry_classifier(RetryThrottledTransaction).build();
        Self {
            cloudwatch: aws_sdk_cloudwatch::Client::new(shared),
            config: aws_sdk_config::Client::from_conf(config),
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb),
            lambda: aws_sdk_lambda::Client::new(shared),
            s3: aws_sdk_s3::Client::from_conf(s3),
            signed: Signed::new(shared, connector),
            sns: aws_sdk_sns::Client::new(shared),
            sqs: aws_sdk_sqs::Client::new(shared),
        }
    }
}

/// The same client for another region.
pub fn config_in(client: &aws_sdk_config::Client, region: &str) -> aws_sdk_config::Client {
    let there = client.config().to_builder().region(Region::new(region.to_owned())).build();
    aws_sdk_config::Client::from_conf(there)
}

/// What was read; `None` where the role may not read it, which the log of `run_id` says. For what a run can do without.
pub fn unless_refused<T>(read: Result<T, AwsError>, run_id: &str, consequence: &str) -> Result<Option<T>, AwsError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.is_refusal() => {
            log::info(run_id, consequence, &serde_json::json!({ "cause": error.to_string() }));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
