//! What each function may do. Actions are named one by one; a `*` stands only below a named resource.

use aws_resources::{ArnBuilder, PolicyDocument, Statement, cloudwatch, dynamodb, lambda, sqs};
use functions_core::configuration::MonitoringConfiguration;
use functions_core::contract::{Handler, metric};
use functions_core::key;
use functions_core::remediation::listed;
use pulumi_component::{Output, interpolate};

use crate::inputs::object_lock::ObjectLockArgs;
use crate::parts::functions::shared::Shared;

/// Only Lambda takes the role; it sends no source account or ARN when it does (Lambda, "Execution role").
pub(super) fn trust() -> PolicyDocument {
    PolicyDocument::new([Statement::allow("Lambda").service("lambda.amazonaws.com").actions(["sts:AssumeRole"])])
}

/// What every function may do: write its log, leave its dead letters, use the key. It cannot create a log group.
pub(super) fn own(shared: &Shared<'_>, log_group: &cloudwatch::LogGroup, dead_letters: &sqs::Queue) -> Vec<Statement> {
    vec![
        Statement::allow("Log")
            .actions(["logs:CreateLogStream", "logs:PutLogEvents"])
            .on(interpolate!("{}:*", log_group.arn())),
        Statement::allow("DeadLetters").actions(["sqs:SendMessage"]).on(dead_letters.arn()),
        Statement::allow("Key").actions(["kms:Decrypt", "kms:GenerateDataKey"]).on(&shared.args.kms_key_arn),
    ]
}

/// Processing reads its configuration and the compliance of rules and resources, keeps the ledger, writes records, tells
/// what changed, and hands over to aggregation.
pub(super) fn processing(
    shared: &Shared<'_>,
    next: &lambda::Function,
    table: &dynamodb::Table,
    watched: &MonitoringConfiguration,
) -> Vec<Statement> {
    let others: Vec<&str> = watched.regions().collect();
    // The policies of a role have room for 10,240 characters (IAM User Guide, "IAM and AWS STS quotas"): an ARN for each region
    // would take more, a condition names them once.
    let everywhere = |statement: Statement, resource: &str| match others.as_slice() {
        [] => statement.on(config(shared, resource)),
        others => {
            let regions = std::iter::once(shared.facts.region())
                .chain(others.iter().map(|code| Output::known((*code).to_owned())));
            statement.on(config_anywhere(shared, resource)).when_one_of("StringEquals", "aws:RequestedRegion", regions)
        }
    };
    let states = std::iter::once(key::PROCESSING_STATE.to_owned());
    let are_several = !others.is_empty() || shared.reads_sources;
    let states = states.chain(are_several.then(|| key::processing_state_in("*")));
    let mut statements = vec![
        configuration(shared),
        Statement::allow("Records").actions(["s3:PutObject"]).on(written(shared, Handler::Processing)),
        states.fold(Statement::allow("State").actions(["s3:GetObject"]), |statement, state| {
            statement.on(object(shared, state))
        }),
        // A rule's ARN ends in an id that AWS gives it.
        everywhere(
            Statement::allow("Compliance").actions(["config:GetComplianceDetailsByConfigRule"]),
            "config-rule/*",
        ),
        // Reads that AWS binds to no resource, or that name no recorder (Service Authorization Reference, "AWS Config"):
        // a statement that names resources never allows them.
        Statement::allow("Reads")
            .actions([
                "config:DescribeComplianceByConfigRule",
                "config:DescribeConfigurationRecorders",
                "config:GetComplianceDetailsByResource",
                "config:SelectResourceConfig",
            ])
            .on_everything(),
        // A transaction asks for the right of each of its writes (DynamoDB, "Using IAM with DynamoDB transactions").
        Statement::allow("Table")
            .actions(["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"])
            .on(table.arn()),
        // The function itself: runs soon after a deployment, so that aggregation follows them as it does scheduled ones.
        Statement::allow("Next")
            .actions(["lambda:InvokeFunction"])
            .on(next.arn())
            .on(function(shared, Handler::Processing)),
        events(shared, Handler::Processing),
        Statement::allow("FollowUps")
            .actions(["sqs:GetQueueUrl", "sqs:SendMessage"])
            .on(queue(shared, Handler::Processing)),
    ];
    // What people decide on remediation, and what remediation does, are not for processing to write.
    for (sid, partitions) in
        [("NoDecisions", "approvals/*"), ("NoStopSwitch", "control/*"), ("NoRemediations", "remediation/*")]
    {
        let denied = Statement::deny(sid).actions(["dynamodb:DeleteItem", "dynamodb:PutItem"]).on(table.arn());
        statements.push(denied.when("ForAnyValue:StringLike", "dynamodb:LeadingKeys", partitions));
    }
    statements.extend(heartbeat());
    if shared.reads_sources {
        // An aggregator's ARN ends in an id that AWS gives it.
        let reads = Statement::allow("Sources").actions([
            "config:DescribeAggregateComplianceByConfigRules",
            "config:DescribeConfigurationAggregatorSourcesStatus",
            "config:GetAggregateComplianceDetailsByConfigRule",
            "config:SelectAggregateResourceConfig",
        ]);
        statements.push(reads.on(config(shared, "config-aggregator/*")));
    }
    if !watched.packs().is_empty() {
        // A pack's ARN ends in an id that AWS gives it, and names begin with the prefix.
        let ours = format!("conformance-pack/{}-*", shared.args.name_prefix.as_str());
        let rules = Statement::allow("PackRules").actions(["config:DescribeConformancePackCompliance"]);
        statements.push(everywhere(rules, &ours));
        // The state of packs has no resource to be bound to (Service Authorization Reference, "AWS Config").
        statements.push(Statement::allow("Packs").actions(["config:DescribeConformancePackStatus"]).on_everything());
    }
    if let Some(topic) = &shared.args.topic_arn {
        statements.push(Statement::allow("Notices").actions(["sns:GetTopicAttributes", "sns:Publish"]).on(topic));
    }
    if shared.args.delivery_queue_url.is_some() {
        let (facts, name) = (shared.facts, shared.args.name_prefix.delivery_test());
        let of = |service: &'static str, resource: String| {
            ArnBuilder::of(facts.partition(), service)
                .region(facts.region())
                .account(facts.account_id())
                .resource(resource)
        };
        statements.push(
            Statement::allow("DeliveryTest")
                .actions(["cloudwatch:SetAlarmState"])
                .on(of("cloudwatch", format!("alarm:{name}"))),
        );
        statements.push(
            Statement::allow("DeliveryQueue").actions(["sqs:DeleteMessage", "sqs:ReceiveMessage"]).on(of("sqs", name)),
        );
    }
    statements
}

/// Which rules there are, what they weigh and what they count for.
fn configuration(shared: &Shared<'_>) -> Statement {
    let objects = objects(shared, key::CONFIGURATION_PREFIX);
    Statement::allow("Configuration").actions(["s3:GetObject"]).on(objects)
}

/// Aggregation reads its configuration, through the aggregator, its own last report, what remediation left and whether anything is recorded, and
/// writes reports and history.
pub(super) fn aggregation(shared: &Shared<'_>) -> Vec<Statement> {
    // An object that is written with a lock needs both (Amazon S3 API Reference, `PutObject`).
    let lock = shared.args.object_lock.and_then(ObjectLockArgs::of_reports).map(|_| "s3:PutObjectRetention");
    let reports = ["s3:GetObject", "s3:PutObject"].into_iter().chain(lock);
    let reads_and_writes = vec![
        configuration(shared),
        Statement::allow("Reports").actions(reports).on(written(shared, Handler::Aggregation)),
        Statement::allow("LatestReport").actions(["s3:PutObject"]).on(interpolate!(
            "{}/{}",
            &shared.bucket_arn,
            key::REPORT_PAGE
        )),
        Statement::allow("History").actions(["s3:PutObject"]).on(objects(shared, key::HISTORY_PREFIX)),
        Statement::allow("RemediationList").actions(["s3:GetObject"]).on(interpolate!(
            "{}/{}",
            &shared.bucket_arn,
            listed::KEY
        )),
        // An aggregator's ARN ends in an id that AWS gives it.
        Statement::allow("Aggregator")
            .actions([
                "config:DescribeConfigurationAggregatorSourcesStatus",
                "config:GetAggregateComplianceDetailsByConfigRule",
                "config:SelectAggregateResourceConfig",
            ])
            .on(config(shared, "config-aggregator/*")),
        // The function itself: the rest of a run whose time ended.
        Statement::allow("Next").actions(["lambda:InvokeFunction"]).on(function(shared, Handler::Aggregation)),
        // The requests name no recorder and no rule, so no resource allows them but `*`.
        Statement::allow("Recorder")
            .actions([
                "config:DescribeConfigRules",
                "config:DescribeConfigurationRecorderStatus",
                "config:DescribeConfigurationRecorders",
            ])
            .on_everything(),
    ];
    let exports = shared.args.exports.security_hub.then(|| security_hub(shared));
    reads_and_writes.into_iter().chain(exports).chain(heartbeat()).collect()
}

/// Imports findings of the account's own product, and of no other.
fn security_hub(shared: &Shared<'_>) -> Statement {
    let facts = shared.facts;
    let product = interpolate!("product/{}/default", facts.account_id());
    let arn = ArnBuilder::of(facts.partition(), "securityhub")
        .region(facts.region())
        .account(facts.account_id())
        .resource(product);
    Statement::allow("SecurityHub").actions(["securityhub:BatchImportFindings"]).on(arn)
}

/// Puts the metric that an alarm on silence watches, and sees whether it is there. Metrics have no resource to be bound to
/// (Service Authorization Reference, "Amazon CloudWatch").
fn heartbeat() -> [Statement; 2] {
    [
        Statement::allow("PutMetrics").actions(["cloudwatch:PutMetricData"]).on_everything().when(
            "StringEquals",
            "cloudwatch:namespace",
            metric::NAMESPACE,
        ),
        Statement::allow("ReadMetrics").actions(["cloudwatch:GetMetricStatistics"]).on_everything(),
    ]
}

/// Remediation reads its configuration and writes the ledger; [`super::remediation`] has the rest.
pub(super) fn remediation(shared: &Shared<'_>) -> Vec<Statement> {
    vec![
        configuration(shared),
        Statement::allow("Ledger").actions(["s3:PutObject"]).on(written(shared, Handler::Remediation)),
        events(shared, Handler::Remediation),
    ]
}

/// What Lambda needs of the role to connect the function to a VPC, and the function's own code may not do (Lambda Developer
/// Guide, "Giving Lambda functions access to resources in an Amazon VPC"). AWS takes no narrower resource for most of them.
pub(super) fn network(shared: &Shared<'_>, handler: Handler) -> Vec<Statement> {
    const ACTIONS: [&str; 6] = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ];
    vec![
        Statement::allow("Network").actions(ACTIONS).on_everything(),
        Statement::deny("NetworkOfCode").actions(ACTIONS).on_everything().when(
            "ArnEquals",
            "lambda:SourceFunctionArn",
            function(shared, handler),
        ),
    ]
}

/// Takes compliance changes from the function's queue.
fn events(shared: &Shared<'_>, handler: Handler) -> Statement {
    Statement::allow("Events")
        .actions(["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"])
        .on(queue(shared, handler))
}

/// The queue of a function, which is described after it.
fn queue(shared: &Shared<'_>, handler: Handler) -> Output<String> {
    let (facts, name) = (shared.facts, shared.args.name_prefix.events(handler));
    ArnBuilder::of(facts.partition(), "sqs").region(facts.region()).account(facts.account_id()).resource(name)
}

/// A function, which is described after its role's policy.
fn function(shared: &Shared<'_>, handler: Handler) -> Output<String> {
    let (facts, name) = (shared.facts, shared.args.name_prefix.function(handler));
    let functions = ArnBuilder::of(facts.partition(), "lambda").region(facts.region()).account(facts.account_id());
    functions.resource(format!("function:{name}"))
}

/// What a function writes.
fn written(shared: &Shared<'_>, handler: Handler) -> Output<String> {
    objects(shared, &key::written_prefix(handler))
}

fn objects(shared: &Shared<'_>, prefix: &str) -> Output<String> {
    interpolate!("{}/{}*", &shared.bucket_arn, prefix)
}

fn object(shared: &Shared<'_>, key: String) -> Output<String> {
    interpolate!("{}/{}", &shared.bucket_arn, Output::known(key))
}

/// What AWS Config has in any region of the account.
fn config_anywhere(shared: &Shared<'_>, resource: &str) -> Output<String> {
    let facts = shared.facts;
    let anywhere = ArnBuilder::of(facts.partition(), "config").region(Output::known("*".to_owned()));
    anywhere.account(facts.account_id()).resource(resource)
}

fn config(shared: &Shared<'_>, resource: &str) -> Output<String> {
    let facts = shared.facts;
    ArnBuilder::of(facts.partition(), "config").region(facts.region()).account(facts.account_id()).resource(resource)
}
