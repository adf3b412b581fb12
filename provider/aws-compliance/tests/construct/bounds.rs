//! Every number that bounds an input: at it, just inside it and just outside it, under the mock. Each names its source.
//! The set of days that CloudWatch Logs takes is tested where it stands, in `bounds`.

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use pulumi_component::Error;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use serde_json::{Value as Json, json};

use crate::support::answers;

/// The least and the most that an input takes.
struct Bound {
    /// Where what is outside is told.
    path: &'static str,
    /// The AWS page, or why the bound is ours.
    source: &'static str,
    lowest: Option<usize>,
    highest: Option<usize>,
    /// Inputs with this number of whatever is counted.
    with: fn(usize) -> Json,
}

fn text(length: usize) -> String {
    "a".repeat(length)
}

fn rule(more: Json) -> Json {
    let mut rule = json!({ "identifier": "EIP_ATTACHED" });
    if let (Some(rule), Some(more)) = (rule.as_object_mut(), more.as_object()) {
        rule.extend(more.clone());
    }
    json!({ "rules": { "managed": [rule] } })
}

fn schedule(expression: &str) -> Json {
    json!({ "functions": { "schedule": expression } })
}

/// An address of this length, each label of its domain at its longest.
fn address(length: usize) -> String {
    let domain = format!("{}.{}.{}.example.com", "b".repeat(60), "c".repeat(60), "d".repeat(60));
    format!("{}@{domain}", text(length - domain.len() - 1))
}

/// A VPC with so many subnets and security groups.
fn vpc(subnets: usize, groups: usize) -> Json {
    let subnets: Vec<_> = (0..subnets).map(|number| format!("subnet-{number:08x}")).collect();
    let groups: Vec<_> = (0..groups).map(|number| format!("sg-{number:08x}")).collect();
    json!({ "functions": { "vpc": { "subnetIds": subnets, "securityGroupIds": groups } } })
}

fn route(route: Json) -> Json {
    json!({ "notifications": { "routes": { "soc": route } } })
}

fn first(all: &[&str], count: usize) -> Json {
    all.iter().take(count).copied().collect::<Vec<_>>().into()
}

/// One rule with one parameter.
fn parameter(identifier: &str, name: &str, value: impl Into<Json>) -> Json {
    json!({ "rules": { "managed": [{ "identifier": identifier, "parameters": { name: value.into() } }] } })
}

/// The parameters' JSON is `{"resourceTags":"..."}`.
fn parameters(length: usize) -> Json {
    let value = text(length - json!({ "resourceTags": "" }).to_string().len());
    json!({ "rules": { "managed": [{
        "identifier": "AURORA_RESOURCES_PROTECTED_BY_BACKUP_PLAN", "parameters": { "resourceTags": value },
    }] } })
}

#[rustfmt::skip]
const BOUNDS: &[Bound] = &[
    Bound { path: "namePrefix", source: "ours: leaves the derived names within S3's 63 and EventBridge's 64 characters", lowest: Some(1), highest: Some(20), with: |n| json!({ "namePrefix": text(n) }) },
    Bound { path: "reports.retentionDays", source: "ours: ten years, the longest that CloudWatch Logs keeps logs; S3's own bound is far off", lowest: Some(1), highest: Some(3653), with: |n| json!({ "reports": { "retentionDays": n } }) },
    Bound { path: "reports.bucketName", source: "S3 User Guide, \"General purpose bucket naming rules\"", lowest: Some(3), highest: Some(63), with: |n| json!({ "reports": { "bucketName": text(n) } }) },
    Bound { path: "functions.memoryMib", source: "AWS Lambda Developer Guide, \"Lambda quotas\"", lowest: Some(128), highest: Some(10240), with: |n| json!({ "functions": { "memoryMib": n } }) },
    Bound { path: "cost.notifyAtPercent", source: "AWS Cost Management User Guide, \"Quotas\": notifications of a budget", lowest: Some(1), highest: Some(10), with: |n| json!({ "cost": { "monthlyBudgetUsd": 20, "notifyAtPercent": (1..=n).map(|at| at * 10).collect::<Vec<_>>() } }) },
    Bound { path: "alarms.scoreDrop", source: "ours: a score is 0 to 100 points, and a fall of none is no fall", lowest: Some(1), highest: Some(100), with: |n| json!({ "alarms": { "scoreDrop": n } }) },
    Bound { path: "alarms.silentHours", source: "CloudWatch API Reference, \"PutMetricAlarm\": an alarm looks back at most a week", lowest: Some(1), highest: Some(168), with: |n| json!({ "alarms": { "silentHours": n } }) },
    Bound { path: "functions.timeoutSeconds", source: "AWS Lambda Developer Guide, \"Lambda quotas\"", lowest: Some(1), highest: Some(900), with: |n| json!({ "functions": { "timeoutSeconds": n } }) },
    Bound { path: "functions.reservedConcurrency", source: "AWS Lambda API Reference, \"ScalingConfig\": the least that an event source may start; the most is the account's", lowest: Some(2), highest: None, with: |n| json!({ "functions": { "reservedConcurrency": n } }) },
    Bound { path: "functions.vpc.subnetIds", source: "AWS Lambda API Reference, \"VpcConfig\"", lowest: Some(1), highest: Some(16), with: |n| vpc(n, 1) },
    Bound { path: "functions.vpc.securityGroupIds", source: "AWS Lambda API Reference, \"VpcConfig\"", lowest: Some(1), highest: Some(5), with: |n| vpc(1, n) },
    Bound { path: "iam.path", source: "IAM API Reference, \"CreateRole\"", lowest: None, highest: Some(512), with: |n| json!({ "iam": { "path": format!("/{}/", text(n - 2)) } }) },
    Bound { path: "functions.schedule", source: "EventBridge User Guide, \"Setting a schedule pattern\", rate", lowest: Some(1), highest: None, with: |n| schedule(&format!("rate({n} {})", if n == 1 { "day" } else { "days" })) },
    Bound { path: "functions.schedule", source: "EventBridge User Guide, \"Setting a schedule pattern\", minutes", lowest: Some(0), highest: Some(59), with: |n| schedule(&format!("cron({n} 6 * * ? *)")) },
    Bound { path: "functions.schedule", source: "EventBridge User Guide, \"Setting a schedule pattern\", hours", lowest: Some(0), highest: Some(23), with: |n| schedule(&format!("cron(0 {n} * * ? *)")) },
    Bound { path: "functions.schedule", source: "EventBridge User Guide, \"Setting a schedule pattern\", day of the month", lowest: Some(1), highest: Some(31), with: |n| schedule(&format!("cron(0 6 {n} * ? *)")) },
    Bound { path: "functions.schedule", source: "EventBridge User Guide, \"Setting a schedule pattern\", month", lowest: Some(1), highest: Some(12), with: |n| schedule(&format!("cron(0 6 * {n} ? *)")) },
    Bound { path: "functions.schedule", source: "EventBridge User Guide, \"Setting a schedule pattern\", day of the week", lowest: Some(1), highest: Some(7), with: |n| schedule(&format!("cron(0 6 ? * {n} *)")) },
    Bound { path: "functions.schedule", source: "EventBridge User Guide, \"Setting a schedule pattern\", week of the month", lowest: Some(1), highest: Some(5), with: |n| schedule(&format!("cron(0 6 ? * 2#{n} *)")) },
    Bound { path: "functions.schedule", source: "EventBridge User Guide, \"Setting a schedule pattern\", year; earlier years than this package are over", lowest: Some(2026), highest: Some(2199), with: |n| schedule(&format!("cron(0 6 * * ? {n})")) },
    Bound { path: "tags", source: "AWS Tagging user guide, \"Tag naming limits and requirements\": 50, and two are ours", lowest: None, highest: Some(48), with: |n| json!({ "tags": (0..n).map(|tag| (tag.to_string(), json!("x"))).collect::<serde_json::Map<_, _>>() }) },
    Bound { path: "tags", source: "AWS Tagging user guide, \"Tag naming limits and requirements\", name", lowest: Some(1), highest: Some(128), with: |n| json!({ "tags": { text(n): "x" } }) },
    Bound { path: "tags.a", source: "AWS Tagging user guide, \"Tag naming limits and requirements\", value", lowest: None, highest: Some(256), with: |n| json!({ "tags": { "a": text(n) } }) },
    Bound { path: "notifications.emails.security", source: "RFC 5321, section 4.5.3.1", lowest: None, highest: Some(254), with: |n| json!({ "notifications": { "emails": { "security": address(n) } } }) },
    Bound { path: "notifications.routes.soc.https", source: "RFC 9293, section 3.1: ports of TCP; 0 is reserved", lowest: Some(1), highest: Some(65535), with: |n| route(json!({ "https": format!("https://soc.example.com:{n}/x") })) },
    Bound { path: "notifications.routes.soc.severities", source: "ours: an empty list would match nothing, and stands for all where none is given", lowest: Some(1), highest: None, with: |n| route(json!({ "email": "soc@example.com", "severities": first(&["critical", "high"], n) })) },
    Bound { path: "notifications.routes.soc.rules", source: "ours: as of the severities", lowest: Some(1), highest: None, with: |n| route(json!({ "email": "soc@example.com", "rules": first(&["ebs-volumes-encrypted", "s3-bucket-encryption-enabled"], n) })) },
    Bound { path: "notifications.routes.soc.accounts", source: "ours: as of the severities", lowest: Some(1), highest: None, with: |n| route(json!({ "email": "soc@example.com", "accounts": first(&["111122223333", "444455556666"], n) })) },
    Bound { path: "remediation.windows", source: "ours: an empty list would let no change be made, and stands for always where none is given", lowest: Some(1), highest: None, with: |n| json!({ "remediation": { "windows": first(&["Mon 08:00-16:00 UTC", "Tue 08:00-16:00 UTC"], n) } }) },
    Bound { path: "rules.managed[0].parameters.amiIds", source: "AWS Config Developer Guide, \"approved-amis-by-id\"", lowest: Some(1), highest: Some(10), with: |n| parameter("APPROVED_AMIS_BY_ID", "amiIds", (0..n).map(|ami| format!("ami-{ami:017x}")).collect::<Vec<_>>().join(",")) },
    Bound { path: "rules.managed[0].parameters.maxAccessKeyAge", source: "ours: with 0 days every key is too old", lowest: Some(1), highest: None, with: |n| parameter("ACCESS_KEYS_ROTATED", "maxAccessKeyAge", n) },
    Bound { path: "rules.managed[0].parameters.MinimumPasswordLength", source: "IAM API Reference, \"UpdateAccountPasswordPolicy\"", lowest: Some(6), highest: Some(128), with: |n| parameter("IAM_PASSWORD_POLICY", "MinimumPasswordLength", n) },
    Bound { path: "rules.managed[0].parameters.MaxPasswordAge", source: "IAM API Reference, \"UpdateAccountPasswordPolicy\"", lowest: Some(1), highest: Some(1095), with: |n| parameter("IAM_PASSWORD_POLICY", "MaxPasswordAge", n) },
    Bound { path: "aggregation.accounts[0]", source: "AWS Account Management Reference Guide, \"View AWS account identifiers\"", lowest: Some(12), highest: Some(12), with: |n| json!({ "aggregation": { "accounts": ["1".repeat(n)] } }) },
    Bound { path: "rules.managed[0].name", source: "ours: leaves a name with a prefix within the 128 of AWS Config API Reference, \"ConfigRule\"", lowest: Some(1), highest: Some(100), with: |n| rule(json!({ "name": text(n) })) },
    Bound { path: "rules.managed[0].description", source: "AWS Config API Reference, \"ConfigRule\"", lowest: None, highest: Some(256), with: |n| rule(json!({ "description": text(n) })) },
    Bound { path: "rules.managed[0].parameters", source: "AWS Config API Reference, \"ConfigRule\"", lowest: None, highest: Some(1024), with: parameters },
    Bound { path: "rules.managed[0].scope.resourceTypes", source: "AWS Config API Reference, \"Scope\"", lowest: None, highest: Some(100), with: |n| rule(json!({ "scope": { "resourceTypes": vec!["AWS::EC2::EIP"; n] } })) },
    Bound { path: "rules.managed[0].scope.resourceId", source: "AWS Config API Reference, \"Scope\"", lowest: Some(1), highest: Some(768), with: |n| rule(json!({ "scope": { "resourceTypes": ["AWS::EC2::EIP"], "resourceId": text(n) } })) },
    Bound { path: "rules.managed[0].scope.tagKey", source: "AWS Config API Reference, \"Scope\"", lowest: Some(1), highest: Some(128), with: |n| rule(json!({ "scope": { "tagKey": text(n) } })) },
    Bound { path: "rules.managed[0].scope.tagValue", source: "AWS Config API Reference, \"Scope\"", lowest: Some(1), highest: Some(256), with: |n| rule(json!({ "scope": { "tagKey": "team", "tagValue": text(n) } })) },
];

/// The paths of what is wrong with these inputs.
async fn told(given: Json) -> Vec<String> {
    let monitor = answers(MockMonitor::preview());
    match construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await {
        Ok(_) => Vec::new(),
        Err(Error::InvalidInputs(problems)) => problems.into_iter().map(|problem| problem.place()).collect(),
        Err(error) => vec![error.to_string()],
    }
}

#[tokio::test]
async fn every_bound_takes_what_is_at_and_inside_it_and_nothing_outside() {
    let mut failures = Vec::new();
    for bound in BOUNDS {
        let Bound { path, source, lowest, highest, with } = bound;
        let within =
            |number: &usize| lowest.is_none_or(|least| *number >= least) && highest.is_none_or(|most| *number <= most);
        let at = lowest.iter().chain(highest).copied();
        let inside = lowest.map(|least| least + 1).into_iter().chain(highest.map(|most| most - 1)).filter(within);
        for number in at.chain(inside) {
            let problems = told(with(number)).await;
            if !problems.is_empty() {
                failures.push(format!("{path} ({source}): {number} is refused: {problems:?}"));
            }
        }
        let outside = lowest.and_then(|least| least.checked_sub(1)).into_iter().chain(highest.map(|most| most + 1));
        for number in outside {
            let problems = told(with(number)).await;
            if problems.is_empty() || problems.iter().any(|problem| !problem.starts_with(path)) {
                failures.push(format!("{path} ({source}): {number} is told at {problems:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_bound_names_its_source() {
    for bound in BOUNDS {
        let page = bound.source.contains('"') || bound.source.starts_with("RFC ");
        assert!(page || bound.source.starts_with("ours: "), "{}: {}", bound.path, bound.source);
    }
}

/// The sentences of the schema that say a range, `1 to 3653`, or a most, `At most 256`: each is a bound above.
#[test]
fn every_range_of_the_schema_is_among_the_bounds() {
    let schema: Json = serde_json::from_str(include_str!("../../../../schema.json")).expect("the schema is JSON");
    let mut properties = Vec::new();
    let types = schema["types"].as_object().expect("types").values().map(|kind| &kind["properties"]);
    let whole = &schema["resources"]["aws-compliance:index:ComplianceMonitoring"]["inputProperties"];
    for members in types.chain([whole]).filter_map(Json::as_object) {
        properties.extend(members.iter().map(|(name, fact)| (name, fact["description"].as_str().unwrap_or_default())));
    }
    let mut found = 0;
    for (name, description) in properties {
        let words: Vec<_> = description.split_whitespace().collect();
        for said in words.windows(3) {
            let number = |word: &str| word.trim_end_matches(|c: char| !c.is_ascii_digit()).parse::<usize>().ok();
            let (least, most) = match said {
                [least, "to", most] => (number(least), number(most)),
                ["At" | "at", "most", most] => (None, number(most)),
                _ => continue,
            };
            let Some(most) = most else { continue };
            found += 1;
            let known = BOUNDS.iter().any(|bound| {
                let member = bound.path.rsplit('.').next().unwrap_or_default();
                member == name && bound.highest == Some(most) && (least.is_none() || bound.lowest == least)
            });
            // The lengths of a tag's name and value stand in the sentence of the tags.
            let tags = name == "tags" && [128, 256].contains(&most);
            assert!(known || tags, "`{name}` says {said:?}, which no bound here tests");
        }
    }
    assert!(found >= 6, "{found}: the sentences of the schema are not read any more");
}
