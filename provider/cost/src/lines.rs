//! The lines of an estimate: how much of each thing a deployment uses, and what that rests on.

use std::collections::BTreeSet;

use crate::assumption as assume;
use crate::line::{Line, LineId};
use crate::price::PriceKey;
use crate::range::Range;
use crate::text::{counted, number, of};
use crate::usage::{Architecture, Recorded, Recording, RegionUsage, Rule, Usage};

/// A type of which nothing is known.
const ANY_TYPE: &str = "";

/// Quantities that several lines share.
pub(crate) struct Quantities<'u> {
    usage: &'u Usage,
    /// Evaluation results that exist at a time.
    results: Range,
    /// Changes of compliance in a month.
    transitions: Range,
    /// Runs of functions in a month.
    invocations: Range,
}

/// Evaluations of a rule of a region in a month.
pub(crate) fn evaluations(usage: &RegionUsage, rule: &Rule) -> Range {
    if rule.every_type {
        let types = usage.resources.types().map(|kind| evaluations_of(usage, rule, Some(kind)));
        let known: Range = types.sum();
        let assumed = assume::RECORDED_TYPES * evaluations_of(usage, rule, Some(ANY_TYPE));
        return if usage.resources.is_known() { known } else { assumed };
    }
    if rule.types.is_empty() {
        return evaluations_of(usage, rule, None);
    }
    rule.types.iter().map(|kind| evaluations_of(usage, rule, Some(kind))).sum()
}

/// Evaluations of a rule in a month over the resources of one type, or of the account itself.
pub(crate) fn evaluations_of(usage: &RegionUsage, rule: &Rule, kind: Option<&str>) -> Range {
    let periods = Range::exact(rule.period_hours.map_or(0.0, |hours| assume::HOURS / hours.max(1.0)));
    let triggered = if rule.on_change { triggers(usage, kind) } else { Range::default() };
    let resources = kind.map_or(Range::exact(1.0), |kind| usage.resources.of(kind));
    resources * (periods + triggered)
}

/// Configuration items of a resource in a month: each triggers the rules on its type once.
fn triggers(usage: &RegionUsage, kind: Option<&str>) -> Range {
    let Some(kind) = kind else { return assume::CHANGES };
    // Of a recorder that exists it is not known what it records: everything, so that the estimate is not too low.
    if usage.recorder.created && !usage.recorder.records(kind) {
        return Range::default();
    }
    items(usage.recorder.recording_of(kind), assume::changes_of(kind))
}

/// Configuration items of a resource with so many changes.
pub(crate) fn items(recording: Recording, changes: Range) -> Range {
    match recording {
        Recording::Continuous => changes,
        Recording::Daily => assume::days_with_changes(changes),
    }
}

/// The types that a recorder of this deployment records and that have resources, as far as they are known.
pub(crate) fn recorded_types(usage: &RegionUsage) -> BTreeSet<&str> {
    let named: BTreeSet<&str> = match (&usage.recorder.recorded, usage.resources.is_known()) {
        (Recorded::Only(types), _) => types.iter().map(String::as_str).collect(),
        (_, true) => usage.resources.types().collect(),
        (_, false) => BTreeSet::new(),
    };
    named.into_iter().filter(|kind| usage.recorder.records(kind)).collect()
}

/// Evaluation results of a rule of a region that exist at a time.
fn results(usage: &RegionUsage, rule: &Rule) -> Range {
    if rule.every_type {
        let known: Range = usage.resources.types().map(|kind| usage.resources.of(kind)).sum();
        let assumed = assume::RECORDED_TYPES * assume::RESOURCES_PER_TYPE;
        return if usage.resources.is_known() { known } else { assumed };
    }
    if rule.types.is_empty() {
        return Range::exact(1.0);
    }
    rule.types.iter().map(|kind| usage.resources.of(kind)).sum()
}

impl<'u> Quantities<'u> {
    pub(crate) fn of(usage: &'u Usage) -> Self {
        let changes = |region: &RegionUsage| -> Range {
            region.rules.iter().filter(|rule| rule.on_change).map(|rule| evaluations(region, rule)).sum()
        };
        let transitions = usage.regions().map(changes).sum::<Range>() * assume::COMPLIANCE_CHANGES;
        // A scheduled run is one of processing, one of it for each other region, and one of aggregation; a transition is one of
        // processing and one of remediation.
        let scheduled = usage.functions.runs * (2.0 + float(usage.others.len()));
        let invocations = Range::exact(scheduled) + transitions * 2.0;
        let of_region = |region: &RegionUsage| -> Range { region.rules.iter().map(|rule| results(region, rule)).sum() };
        Self { usage, results: usage.regions().map(of_region).sum(), transitions, invocations }
    }

    /// All lines, those of nothing excluded.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let lines = [
            self.evaluations(LineId::RuleEvaluations, PriceKey::RuleEvaluation, false),
            self.evaluations(LineId::PackEvaluations, PriceKey::PackEvaluation, true),
            self.recording(),
            self.functions(),
            self.keys(),
            self.alarms(),
            self.metrics(),
            self.dashboards(),
            self.logs(),
            self.reports(),
            self.ledger(),
            self.queues(),
            self.notices(),
            self.history(),
        ];
        lines.into_iter().filter(|line| line.usd.high > 0.0 || line.unknown).collect()
    }

    fn line(&self, id: LineId, parts: &[(PriceKey, Range)], assumption: String) -> Line {
        Line::of(id, &self.usage.home.region, parts, assumption)
    }

    /// How many resources there are, in words.
    fn resources(&self) -> String {
        let unknown =
            self.usage.regions().filter_map(|one| Some((one.region.as_str(), one.resources.unknown_because()?)));
        let (unknown, because): (Vec<_>, Vec<_>) = unknown.unzip();
        let Some(because) = because.first() else { return "the resources of the account".to_owned() };
        let assumed = format!("{} resources of each type", of(assume::RESOURCES_PER_TYPE));
        if unknown.len() == self.usage.regions().count() {
            return format!("{assumed}, because {because}");
        }
        format!("the resources of the account, and {assumed} in {}, because {because}", unknown.join(", "))
    }

    /// In how many regions, in words; nothing where it is one.
    fn in_regions(&self) -> String {
        match self.usage.others.len() {
            0 => String::new(),
            others => format!(" in {} regions", others + 1),
        }
    }

    fn evaluations(&self, id: LineId, key: PriceKey, in_pack: bool) -> Line {
        let mut line = Line::empty(id, String::new());
        let (mut all, mut rules) = (Range::default(), 0);
        for region in self.usage.regions() {
            let those = region.rules.iter().filter(|rule| rule.in_pack == in_pack);
            let count: Range = those.clone().map(|rule| evaluations(region, rule)).sum();
            line.add(&region.region, &[(key, count)]);
            all = all + count;
            rules += those.count();
        }
        let changes = of(assume::CHANGES);
        line.assumption = format!(
            "{} by {}{} over {}, each with {changes} changes a month ({} if of a type that services create)",
            counted(all, "evaluation"),
            counted(Range::exact(float(rules)), "rule"),
            self.in_regions(),
            self.resources(),
            of(assume::CHURNING_CHANGES),
        );
        line
    }

    fn recording(&self) -> Line {
        let mut line = Line::empty(LineId::Recording, String::new());
        let (mut items, mut is_assumed, mut created) = (Range::default(), false, 0);
        for region in self.usage.regions().filter(|region| region.recorder.created) {
            let Items { continuous, daily, is_assumed: assumed } = Items::of(region);
            line.add(&region.region, &[(PriceKey::ContinuousItem, continuous), (PriceKey::DailyItem, daily)]);
            items = items + continuous + daily;
            is_assumed |= assumed;
            created += 1;
        }
        if created == 0 {
            line.assumption = "the recorder exists, and is charged already".to_owned();
            return line;
        }
        let mut resources = self.resources();
        if is_assumed {
            resources = format!("{} types with {resources}", of(assume::RECORDED_TYPES));
        }
        let in_regions = if self.usage.others.is_empty() { String::new() } else { format!(" in {created} regions") };
        line.assumption = format!(
            "{}{in_regions} of {resources}, each with {} changes a month ({} if of a type that services create)",
            counted(items, "configuration item"),
            of(assume::CHANGES),
            of(assume::CHURNING_CHANGES),
        );
        line
    }

    fn functions(&self) -> Line {
        let functions = &self.usage.functions;
        let memory_gb = f64::from(functions.memory_mib) / 1024.0;
        let duration = match functions.architecture {
            Architecture::X86_64 => PriceKey::DurationX86,
            Architecture::Arm64 => PriceKey::DurationArm,
        };
        let assumption = format!(
            "{} of {} seconds with {} MiB; the free tier is not subtracted",
            counted(self.invocations, "run"),
            of(assume::RUN_SECONDS),
            functions.memory_mib,
        );
        let seconds = self.invocations * assume::RUN_SECONDS * memory_gb;
        self.line(LineId::Functions, &[(PriceKey::Invocation, self.invocations), (duration, seconds)], assumption)
    }

    fn keys(&self) -> Line {
        let keys = Range::exact(f64::from(self.usage.keys));
        let requests = self.invocations * assume::KMS_REQUESTS_PER_RUN;
        let assumption = format!(
            "{}, {} yearly rotations, {}",
            counted(keys, "key"),
            of(assume::ROTATIONS),
            counted(requests, "request"),
        );
        let rotations = keys * assume::ROTATIONS;
        let parts = [(PriceKey::Key, keys), (PriceKey::KeyRotation, rotations), (PriceKey::KeyRequest, requests)];
        self.line(LineId::Keys, &parts, assumption)
    }

    fn alarms(&self) -> Line {
        let metrics = Range::exact(f64::from(self.usage.alarm_metrics));
        self.line(LineId::Alarms, &[(PriceKey::Alarm, metrics)], counted(metrics, "metric of an alarm"))
    }

    fn metrics(&self) -> Line {
        let metrics = Range::exact(f64::from(self.usage.metrics));
        self.line(LineId::Metrics, &[(PriceKey::Metric, metrics)], counted(metrics, "metric of the functions"))
    }

    fn dashboards(&self) -> Line {
        let dashboards = Range::exact(f64::from(self.usage.dashboards));
        let assumption = format!("{}; the free tier is not subtracted", counted(dashboards, "dashboard"));
        self.line(LineId::Dashboard, &[(PriceKey::Dashboard, dashboards)], assumption)
    }

    fn logs(&self) -> Line {
        let written = self.invocations * assume::LOG_GB_PER_RUN;
        let stored = written * (f64::from(self.usage.functions.log_retention_days) / assume::DAYS);
        let days = self.usage.functions.log_retention_days;
        let assumption = format!("{} GB, retained for {days} days", of(written));
        self.line(LineId::Logs, &[(PriceKey::LogIngestion, written), (PriceKey::LogStorage, stored)], assumption)
    }

    fn reports(&self) -> Line {
        let storage = &self.usage.storage;
        let runs = self.usage.functions.runs;
        let kept_days = f64::from(storage.report_days) + f64::from(storage.history_days) * assume::HISTORY_SHARE;
        let stored = self.results * assume::REPORT_GB_PER_RESULT * (runs / assume::DAYS) * kept_days;
        let objects = assume::OBJECTS_PER_RUN * runs;
        let assumption = format!(
            "{} GB: {} reports a month of {}, retained for {} days, and their history for {}",
            of(stored),
            number(runs),
            counted(self.results, "evaluation result"),
            storage.report_days,
            storage.history_days,
        );
        let parts =
            [(PriceKey::ObjectStorage, stored), (PriceKey::ObjectWrite, objects), (PriceKey::ObjectRead, objects)];
        self.line(LineId::Reports, &parts, assumption)
    }

    fn ledger(&self) -> Line {
        let open = self.results * assume::OPEN_SHARE;
        let writes = self.transitions * assume::LEDGER_WRITES + Range::exact(self.usage.functions.runs);
        let reads = open * self.usage.functions.runs;
        let assumption =
            format!("{} and {}", counted(open, "open finding"), counted(self.transitions, "change of compliance"));
        let parts = [
            (PriceKey::TableWrite, writes),
            (PriceKey::TableRead, reads),
            (PriceKey::TableStorage, open * assume::LEDGER_ENTRY_GB),
        ];
        self.line(LineId::Ledger, &parts, assumption)
    }

    fn queues(&self) -> Line {
        let requests = assume::QUEUE_REQUESTS_PER_SECOND * (2.0 * assume::HOURS * 3600.0);
        let assumption = format!("{}: Lambda polls two queues", counted(requests, "request"));
        self.line(LineId::Queues, &[(PriceKey::QueueRequest, requests)], assumption)
    }

    fn notices(&self) -> Line {
        let emails = self.transitions * f64::from(self.usage.emails);
        let assumption = format!(
            "{} to {}; the free tier is not subtracted",
            counted(self.transitions, "notice"),
            counted(Range::exact(f64::from(self.usage.emails)), "address"),
        );
        self.line(LineId::Notices, &[(PriceKey::Publish, self.transitions), (PriceKey::Email, emails)], assumption)
    }

    fn history(&self) -> Line {
        if !self.usage.storage.table {
            return self.line(LineId::History, &[], "no table over the history".to_owned());
        }
        let scanned = assume::QUERIES * assume::QUERY_TB;
        let assumption = format!("{} a month, each of 10 MB", counted(assume::QUERIES, "query"));
        self.line(
            LineId::History,
            &[(PriceKey::AthenaScan, scanned), (PriceKey::CatalogObject, Range::exact(2.0))],
            assumption,
        )
    }
}

/// Configuration items of a region in a month.
struct Items {
    continuous: Range,
    daily: Range,
    /// Whether the types are assumed as well.
    is_assumed: bool,
}

impl Items {
    fn of(region: &RegionUsage) -> Self {
        let recorder = &region.recorder;
        let types = recorded_types(region);
        if types.is_empty() && !region.resources.is_known() {
            let all = assume::RECORDED_TYPES * assume::RESOURCES_PER_TYPE * items(recorder.recording, assume::CHANGES);
            let none = Range::default();
            return match recorder.recording {
                Recording::Continuous => Self { continuous: all, daily: none, is_assumed: true },
                Recording::Daily => Self { continuous: none, daily: all, is_assumed: true },
            };
        }
        let of_mode = |recording: Recording| -> Range {
            let those = types.iter().filter(|kind| recorder.recording_of(kind) == recording);
            those.map(|kind| region.resources.of(kind) * items(recording, assume::changes_of(kind))).sum()
        };
        let (continuous, daily) = (of_mode(Recording::Continuous), of_mode(Recording::Daily));
        Self { continuous, daily, is_assumed: false }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number of rules or regions")]
fn float(count: usize) -> f64 {
    count as f64
}
