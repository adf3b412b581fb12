//! Changes in the form that Amazon Q Developer in chat applications shows in a channel (Amazon Q Developer in chat applications
//! Administrator Guide, "Custom notifications"). It ignores messages in other forms.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    content::{Facts, Notice},
    text::printable,
};
use crate::{
    configuration::RuleEntry,
    transition::{Kind, Transition},
};

/// Changes that a message lists; the others are counted. The guide gives no bound, chats show long messages in part.
const CHANGES: usize = 10;
/// Words that a message is found by.
const KEYWORDS: usize = 10;

/// A custom notification.
#[derive(Debug, Serialize)]
struct Custom<'a> {
    version: &'static str,
    source: &'static str,
    id: &'a str,
    content: Content,
    metadata: Metadata,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    text_type: &'static str,
    title: String,
    description: String,
    next_steps: Vec<String>,
    keywords: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    summary: String,
    event_type: &'static str,
    related_resources: Vec<String>,
    additional_context: BTreeMap<&'static str, String>,
}

/// Whether a route that takes the notice is a chat.
pub(super) fn is_for_chat(notice: &Notice, facts: &Facts<'_>) -> bool {
    let routes = &facts.configuration.notices().routes;
    notice.routes.iter().any(|name| routes.get(name).is_some_and(|route| route.chat))
}

/// The changes of a notice for a chat.
///
/// # Errors
/// Never: it renders.
pub(super) fn message(
    notice: &Notice,
    transitions: &[Transition],
    facts: &Facts<'_>,
    (title, report): (&str, &str),
) -> Result<String, serde_json::Error> {
    let mut lines: Vec<String> = transitions.iter().take(CHANGES).map(|each| line(each, facts)).collect();
    if let Some(more) = transitions.len().checked_sub(CHANGES).filter(|more| *more > 0) {
        lines.push(format!("and {more} more changes"));
    }
    let opened: Vec<&Transition> = transitions.iter().filter(|each| each.kind.opens()).take(CHANGES).collect();
    let pages: BTreeSet<String> = opened.iter().filter_map(|each| step(each, facts)).collect();
    let mut next_steps: Vec<String> = pages.into_iter().take(CHANGES).collect();
    next_steps.push(format!("Open the report: {report}"));
    let words =
        transitions.iter().flat_map(|each| [facts.severity(&each.rule).word().to_owned(), printable(&each.rule)]);
    let keywords: BTreeSet<String> = words.collect();
    let origin = &notice.origin;
    serde_json::to_string(&Custom {
        version: "1.0",
        source: "custom",
        id: &notice.id,
        content: Content {
            text_type: "client-markdown",
            title: title.to_owned(),
            description: lines.join("\n"),
            next_steps,
            keywords: keywords.into_iter().take(KEYWORDS).collect(),
        },
        metadata: Metadata {
            summary: title.to_owned(),
            event_type: "compliance-change",
            related_resources: transitions.iter().take(CHANGES).map(resource).collect(),
            additional_context: [("account", origin.account.clone()), ("region", origin.region.clone())].into(),
        },
    })
}

fn line(each: &Transition, facts: &Facts<'_>) -> String {
    let became = match each.kind {
        Kind::NonCompliant => "does not comply",
        Kind::Fixed => "complies again",
        Kind::Deleted => "was deleted",
        Kind::NotRecorded => "is not evaluated any more",
    };
    let severity = facts.severity(&each.rule).word();
    let why = each.annotation.as_ref().map(|text| format!(": {}", plain(text))).unwrap_or_default();
    let owner = each.label.as_ref().and_then(|label| label.owner.as_ref());
    let owner = owner.map(|owner| format!(", owner {}", code(owner))).unwrap_or_default();
    let (kind, id, rule) = (&each.resource.resource_type, code(&each.resource.resource_id), code(&each.rule));
    format!("• {kind} {id} {became} with {rule} ({severity}{owner}){why}")
}

/// What to do about a change.
fn step(each: &Transition, facts: &Facts<'_>) -> Option<String> {
    let entry = facts.configuration.rule(&each.rule)?;
    let page = entry.page_url().map(|page| format!(": {page}")).unwrap_or_default();
    let rule = code(&each.rule);
    match &entry.remediation {
        Some(document) => Some(format!("Run {} for {rule}{page}", code(document))),
        None => RuleEntry::page_url(entry).map(|page| format!("Read about {rule}: {page}")),
    }
}

fn resource(each: &Transition) -> String {
    let arn = each.label.as_ref().and_then(|label| label.arn.as_ref());
    printable(arn.unwrap_or(&each.resource.resource_id))
}

/// A name as code, so that nothing in it is taken for markdown.
fn code(text: &str) -> String {
    format!("`{}`", printable(text).replace('`', "'"))
}

/// A sentence without what chats take for markdown, links or mentions.
fn plain(text: &str) -> String {
    let changed = |character| match character {
        '*' | '_' | '~' | '`' | '<' | '>' | '[' | ']' | '@' => ' ',
        other => other,
    };
    printable(text).chars().map(changed).collect()
}
