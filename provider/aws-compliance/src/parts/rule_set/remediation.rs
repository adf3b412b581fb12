//! The remediation of a managed rule's findings, which a person starts.

use std::collections::BTreeMap;

use aws_compliance_catalog::{RESOURCE_ID, ROLE_PARAMETER, Remedy};
use aws_resources::{ArnBuilder, PolicyDocument, Statement, cfg, iam};
use pulumi_component::{Input, ResourceOptions, Scope};

use crate::account::facts::AccountFacts;
use crate::account::prepared::{RemediationRoles, SharedRole};
use crate::inputs::iam::IamArgs;
use crate::inputs::tags::Tags;
use crate::plan::rule::RulePlan;
use crate::plan::values::known;

/// The action that hands a role on; it is allowed for roles alone.
const PASS_ROLE: &str = "iam:PassRole";

/// Describes the remediation of a rule, and the role that the automation acts under.
pub(super) fn describe(
    scope: &Scope,
    rule: &RulePlan,
    child: &cfg::Rule,
    (iam, tags): (&IamArgs, &Tags),
    (facts, roles): (&AccountFacts, &RemediationRoles),
) {
    let (Some(args), Some(remedy)) = (&rule.args.remediation, &rule.remedy) else { return };
    let name = |part: &str| format!("{}-remediation{part}", rule.name);

    let role = roles.of(&rule.name, || {
        let description = format!("Runs {} to remediate findings of the rule {}", remedy.document, rule.name);
        let role = iam.role(scope, &name("-role"), trust(facts), description, tags);
        let policy = iam::RolePolicy::child(scope, &name("-policy"), allowed(remedy, facts), role.name()).register();
        SharedRole { arn: role.arn(), policy: policy.id() }
    });

    let mut parameters: BTreeMap<String, Vec<Input<String>>> =
        remedy.parameters.iter().map(|(name, value)| (name.clone(), vec![value.into()])).collect();
    parameters.extend(args.parameters.clone());
    parameters.insert(ROLE_PARAMETER.to_owned(), vec![role.arn.into()]);
    let parameters: Vec<Input<_>> =
        parameters.into_iter().map(|(name, values)| parameter(&name, values).into()).collect();
    cfg::RemediationConfiguration::child(scope, &name(""), child.name(), remedy.document, "SSM_DOCUMENT")
        // An automatic one would pass by every guard that this product has.
        .automatic(false)
        .parameters(parameters)
        .set_region(facts.other_region())
        // A person may start it as soon as it is there.
        .options(ResourceOptions::default().and_depends_on_origin_of(&role.policy))
        .register();
}

fn parameter(name: &str, values: Vec<Input<String>>) -> cfg::RemediationConfigurationParameter {
    let parameter = cfg::RemediationConfigurationParameter::new(name);
    match values.as_slice() {
        [only] if known(only).as_deref() == Some(RESOURCE_ID) => parameter.resource_value(RESOURCE_ID),
        [only] => parameter.static_value(only),
        _ => parameter.static_values(values),
    }
}

/// Only Systems Manager, and only for this account.
fn trust(facts: &AccountFacts) -> PolicyDocument {
    PolicyDocument::new([Statement::allow("Automation").service("ssm.amazonaws.com").actions(["sts:AssumeRole"]).when(
        "StringEquals",
        "aws:SourceAccount",
        facts.account_id(),
    )])
}

/// What the document does, in this account. Which resources a rule will find is not known before it finds them.
fn allowed(remedy: &Remedy, facts: &AccountFacts) -> PolicyDocument {
    let acts = remedy.actions.iter().copied().filter(|action| *action != PASS_ROLE);
    let act = Statement::allow("Remediate").actions(acts).on_everything().when(
        // Some services do not say whose a resource is.
        "StringEqualsIfExists",
        "aws:ResourceAccount",
        facts.account_id(),
    );
    let roles = ArnBuilder::of(facts.partition(), "iam").account(facts.account_id()).resource("role/*");
    let pass = remedy.actions.contains(PASS_ROLE).then(|| Statement::allow("Pass").actions([PASS_ROLE]).on(roles));
    PolicyDocument::new(std::iter::once(act).chain(pass))
}
