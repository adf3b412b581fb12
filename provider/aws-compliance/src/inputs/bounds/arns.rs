//! ARNs of the resources that inputs name.

use aws_compliance_catalog::Catalog;
use compliance_types::arn::{Account, Arn, ArnError, LambdaFunction};
use compliance_types::region::{PARTITIONS, may_be_region, partition_of_region};
use pulumi_component::InvalidValue;

use super::names::bucket_name;
use super::regions;

/// Longest name of a queue and of a topic (SQS API Reference, "CreateQueue"; SNS API Reference, "CreateTopic").
const QUEUE_NAME: usize = 80;
const TOPIC_NAME: usize = 256;
const KEY: &str = "the ARN of a KMS key: arn:aws:kms:REGION:ACCOUNT:key/ID";

/// Whether the services of a region can use a key: only those of the key's own region (KMS Developer Guide, "Multi-Region
/// keys"; a replica has an ARN of its own).
pub fn key_in_region(arn: &str, region: &str) -> Result<(), InvalidValue> {
    match Arn::parse(arn) {
        Ok(key) if key.region == region => Ok(()),
        _ => {
            Err(InvalidValue::new(format!("expected a key of {region}, where this is deployed: services use no other")))
        }
    }
}

/// The ARN of a KMS key. An alias' would not do: policies know a key by its own ARN alone (KMS Developer Guide,
/// "Specifying KMS keys in IAM policy statements").
pub fn key_arn(arn: &str) -> Result<(), InvalidValue> {
    let key = parse(arn, "kms", KEY)?;
    match key.resource.split_once('/').filter(|(_, id)| !id.is_empty()) {
        Some(("key", _)) => in_place(&key, KEY),
        Some(("alias", _)) => {
            Err(InvalidValue::new("expected the ARN of the key itself, not of its alias: policies know no alias"))
        }
        _ => Err(expected(KEY)),
    }
}

/// The ARN of the bucket of this name, where the name is known (S3 User Guide, "Policy resources for Amazon S3").
pub fn bucket_arn(arn: &str, name: Option<&str>) -> Result<(), InvalidValue> {
    const FORM: &str = "the ARN of a bucket: arn:aws:s3:::NAME";
    let bucket = parse(arn, "s3", FORM)?;
    if !bucket.region.is_empty() || bucket.account != Account::None || bucket_name(bucket.resource).is_err() {
        return Err(expected(FORM));
    }
    match name {
        Some(name) if name != bucket.resource => {
            Err(InvalidValue::new("expected the ARN of the bucket that `bucketName` names"))
        }
        _ => Ok(()),
    }
}

/// The ARN of an IAM role (IAM User Guide, "IAM ARNs").
pub fn role_arn(arn: &str) -> Result<(), InvalidValue> {
    const FORM: &str = "the ARN of an IAM role: arn:aws:iam::ACCOUNT:role/NAME";
    let role = parse(arn, "iam", FORM)?;
    let is_role = role.resource.strip_prefix("role/").is_some_and(|name| !name.is_empty() && !name.ends_with('/'));
    match role.region.is_empty() && role.account_id().is_some() && is_role {
        true => Ok(()),
        false => Err(expected(FORM)),
    }
}

/// The ARN of a function, with or without a version or alias (Lambda API Reference, `AddPermission`).
pub fn function_arn(arn: &str) -> Result<(), InvalidValue> {
    const FORM: &str =
        "the ARN of a function: arn:aws:lambda:REGION:ACCOUNT:function:NAME, a version or alias may follow";
    let function = parse(arn, "lambda", FORM)?;
    match function.lambda_function(arn) {
        Some(_) => in_place(&function, FORM),
        None => Err(expected(FORM)),
    }
}

/// The function that an ARN names, apart from its version or alias.
pub fn lambda_function(arn: &str) -> Option<LambdaFunction<'_>> {
    Arn::parse(arn).ok()?.lambda_function(arn)
}

/// The ARN of a standard queue: a topic that is no FIFO topic delivers to no other (Amazon SNS Developer Guide, "Fanout to
/// Amazon SQS queues").
pub fn queue_arn(arn: &str) -> Result<(), InvalidValue> {
    const FORM: &str = "the ARN of a queue: arn:aws:sqs:REGION:ACCOUNT:NAME";
    let queue = parse(arn, "sqs", FORM).map_err(|wrong| match arn_of_queue(arn) {
        Some(right) => wrong.nearest(right),
        None => wrong,
    })?;
    if queue.resource.ends_with(".fifo") {
        return Err(InvalidValue::new("expected a standard queue: the topic does not deliver to FIFO queues"));
    }
    match is_name(queue.resource, QUEUE_NAME) {
        true => in_place(&queue, FORM),
        false => Err(expected(FORM)),
    }
}

/// The ARN of the queue of a URL (Amazon SQS Developer Guide, "Queue and message identifiers").
fn arn_of_queue(url: &str) -> Option<String> {
    let rest = url.trim().strip_prefix("https://sqs.")?;
    let parts: Vec<_> = rest.split('/').collect();
    let [host, account, name] = parts.as_slice() else { return None };
    let region = host.split('.').next().filter(|region| may_be_region(region))?;
    let partition = partition_of_region(region);
    let arn = Arn { partition, service: "sqs", region, account: Account::Id(account), resource: name }.to_string();
    queue_arn(&arn).is_ok().then_some(arn)
}

/// The ARN of a topic (Service Authorization Reference, "Actions, resources, and condition keys for Amazon SNS").
pub fn topic_arn(arn: &str) -> Result<(), InvalidValue> {
    const FORM: &str = "the ARN of a topic: arn:aws:sns:REGION:ACCOUNT:NAME";
    let topic = parse(arn, "sns", FORM)?;
    match is_name(topic.resource.trim_end_matches(".fifo"), TOPIC_NAME) {
        true => in_place(&topic, FORM),
        false => Err(expected(FORM)),
    }
}

/// Region and account of an ARN.
pub fn region_and_account(arn: &str) -> Option<(&str, &str)> {
    let arn = Arn::parse(arn).ok()?;
    Some((arn.region, arn.account_id()?))
}

/// The region of an ARN, by whether AWS has such a region. AWS adds regions, so that another one is worth a warning and no
/// error, as in `regions`.
pub fn known_arn_region(arn: &str) -> Result<(), InvalidValue> {
    let Some(parsed) = Arn::parse(arn).ok().filter(|arn| may_be_region(arn.region)) else { return Ok(()) };
    match Catalog::get().nearest_region(parsed.region) {
        Some(region) => {
            let wrong = InvalidValue::new(format!("not of an AWS region known on {}", Catalog::get().taken));
            Err(wrong.nearest(Arn { region, ..parsed }))
        }
        None => Ok(()),
    }
}

/// An ARN of a service in a partition that there is.
pub(super) fn parse<'a>(arn: &'a str, service: &str, form: &str) -> Result<Arn<'a>, InvalidValue> {
    let trimmed = arn.trim();
    if trimmed != arn && Arn::parse(trimmed).is_ok() {
        return Err(InvalidValue::new(format!("expected {form}, without spaces around it")).nearest(trimmed));
    }
    let parsed = Arn::parse(arn).map_err(|error| match error {
        ArnError::Form => expected(form),
        part => InvalidValue::new(format!("expected {form}, and {}", part.expected())),
    })?;
    if !PARTITIONS.contains(&parsed.partition) {
        let known = PARTITIONS.join(", ");
        return Err(InvalidValue::new(format!(
            "expected an ARN of the partitions {known}, got `{}`",
            parsed.partition
        )));
    }
    match parsed.service == service {
        true => Ok(parsed),
        false => Err(InvalidValue::new(format!("expected {form}, got an ARN of the service `{}`", parsed.service))),
    }
}

/// Whether region, account and partition of a regional resource go together.
fn in_place(arn: &Arn<'_>, form: &str) -> Result<(), InvalidValue> {
    if !may_be_region(arn.region) || arn.account_id().is_none() {
        let wrong = InvalidValue::new(format!("expected {form}, with a region code and an account of 12 digits"));
        let meant = regions::meant(arn.region).filter(|_| !arn.region.is_empty() && arn.account_id().is_some());
        return Err(match meant {
            Some(region) => wrong.nearest(Arn { partition: partition_of_region(&region), region: &region, ..*arn }),
            None => wrong,
        });
    }
    match partition_of_region(arn.region) {
        right if right == arn.partition => Ok(()),
        right => {
            let wrong =
                InvalidValue::new(format!("{} is in the partition `{right}`, not in `{}`", arn.region, arn.partition));
            Err(wrong.nearest(Arn { partition: right, ..*arn }))
        }
    }
}

fn expected(form: &str) -> InvalidValue {
    InvalidValue::new(format!("expected {form}"))
}

fn is_name(name: &str, longest: usize) -> bool {
    (1..=longest).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_all(judge: impl Fn(&str) -> Result<(), InvalidValue>, right: &[&str], wrong: &[&str]) {
        right.iter().for_each(|arn| assert!(judge(arn).is_ok(), "{arn}: {:?}", judge(arn)));
        wrong.iter().for_each(|arn| assert!(judge(arn).is_err(), "{arn}"));
    }

    #[test]
    fn keys() {
        let right = [
            "arn:aws:kms:eu-west-1:111122223333:key/1",
            "arn:aws-cn:kms:cn-north-1:111122223333:key/a",
            "arn:aws-eusc:kms:eusc-de-east-1:111122223333:key/a",
            "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1",
            "arn:aws-iso-b:kms:us-isob-east-1:111122223333:key/1",
        ];
        let wrong = [
            "",
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            "alias/mine",
            "arn:aws:s3:::bucket",
            "arn:azure:kms:eu-west-1:111122223333:key/1",
            "arn:aws-mars:kms:eu-west-1:111122223333:key/1",
            "arn:aws:kms:eu-west-1:1111:key/1",
            "arn:aws:kms:eu-west-1:aws:key/1",
            "arn:aws:kms::111122223333:key/1",
            "arn:aws:kms:eu-west-1:111122223333:key/",
            "arn:aws:kms:eu-west-1:111122223333:grant/1",
            "arn:aws:kms:eu-west-1:111122223333:alias/mine",
            "arn:aws:kms:cn-north-1:111122223333:key/1",
            "arn:aws-us-gov:kms:us-east-1:111122223333:key/1",
        ];
        check_all(key_arn, &right, &wrong);
    }

    #[test]
    fn buckets() {
        for (right, name) in [("arn:aws:s3:::abc", None), ("arn:aws-cn:s3:::a.b", Some("a.b"))] {
            assert!(bucket_arn(right, name).is_ok(), "{right}");
        }
        for (wrong, name) in [
            ("abc", None),
            ("arn:aws:s3:::ab", None),
            ("arn:aws:s3:::abc/*", None),
            ("arn:aws:s3:eu-west-1::abc", None),
            ("arn:aws:s3::111122223333:abc", None),
            ("arn:aws:sns:::abc", None),
            ("arn:aws:s3:::abc", Some("abcd")),
        ] {
            assert!(bucket_arn(wrong, name).is_err(), "{wrong}");
        }
    }

    #[test]
    fn functions() {
        let right =
            ["", ":7", ":live", ":$LATEST"].map(|q| format!("arn:aws:lambda:eu-west-1:111122223333:function:own{q}"));
        let wrong = [
            "own-rule",
            "arn:aws:lambda:eu-west-1:111122223333:own-rule",
            "arn:aws:lambda:eu-west-1:111122223333:function:",
            "arn:aws:lambda:eu-west-1:111122223333:function:a b",
            "arn:aws:lambda:eu-west-1:111122223333:function:a:b:c",
            "arn:aws:lambda:eu-west-1:1111:function:own-rule",
            "arn:aws:lambda::111122223333:function:own-rule",
            "arn:aws-cn:lambda:eu-west-1:111122223333:function:own-rule",
            "arn:aws:iam::111122223333:role/own-rule",
        ];
        check_all(function_arn, &right.each_ref().map(String::as_str), &wrong);
    }

    #[test]
    fn roles() {
        let right = ["arn:aws:iam::111122223333:role/path/scan", "arn:aws-iso:iam::111122223333:role/scan"];
        let wrong = [
            "scan",
            "arn:aws:iam::111122223333:user/scan",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::aws:role/scan",
            "arn:aws:iam:eu-west-1:111122223333:role/scan",
        ];
        check_all(role_arn, &right, &wrong);
    }

    #[test]
    fn topics() {
        let right = ["arn:aws:sns:eu-west-1:111122223333:alerts", "arn:aws-us-gov:sns:us-gov-east-1:111122223333:a"];
        let wrong = [
            "",
            "alerts",
            "arn:aws:sns:eu-west-1:111122223333",
            "arn:aws:sns:eu-west-1:111122223333:",
            "arn:aws:sns:eu-west-1:111122223333:alerts:0f4a2c1e",
            "arn:aws:sqs:eu-west-1:111122223333:alerts",
        ];
        check_all(topic_arn, &right, &wrong);
    }

    #[test]
    fn queues() {
        let right = ["arn:aws:sqs:eu-west-1:111122223333:findings", "arn:aws-cn:sqs:cn-north-1:111122223333:findings"];
        let wrong = [
            "",
            "findings",
            "https://sqs.eu-west-1.amazonaws.com/111122223333/findings",
            "arn:aws:sqs:eu-west-1:111122223333:findings.fifo",
            "arn:aws:sns:eu-west-1:111122223333:findings",
            "arn:aws:sqs:eu-west-1:1:findings",
            "arn:aws:sqs:eu-west-1:111122223333:",
        ];
        check_all(queue_arn, &right, &wrong);
    }

    #[test]
    fn an_arn_of_a_misspelled_region_or_with_spaces_around_it_is_reported_with_the_right_one() {
        type Judge = fn(&str) -> Result<(), InvalidValue>;
        let judges: [(Judge, &str, &str); 4] = [
            (key_arn, "kms", "key/1"),
            (function_arn, "lambda", "function:own"),
            (queue_arn, "sqs", "findings"),
            (topic_arn, "sns", "alerts"),
        ];
        for (judge, service, resource) in judges {
            let arn = |region: &str| format!("arn:aws:{service}:{region}:111122223333:{resource}");
            let right = arn("us-east-1");
            for wrong in [
                arn("us-east1"),
                arn("useast1"),
                arn("us-eest-1"),
                arn("us-east-1a"),
                format!(" {right}"),
                format!("{right} "),
                format!("{right}\n"),
            ] {
                let found = format!("{:?}", judge(&wrong));
                assert!(found.contains(&format!("nearest: Some({right:?})")), "{wrong:?}: {found}");
            }
            assert!(judge(&right).is_ok() && known_arn_region(&right).is_ok());
            let unknown = format!("{:?}", known_arn_region(&arn("us-east-9")));
            assert!(judge(&arn("us-east-9")).is_ok() && unknown.contains(&right), "{unknown}");
        }
        let role = "arn:aws:iam::111122223333:role/scan";
        assert!(format!("{:?}", role_arn(&format!("{role} "))).contains(&format!("{role:?}")));
        assert!(format!("{:?}", bucket_arn(" arn:aws:s3:::abc", None)).contains("\"arn:aws:s3:::abc\""));
        assert!(known_arn_region(role).is_ok() && known_arn_region("scan").is_ok());
    }

    #[test]
    fn the_url_of_a_queue_is_reported_with_its_arn() {
        let told = format!("{:?}", queue_arn("https://sqs.cn-north-1.amazonaws.com.cn/111122223333/findings"));
        assert!(told.contains("\"arn:aws-cn:sqs:cn-north-1:111122223333:findings\""), "{told}");
        for other in ["https://sqs.eu-west-1.amazonaws.com/findings", "https://sqs.example.com/1/findings", "sqs.x"] {
            assert!(!format!("{:?}", queue_arn(other)).contains("nearest: Some"), "{other}");
        }
    }

    #[test]
    fn an_arn_of_the_wrong_partition_is_reported_with_the_right_one() {
        let told = format!("{:?}", key_arn("arn:aws:kms:cn-north-1:111122223333:key/1"));
        assert!(told.contains("\"arn:aws-cn:kms:cn-north-1:111122223333:key/1\""), "{told}");
    }

    #[test]
    fn a_key_serves_its_own_region() {
        let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
        assert!(key_in_region(key, "eu-west-1").is_ok());
        assert!(key_in_region(key, "eu-west-2").is_err() && key_in_region("", "eu-west-1").is_err());
    }
}
