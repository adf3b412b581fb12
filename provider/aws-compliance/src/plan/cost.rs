//! What a deployment uses, as the cost estimate asks: rules with what triggers them, the recorder, functions, storage.

use std::collections::{BTreeMap, BTreeSet};

use aws_compliance_catalog::{Catalog, Trigger};
use aws_compliance_cost::{
    Adjustable, Architecture, Functions, Recorded, Recorder, RegionUsage, ResourceCounts, Rule, Storage, Usage,
};
use compliance_types::recorder::EvaluationFrequency;
use compliance_types::severity::Severity;
use functions_core::contract::metric;
use functions_core::metrics::RULES;
use pulumi_component::Input;
use pulumi_component::engine::Given;

use crate::inputs::bounds;
use crate::inputs::custom_rule::CustomRuleArgs;
use crate::inputs::functions::{FunctionArchitecture, FunctionsSettingsArgs};
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::recorder::{RecorderSettingsArgs, RecordingStrategy};
use crate::inputs::scope::ScopeArgs;
use crate::plan::Plan;
use crate::plan::alarms::{Watch, alarms};
use crate::plan::rule::{Origin, RulePlan, evaluated};
use crate::plan::values::known;

/// Seconds of a month, as the estimate counts it.
const MONTH_SECONDS: f64 = aws_compliance_cost::assumption::HOURS * 3600.0;
/// Hours between evaluations of a periodic rule for which none are given (AWS Config API Reference, "ConfigRule",
/// `MaximumExecutionFrequency`).
const DEFAULT_PERIOD_HOURS: f64 = 24.0;
/// Days that the evaluation history and the ledger of remediations are retained: a year and a month to look back on it.
pub const RECORD_RETENTION_DAYS: u32 = 400;

/// What is known of a region beside inputs and plan.
#[derive(Clone, Debug, Default)]
pub struct CostContext {
    /// Code of the region.
    pub region: String,
    /// Whether the deployment creates the configuration recorder.
    pub creates_recorder: bool,
    /// Resources by type, where the account was inspected.
    pub resources: Option<BTreeMap<String, u64>>,
}

/// What is deployed to a region, and what is known of it.
pub type Deployed<'a> = (&'a Plan, CostContext);

/// What a deployment uses, in the region of the provider and in others.
pub fn usage<'a>(
    args: &ComplianceMonitoringArgs,
    home: Deployed<'a>,
    others: impl IntoIterator<Item = Deployed<'a>>,
) -> Usage {
    let elsewhere = args.recorder.elsewhere();
    let home = in_region(&args.recorder, &args.name_prefix, home);
    let others = others.into_iter().map(|other| in_region(&elsewhere, &args.name_prefix, other)).collect();
    // Those of open findings: one for each severity, and for the worst rules.
    let metrics = metric::SINGLE.len() + Severity::ALL.len() + home.rules.len().min(RULES);
    let of_alarm = |watch: &Watch| match watch {
        Watch::OpenFindings => args.alarms.severities.len(),
        _ => 1,
    };
    let of_alarms: usize = alarms(&args.alarms).iter().map(|alarm| of_alarm(&alarm.watch)).sum();
    let routes = args.notifications.routes.values().filter(|route| route.email.is_some()).count();
    Usage {
        home,
        others,
        functions: functions(&args.functions, args.hardened),
        storage: Storage {
            report_days: number(&args.reports.retention_days).unwrap_or(Storage::default().report_days),
            history_days: RECORD_RETENTION_DAYS,
            table: args.history.enabled,
        },
        keys: u32::from(args.kms_key_arn.is_none()),
        // That of the delivery test is there in any case.
        alarm_metrics: 1 + if args.alarms.enabled { u32::try_from(of_alarms).unwrap_or(u32::MAX) } else { 0 },
        metrics: u32::try_from(metrics).unwrap_or(u32::MAX),
        dashboards: u32::from(args.dashboard.enabled),
        emails: u32::try_from(args.notifications.emails.len() + routes).unwrap_or(u32::MAX),
    }
}

fn in_region(settings: &RecorderSettingsArgs, prefix: &NamePrefix, (plan, context): Deployed<'_>) -> RegionUsage {
    let managed = plan.rules.iter().map(|rule| managed(rule, prefix));
    let custom = plan.custom.iter().map(|rule| custom(rule, prefix));
    let packed = plan.packs.iter().flat_map(|pack| &pack.pack.rules).map(|(name, rule)| Rule {
        name: name.clone(),
        in_pack: true,
        parameters: Some(rule.parameters.clone()),
        adjustable: Adjustable::Exclusion,
        ..of_identifier(&rule.identifier, rule.frequency.as_deref())
    });
    RegionUsage {
        region: context.region,
        rules: managed.chain(custom).chain(packed).collect(),
        resources: context.resources.map_or_else(ResourceCounts::default, ResourceCounts::known),
        recorder: recorder(settings, context.creates_recorder),
    }
}

fn managed(rule: &RulePlan, prefix: &NamePrefix) -> Rule {
    let frequency = rule.args.frequency.as_ref().and_then(known);
    let made = match rule.origin {
        // A deployment of the baseline alone does not read the catalogue.
        Origin::Baseline(known) => Rule {
            identifier: Some(known.identifier.to_owned()),
            types: [known.resource_type.to_owned()].into(),
            on_change: true,
            adjustable: Adjustable::Nothing,
            ..Rule::default()
        },
        Origin::Managed(_) | Origin::Framework => of_identifier(&rule.args.identifier, frequency.as_deref()),
    };
    let adjustable = match rule.origin {
        Origin::Framework => Adjustable::Exclusion,
        Origin::Baseline(_) | Origin::Managed(_) => made.adjustable,
    };
    let parameters = rule.args.parameters.iter().map(|(name, value)| Some((name.clone(), known(value)?)));
    // A scope may leave out resources that another rule evaluates.
    let parameters = if rule.args.scope.is_none() { parameters.collect() } else { None };
    let scope = rule.args.scope.as_ref().map(types_of).filter(|types| !types.is_empty());
    Rule { name: prefix.rule(&rule.name), types: scope.unwrap_or(made.types), parameters, adjustable, ..made }
}

/// A managed rule that evaluates all that it can.
fn of_identifier(identifier: &str, frequency: Option<&str>) -> Rule {
    let (types, on_change) = evaluated(identifier);
    let trigger = Catalog::get().rule(identifier).map(|rule| rule.trigger);
    let periodic = matches!(trigger, Some(Trigger::Periodic | Trigger::Both));
    Rule {
        identifier: Some(identifier.to_owned()),
        types: types.into_iter().collect(),
        on_change,
        period_hours: periodic.then(|| frequency.and_then(hours).unwrap_or(DEFAULT_PERIOD_HOURS)),
        ..Rule::default()
    }
}

fn custom(rule: &CustomRuleArgs, prefix: &NamePrefix) -> Rule {
    let types = rule.effective_scope().map(types_of).unwrap_or_default();
    let on_change = rule.triggers.reacts_to_changes();
    let frequency = rule.triggers.frequency.as_ref();
    Rule {
        name: prefix.rule(&rule.name),
        identifier: None,
        parameters: None,
        adjustable: Adjustable::Settings,
        every_type: types.is_empty() && on_change,
        types,
        on_change,
        period_hours: frequency.map(|text| known(text).as_deref().and_then(hours).unwrap_or(DEFAULT_PERIOD_HOURS)),
        in_pack: false,
    }
}

fn types_of(scope: &ScopeArgs) -> BTreeSet<String> {
    scope.resource_types.iter().flatten().filter_map(known).collect()
}

/// Hours of a frequency of AWS Config.
fn hours(frequency: &str) -> Option<f64> {
    EvaluationFrequency::of_word(frequency).map(|frequency| f64::from(frequency.hours()))
}

fn recorder(args: &RecorderSettingsArgs, created: bool) -> Recorder {
    let recorded = match args.strategy {
        RecordingStrategy::Only => Recorded::Only(args.resource_types.iter().cloned().collect()),
        RecordingStrategy::All | RecordingStrategy::AllExcept => match args.excluded().as_slice() {
            [] => Recorded::All,
            excluded => Recorded::AllExcept(excluded.iter().cloned().collect()),
        },
    };
    Recorder { created, frequency: args.frequency, daily_types: args.daily_types.iter().cloned().collect(), recorded }
}

fn functions(args: &FunctionsSettingsArgs, hardened: bool) -> Functions {
    let args = if hardened { args.clone().hardened() } else { args.clone() };
    let default = Functions::default();
    // Of a schedule with unequal gaps: as many as with the mean of the shortest and the longest.
    #[expect(clippy::cast_precision_loss, reason = "seconds between two runs")]
    let runs = bounds::known_runs(&args.schedule)
        .map(|runs| MONTH_SECONDS * 2.0 / (runs.shortest_seconds + runs.longest_seconds).max(1) as f64);
    Functions {
        memory_mib: number(&args.memory_mib).unwrap_or(default.memory_mib),
        runs: runs.unwrap_or(default.runs),
        architecture: match args.architecture {
            FunctionArchitecture::X86_64 => Architecture::X86_64,
            FunctionArchitecture::Arm64 => Architecture::Arm64,
        },
        log_retention_days: number(&args.log_retention_days).unwrap_or(default.log_retention_days),
    }
}

/// A number that is known and not sensitive.
fn number(input: &Input<u32>) -> Option<u32> {
    input.given().filter(|given| !given.secret)?.value.as_ref().copied()
}
