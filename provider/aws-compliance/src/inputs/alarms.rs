//! Which alarms there are, and when they go off.

use compliance_types::severity::Severity;
use pulumi_component::{Checks, Input, InvalidValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;

/// CloudWatch looks back at most a week (CloudWatch API Reference, "PutMetricAlarm").
const MOST_HOURS: u64 = 7 * 24;

/// Alarms on the monitor itself and on its results.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AlarmsSettingsArgs {
    /// Whether to create alarms.
    pub enabled: bool,
    /// Severities whose open findings trigger the alarm `non-compliance`. Default: `critical` and `high`.
    pub severities: Vec<Severity>,
    /// Number of points by which the score must fall within about a day to trigger the alarm `score-fell`.
    #[schemars(range(min = 1, max = 100))]
    pub score_drop: Input<u32>,
    /// Number of hours without a full run of processing, or without a report of aggregation, after which the alarm is
    /// triggered. Must be longer than the gap between two runs of `functions.schedule`.
    #[schemars(range(min = 1, max = 168))]
    pub silent_hours: Input<u32>,
}

impl Default for AlarmsSettingsArgs {
    fn default() -> Self {
        let severities = vec![Severity::Critical, Severity::High];
        Self { enabled: true, severities, score_drop: 10.into(), silent_hours: 13.into() }
    }
}

impl AlarmsSettingsArgs {
    /// Checks the severities.
    pub fn check_severities(&self, checks: &mut Checks) {
        if self.severities.is_empty() {
            checks.error(
                "severities",
                "expected at least one, such as `critical`; to have no alarms, set `enabled` to false",
            );
        }
        bounds::check_once(checks, "severities", &self.severities);
    }

    /// Checks the severities, and warns where the functions are silent that long by their schedule.
    pub fn check(&self, schedule: &Input<String>, checks: &mut Checks) {
        self.check_severities(checks);
        let Some(runs) = bounds::known_runs(schedule).filter(|_| self.enabled) else { return };
        let gap = runs.longest_hours();
        checks.warn_input("silentHours", &self.silent_hours, |hours| match u64::from(*hours) > gap {
            true => Ok(()),
            false if gap < MOST_HOURS => {
                let reason = format!(
                    "by `functions.schedule` up to {gap} hours pass between two runs: the alarm goes off each time"
                );
                Err(InvalidValue::new(reason).nearest(gap + 1))
            }
            false => Err(InvalidValue::new(format!(
                "by `functions.schedule` {gap} hours pass between two runs, and `silentHours` is at most {MOST_HOURS}: the alarm goes \
                 off each time; let `functions.schedule` run more often than once a week, or set `alarms.enabled` to false"
            ))),
        });
    }
}
