//! Verdicts beside what the run before left, and the report they make.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use compliance_types::{
    resource::{GLOBAL, home_region},
    severity::Severity,
    time::Timestamp,
};
use functions_core::compliance::{Compliance, Counts};
use serde::Deserialize;

use crate::{
    cells::read_line,
    evaluated::Evaluated,
    findings::{FindingRows, Found, Texts},
    fixes,
    frameworks::{frameworks, open_by_framework},
    gathered::{Entry, Gathered, Verdicts},
    groups::Groups,
    input::{Arrival, Context},
    model::{Cell, Change, OLDEST, Report, SCHEMA_VERSION, Source, Summary},
    progress::{Before, FirstEvaluation, Progress},
    score::score,
    trend::{self, TrendPoint},
    waiving, week,
    wording::wide,
};

mod asking;
mod keys;

use keys::{digest, find, key};

/// How many days what a source last reported stays in the report.
pub const CARRY_DAYS: u64 = 30;
/// How old data of a source may be that the aggregator calls good: four runs of the default schedule. AWS does not say how
/// often an aggregator reads a source in which nothing changes.
pub const FRESH_HOURS: u64 = 24;

/// Numbers of the words of an account and a region.
type Place = (u32, u32);

/// What becomes of what the run before saw in an account and region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// This run saw the place: what is not open is fixed.
    Seen,
    /// It is told as it was.
    Carried,
    /// It is too old to be told, and nobody knows whether it is fixed.
    Ended,
}

/// A report that waits for the findings of the run before.
#[derive(Debug)]
pub struct Comparing {
    context: Context,
    texts: Texts,
    /// The rows of this run.
    entries: Vec<Entry>,
    /// Verdicts by account, region and rule.
    cells: Vec<((u32, u32, u32), Counts)>,
    /// Accounts and regions that gave a row, and whether one of them was of a resource that belongs to no region.
    rows: BTreeMap<Place, bool>,
    found: Vec<Found>,
    /// Hash of a finding of this run, and its place in `found`; sorted.
    index: Vec<(u64, usize)>,
    fixed: Vec<Found>,
    sources: Vec<Source>,
    standings: BTreeMap<Place, Standing>,
    /// Findings of resources that belong to no region, which an earlier version listed once for each region: those that were listed.
    merged: BTreeSet<u64>,
    before: Option<Summary>,
}

/// A line of the findings of the run before. Columns that came later are not asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    severity: Severity,
    rule: &'a str,
    account: &'a str,
    region: &'a str,
    resource_type: &'a str,
    resource_id: &'a str,
    since: &'a str,
    as_of: &'a str,
    #[serde(default)]
    name: &'a str,
    #[serde(default)]
    arn: &'a str,
    #[serde(default)]
    owner: &'a str,
    #[serde(default)]
    tags: &'a str,
    #[serde(default)]
    annotation: &'a str,
    #[serde(default)]
    waiver: &'a str,
    #[serde(default)]
    details_as_of: &'a str,
    #[serde(default)]
    reason_as_of: &'a str,
}

/// Counts the verdicts of a run, and compares them with the run before, where there is one. Its findings come next.
#[must_use]
pub fn compare(context: Context, verdicts: Verdicts, before: Option<Summary>) -> Comparing {
    let open = verdicts.numbers().filter(|verdict| verdict.compliance == Compliance::NonCompliant).count();
    let mut comparing = Comparing {
        context,
        texts: Texts::default(),
        entries: Vec::new(),
        cells: Vec::new(),
        rows: BTreeMap::new(),
        found: Vec::with_capacity(open),
        index: Vec::with_capacity(open),
        fixed: Vec::new(),
        sources: Vec::new(),
        standings: BTreeMap::new(),
        merged: BTreeSet::new(),
        before,
    };
    comparing.count(verdicts);
    comparing.judge_sources();
    comparing.carry_cells();
    comparing
}

/// The report of a run that has none before it.
#[must_use]
pub fn first(context: Context, gathered: Gathered) -> Report {
    compare(context, gathered.settle(), None).finish()
}

impl Comparing {
    fn count(&mut self, mut verdicts: Verdicts) {
        let (time, nothing) = (verdicts.words.keep(&self.context.time), verdicts.words.keep(""));
        let mut rules: BTreeMap<u32, Counts> = BTreeMap::new();
        let mut here = None;
        for verdict in verdicts.numbers() {
            let place = (verdict.account, verdict.region);
            if let Some(before) = here.filter(|here| *here != place) {
                close(&mut self.cells, before, &mut rules);
            }
            here = Some(place);
            rules.entry(verdict.rule).or_default().add(verdict.compliance);
            if verdict.compliance != Compliance::NonCompliant {
                continue;
            }
            self.found.push(Found {
                id: verdict.id,
                rule: verdict.rule,
                account: verdict.account,
                region: verdict.region,
                resource_type: verdict.resource_type,
                since: time,
                as_of: nothing,
                name: nothing,
                arn: nothing,
                owner: nothing,
                tags: nothing,
                annotation: nothing,
                waiver: nothing,
                details_as_of: nothing,
                reason_as_of: nothing,
                severity: severity(&self.context, verdicts.words.text(verdict.rule)),
                new: true,
                was_waived: false,
            });
        }
        if let Some(place) = here {
            close(&mut self.cells, place, &mut rules);
        }
        self.rows = verdicts.sources;
        self.entries = verdicts.entries;
        self.texts = Texts { words: verdicts.words, rows: verdicts.rows };
        let texts = &self.texts;
        self.index.extend(self.found.iter().enumerate().map(|(at, found)| (digest(key(texts, found)), at)));
        self.index.sort_unstable();
    }

    /// Says of each source whether its data arrive, and marks what is of one whose do not.
    fn judge_sources(&mut self) {
        let words = &mut self.texts.words;
        let global = words.keep(GLOBAL);
        let mut last: BTreeMap<(Arc<str>, Arc<str>), Option<String>> = BTreeMap::new();
        for source in self.before.iter().flat_map(|summary| &summary.sources) {
            let place = (Arc::clone(&source.account), Arc::clone(&source.region));
            last.insert(place, source.last_reported.clone());
        }
        let mut arrivals = BTreeMap::new();
        for arrival in &self.context.arrivals {
            let place: (Arc<str>, Arc<str>) = (arrival.account.as_str().into(), arrival.region.as_str().into());
            last.entry(place.clone()).or_default();
            arrivals.insert(place, arrival);
        }
        for (account, region) in self.rows.keys().filter(|(_, region)| *region != global) {
            last.entry((words.shared(*account), words.shared(*region))).or_default();
        }
        let mut stale = BTreeMap::new();
        for (name, known) in last {
            let place = (words.keep(&name.0), words.keep(&name.1));
            let (rows, arrival) = (self.rows.contains_key(&place), arrivals.get(&name));
            let reported = arrival.map_or(rows, |arrival| is_fresh(arrival, &self.context.time));
            let last_reported = match arrival.and_then(|arrival| arrival.updated.clone()) {
                _ if reported => Some(self.context.time.clone()),
                Some(updated) => Some(updated),
                None => known,
            };
            let age_days = last_reported.as_deref().and_then(|last| days_between(last, &self.context.time));
            let recent = age_days.is_some_and(|days| days <= CARRY_DAYS);
            let standing = match (reported || rows, recent) {
                (true, _) => Standing::Seen,
                (false, true) => Standing::Carried,
                (false, false) => Standing::Ended,
            };
            self.standings.insert(place, standing);
            if !reported && rows {
                stale.insert(place, words.keep(last_reported.as_deref().unwrap_or(UNKNOWN)));
            }
            if recent || arrival.is_some() {
                let (account, region) = name;
                let alias = self.context.aliases.get(&*account).cloned();
                self.sources.push(Source { account, alias, region, reported, last_reported, age_days });
            }
        }
        for account in self.standings.keys().map(|(account, _)| *account).collect::<BTreeSet<_>>() {
            let place = (account, global);
            self.standings.insert(place, self.standing_of_no_region(account));
            let gave = self.rows.iter().filter(|((of, _), of_no_region)| *of == account && **of_no_region);
            let ages: Option<Vec<u32>> = gave.map(|(place, _)| stale.get(place).copied()).collect();
            let words = &self.texts.words;
            if let Some(latest) =
                ages.and_then(|ages| ages.into_iter().max_by(|one, other| words.compare(*one, *other)))
            {
                stale.insert(place, latest);
            }
        }
        for found in &mut self.found {
            if let Some(as_of) = stale.get(&(found.account, found.region)) {
                found.as_of = *as_of;
            }
        }
    }

    /// What becomes of what the run before saw of resources of an account that belong to no region. Where no region gave any,
    /// the one that records them may be one that did not report.
    fn standing_of_no_region(&self, account: u32) -> Standing {
        let is_of = |place: &Place| place.0 == account;
        let gave_one = self.rows.iter().any(|(place, of_no_region)| is_of(place) && *of_no_region);
        let is_any = |wanted| self.standings.iter().any(|(place, standing)| is_of(place) && *standing == wanted);
        match (gave_one, is_any(Standing::Carried), is_any(Standing::Seen)) {
            (true, _, _) | (false, false, true) => Standing::Seen,
            (false, true, _) => Standing::Carried,
            (false, false, false) => Standing::Ended,
        }
    }

    fn carry_cells(&mut self) {
        let words = &mut self.texts.words;
        for cell in self.before.iter().flat_map(|summary| &summary.cells) {
            let place = (words.keep(&cell.account), words.keep(&cell.region));
            if self.standings.get(&place) == Some(&Standing::Carried) {
                // What is waived is found out anew from the findings that are carried.
                self.cells.push(((place.0, place.1, words.keep(&cell.rule)), cell.counts.without_waivers()));
            }
        }
    }

    /// Takes findings of the run before: the whole of one of its files.
    ///
    /// # Errors
    /// When the bytes are no such file.
    pub fn add_before(&mut self, csv: &[u8]) -> Result<(), csv::Error> {
        let mut reader = csv::Reader::from_reader(csv);
        let headers = reader.headers()?.clone();
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record)? {
            read_line(&mut record);
            self.add_line(&record.deserialize(Some(&headers))?);
        }
        Ok(())
    }

    fn add_line(&mut self, line: &Line<'_>) {
        let region = home_region(line.resource_type, line.region);
        let key = (line.account, region, line.rule, line.resource_type, line.resource_id);
        if region != line.region && !self.merged.insert(digest(key)) {
            return;
        }
        if let Some(at) = find(&self.index, &self.found, &self.texts, key) {
            let words = &mut self.texts.words;
            let [since, name, arn, owner, tags, annotation] =
                [line.since, line.name, line.arn, line.owner, line.tags, line.annotation].map(|text| words.keep(text));
            let [details_as_of, reason_as_of] = [line.details_as_of, line.reason_as_of].map(|text| words.keep(text));
            if let Some(found) = self.found.get_mut(at) {
                found.new = false;
                found.was_waived = !line.waiver.is_empty();
                (found.since, found.name, found.arn, found.owner) = (since, name, arn, owner);
                (found.tags, found.annotation) = (tags, annotation);
                (found.details_as_of, found.reason_as_of) = (details_as_of, reason_as_of);
            }
            return;
        }
        let words = &mut self.texts.words;
        let (account, region) = (words.keep(line.account), words.keep(region));
        let old = |texts: &mut Texts, as_of: &str, severity| Found {
            id: texts.rows.put_text(line.resource_id),
            rule: texts.words.keep(line.rule),
            account,
            region,
            resource_type: texts.words.keep(line.resource_type),
            since: texts.words.keep(line.since),
            as_of: texts.words.keep(as_of),
            name: texts.words.keep(line.name),
            arn: texts.words.keep(line.arn),
            owner: texts.words.keep(line.owner),
            tags: texts.words.keep(line.tags),
            annotation: texts.words.keep(line.annotation),
            waiver: texts.words.keep(line.waiver),
            details_as_of: texts.words.keep(line.details_as_of),
            reason_as_of: texts.words.keep(line.reason_as_of),
            severity,
            new: false,
            was_waived: !line.waiver.is_empty(),
        };
        match self.standings.get(&(account, region)) {
            // What was waived did not count as open.
            Some(Standing::Seen) if !line.waiver.is_empty() => {}
            Some(Standing::Seen) => self.fixed.push(old(&mut self.texts, line.as_of, line.severity)),
            Some(Standing::Carried) => {
                let known = self.before.as_ref().map_or("", |summary| &summary.time);
                let as_of = if line.as_of.is_empty() { known } else { line.as_of };
                let severity = severity(&self.context, line.rule);
                self.found.push(old(&mut self.texts, as_of, severity));
            }
            Some(Standing::Ended) | None => {}
        }
    }

    /// The report.
    #[must_use]
    pub fn finish(self) -> Report {
        let Self { context, mut texts, entries, mut cells, mut found, index, fixed, sources, before, .. } = self;
        drop(index);
        let covered = waiving::mark(&context, &mut texts, &mut found);
        let nothing = texts.words.keep("");
        let (found, waived) = waiving::part(found, nothing, &mut cells);
        let texts = Arc::new(texts);
        let evaluated = Evaluated::new(&texts, entries, &waived);
        let (findings, fixed) = (FindingRows::new(&texts, found), FindingRows::new(&texts, fixed));
        let waived = FindingRows::new(&texts, waived);
        let mut cells: Vec<Cell> = cells
            .into_iter()
            .map(|((account, region, rule), counts)| Cell {
                account: texts.words.shared(account),
                region: texts.words.shared(region),
                rule: texts.words.shared(rule),
                counts,
            })
            .collect();
        cells.sort_unstable_by(|one, other| {
            (&one.account, &one.region, &one.rule).cmp(&(&other.account, &other.region, &other.rule))
        });
        let (mut totals, mut groups) = (Counts::default(), Groups::of_rules(context.rules.keys()));
        for cell in &cells {
            totals += cell.counts;
            groups.add(cell);
        }
        let mut severities = BTreeMap::from(Severity::ALL.map(|severity| (severity, 0_u64)));
        let mut new = 0_u64;
        for finding in findings.iter() {
            *severities.entry(finding.severity).or_default() += 1;
            if finding.new {
                new += 1;
                groups.count_new(&finding);
            }
        }
        fixed.iter().for_each(|finding| groups.count_fixed(&finding));
        let rated = groups.rules().map(|(rule, counts)| (rule.into(), (severity(&context, rule), counts))).collect();
        let score = score(&rated);
        let last_score = before.as_ref().and_then(|summary| summary.trend.last()).and_then(|run| run.score_millipoints);
        let has_results = |counts: &Counts| counts.total() > counts.insufficient_data;
        let own = rated.iter().filter(|(rule, _)| context.rules.contains_key(&***rule));
        let with_results = wide(own.filter(|(_, (_, counts))| has_results(counts)).count());
        let found = (wide(context.rules.len()), with_results, has_results(&totals));
        let first_evaluation = FirstEvaluation::at(&context.time, found, before.as_ref().map(left));
        // All that the first results show would be new beside a report without any.
        let compared = before.as_ref().filter(|summary| {
            summary.first_evaluation.as_ref().is_none_or(|first| first.state != Progress::NotStarted)
        });
        let change = compared.map(|summary| Change {
            since: summary.time.clone(),
            new,
            fixed: wide(fixed.len()),
            still_open: wide(findings.len()).saturating_sub(new),
            score_millipoints: score
                .millipoints
                .zip(last_score)
                .and_then(|(now, then)| i64::try_from(now).ok()?.checked_sub(i64::try_from(then).ok()?)),
        });
        let point = TrendPoint {
            run_id: context.run_id.clone(),
            time: context.time.clone(),
            score_millipoints: score.millipoints,
            non_compliant: totals.non_compliant,
            verdicts: totals.total(),
            first_evaluation: first_evaluation.state != Progress::Done,
            severities: severities.clone(),
            frameworks: open_by_framework(&context, &rated),
            accounts: BTreeMap::new(),
        };
        let frameworks = frameworks(&context, &rated);
        let waivers = waiving::lines(&context.waivers, &covered);
        let (rules, accounts, regions) = groups.breakdowns(&context, &score);
        let most = accounts.iter().take(trend::ACCOUNTS);
        let open_by_account = most.map(|account| (account.name.to_string(), account.counts.non_compliant)).collect();
        let point = TrendPoint { accounts: open_by_account, ..point };
        let known_fixes = before.as_ref().map_or(&[][..], |summary| &summary.fixes);
        let fixes = fixes::retained(known_fixes, &fixed, &context.time);
        let trend = trend::after(before.map(|summary| summary.trend).unwrap_or_default(), point);
        Report {
            schema_version: SCHEMA_VERSION,
            week: week::of(&trend, &findings, &fixes),
            trend,
            run_id: context.run_id,
            time: context.time,
            region: context.region,
            folder: context.folder,
            exports: context.exports,
            previous_manifest: context.previous_manifest,
            score,
            totals,
            resources: context.resources,
            unreadable_resources: context.unreadable_resources,
            other_evaluations: context.other_evaluations,
            first_evaluation,
            severities: severities.into_iter().rev().collect(),
            change,
            sources,
            rules,
            accounts,
            regions,
            frameworks,
            cells,
            oldest: findings.oldest(OLDEST),
            time_to_fix: fixes::medians(&fixes),
            fixes,
            elsewhere: context.elsewhere,
            remediation: context.remediation,
            coverage: context.coverage,
            evaluated,
            findings,
            fixed,
            waived,
            waivers,
        }
    }
}

/// Stands for a time that nobody told.
const UNKNOWN: &str = "unknown";

fn close(cells: &mut Vec<((u32, u32, u32), Counts)>, (account, region): Place, rules: &mut BTreeMap<u32, Counts>) {
    cells.extend(std::mem::take(rules).into_iter().map(|(rule, counts)| ((account, region, rule), counts)));
}

fn left(before: &Summary) -> Before<'_> {
    Before {
        first_evaluation: before.first_evaluation.as_ref(),
        first_run: before.trend.first().map(|run| run.time.as_str()),
    }
}

fn severity(context: &Context, rule: &str) -> Severity {
    context.rules.get(rule).map(|facts| facts.severity).unwrap_or_default()
}

/// Whether the aggregator has data of a source that are good at `now`.
fn is_fresh(arrival: &Arrival, now: &str) -> bool {
    let age = |updated: &String| Some(read(now)?.duration_since(&read(updated)?));
    let age = arrival.updated.as_ref().and_then(age);
    arrival.succeeded && age.is_none_or(|age| age <= Duration::from_hours(FRESH_HOURS))
}

/// Whole days from the date of one time to that of another; none where one does not read, zero where it is later.
fn days_between(from: &str, to: &str) -> Option<u64> {
    Some(read(to)?.days_since(&read(from)?))
}

fn read(time: &str) -> Option<Timestamp> {
    Timestamp::parse(time).ok()
}
