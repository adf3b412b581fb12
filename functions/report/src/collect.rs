//! Verdicts one at a time, and the report they make.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use functions_core::{
    compliance::{Compliance, Counts},
    timestamp::day_number,
};

use crate::{
    input::{Before, Context, Evaluation, Severity, Texts},
    model::{Breakdown, Cell, Change, Finding, Report, SCHEMA_VERSION, Source, TREND_RUNS, TrendPoint},
    score::score,
};

/// How many days a source that does not report any more stays in the report.
pub const CARRY_DAYS: u64 = 30;

type CellKey = (Arc<str>, Arc<str>, Arc<str>);
type SourceKey = (Arc<str>, Arc<str>);

/// Verdicts as they are read.
#[derive(Debug)]
pub struct Collector {
    context: Context,
    texts: Texts,
    cells: BTreeMap<CellKey, Counts>,
    findings: Vec<Finding>,
    time: Arc<str>,
    nothing: Arc<str>,
    /// The cell of the verdict before, since verdicts come in runs of one account and region.
    last: Option<(CellKey, Counts)>,
}

impl Collector {
    /// Nothing read yet.
    #[must_use]
    pub fn new(context: Context) -> Self {
        let time = context.time.as_str().into();
        Self {
            context,
            texts: Texts::default(),
            cells: BTreeMap::new(),
            findings: Vec::new(),
            time,
            nothing: "".into(),
            last: None,
        }
    }

    /// Counts one verdict; keeps it if it is a finding.
    pub fn add(&mut self, evaluation: Evaluation<'_>) {
        let (account, region, rule) = self.cell(&evaluation);
        if evaluation.compliance == Compliance::NonCompliant {
            let resource_type = self.texts.keep(evaluation.resource_type);
            self.findings.push(Finding {
                severity: self.severity(&rule),
                rule,
                account,
                region,
                resource_type,
                resource_id: evaluation.resource_id.into(),
                since: Arc::clone(&self.time),
                new: true,
                as_of: Arc::clone(&self.nothing),
            });
        }
    }

    /// Counts the verdict in its cell and answers the cell's names.
    fn cell(&mut self, evaluation: &Evaluation<'_>) -> CellKey {
        if let Some(((account, region, rule), counts)) = &mut self.last
            && **account == *evaluation.account
            && **region == *evaluation.region
            && **rule == *evaluation.rule
        {
            counts.add(evaluation.compliance);
            return (Arc::clone(account), Arc::clone(region), Arc::clone(rule));
        }
        self.settle();
        let key =
            (self.texts.keep(evaluation.account), self.texts.keep(evaluation.region), self.texts.keep(evaluation.rule));
        let mut counts = Counts::default();
        counts.add(evaluation.compliance);
        self.last = Some((key.clone(), counts));
        key
    }

    fn settle(&mut self) {
        if let Some((key, counts)) = self.last.take() {
            *self.cells.entry(key).or_default() += counts;
        }
    }

    fn severity(&self, rule: &str) -> Severity {
        self.context.rules.get(rule).map(|facts| facts.severity).unwrap_or_default()
    }

    /// The report of all verdicts added, beside what the run before left.
    #[must_use]
    pub fn finish(mut self, before: Before) -> Report {
        self.settle();
        self.drop_doubles();
        let reported: BTreeSet<SourceKey> =
            self.cells.keys().map(|(account, region, _)| (Arc::clone(account), Arc::clone(region))).collect();
        let sources = self.sources(&reported, &before);
        let carried: BTreeSet<SourceKey> = sources
            .iter()
            .filter(|source| !source.reported)
            .map(|source| (Arc::clone(&source.account), Arc::clone(&source.region)))
            .collect();
        for cell in before.summary.iter().flat_map(|summary| &summary.cells) {
            if carried.contains(&(Arc::clone(&cell.account), Arc::clone(&cell.region))) {
                let key = (Arc::clone(&cell.account), Arc::clone(&cell.region), Arc::clone(&cell.rule));
                *self.cells.entry(key).or_default() += cell.counts;
            }
        }
        let known = before.summary.as_ref().map(|summary| summary.time.clone());
        let moved = self.compare(before.findings, known.as_deref(), &carried);
        self.report(before.summary, sources, moved)
    }

    /// A page that moved while it was read gives a resource twice; it counts once.
    fn drop_doubles(&mut self) {
        self.findings.sort_unstable_by(|one, other| one.key().cmp(&other.key()));
        let cells = &mut self.cells;
        self.findings.dedup_by(|one, other| {
            let double = one.key() == other.key();
            let key = (Arc::clone(&one.account), Arc::clone(&one.region), Arc::clone(&one.rule));
            if double && let Some(counts) = cells.get_mut(&key) {
                counts.non_compliant = counts.non_compliant.saturating_sub(1);
            }
            double
        });
    }

    fn sources(&self, reported: &BTreeSet<SourceKey>, before: &Before) -> Vec<Source> {
        let mut last: BTreeMap<SourceKey, Option<String>> = BTreeMap::new();
        for source in before.summary.iter().flat_map(|summary| &summary.sources) {
            last.insert((Arc::clone(&source.account), Arc::clone(&source.region)), source.last_reported.clone());
        }
        for (account, region) in &self.context.expected {
            last.entry((account.as_str().into(), region.as_str().into())).or_insert(None);
        }
        for source in reported {
            last.insert(source.clone(), Some(self.context.time.clone()));
        }
        let expected: BTreeSet<(&str, &str)> =
            self.context.expected.iter().map(|(account, region)| (account.as_str(), region.as_str())).collect();
        last.into_iter()
            .map(|((account, region), last_reported)| Source {
                alias: self.context.aliases.get(&*account).cloned(),
                reported: reported.contains(&(Arc::clone(&account), Arc::clone(&region))),
                age_days: last_reported.as_deref().and_then(|last| days_between(last, &self.context.time)),
                account,
                region,
                last_reported,
            })
            .filter(|source| {
                expected.contains(&(&*source.account, &*source.region))
                    || source.age_days.is_some_and(|days| days <= CARRY_DAYS)
            })
            .collect()
    }

    /// Marks findings that were open before, carries forward those of silent sources, and answers how many the run before
    /// saw open that are fixed, by account, region and rule.
    fn compare(
        &mut self,
        mut before: Vec<Finding>,
        known: Option<&str>,
        carried: &BTreeSet<SourceKey>,
    ) -> BTreeMap<CellKey, u64> {
        before.sort_unstable_by(|one, other| one.key().cmp(&other.key()));
        before.dedup_by(|one, other| one.key() == other.key());
        let known: Arc<str> = known.unwrap_or_default().into();
        let mut fixed = BTreeMap::new();
        let mut more = Vec::new();
        let mut now = self.findings.iter_mut().peekable();
        for mut old in before {
            while now.next_if(|finding| finding.key() < old.key()).is_some() {}
            if let Some(still) = now.next_if(|finding| finding.key() == old.key()) {
                still.new = false;
                still.since = old.since;
            } else if carried.contains(&(Arc::clone(&old.account), Arc::clone(&old.region))) {
                if old.as_of.is_empty() {
                    old.as_of = Arc::clone(&known);
                }
                old.new = false;
                more.push(old);
            } else {
                *fixed.entry((old.account, old.region, old.rule)).or_default() += 1;
            }
        }
        for old in &mut more {
            old.severity = self.context.rules.get(&*old.rule).map(|facts| facts.severity).unwrap_or_default();
        }
        self.findings.append(&mut more);
        fixed
    }

    fn report(
        mut self,
        before: Option<crate::model::Summary>,
        sources: Vec<Source>,
        fixed: BTreeMap<CellKey, u64>,
    ) -> Report {
        let mut totals = Counts::default();
        let mut by_rule = Groups::default();
        let mut by_account = Groups::default();
        let mut by_region = Groups::default();
        for rule in self.context.rules.keys() {
            by_rule.0.entry(rule.as_str().into()).or_default();
        }
        for ((account, region, rule), counts) in &self.cells {
            totals += *counts;
            by_rule.counts(rule, *counts);
            by_account.counts(account, *counts);
            by_region.counts(region, *counts);
        }
        let mut severities = BTreeMap::from(Severity::ALL.map(|severity| (severity, 0_u64)));
        let mut new = 0_u64;
        for finding in &self.findings {
            *severities.entry(finding.severity).or_default() += 1;
            if finding.new {
                new += 1;
                by_rule.moved(&finding.rule, 1, 0);
                by_account.moved(&finding.account, 1, 0);
                by_region.moved(&finding.region, 1, 0);
            }
        }
        for ((account, region, rule), count) in &fixed {
            by_rule.moved(rule, 0, *count);
            by_account.moved(account, 0, *count);
            by_region.moved(region, 0, *count);
        }
        let rated =
            by_rule.0.iter().map(|(rule, group)| (Arc::clone(rule), (self.severity(rule), group.counts))).collect();
        let score = score(&rated);
        let last_score = before.as_ref().and_then(|summary| summary.trend.last()).and_then(|run| run.score_millipoints);
        let change = before.as_ref().map(|summary| Change {
            since: summary.time.clone(),
            new,
            fixed: fixed.values().sum(),
            still_open: u64::try_from(self.findings.len()).unwrap_or(u64::MAX).saturating_sub(new),
            score_millipoints: score
                .millipoints
                .zip(last_score)
                .and_then(|(now, then)| i64::try_from(now).ok()?.checked_sub(i64::try_from(then).ok()?)),
        });
        let mut trend = before.map(|summary| summary.trend).unwrap_or_default();
        trend.retain(|run| run.run_id != self.context.run_id);
        trend.push(TrendPoint {
            run_id: self.context.run_id.clone(),
            time: self.context.time.clone(),
            score_millipoints: score.millipoints,
            non_compliant: totals.non_compliant,
            verdicts: totals.total(),
        });
        let surplus = trend.len().saturating_sub(TREND_RUNS);
        trend.drain(..surplus);
        self.findings.sort_by(|one, other| {
            (one.severity, !one.new).cmp(&(other.severity, !other.new)).then_with(|| {
                (&one.rule, &one.account, &one.region, &one.resource_type, &one.resource_id).cmp(&(
                    &other.rule,
                    &other.account,
                    &other.region,
                    &other.resource_type,
                    &other.resource_id,
                ))
            })
        });
        let mut rules = by_rule.breakdowns();
        for rule in &mut rules {
            let facts = self.context.rules.get(&*rule.name).cloned().unwrap_or_default();
            rule.severity = Some(facts.severity);
            rule.controls = facts.controls;
        }
        let cost: BTreeMap<Arc<str>, u64> =
            score.costs.iter().map(|cost| (Arc::clone(&cost.rule), cost.millipoints)).collect();
        rules.sort_by(|one, other| {
            cost.get(&other.name).cmp(&cost.get(&one.name)).then_with(|| one.name.cmp(&other.name))
        });
        let mut accounts = by_account.breakdowns();
        for account in &mut accounts {
            account.alias = self.context.aliases.get(&*account.name).cloned();
        }
        Report {
            schema_version: SCHEMA_VERSION,
            run_id: self.context.run_id,
            time: self.context.time,
            score,
            totals,
            severities: severities.into_iter().collect(),
            change,
            trend,
            sources,
            rules,
            accounts,
            regions: by_region.breakdowns(),
            cells: self
                .cells
                .into_iter()
                .map(|((account, region, rule), counts)| Cell { account, region, rule, counts })
                .collect(),
            findings: self.findings,
        }
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Group {
    counts: Counts,
    new: u64,
    fixed: u64,
}

#[derive(Debug, Default)]
struct Groups(BTreeMap<Arc<str>, Group>);

impl Groups {
    fn counts(&mut self, name: &Arc<str>, counts: Counts) {
        self.0.entry(Arc::clone(name)).or_default().counts += counts;
    }

    fn moved(&mut self, name: &Arc<str>, new: u64, fixed: u64) {
        let group = self.0.entry(Arc::clone(name)).or_default();
        group.new += new;
        group.fixed += fixed;
    }

    /// The most findings first, then by name.
    fn breakdowns(self) -> Vec<Breakdown> {
        let mut all: Vec<Breakdown> = self
            .0
            .into_iter()
            .map(|(name, Group { counts, new, fixed })| Breakdown {
                name,
                alias: None,
                severity: None,
                controls: Vec::new(),
                counts,
                new,
                fixed,
            })
            .collect();
        all.sort_by(|one, other| {
            other.counts.non_compliant.cmp(&one.counts.non_compliant).then_with(|| one.name.cmp(&other.name))
        });
        all
    }
}

/// Whole days from the date of one RFC 3339 time to that of another; none where one does not read, zero where it is later.
fn days_between(from: &str, to: &str) -> Option<u64> {
    Some(day_number(to)?.saturating_sub(day_number(from)?))
}
