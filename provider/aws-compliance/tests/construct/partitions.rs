//! Partitions beside `aws`: GovCloud and China.

use aws_compliance::parts::alarms::Alarms;
use aws_compliance::parts::alerts::Alerts;
use aws_compliance::parts::encryption::Encryption;
use aws_compliance::parts::functions::Functions;
use aws_compliance::parts::history::History;
use aws_compliance::parts::monitoring::ComplianceMonitoring;
use aws_compliance::parts::recorder::Recorder;
use aws_compliance::parts::report_store::ReportStore;
use aws_compliance::parts::rule_set::RuleSet;
use proptest::prelude::*;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::Value;
use pulumi_component::{Error, PreparedComponent};
use serde_json::{Value as Json, json};

use crate::support::{ACCOUNT, answers_of, shown};

/// Everything that is registered, as text, by logical name.
async fn registered<C: PreparedComponent>(partition: &str, region: &str, given: Json) -> Vec<(String, String)> {
    let monitor = answers_of(partition, region, MockMonitor::update());
    construct_with::<C>(&monitor, "compliance", inputs(given.clone()))
        .await
        .unwrap_or_else(|error| panic!("{partition}: {given}: {error:?}"));
    let registrations = monitor.recorded().registrations.into_iter().filter(|(_, child)| child.custom);
    let children: Vec<_> = registrations
        // Each starts with the names that the mock gives, which are of the partition `aws`.
        .map(|(_, child)| {
            (child.name, shown(&Value::Object(child.inputs).into()).to_string().replace("arn:aws:mock:", ""))
        })
        .collect();
    assert!(!children.is_empty());
    children
}

/// ARNs and consoles of another partition, and in China hosts of services under the other suffix.
fn foreign(partition: &str, text: &str) -> Vec<&'static str> {
    let mut wrong = vec!["arn:aws:", "console.aws.amazon.com"];
    if partition.starts_with("aws-iso") {
        // Where their consoles are is not public.
        wrong = vec!["arn:aws:", "arn:aws-us-gov:", "arn:aws-cn:", "amazonaws.com.cn", "https://console."];
    } else if partition == "aws-cn" {
        wrong.extend(["arn:aws-us-gov:", "logs.cn-north-1.amazonaws.com\"", "console.amazonaws-us-gov.com"]);
    } else {
        wrong.extend(["arn:aws-cn:", "amazonaws.com.cn", "console.amazonaws.cn"]);
    }
    wrong.into_iter().filter(|part| text.contains(part)).collect()
}

fn programs(partition: &'static str, region: &'static str) -> impl Strategy<Value = Json> {
    let topic = format!("arn:{partition}:sqs:{region}:{ACCOUNT}:findings");
    let function = format!("arn:{partition}:lambda:{region}:{ACCOUNT}:function:own");
    (
        prop::sample::select(vec!["reuse", "create"]),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        prop::sample::select(vec!["immediate", "hourly", "daily"]),
        any::<bool>(),
    )
        .prop_map(move |(mode, routed, custom, remediated, digest, hardened)| {
            let mut given = json!({
                "recorder": { "mode": mode },
                "notifications": { "emails": { "security": "security@example.com" }, "digest": digest },
                "hardened": hardened,
            });
            if routed {
                given["notifications"]["routes"] = json!({ "soc": { "sqs": topic } });
            }
            if custom {
                given["rules"]["custom"] = json!([{ "name": "own", "function": { "arn": function },
                    "triggers": { "onChange": true }, "scope": { "resourceTypes": ["AWS::EC2::Volume"] } }]);
            }
            if hardened {
                given["frameworks"] = json!([{ "id": "cis-aws-1.4-level1" },
                    { "id": "pci-dss-4.0", "deployAs": "conformancePack" }]);
            }
            if remediated {
                given["rules"]["managed"] = json!([{ "identifier": "S3_BUCKET_VERSIONING_ENABLED",
                    "remediation": { "acceptInferred": true }, "onUnavailable": "ignore" }]);
            }
            given
        })
}

fn held(partition: &str, children: &[(String, String)]) -> Result<(), TestCaseError> {
    for (name, text) in children {
        let wrong = foreign(partition, text);
        prop_assert!(wrong.is_empty(), "{name} has {wrong:?} in {partition}: {text}");
    }
    Ok(())
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn finding_16_nothing_of_the_partition_aws_is_in_what_is_deployed_to_govcloud(
        given in programs("aws-us-gov", "us-gov-west-1"),
    ) {
        held("aws-us-gov", &run(registered::<ComplianceMonitoring>("aws-us-gov", "us-gov-west-1", given)))?;
    }

    #[test]
    fn finding_16_nothing_of_the_partition_aws_is_in_what_is_deployed_to_isolated_partitions(
        secret in programs("aws-iso-b", "us-isob-east-1"),
        top_secret in programs("aws-iso", "us-iso-east-1"),
    ) {
        held("aws-iso-b", &run(registered::<ComplianceMonitoring>("aws-iso-b", "us-isob-east-1", secret)))?;
        held("aws-iso", &run(registered::<ComplianceMonitoring>("aws-iso", "us-iso-east-1", top_secret)))?;
    }

    #[test]
    fn finding_16_nothing_of_the_partition_aws_is_in_the_parts_that_china_takes(
        given in programs("aws-cn", "cn-north-1"),
    ) {
        let part = |own: Json| own;
        let key = format!("arn:aws-cn:kms:cn-north-1:{ACCOUNT}:key/1");
        let at = ("aws-cn", "cn-north-1");
        held("aws-cn", &run(registered::<Encryption>(at.0, at.1, part(json!({ "configDelivery": true })))))?;
        let store = json!({ "kmsKeyArn": key, "configDelivery": true });
        held("aws-cn", &run(registered::<ReportStore>(at.0, at.1, store)))?;
        let recorder = json!({ "bucketName": "abc", "bucketArn": "arn:aws-cn:s3:::abc", "kmsKeyArn": key });
        held("aws-cn", &run(registered::<Recorder>(at.0, at.1, recorder)))?;
        let rules = given.get("rules").cloned().unwrap_or_else(|| json!({}));
        held("aws-cn", &run(registered::<RuleSet>(at.0, at.1, json!({ "rules": rules }))))?;
        let alerts = json!({ "kmsKeyArn": key, "notifications": given["notifications"] });
        held("aws-cn", &run(registered::<Alerts>(at.0, at.1, alerts)))?;
        let topic = format!("arn:aws-cn:sns:cn-north-1:{ACCOUNT}:alerts");
        held("aws-cn", &run(registered::<Alarms>(at.0, at.1, json!({ "topicArn": topic, "bucketName": "abc" }))))?;
        held("aws-cn", &run(registered::<History>(at.0, at.1, json!({ "bucketName": "abc", "kmsKeyArn": key }))))?;
    }
}

async fn refused<C: PreparedComponent>(given: Json) -> String {
    let monitor = answers_of("aws-cn", "cn-northwest-1", MockMonitor::preview());
    match construct_with::<C>(&monitor, "compliance", inputs(given)).await {
        Err(Error::InvalidInputs(problems)) => {
            assert!(monitor.recorded().registrations.is_empty(), "nothing is registered");
            problems.into_iter().map(|problem| problem.reason).collect()
        }
        other => panic!("expected a refusal, got {:?}", other.map(|_| "it constructs")),
    }
}

/// AWS Config offers no advanced queries over an aggregator there, which the report is made of.
#[tokio::test]
async fn finding_16_functions_are_refused_at_preview_in_china() {
    let functions =
        json!({ "bucketName": "abc", "kmsKeyArn": format!("arn:aws-cn:kms:cn-northwest-1:{ACCOUNT}:key/1") });
    for reason in [refused::<ComplianceMonitoring>(json!({})).await, refused::<Functions>(functions).await] {
        assert!(reason.contains("cn-northwest-1") && reason.contains("advanced queries"), "{reason}");
    }
}
