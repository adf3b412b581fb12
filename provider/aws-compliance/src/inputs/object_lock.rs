//! Whether versions of reports are protected from deletion, and for how long.

use compliance_types::choices::ObjectLockMode;
use functions_core::configuration::ObjectLock;
use pulumi_component::Checks;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most days that a report is locked: the longest that reports are kept.
const MOST_DAYS: u32 = 3653;

/// S3 Object Lock of the report bucket. It can be enabled at any time and cannot be disabled.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ObjectLockArgs {
    /// Who may delete a locked report: with `governance` whoever has `s3:BypassGovernanceRetention`, with `compliance` no one,
    /// not even the root user. Requires `days`. Default: `governance`.
    pub mode: Option<ObjectLockMode>,
    /// Number of days, from the start of its run, that the files of each report are locked. Range: 1-3653. Default: nothing is
    /// locked automatically.
    pub days: Option<u32>,
}

impl ObjectLockArgs {
    /// Checks both, and how they go together.
    pub fn check(self, checks: &mut Checks) {
        match self.days {
            Some(days) if !(1..=MOST_DAYS).contains(&days) => {
                checks.error("days", format!("expected 1 to {MOST_DAYS} days, got {days}"));
            }
            None if self.mode.is_some() => {
                checks.error("mode", "has no effect without `days`: set the number of days, or remove this");
            }
            _ => {}
        }
    }

    /// As the functions read it; `None` where they lock nothing.
    pub fn of_reports(self) -> Option<ObjectLock> {
        self.days.map(|days| ObjectLock { days, mode: self.mode.unwrap_or_default() })
    }
}
