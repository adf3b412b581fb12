//! Where reports are kept and for how long.

use pulumi_component::{Checks, Input, Wrong};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;

/// Most days that reports are kept.
const MOST_RETENTION_DAYS: u64 = 3653;

/// Where reports are kept and for how long.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ReportsArgs {
    /// Days that reports are kept. The evaluation history and the ledger of remediations are kept 400 days.
    #[schemars(range(min = 1, max = 3653))]
    pub retention_days: Input<u32>,
    /// Name of the bucket to create: 3 to 63 of a-z, 0-9, hyphen and full stop, with a letter or digit at both ends.
    /// Bucket names are global. Default: `PREFIX-reports-ACCOUNT-REGION`.
    pub bucket_name: Option<Input<String>>,
    /// Whether `destroy` deletes the reports along with the bucket. Without it, `destroy` stops at a bucket that is not
    /// empty.
    pub force_destroy: Input<bool>,
    /// Whether the bucket can lock versions of objects (S3 Object Lock); nothing is locked by itself. Decide it before
    /// the first deployment: a change makes another bucket.
    pub object_lock: bool,
}

impl Default for ReportsArgs {
    fn default() -> Self {
        Self { retention_days: 30.into(), bucket_name: None, force_destroy: false.into(), object_lock: false }
    }
}

impl ReportsArgs {
    /// Warns where a report is deleted before the next run has compared itself with it.
    pub fn check_schedule(&self, schedule: &Input<String>, checks: &mut Checks) {
        let Some(runs) = bounds::known_runs(schedule) else { return };
        let gap = runs.longest_days();
        checks.warn_input("retentionDays", &self.retention_days, |days| match u64::from(*days) >= gap {
            true => Ok(()),
            false => {
                let wrong = Wrong::new(format!(
                    "by `functions.schedule` up to {gap} days pass between two runs: the last report is deleted before the \
                     next one is compared with it, and every finding is new again"
                ));
                Err(if gap <= MOST_RETENTION_DAYS { wrong.nearest(gap) } else { wrong })
            }
        });
    }

    /// Judges the bucket's name.
    pub fn check(&self, checks: &mut Checks) {
        if let Some(name) = &self.bucket_name {
            checks.input("bucketName", name, |name| bounds::bucket_name(name));
        }
    }
}
