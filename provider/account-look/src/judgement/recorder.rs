//! The configuration recorder: whose it is, what becomes of it, whether it records.

use compliance_types::recorder::{RecorderMode, RecordingFrequency};
use schemars::JsonSchema;
use serde::Serialize;

use super::message::{ROOT, ScanMessage};
use super::words::{names, place};
use crate::look::{Look, Part, Reason, Recorded, Recorder, RecorderKind};
use crate::request::{LookRequest, OWNER_TAG};

/// What AWS calls a recorder and a delivery channel that are given no name.
const UNNAMED: &str = "default";

/// What becomes of the recorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RecorderAction {
    /// There is none yet; ours is made.
    Create,
    /// Ours is there and stays.
    Keep,
    /// Somebody else's is used.
    Reuse,
    /// The mode does not go with what is there; a message says why.
    Refuse,
    /// The account was not seen.
    Unknown,
}

/// Whose a recorder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ownership<'a> {
    /// This deployment's: by its tag, or by its name and the bucket that it delivers to.
    Ours,
    /// This deployment's by its name, and nothing says otherwise.
    OursByName,
    /// It has the name of this deployment's and delivers to this other bucket, of which no tag says whose it is: another stack
    /// may have made it.
    OtherBucket(&'a str),
    /// The same, and the tags of the bucket may not be read.
    BucketUnread(&'a str),
    /// It has the name of this deployment's, and which bucket it delivers to may not be read: another stack may have made it.
    ChannelUnread,
    /// Somebody else's.
    Foreign,
}

/// What the mode and the account make of the recorder. `auto` comes out the same in every run: a recorder that may be ours is
/// kept, or the run is refused.
pub fn recorder_action(look: &Look, request: &LookRequest) -> RecorderAction {
    use RecorderAction::{Create, Keep, Refuse, Reuse, Unknown};
    if look.recorders.is_none() {
        return Unknown;
    }
    let found = look.customer_managed_recorder();
    let adopts = request.owner.as_ref().is_some_and(|owner| owner.unmarked_is_ours);
    match (request.recorder.mode, found.map(|found| ownership(look, found, request))) {
        // The bucket may be a new one, and the recorder this deployment's from before: to reuse it would delete it.
        (Some(RecorderMode::Reuse), Some(Ownership::BucketUnread(_))) if request.recorder.may_have_moved() => Refuse,
        (None, Some(_))
        | (
            Some(RecorderMode::Reuse),
            Some(Ownership::OtherBucket(_) | Ownership::BucketUnread(_) | Ownership::Foreign),
        )
        | (Some(RecorderMode::Auto), Some(Ownership::Foreign)) => Reuse,
        (None, None) => Unknown,
        (Some(RecorderMode::Auto | RecorderMode::Create), Some(Ownership::Ours | Ownership::OursByName)) => Keep,
        (
            Some(RecorderMode::Auto | RecorderMode::Create),
            Some(Ownership::OtherBucket(_) | Ownership::BucketUnread(_) | Ownership::ChannelUnread),
        ) if adopts => Keep,
        (Some(RecorderMode::Auto | RecorderMode::Create), None) if foreign_channel(look, request).is_none() => Create,
        _ => Refuse,
    }
}

pub fn judge(look: &Look, request: &LookRequest) -> Vec<ScanMessage> {
    let plan = &request.recorder;
    let (account, region) = place(look);
    let mut messages = Vec::new();
    let mut refuse = |message: String| messages.push(ScanMessage::error(&plan.path, message));
    match (recorder_action(look, request), look.customer_managed_recorder()) {
        // A preview that cannot know the account leaves it to the update, which can.
        (RecorderAction::Unknown, _)
            if look.skipped.as_ref().is_some_and(|skipped| skipped.reason == Reason::AccountUnknown) => {}
        (RecorderAction::Unknown, _) if plan.mode == Some(RecorderMode::Auto) => refuse(
            "`auto` has to see the account, which was not possible; say `create` or `reuse`, so that no run takes away \
             what another made"
                .to_owned(),
        ),
        (RecorderAction::Refuse, Some(found)) => refuse(refusal(look, found, request)),
        (RecorderAction::Refuse, None) if plan.mode == Some(RecorderMode::Reuse) => {
            let remedy = if is_beside(request) { "`auto`, which creates one where there is none" } else { "`create`" };
            refuse(format!("account {account} has no configuration recorder in {region}{}; set it to {remedy}", linked(look)));
        }
        (RecorderAction::Refuse, None) => {
            if let Some((name, bucket)) = foreign_channel(look, request) {
                refuse(format!(
                    "account {account} has the delivery channel `{name}` (to the bucket `{bucket}`) in {region} \
                     without a recorder, and AWS allows one; delete it with `aws configservice delete-delivery-channel \
                     --delivery-channel-name {name}`"
                ));
            }
        }
        (RecorderAction::Unknown, _)
            if plan.mode.is_none() && look.recorders.is_some() && !request.rules.is_empty() =>
        {
            messages.push(ScanMessage::warning(&ROOT, format!(
                "account {account} has no configuration recorder in {region}{}: AWS refuses rules until there is one",
                linked(look)
            )));
        }
        (RecorderAction::Reuse | RecorderAction::Keep, Some(found)) => {
            messages.extend(health(look, found).map(|message| ScanMessage::warning(&plan.path, message)));
        }
        _ => {}
    }
    messages
}

/// Why the recorder that exists and the mode cannot go together.
fn refusal(look: &Look, found: &Recorder, request: &LookRequest) -> String {
    let ((account, region), name) = (place(look), &found.name);
    match (ownership(look, found, request), request.recorder.mode) {
        (Ownership::BucketUnread(bucket), Some(RecorderMode::Reuse)) => format!(
            "the recorder `{name}` has the name of this deployment's, and delivers to the bucket `{bucket}` instead of `{}`, \
             whose tags could not be read: allow `tag:GetResources`. If this stack created the recorder, `reuse` would delete \
             it, so change the bucket and the mode in two runs; if another stack did, give this one another `namePrefix`",
            request.recorder.bucket.as_deref().unwrap_or_default()
        ),
        (Ownership::ChannelUnread, Some(RecorderMode::Auto | RecorderMode::Create)) => format!(
            "the recorder `{name}` has the name of this deployment's, and which bucket it delivers to could not be read: another \
             stack may have created it; allow `config:DescribeDeliveryChannels`, or set `lookup.adoptUnmarked` to true if this \
             stack created it"
        ),
        (Ownership::OtherBucket(bucket) | Ownership::BucketUnread(bucket), _) => format!(
            "the recorder `{name}` has the name of this deployment's, and delivers to the bucket `{bucket}` instead of `{}`: \
             another stack may have created it; set `recorder.mode` to `reuse` if another stack did, and \
             `lookup.adoptUnmarked` to true if this one did, as when its bucket changes",
            request.recorder.bucket.as_deref().unwrap_or_default()
        ),
        (Ownership::Ours, Some(RecorderMode::Reuse)) => format!(
            "the recorder `{name}` is this deployment's own, and `reuse` would delete it; keep `create`, or set it to `auto`"
        ),
        (Ownership::OursByName | Ownership::ChannelUnread, Some(RecorderMode::Reuse)) => format!(
            "the recorder `{name}` has the name of this deployment's, and which bucket it delivers to is not known: if this stack \
             created it, `reuse` would delete it; if another stack did, give this one another `namePrefix`"
        ),
        _ => format!(
            "account {account} has {} in {region} already, and AWS allows one; set it to {}",
            called(found),
            if is_beside(request) { "`auto`, which reuses it" } else { "`reuse`" }
        ),
    }
}

/// Whether this is a region beside home, which has the mode of home: `auto` alone suits regions with and without a recorder.
fn is_beside(request: &LookRequest) -> bool {
    request.authorization.is_some()
}

/// Whose a recorder is. Its tag decides; the `aws` provider sets none, so that where it has none its name and the bucket of
/// the delivery channel do, which no two deployments share. Inputs give name and bucket of this run, and both may have been
/// others in the last one: the owner tag of the bucket, which every deployment puts there, says whose it was.
fn ownership<'a>(look: &'a Look, recorder: &Recorder, request: &LookRequest) -> Ownership<'a> {
    let tag = recorder.tags.as_ref().and_then(|tags| tags.get(OWNER_TAG));
    let plan = &request.recorder;
    match (tag, &request.owner) {
        _ if recorder.kind != RecorderKind::CustomerManaged => Ownership::Foreign,
        (Some(tag), Some(owner)) if owner.is(tag) => Ownership::Ours,
        (Some(_), Some(_)) => Ownership::Foreign,
        _ if delivers_to_bucket_of_ours(look, recorder, request) => Ownership::Ours,
        _ if plan.name.as_ref() != Some(&recorder.name) => Ownership::Foreign,
        _ => match (&plan.bucket, look.delivery_channels.as_ref().map(|channels| channels.first())) {
            (_, None) => Ownership::ChannelUnread,
            (Some(_), Some(Some(channel))) if plan.may_deliver_to(&channel.bucket) => Ownership::Ours,
            (Some(_), Some(Some(channel))) => match &channel.bucket_tags {
                None => Ownership::BucketUnread(&channel.bucket),
                Some(tags) if tags.contains_key(OWNER_TAG) => Ownership::Foreign,
                Some(_) => Ownership::OtherBucket(&channel.bucket),
            },
            // A run that stopped half way leaves it without a channel.
            (_, Some(None)) | (None, Some(_)) => Ownership::OursByName,
        },
    }
}

/// Whether the bucket of the delivery channel carries the tag of this deployment, and the recorder a name that one of its
/// recorders can have had: theirs are never called as AWS calls one without a name.
fn delivers_to_bucket_of_ours(look: &Look, recorder: &Recorder, request: &LookRequest) -> bool {
    let channel = look.delivery_channels.as_ref().and_then(|channels| channels.first());
    let tag = channel.and_then(|channel| channel.bucket_tags.as_ref()?.get(OWNER_TAG));
    let is_ours = tag.zip(request.owner.as_ref()).is_some_and(|(tag, owner)| owner.is(tag));
    is_ours && recorder.name != UNNAMED
}

/// Name and bucket of a delivery channel that is not of our name. Channels have no tags.
fn foreign_channel<'a>(look: &'a Look, request: &LookRequest) -> Option<(&'a str, &'a str)> {
    let channels = look.delivery_channels.iter().flatten();
    let mut foreign = channels.filter(|channel| request.recorder.name.as_ref() != Some(&channel.name));
    foreign.next().map(|channel| (channel.name.as_str(), channel.bucket.as_str()))
}

fn called(recorder: &Recorder) -> String {
    match recorder.kind {
        RecorderKind::ControlTower => format!("the recorder `{}` of AWS Control Tower", recorder.name),
        _ => format!("the recorder `{}`", recorder.name),
    }
}

/// The recorders that look like some, and are of no use to rules.
fn linked(look: &Look) -> String {
    let linked = look.recorders.iter().flatten().filter(|recorder| recorder.kind == RecorderKind::ServiceLinked);
    let linked: Vec<_> = linked.map(|recorder| &recorder.name).collect();
    match linked.as_slice() {
        [] => String::new(),
        found => format!(" ({} records for a service of AWS alone)", names(found)),
    }
}

/// What keeps a recorder from recording.
fn health(look: &Look, recorder: &Recorder) -> Option<String> {
    let name = &recorder.name;
    let without_channel = look.delivery_channels.as_ref().is_some_and(Vec::is_empty);
    match (recorder.recording, &recorder.last_error) {
        (Some(false), _) if without_channel => Some(format!(
            "{} is stopped and has no delivery channel: rules see no change until it has one and is started",
            called(recorder)
        )),
        (Some(false), _) => Some(format!(
            "{} is stopped: rules see no change until it is started with `aws configservice \
             start-configuration-recorder --configuration-recorder-name {name}`",
            called(recorder)
        )),
        (_, Some(error)) => Some(format!("{} could not deliver what it recorded: {error}", called(recorder))),
        _ => None,
    }
}

/// The line on an account where all is well.
pub fn status(look: &Look, request: &LookRequest) -> Option<ScanMessage> {
    let (account, region) = place(look);
    let sight = match (recorder_action(look, request), look.customer_managed_recorder()) {
        (_, Some(found)) if found.recording == Some(false) => format!("{} is stopped", called(found)),
        (_, Some(found)) => format!("{} records {}", called(found), records(found)),
        (RecorderAction::Create, None) => "no recorder yet, one is created".to_owned(),
        _ if look.unread.iter().any(|unread| unread.part == Part::Recorder) => return None,
        _ => "no recorder".to_owned(),
    };
    Some(ScanMessage::status(format!("account {account}, region {region}: {sight}")))
}

/// What a recorder records, and how often, in words.
pub fn records(recorder: &Recorder) -> String {
    let listed = |types: &[String]| match types {
        [] | [_] | [_, _] | [_, _, _] => names(types),
        many => format!("{} resource types", many.len()),
    };
    let what = match &recorder.records {
        Some(Recorded::All { global_types: true }) => "all resource types, global ones included".to_owned(),
        Some(Recorded::All { global_types: false }) => "all resource types but the global ones".to_owned(),
        Some(Recorded::Only { resource_types }) => format!("only {}", listed(resource_types)),
        Some(Recorded::AllExcept { resource_types }) => format!("all resource types but {}", listed(resource_types)),
        None => "what it is made for".to_owned(),
    };
    let how = match recorder.frequency {
        Some(RecordingFrequency::Continuous) => ", continuously",
        Some(RecordingFrequency::Daily) => ", daily",
        None => "",
    };
    let apart: Vec<_> = recorder
        .overrides
        .iter()
        .map(|part| {
            let how = match part.frequency {
                RecordingFrequency::Continuous => "continuously",
                RecordingFrequency::Daily => "daily",
            };
            format!("; {} {how}", listed(&part.resource_types))
        })
        .collect();
    format!("{what}{how}{}", apart.concat())
}
