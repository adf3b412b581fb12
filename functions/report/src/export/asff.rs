//! Findings in the AWS Security Finding Format (ASFF), as `BatchImportFindings` takes them.
//!
//! Limits are those of the AWS Security Hub API Reference, "AwsSecurityFinding". An import creates and updates findings, but
//! never changes the workflow status of one that exists: that is for whoever works on it. So a waived finding is one of its own, which
//! is created as suppressed, and the other one is archived.

use compliance_types::{
    arn::{self, Arn},
    region::partition_of_region,
    resource::{ACCOUNT, GLOBAL},
    severity::Severity,
    time::Timestamp,
};
use serde_json::{Map, Value, json};

use super::{PRODUCT, clipped, description, finding_id, hub::Key, remediation, tags, title};
use crate::{findings::FindingRow, model::Breakdown};

/// Most findings of one request.
pub const BATCH: usize = 100;
const TITLE: usize = 256;
const DESCRIPTION: usize = 1_024;
const ID: usize = 512;
const REMEDIATION: usize = 512;
const REQUIREMENTS: usize = 32;
const TAGS: usize = 50;
const FIELD: usize = 2_048;
const REGION: usize = 16;
const KIND: &str = "Software and Configuration Checks/AWS Config";
/// What a waived finding's id ends in.
const WAIVED: &str = "/waived";

/// Whose findings they are, and when they are exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exporter {
    /// The account that imports them.
    pub account: String,
    /// Its region.
    pub region: String,
    /// Time of the run.
    pub time: String,
}

impl Exporter {
    /// The product of the account's own findings (AWS Security Hub User Guide, "Using custom product integrations").
    #[must_use]
    pub fn product_arn(&self) -> String {
        let Self { account, region, .. } = self;
        let product = Arn {
            partition: partition_of_region(region),
            service: "securityhub",
            region,
            account: arn::Account::Id(account),
            resource: &format!("product/{account}/default"),
        };
        product.to_string()
    }

    /// An open finding, or a waived one.
    #[must_use]
    pub fn active(&self, finding: &FindingRow<'_>, rule: Option<&Breakdown>) -> Value {
        let key = Key::of(finding);
        let mut told = self.common(&key, finding.since, (finding.name, finding.arn));
        let controls = rule.map(|rule| rule.controls.as_slice()).unwrap_or_default();
        told.insert("Compliance".to_owned(), json!({
            "Status": "FAILED",
            "RelatedRequirements": controls.iter().take(REQUIREMENTS).map(|one| clipped(one, FIELD)).collect::<Vec<_>>(),
        }));
        told.insert("Description".to_owned(), clipped(&description(finding), DESCRIPTION).into());
        told.insert(
            "FindingProviderFields".to_owned(),
            json!({
                "Severity": { "Label": label(finding.severity), "Original": finding.severity.word() }, "Types": [KIND],
            }),
        );
        told.insert("RecordState".to_owned(), "ACTIVE".into());
        let workflow = if key.waived { "SUPPRESSED" } else { "NEW" };
        told.insert("Workflow".to_owned(), json!({ "Status": workflow }));
        if let Some((text, page)) = remediation(rule) {
            let mut recommendation = json!({ "Text": clipped(&text, REMEDIATION) });
            if let (Some(page), Some(members)) = (page, recommendation.as_object_mut()) {
                members.insert("Url".to_owned(), page.into());
            }
            told.insert("Remediation".to_owned(), json!({ "Recommendation": recommendation }));
        }
        let fields = [("Owner", finding.owner), ("Waiver", finding.waiver)];
        if let Some(Value::Object(members)) = told.get_mut("ProductFields") {
            let given = fields.into_iter().filter(|(_, text)| !text.trim().is_empty());
            members.extend(given.map(|(name, text)| (format!("{PRODUCT}/{name}"), clipped(text, FIELD).into())));
        }
        // An empty value is no tag there.
        let tags: Map<String, Value> = tags(finding)
            .into_iter()
            .filter(|(name, value)| !name.trim().is_empty() && !value.trim().is_empty())
            .take(TAGS)
            .map(|(name, value)| (name, value.into()))
            .collect();
        if let (false, Some(resource)) = (tags.is_empty(), told.get_mut("Resources").and_then(|all| all.get_mut(0)))
            && let Some(members) = resource.as_object_mut()
        {
            members.insert("Tags".to_owned(), tags.into());
        }
        Value::Object(told)
    }

    /// A finding that is fixed, or whose resource is gone, or that is another one now because a waiver began or ended.
    #[must_use]
    pub fn archived(&self, key: &Key, since: &str, (name, arn): (&str, &str)) -> Value {
        let mut told = self.common(key, since, (name, arn));
        told.insert("Compliance".to_owned(), json!({ "Status": "PASSED" }));
        let text = if key.waived {
            "The waiver has ended, or the finding is closed."
        } else {
            "The finding is closed: fixed, waived or its resource deleted."
        };
        told.insert("Description".to_owned(), text.into());
        told.insert(
            "FindingProviderFields".to_owned(),
            json!({ "Severity": { "Label": "INFORMATIONAL" }, "Types": [KIND] }),
        );
        told.insert("RecordState".to_owned(), "ARCHIVED".into());
        // Of a finding that Security Hub does not have yet: where it is active again, a waived one is suppressed still.
        let workflow = if key.waived { "SUPPRESSED" } else { "RESOLVED" };
        told.insert("Workflow".to_owned(), json!({ "Status": workflow }));
        Value::Object(told)
    }

    fn common(&self, key: &Key, since: &str, (name, arn): (&str, &str)) -> Map<String, Value> {
        let since = Timestamp::parse(since).map_or_else(|_| self.time.clone(), |time| time.as_str().to_owned());
        let mut resource = json!({
            "Id": clipped(if arn.is_empty() { &key.resource_id } else { arn }, ID),
            "Type": kind(&key.resource_type),
        });
        if let Some(members) = resource.as_object_mut() {
            if let Some(partition) = partition(&self.region) {
                members.insert("Partition".to_owned(), partition.into());
            }
            if key.region != GLOBAL && key.region.len() <= REGION {
                members.insert("Region".to_owned(), key.region.as_str().into());
            }
        }
        let members = [
            ("AwsAccountId", self.account.as_str().into()),
            ("CreatedAt", since.into()),
            ("GeneratorId", clipped(&key.rule, ID).into()),
            ("Id", key.id().into()),
            ("ProductArn", self.product_arn().into()),
            ("ProductFields", json!({ "aws-compliance/AccountId": key.account, "aws-compliance/Region": key.region })),
            ("ProductName", PRODUCT.into()),
            ("Resources", json!([resource])),
            ("SchemaVersion", "2018-10-08".into()),
            ("Title", clipped(&title(&key.rule, name, &key.resource_id), TITLE).into()),
            ("UpdatedAt", self.time.as_str().into()),
        ];
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl Key {
    /// The id of the finding in Security Hub.
    #[must_use]
    pub fn id(&self) -> String {
        let id = finding_id(&self.account, &self.region, &self.rule, &self.resource_type, &self.resource_id);
        match self.waived {
            false => id,
            true if id.len() + WAIVED.len() <= ID => format!("{id}{WAIVED}"),
            true => format!("{PRODUCT}/{}{WAIVED}", functions_core::sha256::hex(id.as_bytes())),
        }
    }
}

const fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Informational => "INFORMATIONAL",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

/// Security Hub's name of a partition, where it has one.
fn partition(region: &str) -> Option<&'static str> {
    match partition_of_region(region) {
        "aws" => Some("aws"),
        "aws-cn" => Some("aws-cn"),
        "aws-us-gov" => Some("aws-us-gov"),
        "aws-iso" => Some("aws-us-iso"),
        "aws-iso-b" => Some("aws-us-iso-b"),
        _ => None,
    }
}

/// Security Hub's name of a type of resources, `Other` where it has none.
fn kind(resource_type: &str) -> &'static str {
    let known = match resource_type {
        ACCOUNT => "AwsAccount",
        "AWS::ACM::Certificate" => "AwsCertificateManagerCertificate",
        "AWS::ElasticLoadBalancing::LoadBalancer" => "AwsElbLoadBalancer",
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => "AwsElbv2LoadBalancer",
        "AWS::OpenSearch::Domain" => "AwsOpenSearchServiceDomain",
        "AWS::StepFunctions::StateMachine" => "AwsStepFunctionStateMachine",
        _ => "",
    };
    if !known.is_empty() {
        return known;
    }
    let plain = resource_type.replace("::", "");
    KINDS.iter().find(|kind| kind.eq_ignore_ascii_case(&plain)).copied().unwrap_or("Other")
}

/// Types of resources with details of their own (AWS Security Hub API Reference, "ResourceDetails").
const KINDS: [&str; 97] = [
    "AwsAmazonMqBroker",
    "AwsApiGatewayRestApi",
    "AwsApiGatewayStage",
    "AwsApiGatewayV2Api",
    "AwsApiGatewayV2Stage",
    "AwsAppSyncGraphQlApi",
    "AwsAthenaWorkGroup",
    "AwsAutoScalingAutoScalingGroup",
    "AwsAutoScalingLaunchConfiguration",
    "AwsBackupBackupPlan",
    "AwsBackupBackupVault",
    "AwsBackupRecoveryPoint",
    "AwsCertificateManagerCertificate",
    "AwsCloudFormationStack",
    "AwsCloudFrontDistribution",
    "AwsCloudTrailTrail",
    "AwsCloudWatchAlarm",
    "AwsCodeBuildProject",
    "AwsDmsEndpoint",
    "AwsDmsReplicationInstance",
    "AwsDmsReplicationTask",
    "AwsDynamoDbTable",
    "AwsEc2ClientVpnEndpoint",
    "AwsEc2Eip",
    "AwsEc2Instance",
    "AwsEc2LaunchTemplate",
    "AwsEc2NetworkAcl",
    "AwsEc2NetworkInterface",
    "AwsEc2RouteTable",
    "AwsEc2SecurityGroup",
    "AwsEc2Subnet",
    "AwsEc2TransitGateway",
    "AwsEc2Volume",
    "AwsEc2Vpc",
    "AwsEc2VpcEndpointService",
    "AwsEc2VpcPeeringConnection",
    "AwsEc2VpnConnection",
    "AwsEcrContainerImage",
    "AwsEcrRepository",
    "AwsEcsCluster",
    "AwsEcsContainer",
    "AwsEcsService",
    "AwsEcsTask",
    "AwsEcsTaskDefinition",
    "AwsEfsAccessPoint",
    "AwsEksCluster",
    "AwsElasticBeanstalkEnvironment",
    "AwsElasticsearchDomain",
    "AwsElbLoadBalancer",
    "AwsElbv2LoadBalancer",
    "AwsEventSchemasRegistry",
    "AwsEventsEndpoint",
    "AwsEventsEventbus",
    "AwsGuardDutyDetector",
    "AwsIamAccessKey",
    "AwsIamGroup",
    "AwsIamPolicy",
    "AwsIamRole",
    "AwsIamUser",
    "AwsKinesisStream",
    "AwsKmsKey",
    "AwsLambdaFunction",
    "AwsLambdaLayerVersion",
    "AwsMskCluster",
    "AwsNetworkFirewallFirewall",
    "AwsNetworkFirewallFirewallPolicy",
    "AwsNetworkFirewallRuleGroup",
    "AwsOpenSearchServiceDomain",
    "AwsRdsDbCluster",
    "AwsRdsDbClusterSnapshot",
    "AwsRdsDbInstance",
    "AwsRdsDbSecurityGroup",
    "AwsRdsDbSnapshot",
    "AwsRdsEventSubscription",
    "AwsRedshiftCluster",
    "AwsRoute53HostedZone",
    "AwsS3AccessPoint",
    "AwsS3AccountPublicAccessBlock",
    "AwsS3Bucket",
    "AwsS3Object",
    "AwsSageMakerNotebookInstance",
    "AwsSecretsManagerSecret",
    "AwsSnsTopic",
    "AwsSqsQueue",
    "AwsSsmPatchCompliance",
    "AwsStepFunctionStateMachine",
    "AwsWafRateBasedRule",
    "AwsWafRegionalRateBasedRule",
    "AwsWafRegionalRule",
    "AwsWafRegionalRuleGroup",
    "AwsWafRegionalWebAcl",
    "AwsWafRule",
    "AwsWafRuleGroup",
    "AwsWafWebAcl",
    "AwsWafv2RuleGroup",
    "AwsWafv2WebAcl",
    "AwsXrayEncryptionConfig",
];
