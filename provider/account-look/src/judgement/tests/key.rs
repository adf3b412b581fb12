//! The user's key.

use super::*;

pub(super) fn with_key(change: impl FnOnce(&mut Key)) -> (Look, LookRequest) {
    let arn = format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/1");
    let statements: Vec<Value> = key_users("aws", REGION, ACCOUNT, &[]).iter().map(crate::KeyUser::statement).collect();
    let mut key = Key {
        arn: arn.clone(),
        exists: Some(true),
        state: Some("Enabled".into()),
        spec: Some("SYMMETRIC_DEFAULT".into()),
        aws_managed: false,
        policy: Some(json!({ "Statement": statements })),
    };
    change(&mut key);
    let log_groups = vec!["/aws/lambda/compliance-processing".to_owned()];
    let request = LookRequest { key: Some(PlannedKey::new(arn, log_groups)), ..request() };
    (Look { key: Some(key), ..good() }, request)
}

#[test]
fn finding_13_a_key_must_admit_aws_config_where_a_recorder_of_this_component_delivers() {
    let messages = |delivers: bool, admitted: bool| {
        let (mut look, mut request) = with_key(|key| {
            if let (true, Some(policy)) = (admitted, &mut key.policy) {
                let config = crate::key_policy::config_delivery(ACCOUNT).statement();
                policy["Statement"].as_array_mut().expect("statements").push(config);
            }
        });
        (look.recorders, look.delivery_channels) = (Some(Vec::new()), Some(Vec::new()));
        request.recorder.mode = Some(RecorderMode::Create);
        if let Some(key) = &mut request.key {
            key.config_delivers = delivers;
        }
        let found = crate::scan_messages(&look, &request).into_iter().filter(|one| one.path == "kmsKeyArn".into());
        found.map(|one| one.message).collect::<Vec<_>>()
    };
    assert!(messages(true, true).is_empty() && messages(false, false).is_empty());
    let [missing] = &messages(true, false)[..] else { panic!("one message") };
    assert!(missing.contains("`config.amazonaws.com`") && missing.contains("\"Sid\": \"Config\""), "{missing}");
}

#[test]
fn a_key_must_admit_aws_budgets_where_there_is_a_budget() {
    let messages = |budget: bool| {
        let (look, mut request) = with_key(|_| {});
        if let Some(key) = &mut request.key {
            key.budget_notifies = budget;
        }
        let found = crate::scan_messages(&look, &request).into_iter().filter(|one| one.path == "kmsKeyArn".into());
        found.map(|one| one.message).collect::<Vec<_>>()
    };
    assert!(messages(false).is_empty());
    let [missing] = &messages(true)[..] else { panic!("one message") };
    assert!(missing.contains("`budgets.amazonaws.com`") && missing.contains("\"Sid\": \"Budgets\""), "{missing}");
}

#[test]
fn a_key_is_of_use_and_admits_everyone() {
    let (look, request) = with_key(|_| {});
    assert_eq!(told(&look, &request).len(), 1);
    for (start, part, change) in [
        ("Error kmsKeyArn: there is no key", "leave it out", (|key| key.exists = Some(false)) as fn(&mut Key)),
        ("Error kmsKeyArn: the key cannot be used", "`PendingDeletion`", |key| {
            key.state = Some("PendingDeletion".into())
        }),
        ("Error kmsKeyArn: the key is of kind", "`RSA_4096`", |key| key.spec = Some("RSA_4096".into())),
        ("Error kmsKeyArn: the key is of us-east-1", "in eu-west-1", |key| {
            key.arn = "arn:aws:kms:us-east-1:111122223333:key/1".into()
        }),
    ] {
        let (look, request) = with_key(change);
        expect(&look, &request, start, &[part]);
    }
}

#[test]
fn the_statements_that_a_key_policy_lacks_are_printed() {
    let (look, request) = with_key(|key| {
        let statements = key.policy.as_mut().unwrap()["Statement"].as_array_mut().unwrap();
        statements.retain(|statement| !statement["Sid"].as_str().unwrap().contains("Event"));
        statements[1]["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"] =
            json!("arn:aws:logs:*:log-group:x");
    });
    expect(
        &look,
        &request,
        "Error kmsKeyArn: the key's policy does not admit `logs.eu-west-1.amazonaws.com` (",
        &[
            "`events.amazonaws.com` (events of EventBridge to the encrypted queues)",
            "add to the statements of its policy:\n{\n",
            "\"kms:EncryptionContext:aws:logs:arn\": \"arn:aws:logs:eu-west-1:111122223333:log-group:*\"",
            "},\n{",
            "\"Service\": \"events.amazonaws.com\"",
        ],
    );
    let (look, request) = with_key(|key| {
        key.aws_managed = true;
        key.policy = Some(json!({ "Statement": [] }));
    });
    expect(&look, &request, "Error kmsKeyArn:", &["its policy is AWS's and cannot be changed"]);
    let (look, request) = with_key(|key| {
        let statements = key.policy.as_mut().unwrap()["Statement"].as_array_mut().unwrap();
        statements[4]["Condition"] = json!({ "ArnLike": { "aws:SourceArn": "arn:aws:sns:*" } });
    });
    expect(&look, &request, "Warning kmsKeyArn: whether the key's policy admits `sns.amazonaws.com` depends", &[]);
}
