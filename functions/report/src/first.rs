//! The first screen: the score and why, what changed, what is open, who did not report.

use crate::{
    collect::CARRY_DAYS,
    findings::FindingRow,
    model::{Report, Source},
    parts,
    pictures::Picture,
    progress::{FirstEvaluation, Progress},
    table::{cost, grouped, points},
    trend::TrendPoint,
    week::Later,
    wording::{when, wide},
};

/// How many lines each list of the first screen shows.
const SHOWN: usize = 8;

pub(crate) struct First {
    pub score: String,
    /// Whether `score` is a number of points.
    pub scored: bool,
    pub grade: &'static str,
    pub score_note: String,
    /// How far the first evaluation has come, in a sentence, while it is running.
    pub progress: Option<String>,
    pub change: Option<Moved>,
    pub week: Option<Week>,
    pub open: String,
    pub severities: Vec<(&'static str, String)>,
    pub costs: Vec<Line>,
    pub costs_left: usize,
    pub no_costs: &'static str,
    pub trend: Option<String>,
    pub trend_words: String,
    pub pictures: Vec<Picture>,
    /// What could not be read, in a sentence.
    pub unreadable: Option<String>,
    /// What does not count, in a sentence.
    pub others: Option<String>,
    pub silent: Vec<(String, String)>,
    pub silent_left: usize,
    pub carry_days: u64,
}

pub(crate) struct Moved {
    pub new: String,
    pub new_some: bool,
    pub fixed: String,
    pub fixed_some: bool,
    pub still: String,
    pub score: String,
    pub since: String,
    /// Heading, lines, and how many more there are of what is new and of what is fixed.
    pub lists: Vec<(&'static str, Vec<String>, usize)>,
    /// A file of all that is fixed.
    pub fixed_file: String,
}

/// A week as the first screen shows it.
pub(crate) struct Week {
    pub since: String,
    pub new: String,
    pub new_some: bool,
    pub fixed: String,
    pub fixed_some: bool,
    /// Open findings then and now.
    pub open: String,
    pub score: String,
    /// What was fixed, by severity, in a sentence.
    pub severities: Option<String>,
    /// What is new and open, and how many more there are.
    pub lines: Vec<String>,
    pub left: usize,
}

pub(crate) struct Line {
    pub rule: String,
    pub severity: &'static str,
    pub width: u64,
    pub points: String,
    pub failing: String,
    pub judged: String,
}

pub(crate) fn first(report: &Report, trend: Option<String>, pictures: Vec<Picture>) -> First {
    let score = &report.score;
    let is_waiting = report.first_evaluation.state == Progress::NotStarted;
    let silent: Vec<(String, String)> = report.sources.iter().filter(|source| !source.reported).map(silence).collect();
    let dearest = score.costs.first().map_or(1, |cost| cost.millipoints.max(1));
    let costs = score.costs.iter().take(SHOWN).map(|line| Line {
        rule: line.rule.to_string(),
        severity: line.severity.word(),
        width: line.millipoints * 100 / dearest,
        points: cost(line.millipoints),
        failing: grouped(line.failing),
        judged: grouped(line.judged),
    });
    First {
        score: match (score.millipoints, is_waiting) {
            (Some(millipoints), _) => points(millipoints),
            (None, true) => "Not yet evaluated".to_owned(),
            (None, false) => "–".to_owned(),
        },
        scored: score.millipoints.is_some(),
        grade: match score.millipoints {
            Some(90_000..) => "good",
            Some(60_000..) => "mid",
            Some(_) => "bad",
            None => "",
        },
        score_note: match (score.millipoints, score.costs.len()) {
            (None, _) if is_waiting => "No rule has results yet.".to_owned(),
            (None, _) if report.totals.total() == 0 => "No rule has evaluated a resource yet.".to_owned(),
            (None, _) => "No counted rule has evaluated a resource yet.".to_owned(),
            (Some(_), 0) if report.findings.is_empty() => "Every evaluated resource complies.".to_owned(),
            (Some(_), 0) => "What is open is informational.".to_owned(),
            (Some(left), 1) => format!("One open rule costs {} points.", cost(100_000_u64.saturating_sub(left))),
            (Some(left), open) => {
                format!("{open} open rules cost {} points together.", cost(100_000_u64.saturating_sub(left)))
            }
        },
        progress: progress(&report.first_evaluation),
        change: report.change.as_ref().map(|change| Moved {
            new: grouped(change.new),
            new_some: change.new > 0,
            fixed: grouped(change.fixed),
            fixed_some: change.fixed > 0,
            still: grouped(change.still_open),
            score: change.score_millipoints.map_or_else(|| "–".to_owned(), signed),
            since: when(&change.since),
            lists: vec![
                listed("New", report.findings.iter().filter(|finding| finding.new), change.new),
                listed("Fixed", report.fixed.iter(), change.fixed),
            ],
            fixed_file: parts::file("fixed", 1),
        }),
        week: week(report),
        open: if is_waiting { "–".to_owned() } else { grouped(wide(report.findings.len())) },
        severities: report.severities.iter().map(|(severity, count)| (severity.word(), grouped(*count))).collect(),
        costs: costs.collect(),
        costs_left: score.costs.len().saturating_sub(SHOWN),
        no_costs: if is_waiting {
            "No rule has results yet."
        } else if score.millipoints.is_none() {
            "Nothing was evaluated."
        } else {
            "No rule that counts is open."
        },
        trend,
        trend_words: trend_words(&report.trend),
        pictures,
        unreadable: unreadable(report),
        others: others(report.other_evaluations),
        silent_left: silent.len().saturating_sub(SHOWN * 3),
        silent: silent.into_iter().take(SHOWN * 3).collect(),
        carry_days: CARRY_DAYS,
    }
}

fn week(report: &Report) -> Option<Week> {
    let week = report.week.as_ref()?;
    let fixed: u64 = week.fixed.iter().map(|(_, count)| count).sum();
    let mut later = Later::than(&week.since)?;
    let new = report.findings.iter().filter(|finding| later.is(finding.since));
    let (_, lines, left) = listed("New", new, week.new);
    let words: Vec<String> =
        week.fixed.iter().map(|(severity, count)| format!("{} {}", grouped(*count), severity.word())).collect();
    Some(Week {
        since: when(&week.since),
        new: grouped(week.new),
        new_some: week.new > 0,
        fixed: grouped(fixed),
        fixed_some: fixed > 0,
        open: format!("{} → {}", grouped(week.open_before), grouped(report.totals.non_compliant)),
        score: week.score_millipoints.map_or_else(|| "–".to_owned(), signed),
        severities: (!words.is_empty()).then(|| format!("Fixed: {}.", words.join(", "))),
        lines,
        left,
    })
}

/// Up to [`SHOWN`] findings, and how many of all are left.
fn listed<'a>(
    heading: &'static str,
    findings: impl Iterator<Item = FindingRow<'a>>,
    all: u64,
) -> (&'static str, Vec<String>, usize) {
    let line = |one: FindingRow<'_>| format!("{}: {} ({}, {})", one.rule, one.resource_id, one.account, one.region);
    let lines: Vec<String> = findings.take(SHOWN).map(line).collect();
    let left = usize::try_from(all).unwrap_or(usize::MAX).saturating_sub(lines.len());
    (heading, lines, left)
}

fn progress(first: &FirstEvaluation) -> Option<String> {
    let found = match (first.state, first.with_results, first.rules) {
        (Progress::Done, _, _) => return None,
        (Progress::NotStarted, _, _) => "The results come with one of the next reports".to_owned(),
        (Progress::Running, 1, rules) => format!("1 of {rules} rules has results"),
        (Progress::Running, some, rules) => format!("{} of {} rules have results", grouped(some), grouped(rules)),
    };
    Some(format!(
        "The first evaluation is still running. {found}. AWS Config evaluates most rules within an hour of their \
         deployment, and the slowest within a day."
    ))
}

fn others(evaluations: u64) -> Option<String> {
    let counted = match evaluations {
        0 => return None,
        1 => "One evaluation is of a rule".to_owned(),
        _ => format!("{} evaluations are of rules", grouped(evaluations)),
    };
    Some(format!(
        "{counted} that this deployment does not manage, such as those of Security Hub. They are not counted. To count \
         them, set functions.countedRules to all."
    ))
}

fn unreadable(report: &Report) -> Option<String> {
    let (count, all) = (grouped(report.unreadable_resources), grouped(report.resources));
    match report.unreadable_resources {
        0 => None,
        1 => Some(format!("One of {all} resources came in a form that this version does not read. It counts nowhere.")),
        _ => Some(format!(
            "{count} of {all} resources came in a form that this version does not read. They count nowhere."
        )),
    }
}

fn silence(source: &Source) -> (String, String) {
    let name = source.alias.as_ref().map_or_else(
        || format!("{}, {}", source.account, source.region),
        |alias| format!("{alias} ({}), {}", source.account, source.region),
    );
    let age = match (&source.last_reported, source.age_days) {
        (Some(last), Some(1)) => format!("last reported {}, one day ago", when(last)),
        (Some(last), Some(days)) => format!("last reported {}, {days} days ago", when(last)),
        (Some(last), None) => format!("last reported {}", when(last)),
        (None, _) => "has never reported".to_owned(),
    };
    (name, age)
}

fn trend_words(runs: &[TrendPoint]) -> String {
    let mut scored = runs.iter().filter_map(|run| run.score_millipoints.map(|score| (score, &run.time)));
    match (scored.next(), scored.next_back()) {
        (Some((from, then)), Some((to, now))) => {
            format!("Score from {} on {} to {} on {}.", points(from), when(then), points(to), when(now))
        }
        _ => String::new(),
    }
}

fn signed(millipoints: i64) -> String {
    let sign = match millipoints {
        0 => "±",
        1.. => "+",
        _ => "−",
    };
    format!("{sign}{}", if millipoints == 0 { "0".to_owned() } else { cost(millipoints.unsigned_abs()) })
}
