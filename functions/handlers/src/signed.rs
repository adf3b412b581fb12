//! Requests that are signed and sent as they are described ([`functions_core::remediation::call`]).
//!
//! Actions of remediation call ten services, a few operations of each. A client of each would make the function several times
//! as large; signing is the SDK's own.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::{Credentials, provider::ProvideCredentials};
use aws_sdk_s3::{
    config::SharedCredentialsProvider,
    primitives::{ByteStream, SdkBody},
};
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    identity::Identity,
    orchestrator::{HttpRequest, HttpResponse},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use compliance_types::region::partition_of_region;
use functions_core::remediation::call::{Call, Content, Protocol, Service, encoded};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// What one try may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Tries of a request that the service throttles, and the pause before the second; doubled each time.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);
/// Most bytes of an answer that is read.
const LONGEST: usize = 8 * 1024 * 1024;

/// Signs and sends requests.
#[derive(Clone, Debug)]
pub struct Signed {
    connector: SharedHttpConnector,
    credentials: Option<SharedCredentialsProvider>,
    region: String,
    endpoint: Option<String>,
}

/// Why a request has no answer, or not the wanted one.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
#[error("{operation}: {code}: {message}")]
pub struct CallError {
    /// The operation.
    pub operation: String,
    /// The error code of the service; empty where there was no answer.
    pub code: String,
    /// The message.
    pub message: String,
    /// Whether the service refused the request, so that it is known that nothing was done.
    pub refused: bool,
    /// Whether it was throttled.
    pub throttled: bool,
}

impl Signed {
    /// Sends through `connector`, as `shared` says.
    pub fn new(shared: &SdkConfig, connector: SharedHttpConnector) -> Self {
        Self {
            connector,
            credentials: shared.credentials_provider(),
            region: shared.region().map(ToString::to_string).unwrap_or_default(),
            endpoint: shared.endpoint_url().map(str::to_owned),
        }
    }

    /// The answer to a request; null where what is asked for does not exist.
    ///
    /// # Errors
    /// When the service refuses it, or does not answer.
    pub async fn send(&self, call: &Call) -> Result<Value, CallError> {
        let mut attempt = 1;
        loop {
            match self.send_once(call).await {
                Err(error) if call.absent.contains(&error.code.as_str()) => return Ok(Value::Null),
                Err(error) if error.throttled && attempt < ATTEMPTS => {
                    tokio::time::sleep(PAUSE * 2_u32.pow(attempt - 1)).await;
                    attempt += 1;
                }
                answer => return answer,
            }
        }
    }

    /// The answer to a request that is sent once.
    ///
    /// # Errors
    /// When the service refuses it, or does not answer.
    pub async fn send_once(&self, call: &Call) -> Result<Value, CallError> {
        let failed = |message: String| CallError {
            operation: call.operation.to_owned(),
            code: "NoAnswer".to_owned(),
            message,
            refused: false,
            throttled: false,
        };
        let credentials = match &self.credentials {
            Some(provider) => provider.provide_credentials().await.map_err(|error| failed(error.to_string()))?,
            None => return Err(failed("there are no credentials".to_owned())),
        };
        let request = self.signed(call, &credentials).map_err(|error| failed(error.to_string()))?;
        let answer = tokio::time::timeout(TIMEOUT, self.connector.call(request)).await;
        let answer = answer.map_err(|_| failed(format!("no answer within {} s", TIMEOUT.as_secs())))?;
        let answer = answer.map_err(|error| failed(format!("{error:?}")))?;
        let (status, header) = (answer.status().as_u16(), error_header(&answer));
        let body = ByteStream::new(answer.into_body()).collect().await.map_err(|error| failed(error.to_string()))?;
        let body = body.to_vec();
        if body.len() > LONGEST {
            return Err(failed("the answer is too long".to_owned()));
        }
        if (200..300).contains(&status) {
            let answer = read(&body).map_err(failed)?;
            let reads = ["Get", "Describe", "List"].iter().any(|verb| call.operation.starts_with(verb));
            if reads && answer.is_null() {
                return Err(failed("the answer is empty".to_owned()));
            }
            return Ok(answer);
        }
        let (code, message) = error_of(&body, header);
        let throttled = status == 429 || status == 503 || code.contains("Throttl") || code == "RequestLimitExceeded";
        let code = if code.is_empty() { format!("status {status}") } else { code };
        let refused = (400..500).contains(&status) && !throttled;
        Err(CallError { operation: call.operation.to_owned(), code, message, refused, throttled })
    }

    fn signed(&self, call: &Call, credentials: &Credentials) -> Result<HttpRequest, Box<dyn std::error::Error>> {
        let (host, region) = host(call.service, &self.region);
        let endpoint = self.endpoint.clone().unwrap_or_else(|| format!("https://{host}"));
        let mut headers: Vec<(&str, String)> = Vec::new();
        let (method, path, body) = match (&call.content, call.service.protocol()) {
            (Content::Json(members), Protocol::Json { content_type, target }) => {
                headers.push(("content-type", content_type.to_owned()));
                headers.push(("x-amz-target", format!("{target}.{}", call.operation)));
                ("POST", "/".to_owned(), members.to_string())
            }
            (Content::Form(fields), Protocol::Query { version }) => {
                headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
                ("POST", "/".to_owned(), Call::form_body(call.operation, version, fields))
            }
            (Content::Post { path, body }, Protocol::Rest) => {
                headers.push(("content-type", "application/json".to_owned()));
                ("POST", (*path).to_owned(), body.to_string())
            }
            (Content::Bucket { method, bucket, subresource, body }, Protocol::Bucket) => {
                let body = body.clone().unwrap_or_default();
                headers.extend(call.owner.iter().map(|owner| ("x-amz-expected-bucket-owner", owner.clone())));
                if *method == "PUT" {
                    let digest = BASE64_STANDARD.encode(Sha256::digest(body.as_bytes()));
                    headers.push(("x-amz-checksum-sha256", digest));
                }
                (*method, format!("/{}?{subresource}", encoded(bucket)), body)
            }
            _ => return Err(format!("{} is not sent to {}", call.operation, call.service.name()).into()),
        };
        let uri = format!("{}{path}", endpoint.trim_end_matches('/'));
        let mut settings = SigningSettings::default();
        if call.service == Service::S3 {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let identity: Identity = credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&region)
            .name(call.service.name())
            .time(SystemTime::now())
            .settings(settings)
            .build()?;
        let signable = SignableRequest::new(
            method,
            uri.as_str(),
            headers.iter().map(|(name, value)| (*name, value.as_str())),
            SignableBody::Bytes(body.as_bytes()),
        )?;
        let (instructions, _) = sign(signable, &parameters.into())?.into_parts();
        let mut request = http::Request::builder().method(method).uri(&uri);
        for (name, value) in &headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(SdkBody::from(body))?;
        instructions.apply_to_request_http1x(&mut request);
        Ok(request.try_into()?)
    }
}

/// Host of a service, and the region that its requests are signed for (AWS General Reference, "Service endpoints").
fn host(service: Service, region: &str) -> (String, String) {
    let partition = partition_of_region(region);
    let suffix = match partition {
        "aws-cn" => "amazonaws.com.cn",
        "aws-eusc" => "amazonaws.eu",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-e" => "cloud.adc-e.uk",
        "aws-iso-f" => "csp.hci.ic.gov",
        _ => "amazonaws.com",
    };
    match (service, partition) {
        (Service::Iam, "aws") => ("iam.amazonaws.com".to_owned(), "us-east-1".to_owned()),
        (Service::Iam, "aws-cn") => ("iam.cn-north-1.amazonaws.com.cn".to_owned(), "cn-north-1".to_owned()),
        (Service::Iam, "aws-eusc") => ("iam.eusc-de-east-1.amazonaws.eu".to_owned(), "eusc-de-east-1".to_owned()),
        (Service::Iam, "aws-iso") => ("iam.us-iso-east-1.c2s.ic.gov".to_owned(), "us-iso-east-1".to_owned()),
        (Service::Iam, "aws-iso-b") => ("iam.us-isob-east-1.sc2s.sgov.gov".to_owned(), "us-isob-east-1".to_owned()),
        (Service::Iam, "aws-iso-e") => ("iam.eu-isoe-west-1.cloud.adc-e.uk".to_owned(), "eu-isoe-west-1".to_owned()),
        (Service::Iam, "aws-iso-f") => ("iam.us-isof-south-1.csp.hci.ic.gov".to_owned(), "us-isof-south-1".to_owned()),
        (Service::Iam, "aws-us-gov") => ("iam.us-gov.amazonaws.com".to_owned(), "us-gov-west-1".to_owned()),
        _ => (format!("{}.{region}.{suffix}", service.name()), region.to_owned()),
    }
}

fn error_header(answer: &HttpResponse) -> Option<String> {
    answer.headers().get("x-amzn-errortype").map(str::to_owned)
}

/// An answer as JSON: each element of XML is a list under its name. Null where there is none.
fn read(body: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?.trim();
    if text.is_empty() {
        return Ok(Value::Null);
    }
    if text.starts_with('{') {
        return serde_json::from_str(text).map_err(|error| error.to_string());
    }
    let document = roxmltree::Document::parse(text).map_err(|error| error.to_string())?;
    Ok(value(document.root_element()))
}

fn value(node: roxmltree::Node<'_, '_>) -> Value {
    let mut members = Map::new();
    for child in node.children().filter(roxmltree::Node::is_element) {
        let list = members.entry(child.tag_name().name()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(value(child));
        }
    }
    if members.is_empty() { Value::String(node.text().unwrap_or_default().to_owned()) } else { Value::Object(members) }
}

/// Code and message of an error.
fn error_of(body: &[u8], header: Option<String>) -> (String, String) {
    let text = String::from_utf8_lossy(body);
    if let Ok(Value::Object(members)) = serde_json::from_str::<Value>(&text) {
        let member = |names: &[&str]| names.iter().find_map(|name| members.get(*name)?.as_str().map(str::to_owned));
        let code = member(&["__type", "code"]).or(header).unwrap_or_default();
        // `namespace#Code`, and `Code:address` in the header.
        let code = code.rsplit('#').next().and_then(|code| code.split(':').next()).unwrap_or_default().to_owned();
        return (code, member(&["message", "Message"]).unwrap_or_default());
    }
    let Ok(document) = roxmltree::Document::parse(text.trim()) else { return (String::new(), String::new()) };
    let found = |name: &str| {
        let node = document.descendants().find(|node| node.tag_name().name() == name);
        node.and_then(|node| node.text()).unwrap_or_default().to_owned()
    };
    (found("Code"), found("Message"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tests::support::{self, FakeAws};

    fn signed(aws: &FakeAws) -> Signed {
        support::clients(aws).signed
    }

    #[tokio::test(start_paused = true)]
    async fn each_protocol_is_signed_and_its_answer_is_read() {
        let aws = FakeAws::start(|request| {
            let xml = "<r><set><item><id>a</id></item><item><id>b</id></item></set></r>";
            (200, if request.headers.contains_key("x-amz-target") { "{\"a\":1}" } else { xml }.to_owned())
        });
        let signed = signed(&aws);
        let json = Call::json(Service::Kms, "DescribeKey", json!({ "KeyId": "k" }));
        assert_eq!(signed.send(&json).await.unwrap(), json!({ "a": 1 }));
        let form = Call::form(Service::Ec2, "DescribeSecurityGroups", [("GroupId.1", "sg-1")]);
        let items = json!({ "set": [{ "item": [{ "id": ["a"] }, { "id": ["b"] }] }] });
        assert_eq!(signed.send(&form).await.unwrap(), items);
        let put = Call::put("PutBucketPolicy", "b", "policy", "{}".to_owned()).owned_by("123456789012");
        signed.send(&put).await.unwrap();
        let requests = aws.requests();
        let scopes = ["eu-central-1/kms", "eu-central-1/ec2", "eu-central-1/s3"];
        for (request, scope) in requests.iter().zip(scopes) {
            assert!(request.headers["authorization"].contains(&format!("/{scope}/aws4_request")), "{request:?}");
        }
        assert_eq!(requests[0].headers["x-amz-target"], "TrentService.DescribeKey");
        assert_eq!(requests[1].body, "Action=DescribeSecurityGroups&Version=2016-11-15&GroupId.1=sg-1");
        assert_eq!(requests[2].line, "PUT /b?policy");
        assert!(requests[2].headers.contains_key("x-amz-content-sha256"));
        assert_eq!(requests[2].headers["x-amz-expected-bucket-owner"], "123456789012");
        assert!(requests[2].headers["authorization"].contains("x-amz-expected-bucket-owner"), "{:?}", requests[2]);
    }

    #[tokio::test(start_paused = true)]
    async fn error_is_read_in_every_form_and_what_does_not_exist_is_null() {
        for (body, code) in [
            ("{\"__type\":\"com.amazonaws#NotFoundException\",\"message\":\"no\"}", "NotFoundException"),
            ("<Error><Code>NoSuchBucketPolicy</Code><Message>no</Message></Error>", "NoSuchBucketPolicy"),
            (
                "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>no</Message></Error></ErrorResponse>",
                "NoSuchEntity",
            ),
            (
                "<Response><Errors><Error><Code>InvalidGroup.NotFound</Code><Message>no</Message></Error></Errors></Response>",
                "InvalidGroup.NotFound",
            ),
        ] {
            let aws = FakeAws::start(move |_| (400, body));
            let call = Call::get("GetBucketPolicy", "b", "policy");
            let error = signed(&aws).send(&call).await.unwrap_err();
            assert_eq!((error.code.as_str(), error.message.as_str(), error.refused), (code, "no", true));
            let absent: &'static [&'static str] = vec![code].leak();
            assert_eq!(signed(&aws).send(&call.absent_if(absent)).await.unwrap(), Value::Null);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn throttled_request_is_sent_again_and_a_fault_is_no_refusal() {
        let aws = FakeAws::start(|_| (400, "{\"__type\":\"ThrottlingException\"}"));
        let call = Call::json(Service::Kms, "DescribeKey", json!({}));
        assert!(!signed(&aws).send(&call).await.unwrap_err().refused);
        assert_eq!(aws.requests().len(), 4);
        let aws = FakeAws::start(|_| (500, "?"));
        let error = signed(&aws).send(&call).await.unwrap_err();
        assert_eq!((error.refused, error.code.as_str(), aws.requests().len()), (false, "status 500", 1));
    }

    #[test]
    fn host_is_that_of_the_partition() {
        assert_eq!(host(Service::Iam, "eu-central-1"), ("iam.amazonaws.com".to_owned(), "us-east-1".to_owned()));
        for (region, expected) in [("us-iso-west-1", "us-iso-east-1"), ("eusc-de-east-1", "eusc-de-east-1")] {
            assert_eq!(host(Service::Iam, region).1, expected, "the region of IAM's endpoint");
        }
        assert_eq!(host(Service::Ec2, "cn-north-1").0, "ec2.cn-north-1.amazonaws.com.cn");
        assert_eq!(host(Service::S3, "us-gov-west-1").0, "s3.us-gov-west-1.amazonaws.com");
    }
}
