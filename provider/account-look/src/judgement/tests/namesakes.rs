//! Things of others that have our names.

use super::*;

#[test]
fn namesakes_of_others_are_refused_and_named() {
    use NamesakeKind::{Aggregator, Authorization, ConformancePack, Rule};
    let rule = "ebs-volumes-encrypted";
    for (name, found, start, parts) in [
        (
            "rule",
            namesake(Rule, "users", Some(Tags::new())),
            "Error rules.managed[0].name: a rule `users`",
            [
                "overwrite it, and a destroy would delete it",
                "tag-resource --resource-arn arn:users --tags Key=aws-compliance:owner,Value='audit/prod/compliance'",
            ],
        ),
        (
            "of another deployment",
            namesake(Rule, rule, tags(OWNER_TAG, "audit/dev/compliance")),
            "Error rules.baseline:",
            ["it belongs to the deployment `audit/dev/compliance`", "another name"],
        ),
        (
            "of CloudFormation",
            namesake(Rule, rule, tags("aws:cloudformation:stack-name", "base")),
            "Error rules.base",
            ["made by the CloudFormation stack `base`", ""],
        ),
        (
            "aggregator",
            namesake(Aggregator, "compliance-aggregator", Some(Tags::new())),
            "Error namePrefix:",
            ["an aggregator `compliance-aggregator`", "another `namePrefix`"],
        ),
        (
            "pack",
            namesake(ConformancePack, "compliance-cis", Some(Tags::new())),
            "Error frameworks[0].deployAs:",
            ["a conformance pack `compliance-cis`", ""],
        ),
        (
            "event rule",
            namesake(NamesakeKind::EventRule, "compliance-schedule", Some(Tags::new())),
            "Error namePrefix: an event rule `compliance-schedule`",
            ["`aws events tag-resource --resource-arn arn:compliance-schedule --tags Key=", "another `namePrefix`"],
        ),
        (
            "dashboard",
            namesake(NamesakeKind::Dashboard, "ComplianceMonitoring-eu-west-1", Some(Tags::new())),
            "Error namePrefix: a dashboard `ComplianceMonitoring-eu-west-1`",
            ["text does not carry `aws-compliance:owner=audit/prod/compliance`", "set `dashboard.enabled` to false"],
        ),
        (
            "alarm",
            namesake(NamesakeKind::Alarm, "compliance-score-fell", Some(Tags::new())),
            "Error namePrefix: an alarm `compliance-score-fell`",
            [
                "`aws cloudwatch tag-resource --resource-arn arn:compliance-score-fell --tags Key=",
                "set `alarms.enabled` to false",
            ],
        ),
        (
            "authorization",
            namesake(Authorization, "111122223333/eu-west-1", Some(Tags::new())),
            "Warning namePrefix:",
            ["destroying this stack also removes it for others", ""],
        ),
    ] {
        println!("{name}");
        expect(&with_namesake(found), &request(), start, &parts);
    }
    let of_service = Namesake { created_by: Some("securityhub.amazonaws.com".into()), ..namesake(Rule, rule, None) };
    expect(
        &with_namesake(of_service),
        &request(),
        "Error rules.baseline:",
        &["by the service `securityhub.amazonaws.com`"],
    );
}

#[test]
fn authorization_that_exists_in_another_region_of_the_deployment_is_refused() {
    let found = namesake(NamesakeKind::Authorization, "111122223333/eu-west-1", Some(Tags::new()));
    let request = LookRequest { authorization: Some("111122223333/eu-west-1".into()), aggregator: None, ..request() };
    expect(
        &with_namesake(found),
        &request,
        "Error : the authorization for the aggregators of `111122223333/eu-west-1` exists",
        &["--authorized-account-id 111122223333 --authorized-aws-region eu-west-1", "remove the `AggregationSource`"],
    );
}

#[test]
fn journey_2_what_belongs_to_one_deployment_is_said_once_with_what_helps() {
    let other = tags(OWNER_TAG, "audit/dev/compliance");
    let of =
        |names: &[&str]| names.iter().map(|name| namesake(NamesakeKind::Rule, name, other.clone())).collect::<Vec<_>>();
    let mut namesakes = of(&["ebs-volumes-encrypted", "users", "three", "four"]);
    namesakes.push(namesake(NamesakeKind::EventRule, "compliance-schedule", other.clone()));
    let look = Look { namesakes, ..good() };
    expect(
        &look,
        &request(),
        "Error rules.baseline: 5 resources with these names belong to the deployment `audit/dev/compliance`",
        &[
            "`lookup.formerOwners: [\"audit/dev/compliance\"]`",
            "rules `ebs-volumes-encrypted`, `users`, `three` and 1 more; event rule `compliance-schedule`",
        ],
    );
    let former = Owner { former: vec!["audit/dev/compliance".into()], ..Owner::new("audit", "prod", "compliance") };
    assert!(told(&look, &LookRequest { owner: Some(former), ..request() })[0].starts_with("Status"));
}

#[test]
fn journey_6_names_that_exist_are_refused_by_kind_with_the_commands_that_help() {
    use NamesakeKind::{Bucket, Function, KeyAlias, LogGroup, Queue, Table, Topic};
    let tag = "`aws resourcegroupstaggingapi tag-resources --resource-arn-list arn:name --tags \
               'aws-compliance:owner=audit/prod/compliance'`";
    for (kind, what, delete) in [
        (Bucket, "the bucket `name`", "`aws s3 rb s3://name`"),
        (Table, "the table `name`", "`aws dynamodb delete-table --table-name name`"),
        (Topic, "the topic `name`", "`aws sns delete-topic --topic-arn arn:name`"),
        (
            Queue,
            "the queue `name`",
            "`aws sqs delete-queue --queue-url $(aws sqs get-queue-url --queue-name name --query QueueUrl --output text)`",
        ),
        (Function, "the function `name`", "`aws lambda delete-function --function-name name`"),
        (LogGroup, "the log group `name`", "`aws logs delete-log-group --log-group-name name`"),
        (KeyAlias, "the key alias `name`", "`aws kms delete-alias --alias-name name`"),
    ] {
        let planned = PlannedResource { kind, path: "namePrefix".into(), name: "name".into() };
        let request = LookRequest { resources: vec![planned], ..request() };
        let take_over = match kind {
            KeyAlias => "set `lookup.adoptUnmarked` to true for one deployment",
            LogGroup => {
                "`aws logs tag-resource --resource-arn arn:name --tags 'aws-compliance:owner=audit/prod/compliance'`"
            }
            _ => tag,
        };
        let whose = if kind == KeyAlias { "its key does not carry the tag" } else { "it does not carry the tag" };
        let start = format!("Error namePrefix: {what} exists, and {whose}");
        let found = with_namesake(namesake(kind, "name", Some(Tags::new())));
        expect(&found, &request, &start, &[delete, take_over]);
        let other = with_namesake(namesake(kind, "name", tags(OWNER_TAG, "audit/dev/compliance")));
        let start = format!("Error namePrefix: {what} exists, and it belongs to");
        expect(&other, &request, &start, &[delete, "`lookup.formerOwners: [\"audit/dev/compliance\"]`"]);
        assert!(!told(&found, &request)[0].contains("pulumi import"), "a child of a component is not imported alone");
    }
    let nobodys = |name| namesake(Queue, name, Some(Tags::new()));
    let look = Look { namesakes: vec![nobodys("a"), nobodys("b"), nobodys("c")], ..good() };
    expect(
        &look,
        &request(),
        "Error : 3 resources with these names exist, and none has the tag",
        &[
            "queues `a`, `b`, `c`",
            "set `lookup.adoptUnmarked: true` and run `pulumi up`, `pulumi refresh` and `pulumi up`",
            "--resource-arn-list arn:a arn:b arn:c --tags 'aws-compliance:owner=audit/prod/compliance'`",
        ],
    );
}

#[test]
fn a_command_tags_no_more_than_it_can_and_nothing_without_tags() {
    let nobodys = |kind, name: &str| namesake(kind, name, Some(Tags::new()));
    let queues = |count: usize| (0..count).map(|number| nobodys(NamesakeKind::Queue, &number.to_string()));
    let has_command = |namesakes| told(&Look { namesakes, ..good() }, &request())[0].contains("tag-resources");
    assert!(has_command(queues(20).collect()));
    assert!(!has_command(queues(21).collect()));
    assert!(!has_command(queues(3).chain([nobodys(NamesakeKind::Dashboard, "d")]).collect()));
}

#[test]
fn a_resource_of_a_service_or_of_cloudformation_is_not_taken_over() {
    for tags in [tags("aws:cloudformation:stack-name", "base"), None] {
        let created_by = tags.is_none().then(|| "securityhub.amazonaws.com".into());
        let rule = Namesake { created_by, ..namesake(NamesakeKind::Rule, "users", tags) };
        let told = told(&with_namesake(rule), &request());
        assert!(told[0].starts_with("Error") && !told[0].contains("tag-resource"), "{told:?}");
    }
}

#[test]
fn our_own_things_are_not_refused() {
    let of = |tags| with_namesake(namesake(NamesakeKind::Rule, "users", tags));
    let ours = of(tags(OWNER_TAG, "audit/prod/compliance"));
    assert_eq!(told(&ours, &request()).len(), 1);
    let renamed = of(tags(OWNER_TAG, "audit/prod/old"));
    let mut request = request();
    assert!(told(&renamed, &request)[0].starts_with("Error"));
    request.owner = Some(Owner { former: vec!["audit/prod/old".into()], ..Owner::new("audit", "prod", "compliance") });
    assert_eq!(told(&renamed, &request).len(), 1);
    request.owner = Some(Owner { unmarked_is_ours: true, ..Owner::new("audit", "prod", "compliance") });
    assert!(told(&of(Some(Tags::new())), &request)[0].starts_with("Status"));
    assert!(told(&renamed, &request)[0].starts_with("Error"), "a tag of another counts all the same");
    assert!(told(&of(None), &request)[0].starts_with("Status"), "without tags nothing is claimed");
    request.owner = None;
    assert!(told(&of(Some(Tags::new())), &request)[0].starts_with("Status"), "nobody asks");
}

#[test]
fn a_second_aggregation_is_refused() {
    let other = |tags| Aggregator {
        name: "audit-aggregator".into(),
        arn: "arn:aggregator".into(),
        organization: false,
        accounts: vec![ACCOUNT.into()],
        regions: vec![REGION.into()],
        all_regions: false,
        created_by: None,
        tags,
    };
    let look = |tags| Look { aggregators: Some(vec![other(tags)]), ..good() };
    expect(
        &look(tags(OWNER_TAG, "audit/dev/compliance")),
        &request(),
        "Error namePrefix: the deployment",
        &[
            "`audit/dev/compliance` has an aggregation in account 111122223333, region eu-west-1 already",
            "`audit-aggregator`",
        ],
    );
    assert_eq!(
        told(&look(Some(Tags::new())), &request()).len(),
        1,
        "an aggregator that is none of ours disturbs nothing"
    );
    assert_eq!(
        told(&look(tags(OWNER_TAG, "audit/prod/compliance")), &request()).len(),
        1,
        "nor one that is being replaced"
    );
}
