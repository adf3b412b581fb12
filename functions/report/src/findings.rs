//! Findings in few bytes, and each with its texts when it is asked for.

use std::{cmp::Ordering, sync::Arc};

use compliance_types::severity::Severity;
use serde::{Serialize, Serializer};

use crate::gathered::{Rows, Words};

/// How many findings the JSON of a report has at most.
pub const JSON_FINDINGS: usize = 50_000;

/// A finding as the report shows it: a resource that does not comply with a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingRow<'a> {
    /// Severity of the rule.
    pub severity: Severity,
    /// Name of the rule.
    pub rule: &'a str,
    /// Account id.
    pub account: &'a str,
    /// Region.
    pub region: &'a str,
    /// Type of the resource.
    pub resource_type: &'a str,
    /// Id of the resource.
    pub resource_id: &'a str,
    /// Time of the first run that saw it open without a break.
    pub since: &'a str,
    /// Whether the run before did not see it open.
    pub new: bool,
    /// When the data of its source arrived last, where they do not arrive; else empty.
    pub as_of: &'a str,
    /// Name of the resource, where it has one beside its id; else empty, as the following ones are where nothing is known.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub name: &'a str,
    /// ARN of the resource.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub arn: &'a str,
    /// Who owns the resource, by its tags.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub owner: &'a str,
    /// Tags of the resource, a JSON object.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub tags: &'a str,
    /// Why it does not comply, in the words of the rule.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub annotation: &'a str,
    /// The waiver that covers it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub waiver: &'a str,
    /// When AWS Config was asked for the name, the ARN and the tags.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub details_as_of: &'a str,
    /// When it was asked why the resource does not comply.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub reason_as_of: &'a str,
}

/// Many of them.
#[derive(Debug, Clone, Default)]
pub struct FindingRows {
    texts: Arc<Texts>,
    all: Vec<Found>,
}

/// What the numbers of [`Found`] mean.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    pub words: Words,
    pub rows: Rows,
}

/// A finding as numbers of words, and where its resource's id lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub id: usize,
    pub rule: u32,
    pub account: u32,
    pub region: u32,
    pub resource_type: u32,
    pub since: u32,
    pub as_of: u32,
    pub name: u32,
    pub arn: u32,
    pub owner: u32,
    pub tags: u32,
    pub annotation: u32,
    pub waiver: u32,
    pub details_as_of: u32,
    pub reason_as_of: u32,
    pub severity: Severity,
    pub new: bool,
    /// Whether a waiver covered it in the run before.
    pub was_waived: bool,
}

impl FindingRows {
    /// The worst and newest first.
    pub(crate) fn new(texts: &Arc<Texts>, mut all: Vec<Found>) -> Self {
        let order = |one: &Found, other: &Found| {
            let word = |one, other| texts.words.compare(one, other);
            (other.severity, other.new)
                .cmp(&(one.severity, one.new))
                .then_with(|| word(one.rule, other.rule))
                .then_with(|| word(one.account, other.account))
                .then_with(|| word(one.region, other.region))
                .then_with(|| word(one.resource_type, other.resource_type))
                .then_with(|| id(texts, one, other))
        };
        all.sort_unstable_by(order);
        Self { texts: Arc::clone(texts), all }
    }

    /// The oldest of them, so many at most; of equal age the worst first.
    pub(crate) fn oldest(&self, count: usize) -> Self {
        let words = &self.texts.words;
        let mut oldest: Vec<Found> = Vec::with_capacity(count + 1);
        for found in &self.all {
            let at = oldest.partition_point(|other| words.compare(other.since, found.since).is_le());
            if at < count {
                oldest.insert(at, *found);
                oldest.truncate(count);
            }
        }
        Self { texts: Arc::clone(&self.texts), all: oldest }
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Each with its texts.
    pub fn iter(&self) -> impl Iterator<Item = FindingRow<'_>> {
        self.all.iter().map(|found| self.texts.finding(found))
    }
}

fn id(texts: &Texts, one: &Found, other: &Found) -> Ordering {
    texts.rows.text_at(one.id).cmp(texts.rows.text_at(other.id))
}

impl Texts {
    pub(crate) fn finding(&self, found: &Found) -> FindingRow<'_> {
        FindingRow {
            severity: found.severity,
            rule: self.words.text(found.rule),
            account: self.words.text(found.account),
            region: self.words.text(found.region),
            resource_type: self.words.text(found.resource_type),
            resource_id: self.rows.text_at(found.id),
            since: self.words.text(found.since),
            new: found.new,
            as_of: self.words.text(found.as_of),
            name: self.words.text(found.name),
            arn: self.words.text(found.arn),
            owner: self.words.text(found.owner),
            tags: self.words.text(found.tags),
            annotation: self.words.text(found.annotation),
            waiver: self.words.text(found.waiver),
            details_as_of: self.words.text(found.details_as_of),
            reason_as_of: self.words.text(found.reason_as_of),
        }
    }
}

impl Serialize for FindingRows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().take(JSON_FINDINGS))
    }
}
