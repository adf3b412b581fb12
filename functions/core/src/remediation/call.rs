//! Requests to AWS, as data. An action describes what it reads and writes with them; `functions/handlers` signs and sends
//! them. They are few and small, so that the function needs no client of each service.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// A service that actions call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// AWS CloudFormation.
    CloudFormation,
    /// AWS CloudTrail.
    CloudTrail,
    /// Amazon EC2.
    Ec2,
    /// AWS IAM.
    Iam,
    /// AWS KMS.
    Kms,
    /// Amazon CloudWatch Logs.
    Logs,
    /// Amazon RDS.
    Rds,
    /// Amazon S3.
    S3,
    /// AWS Security Hub.
    SecurityHub,
    /// Amazon SNS.
    Sns,
    /// Amazon SQS.
    Sqs,
    /// AWS Resource Groups Tagging API.
    Tagging,
}

/// How a service is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// JSON; the operation in the header `X-Amz-Target`, after this prefix.
    Json {
        /// Media type of the body.
        content_type: &'static str,
        /// What the header begins with.
        target: &'static str,
    },
    /// A form; XML in the answer.
    Query {
        /// Version of the API.
        version: &'static str,
    },
    /// XML at the path of a bucket.
    Bucket,
    /// JSON at the path of an operation.
    Rest,
}

impl Service {
    /// Start of its host name, and the name that requests are signed for.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CloudFormation => "cloudformation",
            Self::CloudTrail => "cloudtrail",
            Self::Ec2 => "ec2",
            Self::Iam => "iam",
            Self::Kms => "kms",
            Self::Logs => "logs",
            Self::Rds => "rds",
            Self::S3 => "s3",
            Self::SecurityHub => "securityhub",
            Self::Sns => "sns",
            Self::Sqs => "sqs",
            Self::Tagging => "tagging",
        }
    }

    /// Its protocol (the API Reference of each service, "Making API requests").
    #[must_use]
    pub const fn protocol(self) -> Protocol {
        const JSON_11: &str = "application/x-amz-json-1.1";
        match self {
            Self::CloudFormation => Protocol::Query { version: "2010-05-15" },
            Self::CloudTrail => Protocol::Json {
                content_type: JSON_11,
                target: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
            },
            Self::Ec2 => Protocol::Query { version: "2016-11-15" },
            Self::Iam => Protocol::Query { version: "2010-05-08" },
            Self::Kms => Protocol::Json { content_type: JSON_11, target: "TrentService" },
            Self::Logs => Protocol::Json { content_type: JSON_11, target: "Logs_20140328" },
            Self::Rds => Protocol::Query { version: "2014-10-31" },
            Self::S3 => Protocol::Bucket,
            Self::SecurityHub => Protocol::Rest,
            Self::Sns => Protocol::Query { version: "2010-03-31" },
            Self::Sqs => Protocol::Json { content_type: "application/x-amz-json-1.0", target: "AmazonSQS" },
            Self::Tagging => Protocol::Json { content_type: JSON_11, target: "ResourceGroupsTaggingAPI_20170126" },
        }
    }
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The service.
    pub service: Service,
    /// The operation, as IAM and the log name it.
    pub operation: &'static str,
    /// What is sent.
    pub content: Content,
    /// Error codes that mean that what is asked for does not exist: the answer is null then.
    pub absent: &'static [&'static str],
    /// The account that must own the bucket; S3 refuses the request where another one does.
    pub owner: Option<String>,
}

/// What a request sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Members of a JSON object.
    Json(Value),
    /// Fields of a form.
    Form(Vec<(String, String)>),
    /// A JSON object that is posted to a path.
    Post {
        /// The path.
        path: &'static str,
        /// The object.
        body: Value,
    },
    /// A request on a bucket.
    Bucket {
        /// `GET`, `PUT` or `DELETE`.
        method: &'static str,
        /// Name of the bucket.
        bucket: String,
        /// The subresource, such as `policy`.
        subresource: &'static str,
        /// The body of a `PUT`.
        body: Option<String>,
    },
}

impl Call {
    /// A request of a service that takes JSON.
    #[must_use]
    pub const fn json(service: Service, operation: &'static str, members: Value) -> Self {
        Self { service, operation, content: Content::Json(members), absent: &[], owner: None }
    }

    /// A request of a service that takes a form.
    #[must_use]
    pub fn form<N: Into<String>, V: Into<String>>(
        service: Service,
        operation: &'static str,
        fields: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let fields = fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { service, operation, content: Content::Form(fields), absent: &[], owner: None }
    }

    /// A request of a service that takes JSON at the path of each operation.
    #[must_use]
    pub const fn post(service: Service, operation: &'static str, path: &'static str, body: Value) -> Self {
        Self { service, operation, content: Content::Post { path, body }, absent: &[], owner: None }
    }

    /// Reads a subresource of a bucket.
    #[must_use]
    pub fn get(operation: &'static str, bucket: &str, subresource: &'static str) -> Self {
        Self::bucket(operation, "GET", bucket, subresource, None)
    }

    /// Writes a subresource of a bucket.
    #[must_use]
    pub fn put(operation: &'static str, bucket: &str, subresource: &'static str, body: String) -> Self {
        Self::bucket(operation, "PUT", bucket, subresource, Some(body))
    }

    /// Deletes a subresource of a bucket.
    #[must_use]
    pub fn delete(operation: &'static str, bucket: &str, subresource: &'static str) -> Self {
        Self::bucket(operation, "DELETE", bucket, subresource, None)
    }

    fn bucket(
        operation: &'static str,
        method: &'static str,
        bucket: &str,
        subresource: &'static str,
        body: Option<String>,
    ) -> Self {
        let content = Content::Bucket { method, bucket: bucket.to_owned(), subresource, body };
        Self { service: Service::S3, operation, content, absent: &[], owner: None }
    }

    /// The same where these error codes mean that there is nothing.
    #[must_use]
    pub fn absent_if(self, absent: &'static [&'static str]) -> Self {
        Self { absent, ..self }
    }

    /// The same for what this account owns: the name of a bucket may have gone to another one.
    #[must_use]
    pub fn owned_by(self, account: &str) -> Self {
        Self { owner: Some(account.to_owned()), ..self }
    }

    /// The body of a form, with operation and version.
    #[must_use]
    pub fn form_body(operation: &str, version: &str, fields: &[(String, String)]) -> String {
        let mut text = format!("Action={operation}&Version={version}");
        for (name, value) in fields {
            let _ = write!(text, "&{}={}", encoded(name), encoded(value));
        }
        text
    }
}

/// What stays as it is in a form and in a path segment (RFC 3986, unreserved characters).
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A string as part of a form or a path.
#[must_use]
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, &UNRESERVED).to_string()
}

/// The value at a path of an answer. XML answers have a list of values under each name; the first is taken.
#[must_use]
pub fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    let mut found = first(value);
    for name in path {
        found = first(found.get(name)?);
    }
    Some(found)
}

/// The string at a path.
#[must_use]
pub fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(value, path)?.as_str()
}

/// Every value at a path, whose last step may be a list.
#[must_use]
pub fn all<'a>(value: &'a Value, path: &[&str]) -> Vec<&'a Value> {
    let Some((last, before)) = path.split_last() else { return vec![value] };
    match at(value, before).and_then(|found| found.get(last)) {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

fn first(value: &Value) -> &Value {
    match value {
        Value::Array(list) => list.first().unwrap_or(&Value::Null),
        one => one,
    }
}

/// A string inside XML.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&apos;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_are_read_alike_whether_they_are_json_or_xml() {
        let xml = json!({ "set": [{ "item": [{ "id": ["a"] }, { "id": ["b"] }] }] });
        let ids: Vec<_> = all(&xml, &["set", "item"]).into_iter().filter_map(|item| text(item, &["id"])).collect();
        assert_eq!(ids, ["a", "b"]);
        assert_eq!(text(&json!({ "set": { "id": "a" } }), &["set", "id"]), Some("a"));
        assert_eq!(text(&Value::Null, &["set"]), None);
        assert!(all(&json!({}), &["set", "item"]).is_empty());
    }

    #[test]
    fn values_cannot_leave_their_field_or_element() {
        let body = Call::form_body("X", "1", &[("A".to_owned(), "a&B=c d/é".to_owned())]);
        assert_eq!(body, "Action=X&Version=1&A=a%26B%3Dc%20d%2F%C3%A9");
        assert_eq!(escaped("</a>&\""), "&lt;/a&gt;&amp;&quot;");
    }
}
