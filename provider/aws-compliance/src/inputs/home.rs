//! The account and region that sees a member account.

use pulumi_component::engine::Given;
use pulumi_component::value::{PropertyError, Scalar};
use pulumi_component::{Checks, Input, InvalidValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;
use crate::plan::target::Target;

/// The deployment of `ComplianceMonitoring` that sees a member account.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HomeArgs {
    /// Id of its account, twelve digits.
    #[schemars(with = "Input<Scalar<12>>")]
    pub account_id: Input<String>,
    /// Its region, that of its provider.
    pub region: Input<String>,
    /// Name of its bucket, its output `bucketName`. Required if a recorder is created here.
    pub bucket_name: Option<Input<String>>,
    /// ARN of its KMS key, its output `kmsKeyArn`. Required if a recorder is created here.
    pub kms_key_arn: Option<Input<String>>,
}

impl HomeArgs {
    /// Checks each value by its form, and that the key is one of the region.
    pub fn check(&self, checks: &mut Checks) {
        checks.input("accountId", &self.account_id, |id| bounds::account_id(id));
        bounds::check_eventual_region(checks, "region", &self.region);
        if let Some(name) = &self.bucket_name {
            checks.input("bucketName", name, |name| bounds::bucket_name(name));
        }
        if let Some(key) = &self.kms_key_arn {
            let region = plain(&self.region);
            checks.input("kmsKeyArn", key, |arn| {
                bounds::key_arn(arn)?;
                match region.as_deref().map(|region| (region, bounds::key_in_region(arn, region))) {
                    Some((region, Err(_))) => Err(InvalidValue::new(format!(
                        "expected a key of {region}, the region of home: `ComplianceMonitoring` uses no other"
                    ))),
                    _ => Ok(()),
                }
            });
        }
    }

    /// What is missing where a recorder is created. `why`: by which input, or where.
    pub fn without_delivery(&self, why: &str) -> Vec<PropertyError> {
        let given = [("bucketName", self.bucket_name.is_none()), ("kmsKeyArn", self.kms_key_arn.is_none())];
        let missing = given.into_iter().filter(|(_, is_missing)| *is_missing);
        let problem = |(member, _): (&str, bool)| {
            let reason = format!("required, because {why}: give the output `{member}` of `ComplianceMonitoring`");
            PropertyError::new(["home", member], reason)
        };
        missing.map(problem).collect()
    }

    /// What is wrong where the account is the one that this is deployed to.
    pub fn is_here(&self, target: &Target) -> Option<PropertyError> {
        let own = target.account_id.as_deref()?;
        let mut checks = Checks::default();
        checks.under("home", |checks| {
            checks.input("accountId", &self.account_id, |id| match id == own {
                true => Err(InvalidValue::new(
                    "this is the account that `MemberAccount` is deployed to; to monitor other regions of one account, list them in \
                     `regions` of `ComplianceMonitoring`",
                )),
                false => Ok(()),
            });
        });
        checks.errors().first().cloned()
    }

    /// Account and region, where both are known and not sensitive: `ACCOUNT/REGION`.
    pub fn known(&self) -> Option<String> {
        Some(format!("{}/{}", plain(&self.account_id)?, plain(&self.region)?))
    }

    /// The bucket, where it is known and not sensitive.
    pub fn known_bucket(&self) -> Option<String> {
        plain(self.bucket_name.as_ref()?)
    }
}

/// A value that is known and not sensitive.
fn plain(input: &Input<String>) -> Option<String> {
    input.given().filter(|given| !given.secret).and_then(|given| given.value.clone())
}
