//! What is learned before anything is registered: whose account it is, where, and where the functions' code lies.

use futures::try_join;
use pulumi_component::{Archive, ConstructError, Context, Output, PropertyMap, Value};

use crate::functions::bundle;

/// The account and region that the provider deploys to, and the packed functions.
///
/// What a preview cannot know, because the provider's own configuration is not known yet, stays unknown.
#[derive(Clone, Debug)]
pub struct AccountFacts {
    account_id: Option<String>,
    region: Option<String>,
    partition: Option<String>,
    dns_suffix: Option<String>,
    code: Archive,
}

impl AccountFacts {
    /// Asks the provider that the children will use.
    ///
    /// # Errors
    /// When the provider refuses, which credentials without access do, and when the code cannot be written.
    pub async fn look(context: &Context) -> Result<Self, ConstructError> {
        let code = bundle::archive().map_err(ConstructError::Failed)?;
        let (identity, partition, region) = try_join!(
            invoke(context, "aws:index/getCallerIdentity:getCallerIdentity"),
            invoke(context, "aws:index/getPartition:getPartition"),
            invoke(context, "aws:index/getRegion:getRegion"),
        )?;
        Ok(Self {
            account_id: text(&identity, "accountId"),
            region: text(&region, "region"),
            partition: text(&partition, "partition"),
            dns_suffix: text(&partition, "dnsSuffix"),
            code,
        })
    }

    /// The account's twelve digits.
    pub fn account_id(&self) -> Output<String> {
        Output::known_or_unknown(self.account_id.clone())
    }

    /// The account, where it is known already: children may be counted by it.
    pub fn known_account_id(&self) -> Option<&str> {
        self.account_id.as_deref()
    }

    /// The region, such as `eu-west-1`.
    pub fn region(&self) -> Output<String> {
        Output::known_or_unknown(self.region.clone())
    }

    /// The region, where it is known already: children may be counted by it.
    pub fn known_region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The partition: `aws`, `aws-cn`, `aws-us-gov`.
    pub fn partition(&self) -> Output<String> {
        Output::known_or_unknown(self.partition.clone())
    }

    /// The end of the partition's host names and service principals: `amazonaws.com`.
    pub fn dns_suffix(&self) -> Output<String> {
        Output::known_or_unknown(self.dns_suffix.clone())
    }

    /// The packed functions.
    pub fn code(&self) -> Archive {
        self.code.clone()
    }
}

async fn invoke(context: &Context, token: &str) -> Result<PropertyMap, ConstructError> {
    Ok(context.invoke(&aws_resources::AWS, token, PropertyMap::new()).await?.unwrap_or_default())
}

fn text(result: &PropertyMap, name: &str) -> Option<String> {
    match &result.get(name)?.value {
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}
