//! The look at the account before anything is deployed to it: what is asked, and what its findings become.

use account_look::{
    Finding, Look, LookRequest, Namesake, NamesakeKind, OWNER_TAG, Owner, PlannedResource, Reason, RecorderAction,
    Severity, findings, look, recorder_action,
};
use futures::{FutureExt, join};
use pulumi_component::{Checks, ConstructError, Context, PropertyError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::existing::{self, Planned};
use crate::account::facts::AccountFacts;
use crate::inputs::bounds;

/// Environment variable that turns the look off where it is `off`, as on a machine without a way to AWS.
pub const SWITCH: &str = "AWS_COMPLIANCE_LOOKUP";

/// Project, stack and component.
const OWNER_PARTS: usize = 3;

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
    /// Former owners of this component's resources, each as `project/stack/component`, as their tag `aws-compliance:owner`
    /// says it: after `pulumi stack rename`, or after a move that no alias describes. Aliases of the component are followed
    /// without it.
    pub former_owners: Vec<String>,
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
        checks.each("formerOwners", &self.former_owners, |checks, owner| {
            if owner.split('/').filter(|part| !part.is_empty()).count() != OWNER_PARTS {
                checks.error("", format!("expected `project/stack/component`, got `{owner}`"));
            }
        });
        if self.profile.as_ref().is_some_and(String::is_empty) {
            checks.error("profile", "expected the name of a profile; leave it out for the environment's credentials");
        }
    }

    /// Asks for a look with these credentials; who asks and where it goes is added by [`see`].
    pub fn request(&self) -> LookRequest {
        LookRequest {
            profile: self.profile.clone(),
            role_arn: self.role_arn.clone(),
            owner: Some(Owner {
                unmarked_is_ours: self.adopt_unmarked,
                former: self.former_owners.clone(),
                ..Owner::default()
            }),
            ..LookRequest::default()
        }
    }
}

/// Looks at the account that the provider deploys to, and tells what was found of the region before. Warnings are told in every run, the line on a good account at
/// preview alone.
///
/// # Errors
/// With everything that must not be deployed to this account as it is.
pub(crate) async fn see(
    context: &Context,
    facts: AccountFacts,
    request: LookRequest,
    planned: &Planned,
    (mut errors, warnings): (Vec<PropertyError>, Vec<PropertyError>),
) -> Result<AccountFacts, ConstructError> {
    warnings.iter().for_each(|warning| context.warn(warning.to_string()));
    let request = complete(request, &facts, planned);
    let owner = request.owner.clone().unwrap_or_default();
    let (mut look, existing) = join!(taken(&request, &facts), existing::read(context, planned, &owner));
    // What nobody's tag claims is this deployment's where that exists: before 0.2 not everything was tagged.
    let exists = existing.is_deployed(&owner) || look.namesakes.iter().any(|one| is_owned(one, &owner));
    look.namesakes.extend(existing.namesakes(&owner, exists));
    errors.extend(existing.refused_replacement(planned, &owner));
    errors.extend(existing.refused_key(planned, &owner));
    for Finding { severity, path, message } in findings(&look, &request) {
        match severity {
            Severity::Error => errors.push(PropertyError::new(path, message)),
            Severity::Warning if path.is_empty() => context.warn(message),
            Severity::Warning => context.warn(PropertyError::new(path, message).to_string()),
            Severity::Status if context.is_preview() => context.info(message),
            Severity::Status => {}
        }
    }
    if !errors.is_empty() {
        return Err(ConstructError::InvalidInputs(errors));
    }
    let adoption = existing.adoption(&owner);
    if context.is_preview() {
        existing.told(planned, &owner, &adoption).into_iter().for_each(|line| context.info(line));
    }
    let facts = facts.adopting(adoption);
    let recorder = recorder_action(&look, &request);
    let recorder_role = look.customer_managed_recorder().and_then(|found| found.role_arn.clone());
    Ok(facts.seen(Sight { recorder, recorder_role }))
}

/// Whether a namesake carries the tag of this deployment.
fn is_owned(namesake: &Namesake, owner: &Owner) -> bool {
    let tag = namesake.tags.as_ref().and_then(|tags| tags.get(OWNER_TAG));
    namesake.created_by.is_none() && tag.is_some_and(|value| owner.is(value))
}

fn complete(request: LookRequest, facts: &AccountFacts, planned: &Planned) -> LookRequest {
    let owner = request.owner.map(|owner| {
        let former = owner.former.into_iter().chain(facts.former_owners().iter().cloned()).collect();
        Owner { value: facts.owner().to_owned(), former, ..owner }
    });
    let resource = |(kind, name, path): &(NamesakeKind, String, &'static str)| PlannedResource {
        kind: *kind,
        path: (*path).to_owned(),
        name: name.clone(),
    };
    LookRequest {
        resources: planned.names.iter().map(resource).collect(),
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
