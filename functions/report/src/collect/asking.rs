//! What is still to be asked for of findings beside their evaluation results, and what the answers are.

use std::collections::BTreeMap;

use super::{Comparing, days_between};
use crate::{
    findings::{FindingRow, Found},
    input::Learned,
};

/// Days after which names, ARNs, tags and reasons are asked for again: they may be others, and waivers select by them.
const ASK_AGAIN_DAYS: u64 = 7;

impl Comparing {
    /// Findings of whose resources nothing was asked for yet, or [`ASK_AGAIN_DAYS`] ago: those first of which nothing was, and of
    /// these the new ones.
    pub fn undescribed(&self) -> impl Iterator<Item = FindingRow<'_>> {
        self.asked_before(|found| found.details_as_of)
    }

    /// Findings of which was not asked yet, or [`ASK_AGAIN_DAYS`] ago, why their resources do not comply; in the same order.
    pub fn unexplained(&self) -> impl Iterator<Item = FindingRow<'_>> {
        self.asked_before(|found| found.reason_as_of)
    }

    fn asked_before(&self, asked: impl Fn(&Found) -> u32) -> impl Iterator<Item = FindingRow<'_>> {
        let (words, now) = (&self.texts.words, &self.context.time);
        let mut known: BTreeMap<u32, bool> = BTreeMap::new();
        let mut is_due = |word: u32| {
            let old = || days_between(words.text(word), now).is_none_or(|days| days >= ASK_AGAIN_DAYS);
            *known.entry(word).or_insert_with(old)
        };
        let mut all: Vec<&Found> = self.found.iter().filter(|found| is_due(asked(found))).collect();
        all.sort_by(|one, other| words.compare(asked(one), asked(other)).then_with(|| other.new.cmp(&one.new)));
        all.into_iter().map(|found| self.texts.finding(found))
    }

    /// Regions of an account that reported resources that belong to no region.
    #[must_use]
    pub fn regions_of_global(&self, account: &str) -> Vec<&str> {
        let words = &self.texts.words;
        let of = self.rows.iter().filter(|((of, _), gave)| **gave && words.text(*of) == account);
        of.map(|((_, region), _)| words.text(*region)).collect()
    }

    /// Takes what was learned of resources and findings.
    pub fn learn(&mut self, learned: &Learned) {
        if learned.described.is_empty() && learned.explained.is_empty() {
            return;
        }
        let time = self.texts.words.keep(&self.context.time);
        for at in 0..self.found.len() {
            let Some(row) = self.found.get(at).map(|found| self.texts.finding(found)) else { break };
            let text = |text: &str| text.to_owned();
            let place = (text(row.rule), text(row.account), text(row.region));
            let resource = (text(row.account), text(row.region), text(row.resource_type), text(row.resource_id));
            let (described, explained) =
                (learned.described.contains(row.resource_id), learned.explained.contains(&place));
            let details = learned.details.get(&resource).cloned();
            let reason = learned.reasons.get(&(place.0, resource)).cloned();
            let words = &mut self.texts.words;
            let Some(found) = self.found.get_mut(at) else { break };
            if explained {
                found.reason_as_of = time;
                found.annotation = words.keep(&reason.unwrap_or_default());
            }
            if described {
                found.details_as_of = time;
            }
            // What is not recorded any more stays as it was known.
            if let Some(details) = details {
                found.name = words.keep(details.name.as_deref().unwrap_or_default());
                found.arn = words.keep(details.arn.as_deref().unwrap_or_default());
                found.owner = words.keep(details.owner().unwrap_or_default());
                let tags = if details.tags.is_empty() { None } else { serde_json::to_string(&details.tags).ok() };
                found.tags = words.keep(&tags.unwrap_or_default());
            }
        }
    }
}
