//! The remediation of a managed rule's findings, which a person starts.

use std::collections::BTreeMap;

use aws_compliance_catalog::{RESOURCE_ID, ROLE_PARAMETER, Remedy, RemedyRequest, Report, check_remedy};
use aws_resources::{Arn, PolicyDocument, Statement, cfg, iam};
use pulumi_component::{Checks, Input, PathStep, PropertyError, Scope, depends_on};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::{is_secret, known};
use super::{ManagedRuleArgs, Rule};
use crate::account::facts::AccountFacts;
use crate::inputs::iam::IamArgs;
use crate::inputs::tags::Tags;

/// The action that hands a role on; it is allowed for roles alone.
const PASS_ROLE: &str = "iam:PassRole";

/// A Systems Manager document that remediates what a rule finds. Nothing runs by itself: a person starts it for a resource.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RemediationArgs {
    /// Name of the document, of those that are known for the rule. Default: the first of them.
    pub document: Option<String>,
    /// Values by name, beside those that are known; `RESOURCE_ID` stands for the resource that was found. The role of the
    /// automation is not among them: it comes with the remediation.
    pub parameters: BTreeMap<String, Vec<Input<String>>>,
    /// Whether a document is taken of which no source says that it is for this rule, only its effect matches.
    pub accept_inferred: bool,
}

impl RemediationArgs {
    fn remedy(&self, rule: &ManagedRuleArgs) -> (Option<Remedy>, Report) {
        let rule_parameters = rule.parameters.iter().filter_map(|(name, value)| Some((name.clone(), known(value)?)));
        check_remedy(&RemedyRequest {
            identifier: rule.identifier.clone(),
            document: self.document.clone(),
            parameters: self.parameters.iter().map(|(name, values)| (name.clone(), values.len())).collect(),
            rule_parameters: rule_parameters.collect(),
            accept_inferred: self.accept_inferred,
        })
    }

    /// Judges it, at `remediation` of its rule.
    pub(super) fn check(&self, rule: &ManagedRuleArgs, checks: &mut Checks) {
        let (_, report) = self.remedy(rule);
        for problem in &report.errors {
            let given = match problem.path.steps() {
                [PathStep::Member(member), PathStep::Member(name)] if member == "parameters" => {
                    self.parameters.get(name)
                }
                _ => None,
            };
            let secret = given.is_some_and(|values| values.iter().any(is_secret));
            checks.add_error(PropertyError::new(&problem.path, problem.text()).sensitive_if(secret));
        }
        report.warnings.iter().for_each(|problem| checks.warning(&problem.path, problem.text()));
    }
}

/// Describes the remediation of a rule, and the role that the automation acts under.
pub(super) fn describe(
    scope: &Scope,
    rule: &Rule,
    child: &cfg::Rule,
    (roles, tags): (&IamArgs, &Tags),
    facts: &AccountFacts,
) {
    let Some(args) = &rule.args.remediation else { return };
    // What is wrong with it was told before.
    let Some(remedy) = args.remedy(&rule.args).0 else { return };
    let name = |part: &str| format!("{}-remediation{part}", rule.name);

    let description = format!("Runs {} to remediate findings of the rule {}", remedy.document, rule.name);
    let role = roles.role(scope, &name("-role"), trust(facts), description, tags);
    let required = iam::role_policy::Required { policy: allowed(&remedy, facts).into(), role: role.name().into() };
    let policy = iam::RolePolicy::child(scope, &name("-policy"), required).register();

    let mut parameters: BTreeMap<String, Vec<Input<String>>> =
        remedy.parameters.into_iter().map(|(name, value)| (name, vec![value.into()])).collect();
    parameters.extend(args.parameters.clone());
    parameters.insert(ROLE_PARAMETER.to_owned(), vec![role.arn().into()]);
    let parameters: Vec<Input<_>> =
        parameters.into_iter().map(|(name, values)| parameter(&name, values).into()).collect();
    let required = cfg::remediation_configuration::Required {
        config_rule_name: child.name().into(),
        target_id: remedy.document.into(),
        target_type: "SSM_DOCUMENT".into(),
    };
    cfg::RemediationConfiguration::child(scope, &name(""), required)
        // An automatic one would pass by every guard that this product has.
        .automatic(false)
        .parameters(parameters)
        // A person may start it as soon as it is there.
        .options(depends_on(&policy))
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
    let roles = Arn::of(facts.partition(), "iam").account(facts.account_id()).resource("role/*");
    let pass = remedy.actions.contains(PASS_ROLE).then(|| Statement::allow("Pass").actions([PASS_ROLE]).on(roles));
    PolicyDocument::new(std::iter::once(act).chain(pass))
}
