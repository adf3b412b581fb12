//! The history as a table: a Glue table over the Parquet files that aggregation writes, and an Athena workgroup to ask it.
//!
//! The columns come from `functions/core`, where the files have them from. The table is partitioned by day alone, and the
//! days are computed and not listed: nothing has to be added when a day, an account or a region is new.

use std::collections::BTreeMap;

use account_look::NamesakeKind;
use aws_resources::{athena, glue};
use functions_core::history::{COLUMNS, Column, Kind, PARTITION};
use functions_core::key::{HISTORY_PREFIX, QUERIES_PREFIX};
use pulumi_component::{
    Checks, Context, Error, Input, Output, Outputs, PreparedComponent, ResourceOptions, Scope, TypeToken, interpolate,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::facts::AccountFacts;
use crate::inputs::bounds;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::tags::{Tags, TextTags};
use crate::parts::part::Part;
use crate::parts::report_store::ReportStore;
use crate::parts::tags;
use crate::plan::cost::RECORD_RETENTION_DAYS;

/// Name of the table, in a database of our own.
const TABLE: &str = "evaluations";

/// Inputs of [`History`].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HistoryArgs {
    /// Start of the names of database and workgroup: a-z, 0-9 and hyphen.
    #[serde(default)]
    pub name_prefix: NamePrefix,
    /// Tags of database and workgroup.
    #[serde(default)]
    #[schemars(with = "TextTags")]
    pub tags: Tags,
    /// Name of the bucket that keeps the history.
    pub bucket_name: Input<String>,
    /// ARN of the KMS key that encrypts what a query leaves in the bucket.
    pub kms_key_arn: Input<String>,
}

/// The history of evaluations as a table that Athena reads, with a workgroup that keeps its results in the bucket.
#[derive(Debug, Outputs)]
pub struct History {
    /// Name of the Glue database.
    pub database_name: Output<String>,
    /// Name of the table in it.
    pub table_name: Output<String>,
    /// Name of the Athena workgroup.
    pub workgroup_name: Output<String>,
}

/// The history as a part of the whole.
pub const PART: Part = Part {
    claim: |whole, request| {
        if whole.args.history.enabled {
            let prefix = &whole.args.name_prefix;
            request.resources.extend(whole.resources(NamesakeKind::Database, [prefix.history_database()]));
            request.resources.extend(whole.resources(NamesakeKind::Workgroup, [prefix.history_workgroup()]));
        }
    },
    ..Part::of::<History>("history")
};

impl ComplianceMonitoringArgs {
    /// What this part of the whole is given.
    pub(super) fn history(&self, key: &Output<String>, reports: &ReportStore) -> HistoryArgs {
        HistoryArgs {
            name_prefix: self.name_prefix.clone(),
            tags: self.tags.clone(),
            bucket_name: reports.bucket_name.clone().into(),
            kms_key_arn: key.into(),
        }
    }
}

impl PreparedComponent for History {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:History");
    type Args = HistoryArgs;
    type Prepared = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        checks.input("bucketName", &args.bucket_name, |name| bounds::bucket_name(name));
        checks.input("kmsKeyArn", &args.kms_key_arn, |arn| bounds::key_arn(arn));
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, Error> {
        AccountFacts::look(context).await?.admit_tags(&args.tags)?.admit_key(&args.kms_key_arn)
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, Error> {
        let adopted = |kind, name: &str| facts.adoption().of(kind, name, ResourceOptions::default());
        let database = glue::CatalogDatabase::child(scope, "database")
            .options(adopted(NamesakeKind::Database, &args.name_prefix.history_database()))
            .name(args.name_prefix.history_database())
            .description("Evaluation results of AWS Config, by run")
            .tags(tags::owned(&args.tags, facts))
            .register();

        let place = interpolate!("s3://{}/{}", &args.bucket_name, HISTORY_PREFIX);
        let table = glue::CatalogTable::child(scope, "table", database.name())
            .name(TABLE)
            .description("One row for each evaluation result of each run")
            .table_type("EXTERNAL_TABLE")
            .parameters(projection(&place))
            .partition_keys(vec![glue::CatalogTablePartitionKey::new(PARTITION).r#type("string").into()])
            .storage_descriptor(storage(&place))
            .register();

        let encryption = athena::WorkgroupConfigurationResultConfigurationEncryptionConfiguration::new()
            .encryption_option("SSE_KMS")
            .kms_key_arn(&args.kms_key_arn);
        let results = athena::WorkgroupConfigurationResultConfiguration::new()
            .output_location(interpolate!("s3://{}/{}", &args.bucket_name, QUERIES_PREFIX))
            .encryption_configuration(encryption);
        let workgroup = athena::Workgroup::child(scope, "workgroup")
            .options(adopted(NamesakeKind::Workgroup, &args.name_prefix.history_workgroup()))
            .name(args.name_prefix.history_workgroup())
            .description("Queries over the history of evaluations")
            .configuration(
                athena::WorkgroupConfiguration::new()
                    // Whoever asks, the results go where the lifecycle and the key are.
                    .enforce_workgroup_configuration(true)
                    .publish_cloudwatch_metrics_enabled(false)
                    .result_configuration(results),
            )
            // What a workgroup holds is a list of past queries.
            .force_destroy(true)
            .tags(tags::owned(&args.tags, facts))
            .register();

        Ok(Self { database_name: database.name(), table_name: table.name(), workgroup_name: workgroup.name() })
    }
}

/// How Athena knows the days (Amazon Athena User Guide, "Set up partition projection"): as many as the bucket keeps.
fn projection(place: &Output<String>) -> BTreeMap<String, Input<String>> {
    let of_days = |setting: &str| format!("projection.{PARTITION}.{setting}");
    let folder = format!("{PARTITION}=${{{PARTITION}}}/");
    BTreeMap::from([
        ("EXTERNAL".to_owned(), "TRUE".into()),
        ("classification".to_owned(), "parquet".into()),
        ("projection.enabled".to_owned(), "true".into()),
        (of_days("type"), "date".into()),
        (of_days("format"), "yyyy-MM-dd".into()),
        (of_days("range"), format!("NOW-{RECORD_RETENTION_DAYS}DAYS,NOW").into()),
        (of_days("interval"), "1".into()),
        (of_days("interval.unit"), "DAYS".into()),
        ("storage.location.template".to_owned(), interpolate!("{}{}", place, folder).into()),
    ])
}

fn storage(place: &Output<String>) -> glue::CatalogTableStorageDescriptor {
    let parquet = "org.apache.hadoop.hive.ql.io.parquet";
    let columns = COLUMNS.map(|Column { name, kind }| {
        let kind = match kind {
            Kind::Text => "string",
            Kind::Timestamp => "timestamp",
        };
        glue::CatalogTableStorageDescriptorColumn::new(name).r#type(kind).into()
    });
    glue::CatalogTableStorageDescriptor::new()
        .location(place)
        .columns(columns.to_vec())
        .input_format(format!("{parquet}.MapredParquetInputFormat"))
        .output_format(format!("{parquet}.MapredParquetOutputFormat"))
        .ser_de_info(
            glue::CatalogTableStorageDescriptorSerDeInfo::new()
                .serialization_library(format!("{parquet}.serde.ParquetHiveSerDe")),
        )
}
