//! The look at the account as data: the function `getAccountStatus`, and what `doctor` prints.

use account_look::{
    Look, LookRequest, Namesake, OWNER_TAG, Owner, RecorderAction, ScanLevel, ScanMessage, look, recorder_action,
    scan_messages, table,
};
use compliance_types::recorder::RecorderMode;
use futures::FutureExt;
use pulumi_component::value::PropertyError;
use pulumi_component::{Checks, Error, Function, FunctionContext, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::recorder::RecorderSettingsArgs;
use crate::parts;
use crate::parts::part::Whole;
use crate::plan::Plan;
use crate::plan::target::Target;

/// Which account is looked at, and for which deployment.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AccountStatusArgs {
    /// Region. Default: as `AWS_REGION` or the profile say.
    pub region: Option<String>,
    /// Profile of the shared AWS configuration. Default: the environment's credentials.
    pub profile: Option<String>,
    /// ARN of a role to assume for the account check.
    pub role_arn: Option<String>,
    /// Start of every physical name of the deployment: a-z, 0-9 and hyphen.
    pub name_prefix: NamePrefix,
    /// Whose configuration recorder the deployment will use.
    pub recorder_mode: RecorderMode,
    /// Owner of the deployment, as `PROJECT/STACK/COMPONENT`. Without it, existing resources with the names of the
    /// deployment are listed and not refused.
    pub owner: Option<String>,
}

/// What is there, what a deployment would create, and what it would be refused.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountStatus {
    /// Whether the account was seen.
    pub looked: bool,
    /// Why it was not seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// The account of the credentials, twelve digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// ARN of who looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// The region that was inspected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The customer-managed configuration recorder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorder: Option<RecorderStatus>,
    /// Whether AWS Config's service-linked role exists; absent where a recorder exists, which shows its role, and where it
    /// could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_linked_role_exists: Option<bool>,
    /// What becomes of the recorder: `create`, `keep`, `reuse`, `refuse`, or `unknown`.
    pub recorder_action: String,
    /// Rules of everybody in this account and region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules_used: Option<u32>,
    /// Rules that AWS allows there, unless the account has another quota.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules_allowed: Option<u32>,
    /// Names of the configuration aggregators.
    pub aggregators: Vec<String>,
    /// ARNs of what has a name that the deployment would use.
    pub namesakes: Vec<String>,
    /// Names of what a default deployment would create: recorder, rules, aggregator.
    pub would_create: Vec<String>,
    /// What would be refused, with the remedy.
    pub would_refuse: Vec<String>,
    /// What works, but not as one would think, or could not be read.
    pub warnings: Vec<String>,
}

/// The existing configuration recorder.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecorderStatus {
    /// Name.
    pub name: String,
    /// Whether it records; absent where that could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<bool>,
    /// ARN of the role that it reads the account with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
}

/// A look, and what it means.
pub struct Looked {
    look: Look,
    messages: Vec<ScanMessage>,
    action: RecorderAction,
    planned: Vec<String>,
    owner: Option<Owner>,
}

impl AccountStatusArgs {
    /// A deployment with nothing but these inputs.
    fn deployment(&self) -> ComplianceMonitoringArgs {
        ComplianceMonitoringArgs {
            name_prefix: self.name_prefix.clone(),
            recorder: RecorderSettingsArgs { mode: Some(self.recorder_mode), ..RecorderSettingsArgs::default() },
            ..ComplianceMonitoringArgs::default()
        }
    }

    /// What a deployment asks.
    fn request(&self, args: &ComplianceMonitoringArgs) -> LookRequest {
        let target = Target::default();
        let plan = Plan::new(args.plan_inputs(), &target);
        let mut request = LookRequest {
            region: self.region.clone(),
            profile: self.profile.clone(),
            role_arn: self.role_arn.clone(),
            service_linked_role: true,
            owner: self.owner.as_ref().map(|value| Owner { value: value.clone(), ..Owner::default() }),
            ..LookRequest::default()
        };
        parts::claim(&Whole { args, plan: &plan, target: &target, monitored: args.regions.listed() }, &mut request);
        request
    }

    /// Looks, read-only and for five seconds at most.
    pub async fn look(&self) -> Looked {
        self.look_for(&self.deployment()).await
    }

    /// The same for a deployment with other inputs.
    pub async fn look_for(&self, args: &ComplianceMonitoringArgs) -> Looked {
        let mut request = self.request(args);
        let look = look(&request).boxed().await;
        // The bucket of a default deployment decides whether this component manages a recorder that would be reused.
        if let (RecorderMode::Reuse, Some(account), Some(region)) = (args.recorder.mode(), &look.account, &look.region)
        {
            request.recorder.bucket = Some(args.name_prefix.bucket_in(account, region));
        }
        let (messages, action) = (scan_messages(&look, &request), recorder_action(&look, &request));
        let recorder = request.recorder.name.filter(|_| action == RecorderAction::Create);
        let rules = request.rules.into_iter().map(|rule| rule.name);
        let planned = recorder.into_iter().chain(rules).chain(request.aggregator.map(|one| one.name));
        let there = |name: &String| look.namesakes.iter().any(|one| one.name == *name);
        let planned = planned.filter(|name| look.skipped.is_none() && !there(name)).collect();
        Looked { look, messages, action, planned, owner: request.owner }
    }
}

impl Looked {
    /// Whether the account was seen and a deployment would not be refused.
    pub fn is_good(&self) -> bool {
        self.look.skipped.is_none() && self.of(ScanLevel::Error).is_empty()
    }

    /// Account and region that were seen.
    pub(crate) fn target(&self) -> Target {
        let region = self.look.region.as_deref().map(Target::region).unwrap_or_default();
        Target { account_id: self.look.account.clone(), ..region }
    }

    /// What carries the tag of the deployment that asks.
    pub(crate) fn owned(&self) -> Vec<Namesake> {
        let is_owned = |one: &&Namesake| {
            let value = one.tags.as_ref().and_then(|tags| tags.get(OWNER_TAG));
            value.zip(self.owner.as_ref()).is_some_and(|(value, owner)| owner.is(value))
        };
        self.look.namesakes.iter().filter(is_owned).cloned().collect()
    }

    /// As text for a terminal.
    pub fn table(&self) -> String {
        let created = match self.planned.as_slice() {
            [] => String::new(),
            names => format!("\na deployment creates, among others: {}\n", names.join(", ")),
        };
        format!("{}{created}", table(&self.look, &self.messages))
    }

    /// As data.
    pub fn status(&self) -> AccountStatus {
        let look = &self.look;
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        AccountStatus {
            looked: look.skipped.is_none(),
            skipped: look.skipped.as_ref().map(|skipped| skipped.message.clone()),
            account: look.account.clone(),
            caller: look.caller.clone(),
            region: look.region.clone(),
            recorder: look.customer_managed_recorder().map(|found| RecorderStatus {
                name: found.name.clone(),
                recording: found.recording,
                role_arn: found.role_arn.clone(),
            }),
            service_linked_role_exists: look.service_linked_role.as_ref().map(|role| role.arn.is_some()),
            recorder_action: match self.action {
                RecorderAction::Create => "create",
                RecorderAction::Keep => "keep",
                RecorderAction::Reuse => "reuse",
                RecorderAction::Refuse => "refuse",
                RecorderAction::Unknown => "unknown",
            }
            .to_owned(),
            rules_used: look.rules.map(|rules| count(rules.used)),
            rules_allowed: look.rules.map(|rules| count(rules.allowed)),
            aggregators: look.aggregators.iter().flatten().map(|one| one.name.clone()).collect(),
            namesakes: look.namesakes.iter().map(|one| one.arn.clone()).collect(),
            would_create: self.planned.clone(),
            would_refuse: self.of(ScanLevel::Error),
            warnings: self.of(ScanLevel::Warning),
        }
    }

    fn of(&self, level: ScanLevel) -> Vec<String> {
        let found = self.messages.iter().filter(|one| one.level == level);
        found.map(|ScanMessage { path, message, .. }| PropertyError::new(path, message).to_string()).collect()
    }
}

/// The function `getAccountStatus`.
pub struct GetAccountStatus;

impl Function for GetAccountStatus {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:getAccountStatus");
    const DESCRIPTION: &'static str = "Inspects an account before a deployment, read-only and for at most five seconds: \
                                       what exists, what would be created, what would be refused.";
    type Args = AccountStatusArgs;
    type Result = AccountStatus;

    fn check(args: &AccountStatusArgs, checks: &mut Checks) {
        args.name_prefix.check(checks);
        if let Some(region) = &args.region {
            bounds::check_region(checks, "region", region);
        }
        if let Some(role) = &args.role_arn {
            checks.plain("roleArn", role.as_str(), bounds::role_arn);
        }
    }

    async fn invoke(_context: &FunctionContext, args: AccountStatusArgs) -> Result<AccountStatus, Error> {
        Ok(args.look().await.status())
    }
}
