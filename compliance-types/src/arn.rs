//! Amazon Resource Names, in every form that AWS documents (AWS General Reference, "Amazon Resource Names").

use std::fmt;

/// Digits of an account id (AWS Account Management Reference Guide, "View AWS account identifiers").
const ACCOUNT_DIGITS: usize = 12;
/// Longest name of a Lambda function, and longest alias (Lambda API Reference, "CreateFunction", "CreateAlias").
const FUNCTION_NAME: usize = 64;
const FUNCTION_QUALIFIER: usize = 128;

/// An ARN taken apart: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`. The resource may hold colons and slashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn` and so on; not checked against the partitions known today.
    pub partition: &'a str,
    /// Namespace of the service.
    pub service: &'a str,
    /// Region code; empty for a global resource.
    pub region: &'a str,
    /// Who owns the resource.
    pub account: Account<'a>,
    /// The rest.
    pub resource: &'a str,
}

/// What stands in the account's place of an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account<'a> {
    /// Nothing, as for buckets and AWS's own products.
    None,
    /// Twelve digits.
    Id(&'a str),
    /// A word: `aws` for what AWS manages, or a service, such as `cloudfront` in the ARN of an origin access identity and
    /// `ec2` in the ARN of an alarm action.
    Word(&'a str),
}

/// Why a string is no ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArnError {
    /// It has fewer than six parts, or does not begin with `arn`.
    Form,
    /// The partition is neither `aws` nor `aws-` and words.
    Partition,
    /// There is no service, or it has other characters than a-z, 0-9 and hyphen.
    Service,
    /// The region has characters that no region code has.
    Region,
    /// The account is neither empty, twelve digits nor a word.
    Account,
    /// There is no resource.
    Resource,
}

impl ArnError {
    /// What was expected, to be read after "expected".
    pub fn expected(self) -> &'static str {
        match self {
            Self::Form => "an ARN: arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE",
            Self::Partition => "an ARN whose partition is `aws` or begins with `aws-`",
            Self::Service => "an ARN with the namespace of a service after the partition",
            Self::Region => "an ARN whose region is empty or a region code such as `eu-west-1`",
            Self::Account => "an ARN whose account is empty, has twelve digits, or is a word such as `aws`",
            Self::Resource => "an ARN with a resource after the account",
        }
    }
}

/// A Lambda function as an ARN names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LambdaFunction<'a> {
    /// The ARN without qualifier.
    pub unqualified: &'a str,
    /// Version or alias; `None` for the function itself.
    pub qualifier: Option<&'a str>,
}

/// Whether a string is the id of an account.
pub fn is_account_id(text: &str) -> bool {
    text.len() == ACCOUNT_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart.
    ///
    /// # Errors
    /// With the first part that is not as AWS writes it.
    pub fn parse(text: &'a str) -> Result<Self, ArnError> {
        let parts: Vec<_> = text.splitn(6, ':').collect();
        let ["arn", partition, service, region, account, resource] = parts.as_slice() else {
            return Err(ArnError::Form);
        };
        let lower = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        let lower_or_digit =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if *partition != "aws" && !partition.strip_prefix("aws-").is_some_and(|rest| !rest.is_empty() && lower(rest)) {
            return Err(ArnError::Partition);
        }
        if service.is_empty() || !lower_or_digit(service) {
            return Err(ArnError::Service);
        }
        if !lower_or_digit(region) {
            return Err(ArnError::Region);
        }
        let account = match *account {
            "" => Account::None,
            id if is_account_id(id) => Account::Id(id),
            word if word.starts_with(|c: char| c.is_ascii_lowercase()) && lower_or_digit(word) => Account::Word(word),
            _ => return Err(ArnError::Account),
        };
        if resource.trim().is_empty() {
            return Err(ArnError::Resource);
        }
        Ok(Self { partition, service, region, account, resource })
    }

    /// The ARN of a bucket, which has neither region nor account (Service Authorization Reference, "Amazon S3").
    #[must_use]
    pub fn of_bucket(partition: &'a str, name: &'a str) -> Self {
        Self { partition, service: "s3", region: "", account: Account::None, resource: name }
    }

    /// The account's id, where one stands in its place.
    pub fn account_id(&self) -> Option<&'a str> {
        match self.account {
            Account::Id(id) => Some(id),
            Account::None | Account::Word(_) => None,
        }
    }

    /// Whether it names a KMS key by its id, and not by an alias.
    #[must_use]
    pub fn is_kms_key(&self) -> bool {
        let is_placed = !self.region.is_empty() && self.account_id().is_some();
        self.service == "kms" && is_placed && self.resource.strip_prefix("key/").is_some_and(|id| !id.is_empty())
    }

    /// Whether it names an SNS topic, and not a subscription, whose ARN is that of the topic and an id.
    #[must_use]
    pub fn is_sns_topic(&self) -> bool {
        let is_placed = !self.region.is_empty() && self.account_id().is_some();
        self.service == "sns" && is_placed && !self.resource.contains([':', '/'])
    }

    /// The Lambda function that this is the ARN of, of `text` in whole; `None` for any other resource.
    pub fn lambda_function(&self, text: &'a str) -> Option<LambdaFunction<'a>> {
        let named = |part: &str, most: usize, marks: &str| {
            (1..=most).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
        };
        let rest = self.resource.strip_prefix("function:").filter(|_| self.service == "lambda")?;
        let (name, qualifier) = rest.split_once(':').map_or((rest, None), |(name, rest)| (name, Some(rest)));
        let is_qualifier = |text: &str| text == "$LATEST" || named(text, FUNCTION_QUALIFIER, "-_");
        if !named(name, FUNCTION_NAME, "-_") || !qualifier.is_none_or(is_qualifier) {
            return None;
        }
        let suffix = qualifier.map_or(0, |qualifier| qualifier.len() + 1);
        let unqualified = text.get(..text.len().saturating_sub(suffix))?;
        Some(LambdaFunction { unqualified, qualifier })
    }
}

impl fmt::Display for Arn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, service, region, resource, .. } = self;
        let account = match self.account {
            Account::None => "",
            Account::Id(text) | Account::Word(text) => text,
        };
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_03_every_documented_form_is_an_arn() {
        for text in [
            // "Amazon Resource Names" and the pages of the services.
            "arn:aws:automate:eu-west-1:ec2:stop",
            "arn:aws:swf:eu-west-1:111122223333:action/actions/AWS_EC2.InstanceId.Reboot/1.0",
            "arn:aws:sns:eu-west-1:111122223333:pages",
            "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E127EXAMPLE51Z",
            "arn:aws:iam::aws:policy/service-role/AWS_ConfigRole",
            "arn:aws:iam::111122223333:root",
            "arn:aws:s3:::bucket/key/with:colon",
            "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap",
            "arn:aws:securityhub:us-east-1::product/aws/securityhub",
            "arn:aws:apigateway:us-east-1::/restapis/a123456789/stages/prod",
            "arn:aws:states:::sns:publish.waitForTaskToken",
            "arn:aws:rds::111122223333:global-cluster:one",
            "arn:aws:cloudwatch::111122223333:dashboard/one",
            "arn:aws:autoscaling:us-west-2:111122223333:scalingPolicy:6a2f:autoScalingGroupName/g:policyName/p",
            "arn:aws:ssm:eu-west-1::automation-definition/AWS-RestartEC2Instance:$DEFAULT",
            "arn:aws-cn:sns:cn-north-1:111122223333:t",
            "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1",
            "arn:aws-iso:lambda:us-iso-east-1:111122223333:function:f",
            "arn:aws-iso-b:sqs:us-isob-east-1:111122223333:q",
            "arn:aws-iso-e:sqs:eu-isoe-west-1:111122223333:q",
            "arn:aws-iso-f:sqs:us-isof-south-1:111122223333:q",
            "arn:aws-eusc:sqs:eusc-de-east-1:111122223333:q",
        ] {
            assert_eq!(Arn::parse(text).map(|arn| arn.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn an_arn_of_a_bucket_has_neither_region_nor_account() {
        assert_eq!(Arn::of_bucket("aws-cn", "reports").to_string(), "arn:aws-cn:s3:::reports");
    }

    #[test]
    fn what_is_no_arn_is_refused_for_its_part() {
        for (text, error) in [
            ("", ArnError::Form),
            ("topic", ArnError::Form),
            ("arn:aws:sns:eu-west-1:111122223333", ArnError::Form),
            ("urn:aws:sns:eu-west-1:111122223333:t", ArnError::Form),
            ("arn:azure:sns:eu-west-1:111122223333:t", ArnError::Partition),
            ("arn:aws-:sns:eu-west-1:111122223333:t", ArnError::Partition),
            ("arn:aws::eu-west-1:111122223333:t", ArnError::Service),
            ("arn:aws:SNS:eu-west-1:111122223333:t", ArnError::Service),
            ("arn:aws:sns:EU West:111122223333:t", ArnError::Region),
            ("arn:aws:sns:eu-west-1:1111:t", ArnError::Account),
            ("arn:aws:sns:eu-west-1:11112222333a:t", ArnError::Account),
            ("arn:aws:sns:eu-west-1:111122223333:", ArnError::Resource),
        ] {
            assert_eq!(Arn::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn case_06_a_function_is_told_apart_from_its_qualifier() {
        let plain = "arn:aws:lambda:eu-west-1:111122223333:function:own";
        let of = |text: &str| {
            let found = Arn::parse(text).ok()?.lambda_function(text)?;
            Some((found.unqualified.to_owned(), found.qualifier.map(str::to_owned)))
        };
        assert_eq!(of(plain), Some((plain.to_owned(), None)));
        for qualifier in ["live", "7", "$LATEST", "blue_green-2"] {
            assert_eq!(of(&format!("{plain}:{qualifier}")), Some((plain.to_owned(), Some(qualifier.to_owned()))));
        }
        for wrong in [":", ":a:b", ":a b", ":$OLDEST", " "] {
            assert_eq!(of(&format!("{plain}{wrong}")), None, "{wrong}");
        }
        assert_eq!(of("arn:aws:lambda:eu-west-1:111122223333:function:"), None);
        assert_eq!(of("arn:aws:iam::111122223333:role/own"), None);
    }

    #[test]
    fn a_kms_key_is_told_apart_from_an_alias_and_a_topic_from_a_subscription() {
        let (is_key, is_topic) = (
            |text: &str| Arn::parse(text).is_ok_and(|arn| arn.is_kms_key()),
            |text: &str| Arn::parse(text).is_ok_and(|arn| arn.is_sns_topic()),
        );
        assert!(is_key("arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1"));
        for other in [
            "arn:aws:kms:eu-west-1:111122223333:alias/a",
            "arn:aws:kms:eu-west-1:111122223333:key/",
            "arn:aws:kms::111122223333:key/1",
            "arn:aws:kms:eu-west-1::key/1",
            "arn:aws:s3:eu-west-1:111122223333:key/1",
        ] {
            assert!(!is_key(other), "{other}");
        }
        assert!(is_topic("arn:aws-cn:sns:cn-north-1:111122223333:pages.fifo"));
        for other in [
            "arn:aws:sns:eu-west-1:111122223333:pages:11111111-2222-4333-8444-555555555555",
            "arn:aws:sns:eu-west-1:111122223333:app/GCM/a",
            "arn:aws:sqs:eu-west-1:111122223333:pages",
            "arn:aws:sns:::pages",
        ] {
            assert!(!is_topic(other), "{other}");
        }
    }

    proptest! {
        #[test]
        fn an_arn_that_parses_is_written_as_it_was(text in "arn:aws[a-z-]{0,4}:[a-z0-9]{0,4}:[a-z0-9-]{0,9}:[a-z0-9]{0,12}:.{0,20}") {
            if let Ok(arn) = Arn::parse(&text) {
                prop_assert_eq!(arn.to_string(), text);
            }
        }
    }
}
