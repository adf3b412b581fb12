//! Where reports are kept and for how long.

use pulumi_component::{Checks, Input, InvalidValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;
use crate::inputs::object_lock::ObjectLockArgs;
use crate::inputs::on_destroy::OnDestroy;

/// Most days that reports are kept.
const MOST_RETENTION_DAYS: u64 = 3653;

/// Settings of the report bucket.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ReportsArgs {
    /// Number of days to retain reports. The evaluation history and the remediation ledger are retained for 400 days.
    #[schemars(range(min = 1, max = 3653))]
    pub retention_days: Input<u32>,
    /// Name of the bucket to create: 3 to 63 of a-z, 0-9, hyphen and full stop, with a letter or digit at both ends.
    /// Bucket names are global. Default: `PREFIX-reports-ACCOUNT-REGION`.
    pub bucket_name: Option<Input<String>>,
    /// What `pulumi destroy` does with the report bucket and the KMS key: `retain` both, `delete` both, or `refuse` to
    /// destroy the stack. A changed value takes effect with the next `pulumi up`. Default: `retain`.
    pub on_destroy: Option<OnDestroy>,
    /// Former name of `onDestroy: delete`.
    pub force_destroy: bool,
    /// Whether a changed `namePrefix` or `reports.bucketName` may replace the report bucket. The old bucket and its objects
    /// are retained, and reports continue in the new one. Requires that the stack was deployed with `onDestroy: retain`
    /// before. By default such a change is refused.
    pub allow_replacement: bool,
    /// Enables S3 Object Lock for the bucket, and locks the files of each report for a number of days. Default: not enabled.
    pub object_lock: Option<ObjectLockArgs>,
}

impl Default for ReportsArgs {
    fn default() -> Self {
        Self {
            retention_days: 30.into(),
            bucket_name: None,
            on_destroy: None,
            force_destroy: false,
            allow_replacement: false,
            object_lock: None,
        }
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
                let wrong = InvalidValue::new(format!(
                    "by `functions.schedule` up to {gap} days pass between two runs: the last report is deleted before the \
                     next one is compared with it, and every finding is new again"
                ));
                Err(if gap <= MOST_RETENTION_DAYS { wrong.nearest(gap) } else { wrong })
            }
        });
    }

    /// What becomes of bucket and key when the stack is destroyed.
    pub fn on_destroy(&self) -> OnDestroy {
        self.on_destroy.unwrap_or(if self.force_destroy { OnDestroy::Delete } else { OnDestroy::Retain })
    }

    /// Judges the bucket's name and what becomes of the bucket.
    pub fn check(&self, checks: &mut Checks) {
        if self.force_destroy && self.on_destroy.is_some_and(|given| given != OnDestroy::Delete) {
            checks.error(
                "forceDestroy",
                format!(
                    "is the former name of `onDestroy: delete` and contradicts `onDestroy: {}`: remove `forceDestroy`",
                    self.on_destroy().name()
                ),
            );
        }
        if self.allow_replacement && self.on_destroy() != OnDestroy::Retain {
            checks.error(
                "allowReplacement",
                "requires `onDestroy: retain`, because a replaced bucket would be deleted with everything in it, or is protected: set it and run \
                 `pulumi up` once before the replacement",
            );
        }
        if let Some(lock) = self.object_lock {
            checks.under("objectLock", |checks| lock.check(checks));
            self.check_lock(lock, checks);
        }
        if let Some(name) = &self.bucket_name {
            checks.input("bucketName", name, |name| bounds::bucket_name(name));
        }
    }

    /// Judges how long reports are locked beside how long they are kept.
    fn check_lock(&self, lock: ObjectLockArgs, checks: &mut Checks) {
        let Some(days) = lock.days else { return };
        if self.on_destroy() == OnDestroy::Delete {
            let path = if self.on_destroy.is_some() { "onDestroy" } else { "forceDestroy" };
            let reason = "`objectLock.days` locks reports, and S3 does not delete a bucket with locked versions: use `onDestroy: \
                          retain`, or remove `objectLock.days`";
            checks.error(path, reason);
        }
        checks.warn_input("retentionDays", &self.retention_days, |retained| match *retained >= days {
            true => Ok(()),
            false => Err(InvalidValue::new(format!(
                "reports expire after {retained} days and are locked for {days}: until then they remain, and are billed, as \
                 previous versions"
            ))
            .nearest(days)),
        });
    }
}
