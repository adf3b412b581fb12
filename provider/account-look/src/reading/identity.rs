//! Whose credentials these are. Nothing else is asked before that is known to be the account that is deployed to.

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;

use super::clients::Access;
use super::failure::{Failure, sorted};
use crate::look::{Look, Reason};
use crate::request::LookRequest;

/// Name of the session where a role is taken; it stands in CloudTrail.
const SESSION_NAME: &str = "aws-compliance-look";

/// The account that the deployment goes to, and a way into it.
pub struct Proved {
    pub account: String,
    pub caller: String,
    pub region: String,
    pub shared: SdkConfig,
}

/// Proves that the credentials are of the account that is deployed to; else the look that says why not.
pub async fn prove(request: &LookRequest) -> Result<Proved, Box<Look>> {
    let skipped = |failure: &Failure| {
        let mut look = Look::skipped(failure.reason, format!("the account was not inspected: {failure}"));
        look.region.clone_from(&request.region);
        Box::new(look)
    };
    let access = Access::new(request);
    let Some(region) = access.region(request.region.as_deref()).await else {
        let message = "the account was not inspected: no region is given; set `AWS_REGION`";
        return Err(Box::new(Look::skipped(Reason::NoRegion, message)));
    };
    let skipped = |failure: Failure| skipped(&failure.in_region(region.as_ref()));
    let credentials = access.credentials(&region).await.map_err(skipped)?;
    let mut shared = access.shared(&region, credentials).await;
    if let Some(role) = &request.role_arn {
        let taken = assume(&shared, role).await.map_err(skipped)?;
        shared = access.shared(&region, taken).await;
    }
    let (account, caller) = who(&shared).await.map_err(skipped)?;
    let proved = Proved { account, caller, region: region.to_string(), shared };
    match &request.expected_account {
        Some(expected) if *expected != proved.account => Err(Box::new(other_account(expected, proved))),
        _ => Ok(proved),
    }
}

fn other_account(expected: &str, proved: Proved) -> Look {
    let Proved { account, caller, region, .. } = proved;
    let message = format!(
        "the account was not inspected: the credentials of this process are of account {account}, the deployment goes \
         to {expected}; give `lookup.profile` or `lookup.roleArn`"
    );
    let (account, caller, region) = (Some(account), Some(caller), Some(region));
    Look { account, caller, region, ..Look::skipped(Reason::OtherAccount, message) }
}

async fn who(shared: &SdkConfig) -> Result<(String, String), Failure> {
    let identity = aws_sdk_sts::Client::new(shared).get_caller_identity().send().await;
    let identity = sorted("sts:GetCallerIdentity", identity)?;
    Ok((identity.account.unwrap_or_default(), identity.arn.unwrap_or_default()))
}

async fn assume(shared: &SdkConfig, role: &str) -> Result<Credentials, Failure> {
    let call = aws_sdk_sts::Client::new(shared).assume_role().role_arn(role).role_session_name(SESSION_NAME);
    let answer = sorted("sts:AssumeRole", call.send().await)
        .map_err(|failure| failure.of(format!("`sts:AssumeRole` of `{role}`")))?;
    let taken =
        answer.credentials.ok_or_else(|| Failure::failed("`sts:AssumeRole`", "no credentials in the answer"))?;
    Ok(Credentials::new(
        taken.access_key_id,
        taken.secret_access_key,
        Some(taken.session_token),
        taken.expiration.try_into().ok(),
        "AssumeRole",
    ))
}

/// A configuration for another region with the same credentials, as for a key that is not in ours.
pub fn in_region(shared: &SdkConfig, region: &str) -> SdkConfig {
    shared.to_builder().region(Region::new(region.to_owned())).build()
}
