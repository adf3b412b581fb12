//! The look and its messages as text for a terminal.

use std::fmt::Write;

use compliance_types::arn::Arn;

use crate::judgement::{ScanLevel, ScanMessage, records};
use crate::look::{Look, NamesakeKind, Recorder, RecorderKind, ServiceLinkedRole};

/// Where AWS Config's service-linked role is, in every partition.
const SERVICE_LINKED_ROLE: &str = "role/aws-service-role/config.amazonaws.com/";

/// Two columns of what is there, and the messages below. Ends with a line break.
pub fn table(look: &Look, messages: &[ScanMessage]) -> String {
    let rows = rows(look);
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, value) in rows {
        let _ = writeln!(text, "{name:width$}  {value}");
    }
    if !text.is_empty() && !messages.is_empty() {
        text.push('\n');
    }
    for one in messages {
        let path = if one.path.is_root() { String::new() } else { format!("{}: ", one.path) };
        // Statements of a policy stand below their sentence.
        let message = one.message.replace('\n', "\n         ");
        let _ = writeln!(text, "{:7}  {path}{message}", word(one.level));
    }
    text
}

fn word(level: ScanLevel) -> &'static str {
    match level {
        ScanLevel::Error => "error",
        ScanLevel::Warning => "warning",
        ScanLevel::Status => "info",
    }
}

fn rows(look: &Look) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    let mut row = |name, value: Option<String>| rows.extend(value.map(|value| (name, value)));
    row("account", look.account.clone());
    row("as", look.caller.clone());
    row("region", look.region.clone());
    for recorder in look.recorders.iter().flatten() {
        row("recorder", Some(described(recorder)));
        row("recorder's role", recorder.role_arn.as_deref().map(role));
    }
    if look.recorders.as_ref().is_some_and(Vec::is_empty) {
        row("recorder", Some("none".to_owned()));
    }
    row("service role", look.service_linked_role.as_ref().map(service_linked_role));
    for channel in look.delivery_channels.iter().flatten() {
        row("delivery channel", Some(format!("{}, to the bucket {}", channel.name, channel.bucket)));
    }
    row("rules", look.rules.map(|rules| format!("{} of {}", rules.used, rules.allowed)));
    row("packs", look.conformance_packs.map(|packs| format!("{} of {}", packs.used, packs.allowed)));
    for aggregator in look.aggregators.iter().flatten() {
        let sees = if aggregator.organization { "the organization".to_owned() } else { aggregator.accounts.join(", ") };
        row("aggregator", Some(format!("{}, sees {sees}", aggregator.name)));
    }
    for namesake in look.namesakes.iter().filter(|one| one.kind != NamesakeKind::Aggregator) {
        let what = match namesake.kind {
            NamesakeKind::Rule => "rule there",
            NamesakeKind::Authorization => "authorization",
            NamesakeKind::EventRule => "event rule there",
            NamesakeKind::Dashboard => "dashboard there",
            NamesakeKind::Alarm => "alarm there",
            NamesakeKind::Bucket => "bucket there",
            NamesakeKind::Table => "table there",
            NamesakeKind::Topic => "topic there",
            NamesakeKind::Queue => "queue there",
            NamesakeKind::Function => "function there",
            NamesakeKind::LogGroup => "log group there",
            NamesakeKind::Database => "database there",
            NamesakeKind::Workgroup => "workgroup there",
            NamesakeKind::KeyAlias => "key alias there",
            NamesakeKind::Aggregator | NamesakeKind::ConformancePack => "pack there",
        };
        row(what, Some(namesake.name.clone()));
    }
    row("concurrency", look.concurrency.map(|found| format!("{}, {} unreserved", found.limit, found.unreserved)));
    if let Some(key) = &look.key {
        let state = key.state.as_deref().unwrap_or(if key.exists == Some(false) { "not there" } else { "not read" });
        row("key", Some(format!("{}, {state}", key.arn)));
    }
    rows
}

/// A role of the recorder's, and whether it is the one that Security Hub's control Config.1 requires.
fn role(arn: &str) -> String {
    let is_linked = |arn: Arn<'_>| arn.service == "iam" && arn.resource.starts_with(SERVICE_LINKED_ROLE);
    match Arn::parse(arn).is_ok_and(is_linked) {
        true => format!("{arn} (service-linked)"),
        false => format!("{arn} (not AWS Config's service-linked role: Security Hub's control Config.1 fails)"),
    }
}

/// AWS Config's service-linked role where there is no recorder.
fn service_linked_role(role: &ServiceLinkedRole) -> String {
    match &role.arn {
        Some(arn) => format!("{arn} (service-linked)"),
        None => "AWSServiceRoleForConfig does not exist: a recorder that this component creates brings it".to_owned(),
    }
}

fn described(recorder: &Recorder) -> String {
    let name = &recorder.name;
    let runs = match recorder.recording {
        Some(true) => "recording",
        Some(false) => "stopped",
        None => "state not read",
    };
    match recorder.kind {
        RecorderKind::CustomerManaged => format!("{name}, {runs}: {}", records(recorder)),
        RecorderKind::ControlTower => format!("{name} (AWS Control Tower), {runs}: {}", records(recorder)),
        RecorderKind::ServiceLinked => {
            format!("{name} (of {})", recorder.service_principal.as_deref().unwrap_or("a service of AWS"))
        }
    }
}
