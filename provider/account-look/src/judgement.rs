//! What the sight of the account means for the deployment. No I/O; the same look and request give the same findings.

mod concurrency;
mod key;
mod namesakes;
mod recorder;
mod rules;
mod sources;

use property_path::PropertyPath;
use schemars::JsonSchema;
use serde::Serialize;

use crate::look::{Look, Part, Reason, Unread};
use crate::request::LookRequest;

pub(crate) use recorder::records;
pub use recorder::{RecorderAction, recorder_action};

/// The path of what is about no input.
static ROOT: PropertyPath = PropertyPath::root();

/// One thing that the scan of the account has to say about the deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScanMessage {
    /// How much it means.
    pub level: ScanLevel,
    /// The input that it is about, such as `recorder.mode`; the root where it is about none.
    #[schemars(with = "String")]
    pub path: PropertyPath,
    /// What was seen and what helps: lower case, no final stop.
    pub message: String,
}

/// How much a message means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ScanLevel {
    /// The deployment must not go on.
    Error,
    /// It works, but not as one would think; or it is not known whether it works.
    Warning,
    /// Worth a line.
    Status,
}

impl ScanMessage {
    fn error(path: &PropertyPath, message: impl Into<String>) -> Self {
        Self { level: ScanLevel::Error, path: path.clone(), message: message.into() }
    }

    fn warning(path: &PropertyPath, message: impl Into<String>) -> Self {
        Self { level: ScanLevel::Warning, path: path.clone(), message: message.into() }
    }

    fn status(message: impl Into<String>) -> Self {
        Self { level: ScanLevel::Status, path: PropertyPath::root(), message: message.into() }
    }
}

/// Everything there is to say, errors first. Without an error a look that took place ends with one line of status.
pub fn findings(look: &Look, request: &LookRequest) -> Vec<ScanMessage> {
    let mut findings = Vec::new();
    if let Some(skipped) = &look.skipped {
        findings.push(match skipped.reason {
            // What a program asks for by name is not left out in silence.
            Reason::NoCredentials | Reason::UnsupportedCredentials | Reason::InvalidCredentials
                if request.profile.is_some() =>
            {
                ScanMessage::error(&["lookup", "profile"].into(), &skipped.message)
            }
            Reason::Denied if request.role_arn.is_some() => {
                ScanMessage::error(&["lookup", "roleArn"].into(), &skipped.message)
            }
            // Nothing is wrong where the program gives credentials to its provider alone, or credentials come from a process.
            Reason::NoCredentials
            | Reason::UnsupportedCredentials
            | Reason::NoRegion
            | Reason::OtherAccount
            | Reason::AccountUnknown
            | Reason::TurnedOff => ScanMessage::status(&skipped.message),
            _ => ScanMessage::warning(&ROOT, &skipped.message),
        });
    }
    findings.extend(recorder::judge(look, request));
    findings.extend(rules::judge(look, request));
    findings.extend(namesakes::judge(look, request));
    findings.extend(sources::judge(look, request));
    findings.extend(key::judge(look, request));
    findings.extend(concurrency::judge(look, request));
    findings.extend(unread(look, request));
    findings.sort_by_key(|finding| finding.level);
    if look.skipped.is_none() && findings.iter().all(|finding| finding.level != ScanLevel::Error) {
        findings.extend(recorder::status(look, request));
    }
    findings
}

/// One warning for each reason, not for each call: who may not read one thing may not read others, too.
fn unread(look: &Look, request: &LookRequest) -> Vec<ScanMessage> {
    let mut groups: Vec<(&PropertyPath, Reason, Vec<&Unread>)> = Vec::new();
    for unread in &look.unread {
        // Where AWS does not have service-linked recorders yet, there is nothing to be missed.
        if (unread.part, unread.reason) == (Part::ServiceLinkedRecorders, Reason::Failed) {
            continue;
        }
        let path = match unread.part {
            Part::Key | Part::KeyPolicy => request.key.as_ref().map_or(&ROOT, |key| &key.path),
            Part::Concurrency => request.concurrency.as_ref().map_or(&ROOT, |planned| &planned.path),
            // AWS answers so, too, where it has no conformance packs.
            Part::ConformancePacks if unread.reason == Reason::Denied => {
                request.conformance_packs.first().map_or(&ROOT, |pack| &pack.path)
            }
            _ => &ROOT,
        };
        match groups.iter_mut().find(|group| (group.0, group.1) == (path, unread.reason)) {
            Some(group) => group.2.push(unread),
            None => groups.push((path, unread.reason, vec![unread])),
        }
    }
    let (_, region) = place(look);
    let message = |reason: Reason, group: &[&Unread]| match (group, reason) {
        ([only], Reason::Denied) if only.part == Part::ConformancePacks => format!(
            "{}, or {region} does not offer conformance packs, which AWS answers in the same way; deploy the framework with \
             `deployAs: rules` there",
            unread_together(reason, group)
        ),
        _ => unread_together(reason, group),
    };
    groups.into_iter().map(|(path, reason, group)| ScanMessage::warning(path, message(reason, &group))).collect()
}

fn unread_together(reason: Reason, group: &[&Unread]) -> String {
    let about = in_a_row(&group.iter().map(|unread| about(unread.part).to_owned()).collect::<Vec<_>>());
    let calls = names(&group.iter().map(|unread| &unread.call).collect::<Vec<_>>());
    match (group, reason) {
        ([_, _, ..], Reason::Denied) => format!("not read: {about}; {calls} are not allowed to these credentials"),
        ([_, _, ..], Reason::TimedOut) => format!("not read: {about}; {calls} took too long"),
        ([_, _, ..], Reason::Throttled) => {
            format!("not read: {about}; AWS asked to be called less often ({calls}), try again later")
        }
        ([first, ..], _) => format!("not read: {about}; {}", first.message),
        ([], _) => String::new(),
    }
}

fn about(part: Part) -> &'static str {
    match part {
        Part::Recorder => "the configuration recorder",
        Part::ServiceLinkedRecorders => "service-linked recorders",
        Part::ServiceLinkedRole => "AWS Config's service-linked role",
        Part::DeliveryChannel => "the delivery channel",
        Part::Rules => "rules that may belong to others",
        Part::Aggregators => "aggregators that may belong to others",
        Part::Sources => "what the aggregator receives",
        Part::Authorizations => "authorizations of aggregators",
        Part::ConformancePacks => "conformance packs that may belong to others",
        Part::EventRules => "event rules that may belong to others",
        Part::Dashboard => "a dashboard that may belong to others",
        Part::Alarms => "alarms that may belong to others",
        Part::Tags => "some tags, which tell whose things are",
        Part::Key => "the key",
        Part::KeyPolicy => "the key's policy",
        Part::Concurrency => "the concurrency of functions",
    }
}

/// The account and region in words.
fn place(look: &Look) -> (&str, &str) {
    (look.account.as_deref().unwrap_or("?"), look.region.as_deref().unwrap_or("?"))
}

/// Names in a row: `a`, `b` and `c`.
fn names<T: AsRef<str>>(names: &[T]) -> String {
    in_a_row(&names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>())
}

fn in_a_row(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests;
