//! The grammar of schedules (Amazon EventBridge User Guide, "Setting a schedule pattern").

use pulumi_component::Wrong;

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

const FIELDS: [Field; 6] = [
    Field { name: "minutes", lowest: 0, highest: 59, words: &[] },
    Field { name: "hours", lowest: 0, highest: 23, words: &[] },
    Field { name: "day of the month", lowest: 1, highest: 31, words: &[] },
    Field { name: "month", lowest: 1, highest: 12, words: &MONTHS },
    Field { name: "day of the week", lowest: 1, highest: 7, words: &WEEKDAYS },
    Field { name: "year", lowest: 1970, highest: 2199, words: &[] },
];

/// A rate or a cron expression.
pub fn schedule(text: &str) -> Result<(), Wrong> {
    let inner = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    match (inner("rate"), inner("cron")) {
        (Some(rate), _) => judge_rate(rate),
        (_, Some(cron)) => judge_cron(cron),
        _ => {
            let wrong = Wrong::new("expected `rate(6 hours)` or `cron(0 6 * * ? *)`");
            let trimmed = text.trim();
            let candidates = [trimmed.to_owned(), format!("rate({trimmed})"), format!("cron({trimmed})")];
            let right = candidates.into_iter().find(|candidate| candidate != text && schedule(candidate).is_ok());
            Err(right.map_or(wrong.clone(), |right| wrong.nearest(right)))
        }
    }
}

/// Seconds from one run to the next, of a rate that is right.
pub fn period_seconds(text: &str) -> Option<u32> {
    let (number, unit) = text.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let seconds = match unit {
        "minute" | "minutes" => 60,
        "hour" | "hours" => 60 * 60,
        "day" | "days" => 24 * 60 * 60,
        _ => return None,
    };
    number.parse::<u32>().ok()?.checked_mul(seconds)
}

fn judge_rate(rate: &str) -> Result<(), Wrong> {
    let form = || Wrong::new("expected `rate(NUMBER UNIT)` with minutes, hours or days");
    let (number, unit) = rate.split_once(' ').ok_or_else(form)?;
    let number: u32 = number.parse().map_err(|_| form())?;
    if number == 0 {
        return Err(Wrong::new("expected a number of at least 1"));
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
    Err(Wrong::new(reason).nearest(format!("rate({number} {right})")))
}

fn judge_cron(cron: &str) -> Result<(), Wrong> {
    let given: Vec<_> = cron.split(' ').collect();
    let [_, _, day, _, weekday, _] = given.as_slice() else {
        let wrong = Wrong::new(format!(
            "expected six fields (minutes, hours, day of the month, month, day of the week, year), got {}",
            given.len()
        ));
        return Err(match given.as_slice() {
            // The form of other crons, which have no year and no `?`.
            [minutes, hours, day, month, "*"] => wrong.nearest(format!("cron({minutes} {hours} {day} {month} ? *)")),
            _ => wrong,
        });
    };
    for (field, text) in FIELDS.iter().zip(&given) {
        let daily = matches!(field.name, "day of the month" | "day of the week");
        let open = daily && *text == "?";
        if !open && !text.split(',').all(|item| field.takes(item)) {
            let words = if field.words.is_empty() { "" } else { " or their names" };
            let reason = format!("{}: expected {} to {}{words}, or `*`", field.name, field.lowest, field.highest);
            return Err(Wrong::new(reason));
        }
    }
    match (*day == "?", *weekday == "?") {
        (true, false) | (false, true) => Ok(()),
        (false, false) if *weekday == "*" => {
            let fields: Vec<_> = given.iter().enumerate().map(|(at, text)| if at == 4 { "?" } else { text }).collect();
            Err(Wrong::new("one of day of the month and day of the week must be `?`")
                .nearest(format!("cron({})", fields.join(" "))))
        }
        _ => Err(Wrong::new("one of day of the month and day of the week must be `?`, and only one")),
    }
}

impl Field {
    /// Whether an item of the field's list can be read: `*`, a number, a range, a step.
    fn takes(&self, item: &str) -> bool {
        let special = match self.name {
            "day of the month" => {
                item == "L" || item == "LW" || item.strip_suffix('W').is_some_and(|day| self.number(day).is_some())
            }
            "day of the week" => {
                item == "L"
                    || item.strip_suffix('L').is_some_and(|day| self.number(day).is_some())
                    || item.split_once('#').is_some_and(|(day, week)| {
                        self.number(day).is_some() && week.parse().is_ok_and(|week: u32| (1..=5).contains(&week))
                    })
            }
            _ => false,
        };
        let (base, step) = item.split_once('/').map_or((item, None), |(base, step)| (base, Some(step)));
        let step_fits = step.is_none_or(|step| step.parse().is_ok_and(|step: u32| step > 0 && step <= self.highest));
        let base_fits = match base.split_once('-') {
            _ if base == "*" => true,
            Some((from, to)) => self.number(from).zip(self.number(to)).is_some_and(|(from, to)| from <= to),
            None => self.number(base).is_some(),
        };
        special || (step_fits && base_fits)
    }

    fn number(&self, text: &str) -> Option<u32> {
        let word = self.words.iter().position(|word| *word == text).and_then(|at| u32::try_from(at).ok());
        let number = word.map(|at| at + self.lowest).or_else(|| text.parse().ok())?;
        (self.lowest..=self.highest).contains(&number).then_some(number)
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
    fn a_rate_has_a_period() {
        for (text, seconds) in [
            ("rate(1 minute)", Some(60)),
            ("rate(6 hours)", Some(21600)),
            ("rate(1 day)", Some(86400)),
            ("rate(4294967295 days)", None),
            ("cron(0 6 * * ? *)", None),
            ("daily", None),
        ] {
            assert_eq!(period_seconds(text), seconds, "{text}");
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
            ("rate(6 weeks)", None),
            ("rate(1.5 hours)", None),
            ("rate(hours)", None),
            ("rate()", None),
            ("rate(6 hours", None),
            ("6 hours", Some("rate(6 hours)")),
            (" rate(6 hours)", Some("rate(6 hours)")),
            ("0 6 * * ? *", Some("cron(0 6 * * ? *)")),
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
            ("cron(0 17-8 * * ? *)", None),
            ("cron(0 6 ? * 2#6 *)", None),
            ("cron(? 6 * * ? *)", None),
        ] {
            let told = schedule(wrong).expect_err(wrong);
            assert_eq!(told, nearest.map_or(told.clone(), |nearest| told.clone().nearest(nearest)), "{wrong}");
            assert_eq!(format!("{told:?}").contains("nearest: Some"), nearest.is_some(), "{wrong}");
        }
    }
}
