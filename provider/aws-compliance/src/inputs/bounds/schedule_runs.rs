//! When a schedule runs: the shortest and the longest time from one run to the next.

use std::collections::BTreeSet;

use jiff::civil::Date;
use pulumi_component::Input;
use pulumi_component::engine::Given;

use super::schedule::{Cron, DayOfMonth, DayOfWeek, FIRST_YEAR, LAST_YEAR, rate_seconds};

const MINUTES_OF_A_DAY: u32 = 24 * 60;
const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;
/// After so many years dates and weekdays come in the same order again (between 1901 and 2099), and one more closes the circle.
const CALENDAR_CYCLE: u32 = 29;

/// How often a schedule runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runs {
    /// Seconds from one run to the next, where they are nearest to each other.
    pub shortest_seconds: u64,
    /// Seconds from one run to the next, where they are farthest from each other.
    pub longest_seconds: u64,
    /// The last year with a run, where there is one.
    pub last_year: Option<u32>,
}

impl Runs {
    /// Runs at one interval.
    const fn every(seconds: u64) -> Self {
        Self { shortest_seconds: seconds, longest_seconds: seconds, last_year: None }
    }

    /// Hours of the longest gap, rounded up.
    pub const fn longest_hours(&self) -> u64 {
        self.longest_seconds.div_ceil(60 * 60)
    }

    /// Days of the longest gap, rounded up.
    pub const fn longest_days(&self) -> u64 {
        self.longest_seconds.div_ceil(SECONDS_OF_A_DAY)
    }
}

/// How often a valid schedule runs; nothing for one that is invalid.
pub fn runs(schedule: &str) -> Option<Runs> {
    match rate_seconds(schedule) {
        Some(seconds) => Some(Runs::every(seconds)),
        None => Cron::parse(schedule.strip_prefix("cron(")?.strip_suffix(')')?).ok()?.runs(),
    }
}

/// The same of an input, where it is known and no secret: what is said of it tells what it is.
pub fn known_runs(schedule: &Input<String>) -> Option<Runs> {
    schedule.given().and_then(|given| given.value.clone().filter(|_| !given.secret)).as_deref().and_then(runs)
}

impl Cron {
    /// How often it runs; `None` where no date from [`FIRST_YEAR`] on matches.
    pub(super) fn runs(&self) -> Option<Runs> {
        let times: BTreeSet<_> =
            self.hours.iter().flat_map(|hour| self.minutes.iter().map(move |minute| hour * 60 + minute)).collect();
        let (first, last) = (*times.first()?, *times.last()?);
        let steps = times.iter().zip(times.iter().skip(1)).map(|(one, next)| u64::from(next - one));
        let (mut shortest, mut longest) = (steps.clone().min(), steps.max());
        let mut before: Option<Date> = None;
        let mut years = self.years.iter().copied().filter(|year| *year >= FIRST_YEAR).peekable();
        let last_year = self.years.last().copied().filter(|year| *year < LAST_YEAR);
        let until = years.peek()? + if last_year.is_none() { CALENDAR_CYCLE } else { LAST_YEAR };
        for year in years.take_while(|year| *year < until) {
            for date in self.dates(year) {
                if let Some(before) = before {
                    let days = u64::try_from(date.duration_since(before).as_hours() / 24).unwrap_or_default();
                    let gap = days * u64::from(MINUTES_OF_A_DAY) + u64::from(first) - u64::from(last);
                    shortest = Some(shortest.map_or(gap, |known| known.min(gap)));
                    longest = Some(longest.map_or(gap, |known| known.max(gap)));
                }
                before = Some(date);
            }
        }
        before?;
        // One run alone: there is no next one.
        let (shortest, longest) = (shortest.unwrap_or(u64::MAX / 60), longest.unwrap_or(u64::MAX / 60));
        Some(Runs { shortest_seconds: shortest * 60, longest_seconds: longest * 60, last_year })
    }

    /// The dates of a year on which it runs, in their order.
    fn dates(&self, year: u32) -> impl Iterator<Item = Date> {
        let year = i16::try_from(year).ok();
        let months = self.months.iter().filter_map(move |month| Date::new(year?, i8::try_from(*month).ok()?, 1).ok());
        let days = months.flat_map(|first| {
            let on = move |day| Date::new(first.year(), first.month(), day).ok();
            (1..=first.days_in_month()).filter_map(on)
        });
        days.filter(|date| self.is_on(*date))
    }

    fn is_on(&self, date: Date) -> bool {
        let (day, days) = (number(date.day()), number(date.days_in_month()));
        let weekday = |date: Date| number(date.weekday().to_sunday_one_offset());
        // The day of that number in the same month.
        let on = |day: u32| i8::try_from(day).ok().and_then(|day| Date::new(date.year(), date.month(), day).ok());
        self.days.iter().any(|item| match *item {
            DayOfMonth::Number(number) => day == number,
            DayOfMonth::Last => day == days,
            DayOfMonth::LastWorkday => day == last_workday(days, weekday(date.last_of_month())),
            DayOfMonth::NearestWorkday(number) => {
                on(number).is_some_and(|date| day == nearest_workday(number, days, weekday(date)))
            }
        }) && self.weekdays.iter().any(|item| match *item {
            DayOfWeek::Number(number) => weekday(date) == number,
            DayOfWeek::Last(number) => weekday(date) == number && day + 7 > days,
            DayOfWeek::Nth(number, week) => weekday(date) == number && (day - 1) / 7 + 1 == week,
        })
    }
}

/// A number of the calendar, none of which is negative.
fn number(of_calendar: i8) -> u32 {
    of_calendar.unsigned_abs().into()
}

fn last_workday(days: u32, weekday: u32) -> u32 {
    match weekday {
        1 => days - 2,
        7 => days - 1,
        _ => days,
    }
}

/// The day from Monday to Friday that is nearest to a day, in the same month.
fn nearest_workday(day: u32, days: u32, weekday: u32) -> u32 {
    match weekday {
        7 if day == 1 => 3,
        7 => day - 1,
        1 if day == days => day - 2,
        1 => day + 1,
        _ => day,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 60 * 60;

    #[test]
    fn case_18_the_longest_gap_of_any_schedule_is_known() {
        for (text, shortest, longest) in [
            ("rate(1 minute)", 60, 60),
            ("rate(6 hours)", 6 * HOUR, 6 * HOUR),
            ("rate(7 days)", 168 * HOUR, 168 * HOUR),
            ("cron(0 6 * * ? *)", 24 * HOUR, 24 * HOUR),
            ("cron(0/15 * * * ? *)", HOUR / 4, HOUR / 4),
            ("cron(*/25 * * * ? *)", HOUR / 6, 25 * 60),
            ("cron(0 6,18 * * ? *)", 12 * HOUR, 12 * HOUR),
            ("cron(0 8-17 * * ? *)", HOUR, 15 * HOUR),
            // From Friday to Monday.
            ("cron(0 6 ? * MON-FRI *)", 24 * HOUR, 72 * HOUR),
            ("cron(0/5 8-17 ? * MON-FRI *)", 5 * 60, (24 * 2 + 14) * HOUR + 5 * 60),
            ("cron(0 6 ? * 2-6 *)", 24 * HOUR, 72 * HOUR),
            ("cron(0 9 ? * MON *)", 168 * HOUR, 168 * HOUR),
            ("cron(0 9 ? * L *)", 168 * HOUR, 168 * HOUR),
            ("cron(0 9 ? * SAT,SUN *)", 24 * HOUR, 144 * HOUR),
            ("cron(0 0 1 * ? *)", 28 * 24 * HOUR, 31 * 24 * HOUR),
            ("cron(0 0 L * ? *)", 28 * 24 * HOUR, 31 * 24 * HOUR),
            ("cron(0 0 1/2 * ? *)", 24 * HOUR, 48 * HOUR),
            ("cron(0 0 LW * ? *)", 28 * 24 * HOUR, 33 * 24 * HOUR),
            ("cron(0 0 1W * ? *)", 28 * 24 * HOUR, 33 * 24 * HOUR),
            ("cron(0 9 ? * 2#1 *)", 28 * 24 * HOUR, 35 * 24 * HOUR),
            ("cron(0 9 ? * 6L *)", 28 * 24 * HOUR, 35 * 24 * HOUR),
            ("cron(0 9 ? * 2#5 *)", 63 * 24 * HOUR, 119 * 24 * HOUR),
            ("cron(0 0 1 JAN,JUL ? *)", 181 * 24 * HOUR, 184 * 24 * HOUR),
            ("cron(0 0 29 FEB ? *)", 1461 * 24 * HOUR, 1461 * 24 * HOUR),
        ] {
            let found = runs(text).map(|runs| (runs.shortest_seconds, runs.longest_seconds));
            assert_eq!(
                found,
                Some((shortest, longest)),
                "{text}: {:?} hours",
                found.map(|(a, b)| (a / HOUR, b / HOUR))
            );
        }
    }

    #[test]
    fn a_schedule_that_ends_says_when() {
        assert_eq!(runs("cron(0 6 * * ? 2027-2030)").and_then(|runs| runs.last_year), Some(2030));
        assert_eq!(runs("cron(0 6 * * ? *)").and_then(|runs| runs.last_year), None);
        let once = runs("cron(0 6 1 1 ? 2030)").expect("it runs once");
        assert!(once.longest_hours() > 1_000_000 && once.last_year == Some(2030));
        for never in ["cron(0 6 30 2 ? *)", "cron(0 6 * * ? 1999)", "cron(0 6 31 4,6 ? *)", "daily", ""] {
            assert_eq!(runs(never), None, "{never}");
        }
    }

    #[test]
    fn the_nearest_workday_is_one_of_the_same_month() {
        assert_eq!(nearest_workday(1, 31, 7), 3);
        assert_eq!(nearest_workday(31, 31, 1), 29);
    }
}
