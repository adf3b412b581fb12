//! The function `getCostEstimate`, and what `cost estimate` prints.

use std::collections::BTreeMap;

use aws_compliance_cost::{Estimate, Range, estimate};
use compliance_types::recorder::RecorderMode;
use pulumi_component::value::PropertyError;
use pulumi_component::{Checks, Error, Function, FunctionContext, Input, PreparedComponent, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::alarms::AlarmsSettingsArgs;
use crate::inputs::bounds;
use crate::inputs::dashboard::DashboardSettingsArgs;
use crate::inputs::framework::FrameworkArgs;
use crate::inputs::functions::FunctionsSettingsArgs;
use crate::inputs::history::HistorySettingsArgs;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::notifications::NotificationsArgs;
use crate::inputs::recorder::RecorderSettingsArgs;
use crate::inputs::regions::RegionsArg;
use crate::inputs::reports::ReportsArgs;
use crate::inputs::rules::RulesArgs;
use crate::parts::monitoring::ComplianceMonitoring;
use crate::plan::cost::{CostContext, usage};
use crate::plan::regions::MonitoredRegions;
use crate::plan::selection::Selection;
use crate::plan::target::Target;

/// The inputs of a deployment that determine its cost.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct CostEstimateArgs {
    /// Code of the region, such as `eu-west-1`.
    pub region: String,
    /// Other regions to monitor, as the component has them.
    pub regions: Vec<String>,
    /// Resources of `region` by type, such as `AWS::S3::Bucket`. Default: an assumption for each type.
    pub resource_counts: BTreeMap<String, u64>,
    /// Resources of other regions by region and type. Default: an assumption for each type.
    pub region_resource_counts: BTreeMap<String, BTreeMap<String, u64>>,
    /// ARN of an existing KMS key. Default: a key is created.
    pub kms_key_arn: Option<Input<String>>,
    /// Report settings, as the component has them.
    pub reports: ReportsArgs,
    /// History settings, as the component has them.
    pub history: HistorySettingsArgs,
    /// Recorder settings, as the component has them.
    pub recorder: RecorderSettingsArgs,
    /// Rules, as the component has them.
    pub rules: RulesArgs,
    /// Frameworks, as the component has them.
    pub frameworks: Vec<FrameworkArgs>,
    /// Notification settings, as the component has them.
    pub notifications: NotificationsArgs,
    /// Function settings, as the component has them.
    pub functions: FunctionsSettingsArgs,
    /// Alarm settings, as the component has them.
    pub alarms: AlarmsSettingsArgs,
    /// Dashboard settings, as the component has them.
    pub dashboard: DashboardSettingsArgs,
    /// Whether logs are retained for at least 365 days.
    pub hardened: bool,
}

/// Estimated cost of a deployment, in USD a month, without taxes, discounts and free tiers.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CostEstimate {
    /// Code of the region.
    pub region: String,
    /// Codes of the other regions.
    pub other_regions: Vec<String>,
    /// The estimate in one line.
    pub summary: String,
    /// Amount in a quiet account.
    pub low_usd: f64,
    /// Expected amount.
    pub expected_usd: f64,
    /// Amount in a busy account.
    pub high_usd: f64,
    /// What it is composed of, the most expensive line first.
    pub lines: Vec<CostLine>,
    /// Changes of the inputs that would save most, the largest amount first.
    pub savings: Vec<CostSaving>,
    /// What the estimate could not know, and from when its prices are.
    pub notes: Vec<String>,
}

/// One kind of cost.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CostLine {
    /// Which kind.
    pub name: String,
    /// Amount in a quiet account.
    pub low_usd: f64,
    /// Expected amount.
    pub expected_usd: f64,
    /// Amount in a busy account.
    pub high_usd: f64,
    /// The quantity, and the assumptions behind it.
    pub assumption: String,
}

/// A change of the inputs that lowers the cost.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CostSaving {
    /// What to change.
    pub advice: String,
    /// Expected amount, in USD a month.
    pub usd: f64,
}

/// The function `getCostEstimate`.
pub struct GetCostEstimate;

impl Function for GetCostEstimate {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:getCostEstimate");
    const DESCRIPTION: &'static str = "Estimates the monthly cost of a deployment from its inputs and numbers of \
                                       resources. Calls no AWS API.";
    type Args = CostEstimateArgs;
    type Result = CostEstimate;

    async fn invoke(_context: &FunctionContext, args: CostEstimateArgs) -> Result<CostEstimate, Error> {
        let counts = |counts: &BTreeMap<String, u64>| Some(counts.clone()).filter(|counts| !counts.is_empty());
        let mode = args.recorder.mode();
        let home = CostContext { resources: counts(&args.resource_counts), ..assumed(mode, &args.region) };
        let unknown =
            args.region_resource_counts.keys().filter(|code| !args.regions.contains(code) || **code == home.region);
        let reason = "expected one of `regions`, other than `region`, whose resources are in `resourceCounts`";
        let unknown: Vec<_> =
            unknown.map(|code| PropertyError::new(["regionResourceCounts", code.as_str()], reason)).collect();
        if !unknown.is_empty() {
            return Err(Error::InvalidInputs(unknown));
        }
        let others = args.region_resource_counts.iter();
        let others =
            others.map(|(code, given)| CostContext { resources: counts(given), ..assumed(mode, code) }).collect();
        estimated(&args.into(), home, others).map_err(Error::InvalidInputs)
    }
}

impl From<CostEstimateArgs> for ComplianceMonitoringArgs {
    fn from(args: CostEstimateArgs) -> Self {
        Self {
            kms_key_arn: args.kms_key_arn,
            reports: args.reports,
            history: args.history,
            recorder: args.recorder,
            rules: args.rules,
            frameworks: args.frameworks,
            notifications: args.notifications,
            functions: args.functions,
            alarms: args.alarms,
            dashboard: args.dashboard,
            regions: RegionsArg::Listed(args.regions),
            hardened: args.hardened,
            ..Self::default()
        }
    }
}

/// What holds of a region that is not inspected: `auto` may have to create the recorder.
pub fn assumed(mode: RecorderMode, region: &str) -> CostContext {
    CostContext { region: region.to_owned(), creates_recorder: mode != RecorderMode::Reuse, resources: None }
}

/// The estimate of a deployment. `others`: what is known of its other regions; of those that are missing, nothing is.
///
/// # Errors
/// Everything that is invalid in the inputs.
pub fn estimated(
    args: &ComplianceMonitoringArgs,
    home: CostContext,
    others: Vec<CostContext>,
) -> Result<CostEstimate, Vec<PropertyError>> {
    let mut checks = Checks::default();
    bounds::check_region(&mut checks, "region", &home.region);
    ComplianceMonitoring::check(args, &mut checks);
    let (selection, target) = (Selection::new(args.plan_inputs()), Target::region(&home.region));
    let regions = selection.over(&MonitoredRegions::of(&args.regions), &target);
    let plan = selection.at(&target);
    let mut errors: Vec<_> = checks.errors().iter().chain(&plan.errors).cloned().collect();
    errors.extend(args.problems(&target, &regions).errors);
    if args.regions.are_of_account() {
        let reason =
            "expected a list: an estimate does not ask the account which regions are enabled, as a preview does";
        errors.push(PropertyError::new("regions", reason));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let known = |code: &str| others.iter().find(|other| other.region == code).cloned();
    let context = |code: &str| known(code).unwrap_or_else(|| assumed(args.recorder.mode(), code));
    let others = regions.iter().map(|one| (one.plan.as_ref(), context(&one.code)));
    Ok(CostEstimate::from(&estimate(&usage(args, (&plan, home), others))))
}

impl From<&Estimate> for CostEstimate {
    fn from(made: &Estimate) -> Self {
        let Range { low, expected, high } = made.total().map(cents);
        let lines = made.lines.iter().map(|line| {
            let Range { low, expected, high } = line.usd.map(cents);
            let (name, assumption) = (line.id.name().to_owned(), line.assumption.clone());
            CostLine { name, low_usd: low, expected_usd: expected, high_usd: high, assumption }
        });
        let savings =
            made.savings.iter().map(|saving| CostSaving { advice: saving.kind.advice(), usd: cents(saving.usd) });
        Self {
            region: made.region.clone(),
            other_regions: made.other_regions.clone(),
            summary: made.summary(),
            low_usd: low,
            expected_usd: expected,
            high_usd: high,
            lines: lines.collect(),
            savings: savings.collect(),
            notes: made.notes.clone(),
        }
    }
}

/// An amount to the hundredth.
fn cents(usd: f64) -> f64 {
    (usd * 100.0).round() / 100.0
}
