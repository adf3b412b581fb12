//! Every action on resources as they really are: what it changes, what it leaves, and that undo restores what was.

mod identity;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    super::{
        action::{Action, Parameters, Proposal, Risk, Target},
        call::{Call, Content},
    },
    ALL, action, of_rule,
};

fn target(id: &str) -> Target {
    Target {
        partition: "aws".to_owned(),
        account: "123456789012".to_owned(),
        region: "eu-central-1".to_owned(),
        resource_id: id.to_owned(),
        ..Target::default()
    }
}

fn proposed(action: &dyn Action, target: &Target, part: &Value) -> Proposal {
    let given = BTreeMap::new();
    action.propose(target, &Parameters { given: &given, known: action.parameters() }, part).unwrap()
}

/// Part and proposal for answers.
fn of(id: &str, resource: &str, answers: &[Value]) -> (Value, Proposal) {
    let (action, target) = (action(id).unwrap(), target(resource));
    assert_eq!(action.read(&target).unwrap().len(), answers.len(), "an answer for each request");
    let part = action.part(&target, answers).unwrap();
    let proposal = proposed(action, &target, &part);
    (part, proposal)
}

/// Each action, a resource, and answers of which it finds something to change.
fn samples() -> Vec<(&'static str, &'static str, Vec<Value>)> {
    vec![
        (
            "cloudtrail-validation",
            "trail",
            vec![json!({ "trailList": [{
            "Name": "trail", "HomeRegion": "eu-central-1", "LogFileValidationEnabled": false,
            "TrailARN": "arn:aws:cloudtrail:eu-central-1:123456789012:trail/trail",
        }] })],
        ),
        ("ebs-encryption-by-default", "123456789012", vec![json!({ "ebsEncryptionByDefault": ["false"] })]),
        ("iam-password-policy", "123456789012", vec![Value::Null]),
        ("instance-type", "i-1", vec![instance("running")]),
        (
            "kms-rotation",
            "k",
            vec![
                json!({ "KeyMetadata": { "KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "Origin": "AWS_KMS", "KeyState": "Enabled" } }),
                json!({ "KeyRotationEnabled": false }),
            ],
        ),
        ("log-retention", "g", vec![json!({ "logGroups": [{ "logGroupName": "g", "retentionInDays": 7 }] })]),
        ("rds-backup", "db-X", vec![database("0", "false")]),
        ("rds-deletion-protection", "db-X", vec![database("1", "false")]),
        ("s3-public-access-block", "b", vec![Value::Null, Value::Null]),
        ("s3-tls-only", "b", vec![Value::Null]),
        ("s3-versioning", "b", vec![json!({ "Status": ["Suspended"] })]),
        ("security-group-admin-ports", "sg-1", vec![group(&[("tcp", 22, 22, "0.0.0.0/0")]), unused()]),
        (
            "sns-encryption",
            "arn:aws:sns:eu-central-1:123456789012:t",
            vec![
                json!({ "GetTopicAttributesResult": [{ "Attributes": [{ "entry": [{ "key": ["Owner"], "value": ["1"] }] }] }] }),
            ],
        ),
        (
            "sqs-encryption",
            "https://sqs.eu-central-1.amazonaws.com/123456789012/q",
            vec![json!({ "Attributes": { "SqsManagedSseEnabled": "false" } })],
        ),
    ]
}

fn database(days: &str, protected: &str) -> Value {
    json!({ "DescribeDBInstancesResult": [{ "DBInstances": [{ "DBInstance": [{
        "DBInstanceIdentifier": ["orders"], "DbiResourceId": ["db-X"], "BackupRetentionPeriod": [days],
        "DeletionProtection": [protected],
    }] }] }] })
}

fn instance(state: &str) -> Value {
    json!({ "reservationSet": [{ "item": [{ "instancesSet": [{ "item": [{
        "instanceType": ["m1.large"], "instanceState": [{ "name": [state] }], "rootDeviceType": ["ebs"],
    }] }] }] }] })
}

fn group(permissions: &[(&str, i64, i64, &str)]) -> Value {
    let items: Vec<Value> = permissions
        .iter()
        .map(|(protocol, from, to, cidr)| {
            json!({
                "ipProtocol": [protocol], "fromPort": [from.to_string()], "toPort": [to.to_string()],
                "ipRanges": [{ "item": [{ "cidrIp": [cidr], "description": ["why"] }] }],
            })
        })
        .collect();
    json!({ "securityGroupInfo": [{ "item": [{ "ipPermissions": [{ "item": items }] }] }] })
}

fn unused() -> Value {
    json!({ "networkInterfaceSet": [""] })
}

fn sent(calls: &[Call]) -> Vec<String> {
    let body = |call: &Call| match &call.content {
        Content::Json(members) => members.to_string(),
        Content::Form(fields) => Call::form_body(call.operation, "1", fields),
        Content::Post { path, body } => format!("{path} {body}"),
        Content::Bucket { method, bucket, subresource, body } => {
            format!("{method} /{bucket}?{subresource} {}", body.clone().unwrap_or_default())
        }
    };
    calls.iter().map(|call| format!("{} {}", call.operation, body(call))).collect()
}

#[test]
fn every_action_has_an_id_of_its_own_a_sample_and_least_permissions() {
    let ids: BTreeSet<_> = ALL.iter().map(|action| action.id()).collect();
    assert_eq!(ids.len(), ALL.len());
    let identifiers: Vec<_> = ALL.iter().flat_map(|action| action.identifiers()).collect();
    assert_eq!(identifiers.iter().collect::<BTreeSet<_>>().len(), identifiers.len(), "one action for each rule");
    for action in ALL {
        let is_read = |name: &&str| {
            let verb = name.split_once(':').unwrap().1;
            ["Get", "Describe", "List"].iter().any(|read| verb.starts_with(read))
        };
        assert!(action.reads().iter().flat_map(|one| one.actions).all(is_read), "{}", action.id());
        assert!(!action.changes().iter().flat_map(|one| one.actions).any(is_read), "{}", action.id());
        for permission in action.reads().iter().chain(action.changes()) {
            assert!(permission.actions.is_sorted() && permission.actions.iter().all(|name| !name.contains('*')));
        }
        let advice = matches!(action.risk(), Risk::Advice(_));
        assert_eq!(action.changes().is_empty(), advice, "{}", action.id());
        assert_eq!(samples().iter().any(|(id, ..)| *id == action.id()), !advice, "{}", action.id());
        for parameter in action.parameters() {
            assert_eq!((parameter.check)(parameter.default), Ok(()), "{} {}", action.id(), parameter.name);
            assert!((parameter.check)("").is_err(), "{} {}", action.id(), parameter.name);
        }
        for identifier in action.identifiers() {
            assert_eq!(of_rule(identifier).map(Action::id), Some(action.id()));
        }
    }
    assert!(action("nothing").is_none() && of_rule("NOTHING").is_none());
}

#[test]
fn every_change_leads_to_what_complies_and_undo_to_what_was() {
    for (id, resource, answers) in samples() {
        let (action, target) = (action(id).unwrap(), target(resource));
        let (before, proposal) = of(id, resource, &answers);
        let Proposal::Change { after, effect, approval } = proposal else { panic!("{id}: {proposal:?}") };
        assert!(!effect.is_empty());
        match proposed(action, &target, &after) {
            // What is contained waits for a person.
            Proposal::Advice { .. } => assert!(action.contains(), "{id}"),
            other => assert_eq!(other, Proposal::Complies, "{id}"),
        }
        let (act, undo) = (action.write(&target, &before, &after).unwrap(), action.write(&target, &after, &before));
        assert!(!act.is_empty(), "{id}");
        match undo {
            Ok(undo) => assert_ne!(sent(&act), sent(&undo), "{id}"),
            Err(reason) => {
                assert!(approval.is_some() || matches!(action.risk(), Risk::Approval(_)), "{id}: {reason}");
            }
        }
    }
}

#[test]
fn answer_that_lacks_what_is_needed_is_an_error_and_never_a_change() {
    for (id, resource, answers) in samples() {
        let (action, target) = (action(id).unwrap(), target(resource));
        assert!(action.part(&target, &[]).is_err(), "{id}");
        // What S3 and IAM say of a resource without a configuration is null.
        if !id.starts_with("s3-") && id != "iam-password-policy" {
            let nothing = vec![json!({}); answers.len()];
            assert!(action.part(&target, &nothing).is_err(), "{id}");
        }
    }
}

#[test]
fn tls_only_keeps_every_statement_of_a_policy() {
    let allow = json!({ "Sid": "Read", "Effect": "Allow", "Principal": { "AWS": "111122223333" }, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*" });
    let partial = json!({ "Sid": "ComplianceTlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": { "Bool": { "aws:SecureTransport": "false" } } });
    for (statement, count) in [(allow.clone(), 1), (json!([allow, partial]), 2), (json!([]), 0)] {
        let policy = json!({ "Version": "2008-10-17", "Id": "mine", "Statement": statement });
        let (_, Proposal::Change { after, .. }) = of("s3-tls-only", "b", &[policy]) else { panic!("no change") };
        let after = &after["policy"];
        assert_eq!((&after["Version"], &after["Id"]), (&json!("2008-10-17"), &json!("mine")));
        let statements = after["Statement"].as_array().unwrap();
        assert_eq!(statements.len(), count + 1);
        let before: Vec<Value> = match statement {
            Value::Array(list) => list,
            one => vec![one],
        };
        assert_eq!(statements[..count], before, "each statement stays as it is, in its place");
        let sids: BTreeSet<_> = statements.iter().map(|statement| statement["Sid"].to_string()).collect();
        assert_eq!(sids.len(), count + 1, "names of statements are unique");
    }
    let long = json!({ "Statement": [{ "Sid": "x".repeat(20_400), "Effect": "Allow" }] });
    assert!(matches!(of("s3-tls-only", "b", &[long]).1, Proposal::Advice { .. }));
}

#[test]
fn security_group_loses_the_matching_permission_alone() {
    let permissions = [
        ("tcp", 22, 22, "0.0.0.0/0"),
        ("tcp", 22, 22, "10.0.0.0/8"),
        ("tcp", 443, 443, "0.0.0.0/0"),
        ("udp", 3389, 3389, "0.0.0.0/0"),
    ];
    let (part, Proposal::Change { after, effect, approval }) =
        of("security-group-admin-ports", "sg-1", &[group(&permissions), unused()])
    else {
        panic!("no change")
    };
    assert_eq!((effect.as_str(), approval), ("remove the permission tcp 22 from 0.0.0.0/0", None));
    let action = action("security-group-admin-ports").unwrap();
    let calls = sent(&action.write(&target("sg-1"), &part, &after).unwrap());
    assert_eq!(calls.len(), 1);
    assert!(calls[0].starts_with("RevokeSecurityGroupIngress") && calls[0].contains("CidrIp=0.0.0.0%2F0"));
    assert!(!calls[0].contains("443") && !calls[0].contains("10.0.0.0"), "{calls:?}");
    let undo = sent(&action.write(&target("sg-1"), &after, &part).unwrap());
    assert!(undo[0].starts_with("AuthorizeSecurityGroupIngress") && undo[0].contains("Description=why"));
    let used = json!({ "networkInterfaceSet": [{ "item": [{ "networkInterfaceId": ["eni-1"] }] }] });
    let (_, proposal) = of("security-group-admin-ports", "sg-1", &[group(&[("tcp", 22, 22, "0.0.0.0/0")]), used]);
    let Proposal::Advice { reason, commands } = proposal else { panic!("a group in use is changed") };
    assert!(reason.contains("in use"), "{reason}");
    let permission = "IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/0}]";
    assert!(commands[0].contains(permission), "{commands:?}");
    for (permission, approved) in [(("tcp", 0, 65_535, "::/0"), true), (("-1", -1, -1, "0.0.0.0/0"), false)] {
        let (_, proposal) = of("security-group-admin-ports", "sg-1", &[group(&[permission]), unused()]);
        let Proposal::Change { approval, .. } = proposal else { panic!("{proposal:?}") };
        assert_eq!(approval.is_some(), approved, "{permission:?}");
    }
}

#[test]
fn database_whose_other_changes_wait_is_left_and_nothing_else_is_made_at_once() {
    let mut waiting = database("0", "false");
    let found = &mut waiting["DescribeDBInstancesResult"][0]["DBInstances"][0]["DBInstance"][0];
    found["PendingModifiedValues"] = json!([{ "DBInstanceClass": ["db.r5.large"] }]);
    let Proposal::Advice { reason, .. } = of("rds-backup", "db-X", std::slice::from_ref(&waiting)).1 else {
        panic!("a change that waits would be made at once")
    };
    assert!(reason.contains("maintenance window"), "{reason}");
    // Deletion protection takes effect at once without the others.
    let (part, proposal) = of("rds-deletion-protection", "db-X", &[waiting]);
    let Proposal::Change { after, .. } = proposal else { panic!("{proposal:?}") };
    let calls = sent(&action("rds-deletion-protection").unwrap().write(&target("db-X"), &part, &after).unwrap());
    assert!(!calls.concat().contains("ApplyImmediately"), "{calls:?}");
}

#[test]
fn undo_shortens_no_retention() {
    let retention = action("log-retention").unwrap();
    let days = |days: Value| json!({ "days": days });
    for (from, to) in [(days(json!(365)), days(json!(7))), (days(Value::Null), days(json!(3653)))] {
        let error = retention.write(&target("g"), &from, &to).unwrap_err();
        assert!(error.contains("deletes logs"), "{error}");
    }
    let group = json!({ "logGroups": [{ "logGroupName": "g", "retentionInDays": 7 }] });
    let (_, Proposal::Change { approval, .. }) = of("log-retention", "g", &[group]) else { panic!("no change") };
    assert!(approval.unwrap().contains("undo does not shorten"));
    let backups = |days: u64| json!({ "name": "orders", "days": days });
    let error = action("rds-backup").unwrap().write(&target("db-X"), &backups(30), &backups(3)).unwrap_err();
    assert!(error.contains("deletes backups"), "{error}");
}

#[test]
fn retention_is_never_shortened_and_group_names_that_begin_alike_are_apart() {
    let groups = json!({ "logGroups": [{ "logGroupName": "g-2", "retentionInDays": 1 }, { "logGroupName": "g" }] });
    assert_eq!(of("log-retention", "g", std::slice::from_ref(&groups)).1, Proposal::Complies, "retained for ever");
    let (part, proposal) = of("log-retention", "arn:aws:logs:eu-central-1:123456789012:log-group:g-2:*", &[groups]);
    assert_eq!(part, json!({ "days": 1 }));
    assert!(matches!(proposal, Proposal::Change { .. }));
    let long = json!({ "logGroups": [{ "logGroupName": "g", "retentionInDays": 400 }] });
    assert_eq!(of("log-retention", "g", &[long]).1, Proposal::Complies);
}

#[test]
fn password_policy_keeps_what_is_stricter() {
    let policy = json!({ "GetAccountPasswordPolicyResult": [{ "PasswordPolicy": [{
        "MinimumPasswordLength": ["20"], "MaxPasswordAge": ["60"], "RequireSymbols": ["false"],
        "AllowUsersToChangePassword": ["true"], "ExpirePasswords": ["true"],
    }] }] });
    let (_, Proposal::Change { after, approval, .. }) = of("iam-password-policy", "123456789012", &[policy]) else {
        panic!("no change")
    };
    let after = &after["policy"];
    assert_eq!((&after["MinimumPasswordLength"], &after["MaxPasswordAge"]), (&json!(20), &json!(60)));
    assert_eq!((&after["RequireSymbols"], &after["AllowUsersToChangePassword"]), (&json!(true), &json!(true)));
    assert_eq!(approval, None);
}

#[test]
fn password_policy_with_a_value_that_does_not_read_is_left_as_it_is() {
    let policy = json!({ "GetAccountPasswordPolicyResult": [{ "PasswordPolicy": [{ "MaxPasswordAge": ["never"] }] }] });
    let error = action("iam-password-policy").unwrap().part(&target("123456789012"), &[policy]).unwrap_err();
    assert!(error.contains("`MaxPasswordAge`"), "{error}");
}

#[test]
fn what_an_action_cannot_do_is_advice() {
    let key = |member: &str, value: &str| {
        let mut key = json!({ "KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "Origin": "AWS_KMS", "KeyState": "Enabled" });
        key[member] = json!(value);
        vec![json!({ "KeyMetadata": key }), Value::Null]
    };
    let mut replica = key("KeyState", "Enabled").remove(0);
    replica["KeyMetadata"]["MultiRegionConfiguration"] = json!({ "MultiRegionKeyType": "REPLICA" });
    let trail = json!({ "trailList": [{ "Name": "t", "HomeRegion": "us-east-1", "LogFileValidationEnabled": false, "TrailARN": "arn:aws:cloudtrail:us-east-1:123456789012:trail/t" }] });
    let (mut scaled, mut spot) = (instance("running"), instance("running"));
    let set = |instance: &mut Value, name: &str, value: Value| {
        instance["reservationSet"][0]["item"][0]["instancesSet"][0]["item"][0][name] = value;
    };
    set(&mut scaled, "tagSet", json!([{ "item": [{ "key": ["aws:autoscaling:groupName"], "value": ["web"] }] }]));
    set(&mut spot, "instanceLifecycle", json!(["spot"]));
    let mut cluster = database("0", "false");
    cluster["DescribeDBInstancesResult"][0]["DBInstances"][0]["DBInstance"][0]["DBClusterIdentifier"] = json!(["c"]);
    for (id, resource, answers) in [
        ("kms-rotation", "k", key("KeyManager", "AWS")),
        ("kms-rotation", "k", key("KeySpec", "RSA_2048")),
        ("kms-rotation", "k", key("Origin", "EXTERNAL")),
        ("kms-rotation", "k", key("KeyState", "PendingDeletion")),
        ("kms-rotation", "k", vec![replica, Value::Null]),
        ("cloudtrail-validation", "t", vec![trail]),
        ("rds-backup", "db-X", vec![cluster]),
        ("s3-versioning", "b", vec![json!({ "Status": ["Suspended"], "MfaDelete": ["Enabled"] })]),
        ("instance-type", "i-1", vec![instance("stopped")]),
        ("instance-type", "i-1", vec![scaled]),
        ("instance-type", "i-1", vec![spot]),
        ("volume-encryption", "vol-1", vec![json!({ "volumeSet": [{ "item": [{ "encrypted": ["false"] }] }] })]),
    ] {
        assert!(matches!(of(id, resource, &answers).1, Proposal::Advice { .. }), "{id} {answers:?}");
    }
}

#[test]
fn what_cannot_be_undone_needs_an_approval() {
    let never = of("s3-versioning", "b", &[json!({})]).1;
    assert!(matches!(never, Proposal::Change { approval: Some(_), .. }));
    let backup = action("rds-backup").unwrap();
    assert!(matches!(backup.risk(), Risk::Approval(_)));
    let (from, to) = (json!({ "name": "orders", "days": 7 }), json!({ "name": "orders", "days": 0 }));
    assert!(backup.write(&target("db-X"), &from, &to).is_err(), "backups are never turned off");
}

#[test]
fn ids_that_are_no_ids_are_errors() {
    for id in
        ["log-retention", "kms-rotation", "security-group-admin-ports", "sns-encryption", "rds-backup", "instance-type"]
    {
        for resource in ["", "a b", "a\nb", "a;b", "ä"] {
            assert!(action(id).unwrap().read(&target(resource)).is_err(), "{id} {resource:?}");
        }
    }
}
