//! A little AWS on loopback for tests: answers each request with what a closure says, and keeps what it was asked.
//! It shows what the handlers ask for; that AWS takes it, the tests in the deployed account show.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use aws_config::{
    BehaviorVersion, Region, SdkConfig, retry::RetryConfig, stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider, SharedHttpClient};
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

pub struct FakeAws {
    pub endpoint: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl FakeAws {
    /// Answers with text, or with bytes, until the test's process ends.
    pub fn start<B: Into<Vec<u8>>>(answer: impl Fn(&Request) -> (u16, B) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = read(&stream);
                let (status, body) = answer(&request);
                let body: Vec<u8> = body.into();
                // What was asked to be kept is what the tag is of.
                let put = request.line.starts_with("PUT");
                let tag = etag(&if put { request.body.as_str().into() } else { String::from_utf8_lossy(&body) });
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {status} x\r\nconnection: close\r\nsmithy-protocol: rpc-v2-cbor\r\netag: {tag}\r\ncontent-length: \
                     {length}\r\n\r\n"
                );
                kept.lock().unwrap().push(request);
                stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
            }
        });
        Self { endpoint, requests }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// What was asked, in order.
    pub fn operations(&self) -> Vec<String> {
        self.requests().iter().map(|request| request.operation().to_owned()).collect()
    }
}

/// What tells two versions of an object apart.
pub fn etag(body: &str) -> String {
    format!("\"{}\"", functions_core::sha256::hex(body.as_bytes()))
}

fn read(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    Request { line, headers, body: String::from_utf8_lossy(&body).into_owned() }
}

/// What answers a request.
pub type Answering = Arc<dyn Fn(&Request) -> Answer + Send + Sync>;

/// The same without a server, so that what answers sees the clock of the test, which may be paused.
#[derive(Clone)]
struct InProcess(Answering);

impl std::fmt::Debug for InProcess {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("InProcess")
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let path = request.uri().split_once("://").map_or(request.uri(), |(_, rest)| rest);
        let path = path.find('/').map_or("/", |at| &path[at..]);
        let asked = Request {
            line: format!("{} {path}", request.method()),
            headers: request.headers().iter().map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect(),
            body: String::from_utf8_lossy(request.body().bytes().unwrap()).into_owned(),
        };
        let (status, body) = (self.0)(&asked);
        let tag = etag(if asked.line.starts_with("PUT") { &asked.body } else { &body });
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        response.headers_mut().insert("etag", tag);
        response.headers_mut().insert("smithy-protocol", "rpc-v2-cbor");
        HttpConnectorFuture::ready(Ok(response))
    }
}

/// Clients that try once and are answered in this process.
pub fn clients_in_process(answer: Answering) -> Clients {
    let connector = InProcess(answer);
    let http = http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone()));
    clients_of("http://127.0.0.1:9", RetryConfig::disabled(), http)
}

/// Clients that try once.
pub fn clients(endpoint: &str) -> Clients {
    clients_trying(endpoint, RetryConfig::disabled())
}

/// Clients that try again as `retries` says.
pub fn clients_trying(endpoint: &str, retries: RetryConfig) -> Clients {
    clients_of(endpoint, retries, aws_smithy_http_client::Builder::new().build_http())
}

fn clients_of(endpoint: &str, retries: RetryConfig, http: SharedHttpClient) -> Clients {
    let shared = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("a", "b", None, None, "test")))
        .retry_config(retries)
        // It watches the clock, which tests with a paused one move past its patience.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .http_client(http)
        .endpoint_url(endpoint)
        .build();
    Clients::new(&shared)
}

pub fn invocation() -> Invocation {
    Invocation {
        run: Run {
            id: "run-1".to_owned(),
            origin: Origin { account: "123456789012".to_owned(), region: "eu-central-1".to_owned() },
            time: Timestamp::parse("2026-03-04T05:06:07Z").unwrap(),
        },
        function_name: "compliance-x".to_owned(),
        started_unix_millis: 1_772_600_767_000,
        deadline_unix_millis: 1_772_601_067_000,
    }
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
