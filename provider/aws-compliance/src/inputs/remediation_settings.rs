//! What is done about findings: modes, limits, windows, tags.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::choices::RemediationMode;
use functions_core::remediation::action::{Action, Risk};
use functions_core::remediation::actions;
use functions_core::remediation::settings::{
    APPROVAL_HOURS, Limits, MAX_ACTIONS, MAX_PERCENT, OPT_OUT_TAG, VERIFICATION_HOURS,
};
use functions_core::remediation::window::Window;
use pulumi_component::value::Scalar;
use pulumi_component::{Checks, InvalidValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;
use crate::inputs::waivers::nearest;

/// Most hours that a plan may wait, and that a confirmation may take: 30 days.
const MAX_HOURS: u32 = 720;
/// Most resources that a run may be allowed to change.
const MOST_ACTIONS: u32 = 1_000;
/// Longest name of a tag (AWS Tag Editor User Guide, "Tag naming limits").
const TAG_LENGTH: usize = 128;

/// What is done about findings.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RemediationArgs {
    /// What is done about the findings of every rule that has an action: `off`; `dryRun`, which plans each change and makes
    /// none; `approve`, which makes a change when somebody approved it; `automatic`, which makes a change in a later run where
    /// the resource has the tag `optInTag`.
    pub mode: RemediationMode,
    /// How many resources a run may change. A run is an hour.
    pub limits: RemediationLimitsArgs,
    /// Name of the tag that keeps a resource from being changed, whatever its value. Default: `compliance:opt-out`.
    pub opt_out_tag: Option<String>,
    /// Name of the tag that a resource must have before it is changed in mode `automatic`, whatever its value. Required in that
    /// mode: whether Terraform or Pulumi manages a resource cannot be determined.
    pub opt_in_tag: Option<String>,
    /// Whether two people must approve each change, and each undo.
    pub four_eyes: bool,
    /// Whether, for `fourEyes`, the session name of an assumed role says who somebody is. By default two sessions of one role count
    /// as one person, because the caller of AssumeRole chooses the name. Set it only where the trust policy of the approvers' role
    /// or IAM Identity Center fixes the name.
    pub trust_session_names: bool,
    /// Number of hours after which an unapproved plan expires. Range: 1-720. Default: 72.
    pub approval_hours: Option<u32>,
    /// Number of hours within which AWS Config must find a changed resource compliant; after that the remediation has failed.
    /// Range: 1-720. Default: 48.
    pub verification_hours: Option<u32>,
    /// When changes may be made, such as `Mon-Fri 08:00-16:00 UTC`. Default: always.
    #[schemars(length(min = 1))]
    pub windows: Vec<String>,
    /// What is done about the findings of single rules, by the rule's name without the prefix.
    pub rules: BTreeMap<String, RemediationRuleArgs>,
}

/// How many resources a run may change.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RemediationLimitsArgs {
    /// Number of resources, over all rules. Range: 1-1000. Default: 10.
    pub max_actions: Option<u32>,
    /// Share of the resources of a type, in percent, over all rules; rounded down, but one resource is always allowed. Range:
    /// 1-100. Default: 5.
    pub max_percent: Option<u32>,
}

/// What is done about the findings of a rule.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RemediationRuleArgs {
    /// Mode of the rule. Default: `mode` of all rules.
    pub mode: Option<RemediationMode>,
    /// Id of the action, such as `s3-tls-only`. Default: the one that is known for the managed rule.
    pub action: Option<String>,
    /// Name of the tag that a resource must have before it is changed in mode `automatic`. Default: `optInTag` of all rules.
    pub opt_in_tag: Option<String>,
    /// Parameters of the action. `docs/remediation.md` lists them.
    #[schemars(with = "BTreeMap<String, Scalar>")]
    pub parameters: BTreeMap<String, String>,
}

impl RemediationArgs {
    /// The limits, with the defaults.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            max_actions: self.limits.max_actions.unwrap_or(MAX_ACTIONS),
            max_percent: self.limits.max_percent.unwrap_or(MAX_PERCENT),
        }
    }

    /// The tag that keeps a resource from being changed.
    pub(crate) fn opt_out_tag(&self) -> &str {
        self.opt_out_tag.as_deref().unwrap_or(OPT_OUT_TAG)
    }

    /// Hours after which a plan expires.
    pub(crate) fn approval_hours(&self) -> u32 {
        self.approval_hours.unwrap_or(APPROVAL_HOURS)
    }

    /// Hours within which a change must be confirmed.
    pub(crate) fn verification_hours(&self) -> u32 {
        self.verification_hours.unwrap_or(VERIFICATION_HOURS)
    }

    /// Mode of a rule.
    pub(crate) fn mode_of(&self, rule: &str) -> RemediationMode {
        self.rules.get(rule).and_then(|rule| rule.mode).unwrap_or(self.mode)
    }

    /// Action of a rule with this identifier.
    pub(crate) fn action_of(&self, rule: &str, identifier: &str) -> Option<&'static dyn Action> {
        match self.rules.get(rule).and_then(|rule| rule.action.as_deref()) {
            Some(id) => actions::action(id),
            None => actions::of_rule(identifier),
        }
    }

    /// The tag that permits changes of a rule in mode `automatic`.
    pub(crate) fn opt_in_tag_of(&self, rule: &str) -> Option<&String> {
        self.rules.get(rule).and_then(|rule| rule.opt_in_tag.as_ref()).or(self.opt_in_tag.as_ref())
    }

    /// Checks it; `known` are the rules of the deployment, without the prefix, each with its identifier.
    pub(crate) fn check(&self, known: &BTreeMap<String, String>, checks: &mut Checks) {
        let within = |range: std::ops::RangeInclusive<u32>, unit: &str| {
            let (least, most, unit) = (*range.start(), *range.end(), unit.to_owned());
            move |value: &u32| match (least..=most).contains(value) {
                true => Ok(()),
                false => Err(InvalidValue::new(format!("expected {least} to {most}{unit}"))),
            }
        };
        for (path, value, range, unit) in [
            (["limits", "maxActions"].as_slice(), self.limits.max_actions, 1..=MOST_ACTIONS, " resources"),
            (&["limits", "maxPercent"], self.limits.max_percent, 1..=100, " percent"),
            (&["approvalHours"], self.approval_hours, 1..=MAX_HOURS, " hours"),
            (&["verificationHours"], self.verification_hours, 1..=MAX_HOURS, " hours"),
        ] {
            if let (Some(value), [outer @ .., member]) = (value, path) {
                match outer {
                    [outer] => checks.under(*outer, |checks| checks.plain(*member, &value, within(range, unit))),
                    _ => checks.plain(*member, &value, within(range, unit)),
                }
            }
        }
        for (member, tag) in [("optOutTag", &self.opt_out_tag), ("optInTag", &self.opt_in_tag)] {
            check_tag(member, tag.as_deref(), checks);
        }
        if self.opt_in_tag.as_deref() == Some(self.opt_out_tag()) {
            checks.error("optInTag", "is the tag that keeps a resource from being changed, too; expected another one");
        }
        checks.each("windows", &self.windows, |checks, window| {
            checks.plain("", window.as_str(), |window| match Window::parse(window) {
                Ok(_) => Ok(()),
                Err(error) => Err(InvalidValue::new(error.to_string())),
            });
        });
        bounds::check_once(checks, "windows", &self.windows);
        if self.mode == RemediationMode::Automatic && self.opt_in_tag.is_none() {
            checks.error("optInTag", "is required with mode `automatic`: only resources with this tag are changed");
        }
        checks.each_entry("rules", &self.rules, |checks, name, rule| self.check_rule(name, rule, known, checks));
    }

    fn check_rule(
        &self,
        name: &str,
        rule: &RemediationRuleArgs,
        known: &BTreeMap<String, String>,
        checks: &mut Checks,
    ) {
        let Some(identifier) = known.get(name) else {
            let names: BTreeSet<String> = known.keys().cloned().collect();
            checks.plain("", name, |name| Err(nearest("no rule of this deployment has this name", name, &names)));
            return;
        };
        check_tag("optInTag", rule.opt_in_tag.as_deref(), checks);
        let Some(action) = self.action_of(name, identifier) else {
            match &rule.action {
                Some(id) => {
                    let ids: BTreeSet<String> = actions::ALL.iter().map(|action| action.id().to_owned()).collect();
                    checks.plain("action", id.as_str(), |id| Err(nearest("there is no action with this id", id, &ids)));
                }
                None if self.mode_of(name) == RemediationMode::Off => {}
                None => checks.error(
                    "",
                    format!("no action fixes the findings of `{identifier}`; give an `action`, or mode `off`"),
                ),
            }
            return;
        };
        checks.each_entry("parameters", &rule.parameters, |checks, name, value| {
            match action.parameters().iter().find(|known| known.name == name) {
                Some(parameter) => {
                    if let Err(reason) = (parameter.check)(value) {
                        checks.error("", reason);
                    }
                }
                None => {
                    let names: BTreeSet<String> = action.parameters().iter().map(|one| one.name.to_owned()).collect();
                    let reason = format!("action `{}` has no such parameter", action.id());
                    checks.plain("", name, |name| Err(nearest(&reason, name, &names)));
                }
            }
        });
        if rule.mode == Some(RemediationMode::Automatic) && self.opt_in_tag_of(name).is_none() {
            checks.error("optInTag", "is required with mode `automatic`: only resources with this tag are changed");
        }
        match (rule.mode, action.risk()) {
            (Some(RemediationMode::Automatic), Risk::Approval(reason)) => {
                checks.warning(
                    "mode",
                    format!("changes of action `{}` are always approved by somebody: {reason}", action.id()),
                );
            }
            (Some(mode), Risk::Advice(reason)) if mode.acts() => {
                checks.warning("mode", format!("action `{}` gives advice and changes nothing: {reason}", action.id()));
            }
            _ => {}
        }
    }
}

fn check_tag(member: &str, tag: Option<&str>, checks: &mut Checks) {
    let Some(tag) = tag else { return };
    if tag.is_empty() || tag.chars().count() > TAG_LENGTH || tag.to_lowercase().starts_with("aws:") {
        checks.error(
            member,
            format!("expected the name of a tag: 1 to {TAG_LENGTH} characters, not beginning with `aws:`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(args: &RemediationArgs) -> (Vec<String>, Vec<String>) {
        let known = [
            ("tls", "S3_BUCKET_SSL_REQUESTS_ONLY"),
            ("topics", "SNS_ENCRYPTED_KMS"),
            ("volumes", "ENCRYPTED_VOLUMES"),
            ("retention", "CW_LOGGROUP_RETENTION_PERIOD_CHECK"),
            ("other", "ACCESS_KEYS_ROTATED"),
        ];
        let known = known.map(|(name, identifier)| (name.to_owned(), identifier.to_owned())).into();
        let mut checks = Checks::default();
        checks.under("remediation", |checks| args.check(&known, checks));
        let texts = |problems: &[pulumi_component::value::PropertyError]| {
            problems.iter().map(|problem| format!("{}: {}", problem.place(), problem.reason)).collect()
        };
        (texts(checks.errors()), texts(checks.warnings()))
    }

    fn read(text: &str) -> RemediationArgs {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn valid_settings_pass() {
        for text in [
            "{}",
            r#"{"mode":"approve","limits":{"maxActions":10,"maxPercent":100},"windows":["Mon-Fri 08:00-16:00 UTC"]}"#,
            r#"{"rules":{"tls":{"mode":"automatic","optInTag":"compliance:auto-fix"}}}"#,
            r#"{"rules":{"retention":{"parameters":{"days":"90"}},"other":{"mode":"off"}}}"#,
        ] {
            assert_eq!(problems(&read(text)), (Vec::new(), Vec::new()), "{text}");
        }
    }

    #[test]
    fn every_invalid_member_is_an_error_at_its_path() {
        for (text, expected) in [
            (r#"{"limits":{"maxActions":0}}"#, "remediation.limits.maxActions: expected 1 to 1000 resources"),
            (r#"{"limits":{"maxActions":1001}}"#, "remediation.limits.maxActions: expected"),
            (r#"{"limits":{"maxPercent":0}}"#, "remediation.limits.maxPercent: expected 1 to 100 percent"),
            (r#"{"limits":{"maxPercent":101}}"#, "remediation.limits.maxPercent: expected"),
            (r#"{"approvalHours":0}"#, "remediation.approvalHours: expected 1 to 720 hours"),
            (r#"{"verificationHours":721}"#, "remediation.verificationHours: expected"),
            (r#"{"optOutTag":""}"#, "remediation.optOutTag: expected the name of a tag"),
            (r#"{"optInTag":"aws:x"}"#, "remediation.optInTag: expected the name of a tag"),
            (r#"{"optInTag":"compliance:opt-out"}"#, "remediation.optInTag: is the tag that keeps"),
            (r#"{"mode":"automatic"}"#, "remediation.optInTag: is required"),
            (r#"{"windows":["Mon 22:00-06:00 UTC"]}"#, "remediation.windows[0]: `Mon 22:00-06:00 UTC` never opens"),
            (
                r#"{"windows":["Mon-Fri 08:00-16:00 UTC","Mon-Fri 08:00-16:00 UTC"]}"#,
                "remediation.windows[1]: listed twice",
            ),
            (r#"{"windows":["always"]}"#, "remediation.windows[0]: `always` is no window"),
            (r#"{"rules":{"tsl":{}}}"#, "remediation.rules.tsl: no rule of this deployment has this name"),
            (
                r#"{"rules":{"tls":{"action":"s3-tls"}}}"#,
                "remediation.rules.tls.action: there is no action with this id",
            ),
            (r#"{"rules":{"other":{"mode":"approve"}}}"#, "remediation.rules.other: no action fixes"),
            (r#"{"rules":{"tls":{"mode":"automatic"}}}"#, "remediation.rules.tls.optInTag: is required"),
            (
                r#"{"rules":{"retention":{"parameters":{"days":"0"}}}}"#,
                "remediation.rules.retention.parameters.days: expected 1 to 3653",
            ),
            (
                r#"{"rules":{"retention":{"parameters":{"day":"7"}}}}"#,
                "remediation.rules.retention.parameters.day: action `log-retention` has no such parameter",
            ),
        ] {
            let (errors, _) = problems(&read(text));
            assert_eq!(errors.len(), 1, "{text}: {errors:?}");
            assert!(errors[0].starts_with(expected), "{errors:?}");
        }
        let (errors, _) = problems(&read(r#"{"rules":{"tsl":{}}}"#));
        assert!(errors[0].contains("`tls`"), "the nearest name is suggested: {errors:?}");
    }

    #[test]
    fn mode_that_the_action_does_not_follow_is_a_warning() {
        for (rule, expected) in [("topics", "always approved"), ("volumes", "gives advice")] {
            let text = format!(r#"{{"optInTag":"x","rules":{{"{rule}":{{"mode":"automatic"}}}}}}"#);
            let (errors, warnings) = problems(&read(&text));
            assert_eq!(errors, Vec::<String>::new());
            assert!(warnings.len() == 1 && warnings[0].contains(expected), "{warnings:?}");
        }
    }
}
