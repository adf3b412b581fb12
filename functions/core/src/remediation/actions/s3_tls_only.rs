//! Adds a statement to a bucket's policy that denies requests without TLS. No other statement is changed.

use compliance_types::arn::Arn;
use serde_json::{Value, json};

use super::super::{
    action::{Action, Parameters, Permission, Proposal, Scope, Target},
    call::Call,
};

/// The action.
pub static ACTION: TlsOnly = TlsOnly;

/// See the module.
#[derive(Debug)]
pub struct TlsOnly;

/// Longest policy of a bucket (Amazon S3 User Guide, "Bucket policies"): 20 KB.
const LONGEST: usize = 20_480;
const SID: &str = "ComplianceTlsOnly";

impl Action for TlsOnly {
    fn id(&self) -> &'static str {
        "s3-tls-only"
    }

    fn summary(&self) -> &'static str {
        "Adds a statement to the bucket's policy that denies requests without TLS"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        &["S3_BUCKET_SSL_REQUESTS_ONLY"]
    }

    fn resource_type(&self) -> &'static str {
        "AWS::S3::Bucket"
    }

    fn reads(&self) -> &'static [Permission] {
        &[Permission { sid: "ReadBucketPolicies", actions: &["s3:GetBucketPolicy"], scope: Scope::Buckets }]
    }

    fn changes(&self) -> &'static [Permission] {
        &[Permission {
            sid: "ChangeBucketPolicies",
            actions: &["s3:DeleteBucketPolicy", "s3:PutBucketPolicy"],
            scope: Scope::Buckets,
        }]
    }

    fn read(&self, target: &Target) -> Result<Vec<Call>, String> {
        Ok(vec![Call::get("GetBucketPolicy", &target.resource_id, "policy").absent_if(&["NoSuchBucketPolicy"])])
    }

    fn part(&self, _: &Target, answers: &[Value]) -> Result<Value, String> {
        let policy = answers.first().ok_or("an answer is missing")?;
        if !policy.is_null() && policy.get("Statement").is_none() {
            return Err("the bucket's policy has no statements".to_owned());
        }
        Ok(json!({ "policy": policy }))
    }

    fn propose(&self, target: &Target, _: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        let before = part.get("policy").ok_or("the part has no `policy`")?;
        let arn = Arn::of_bucket(&target.partition, &target.resource_id).to_string();
        let statements = match before.get("Statement") {
            None => Vec::new(),
            Some(Value::Array(list)) => list.clone(),
            Some(one) => vec![one.clone()],
        };
        if statements.iter().any(|statement| denies_plain_http(statement, &arn)) {
            return Ok(Proposal::Complies);
        }
        let taken = |sid: &str| statements.iter().any(|statement| statement.get("Sid") == Some(&json!(sid)));
        let sid = (1..).map(|number| if number == 1 { SID.to_owned() } else { format!("{SID}{number}") });
        let sid = sid.into_iter().find(|sid| !taken(sid)).unwrap_or_default();
        let added = json!({
            "Sid": sid, "Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": [arn, format!("{arn}/*")],
            "Condition": { "Bool": { "aws:SecureTransport": "false" } },
        });
        let mut policy = before.as_object().cloned().unwrap_or_default();
        if policy.is_empty() {
            policy.insert("Version".to_owned(), json!("2012-10-17"));
        }
        policy.insert("Statement".to_owned(), statements.into_iter().chain([added]).collect());
        let after = json!({ "policy": policy });
        if Value::Object(policy).to_string().len() > LONGEST {
            return Ok(Proposal::Advice {
                reason: "the bucket's policy would be longer than 20 KB; shorten it, and add a statement that denies requests without TLS".to_owned(),
                commands: vec![format!("aws s3api get-bucket-policy --bucket {} --query Policy --output text", target.resource_id)],
            });
        }
        let effect = format!("add the statement `{sid}`, which denies requests without TLS, to the bucket's policy");
        Ok(Proposal::Change { after, effect, approval: None })
    }

    fn write(&self, target: &Target, _: &Value, to: &Value) -> Result<Vec<Call>, String> {
        let policy = to.get("policy").ok_or("the part has no `policy`")?;
        Ok(vec![match policy {
            Value::Null => Call::delete("DeleteBucketPolicy", &target.resource_id, "policy"),
            policy => Call::put("PutBucketPolicy", &target.resource_id, "policy", policy.to_string()),
        }])
    }
}

/// Whether a statement denies everybody every action on the bucket and its objects without TLS, under no further condition.
fn denies_plain_http(statement: &Value, arn: &str) -> bool {
    let listed = |name: &str, wanted: &str| match statement.get(name) {
        Some(Value::Array(list)) => list.iter().any(|one| one == wanted),
        Some(one) => one == wanted,
        None => false,
    };
    let principal = statement.get("Principal");
    let everybody = [json!("*"), json!({ "AWS": "*" }), json!({ "AWS": ["*"] })];
    let condition = statement.get("Condition");
    let plain = [json!("false"), json!(["false"]), json!(false)].map(|value| json!({ "Bool": { "aws:SecureTransport": value } }));
    statement.get("Effect") == Some(&json!("Deny"))
        && everybody.iter().any(|one| Some(one) == principal)
        && (listed("Action", "s3:*") || listed("Action", "*"))
        && (listed("Resource", "*") || (listed("Resource", arn) && listed("Resource", &format!("{arn}/*"))))
        && plain.iter().any(|one| Some(one) == condition)
}
