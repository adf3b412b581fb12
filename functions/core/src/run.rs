//! Which invocation a record belongs to.

use compliance_types::{arn::Arn, time::Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One invocation of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The Lambda request id. Lambda keeps it when it retries an asynchronous invocation, so a retry writes the same key.
    pub id: String,
    /// Where the function runs.
    pub origin: Origin,
    /// When the run was asked for: the time of the event where it has one, else when the handler started.
    pub time: Timestamp,
}

/// The account and region of a function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// AWS account id, 12 digits.
    pub account: String,
    /// AWS region, such as `eu-central-1`.
    pub region: String,
}

/// Why a text is not the ARN of a function.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
#[error("`{0}` is no function arn: expected `arn:<partition>:lambda:<region>:<account>:function:<name>`")]
pub struct InvalidFunctionArn(String);

impl Origin {
    /// Account and region out of the ARN under which the function was invoked
    /// (Service Authorization Reference, "Actions, resources, and condition keys for AWS Lambda").
    ///
    /// # Errors
    /// When the text is not the ARN of a function.
    pub fn from_function_arn(arn: &str) -> Result<Self, InvalidFunctionArn> {
        let parsed = Arn::parse(arn).ok().filter(|parsed| parsed.lambda_function(arn).is_some());
        let placed = parsed.and_then(|parsed| Some((parsed.account_id()?, parsed.region)));
        match placed.filter(|(_, region)| !region.is_empty()) {
            Some((account, region)) => Ok(Self { account: account.to_owned(), region: region.to_owned() }),
            None => Err(InvalidFunctionArn(arn.to_owned())),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn run() -> Run {
        Run {
            id: "6f1f0c1e-0000-4000-8000-000000000001".to_owned(),
            origin: Origin { account: "123456789012".to_owned(), region: "eu-central-1".to_owned() },
            time: Timestamp::parse("2026-03-04T05:06:07Z").unwrap(),
        }
    }

    #[test]
    fn account_and_region_are_read_from_a_function_arn_with_and_without_qualifier() {
        for suffix in ["", ":live"] {
            let arn = format!("arn:aws-cn:lambda:cn-north-1:123456789012:function:compliance-processing{suffix}");
            let origin = Origin::from_function_arn(&arn).unwrap();
            assert_eq!((origin.account.as_str(), origin.region.as_str()), ("123456789012", "cn-north-1"));
        }
    }

    #[test]
    fn other_arns_are_refused() {
        for arn in ["", "arn:aws:s3:::bucket", "arn:aws:lambda:::function:x", "arn:aws:lambda:eu-central-1:1:layer:x"] {
            assert!(Origin::from_function_arn(arn).is_err(), "{arn}");
        }
    }
}
