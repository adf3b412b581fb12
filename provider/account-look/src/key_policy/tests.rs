use serde_json::{Value, json};

use super::condition::like;
use super::*;

const ACCOUNT: &str = "111122223333";

fn users() -> Vec<KeyUser> {
    key_users("aws", "eu-west-1", ACCOUNT, &["/aws/lambda/compliance-processing".to_owned()])
}

fn user(principal: &str) -> KeyUser {
    users().into_iter().find(|user| user.principal == principal).unwrap()
}

fn policy(statements: impl IntoIterator<Item = Value>) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements.into_iter().collect::<Vec<_>>() })
}

fn allow(principal: Value, action: Value, condition: Value) -> Value {
    json!({ "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", "Condition": condition })
}

#[test]
fn the_statements_that_are_told_admit_everyone() {
    let policy = policy(users().iter().map(KeyUser::statement));
    for user in users() {
        assert_eq!(user.admission(&policy), Admission::Admitted, "{}", user.principal);
    }
}

#[test]
fn the_default_policy_admits_the_account_alone() {
    let root = json!({ "AWS": format!("arn:aws:iam::{ACCOUNT}:root") });
    let policy = policy([allow(root, json!("kms:*"), json!({}))]);
    let admitted: Vec<_> =
        users().into_iter().filter(|user| user.admission(&policy) != Admission::NotAdmitted).collect();
    assert_eq!(admitted.iter().map(|user| user.sid).collect::<Vec<_>>(), ["Account"]);
}

#[test]
fn conditions_are_judged_as_far_as_they_are_known() {
    use Admission::{Admitted, NotAdmitted, Unsure};
    let (logs, events, sns) = ("logs.eu-west-1.amazonaws.com", "events.amazonaws.com", "sns.amazonaws.com");
    let context = "kms:EncryptionContext:aws:logs:arn";
    let group = "arn:aws:logs:eu-west-1:111122223333:log-group:";
    let cases = [
        ("none", sns, json!({}), Admitted),
        ("own account", sns, json!({ "StringEquals": { "aws:SourceAccount": ACCOUNT } }), Admitted),
        ("one of several", sns, json!({ "StringEquals": { "AWS:sourceaccount": ["1", ACCOUNT] } }), Admitted),
        ("another account", sns, json!({ "StringEquals": { "aws:SourceAccount": "444455556666" } }), NotAdmitted),
        ("not another", sns, json!({ "StringNotEquals": { "aws:SourceAccount": "444455556666" } }), Admitted),
        ("sends no account", events, json!({ "StringEquals": { "aws:SourceAccount": ACCOUNT } }), NotAdmitted),
        ("sends none, allowed", events, json!({ "StringEqualsIfExists": { "aws:SourceAccount": ACCOUNT } }), Admitted),
        ("sends none, asked", events, json!({ "Null": { "aws:SourceArn": "true" } }), Admitted),
        ("not known here", sns, json!({ "ArnLike": { "aws:SourceArn": "arn:aws:sns:*" } }), Unsure),
        ("unknown operator", sns, json!({ "NumericEquals": { "aws:SourceAccount": 1 } }), Unsure),
        (
            "known no beside unknown",
            sns,
            json!({ "ArnLike": { "aws:SourceArn": "*" },
            "StringEquals": { "aws:SourceAccount": "444455556666" } }),
            NotAdmitted,
        ),
        ("the log group", logs, json!({ "ArnEquals": { context: format!("{group}/aws/lambda/*") } }), Admitted),
        ("another log group", logs, json!({ "ArnLike": { context: format!("{group}other") } }), NotAdmitted),
        ("over TLS", sns, json!({ "Bool": { "aws:SecureTransport": true } }), Admitted),
    ];
    for (name, service, condition, expected) in cases {
        let policy = policy([allow(json!({ "Service": [service] }), json!(["kms:*"]), condition)]);
        assert_eq!(user(service).admission(&policy), expected, "{name}");
    }
}

#[test]
fn principals_are_read_in_all_their_forms() {
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let cases = [
        ("sns.amazonaws.com", json!("*"), true),
        ("sns.amazonaws.com", json!({ "AWS": "*" }), true),
        ("sns.amazonaws.com", json!({ "Service": "sns.amazonaws.com" }), true),
        ("sns.amazonaws.com", json!({ "Service": ["s3.amazonaws.com"] }), false),
        (&root, json!({ "AWS": ACCOUNT }), true),
        (&root, json!({ "AWS": [root] }), true),
        (&root, json!({ "AWS": "arn:aws:iam::111122223333:role/admin" }), false),
    ];
    for (principal, named, admitted) in cases {
        let policy = policy([allow(named.clone(), json!("*"), json!({}))]);
        assert_eq!(user(principal).admission(&policy) == Admission::Admitted, admitted, "{principal} {named}");
    }
}

#[test]
fn every_action_is_needed_and_a_denial_wins() {
    let sns = || json!({ "Service": "sns.amazonaws.com" });
    let user = user("sns.amazonaws.com");
    let admission = |statements: Vec<Value>| user.admission(&policy(statements));
    let allowed = |action| allow(sns(), action, json!({}));
    let denied = |principal, condition| json!({ "Effect": "Deny", "Principal": principal, "Action": "kms:Decrypt", "Condition": condition });
    assert_eq!(admission(vec![allowed(json!("kms:Decrypt"))]), Admission::NotAdmitted);
    assert_eq!(admission(vec![allowed(json!("kms:decrypt*")), allowed(json!("kms:Generate*"))]), Admission::Admitted);
    let not_admin = json!({ "Effect": "Allow", "Principal": "*", "NotAction": "kms:Put*" });
    assert_eq!(admission(vec![not_admin]), Admission::Admitted);
    assert_eq!(admission(vec![allowed(json!("*")), denied(json!("*"), json!({}))]), Admission::NotAdmitted);
    let insecure = json!({ "Bool": { "aws:SecureTransport": "false" } });
    assert_eq!(admission(vec![allowed(json!("*")), denied(json!("*"), insecure)]), Admission::Admitted);
    let others = json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-1" } });
    assert_eq!(admission(vec![allowed(json!("*")), denied(json!("*"), others)]), Admission::Unsure);
    let all_but = json!({ "Effect": "Allow", "NotPrincipal": { "AWS": "1" }, "Action": "*" });
    assert_eq!(admission(vec![all_but]), Admission::Unsure);
}

#[test]
fn a_policy_of_any_shape_is_read_without_a_fall() {
    for policy in [json!(null), json!([]), json!({ "Statement": "x" }), json!({ "Statement": [1, { "Effect": 2 }] })] {
        assert_eq!(user("sns.amazonaws.com").admission(&policy), Admission::NotAdmitted, "{policy}");
    }
    let single = json!({ "Statement": allow(json!({ "Service": "sns.amazonaws.com" }), json!("*"), json!(null)) });
    assert_eq!(user("sns.amazonaws.com").admission(&single), Admission::Admitted);
}

#[test]
fn china_has_its_own_principal_for_logs() {
    let users = key_users("aws-cn", "cn-north-1", ACCOUNT, &[]);
    assert!(users.iter().any(|user| user.principal == "logs.cn-north-1.amazonaws.com.cn"));
}

#[test]
fn patterns() {
    for (pattern, text, matches) in [
        ("", "", true),
        ("*", "", true),
        ("a*", "abc", true),
        ("*c", "abc", true),
        ("a?c", "abc", true),
        ("a*b*c", "axxbyyc", true),
        ("a*b*c", "axxcyyb", false),
        ("abc", "abcd", false),
        ("?", "", false),
        ("**a", "bba", true),
        ("kms:*", "kms:decrypt", true),
    ] {
        assert_eq!(like(pattern, text), matches, "{pattern} {text}");
    }
}
