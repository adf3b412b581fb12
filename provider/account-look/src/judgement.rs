//! What the sight of the account means for the deployment. No I/O; the same look and request give the same findings.

mod key;
mod namesakes;
mod recorder;
mod rules;

use schemars::JsonSchema;
use serde::Serialize;

use crate::look::{Look, Part, Reason};
use crate::request::LookRequest;

pub(crate) use recorder::records;
pub use recorder::{RecorderAction, recorder_action};

/// What a sight means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How much it means.
    pub severity: Severity,
    /// Property path of the input that it is about, such as `recorder.mode`; empty where it is about none.
    pub path: String,
    /// What was seen and what helps: lower case, no final stop.
    pub message: String,
}

/// How much a finding means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// The deployment must not go on.
    Error,
    /// It works, but not as one would think; or it is not known whether it works.
    Warning,
    /// Worth a line.
    Status,
}

impl Finding {
    fn error(path: &str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, path: path.to_owned(), message: message.into() }
    }

    fn warning(path: &str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, path: path.to_owned(), message: message.into() }
    }

    fn status(message: impl Into<String>) -> Self {
        Self { severity: Severity::Status, path: String::new(), message: message.into() }
    }
}

/// Everything there is to say, errors first. Without an error a look that took place ends with one line of status.
pub fn findings(look: &Look, request: &LookRequest) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(skipped) = &look.skipped {
        findings.push(match skipped.reason {
            // Nothing is wrong where the program gives credentials to its provider alone.
            Reason::NoCredentials | Reason::NoRegion | Reason::OtherAccount | Reason::AccountUnknown => {
                Finding::status(&skipped.message)
            }
            _ => Finding::warning("", &skipped.message),
        });
    }
    findings.extend(recorder::judge(look, request));
    findings.extend(rules::judge(look, request));
    findings.extend(namesakes::judge(look, request));
    findings.extend(key::judge(look, request));
    findings.extend(look.unread.iter().map(|unread| {
        let about = about(unread.part);
        let path = if matches!(unread.part, Part::Key | Part::KeyPolicy) { key_path(request) } else { "" };
        Finding::warning(path, format!("{about} not read: {}", unread.message))
    }));
    findings.sort_by_key(|finding| finding.severity);
    if look.skipped.is_none() && findings.iter().all(|finding| finding.severity != Severity::Error) {
        findings.extend(recorder::status(look, request));
    }
    findings
}

fn key_path(request: &LookRequest) -> &str {
    request.key.as_ref().map_or("", |key| &key.path)
}

fn about(part: Part) -> &'static str {
    match part {
        Part::Recorder => "the configuration recorder was",
        Part::ServiceLinkedRecorders => "service-linked recorders were",
        Part::DeliveryChannel => "the delivery channel was",
        Part::Rules => "rules that may belong to others were",
        Part::Aggregators => "aggregators that may belong to others were",
        Part::Authorizations => "authorizations of aggregators were",
        Part::ConformancePacks => "conformance packs that may belong to others were",
        Part::Tags => "some tags, which tell whose things are, were",
        Part::Key => "the key was",
        Part::KeyPolicy => "the key's policy was",
    }
}

/// The account and region in words.
fn place(look: &Look) -> (&str, &str) {
    (look.account.as_deref().unwrap_or("?"), look.region.as_deref().unwrap_or("?"))
}

/// Names in a row: `a`, `b` and `c`.
fn names<T: AsRef<str>>(names: &[T]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests;
