//! Turns on all four settings of a bucket's public access block.

use serde_json::{Map, Value, json};

use super::super::{
    action::{Action, Parameters, Permission, Proposal, Scope, Target},
    call::{Call, at, text},
};

/// The action.
pub static ACTION: PublicAccessBlock = PublicAccessBlock;

/// See the module.
#[derive(Debug)]
pub struct PublicAccessBlock;

const SETTINGS: [&str; 4] = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];

impl Action for PublicAccessBlock {
    fn id(&self) -> &'static str {
        "s3-public-access-block"
    }

    fn summary(&self) -> &'static str {
        "Turns on all four settings of the bucket's public access block"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        &["S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED", "S3_BUCKET_PUBLIC_READ_PROHIBITED", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"]
    }

    fn resource_type(&self) -> &'static str {
        "AWS::S3::Bucket"
    }

    fn reads(&self) -> &'static [Permission] {
        &[Permission {
            sid: "ReadPublicAccessBlocks",
            actions: &["s3:GetBucketPublicAccessBlock", "s3:GetBucketWebsite"],
            scope: Scope::Buckets,
        }]
    }

    fn changes(&self) -> &'static [Permission] {
        &[Permission {
            sid: "ChangePublicAccessBlocks",
            actions: &["s3:PutBucketPublicAccessBlock"],
            scope: Scope::Buckets,
        }]
    }

    fn read(&self, target: &Target) -> Result<Vec<Call>, String> {
        let bucket = &target.resource_id;
        Ok(vec![
            Call::get("GetPublicAccessBlock", bucket, "publicAccessBlock")
                .absent_if(&["NoSuchPublicAccessBlockConfiguration"]),
            Call::get("GetBucketWebsite", bucket, "website").absent_if(&["NoSuchWebsiteConfiguration"]),
        ])
    }

    fn part(&self, _: &Target, answers: &[Value]) -> Result<Value, String> {
        let [block, website] = answers else { return Err("an answer is missing".to_owned()) };
        let setting = |name: &&str| match text(block, &[*name]) {
            Some("true") => Ok(((*name).to_owned(), json!(true))),
            Some("false") | None => Ok(((*name).to_owned(), json!(false))),
            Some(other) => Err(format!("`{name}` is `{other}`")),
        };
        let block = match block {
            Value::Null => Value::Null,
            _ => Value::Object(SETTINGS.iter().map(setting).collect::<Result<Map<_, _>, String>>()?),
        };
        Ok(json!({ "block": block, "website": !website.is_null() }))
    }

    fn written(&self) -> &'static [&'static str] {
        &["block"]
    }

    fn propose(&self, _: &Target, _: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        let block: Map<String, Value> = SETTINGS.iter().map(|name| ((*name).to_owned(), json!(true))).collect();
        let after = json!({ "block": block, "website": part.get("website") });
        if after == *part {
            return Ok(Proposal::Complies);
        }
        let website = part.get("website") == Some(&json!(true));
        Ok(Proposal::Change {
            after,
            effect: "turn on all four settings of the public access block".to_owned(),
            approval: website.then(|| "the bucket is a website, which nobody can read afterwards".to_owned()),
        })
    }

    fn write(&self, target: &Target, _: &Value, to: &Value) -> Result<Vec<Call>, String> {
        let bucket = &target.resource_id;
        let block = at(to, &["block"]).ok_or("the part has no `block`")?;
        if block.is_null() {
            return Ok(vec![Call::delete("DeletePublicAccessBlock", bucket, "publicAccessBlock")]);
        }
        let settings = SETTINGS.map(|name| {
            let on = block.get(name) == Some(&json!(true));
            format!("<{name}>{on}</{name}>")
        });
        let body = format!(
            "<PublicAccessBlockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{}</PublicAccessBlockConfiguration>",
            settings.concat()
        );
        Ok(vec![Call::put("PutPublicAccessBlock", bucket, "publicAccessBlock", body)])
    }
}
