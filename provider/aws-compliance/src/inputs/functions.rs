//! How the functions run.

use compliance_types::choices::CountedRules;
use pulumi_component::engine::Given;
use pulumi_component::{Checks, Input, InvalidValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;
use crate::inputs::vpc::VpcArgs;

/// Settings of the Lambda functions.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct FunctionsSettingsArgs {
    /// Memory of each function in MiB. More memory also gives more processor time.
    #[schemars(range(min = 128, max = 10240))]
    pub memory_mib: Input<u32>,
    /// Architecture of the functions: `x86_64`, or `arm64`, which costs about a fifth less. A change updates the functions
    /// in place.
    pub architecture: FunctionArchitecture,
    /// Number of seconds after which Lambda ends a run. A shorter limit does not save cost, because Lambda bills the time
    /// that a run takes; with many resources, a report then needs several runs.
    #[schemars(range(min = 1, max = 900))]
    pub timeout_seconds: Input<u32>,
    /// Number of days to retain the functions' logs: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096,
    /// 1827, 2192, 2557, 2922, 3288 or 3653.
    pub log_retention_days: Input<u32>,
    /// When processing runs, as an EventBridge schedule: `rate(6 hours)` or `cron(0 6 * * ? *)`. The value 1 requires the
    /// singular: `rate(1 hour)`.
    pub schedule: Input<String>,
    /// Concurrent runs that Lambda reserves for each function, which is also the maximum. At least 2. A change updates the
    /// functions in place. Default: unset.
    pub reserved_concurrency: Option<Input<u32>>,
    /// Subnets and security groups of the functions. Default: the functions are in no VPC of yours.
    pub vpc: Option<VpcArgs>,
    /// Rules that report, score, history, metrics and alarms include: `own`, the rules of this deployment, or `all`, every
    /// rule that the aggregator reports, such as those of Security Hub. Notices always cover the rules of this deployment
    /// only. `all` makes the history larger.
    pub counted_rules: CountedRules,
}

/// Architecture of the functions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum FunctionArchitecture {
    /// x86-64.
    #[default]
    #[serde(rename = "x86_64")]
    X86_64,
    /// Arm.
    #[serde(rename = "arm64")]
    Arm64,
}

impl FunctionArchitecture {
    /// As Lambda names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
}

impl Default for FunctionsSettingsArgs {
    fn default() -> Self {
        Self {
            memory_mib: 256.into(),
            architecture: FunctionArchitecture::default(),
            timeout_seconds: 900.into(),
            log_retention_days: 7.into(),
            schedule: "rate(6 hours)".into(),
            reserved_concurrency: None,
            vpc: None,
            counted_rules: CountedRules::default(),
        }
    }
}

/// Days that most frameworks want logs to be kept at least: the default of the rule CW_LOGGROUP_RETENTION_PERIOD_CHECK.
const LONG_LOG_RETENTION_DAYS: u32 = 365;

impl FunctionsSettingsArgs {
    /// With logs that are kept as long as frameworks want it, where they are not kept longer already.
    pub fn hardened(mut self) -> Self {
        self.log_retention_days = self.log_retention_days.output().map(|days| days.max(LONG_LOG_RETENTION_DAYS)).into();
        self
    }

    /// Judges what the ranges leave open.
    pub fn check(&self, checks: &mut Checks) {
        checks.input("logRetentionDays", &self.log_retention_days, bounds::log_retention_days);
        checks.input("schedule", &self.schedule, |schedule| bounds::schedule(schedule));
        if let Some(runs) = &self.reserved_concurrency {
            checks.input("reservedConcurrency", runs, bounds::reserved_concurrency);
        }
        if let Some(vpc) = &self.vpc {
            checks.under("vpc", |checks| vpc.check(checks));
        }
        let timeout = self.timeout_seconds.given().and_then(|given| given.value.as_ref().copied());
        checks.warn_input("schedule", &self.schedule, |schedule| match (bounds::runs(schedule), timeout) {
            (Some(bounds::Runs { last_year: Some(year), .. }), _) => {
                Err(InvalidValue::new(format!("processing does not run any more after {year}")))
            }
            (Some(runs), Some(timeout)) if runs.shortest_seconds < u64::from(timeout) => Err(InvalidValue::new(
                format!("runs may overlap: one may take the {timeout} seconds of `timeoutSeconds`"),
            )),
            _ => Ok(()),
        });
    }
}
