//! What is learned before anything is registered: whose account it is, where, and where the functions' code lies.

use account_look::{Owner, RecorderAction};
use futures::{FutureExt, try_join};
use pulumi_component::{
    Archive, Checks, ConstructError, Context, Input, Output, PropertyError, PropertyMap, ResourceOptions, Value,
};

use super::bundle;
use crate::account::scan::Sight;
use crate::inputs::bounds;
use crate::parts::recorder::role::ServiceLinkedRole;

/// The account and region that the provider deploys to, and the packed functions.
///
/// What a preview cannot know, because the provider's own configuration is not known yet, stays unknown.
#[derive(Clone, Debug)]
pub struct AccountFacts {
    account_id: Option<String>,
    region: Option<String>,
    partition: Option<String>,
    dns_suffix: Option<String>,
    alias: Option<String>,
    code: Archive,
    owner: String,
    sight: Sight,
    recorder: Option<Output<String>>,
    service_linked_role: ServiceLinkedRole,
    first_runs: Option<Output<String>>,
}

impl AccountFacts {
    /// Asks the provider that the children will use.
    ///
    /// # Errors
    /// When the provider refuses, which credentials without access do, and when the code cannot be written.
    pub async fn look(context: &Context) -> Result<Self, ConstructError> {
        let code = bundle::archive().map_err(ConstructError::Failed)?;
        // An account need not have an alias, and who deploys need not be allowed to ask: it is for people's eyes alone.
        let alias =
            invoke(context, "aws:iam/getAccountAlias:getAccountAlias").map(|alias| Ok(alias.unwrap_or_default()));
        let (identity, partition, region, alias) = try_join!(
            invoke(context, "aws:index/getCallerIdentity:getCallerIdentity"),
            invoke(context, "aws:index/getPartition:getPartition"),
            invoke(context, "aws:index/getRegion:getRegion"),
            alias,
        )?;
        Ok(Self {
            account_id: text(&identity, "accountId"),
            region: text(&region, "region"),
            partition: text(&partition, "partition"),
            dns_suffix: text(&partition, "dnsSuffix"),
            alias: text(&alias, "accountAlias").filter(|alias| !alias.is_empty()),
            code,
            owner: Owner::tag_value(context.project(), context.stack(), context.name()),
            sight: Sight::default(),
            recorder: None,
            service_linked_role: ServiceLinkedRole::default(),
            first_runs: None,
        })
    }

    /// What is wrong with a key at `kmsKeyArn` that is not of this region; nothing while either is unknown.
    pub(crate) fn key_elsewhere(&self, key: &Input<String>) -> Option<PropertyError> {
        let (region, given) = (self.known_region()?, key.given()?);
        let arn = given.value.as_ref().filter(|arn| bounds::key_arn(arn).is_ok())?;
        let mut checks = Checks::default();
        checks.plain("kmsKeyArn", arn.as_str(), |arn| bounds::key_in_region(arn, region));
        checks.errors().first().cloned()
    }

    /// The same where the key at `kmsKeyArn` can be used here.
    ///
    /// # Errors
    /// When the key is one of another region.
    pub(crate) fn admit_key(self, key: &Input<String>) -> Result<Self, ConstructError> {
        match self.key_elsewhere(key) {
            Some(problem) => Err(ConstructError::InvalidInputs(vec![problem])),
            None => Ok(self),
        }
    }

    /// What is wrong with deploying the functions here: they read through an aggregator's advanced queries, which the China
    /// regions do not offer (AWS Config Developer Guide, "Querying the Current Configuration State of AWS Resources").
    pub(crate) fn without_aggregator_queries(&self) -> Option<PropertyError> {
        (self.partition.as_deref() == Some("aws-cn")).then(|| {
            let region = self.known_region().unwrap_or("this region");
            PropertyError::new(
                "",
                format!(
                    "{region} is in the partition `aws-cn`, where AWS Config does not offer advanced queries over an aggregator, \
                     which reports are made of; deploy to a region of another partition. The parts `RuleSet`, `Recorder`, \
                     `ReportStore`, `Encryption` and `Alerts` can be deployed there"
                ),
            )
        })
    }

    /// The same with what was seen of the account.
    pub(crate) fn seen(self, sight: Sight) -> Self {
        Self { sight, ..self }
    }

    /// The same where the deployment brings this recorder.
    pub(crate) fn recorded_by(&self, recorder: Output<String>) -> Self {
        Self { recorder: Some(recorder), ..self.clone() }
    }

    /// The same with what is known of AWS Config's service-linked role.
    pub(crate) fn with_service_linked_role(self, service_linked_role: ServiceLinkedRole) -> Self {
        Self { service_linked_role, ..self }
    }

    /// Whether the account has AWS Config's service-linked role.
    pub(crate) fn service_linked_role(&self) -> &ServiceLinkedRole {
        &self.service_linked_role
    }

    /// The same where the functions run for the first time in this deployment; `run` is the id of the last run.
    pub(crate) fn after_first_runs(&self, run: Output<String>) -> Self {
        Self { first_runs: Some(run), ..self.clone() }
    }

    /// Whether the functions run in this deployment before the alarms are created.
    pub(crate) fn have_first_runs(&self) -> bool {
        self.first_runs.is_some()
    }

    /// What watches for silence waits for the first runs: before them there is nothing but silence.
    pub(crate) fn first_runs(&self) -> ResourceOptions {
        let options = ResourceOptions::default();
        match &self.first_runs {
            Some(run) => options.and_depends_on_origin_of(run),
            None => options,
        }
    }

    /// AWS Config refuses rules before anything is recorded.
    pub(crate) fn after_recorder(&self) -> ResourceOptions {
        let options = ResourceOptions::default();
        match &self.recorder {
            Some(recorder) => options.and_depends_on_origin_of(recorder),
            None => options,
        }
    }

    /// Which deployment this is, as the tag of what belongs to it says.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Whether the recorder is, or is to be, this deployment's own.
    pub fn has_own_recorder(&self) -> bool {
        matches!(self.sight.recorder, RecorderAction::Create | RecorderAction::Keep)
    }

    /// ARN of the role of a recorder that is there and is not ours.
    pub fn reused_recorder_role(&self) -> Option<&str> {
        match self.sight.recorder {
            RecorderAction::Reuse => self.sight.recorder_role.as_deref(),
            _ => None,
        }
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

    /// The account's alias, where it has one that may be asked for.
    pub fn account_alias(&self) -> Option<&str> {
        self.alias.as_deref()
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
