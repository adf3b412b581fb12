//! Every evaluation result of a run once more, now that waivers are known: what the history has.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    findings::{Found, Texts},
    gathered::{Entry, numbers},
    input::Evaluation,
};

/// Every evaluation result of a run, by account, region, type, id and rule.
#[derive(Debug, Clone, Default)]
pub struct Evaluated {
    texts: Arc<Texts>,
    entries: Vec<Entry>,
    /// Where the id of a resource lies, and a rule: the waiver that covers this result.
    waived: BTreeMap<(usize, u32), u32>,
}

impl Evaluated {
    pub(crate) fn new(texts: &Arc<Texts>, entries: Vec<Entry>, waived: &[Found]) -> Self {
        let waived = waived.iter().map(|found| ((found.id, found.rule), found.waiver)).collect();
        Self { texts: Arc::clone(texts), entries, waived }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Evaluation<'_>> {
        let Texts { words, rows } = &*self.texts;
        numbers(words, rows, &self.entries).map(move |verdict| {
            let waiver = self.waived.get(&(verdict.id, verdict.rule));
            verdict.told(words, rows, waiver.map_or("", |waiver| words.text(*waiver)))
        })
    }
}
