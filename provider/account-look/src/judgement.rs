//! What the sight of the account means for the deployment. No I/O; the same look and request give the same messages.

mod concurrency;
mod key;
mod message;
mod namesakes;
mod recorder;
mod rules;
mod sources;
mod words;

use property_path::PropertyPath;

use crate::look::{Look, Part, Reason, Unread};
use crate::request::LookRequest;

use message::ROOT;
pub use message::{ScanLevel, ScanMessage};
pub(crate) use recorder::records;
pub use recorder::{RecorderAction, recorder_action};
use words::{in_a_row, names, place};

/// Everything there is to say, errors first. Without an error a look that took place ends with one line of status.
pub fn scan_messages(look: &Look, request: &LookRequest) -> Vec<ScanMessage> {
    let mut messages = Vec::new();
    if let Some(skipped) = &look.skipped {
        messages.push(match skipped.reason {
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
    messages.extend(recorder::judge(look, request));
    messages.extend(rules::judge(look, request));
    messages.extend(namesakes::judge(look, request));
    messages.extend(sources::judge(look, request));
    messages.extend(key::judge(look, request));
    messages.extend(concurrency::judge(look, request));
    messages.extend(unread(look, request));
    messages.sort_by_key(|one| one.level);
    if look.skipped.is_none() && messages.iter().all(|one| one.level != ScanLevel::Error) {
        messages.extend(recorder::status(look, request));
    }
    messages
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

#[cfg(test)]
mod tests;
