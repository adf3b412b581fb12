//! What is learned before anything is registered: whose account it is, where, and where the functions' code lies.

use std::collections::{BTreeMap, BTreeSet};

use account_look::{Owner, RecorderAction, explained};
use compliance_types::recorder::RecorderMode;
use futures::{FutureExt, try_join};
use pulumi_component::value::{Archive, PropertyError, PropertyMap, Value};
use pulumi_component::{Context, Error, Input, Output, ResourceOptions};

use crate::account::bundle::Archives;
use crate::account::claims::{self, Claimant};
use crate::account::default_tags;
use crate::account::existing::adoption::Adoption;
use crate::inputs::functions::FunctionArchitecture;
use crate::inputs::tags::Tags;
use crate::plan::target::Target;

/// Whether the account has AWS Config's service-linked role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServiceLinkedRole {
    /// It was not asked for, or the answer is not known.
    #[default]
    Unknown,
    /// It does not exist yet.
    Missing,
    /// It exists, under this ARN.
    Exists(String),
}

/// What was found about the configuration recorder, as far as it decides over children.
#[derive(Clone, Debug)]
pub struct RecorderFacts {
    /// What becomes of the recorder.
    pub action: RecorderAction,
    /// ARN of the role that the recorder in use reads the account with.
    pub role_arn: Option<String>,
}

impl Default for RecorderFacts {
    fn default() -> Self {
        Self { action: RecorderAction::Unknown, role_arn: None }
    }
}

/// The account and region that the provider deploys to, and the packed functions.
///
/// What a preview cannot know, because the provider's own configuration is not known yet, stays unknown.
#[derive(Clone, Debug)]
pub struct AccountFacts {
    target: Target,
    dns_suffix: Option<String>,
    alias: Option<String>,
    code: Archives,
    owner: String,
    former_owners: Vec<String>,
    adoption: Adoption,
    default_tags: BTreeSet<String>,
    recorder_facts: RecorderFacts,
    resources: Option<BTreeMap<String, u64>>,
    recorder: Option<Output<String>>,
    service_linked_role: ServiceLinkedRole,
    first_runs: Option<Output<String>>,
    is_home: bool,
}

impl AccountFacts {
    /// Asks the provider that the children will use.
    ///
    /// # Errors
    /// When the provider refuses, which credentials without access do, and when the code cannot be written.
    pub async fn look(context: &Context) -> Result<Self, Error> {
        let code = Archives::new().map_err(Error::Failed)?;
        // An account need not have an alias, and who deploys need not be allowed to ask: it is for people's eyes alone.
        let alias =
            invoke(context, "aws:iam/getAccountAlias:getAccountAlias").map(|alias| Ok(alias.unwrap_or_default()));
        let (identity, partition, region, alias, default_tags) = try_join!(
            invoke(context, "aws:index/getCallerIdentity:getCallerIdentity"),
            invoke(context, "aws:index/getPartition:getPartition"),
            invoke(context, "aws:index/getRegion:getRegion"),
            alias,
            default_tags::read(context).map(Ok),
        )?;
        Ok(Self {
            target: Target {
                account_id: text(&identity, "accountId"),
                partition: text(&partition, "partition"),
                region: text(&region, "region"),
            },
            dns_suffix: text(&partition, "dnsSuffix"),
            alias: text(&alias, "accountAlias").filter(|alias| !alias.is_empty()),
            code,
            owner: Owner::tag_value(context.project(), context.stack(), context.name()),
            former_owners: context
                .former_names()
                .iter()
                .map(|former| Owner::tag_value(&former.project, &former.stack, &former.name))
                .collect(),
            adoption: Adoption::default(),
            default_tags,
            recorder_facts: RecorderFacts::default(),
            resources: None,
            recorder: None,
            service_linked_role: ServiceLinkedRole::default(),
            first_runs: None,
            is_home: true,
        })
    }

    /// The same where the key at `kmsKeyArn` can be used here.
    ///
    /// # Errors
    /// When the key is one of another region.
    pub(crate) fn admit_key(self, key: &Input<String>) -> Result<Self, Error> {
        match self.target.key_elsewhere(key) {
            Some(problem) => Err(Error::InvalidInputs(vec![problem])),
            None => Ok(self),
        }
    }

    /// What AWS would refuse of tags beside the default tags of the provider.
    pub(crate) fn tag_problems(&self, tags: &Tags) -> Vec<PropertyError> {
        default_tags::problems(tags, &self.default_tags)
    }

    /// The same where these tags fit with the default tags of the provider.
    ///
    /// # Errors
    /// When AWS would refuse them.
    pub(crate) fn admit_tags(self, tags: &Tags) -> Result<Self, Error> {
        match self.tag_problems(tags) {
            none if none.is_empty() => Ok(self),
            problems => Err(Error::InvalidInputs(problems)),
        }
    }

    /// The same account in another region of the deployment. What was found in the provider's region is not known there.
    pub(crate) fn in_region(&self, code: &str) -> Self {
        Self {
            target: Target { region: Some(code.to_owned()), ..self.target.clone() },
            adoption: Adoption::default(),
            recorder_facts: RecorderFacts::default(),
            resources: None,
            recorder: None,
            first_runs: None,
            is_home: false,
            ..self.clone()
        }
    }

    /// The region as children name it that are not in the provider's.
    pub(crate) fn other_region(&self) -> Option<Input<String>> {
        (!self.is_home).then(|| self.region().into())
    }

    /// The same with what was found about the recorder.
    pub(crate) fn with_recorder_facts(self, recorder_facts: RecorderFacts) -> Self {
        Self { recorder_facts, ..self }
    }

    /// The same with the resources that were counted, by type.
    pub(crate) fn with_resources(self, resources: Option<BTreeMap<String, u64>>) -> Self {
        Self { resources, ..self }
    }

    /// The resources of the account by type, where they were counted.
    pub fn resources(&self) -> Option<&BTreeMap<String, u64>> {
        self.resources.as_ref()
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

    /// Why this component may not be deployed beside another one of the same run; nothing where account or region are unknown.
    pub(crate) fn claimed(&self, context: &Context) -> Option<PropertyError> {
        // A mock has no run.
        let run = Some(context.run()).filter(|run| !run.is_empty())?;
        let component = Claimant { parent: context.parent(), name: context.name() };
        claims::claim(run, self.known_account_id()?, self.known_region()?, component).err()
    }

    /// What the tag said before the component was renamed or moved, as its aliases say.
    pub(crate) fn former_owners(&self) -> &[String] {
        &self.former_owners
    }

    /// The same where this is taken over from an earlier deployment.
    pub(crate) fn adopting(self, adoption: Adoption) -> Self {
        Self { adoption, ..self }
    }

    /// What is imported where the stack does not have it.
    pub(crate) fn adoption(&self) -> &Adoption {
        &self.adoption
    }

    /// Where this is deployed to.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Whether the recorder is a child of a deployment with this mode.
    pub fn manages_recorder(&self, mode: RecorderMode) -> bool {
        match mode {
            RecorderMode::Reuse => false,
            RecorderMode::Create => true,
            RecorderMode::Auto => matches!(self.recorder_facts.action, RecorderAction::Create | RecorderAction::Keep),
        }
    }

    /// ARN of the role of a recorder that is there and is not ours.
    pub fn reused_recorder_role(&self) -> Option<&str> {
        match self.recorder_facts.action {
            RecorderAction::Reuse => self.recorder_facts.role_arn.as_deref(),
            _ => None,
        }
    }

    /// The account's twelve digits.
    pub fn account_id(&self) -> Output<String> {
        Output::known_or_unknown(self.target.account_id.clone())
    }

    /// The account, where it is known already: children may be counted by it.
    pub fn known_account_id(&self) -> Option<&str> {
        self.target.account_id.as_deref()
    }

    /// The region, such as `eu-west-1`.
    pub fn region(&self) -> Output<String> {
        Output::known_or_unknown(self.target.region.clone())
    }

    /// The region, where it is known already: children may be counted by it.
    pub fn known_region(&self) -> Option<&str> {
        self.target.region.as_deref()
    }

    /// The partition: `aws`, `aws-cn`, `aws-us-gov`.
    pub fn partition(&self) -> Output<String> {
        Output::known_or_unknown(self.target.partition.clone())
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
    pub fn code(&self, architecture: FunctionArchitecture) -> Archive {
        self.code.of(architecture)
    }
}

async fn invoke(context: &Context, token: &str) -> Result<PropertyMap, Error> {
    match context.invoke(&aws_resources::AWS, token, PropertyMap::new()).await {
        Ok(answer) => Ok(answer.unwrap_or_default()),
        Err(Error::Failed(reason)) => Err(Error::Failed(plain(&reason))),
        Err(error) => Err(error),
    }
}

/// What the `aws` provider said, after the words that `doctor` has for it.
pub(in crate::account) fn plain(reason: &str) -> String {
    match explained("the `aws` provider", reason) {
        // Some of these words quote the reason.
        Some(said) if said.contains(reason) => said,
        Some(said) => format!("{said} ({reason})"),
        None => reason.to_owned(),
    }
}

fn text(result: &PropertyMap, name: &str) -> Option<String> {
    match &result.get(name)?.value {
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}
