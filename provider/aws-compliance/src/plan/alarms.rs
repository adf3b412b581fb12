//! The alarms, a row each: the children, the names that the account scan asks for and `docs/alarms.md` are made of the rows,
//! and each row names its page of `docs/runbooks`.

use compliance_types::severity::Severity;
use functions_core::contract::{Handler, metric};
use functions_core::runbook::Runbook;

use crate::inputs::alarms::AlarmsSettingsArgs;
use crate::inputs::name_prefix::NamePrefix;

/// An alarm.
#[derive(Clone, Debug)]
pub struct AlarmPlan {
    /// The end of its name, and its child's logical name.
    pub name: String,
    /// What it watches.
    pub watch: Watch,
    /// The page that says what to do.
    pub runbook: Runbook,
    /// How urgent it is, for people.
    pub severity: Severity,
    /// What has happened when it goes off, in a sentence.
    pub text: String,
}

/// What an alarm watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// Lambda's errors of a function.
    Errors(Handler),
    /// What lies in the dead-letter queue of a function.
    DeadLetters(Handler),
    /// How often a function measured something, which it does when it has done its whole work.
    Silence(Handler, &'static str),
    /// Open findings of the severities in the settings.
    OpenFindings,
    /// The score against that of about a day earlier.
    ScoreFall,
    /// Something that a function measures and that should be zero.
    NotZero(Handler, &'static str),
}

impl Watch {
    /// Namespace and name of the metric.
    pub const fn metric(self) -> (&'static str, &'static str) {
        match self {
            Self::Errors(_) => ("AWS/Lambda", "Errors"),
            Self::DeadLetters(_) => ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
            Self::Silence(_, name) | Self::NotZero(_, name) => (metric::NAMESPACE, name),
            Self::OpenFindings => (metric::NAMESPACE, metric::OPEN_FINDINGS),
            Self::ScoreFall => (metric::NAMESPACE, metric::SCORE_CHANGE),
        }
    }
}

/// All alarms but that of the delivery test, which comes with the topic.
pub fn alarms(settings: &AlarmsSettingsArgs) -> Vec<AlarmPlan> {
    let row = |name: &str, watch, runbook: &'static str, severity, text: &str| AlarmPlan {
        name: name.to_owned(),
        watch,
        runbook: Runbook::new(runbook),
        severity,
        text: text.to_owned(),
    };
    let mut rows = Vec::new();
    for handler in Handler::ALL {
        let function = handler.name();
        rows.push(row(
            &format!("{function}-errors"),
            Watch::Errors(handler),
            "function-errors",
            Severity::High,
            &format!("The {function} function failed."),
        ));
        rows.push(row(
            &format!("{function}-dead-letters"),
            Watch::DeadLetters(handler),
            "dead-letters",
            Severity::High,
            &format!("The {function} function left something undone in its dead-letter queue."),
        ));
    }
    // The functions that run by a schedule. Remediation runs when something is asked of it.
    for (handler, measured) in
        [(Handler::Processing, metric::LOOKS), (Handler::Aggregation, metric::COMPLIANT_EVALUATIONS)]
    {
        rows.push(row(
            &format!("{}-silent", handler.name()),
            Watch::Silence(handler, measured),
            "function-silent",
            Severity::High,
            &format!("The {} function has not done its whole work for too long.", handler.name()),
        ));
    }
    let severities: Vec<_> = settings.severities.iter().map(|severity| severity.word()).collect();
    rows.push(row(
        "non-compliance",
        Watch::OpenFindings,
        "non-compliance",
        Severity::High,
        &format!("Resources do not comply with rules of severity {}.", severities.join(" or ")),
    ));
    rows.extend([
        row(
            "score-fell",
            Watch::ScoreFall,
            "score-fell",
            Severity::Medium,
            "The score fell below that of about a day earlier.",
        ),
        row(
            "recorder-stopped",
            Watch::NotZero(Handler::Aggregation, metric::RECORDER_STOPPED),
            "recorder-stopped",
            Severity::Critical,
            "AWS Config does not record in a region of this deployment: its rules keep their last evaluation results.",
        ),
        row(
            "rules-unreadable",
            Watch::NotZero(Handler::Processing, metric::UNREADABLE_RULES),
            "rules-unreadable",
            Severity::Medium,
            "The results of a rule cannot be read in a region of this deployment: its findings stay as they were.",
        ),
        row(
            "pack-incomplete",
            Watch::NotZero(Handler::Processing, metric::INCOMPLETE_PACKS),
            "pack-incomplete",
            Severity::Medium,
            "A conformance pack is not complete in a region of this deployment: rules of it may be missing.",
        ),
        row(
            "sources-silent",
            Watch::NotZero(Handler::Processing, metric::SOURCES_SILENT),
            "sources-silent",
            Severity::Medium,
            "An account or region that the aggregator lists does not report: its findings stay as they were.",
        ),
        // What does not come through the topic may not come through it here either: processing sends a notice as well,
        // which takes another way.
        row(
            "delivery-lost",
            Watch::NotZero(Handler::Processing, metric::DELIVERY_LOST),
            "delivery-lost",
            Severity::Critical,
            "A test alarm did not reach the topic: other alarms may be lost, too.",
        ),
    ]);
    rows
}

/// The names of the alarms in the account.
pub fn names(settings: &AlarmsSettingsArgs, prefix: &NamePrefix) -> Vec<String> {
    let rows = if settings.enabled { alarms(settings) } else { Vec::new() };
    rows.into_iter().map(|row| prefix.alarm(&row.name)).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/alarms.md");

    fn table() -> String {
        let mut text = "# Alarms\n\nWritten from `provider/aws-compliance/src/plan/alarms.rs` by its test, where \
                        `INSTA_UPDATE` is `always`. Each name begins with `namePrefix`.\n\n\
                        | alarm | severity | triggered | metric | what to do |\n| --- | --- | --- | --- | --- |\n"
            .to_owned();
        for AlarmPlan { name, watch, runbook, severity, text: when } in alarms(&AlarmsSettingsArgs::default()) {
            let (namespace, metric) = watch.metric();
            let page = runbook.name();
            let _ = writeln!(
                text,
                "| `{name}` | {} | {when} | `{metric}` of `{namespace}` | [{page}](runbooks/{page}.md) |",
                severity.word()
            );
        }
        text
    }

    #[test]
    fn documentation_is_that_of_the_rows() {
        let expected = table();
        if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            std::fs::write(DOCS, &expected).expect("it can be written");
        }
        let found = std::fs::read_to_string(DOCS).unwrap_or_default();
        assert_eq!(found, expected, "INSTA_UPDATE=always cargo test -p aws-compliance --lib alarms");
    }
}
