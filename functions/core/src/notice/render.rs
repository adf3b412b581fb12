//! A notice as a message: a text for people, JSON for machines, attributes for filter policies.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use compliance_types::resource::Resource;
use serde_json::json;

use super::{
    chat,
    content::{Content, Facts, Notice, Summary},
    links,
    machine::{Body, Change, Controls, Machine},
    text::printable,
};
use crate::{
    configuration::RuleEntry,
    key::{FINDING_RUNBOOK, REPORT_PAGE},
    record::SCHEMA_VERSION,
    runbook::Runbook,
    sources::Silence,
    transition::{Kind, Transition},
    waived::Ending,
};

/// Characters of a subject, which are ASCII (Amazon SNS API Reference, "Publish", `Subject`).
pub const SUBJECT_LENGTH: usize = 99;
/// Controls of one framework that a message names of each rule; the machine's part counts the others.
const CONTROLS: usize = 5;
/// Rules that a summary names.
const RULES: usize = 50;

/// One attribute of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    /// A text.
    Text(String),
    /// A list of texts; a filter policy fits where one of them does.
    List(Vec<String>),
}

impl Attribute {
    /// Its type as SNS knows it.
    #[must_use]
    pub const fn data_type(&self) -> &'static str {
        match self {
            Self::Text(_) => "String",
            Self::List(_) => "String.Array",
        }
    }

    /// Its value as SNS takes it.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::List(texts) => json!(texts).to_string(),
        }
    }
}

/// A message as SNS takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Subject of an e-mail.
    pub subject: String,
    /// The message, of the structure `json`: a text for e-mail, JSON for everybody else.
    pub body: String,
    /// By name.
    pub attributes: BTreeMap<&'static str, Attribute>,
}

impl Message {
    /// The bytes that SNS counts.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let attributes = self.attributes.iter();
        self.body.len()
            + attributes.map(|(name, value)| name.len() + "String.Array".len() + value.value().len()).sum::<usize>()
    }
}

pub(super) fn message(notice: &Notice, facts: &Facts<'_>, unconfirmed: usize) -> Message {
    let (subject, mut text, body) = match &notice.content {
        Content::Transitions { transitions } => changes(notice, transitions, facts),
        Content::Summary(summary) => summed_up(notice, summary, facts),
        Content::WaiversEnd { waivers } => waivers_end(notice, waivers, facts),
        Content::DeliveryLost { sent } => {
            let page = links::object(facts.home, facts.bucket, &Runbook::DELIVERY_LOST.key());
            let text = format!(
                "The test alarm of {sent} did not reach the topic.\n\nMessages of CloudWatch alarms may be lost without an error. \
                 Check whether the policies of the topic, of its key and of the test queue allow cloudwatch.amazonaws.com and \
                 sns.amazonaws.com. Each run repeats the test.\n\nWhat to do: {page}\n",
                sent = sent.as_str()
            );
            let body = Body::DeliveryLost { sent: sent.as_str(), runbook: page };
            ("Alarms do not reach the topic".to_owned(), text, body)
        }
        Content::Sources { silent, back } => sources(silent, back, facts),
    };
    if unconfirmed > 0 {
        let subscriptions = counted(unconfirmed, "subscription", "subscriptions");
        let _ = write!(
            text,
            "\n{subscriptions} of this topic not confirmed yet: look for AWS's message to each receiver.\n"
        );
    }
    let report = links::object(facts.home, facts.bucket, REPORT_PAGE);
    let _ = write!(text, "\nLatest report: {report}\nMessage {} of compliance monitoring.\n", notice.id);
    let attributes = attributes(notice, body.kind(), facts);
    let subject = subject_of(&subject, &account(notice, facts));
    let mut parts = BTreeMap::from([("email", text)]);
    if let Content::Transitions { transitions } = &notice.content
        && chat::is_for_chat(notice, facts)
    {
        // SNS delivers this part to all subscribers by HTTPS, of which a chat is one.
        parts.extend(chat::message(notice, transitions, facts, (&subject, &report)).map(|text| ("https", text)));
    }
    let machine = json!(Machine {
        schema_version: SCHEMA_VERSION,
        id: &notice.id,
        time: notice.at.as_str(),
        account: &notice.origin.account,
        account_alias: facts.alias,
        region: &notice.origin.region,
        report,
        content: body,
    });
    parts.insert("default", machine.to_string());
    Message { subject, body: json!(parts).to_string(), attributes }
}

/// `prod (123456789012)`, or the number alone.
fn account(notice: &Notice, facts: &Facts<'_>) -> String {
    match facts.alias {
        Some(alias) => format!("{alias} ({})", notice.origin.account),
        None => notice.origin.account.clone(),
    }
}

fn changes<'a>(notice: &Notice, transitions: &'a [Transition], facts: &Facts<'a>) -> (String, String, Body<'a>) {
    let count = |kind| transitions.iter().filter(|each| each.kind == kind).count();
    let parts = Kind::ALL.into_iter().filter(|kind| count(*kind) > 0);
    let subject = parts.map(|kind| format!("{} {}", count(kind), words(kind))).collect::<Vec<_>>().join(", ");
    let (account, region) = (account(notice, facts), &notice.origin.region);
    let changes = counted(transitions.len(), "change", "changes");
    let mut text = format!("{changes} in account {account}, region {region}, seen at {}.\n", notice.at.as_str());
    let worst_first = |each: &&Transition| Reverse(facts.severity(&each.rule));
    for kind in Kind::ALL {
        let mut of_kind: Vec<_> = transitions.iter().filter(|each| each.kind == kind).collect();
        of_kind.sort_by_key(worst_first);
        if !of_kind.is_empty() {
            let _ = write!(text, "\n{}\n", heading(kind));
        }
        for each in of_kind {
            told(&mut text, each, facts);
        }
    }
    let transitions = transitions.iter().map(|each| change(each, facts)).collect();
    (subject, text, Body::Transitions { transitions })
}

const fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::NonCompliant => "not compliant",
        Kind::Fixed => "fixed",
        Kind::Deleted => "deleted",
        Kind::NotRecorded => "not evaluated any more",
    }
}

const fn heading(kind: Kind) -> &'static str {
    match kind {
        Kind::NonCompliant => "DOES NOT COMPLY",
        Kind::Fixed => "COMPLIES AGAIN",
        Kind::Deleted => "DELETED, OR THE RULE DOES NOT APPLY ANY MORE",
        Kind::NotRecorded => "NOT JUDGED ANY MORE: THE TYPE IS NOT RECORDED, OR THE RULE IS GONE",
    }
}

fn told(text: &mut String, each: &Transition, facts: &Facts<'_>) {
    let Resource { resource_type, resource_id } = &each.resource;
    let severity = facts.severity(&each.rule).word();
    let _ = write!(text, "\n  {resource_type} {}\n", printable(resource_id));
    let _ = writeln!(text, "    rule        {} ({severity})", printable(&each.rule));
    let known = each.label.as_ref();
    for (label, value) in [
        ("name", known.and_then(|known| known.name.as_deref())),
        ("owner", known.and_then(|known| known.owner.as_deref())),
        ("why", each.annotation.as_deref()),
        ("waiver", each.waiver_ended.then_some("has ended; the finding counts again")),
    ] {
        if let Some(value) = value {
            let _ = writeln!(text, "    {label:<12}{}", printable(value));
        }
    }
    if each.resource.home_region(&each.region) != each.region {
        let _ = writeln!(text, "    region      all");
    }
    for (framework, (named, more)) in controls(&each.rule, facts) {
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = writeln!(text, "    framework   {framework}: {}{more}", named.join(", "));
    }
    let since = if each.kind.opens() { "since      " } else { "open since " };
    let _ = writeln!(text, "    {since} {}", each.since.as_str());
    if let Some(page) = links::finding(&each.region, &each.resource, &each.rule) {
        let _ = writeln!(text, "    look        {page}");
    }
    let entry = facts.configuration.rule(&each.rule).filter(|_| each.kind.opens());
    if let Some(page) = entry.and_then(RuleEntry::page_url) {
        let _ = writeln!(text, "    rule page   {page}");
    }
    if let Some(document) = entry.and_then(|entry| entry.remediation.as_ref()) {
        let _ = writeln!(text, "    remediation {document}");
    }
    if each.kind.opens() {
        let _ = writeln!(text, "    what to do  {}", links::object(facts.home, facts.bucket, FINDING_RUNBOOK));
    }
}

/// Each framework with the controls that are named, and how many more there are.
fn controls<'a>(rule: &str, facts: &Facts<'a>) -> BTreeMap<&'a str, (Vec<&'a str>, usize)> {
    let frameworks = facts.configuration.rule(rule).map(|rule| &rule.frameworks);
    let frameworks = frameworks.into_iter().flatten().map(|(id, controls)| {
        let named: Vec<_> = controls.iter().take(CONTROLS).map(String::as_str).collect();
        let more = controls.len() - named.len();
        (id.as_str(), (named, more))
    });
    frameworks.collect()
}

fn change<'a>(each: &'a Transition, facts: &Facts<'a>) -> Change<'a> {
    let (entry, label) = (facts.configuration.rule(&each.rule), each.label.as_ref());
    let controls = controls(&each.rule, facts).into_iter();
    Change {
        kind: each.kind,
        account: &each.account,
        account_alias: facts.alias,
        region: each.resource.home_region(&each.region),
        resource_type: &each.resource.resource_type,
        resource_id: &each.resource.resource_id,
        resource_name: label.and_then(|label| label.name.as_deref()),
        arn: label.and_then(|label| label.arn.as_deref()),
        owner: label.and_then(|label| label.owner.as_deref()),
        annotation: each.annotation.as_deref(),
        waiver_ended: each.waiver_ended,
        rule: &each.rule,
        identifier: entry.map(|rule| rule.identifier.as_str()),
        rule_page: entry.and_then(RuleEntry::page_url),
        remediation: entry.and_then(|rule| rule.remediation.as_deref()),
        severity: facts.severity(&each.rule).word(),
        frameworks: controls.map(|(id, (controls, more))| (id, Controls { controls, more })).collect(),
        since: each.since.as_str(),
        at: each.at.as_str(),
        console: links::finding(&each.region, &each.resource, &each.rule),
        runbook: links::object(facts.home, facts.bucket, FINDING_RUNBOOK),
    }
}

fn summed_up<'a>(notice: &Notice, summary: &'a Summary, facts: &Facts<'_>) -> (String, String, Body<'a>) {
    let (account, region) = (account(notice, facts), &notice.origin.region);
    let open: usize = summary.open.values().sum();
    let rules = counted(summary.judged, "rule", "rules");
    let mut text = match summary.first {
        true => format!("Compliance monitoring began in account {account}, region {region}.\n\n"),
        false => format!("Rules were evaluated for the first time in account {account}, region {region}.\n\n"),
    };
    let findings = counted(open, "resource does", "resources do");
    let from = match summary.unsettled {
        0 => "From now on",
        _ => "What else the first evaluation finds comes as one more summary. From the next scheduled run on",
    };
    let _ = writeln!(text, "{rules} evaluated; {findings} not comply. {from} only changes are sent.");
    if summary.waiting > 0 {
        let waiting = counted(summary.waiting, "rule waits", "rules wait");
        let _ = writeln!(text, "{waiting} for a first result, which comes in a summary like this one.");
    }
    let mut worst: Vec<_> = summary.open.iter().collect();
    worst.sort_by_key(|(rule, count)| (std::cmp::Reverse(**count), *rule));
    if !worst.is_empty() {
        text.push('\n');
    }
    for (rule, count) in worst.iter().take(RULES) {
        let _ = writeln!(text, "  {count:>6}  {} ({})", printable(rule), facts.severity(rule).word());
    }
    if let Some(more) = worst.len().checked_sub(RULES).filter(|more| *more > 0) {
        let _ = writeln!(text, "  and {more} more rules");
    }
    let body = Body::Summary {
        first: summary.first,
        judged_rules: summary.judged,
        waiting_rules: summary.waiting,
        open_findings: open,
        open_findings_by_rule: worst.iter().take(RULES).map(|(rule, count)| (rule.as_str(), **count)).collect(),
    };
    (format!("{rules} watched, {open} open findings"), text, body)
}

fn waivers_end<'a>(notice: &Notice, waivers: &'a [Ending], facts: &Facts<'_>) -> (String, String, Body<'a>) {
    let (account, region) = (account(notice, facts), &notice.origin.region);
    let count = counted(waivers.len(), "waiver ends", "waivers end");
    let mut text = format!(
        "{count} soon in account {account}, region {region}.\n\nFrom the day after its end, the findings of a waiver count \
         again and notices are sent for them. Fix the resources, or renew the waiver in the input `waivers`.\n"
    );
    for Ending { waiver, days_left } in waivers {
        let left = match days_left {
            0 => "today".to_owned(),
            1 => "tomorrow".to_owned(),
            days => format!("in {days} days"),
        };
        let _ = write!(text, "\n  {}\n", printable(&waiver.selectors()));
        let _ = writeln!(text, "    ends        {}, {left}", printable(&waiver.expires));
        let _ = writeln!(text, "    owner       {}", printable(&waiver.owner));
        let _ = writeln!(text, "    reason      {}", printable(&waiver.reason));
        if let Some(ticket) = &waiver.ticket {
            let _ = writeln!(text, "    ticket      {}", printable(ticket));
        }
    }
    (format!("{count} soon"), text, Body::WaiversEnd { waivers })
}

fn sources<'a>(silent: &'a [Silence], back: &'a [Silence], facts: &Facts<'_>) -> (String, String, Body<'a>) {
    let runbook = links::object(facts.home, facts.bucket, &Runbook::SOURCES_SILENT.key());
    let (mut subjects, mut text) = (Vec::new(), String::new());
    let listed = |text: &mut String, sources: &[Silence], words: &str| {
        for Silence { account, region, since } in sources {
            let _ = writeln!(text, "  account {account}, region {region}, {words} {}", since.as_str());
        }
    };
    if !silent.is_empty() {
        let count = counted(silent.len(), "account and region does", "accounts and regions do");
        subjects.push(format!("{count} not report"));
        let (those, of) = match silent.len() {
            1 => ("this account and region", "Its"),
            _ => ("these accounts and regions", "Their"),
        };
        let _ = write!(text, "The aggregator receives nothing from {those}:\n\n");
        listed(&mut text, silent, "since");
        let _ = write!(
            text,
            "\n{of} findings stay as they were: new ones are not sent, and fixed ones stay open. Check that the account still \
             authorizes the aggregator, that the region is enabled, and that its recorder records.\n\nWhat to do: {runbook}\n"
        );
    }
    if !back.is_empty() {
        subjects.push(format!(
            "{} again",
            counted(back.len(), "account and region reports", "accounts and regions report")
        ));
        let gap = if text.is_empty() { "" } else { "\n" };
        let those = match back.len() {
            1 => "This account and region reports again; its",
            _ => "These accounts and regions report again; their",
        };
        let _ = write!(text, "{gap}{those} findings are compared from now on:\n\n");
        listed(&mut text, back, "silent since");
    }
    (subjects.join(", "), text, Body::Sources { silent, back, runbook })
}

fn attributes(notice: &Notice, kind: &str, facts: &Facts<'_>) -> BTreeMap<&'static str, Attribute> {
    let mut attributes = BTreeMap::from([
        ("account", Attribute::Text(notice.origin.account.clone())),
        ("region", Attribute::Text(notice.origin.region.clone())),
    ]);
    let mut list = |name, texts: BTreeSet<String>| {
        if !texts.is_empty() {
            attributes.insert(name, Attribute::List(texts.into_iter().collect()));
        }
    };
    match &notice.content {
        Content::Transitions { transitions } => {
            let rules: BTreeSet<&str> = transitions.iter().map(|each| each.rule.as_str()).collect();
            list("kind", transitions.iter().map(|each| each.kind.word().to_owned()).collect());
            list("severity", rules.iter().map(|rule| facts.severity(rule).word().to_owned()).collect());
            let frameworks = rules.iter().flat_map(|rule| controls(rule, facts).into_keys().map(str::to_owned));
            list("framework", frameworks.collect());
            list("rule", rules.into_iter().map(str::to_owned).collect());
        }
        _ => list("kind", BTreeSet::from([kind.to_owned()])),
    }
    list("route", notice.routes.iter().cloned().collect());
    attributes
}

/// `1 change`, `2 changes`.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// ASCII, one line, as long as SNS takes.
fn subject_of(what: &str, account: &str) -> String {
    let subject = format!("Compliance: {what} - {account}");
    let ascii = subject.chars().map(|character| if (' '..='~').contains(&character) { character } else { '?' });
    ascii.take(SUBJECT_LENGTH).collect()
}
