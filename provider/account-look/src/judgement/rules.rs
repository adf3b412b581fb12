//! Rules: whether there is room for them, and whether what they look at is recorded.

use compliance_types::recorder::{RecorderMode, RecordingFrequency};
use compliance_types::resource::IAM_TYPES;

use super::message::{ROOT, ScanMessage};
use super::recorder::{RecorderAction, recorder_action};
use super::words::{names, place};
use crate::look::{FrequencyOverride, Look, NamesakeKind, Recorded};
use crate::request::{LookRequest, PlannedRule};

/// What the aggregation reads: the compliance of each resource, which AWS Config records as a type of its own.
const COMPLIANCE_TYPE: &str = "AWS::Config::ResourceCompliance";

/// What the recorder in use records.
struct Recording<'a> {
    name: &'a str,
    records: Option<&'a Recorded>,
    frequency: Option<RecordingFrequency>,
    overrides: &'a [FrequencyOverride],
}

pub fn judge(look: &Look, request: &LookRequest) -> Vec<ScanMessage> {
    let mut messages: Vec<_> = quota(look, request).into_iter().chain(packs_quota(look, request)).collect();
    if let Some(recorder) = recording(look, request) {
        messages.extend(request.rules.iter().filter_map(|rule| unrecorded(&recorder, rule)));
        messages.extend(request.rules.iter().filter_map(|rule| daily(&recorder, rule)));
        let is_aggregated = request.aggregator.is_some() || request.authorization.is_some();
        if is_aggregated && !is_recorded(&recorder, COMPLIANCE_TYPE) {
            let name = recorder.name;
            messages.push(ScanMessage::warning(&ROOT, format!(
                "the recorder `{name}` does not record `{COMPLIANCE_TYPE}`, which the aggregation reads: reports stay \
                 empty until it does"
            )));
        }
    }
    messages
}

/// Somebody else's recorder as it is, ours as it will be.
fn recording<'a>(look: &'a Look, request: &'a LookRequest) -> Option<Recording<'a>> {
    let plan = &request.recorder;
    match recorder_action(look, request) {
        RecorderAction::Reuse => {
            let found = look.customer_managed_recorder()?;
            let (name, records) = (found.name.as_str(), found.records.as_ref());
            Some(Recording { name, records, frequency: found.frequency, overrides: &found.overrides })
        }
        RecorderAction::Refuse => None,
        // An account that was not seen gets ours where that is said.
        RecorderAction::Unknown if plan.mode != Some(RecorderMode::Create) => None,
        RecorderAction::Create | RecorderAction::Keep | RecorderAction::Unknown => {
            let name = plan.name.as_deref().unwrap_or_default();
            let records = plan.records.as_ref();
            Some(Recording { name, records, frequency: plan.frequency, overrides: &plan.overrides })
        }
    }
}

fn quota(look: &Look, request: &LookRequest) -> Option<ScanMessage> {
    let rules = look.rules?;
    let is_there =
        |kind: NamesakeKind, name: &str| look.namesakes.iter().any(|one| one.kind == kind && one.name == name);
    let deployed = |rule: &&PlannedRule| match &rule.pack {
        Some(pack) => is_there(NamesakeKind::ConformancePack, pack),
        None => is_there(NamesakeKind::Rule, &rule.name),
    };
    let new = request.rules.iter().filter(|rule| !deployed(rule)).count();
    let free = rules.allowed.saturating_sub(rules.used);
    if new <= free {
        return None;
    }
    let (account, region) = place(look);
    Some(ScanMessage::error(
        &"rules".into(),
        format!(
            "{new} new rules do not fit: account {account} has {} of the {} that AWS allows in {region}; take rules out, or \
         ask for a higher quota",
            rules.used, rules.allowed
        ),
    ))
}

fn packs_quota(look: &Look, request: &LookRequest) -> Option<ScanMessage> {
    // More than AWS allows at all is told without a look.
    let packs = look.conformance_packs.filter(|packs| request.conformance_packs.len() <= packs.allowed)?;
    let there = look.namesakes.iter().filter(|one| one.kind == NamesakeKind::ConformancePack).count();
    let new = request.conformance_packs.len().saturating_sub(there);
    if packs.used + new <= packs.allowed {
        return None;
    }
    let (account, region) = place(look);
    let path = request.conformance_packs.first().map_or(&ROOT, |pack| &pack.path);
    Some(ScanMessage::error(
        path,
        format!(
            "{new} new conformance packs do not fit: account {account} has {} of the {} that AWS allows in {region}; \
             deploy frameworks as `rules`, or remove packs",
            packs.used, packs.allowed
        ),
    ))
}

/// A rule that waits for changes of what is not recorded.
fn unrecorded(recorder: &Recording<'_>, rule: &PlannedRule) -> Option<ScanMessage> {
    let missing: Vec<_> = watched(rule).filter(|kind| !is_recorded(recorder, kind)).collect();
    if missing.is_empty() {
        return None;
    }
    let effect = if missing.len() == rule.resource_types.len() { "has no results" } else { "does not see these" };
    Some(ScanMessage::warning(
        &rule.path,
        format!(
            "the rule `{}` looks at {}, which the recorder `{}` does not record: it {effect} until they are recorded",
            rule.name,
            names(&missing),
            recorder.name
        ),
    ))
}

/// A rule that waits for changes of what is recorded once a day.
fn daily(recorder: &Recording<'_>, rule: &PlannedRule) -> Option<ScanMessage> {
    let slow = |kind: &str| is_recorded(recorder, kind) && frequency(recorder, kind) == Some(RecordingFrequency::Daily);
    let slow: Vec<_> = watched(rule).filter(|kind| slow(kind)).collect();
    if slow.is_empty() {
        return None;
    }
    Some(ScanMessage::warning(
        &rule.path,
        format!(
            "the rule `{}` looks at {}, recorded daily by `{}`: changes show in its results up to a day later",
            rule.name,
            names(&slow),
            recorder.name
        ),
    ))
}

/// Rules that are only periodic go on without a recorder (AWS Config Developer Guide, "Evaluation Mode and Trigger Types
/// for AWS Config Rules").
fn watched(rule: &PlannedRule) -> impl Iterator<Item = &str> {
    rule.resource_types.iter().filter(|_| rule.change_triggered).map(String::as_str)
}

fn is_recorded(recorder: &Recording<'_>, kind: &str) -> bool {
    match recorder.records {
        None => true,
        Some(Recorded::All { global_types }) => *global_types || !IAM_TYPES.contains(&kind),
        Some(Recorded::Only { resource_types }) => resource_types.iter().any(|recorded| recorded == kind),
        Some(Recorded::AllExcept { resource_types }) => resource_types.iter().all(|left_out| left_out != kind),
    }
}

fn frequency(recorder: &Recording<'_>, kind: &str) -> Option<RecordingFrequency> {
    let own = recorder.overrides.iter().find(|part| part.resource_types.iter().any(|listed| listed == kind));
    own.map_or(recorder.frequency, |part| Some(part.frequency))
}
