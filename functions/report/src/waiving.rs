//! Waivers in a report: which findings they cover, and what is to be said of each.

use std::collections::{BTreeMap, BTreeSet};

use functions_core::{
    compliance::Counts,
    waiver::{Standing, Subject, Waivers},
};

use crate::{
    findings::{FindingRow, Found, Texts},
    input::Context,
    model::WaiverLine,
};

/// Marks the findings that a waiver covers; how many each waiver covers.
pub(crate) fn mark(context: &Context, texts: &mut Texts, found: &mut [Found]) -> Vec<u64> {
    let waivers = &context.waivers;
    let mut covered = vec![0; waivers.all().len()];
    let nothing = texts.words.keep("");
    if waivers.is_empty() {
        found.iter_mut().for_each(|found| found.waiver = nothing);
        return covered;
    }
    let summaries: Vec<u32> = waivers.all().iter().map(|(waiver, _)| texts.words.keep(&waiver.summary())).collect();
    let unknown = BTreeMap::new();
    for found in found {
        let row = texts.finding(found);
        let frameworks = context.rules.get(row.rule).map_or(&unknown, |facts| &facts.frameworks);
        let at = covering(waivers, &row, frameworks);
        found.waiver = at.and_then(|at| summaries.get(at)).copied().unwrap_or(nothing);
        if let Some(count) = at.and_then(|at| covered.get_mut(at)) {
            *count += 1;
        }
    }
    covered
}

fn covering(waivers: &Waivers, row: &FindingRow<'_>, frameworks: &BTreeMap<String, BTreeSet<String>>) -> Option<usize> {
    let tags: BTreeMap<String, String> = serde_json::from_str(row.tags).unwrap_or_default();
    let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
    waivers.of(&Subject {
        account: row.account,
        region: row.region,
        rule: row.rule,
        frameworks,
        resource_id: row.resource_id,
        name: some(row.name),
        arn: some(row.arn),
        tags: &tags,
    })
}

/// Each waiver, with how many findings it covers.
pub(crate) fn lines(waivers: &Waivers, covered: &[u64]) -> Vec<WaiverLine> {
    let counts = covered.iter().copied().chain(std::iter::repeat(0));
    let line = |((waiver, standing), findings): (&(_, Standing), u64)| {
        let waiver: &functions_core::waiver::Waiver = waiver;
        let (days_left, warning) = match standing {
            Standing::InForce { days_left } => (
                Some(*days_left),
                (findings == 0).then(|| "It matches no finding. Remove it, or correct what it selects.".to_owned()),
            ),
            Standing::Expired => (None, Some("It has ended: the findings count again.".to_owned())),
            Standing::Invalid(defect) => (None, Some(format!("It is not in force: {defect}."))),
        };
        WaiverLine {
            selectors: waiver.selectors(),
            owner: waiver.owner.clone(),
            reason: waiver.reason.clone(),
            expires: waiver.expires.clone(),
            ticket: waiver.ticket.clone(),
            state: standing.word(),
            days_left,
            warning,
            findings,
        }
    };
    waivers.all().iter().zip(counts).map(line).collect()
}

/// Open findings, and those that a waiver covers, which leave the counts of their cells. What a waiver covered in the run
/// before and none covers now is new.
pub(crate) fn part(
    found: Vec<Found>,
    nothing: u32,
    cells: &mut [((u32, u32, u32), Counts)],
) -> (Vec<Found>, Vec<Found>) {
    let (waived, mut open): (Vec<Found>, Vec<Found>) = found.into_iter().partition(|found| found.waiver != nothing);
    for found in open.iter_mut().filter(|found| found.was_waived) {
        found.new = true;
    }
    let mut counts: BTreeMap<(u32, u32, u32), u64> = BTreeMap::new();
    for found in &waived {
        *counts.entry((found.account, found.region, found.rule)).or_default() += 1;
    }
    for (place, cell) in cells {
        cell.waive(counts.get(place).copied().unwrap_or_default());
    }
    (open, waived)
}
