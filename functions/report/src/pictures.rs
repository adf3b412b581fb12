//! What the first page shows as charts beside the score: trends, the time to fix, the oldest findings. Each says in words, and
//! in a list, what it draws.

use std::collections::BTreeMap;

use compliance_types::severity::Severity;

use crate::{
    chart::{self, ChartError, SERIES},
    fixes::{FIX_DAYS, days_open, words},
    model::Report,
    table::grouped,
    trend::TrendPoint,
    wording::day,
};

/// A chart with its words.
pub(crate) struct Picture {
    pub id: &'static str,
    pub title: &'static str,
    pub svg: Option<String>,
    pub words: String,
    /// What is said where nothing is drawn.
    pub nothing: &'static str,
    /// What is drawn, line by line: the mark of its series, and the text.
    pub legend: Vec<(Option<&'static str>, String)>,
}

const NO_TREND: &str = "A trend needs two runs.";

pub(crate) fn of(report: &Report) -> Result<Vec<Picture>, ChartError> {
    let runs = &report.trend;
    let severities = Severity::ALL.into_iter().map(|severity| {
        let counts: Vec<Option<u64>> = runs.iter().map(|run| run.severities.get(&severity).copied()).collect();
        (severity.word().to_owned(), counts)
    });
    let severities = severities.filter(|(_, counts)| counts.iter().flatten().any(|count| *count > 0));
    let by_severity = trend("trend-severity", "Open findings by severity", severities.collect())?;
    let by_framework =
        trend("trend-framework", "Open findings by framework", the_most(runs, |run| &run.frameworks, String::clone))?;
    let name = |account: &String| {
        let known = report.accounts.iter().find(|one| *one.name == **account).and_then(|one| one.alias.as_ref());
        known.map_or_else(|| account.clone(), |alias| format!("{alias} ({account})"))
    };
    let by_account = trend("trend-account", "Open findings by account", the_most(runs, |run| &run.accounts, name))?;
    Ok(vec![by_severity, by_framework, by_account, time_to_fix(report)?, oldest(report)?])
}

/// The series with the highest numbers in the last run that has some.
fn the_most(
    runs: &[TrendPoint],
    of: impl Fn(&TrendPoint) -> &BTreeMap<String, u64>,
    name: impl Fn(&String) -> String,
) -> Vec<(String, Vec<Option<u64>>)> {
    let Some(last) = runs.last() else { return Vec::new() };
    let mut most: Vec<(&String, &u64)> = of(last).iter().collect();
    most.sort_by(|one, other| other.1.cmp(one.1).then_with(|| one.0.cmp(other.0)));
    let series = |id: &String| runs.iter().map(|run| of(run).get(id).copied()).collect();
    most.into_iter().take(SERIES.len()).map(|(id, _)| (name(id), series(id))).collect()
}

fn trend(
    id: &'static str,
    title: &'static str,
    series: Vec<(String, Vec<Option<u64>>)>,
) -> Result<Picture, ChartError> {
    let lines: Vec<Vec<Option<u64>>> = series.iter().map(|(_, counts)| counts.clone()).collect();
    let svg = chart::counts(&lines)?;
    let legend: Vec<(Option<&str>, String)> = SERIES
        .iter()
        .zip(&series)
        .filter_map(|((_, mark), (name, counts))| {
            let mut known = counts.iter().flatten();
            let first = known.next()?;
            let text = match known.next_back() {
                Some(last) => format!("{name}: {} to {}", grouped(*first), grouped(*last)),
                None => format!("{name}: {}", grouped(*first)),
            };
            Some((svg.is_some().then_some(*mark), text))
        })
        .collect();
    let words = legend.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("; ");
    Ok(Picture { id, title, svg, words: format!("{title}: {words}."), nothing: NO_TREND, legend })
}

fn time_to_fix(report: &Report) -> Result<Picture, ChartError> {
    let hours: Vec<u64> = report.time_to_fix.iter().map(|one| one.median_hours).collect();
    let line = |one: &crate::fixes::TimeToFix| {
        let median = words(one.median_hours);
        format!("{}: {median}, of {} fixed findings", one.severity.word(), grouped(one.fixed))
    };
    let legend: Vec<(Option<&str>, String)> = report.time_to_fix.iter().map(|one| (None, line(one))).collect();
    let told = legend.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("; ");
    Ok(Picture {
        id: "time-to-fix",
        title: "Time to fix",
        svg: chart::bars(&hours)?,
        words: format!(
            "Median time in hours from the first report of a finding to its fix, in {FIX_DAYS} days. {told}."
        ),
        nothing: "No finding was fixed in the last 90 days.",
        legend,
    })
}

fn oldest(report: &Report) -> Result<Picture, ChartError> {
    let days: Vec<u64> = report.oldest.iter().map(|one| days_open(one.since, &report.time)).collect();
    let legend: Vec<(Option<&str>, String)> = report
        .oldest
        .iter()
        .zip(&days)
        .map(|(one, days)| {
            let age = words(days.saturating_mul(24));
            let place = format!("{}, {}", one.account, one.region);
            let owner = if one.owner.is_empty() { String::new() } else { format!(", owner {}", one.owner) };
            let since = day(one.since);
            (None, format!("{}: {} ({place}{owner}), open since {since}, {age}", one.rule, one.resource_id))
        })
        .collect();
    Ok(Picture {
        id: "oldest",
        title: "Oldest findings",
        svg: chart::bars(&days)?,
        words: format!(
            "Days that each of the {} oldest findings is open; the list below has them in order.",
            days.len()
        ),
        nothing: "No finding is open.",
        legend,
    })
}
