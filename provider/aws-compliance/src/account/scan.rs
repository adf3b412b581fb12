//! The look at the account before anything is deployed to it: what is asked, and what its findings become.

use account_look::{Look, LookRequest, Owner, Reason, ScanLevel, ScanMessage, findings, look, recorder_action};
use futures::FutureExt;
use pulumi_component::{ConstructError, Context, PropertyError};

use crate::account::facts::{AccountFacts, RecorderFacts};
use crate::inputs::lookup::LookupArgs;

/// Environment variable that turns the look off where it is `off`, as on a machine without a way to AWS.
pub const SWITCH: &str = "AWS_COMPLIANCE_LOOKUP";

impl LookupArgs {
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
    let action = recorder_action(&look, &request);
    let role_arn = look.customer_managed_recorder().and_then(|found| found.role_arn.clone());
    Ok(facts.with_recorder_facts(RecorderFacts { action, role_arn }).with_resources(look.resources))
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
