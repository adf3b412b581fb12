//! Verdicts in few bytes: what a run has read so far, in memory and between invocations.
//!
//! Words that come again (accounts, regions, rules, types, times) are kept once. A row is one resource: three words, its id
//! and its verdicts. Rows are text, so that they are stored as they are: a number is digits of five bits from `0` to `o`,
//! the last of them below `P`, and an id has its length before it.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use compliance_types::resource::{GLOBAL, ResourceIdentity, is_global};
use functions_core::compliance::Compliance;
use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};
use thiserror::Error;

use crate::input::Evaluation;

/// What was stored is no such text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("what was gathered does not read")]
pub struct Unreadable;

/// Rows as they are read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Gathered {
    words: Words,
    rows: Rows,
    count: u64,
}

/// [`Gathered`] as it is stored: words before rows.
#[derive(Deserialize)]
struct Stored {
    words: Vec<Arc<str>>,
    count: u64,
    rows: String,
}

impl Serialize for Gathered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut stored = serializer.serialize_struct("Stored", 3)?;
        stored.serialize_field("words", &self.words.texts)?;
        stored.serialize_field("count", &self.count)?;
        stored.serialize_field("rows", &self.rows.0)?;
        stored.end()
    }
}

impl TryFrom<Stored> for Gathered {
    type Error = Unreadable;

    fn try_from(Stored { words, count, rows }: Stored) -> Result<Self, Unreadable> {
        let mut all = Words::default();
        for text in &words {
            all.keep(text);
        }
        if all.texts.len() != words.len() {
            return Err(Unreadable);
        }
        let gathered = Self { words: all, rows: Rows(rows), count };
        let entries = gathered.entries().ok_or(Unreadable)?;
        if u64::try_from(entries.len()) == Ok(count) { Ok(gathered) } else { Err(Unreadable) }
    }
}

impl Gathered {
    /// Adds a resource with each rule that judged it.
    pub fn add<'a>(
        &mut self,
        resource: ResourceIdentity<'_>,
        verdicts: impl IntoIterator<Item = (&'a str, Compliance)>,
    ) {
        for text in [resource.account, resource.region, resource.resource_type] {
            let word = self.words.keep(text);
            self.rows.put(word);
        }
        self.rows.put_text(resource.resource_id);
        let verdicts: Vec<u32> =
            verdicts.into_iter().map(|(rule, verdict)| self.words.keep(rule) * 4 + code(verdict)).collect();
        self.rows.put(u32::try_from(verdicts.len()).unwrap_or(u32::MAX));
        verdicts.into_iter().for_each(|verdict| self.rows.put(verdict));
        self.count += 1;
    }

    /// How many rows there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Each resource once, in order. A page that moves while it is read gives a resource twice: the later verdict of a
    /// rule counts. A resource that belongs to no region is one, in the region [`GLOBAL`], whichever regions report it: of
    /// what they say of a rule the worst counts, because their recorders do not see a change at the same moment.
    #[must_use]
    pub fn settle(self) -> Verdicts {
        let mut entries = self.entries().unwrap_or_default();
        let (mut words, rows) = (self.words, self.rows);
        let global = words.keep(GLOBAL);
        let mut sources: BTreeMap<(u32, u32), bool> = BTreeMap::new();
        for entry in &mut entries {
            let of_no_region = is_global(words.text(entry.resource_type));
            *sources.entry((entry.account, entry.region)).or_default() |= of_no_region;
            if of_no_region {
                entry.region = global;
            }
        }
        let id = |entry: &Entry| rows.text_at(entry.id);
        entries.sort_by(|one, other| {
            words
                .compare(one.account, other.account)
                .then_with(|| words.compare(one.region, other.region))
                .then_with(|| words.compare(one.resource_type, other.resource_type))
                .then_with(|| id(one).cmp(id(other)))
        });
        Verdicts { words, rows, entries, sources }
    }

    /// Where the rows are; `None` where one does not read.
    fn entries(&self) -> Option<Vec<Entry>> {
        let known = u32::try_from(self.words.texts.len()).ok()?;
        let mut entries = Vec::with_capacity(usize::try_from(self.count).ok()?.min(self.rows.0.len()));
        let mut at = 0;
        while at < self.rows.0.len() {
            let mut word = || self.rows.number(&mut at).filter(|word| *word < known);
            let (account, region, resource_type) = (word()?, word()?, word()?);
            let id = at;
            self.rows.text(&mut at)?;
            for _ in 0..self.rows.number(&mut at)? {
                self.rows.number(&mut at).filter(|verdict| verdict / 4 < known)?;
            }
            entries.push(Entry { account, region, origin: region, resource_type, id });
        }
        Some(entries)
    }
}

/// A row: its words, and where the id and the verdicts after it begin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    account: u32,
    /// Where the resource belongs.
    region: u32,
    /// The region that reported it.
    origin: u32,
    resource_type: u32,
    id: usize,
}

/// Every verdict once, by account, region, type, id and rule.
#[derive(Debug, Clone, Default)]
pub struct Verdicts {
    pub(crate) words: Words,
    pub(crate) rows: Rows,
    pub(crate) entries: Vec<Entry>,
    /// Accounts and regions that gave a row, and whether they gave one of a resource that belongs to no region.
    pub(crate) sources: BTreeMap<(u32, u32), bool>,
}

/// A verdict as numbers of words, and where its resource's id lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verdict {
    pub account: u32,
    pub region: u32,
    pub rule: u32,
    pub resource_type: u32,
    pub id: usize,
    pub compliance: Compliance,
}

impl Verdicts {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Evaluation<'_>> {
        self.numbers().map(|verdict| verdict.told(&self.words, &self.rows, ""))
    }

    pub(crate) fn numbers(&self) -> impl Iterator<Item = Verdict> {
        numbers(&self.words, &self.rows, &self.entries)
    }
}

impl Verdict {
    /// The same with its texts, and the waiver that covers it.
    pub(crate) fn told<'a>(&self, words: &'a Words, rows: &'a Rows, waiver: &'a str) -> Evaluation<'a> {
        Evaluation {
            account: words.text(self.account),
            region: words.text(self.region),
            rule: words.text(self.rule),
            resource_type: words.text(self.resource_type),
            resource_id: rows.text_at(self.id),
            compliance: self.compliance,
            waiver,
        }
    }
}

/// The evaluation results of sorted rows.
pub(crate) fn numbers<'a>(
    words: &'a Words,
    rows: &'a Rows,
    entries: &'a [Entry],
) -> impl Iterator<Item = Verdict> + use<'a> {
    let same = |one: &Entry, other: &Entry| {
        (one.account, one.region, one.resource_type) == (other.account, other.region, other.resource_type)
            && rows.text_at(one.id) == rows.text_at(other.id)
    };
    entries.chunk_by(same).flat_map(|entries| of_resource(words, rows, entries))
}

/// The evaluation results of one resource, sorted by rule; of those of one rule in one region the last, of several regions the
/// worst.
fn of_resource(words: &Words, rows: &Rows, entries: &[Entry]) -> impl Iterator<Item = Verdict> + use<> {
    let mut verdicts = Vec::new();
    for entry in entries {
        let mut at = entry.id;
        rows.text(&mut at);
        for _ in 0..rows.number(&mut at).unwrap_or_default() {
            let verdict = rows.number(&mut at).unwrap_or_default();
            verdicts.push((verdict / 4, entry.origin, compliance(verdict % 4)));
        }
    }
    verdicts.sort_by(|one, other| words.compare(one.0, other.0).then(one.1.cmp(&other.1)));
    // `dedup` keeps the first of equal ones.
    verdicts.reverse();
    verdicts.dedup_by_key(|(rule, origin, _)| (*rule, *origin));
    verdicts.dedup_by(|(rule, _, compliance), (kept, _, worst)| {
        let same = rule == kept;
        if same && badness(*compliance) > badness(*worst) {
            *worst = *compliance;
        }
        same
    });
    let first = entries.first().copied();
    verdicts.into_iter().rev().filter_map(move |(rule, _, compliance)| {
        let Entry { account, region, resource_type, id, .. } = first?;
        Some(Verdict { account, region, rule, resource_type, id, compliance })
    })
}

/// What counts where regions differ over a resource: a result before none, and a bad one before a good one.
const fn badness(compliance: Compliance) -> u8 {
    match compliance {
        Compliance::NonCompliant => 3,
        Compliance::Compliant => 2,
        Compliance::NotApplicable => 1,
        Compliance::InsufficientData => 0,
    }
}

/// Texts that come again and again, kept once and known by number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    texts: Vec<Arc<str>>,
    numbers: BTreeMap<Arc<str>, u32>,
}

impl Words {
    pub(crate) fn keep(&mut self, text: &str) -> u32 {
        if let Some(number) = self.number(text) {
            return number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let kept: Arc<str> = text.into();
        self.texts.push(Arc::clone(&kept));
        self.numbers.insert(kept, number);
        number
    }

    pub(crate) fn number(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    pub(crate) fn text(&self, number: u32) -> &str {
        usize::try_from(number).ok().and_then(|at| self.texts.get(at)).map_or("", |text| text)
    }

    pub(crate) fn shared(&self, number: u32) -> Arc<str> {
        let kept = usize::try_from(number).ok().and_then(|at| self.texts.get(at));
        kept.cloned().unwrap_or_default()
    }

    /// By text.
    pub(crate) fn compare(&self, one: u32, other: u32) -> Ordering {
        if one == other { Ordering::Equal } else { self.text(one).cmp(self.text(other)) }
    }
}

/// Numbers and texts, one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows(String);

/// The bits of one digit, and the mark of one that others follow.
const BITS: u32 = 5;
const MORE: u8 = 1 << BITS;

impl Rows {
    fn put(&mut self, mut number: u32) {
        loop {
            let digit = u8::try_from(number % u32::from(MORE)).unwrap_or_default();
            number >>= BITS;
            let more = if number == 0 { 0 } else { MORE };
            self.0.push(char::from(b'0' + digit + more));
            if number == 0 {
                return;
            }
        }
    }

    /// Adds a text; where it lies.
    pub(crate) fn put_text(&mut self, text: &str) -> usize {
        let at = self.0.len();
        self.put(u32::try_from(text.len()).unwrap_or(u32::MAX));
        self.0.push_str(text);
        at
    }

    fn number(&self, at: &mut usize) -> Option<u32> {
        let (mut number, mut shift) = (0_u32, 0);
        loop {
            let digit = self.0.as_bytes().get(*at)?.checked_sub(b'0').filter(|digit| *digit < 2 * MORE)?;
            *at += 1;
            number = number.checked_add(u32::from(digit % MORE).checked_mul(1_u32.checked_shl(shift)?)?)?;
            shift += BITS;
            if digit < MORE {
                return Some(number);
            }
        }
    }

    fn text(&self, at: &mut usize) -> Option<&str> {
        let length = usize::try_from(self.number(at)?).ok()?;
        let text = self.0.get(*at..at.checked_add(length)?)?;
        *at += length;
        Some(text)
    }

    /// The text that lies there; empty where none does.
    pub(crate) fn text_at(&self, mut at: usize) -> &str {
        self.text(&mut at).unwrap_or_default()
    }
}

const fn code(verdict: Compliance) -> u32 {
    match verdict {
        Compliance::Compliant => 0,
        Compliance::NonCompliant => 1,
        Compliance::NotApplicable => 2,
        Compliance::InsufficientData => 3,
    }
}

const fn compliance(code: u32) -> Compliance {
    match code {
        0 => Compliance::Compliant,
        1 => Compliance::NonCompliant,
        2 => Compliance::NotApplicable,
        _ => Compliance::InsufficientData,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Row = ([String; 4], Vec<(String, Compliance)>);

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let text = || "[a-c]|日本|[<\"\n{}~\x7f]{1,3}";
        let verdict = (text(), proptest::sample::select(Compliance::ALL.to_vec()));
        let row = ([text(), text(), text(), "\\PC{0,70}"], proptest::collection::vec(verdict, 0..4));
        proptest::collection::vec(row, 0..20)
    }

    fn gathered(rows: &[Row]) -> Gathered {
        let mut gathered = Gathered::default();
        for ([account, region, resource_type, resource_id], verdicts) in rows {
            let verdicts = verdicts.iter().map(|(rule, verdict)| (rule.as_str(), *verdict));
            gathered.add(ResourceIdentity { account, region, resource_type, resource_id }, verdicts);
        }
        gathered
    }

    fn told(gathered: Gathered) -> Vec<(String, Compliance)> {
        let told = |one: Evaluation<'_>| {
            let Evaluation { account, region, rule, resource_type, resource_id, compliance, .. } = one;
            (format!("{account}\0{region}\0{resource_type}\0{resource_id}\0{rule}"), compliance)
        };
        gathered.settle().iter().map(told).collect()
    }

    proptest! {
        #[test]
        fn what_was_added_is_told_once_and_in_order(rows in rows()) {
            let mut expected = BTreeMap::new();
            for ([account, region, kind, id], verdicts) in &rows {
                for (rule, verdict) in verdicts {
                    expected.insert((account, region, kind, id, rule), *verdict);
                }
            }
            let expected: Vec<_> = expected.into_iter().map(|((account, region, kind, id, rule), verdict)| {
                (format!("{account}\0{region}\0{kind}\0{id}\0{rule}"), verdict)
            }).collect();
            prop_assert_eq!(told(gathered(&rows)), expected);
        }

        #[test]
        fn what_is_stored_reads_back_and_goes_on(rows in rows(), more in rows()) {
            let stored = serde_json::to_string(&gathered(&rows)).unwrap();
            let mut again = serde_json::from_str::<Gathered>(&stored).unwrap();
            prop_assert_eq!(serde_json::to_string(&again).unwrap(), stored);
            for ([account, region, resource_type, resource_id], verdicts) in &more {
                let verdicts = verdicts.iter().map(|(rule, verdict)| (rule.as_str(), *verdict));
                again.add(ResourceIdentity { account, region, resource_type, resource_id }, verdicts);
            }
            let whole: Vec<Row> = rows.into_iter().chain(more).collect();
            prop_assert_eq!(told(again), told(gathered(&whole)));
        }

        #[test]
        fn nothing_that_is_stored_panics(rows in "[0-9A-Po-q日]{0,40}", count in 0_u64..4) {
            let stored = serde_json::json!({ "words": ["a", "b"], "count": count, "rows": rows }).to_string();
            if let Ok(gathered) = serde_json::from_str::<Gathered>(&stored) {
                prop_assert_eq!(gathered.count(), count);
                gathered.settle().iter().for_each(drop);
            }
        }

        #[test]
        fn every_number_reads_back(number in any::<u32>()) {
            let mut rows = Rows::default();
            rows.put(number);
            prop_assert_eq!(rows.number(&mut 0), Some(number));
        }
    }

    fn row(region: &str, resource_type: &str, verdict: Compliance) -> Row {
        (["1", region, resource_type, "alice"].map(str::to_owned), vec![("a".to_owned(), verdict)])
    }

    #[test]
    fn case_25_a_global_resource_is_one_with_the_worst_of_what_regions_say() {
        let user = "AWS::IAM::User";
        let (good, bad, none) = (Compliance::Compliant, Compliance::NonCompliant, Compliance::InsufficientData);
        for (rows, expected) in [
            (vec![row("eu-west-1", user, bad), row("us-east-1", user, bad)], bad),
            (vec![row("eu-west-1", user, bad), row("us-east-1", user, good)], bad),
            (vec![row("us-east-1", user, good), row("eu-west-1", user, bad)], bad),
            (vec![row("us-east-1", user, good), row("eu-west-1", user, none)], good),
            // The later row of one region counts, also where it is the better one.
            (vec![row("us-east-1", user, bad), row("us-east-1", user, good), row("eu-west-1", user, good)], good),
        ] {
            let found = told(gathered(&rows));
            assert_eq!(found, [(format!("1\0global\0{user}\0alice\0a"), expected)], "{rows:?}");
        }
    }

    #[test]
    fn case_25_the_account_is_a_resource_of_each_region() {
        let rows = ["eu-west-1", "us-east-1"].map(|region| row(region, "AWS::::Account", Compliance::NonCompliant));
        assert_eq!(told(gathered(&rows)).len(), 2);
    }

    #[test]
    fn what_is_something_else_is_refused() {
        for text in ["", "{}", r#"{"words":["a"],"count":1,"rows":"0000"}"#, r#"{"words":[],"count":1,"rows":"00000"}"#]
        {
            assert!(serde_json::from_str::<Gathered>(text).is_err(), "{text}");
        }
    }
}
