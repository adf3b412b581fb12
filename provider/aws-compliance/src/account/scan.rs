//! The look at the account before anything is deployed to it: what is asked, and what its messages become.

use account_look::{
    Look, LookRequest, Namesake, NamesakeKind, OWNER_TAG, Owner, Reason, ScanLevel, ScanMessage, look, recorder_action,
    scan_messages,
};
use futures::FutureExt;
use pulumi_component::value::PropertyError;
use pulumi_component::{Context, Error};

use crate::account::existing::found::{Existing, Planned};
use crate::account::existing::reading;
use crate::account::facts::{AccountFacts, RecorderFacts};
use crate::account::prepared::OtherRegion;
use crate::inputs::lookup::LookupArgs;

/// Environment variable that turns the account scan off where it is `off`, as on a machine without a way to AWS. What the `aws`
/// provider is asked to protect data is asked all the same.
pub const SWITCH: &str = "AWS_COMPLIANCE_LOOKUP";

impl LookupArgs {
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

/// What exists under the planned names, and what carries the owner tag.
pub(crate) async fn existing(
    context: &Context,
    facts: &AccountFacts,
    request: &LookRequest,
    planned: &Planned,
) -> Existing {
    let owner = complete(request.clone(), facts).owner.unwrap_or_default();
    reading::read(context, planned, &owner).await
}

/// Inspects the account that the provider deploys to. Warnings are printed in every run, the status line at preview alone.
///
/// # Errors
/// With everything that must not be deployed to this account as it is.
pub(crate) async fn see(
    context: &Context,
    facts: AccountFacts,
    request: LookRequest,
    planned: &Planned,
    problems: (Vec<PropertyError>, Vec<PropertyError>),
) -> Result<AccountFacts, Error> {
    let existing = existing(context, &facts, &request, planned).await;
    see_known(context, facts, request, (planned, &existing), problems).await
}

/// The same where it is known what exists.
///
/// # Errors
/// As [`see`].
pub(crate) async fn see_known(
    context: &Context,
    facts: AccountFacts,
    request: LookRequest,
    (planned, existing): (&Planned, &Existing),
    (mut errors, warnings): (Vec<PropertyError>, Vec<PropertyError>),
) -> Result<AccountFacts, Error> {
    warnings.iter().for_each(|warning| context.warn(warning.to_string()));
    let request = complete(request, &facts);
    let owner = request.owner.clone().unwrap_or_default();
    let mut look = taken(&request, &facts).await;
    // What nobody's tag claims is this deployment's where that exists: before 0.2 not everything was tagged.
    let exists = existing.is_deployed(planned, &owner) || look.namesakes.iter().any(|one| is_owned(one, &owner));
    look.namesakes.extend(existing.namesakes(&owner, exists, facts.target()));
    know_buckets(&mut look, existing);
    errors.extend(existing.refused_replacement(planned, &owner));
    errors.extend(existing.refused_key(planned, &owner));
    for ScanMessage { level, path, message } in scan_messages(&look, &request) {
        match level {
            ScanLevel::Error => errors.push(PropertyError::new(path, message)),
            ScanLevel::Warning if path.is_root() => context.warn(message),
            ScanLevel::Warning => context.warn(PropertyError::new(path, message).to_string()),
            ScanLevel::Status if context.is_preview() => context.info(message),
            ScanLevel::Status => {}
        }
    }
    if !errors.is_empty() {
        return Err(Error::InvalidInputs(errors));
    }
    let adoption = existing.adoption(&owner);
    let unsure = [existing.without_key(planned, &owner, &adoption), existing.warned_unknown(planned)];
    unsure.into_iter().flatten().for_each(|line| context.warn(line));
    if context.is_preview() {
        let lines = existing.continued(planned, &owner, &adoption).into_iter().chain(existing.left(planned, &owner));
        lines.for_each(|line| context.info(line));
    }
    let facts = facts.adopting(adoption);
    let action = recorder_action(&look, &request);
    let role_arn = look.customer_managed_recorder().and_then(|found| found.role_arn.clone());
    let aggregator = request.aggregator.as_ref().and_then(|planned| {
        let mut found = look.aggregators.into_iter().flatten();
        found.find(|one| one.name == planned.name)
    });
    let facts = facts.with_recorder_facts(RecorderFacts { action, role_arn });
    Ok(facts.with_resources(look.resources).with_aggregator(aggregator))
}

/// Inspects another region of the account: prints its warnings, and returns its errors.
pub(crate) async fn see_region(
    context: &Context,
    region: &OtherRegion,
    request: LookRequest,
    existing: &Existing,
) -> (AccountFacts, Vec<PropertyError>) {
    let facts = region.account.clone();
    let request = complete(request, &facts);
    let mut look = taken(&request, &facts).await;
    know_buckets(&mut look, existing);
    let mut errors = Vec::new();
    for ScanMessage { level, path, message } in scan_messages(&look, &request) {
        let problem = region.planned.problem(&PropertyError::new(path, message.clone()));
        match level {
            ScanLevel::Error => errors.push(problem),
            ScanLevel::Warning => context.warn(problem.to_string()),
            // Why no region is inspected is said of the provider's region.
            ScanLevel::Status if context.is_preview() && look.skipped.is_none() => context.info(message),
            ScanLevel::Status => {}
        }
    }
    let action = recorder_action(&look, &request);
    let role_arn = look.customer_managed_recorder().and_then(|found| found.role_arn.clone());
    (facts.with_recorder_facts(RecorderFacts { action, role_arn }).with_resources(look.resources), errors)
}

/// Whose the buckets are that the channels deliver to: a channel of another region delivers to home's.
fn know_buckets(look: &mut Look, existing: &Existing) {
    for channel in look.delivery_channels.iter_mut().flatten() {
        channel.bucket_tags = existing.owner_tags(NamesakeKind::Bucket, &channel.bucket);
    }
}

/// Whether a namesake carries the tag of this deployment.
fn is_owned(namesake: &Namesake, owner: &Owner) -> bool {
    let tag = namesake.tags.as_ref().and_then(|tags| tags.get(OWNER_TAG));
    namesake.created_by.is_none() && tag.is_some_and(|value| owner.is(value))
}

fn complete(request: LookRequest, facts: &AccountFacts) -> LookRequest {
    let owner = request.owner.map(|owner| {
        let former = owner.former.into_iter().chain(facts.former_owners().iter().cloned()).collect();
        Owner { value: facts.owner().to_owned(), former, ..owner }
    });
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
        return Look::skipped(Reason::TurnedOff, format!("the account was not inspected: `{SWITCH}` is `off`"));
    }
    // In a box: the compiler gives up on futures as deep as those of the AWS SDK inside those of a component.
    look(request).boxed().await
}
