//! The grammar of schedules (Amazon EventBridge User Guide, "Setting a schedule pattern").

mod runs;

use std::collections::BTreeSet;

use pulumi_component::InvalidValue;

pub use runs::{Runs, known_runs, runs};

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// A field of a cron expression.
struct Field {
    name: &'static str,
    lowest: u32,
    highest: u32,
    /// Words for the numbers from the lowest.
    words: &'static [&'static str],
}

const MINUTES: Field = Field { name: "minutes", lowest: 0, highest: 59, words: &[] };
const HOURS: Field = Field { name: "hours", lowest: 0, highest: 23, words: &[] };
const DAY_OF_MONTH: Field = Field { name: "day of the month", lowest: 1, highest: 31, words: &[] };
const MONTH: Field = Field { name: "month", lowest: 1, highest: 12, words: &MONTHS };
const DAY_OF_WEEK: Field = Field { name: "day of the week", lowest: 1, highest: 7, words: &WEEKDAYS };
/// The last year that EventBridge takes.
const LAST_YEAR: u32 = 2199;
const YEAR: Field = Field { name: "year", lowest: 1970, highest: LAST_YEAR, words: &[] };

/// The fields of a cron expression in their order.
const FIELDS: [&Field; 6] = [&MINUTES, &HOURS, &DAY_OF_MONTH, &MONTH, &DAY_OF_WEEK, &YEAR];

/// A rate or a cron expression.
pub fn schedule(text: &str) -> Result<(), InvalidValue> {
    let inner = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    match (inner("rate"), inner("cron")) {
        (Some(rate), _) => judge_rate(rate),
        (_, Some(cron)) => judge_cron(cron),
        _ => {
            let wrong = InvalidValue::new("expected `rate(6 hours)` or `cron(0 6 * * ? *)`");
            let trimmed = text.trim();
            // Other crons have five fields. The days of their weeks have other numbers, so only every day is the same.
            let five = trimmed.strip_suffix(" *").unwrap_or(trimmed);
            let candidates = [
                trimmed.to_owned(),
                format!("rate({trimmed})"),
                format!("cron({trimmed})"),
                format!("cron({five} ? *)"),
            ];
            let right = candidates.into_iter().find(|candidate| candidate != text && schedule(candidate).is_ok());
            Err(right.map_or(wrong.clone(), |right| wrong.nearest(right)))
        }
    }
}

/// Seconds from one run to the next, of a rate that is right.
fn rate_seconds(text: &str) -> Option<u64> {
    let rate = text.strip_prefix("rate(")?.strip_suffix(')')?;
    judge_rate(rate).ok()?;
    let (number, unit) = rate.split_once(' ')?;
    let seconds = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 60 * 60,
        _ => 24 * 60 * 60,
    };
    Some(number.parse::<u64>().ok()? * seconds)
}

fn judge_rate(rate: &str) -> Result<(), InvalidValue> {
    let form = || InvalidValue::new("expected `rate(NUMBER UNIT)` with minutes, hours or days");
    let (number, unit) = rate.split_once(' ').ok_or_else(form)?;
    let number: u32 = number.parse().map_err(|_| form())?;
    if number == 0 {
        return Err(InvalidValue::new("expected a number of at least 1"));
    }
    let singular = unit.strip_suffix('s').unwrap_or(unit);
    if !["minute", "hour", "day"].contains(&singular) {
        return Err(form());
    }
    let right = if number == 1 { singular.to_owned() } else { format!("{singular}s") };
    if unit == right {
        return Ok(());
    }
    let reason = if number == 1 { "1 goes with the singular" } else { "more than 1 goes with the plural" };
    Err(InvalidValue::new(reason).nearest(format!("rate({number} {right})")))
}

fn judge_cron(cron: &str) -> Result<(), InvalidValue> {
    match Cron::parse(cron) {
        Ok(parsed) if parsed.runs().is_some() => Ok(()),
        Ok(_) => Err(InvalidValue::new(format!("no date from {} on matches these fields", runs::FIRST_YEAR))),
        Err(wrong) => {
            let fields = cron.split_whitespace().map(str::to_ascii_uppercase).zip(FIELDS);
            let fields = fields.map(|(text, field)| field.increasing(&text).unwrap_or(text));
            let repaired = fields.collect::<Vec<_>>().join(" ");
            let is_whole = cron.split_whitespace().count() == FIELDS.len();
            let is_right = |repaired: &str| Cron::parse(repaired).is_ok_and(|parsed| parsed.runs().is_some());
            let is_nearest = is_whole && repaired != cron && is_right(&repaired);
            Err(if is_nearest { wrong.nearest(format!("cron({repaired})")) } else { wrong })
        }
    }
}

/// A cron expression taken apart: the numbers that each field matches.
#[derive(Debug)]
struct Cron {
    minutes: BTreeSet<u32>,
    hours: BTreeSet<u32>,
    days: Vec<DayOfMonth>,
    months: BTreeSet<u32>,
    weekdays: Vec<DayOfWeek>,
    years: BTreeSet<u32>,
}

/// An item of the day of the month.
#[derive(Clone, Copy, Debug)]
enum DayOfMonth {
    Number(u32),
    /// `L`.
    Last,
    /// `LW`.
    LastWorkday,
    /// `15W`.
    NearestWorkday(u32),
}

/// An item of the day of the week; 1 is Sunday.
#[derive(Clone, Copy, Debug)]
enum DayOfWeek {
    Number(u32),
    /// `6L`: the last Friday of the month.
    Last(u32),
    /// `6#3`: the third Friday of the month.
    Nth(u32, u32),
}

impl Cron {
    fn parse(cron: &str) -> Result<Self, InvalidValue> {
        let given: Vec<_> = cron.split(' ').collect();
        let [minutes, hours, day, month, weekday, year] = given.as_slice() else {
            let wrong = InvalidValue::new(format!(
                "expected six fields (minutes, hours, day of the month, month, day of the week, year), got {}",
                given.len()
            ));
            return Err(match given.as_slice() {
                // The form of other crons, which have no year and no `?`.
                [minutes, hours, day, month, "*"] => {
                    wrong.nearest(format!("cron({minutes} {hours} {day} {month} ? *)"))
                }
                _ => wrong,
            });
        };
        let numbers = |field: &Field, text: &str| -> Result<BTreeSet<u32>, InvalidValue> {
            let items = text.split(',').map(|item| field.numbers(item));
            items
                .collect::<Option<Vec<_>>>()
                .map(|items| items.into_iter().flatten().collect())
                .ok_or_else(|| field.wrong(text))
        };
        let parsed = Self {
            minutes: numbers(&MINUTES, minutes)?,
            hours: numbers(&HOURS, hours)?,
            days: items(&DAY_OF_MONTH, day, day_of_month)?,
            months: numbers(&MONTH, month)?,
            weekdays: items(&DAY_OF_WEEK, weekday, day_of_week)?,
            years: numbers(&YEAR, year)?,
        };
        match (*day == "?", *weekday == "?") {
            (true, false) | (false, true) => Ok(parsed),
            (false, false) if *weekday == "*" => {
                let fields: Vec<_> =
                    given.iter().enumerate().map(|(at, text)| if at == 4 { "?" } else { text }).collect();
                Err(InvalidValue::new("one of day of the month and day of the week must be `?`")
                    .nearest(format!("cron({})", fields.join(" "))))
            }
            _ => Err(InvalidValue::new("one of day of the month and day of the week must be `?`, and only one")),
        }
    }
}

/// The items of a field whose items are more than numbers; `?` matches every day.
fn items<T>(field: &Field, text: &str, item: fn(&str) -> Option<Vec<T>>) -> Result<Vec<T>, InvalidValue> {
    let text = if text == "?" { "*" } else { text };
    let items = text.split(',').map(item).collect::<Option<Vec<_>>>();
    items.map(|items| items.into_iter().flatten().collect()).ok_or_else(|| field.wrong(text))
}

fn day_of_month(item: &str) -> Option<Vec<DayOfMonth>> {
    match (item, item.strip_suffix('W')) {
        ("L", _) => Some(vec![DayOfMonth::Last]),
        ("LW", _) => Some(vec![DayOfMonth::LastWorkday]),
        (_, Some(day)) => DAY_OF_MONTH.number(day).map(|day| vec![DayOfMonth::NearestWorkday(day)]),
        _ => Some(DAY_OF_MONTH.numbers(item)?.into_iter().map(DayOfMonth::Number).collect()),
    }
}

fn day_of_week(item: &str) -> Option<Vec<DayOfWeek>> {
    if item == "L" {
        return Some(vec![DayOfWeek::Number(DAY_OF_WEEK.highest)]);
    }
    if let Some(day) = item.strip_suffix('L').and_then(|day| DAY_OF_WEEK.number(day)) {
        return Some(vec![DayOfWeek::Last(day)]);
    }
    if let Some((day, week)) = item.split_once('#') {
        let week = week.parse().ok().filter(|week| (1..=5).contains(week))?;
        return Some(vec![DayOfWeek::Nth(DAY_OF_WEEK.number(day)?, week)]);
    }
    Some(DAY_OF_WEEK.numbers(item)?.into_iter().map(DayOfWeek::Number).collect())
}

impl Field {
    /// The numbers that an item of the field's list matches: `*`, a number, a range, a step.
    fn numbers(&self, item: &str) -> Option<BTreeSet<u32>> {
        let (base, step) = item.split_once('/').map_or((item, None), |(base, step)| (base, Some(step)));
        let step_by = match step {
            Some(step) => step.parse().ok().filter(|step| (1..=self.highest).contains(step))?,
            None => 1,
        };
        let (from, to) = match base.split_once('-') {
            _ if base == "*" => (self.lowest, self.highest),
            Some((from, to)) => self.number(from).zip(self.number(to)).filter(|(from, to)| from <= to)?,
            None => self.number(base).map(|number| (number, if step.is_some() { self.highest } else { number }))?,
        };
        Some((from..=to).step_by(usize::try_from(step_by).ok()?).collect())
    }

    fn number(&self, text: &str) -> Option<u32> {
        let word = self.words.iter().position(|word| *word == text).and_then(|at| u32::try_from(at).ok());
        let digits = || text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = word.map(|at| at + self.lowest).or_else(digits)?;
        (self.lowest..=self.highest).contains(&number).then_some(number)
    }

    /// The field with each range that decreases as one or two that do not, which EventBridge takes: `FRI-MON` as
    /// `FRI,SAT,SUN,MON`, `22-6` as `22-23,0-6`. Nothing where no range decreases.
    fn increasing(&self, text: &str) -> Option<String> {
        let items = text.split(',').map(|item| self.split(item).unwrap_or_else(|| item.to_owned()));
        let made = items.collect::<Vec<_>>().join(",");
        (made != text).then_some(made)
    }

    fn split(&self, item: &str) -> Option<String> {
        let (from, to) = item.split_once('-')?;
        let (first, last) = self.number(from).zip(self.number(to)).filter(|(first, last)| first > last)?;
        // After the last year no other comes.
        if self.highest == LAST_YEAR {
            return Some(format!("{to}-{from}"));
        }
        if self.words.contains(&from) {
            let numbers = (first..=self.highest).chain(self.lowest..=last);
            let word = |number: u32| self.words.get(usize::try_from(number - self.lowest).ok()?).copied();
            return numbers.map(word).collect::<Option<Vec<_>>>().map(|words| words.join(","));
        }
        let range = |from: u32, to: u32| if from == to { from.to_string() } else { format!("{from}-{to}") };
        Some(format!("{},{}", range(first, self.highest), range(self.lowest, last)))
    }

    fn wrong(&self, text: &str) -> InvalidValue {
        if self.increasing(text).is_some() {
            let first = self.words.first().map(|word| format!(", and {word} is the first")).unwrap_or_default();
            return InvalidValue::new(format!("{}: a range goes from the lower to the higher{first}", self.name));
        }
        let words = if self.words.is_empty() { "" } else { " or their names" };
        InvalidValue::new(format!("{}: expected {} to {}{words}, or `*`", self.name, self.lowest, self.highest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_that_eventbridge_takes() {
        for right in [
            "rate(1 minute)",
            "rate(1 hour)",
            "rate(1 day)",
            "rate(2 minutes)",
            "rate(6 hours)",
            "rate(400 days)",
            "cron(0 10 * * ? *)",
            "cron(15 12 * * ? *)",
            "cron(0 18 ? * MON-FRI *)",
            "cron(0 8 1 * ? *)",
            "cron(0/15 * * * ? *)",
            "cron(0/5 8-17 ? * MON-FRI *)",
            "cron(0 0 L * ? *)",
            "cron(0 9 ? * 2#1 *)",
            "cron(30 0 1 JAN,APR,JUL,OCT ? 2026-2030)",
            "cron(0 9 3W * ? *)",
            "cron(0 9 ? * 6L *)",
            "cron(59 23 31 12 ? 2199)",
        ] {
            assert!(schedule(right).is_ok(), "{right}");
        }
    }

    #[test]
    fn schedules_that_it_does_not_take() {
        for (wrong, nearest) in [
            ("rate(1 hours)", Some("rate(1 hour)")),
            ("rate(6 hour)", Some("rate(6 hours)")),
            ("rate(0 hours)", None),
            ("rate(-1 hours)", None),
            ("rate(6  hours)", None),
            ("cron(0  6 * * ? *)", Some("cron(0 6 * * ? *)")),
            ("cron(0 6 ? * mon-fri *)", Some("cron(0 6 ? * MON-FRI *)")),
            ("cron( 30 0 1 jan,apr ? * )", Some("cron(30 0 1 JAN,APR ? *)")),
            ("cron(0 6 ? * mon-someday *)", None),
            ("rate(6 weeks)", None),
            ("rate(1.5 hours)", None),
            ("rate(hours)", None),
            ("rate()", None),
            ("rate(6 hours", None),
            ("6 hours", Some("rate(6 hours)")),
            (" rate(6 hours)", Some("rate(6 hours)")),
            ("0 6 * * ? *", Some("cron(0 6 * * ? *)")),
            ("0 6 * * *", Some("cron(0 6 * * ? *)")),
            ("30 22 1 JAN *", Some("cron(30 22 1 JAN ? *)")),
            ("0 6 * * 1", None),
            ("", None),
            ("daily", None),
            ("cron(0 6 * * *)", Some("cron(0 6 * * ? *)")),
            ("cron(0 6 * * * *)", Some("cron(0 6 * * ? *)")),
            ("cron(0 6 ? * ? *)", None),
            ("cron(60 6 * * ? *)", None),
            ("cron(0 24 * * ? *)", None),
            ("cron(0 6 0 * ? *)", None),
            ("cron(0 6 32 * ? *)", None),
            ("cron(0 6 * 13 ? *)", None),
            ("cron(0 6 ? * 8 *)", None),
            ("cron(0 6 ? * MON-8 *)", None),
            ("cron(0 6 * * ? 1969)", None),
            ("cron(0 6 * * ? 2200)", None),
            ("cron(0/0 6 * * ? *)", None),
            ("cron(0 17-8 * * ? *)", Some("cron(0 17-23,0-8 * * ? *)")),
            ("cron(0 6 ? * FRI-MON *)", Some("cron(0 6 ? * FRI,SAT,SUN,MON *)")),
            ("cron(0 6 ? * fri-mon *)", Some("cron(0 6 ? * FRI,SAT,SUN,MON *)")),
            ("cron(0 6 ? * SAT-SUN *)", Some("cron(0 6 ? * SAT,SUN *)")),
            ("cron(0 6 ? * 6-2 *)", Some("cron(0 6 ? * 6-7,1-2 *)")),
            ("cron(0 6 ? * WED,FRI-SUN *)", Some("cron(0 6 ? * WED,FRI,SAT,SUN *)")),
            ("cron(0 6 1 NOV-FEB ? *)", Some("cron(0 6 1 NOV,DEC,JAN,FEB ? *)")),
            ("cron(45-0 6 * * ? *)", Some("cron(45-59,0 6 * * ? *)")),
            ("cron(0 6 25-5 * ? *)", Some("cron(0 6 25-31,1-5 * ? *)")),
            ("cron(0 6 * * ? 2030-2027)", Some("cron(0 6 * * ? 2027-2030)")),
            ("cron(0 22-6/2 * * ? *)", None),
            ("cron(0 6 ? * 2#6 *)", None),
            ("cron(? 6 * * ? *)", None),
            ("cron(0 6 30 2 ? *)", None),
            ("cron(0 6 * * ? 1999-2020)", None),
        ] {
            let told = schedule(wrong).expect_err(wrong);
            assert_eq!(told, nearest.map_or(told.clone(), |nearest| told.clone().nearest(nearest)), "{wrong}");
            assert_eq!(format!("{told:?}").contains("nearest: Some"), nearest.is_some(), "{wrong}");
        }
        let told = format!("{:?}", schedule("cron(0 6 ? * FRI-MON *)"));
        assert!(
            told.contains("day of the week: a range goes from the lower to the higher, and SUN is the first"),
            "{told}"
        );
    }
}
