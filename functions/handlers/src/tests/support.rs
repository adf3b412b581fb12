//! A little AWS for tests: answers each request with what a closure says, and keeps what it was asked.
//! It shows what the handlers ask for; that AWS takes it, the tests in the deployed account show.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use aws_config::{
    BehaviorVersion, Region, SdkConfig, retry::RetryConfig, stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
};
use compliance_types::time::Timestamp;
use functions_core::run::{Origin, Run};

use crate::{aws::Clients, invocation::Invocation};

pub const BUCKET: &str = "reports";
pub const KMS_KEY_ARN: &str = "arn:aws:kms:eu-central-1:123456789012:key/1";

/// One request, as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET /path?query`.
    pub line: String,
    /// Name in lower case: value.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Request {
    /// The operation of AWS Config, or the request line of S3.
    pub fn operation(&self) -> &str {
        self.headers.get("x-amz-target").and_then(|target| target.split('.').next_back()).unwrap_or(&self.line)
    }
}

/// Status and body of an answer.
pub type Answer = (u16, String);

/// What answers a request.
type Answering = Arc<dyn Fn(&Request) -> (u16, Vec<u8>) + Send + Sync>;

/// It answers in this process and at once, so that the clock of a test may be paused: with sockets such a clock runs ahead of them.
#[derive(Clone)]
pub struct FakeAws {
    answer: Answering,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl std::fmt::Debug for FakeAws {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("FakeAws")
    }
}

impl FakeAws {
    /// Answers with text, or with bytes.
    pub fn start<B: Into<Vec<u8>>>(answer: impl Fn(&Request) -> (u16, B) + Send + Sync + 'static) -> Self {
        let answer = move |request: &Request| {
            let (status, body) = answer(request);
            (status, body.into())
        };
        Self { answer: Arc::new(answer), requests: Arc::default() }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// What was asked, in order.
    pub fn operations(&self) -> Vec<String> {
        self.requests().iter().map(|request| request.operation().to_owned()).collect()
    }
}

impl HttpConnector for FakeAws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let path = request.uri().split_once("://").map_or(request.uri(), |(_, rest)| rest);
        let path = path.find('/').map_or("/", |at| &path[at..]);
        let asked = Request {
            line: format!("{} {path}", request.method()),
            headers: request.headers().iter().map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect(),
            body: String::from_utf8_lossy(request.body().bytes().unwrap()).into_owned(),
        };
        let (status, body) = (self.answer)(&asked);
        // What was asked to be kept is what the tag is of.
        let put = asked.line.starts_with("PUT");
        let tag = etag(&if put { asked.body.as_str().into() } else { String::from_utf8_lossy(&body) });
        self.requests.lock().unwrap().push(asked);
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        response.headers_mut().insert("etag", tag);
        response.headers_mut().insert("smithy-protocol", "rpc-v2-cbor");
        HttpConnectorFuture::ready(Ok(response))
    }
}

/// What tells two versions of an object apart.
pub fn etag(body: &str) -> String {
    format!("\"{}\"", functions_core::sha256::hex(body.as_bytes()))
}

/// Clients that try once.
pub fn clients(aws: &FakeAws) -> Clients {
    clients_trying(aws, RetryConfig::disabled())
}

/// Clients that try again as `retries` says.
pub fn clients_trying(aws: &FakeAws, retries: RetryConfig) -> Clients {
    let (connector, direct) = (aws.clone(), SharedHttpConnector::new(aws.clone()));
    let shared = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("a", "b", None, None, "test")))
        .retry_config(retries)
        // It watches the clock, which tests with a paused one move past its patience.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone())))
        .endpoint_url("http://127.0.0.1:9")
        .build();
    Clients::new(&shared, direct)
}

pub fn invocation() -> Invocation {
    Invocation {
        home: "eu-central-1".to_owned(),
        run: Run {
            id: "run-1".to_owned(),
            origin: Origin { account: "123456789012".to_owned(), region: "eu-central-1".to_owned() },
            time: Timestamp::parse("2026-03-04T05:06:07Z").unwrap(),
        },
        function_name: "compliance-x".to_owned(),
        started_unix_millis: 1_772_600_767_000,
        deadline_unix_millis: 1_772_601_067_000,
        began: tokio::time::Instant::now(),
    }
}

/// A run `minutes` after that of [`invocation`].
pub fn at(run: &str, minutes: u64) -> Invocation {
    let mut invocation = invocation();
    invocation.run.id = run.to_owned();
    invocation.started_unix_millis += minutes * 60_000;
    invocation.deadline_unix_millis = invocation.started_unix_millis + 300_000;
    invocation
}

/// A lookup of environment variables: those of storage, and `more`.
pub fn environment<'a>(more: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + use<'a> {
    move |name| {
        let storage = [("REPORT_BUCKET", BUCKET), ("KMS_KEY_ARN", KMS_KEY_ARN)];
        storage.iter().chain(more).find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
    }
}

/// The compliance-change event of one resource.
pub fn change_event(resource_id: &str) -> serde_json::Value {
    serde_json::json!({
        "id": format!("event-of-{resource_id}"), "detail-type": "Config Rules Compliance Change", "source": "aws.config",
        "time": "2026-03-04T05:06:07Z",
        "detail": {
            "awsAccountId": "123456789012", "awsRegion": "eu-central-1", "configRuleName": "a",
            "resourceType": "AWS::S3::Bucket", "resourceId": resource_id,
            "newEvaluationResult": { "complianceType": "NON_COMPLIANT" },
        },
    })
}

/// A batch of a queue: message id and body.
pub fn batch(messages: &[(&str, String)]) -> serde_json::Value {
    let records: Vec<_> =
        messages.iter().map(|(id, body)| serde_json::json!({ "messageId": id, "body": body })).collect();
    serde_json::json!({ "Records": records })
}
