//! The bucket that keeps reports, history, ledger and runbooks, and how long it keeps them.

use aws_resources::{PolicyDocument, Statement, s3};
use functions_core::configuration::ReportedRules;
use functions_core::key::QUERIES_PREFIX;
use functions_core::runbook::Runbook;
use pulumi_component::{
    Checks, Component, ConstructError, Context, Input, Output, Outputs, ResourceOptions, Scope, TypeToken, Wrong,
    depends_on, interpolate,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::facts::AccountFacts;
use crate::inputs::bounds;
use crate::inputs::tags::{self, Tags};
use crate::parts::recorder::role;
use crate::plan::names::NamePrefix;

/// Days that the evaluation history and the ledger of remediations are kept: a year and the month to look back on it.
pub(crate) const RECORD_RETENTION_DAYS: u32 = 400;
/// Most days that reports are kept.
const MOST_RETENTION_DAYS: u64 = 3653;
/// Days that the results of queries over the history are kept.
const QUERY_RETENTION_DAYS: u32 = 7;
/// Days that an overwritten or deleted version can be brought back.
const NONCURRENT_DAYS: i32 = 30;
/// Days after which an upload that never ended is removed.
const INCOMPLETE_UPLOAD_DAYS: i32 = 7;

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
    /// Whether the evaluation history is a table that Athena queries: a Glue database and an Athena workgroup. The history
    /// itself is written in any case.
    pub history: bool,
    /// Rules that count in report, score, history, metrics and alarms: `own`, the rules of this deployment, or `all`, every
    /// rule that the aggregator reports, such as those of Security Hub. Notices are about the rules of this deployment in
    /// either case. `all` reads as many results, and writes more of them: the history grows with each.
    pub rules: CountedRules,
}

/// Which rules count in reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CountedRules {
    /// The rules of this deployment.
    #[default]
    Own,
    /// Every rule that the aggregator reports, whoever deployed it.
    All,
}

impl CountedRules {
    /// As the functions read it.
    pub const fn reported(self) -> ReportedRules {
        match self {
            Self::Own => ReportedRules::Own,
            Self::All => ReportedRules::All,
        }
    }
}

impl Default for ReportsArgs {
    fn default() -> Self {
        Self {
            retention_days: 30.into(),
            bucket_name: None,
            force_destroy: false.into(),
            object_lock: false,
            history: true,
            rules: CountedRules::Own,
        }
    }
}

impl ReportsArgs {
    /// Warns where a report is deleted before the next run has compared itself with it.
    pub(crate) fn check_schedule(&self, schedule: &Input<String>, checks: &mut Checks) {
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

/// Inputs of [`ReportStore`].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportStoreArgs {
    /// Start of the bucket's name: a-z, 0-9 and hyphen.
    #[serde(default)]
    pub name_prefix: NamePrefix,
    /// Tags of the bucket.
    #[serde(default)]
    pub tags: Tags,
    /// ARN of the KMS key that encrypts the objects.
    pub kms_key_arn: Input<String>,
    /// Where reports are kept and for how long.
    #[serde(default)]
    pub reports: ReportsArgs,
    /// Whether AWS Config of this account may deliver to the bucket, under `AWSLogs/`, as `Recorder` needs it.
    #[serde(default)]
    pub config_delivery: bool,
}

/// An encrypted, versioned, private bucket for reports, with a lifecycle for each kind of record.
#[derive(Debug, Outputs)]
pub struct ReportStore {
    /// Name of the bucket.
    pub bucket_name: Output<String>,
    /// ARN of the bucket.
    pub bucket_arn: Output<String>,
}

impl Component for ReportStore {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:ReportStore");
    type Args = ReportStoreArgs;
    type Facts = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        checks.input("kmsKeyArn", &args.kms_key_arn, |arn| bounds::key_arn(arn));
        checks.under("reports", |checks| args.reports.check(checks));
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, ConstructError> {
        AccountFacts::look(context).await?.admit_key(&args.kms_key_arn)
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, ConstructError> {
        let name = args.reports.bucket_name.clone().unwrap_or_else(|| args.name_prefix.bucket(facts).into());
        let bucket = s3::Bucket::child(scope, "bucket")
            .bucket(name)
            .force_destroy(args.reports.force_destroy.clone())
            .set_object_lock_enabled(args.reports.object_lock.then(|| true.into()))
            .set_tags(tags::input(&args.tags))
            // The key goes last: were it gone before a bucket that is not empty, nobody could read what is in there.
            .options(ResourceOptions::default().and_depends_on_origin_of(args.kms_key_arn.output()))
            .register();
        let name = || Input::from(bucket.id());

        let default_encryption =
            s3::BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefault::new("aws:kms")
                .kms_master_key_id(&args.kms_key_arn);
        let rule = s3::BucketServerSideEncryptionConfigurationRule::new()
            .apply_server_side_encryption_by_default(default_encryption)
            .bucket_key_enabled(true);
        let required = s3::bucket_server_side_encryption_configuration::Required {
            bucket: name(),
            rules: vec![rule.into()].into(),
        };
        s3::BucketServerSideEncryptionConfiguration::child(scope, "encryption", required).register();

        let required = s3::bucket_versioning::Required {
            bucket: name(),
            versioning_configuration: s3::BucketVersioningVersioningConfiguration::new("Enabled").into(),
        };
        let versioning = s3::BucketVersioning::child(scope, "versioning", required).register();

        let required = s3::bucket_ownership_controls::Required {
            bucket: name(),
            rule: s3::BucketOwnershipControlsRule::new("BucketOwnerEnforced").into(),
        };
        s3::BucketOwnershipControls::child(scope, "ownership", required).register();

        let required = s3::bucket_public_access_block::Required { bucket: name() };
        let public_access = s3::BucketPublicAccessBlock::child(scope, "public-access", required)
            .block_public_acls(true)
            .block_public_policy(true)
            .ignore_public_acls(true)
            .restrict_public_buckets(true)
            .register();

        let delivery = args.config_delivery.then(|| role::bucket_statements(&bucket.arn(), facts));
        let policy = PolicyDocument::new(delivery.into_iter().flatten().chain([tls_only(&bucket)]));
        let required = s3::bucket_policy::Required { bucket: name(), policy: policy.into() };
        let policy = s3::BucketPolicy::child(scope, "policy", required)
            // S3 refuses a policy and an access block that change at the same time.
            .options(depends_on(&public_access))
            .register();

        let required = s3::bucket_lifecycle_configuration::Required { bucket: name() };
        s3::BucketLifecycleConfiguration::child(scope, "lifecycle", required)
            .rules(lifecycle(&args.reports))
            // Non-current versions mean something only where there are versions.
            .options(depends_on(&versioning))
            .register();

        // An object that is written before the bucket has versions has none in its state, and `destroy` then deletes it
        // without one: the object stays as a non-current version, and S3 refuses to delete the bucket. The name that others
        // get is that of the versioning, so that everything in the bucket comes after it.
        let versioned = versioning.bucket();
        for runbook in Runbook::ALL {
            let required = s3::bucket_objectv2::Required { bucket: (&versioned).into() };
            s3::BucketObjectv2::child(scope, &format!("runbook-{}", runbook.name()), required)
                .key(runbook.key())
                .content(page(runbook))
                // A browser shows it; as Markdown it would be downloaded.
                .content_type("text/plain; charset=utf-8")
                .server_side_encryption("aws:kms")
                .kms_key_id(&args.kms_key_arn)
                .set_tags(tags::of_object(&args.tags))
                .override_provider(tags::without_default_tags())
                .register();
        }

        let bucket_name = match args.config_delivery {
            // AWS Config tries to write as soon as it is given the bucket.
            true => versioned.zip(&policy.id()).map(|(name, _)| name),
            false => versioned,
        };
        Ok(Self { bucket_name, bucket_arn: bucket.arn() })
    }
}

/// What to do, for who is told.
fn page(runbook: Runbook) -> &'static str {
    match runbook {
        Runbook::DeadLetters => include_str!("../../../../docs/runbooks/dead-letters.md"),
        Runbook::DeliveryLost => include_str!("../../../../docs/runbooks/delivery-lost.md"),
        Runbook::FunctionErrors => include_str!("../../../../docs/runbooks/function-errors.md"),
        Runbook::FunctionSilent => include_str!("../../../../docs/runbooks/function-silent.md"),
        Runbook::NonCompliance => include_str!("../../../../docs/runbooks/non-compliance.md"),
        Runbook::PackIncomplete => include_str!("../../../../docs/runbooks/pack-incomplete.md"),
        Runbook::RecorderStopped => include_str!("../../../../docs/runbooks/recorder-stopped.md"),
        Runbook::ScoreFell => include_str!("../../../../docs/runbooks/score-fell.md"),
    }
}

/// Refuses every request that does not come over TLS.
fn tls_only(bucket: &s3::Bucket) -> Statement {
    Statement::deny("TlsOnly")
        .everyone()
        .actions(["s3:*"])
        .on(bucket.arn())
        .on(interpolate!("{}/*", bucket.arn()))
        .when("Bool", "aws:SecureTransport", "false")
}

/// Two rules for each kind of record: S3 takes days and the removal of delete markers only in rules apart.
fn lifecycle(reports: &ReportsArgs) -> Vec<Input<s3::BucketLifecycleConfigurationRule>> {
    let retention = [
        ("reports", reports.retention_days.clone()),
        ("history", RECORD_RETENTION_DAYS.into()),
        ("ledger", RECORD_RETENTION_DAYS.into()),
        (QUERIES_PREFIX.trim_end_matches('/'), QUERY_RETENTION_DAYS.into()),
    ];
    let rules = retention.into_iter().flat_map(|(kind, days)| {
        let filter = s3::BucketLifecycleConfigurationRuleFilter::new().prefix(format!("{kind}/"));
        let rule = |id: String| s3::BucketLifecycleConfigurationRule::new(id, "Enabled").filter(filter.clone());
        let expiry = rule(kind.to_owned())
            .expiration(s3::BucketLifecycleConfigurationRuleExpiration::new().days(days))
            .noncurrent_version_expiration(s3::BucketLifecycleConfigurationRuleNoncurrentVersionExpiration::new(
                NONCURRENT_DAYS,
            ))
            .abort_incomplete_multipart_upload(
                s3::BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload::new()
                    .days_after_initiation(INCOMPLETE_UPLOAD_DAYS),
            );
        let markers = rule(format!("{kind}-delete-markers"))
            .expiration(s3::BucketLifecycleConfigurationRuleExpiration::new().expired_object_delete_marker(true));
        [expiry.into(), markers.into()]
    });
    rules.collect()
}
