//! The bucket that keeps reports, history, ledger and runbooks, and how long it keeps them.

use account_look::{NamesakeKind, PlannedResource};
use aws_resources::{PolicyDocument, Statement, s3};
use functions_core::key::QUERIES_PREFIX;
use functions_core::runbook::Runbook;
use pulumi_component::value::PropertyPath;
use pulumi_component::{
    Checks, Context, Error, Input, Output, Outputs, PreparedComponent, ResourceOptions, Scope, TypeToken, interpolate,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::existing::found::Planned;
use crate::account::facts::AccountFacts;
use crate::account::prepared::Prepared;
use crate::inputs::bounds;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::object_lock::ObjectLockArgs;
use crate::inputs::on_destroy::{ON_DESTROY_TAG, OnDestroy};
use crate::inputs::reports::ReportsArgs;
use crate::inputs::tags::{Tags, TextTags};
use crate::parts::part::Part;
use crate::parts::recorder::role;
use crate::parts::tags;
use crate::plan::cost::RECORD_RETENTION_DAYS;
use crate::plan::runbooks::RUNBOOKS;

/// Days that the results of queries over the history are kept.
const QUERY_RETENTION_DAYS: u32 = 7;
/// Days that an overwritten or deleted version can be brought back.
const NONCURRENT_DAYS: i32 = 30;
/// Days after which an upload that never ended is removed.
const INCOMPLETE_UPLOAD_DAYS: i32 = 7;

/// Inputs of [`ReportStore`].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportStoreArgs {
    /// Start of the bucket's name: a-z, 0-9 and hyphen.
    #[serde(default)]
    pub name_prefix: NamePrefix,
    /// Tags of the bucket.
    #[serde(default)]
    #[schemars(with = "TextTags")]
    pub tags: Tags,
    /// ARN of the KMS key that encrypts the objects.
    pub kms_key_arn: Input<String>,
    /// Settings of the report bucket.
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

/// The bucket as a part of the whole.
pub const PART: Part = Part {
    check: |args, checks| {
        checks.under("reports", |checks| {
            args.reports.check(checks);
            args.reports.check_schedule(&args.functions.schedule, checks);
        });
    },
    claim: |whole, request| {
        let path: PropertyPath = match whole.args.reports.bucket_name {
            Some(_) => ["reports", "bucketName"].into(),
            None => "namePrefix".into(),
        };
        let planned = |name| PlannedResource { kind: NamesakeKind::Bucket, path: path.clone(), name };
        request.resources.extend(whole.bucket_name().map(planned));
    },
    ..Part::of::<ReportStore>("reports")
};

impl ComplianceMonitoringArgs {
    /// What this part of the whole is given.
    pub(super) fn report_store(&self, key: &Output<String>, prepared: &Prepared) -> ReportStoreArgs {
        ReportStoreArgs {
            name_prefix: self.name_prefix.clone(),
            tags: self.tags.clone(),
            kms_key_arn: key.into(),
            reports: ReportsArgs {
                object_lock: self.reports.object_lock.or(self.hardened.then(ObjectLockArgs::default)),
                ..self.reports.clone()
            },
            config_delivery: self.delivers(prepared),
        }
    }
}

impl PreparedComponent for ReportStore {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:ReportStore");
    type Args = ReportStoreArgs;
    type Prepared = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        checks.input("kmsKeyArn", &args.kms_key_arn, |arn| bounds::key_arn(arn));
        checks.under("reports", |checks| args.reports.check(checks));
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, Error> {
        let facts = AccountFacts::look(context).await?.admit_tags(&args.tags)?.admit_key(&args.kms_key_arn)?;
        let planned = Planned::bucket_alone(&args.name_prefix, &args.reports, &facts);
        facts.admit_names(context, planned).await
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, Error> {
        let on_destroy = args.reports.on_destroy();
        // What describes the bucket stays with it: without its policy and its encryption it would not be the same.
        let kept = || on_destroy.of(ResourceOptions::default());
        let name = args
            .reports
            .bucket_name
            .clone()
            .unwrap_or_else(|| args.name_prefix.bucket(&facts.account_id(), &facts.region()).into());
        let bucket = s3::Bucket::child(scope, "bucket")
            .bucket(name)
            .force_destroy(on_destroy == OnDestroy::Delete)
            .tags(tags::owned_with(&args.tags, facts, [(ON_DESTROY_TAG, on_destroy.name())]))
            // The key goes last: were it gone before a bucket that is not empty, nobody could read what is in there.
            .options(facts.adoption().bucket(kept().and_depends_on_origin_of(args.kms_key_arn.output())))
            .register();
        let name = || Input::from(bucket.id());

        let default_encryption =
            s3::BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefault::new("aws:kms")
                .kms_master_key_id(&args.kms_key_arn);
        let rule = s3::BucketServerSideEncryptionConfigurationRule::new()
            .apply_server_side_encryption_by_default(default_encryption)
            .bucket_key_enabled(true);
        s3::BucketServerSideEncryptionConfiguration::child(scope, "encryption", name(), vec![rule.into()])
            .options(kept().delete_before_replace())
            .register();

        let versioning = s3::BucketVersioning::child(
            scope,
            "versioning",
            name(),
            s3::BucketVersioningVersioningConfiguration::new("Enabled"),
        )
        .options(kept().delete_before_replace())
        .register();
        let lock = args.reports.object_lock.map(|_| {
            s3::BucketObjectLockConfiguration::child(scope, "object-lock", name())
                // S3 locks versions alone.
                .options(kept().delete_before_replace().and_depends_on(&versioning))
                .register()
        });

        s3::BucketOwnershipControls::child(
            scope,
            "ownership",
            name(),
            s3::BucketOwnershipControlsRule::new("BucketOwnerEnforced"),
        )
        .options(kept().delete_before_replace())
        .register();

        let public_access = s3::BucketPublicAccessBlock::child(scope, "public-access", name())
            .block_public_acls(true)
            .block_public_policy(true)
            .ignore_public_acls(true)
            .restrict_public_buckets(true)
            .options(kept().delete_before_replace())
            .register();

        let delivery = args.config_delivery.then(|| role::bucket_statements(&bucket.arn(), facts));
        let policy = PolicyDocument::new(delivery.into_iter().flatten().chain([tls_only(&bucket)]));
        let policy = s3::BucketPolicy::child(scope, "policy", name(), policy)
            // S3 refuses a policy and an access block that change at the same time.
            .options(kept().delete_before_replace().and_depends_on(&public_access))
            .register();

        s3::BucketLifecycleConfiguration::child(scope, "lifecycle", name())
            .rules(lifecycle(&args.reports))
            // Non-current versions mean something only where there are versions.
            .options(kept().delete_before_replace().and_depends_on(&versioning))
            .register();

        // An object that is written before the bucket has versions has none in its state, and `destroy` then deletes it
        // without one: the object stays as a non-current version, and S3 refuses to delete the bucket. The name that others
        // get is that of the versioning, so that everything in the bucket comes after it.
        let versioned = versioning.bucket();
        for &(name, page) in RUNBOOKS {
            let runbook = Runbook::new(name);
            s3::BucketObjectv2::child(scope, &format!("runbook-{name}"), &versioned)
                .key(runbook.key())
                .content(page)
                // A browser shows it; as Markdown it would be downloaded.
                .content_type("text/plain; charset=utf-8")
                .server_side_encryption("aws:kms")
                .kms_key_id(&args.kms_key_arn)
                .set_tags(tags::of_object(&args.tags))
                .override_provider(tags::without_default_tags())
                .options(kept())
                .register();
        }

        let bucket_name = match args.config_delivery {
            // AWS Config tries to write as soon as it is given the bucket.
            true => versioned.zip(&policy.id()).map(|(name, _)| name),
            false => versioned,
        };
        // S3 refuses to lock what is written before the bucket has it enabled.
        let locks = args.reports.object_lock.is_some_and(|given| given.days.is_some());
        let bucket_name = match lock.filter(|_| locks) {
            Some(lock) => bucket_name.zip(&lock.id()).map(|(name, _)| name),
            None => bucket_name,
        };
        Ok(Self { bucket_name, bucket_arn: bucket.arn() })
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
