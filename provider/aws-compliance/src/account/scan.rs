//! The look at the account before anything is deployed to it: what is asked, and what its findings become.

use account_look::{
    Look, LookRequest, Owner, Reason, RecorderAction, ScanLevel, ScanMessage, findings, look, recorder_action,
};
use futures::FutureExt;
use pulumi_component::{Checks, ConstructError, Context, PropertyError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::facts::AccountFacts;
use crate::inputs::bounds;

/// Environment variable that turns the look off where it is `off`, as on a machine without a way to AWS.
pub const SWITCH: &str = "AWS_COMPLIANCE_LOOKUP";

/// How the account is looked at, read-only, before anything is deployed to it.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct LookupArgs {
    /// Profile of the shared AWS configuration to look with, where the provider uses credentials that the environment
    /// does not have. Default: the environment's.
    pub profile: Option<String>,
    /// ARN of a role to take for the look.
    pub role_arn: Option<String>,
    /// Whether rules, aggregators, event rules, alarms and a dashboard with our names that nobody's tag claims are taken over.
    /// Default: they are refused, because AWS would overwrite them in silence and `destroy` would delete them.
    pub adopt_unmarked: bool,
}

/// What was seen of the account, as far as it decides over children.
#[derive(Clone, Debug)]
pub struct Sight {
    /// What becomes of the recorder.
    pub recorder: RecorderAction,
    /// ARN of the role that the recorder in use reads the account with.
    pub recorder_role: Option<String>,
}

impl Default for Sight {
    fn default() -> Self {
        Self { recorder: RecorderAction::Unknown, recorder_role: None }
    }
}

impl LookupArgs {
    /// Judges what the look is asked.
    pub fn check(&self, checks: &mut Checks) {
        if let Some(role) = &self.role_arn {
            checks.plain("roleArn", role.as_str(), bounds::role_arn);
        }
        if self.profile.as_ref().is_some_and(String::is_empty) {
            checks.error("profile", "expected the name of a profile; leave it out for the environment's credentials");
        }
    }

    /// Asks for a look with these credentials; who asks and where it goes is added by [`see`].
    pub fn request(&self) -> LookRequest {
        LookRequest {
            profile: self.profile.clone(),
            role_arn: self.role_arn.clone(),
            owner: Some(Owner { unmarked_is_ours: self.adopt_unmarked, ..Owner::default() }),
            ..LookRequest::default()
        }
    }
}

/// Looks at the account that the provider deploys to, and tells what was found of the region before. Warnings are told in every run, the line on a good account at
/// preview alone.
///
/// # Errors
/// With everything that must not be deployed to this account as it is.
pub async fn see(
    context: &Context,
    facts: AccountFacts,
    request: LookRequest,
    (mut errors, warnings): (Vec<PropertyError>, Vec<PropertyError>),
) -> Result<AccountFacts, ConstructError> {
    warnings.iter().for_each(|warning| context.warn(warning.to_string()));
    let request = complete(request, &facts);
    let look = taken(&request, &facts).await;
    for ScanMessage { level, path, message } in findings(&look, &request) {
        match level {
            ScanLevel::Error => errors.push(PropertyError::new(path, message)),
            ScanLevel::Warning if path.is_root() => context.warn(message),
            ScanLevel::Warning => context.warn(PropertyError::new(path, message).to_string()),
            ScanLevel::Status if context.is_preview() => context.info(message),
            ScanLevel::Status => {}
        }
    }
    if !errors.is_empty() {
        return Err(ConstructError::InvalidInputs(errors));
    }
    let recorder = recorder_action(&look, &request);
    let recorder_role = look.customer_managed_recorder().and_then(|found| found.role_arn.clone());
    Ok(facts.seen(Sight { recorder, recorder_role }))
}

fn complete(request: LookRequest, facts: &AccountFacts) -> LookRequest {
    let owner = request.owner.map(|owner| Owner { value: facts.owner().to_owned(), ..owner });
    LookRequest {
        expected_account: facts.known_account_id().map(str::to_owned),
        region: facts.known_region().map(str::to_owned),
        owner,
        ..request
    }
}

async fn taken(request: &LookRequest, facts: &AccountFacts) -> Look {
    if facts.known_account_id().is_none() || facts.known_region().is_none() {
        return Look::unknown_account();
    }
    if std::env::var(SWITCH).is_ok_and(|value| value == "off") {
        return Look::skipped(Reason::TurnedOff, format!("the account was not looked at: `{SWITCH}` is `off`"));
    }
    // In a box: the compiler gives up on futures as deep as those of the AWS SDK inside those of a component.
    look(request).boxed().await
}
