//! Every kind of resource that a deployment has: a namesake that exists is found before anything is registered, or no namesake
//! can be in the way, with the reason. A type that is in neither list fails here.
//!
//! That the account scan refuses what it is asked for is for `tests/look/test_namesakes.py` to say, and
//! `tests/engine/test_journeys.py` counts what it finds of a whole deployment.

use std::collections::{BTreeMap, BTreeSet};

use account_look::{LookRequest, NamesakeKind};
use aws_compliance::inputs::monitoring::ComplianceMonitoringArgs;
use aws_compliance::parts;
use aws_compliance::parts::monitoring::ComplianceMonitoring;
use aws_compliance::parts::part::Whole;
use aws_compliance::plan::Plan;
use aws_compliance::plan::regions::MonitoredRegions;
use aws_compliance::plan::selection::Selection;
use aws_compliance::plan::target::Target;
use pulumi_component::Error;
use pulumi_component::engine::{Registration, from_properties};
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::{PropertyMap, PropertyValue};
use serde_json::json;

use crate::support::{ACCOUNT, REGION, answers, every_input};

/// A deployment of somebody else's.
const OTHER: &str = "audit/dev/compliance";

/// What becomes of a child whose name exists in the account.
enum Namesake {
    /// It is found by this kind; the name is in this input.
    Found(NamesakeKind, &'static str),
    /// Its name is that of the account and region of the aggregator.
    Authorization,
    /// An account and region have one at most, which the account scan reads whatever it is called.
    Only,
    /// Why none can be in the way.
    None(&'static str),
}

const RANDOM: &str = "Pulumi adds random characters to its name";
const NUMBERED: &str = "AWS chooses its id, and it has no name";
const OF_BUCKET: &str = "it belongs to the bucket, which is found";
const OF_TOPIC: &str = "it belongs to the topic, which is found";
const OF_QUEUE: &str = "it belongs to the queue, which is found";
const OF_FUNCTION: &str = "it belongs to the function, which is found";

fn namesake(type_token: &str) -> Option<Namesake> {
    use Namesake::{Authorization, Found, None as Never, Only};
    Some(match type_token {
        "aws:athena/workgroup:Workgroup" => Found(NamesakeKind::Workgroup, "name"),
        "aws:budgets/budget:Budget" => Never(RANDOM),
        "aws:cfg/aggregateAuthorization:AggregateAuthorization" => Authorization,
        "aws:cfg/configurationAggregator:ConfigurationAggregator" => Found(NamesakeKind::Aggregator, "name"),
        "aws:cfg/conformancePack:ConformancePack" => Found(NamesakeKind::ConformancePack, "name"),
        "aws:cfg/deliveryChannel:DeliveryChannel" | "aws:cfg/recorder:Recorder" => Only,
        "aws:cfg/recorderStatus:RecorderStatus" => Never("it belongs to the recorder, which is found"),
        "aws:cfg/remediationConfiguration:RemediationConfiguration" => Never("it belongs to the rule, which is found"),
        "aws:cfg/rule:Rule" => Found(NamesakeKind::Rule, "name"),
        // The authorization in another region.
        "aws:cloudcontrol/resource:Resource" => Authorization,
        "aws:cloudwatch/dashboard:Dashboard" => Found(NamesakeKind::Dashboard, "dashboardName"),
        "aws:cloudwatch/eventRule:EventRule" => Found(NamesakeKind::EventRule, "name"),
        "aws:cloudwatch/eventTarget:EventTarget" => Never("it belongs to the event rule, which is found"),
        "aws:cloudwatch/logGroup:LogGroup" => Found(NamesakeKind::LogGroup, "name"),
        "aws:cloudwatch/metricAlarm:MetricAlarm" => Found(NamesakeKind::Alarm, "name"),
        "aws:dynamodb/table:Table" => Found(NamesakeKind::Table, "name"),
        "aws:glue/catalogDatabase:CatalogDatabase" => Found(NamesakeKind::Database, "name"),
        "aws:glue/catalogTable:CatalogTable" => Never("it belongs to the database, which is found"),
        "aws:iam/role:Role" => Never(RANDOM),
        "aws:iam/rolePolicy:RolePolicy" => Never("it belongs to a role whose name is random"),
        "aws:iam/serviceLinkedRole:ServiceLinkedRole" => Never("an account has one, which is looked for and used"),
        "aws:kms/alias:Alias" => Found(NamesakeKind::KeyAlias, "name"),
        "aws:kms/key:Key" => Never(NUMBERED),
        "aws:lambda/eventSourceMapping:EventSourceMapping" => Never(NUMBERED),
        "aws:lambda/function:Function" => Found(NamesakeKind::Function, "name"),
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig" => Never(OF_FUNCTION),
        "aws:lambda/invocation:Invocation" => Never("it is a call, and no resource"),
        "aws:lambda/permission:Permission" => Never(OF_FUNCTION),
        "aws:s3/bucket:Bucket" => Found(NamesakeKind::Bucket, "bucket"),
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
        | "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
        | "aws:s3/bucketObjectv2:BucketObjectv2"
        | "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
        | "aws:s3/bucketPolicy:BucketPolicy"
        | "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
        | "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
        | "aws:s3/bucketVersioning:BucketVersioning" => Never(OF_BUCKET),
        "aws:sns/topic:Topic" => Found(NamesakeKind::Topic, "name"),
        "aws:sns/topicPolicy:TopicPolicy" | "aws:sns/topicSubscription:TopicSubscription" => Never(OF_TOPIC),
        "aws:sqs/queue:Queue" => Found(NamesakeKind::Queue, "name"),
        "aws:sqs/queuePolicy:QueuePolicy" => Never(OF_QUEUE),
        _ => return None,
    })
}

/// Programs that have every type of child between them.
fn programs() -> Vec<PropertyMap> {
    let remediated = json!({ "identifier": "S3_BUCKET_VERSIONING_ENABLED", "remediation": { "acceptInferred": true } });
    vec![
        PropertyMap::new(),
        every_input(),
        inputs(json!({
            "recorder": { "mode": "create" }, "hardened": true, "regions": ["us-east-1"], "rules": { "managed": [remediated] },
        })),
    ]
}

async fn children(given: PropertyMap) -> Vec<Registration> {
    let monitor = answers(MockMonitor::update());
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", given).await.expect("it constructs");
    let registrations = monitor.recorded().registrations.into_iter().map(|(_, one)| one);
    registrations.filter(|one| one.custom).collect()
}

fn home() -> Target {
    Target { account_id: Some(ACCOUNT.into()), partition: Some("aws".into()), region: Some(REGION.into()) }
}

/// What is asked of the account, by region.
fn requests(given: PropertyMap) -> BTreeMap<String, LookRequest> {
    let args = from_properties::<ComplianceMonitoringArgs>(given).expect("valid inputs");
    let target = home();
    let plan = Plan::new(args.plan_inputs(), &target);
    let whole = Whole { args: &args, plan: &plan, target: &target, monitored: &[] };
    let mut request = LookRequest::default();
    parts::claim(&whole, &mut request);
    let others = Selection::new(args.plan_inputs()).over(&MonitoredRegions::of(&args.regions), &target);
    let others = others.iter().map(|one| (one.code.clone(), args.region_request(one, &whole)));
    others.chain([(REGION.to_owned(), request)]).collect()
}

/// Every name that is asked for, with its kind.
fn asked(request: &LookRequest, region: &str) -> BTreeSet<(NamesakeKind, String)> {
    let of = |kind| move |name: &String| (kind, name.clone());
    let alone = request.rules.iter().filter(|rule| rule.pack.is_none());
    let named = |kind, planned: &[account_look::PlannedName]| -> Vec<_> {
        planned.iter().map(|one| (kind, one.name.clone())).collect()
    };
    let dashboard = request.dashboard.iter().map(|one| (NamesakeKind::Dashboard, format!("{}-{region}", one.name)));
    (alone.map(|rule| &rule.name).map(of(NamesakeKind::Rule)))
        .chain(request.aggregator.iter().map(|one| &one.name).map(of(NamesakeKind::Aggregator)))
        .chain(named(NamesakeKind::EventRule, &request.event_rules))
        .chain(named(NamesakeKind::Alarm, &request.alarms))
        .chain(named(NamesakeKind::ConformancePack, &request.conformance_packs))
        .chain(request.resources.iter().map(|one| (one.kind, one.name.clone())))
        .chain(dashboard)
        .collect()
}

fn text(child: &Registration, member: &str) -> Option<String> {
    child.inputs.get(member)?.as_str().map(str::to_owned)
}

#[tokio::test]
async fn point_5_every_named_child_is_asked_for_before_the_deployment() {
    let mut missed = BTreeSet::new();
    for given in programs() {
        let requests = requests(given.clone());
        for child in children(given).await {
            let region = text(&child, "region").unwrap_or_else(|| REGION.to_owned());
            let request = &requests[&region];
            let described = format!("{} {} in {region}", child.type_token, child.name);
            match namesake(&child.type_token) {
                None => drop(missed.insert(format!("{described}: is a namesake found, or can none be in the way?"))),
                Some(Namesake::None(reason)) => assert!(!reason.is_empty()),
                Some(Namesake::Found(kind, member)) => {
                    let name = text(&child, member).unwrap_or_else(|| panic!("{described} has no `{member}`"));
                    if !asked(request, &region).contains(&(kind, name.clone())) {
                        missed.insert(format!("{described}: `{name}` is not asked for"));
                    }
                }
                // That of home comes with the aggregator.
                Some(Namesake::Authorization) => {
                    let of_home = Some(format!("{ACCOUNT}/{REGION}"));
                    if request.aggregator.is_none() && request.authorization != of_home {
                        missed.insert(format!("{described}: the authorization is not asked for"));
                    }
                }
                Some(Namesake::Only) => {
                    if text(&child, "name") != request.recorder.name {
                        missed.insert(format!("{described}: the recorder is read as {:?}", request.recorder.name));
                    }
                }
            }
        }
    }
    assert_eq!(missed, BTreeSet::new());
}

/// A name that Pulumi makes up is random; one that is given is not.
#[tokio::test]
async fn point_5_what_has_a_random_name_is_given_none() {
    let mut named = Vec::new();
    for given in programs() {
        for child in children(given).await {
            if matches!(namesake(&child.type_token), Some(Namesake::None(RANDOM))) && child.inputs.contains_key("name")
            {
                named.push(child.name);
            }
        }
    }
    assert_eq!(named, Vec::<String>::new());
}

/// An account where the `aws` provider finds these names of a kind, all of another deployment.
fn having(kind: NamesakeKind, names: &[String]) -> Option<MockMonitor> {
    let list = |of: &dyn Fn(&String) -> String| {
        PropertyValue::from_json(names.iter().map(of).map(serde_json::Value::from).collect())
    };
    let same = |name: &String| name.clone();
    let (monitor, first) = (MockMonitor::preview(), names.first()?.as_str());
    let (service, start) = match kind {
        NamesakeKind::Bucket => ("s3", ""),
        NamesakeKind::Topic => ("sns", ""),
        NamesakeKind::Queue => ("sqs", ""),
        NamesakeKind::Table => ("dynamodb", "table/"),
        NamesakeKind::Function => ("lambda", "function:"),
        NamesakeKind::LogGroup => ("logs", "log-group:"),
        NamesakeKind::Database => ("glue", "database/"),
        NamesakeKind::Workgroup => ("athena", "workgroup/"),
        NamesakeKind::KeyAlias => ("kms", "key/"),
        // These are the account scan's.
        _ => return None,
    };
    let place = if kind == NamesakeKind::Bucket { ":".to_owned() } else { format!("{REGION}:{ACCOUNT}") };
    let arn = |name: &String| match kind {
        // An alias belongs to whom its key belongs to.
        NamesakeKind::KeyAlias => format!("arn:aws:{service}:{place}:{start}foreign"),
        _ => format!("arn:aws:{service}:{place}:{start}{name}"),
    };
    let mappings =
        names.iter().map(arn).map(|arn| json!({ "resourceArn": arn, "tags": { "aws-compliance:owner": OTHER } }));
    let monitor = monitor.result(
        "aws:resourcegroupstaggingapi/getResources:getResources",
        "resourceTagMappingLists",
        PropertyValue::from_json(mappings.collect()),
    );
    let url = |name: &String| format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}");
    Some(match kind {
        NamesakeKind::Bucket => monitor.result("aws:s3/getBucket:getBucket", "id", first),
        NamesakeKind::Topic => monitor.result("aws:sns/getTopic:getTopic", "arn", arn(names.first()?)),
        NamesakeKind::Queue => monitor.result("aws:sqs/getQueues:getQueues", "queueUrls", list(&url)),
        NamesakeKind::Table => monitor.result("aws:dynamodb/getTables:getTables", "names", list(&same)),
        NamesakeKind::Function => monitor.result("aws:lambda/getFunctions:getFunctions", "functionNames", list(&same)),
        NamesakeKind::LogGroup => {
            monitor.result("aws:cloudwatch/getLogGroups:getLogGroups", "logGroupNames", list(&same))
        }
        NamesakeKind::KeyAlias => monitor.result("aws:kms/getAlias:getAlias", "name", first).result(
            "aws:kms/getAlias:getAlias",
            "targetKeyId",
            "foreign",
        ),
        // Of both Cloud Control says whether they exist, so that the mock has both; only one carries a tag of somebody.
        _ => monitor.result("aws:cloudcontrol/getResource:getResource", "properties", "{}"),
    })
}

#[tokio::test]
async fn point_5_every_kind_that_the_provider_is_asked_for_is_refused_where_it_is_somebody_elses() {
    let request = requests(PropertyMap::new()).remove(REGION).expect("home is asked");
    let mut kinds: BTreeMap<NamesakeKind, Vec<String>> = BTreeMap::new();
    for one in &request.resources {
        kinds.entry(one.kind).or_default().push(one.name.clone());
    }
    assert_eq!(kinds.len(), 9, "{kinds:?}");
    for (kind, names) in kinds {
        let monitor = answers(having(kind, &names).unwrap_or_else(|| panic!("{kind:?} is asked of the provider")));
        let refused = construct_with::<ComplianceMonitoring>(&monitor, "compliance", PropertyMap::new()).await;
        let Err(Error::InvalidInputs(problems)) = refused else { panic!("{kind:?} {names:?} is not refused") };
        assert!(monitor.recorded().registrations.is_empty(), "{kind:?}");
        let said: String = problems.iter().map(|problem| problem.reason.as_str()).collect();
        let unsaid = names.iter().filter(|name| !said.contains(&format!("`{name}`"))).count();
        // Three of a kind are said by name.
        assert_eq!(unsaid, names.len().saturating_sub(3), "{kind:?} {names:?}: {said}");
        assert!(
            said.contains(&format!("belong to the deployment `{OTHER}`"))
                || said.contains(&format!("belongs to the deployment `{OTHER}`")),
            "{kind:?}: {said}"
        );
    }
}
