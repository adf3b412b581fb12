//! Why a change is not made. Each guard is a fact, or the reason why it could not be found out; a fact that is missing stops
//! the change as a forbidding one does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::settings::{Mode, RuleSettings};

/// What could be found out, or why not.
pub type Fact<T> = Result<T, String>;

/// Who manages a resource as code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", content = "name")]
pub enum Owner {
    /// The stack of AWS CloudFormation with this name or id.
    Stack(String),
    /// No stack does. Terraform and Pulumi leave no mark, so that they may.
    Unknown,
    /// It is a setting of the account, which belongs to no stack.
    Account,
}

impl Owner {
    /// What people read.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Stack(stack) => stack,
            Self::Unknown => "no CloudFormation stack; whether Terraform or Pulumi manages it cannot be determined",
            Self::Account => "the account",
        }
    }
}

/// What is known about a resource before it is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Its tags.
    pub tags: Fact<BTreeMap<String, String>>,
    /// The waiver that covers its finding, where one does.
    pub waiver: Fact<Option<String>>,
    /// Who manages it as code.
    pub owner: Fact<Owner>,
}

/// What the guards say of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing forbids it.
    Allowed,
    /// Somebody must approve it, for this reason.
    NeedsApproval(String),
    /// A person must make it, for this reason.
    Advice(String),
    /// The finding is accepted, or its owner does not want the change.
    Excluded(String),
    /// A guard could not be evaluated.
    Unknown(String),
}

/// What the guards say of a change under the settings of its rule.
#[must_use]
pub fn evaluate(facts: &Facts, rule: &RuleSettings, opt_out_tag: &str) -> Verdict {
    let unknown = |what: &str, reason: &String| Verdict::Unknown(format!("{what} cannot be determined: {reason}"));
    let waiver = match &facts.waiver {
        Err(reason) => return unknown("whether a waiver covers the finding", reason),
        Ok(waiver) => waiver,
    };
    if let Some(waiver) = waiver {
        return Verdict::Excluded(format!("a waiver covers the finding: {waiver}"));
    }
    let tags = match &facts.tags {
        Err(reason) => return unknown("the tags of the resource", reason),
        Ok(tags) => tags,
    };
    if tags.contains_key(opt_out_tag) {
        return Verdict::Excluded(format!("the resource has the tag `{opt_out_tag}`"));
    }
    let owner = match &facts.owner {
        Err(reason) => return unknown("whether a CloudFormation stack owns the resource", reason),
        Ok(owner) => owner,
    };
    if let Owner::Stack(stack) = owner {
        return Verdict::Advice(format!(
            "the CloudFormation stack `{stack}` owns the resource and would revert the change; change its template"
        ));
    }
    if rule.mode != Mode::Automatic {
        return Verdict::Allowed;
    }
    match (&rule.opt_in_tag, owner) {
        (_, Owner::Account) => Verdict::NeedsApproval("a setting of the account has no tags that permit it".to_owned()),
        (Some(tag), _) if tags.contains_key(tag.as_str()) => Verdict::Allowed,
        (Some(tag), _) => Verdict::Advice(format!(
            "whether Terraform or Pulumi manages the resource cannot be determined; to permit the change, tag it `{tag}`"
        )),
        (None, _) => Verdict::Unknown("mode `automatic` without a tag that permits it".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        let tags = [("compliance:auto-fix".to_owned(), String::new())].into();
        Facts { tags: Ok(tags), waiver: Ok(None), owner: Ok(Owner::Unknown) }
    }

    fn rule(mode: Mode) -> RuleSettings {
        RuleSettings { mode, opt_in_tag: Some("compliance:auto-fix".to_owned()), ..RuleSettings::default() }
    }

    #[test]
    fn guard_that_cannot_be_evaluated_stops_the_change_in_every_mode() {
        let reason = || "throttled".to_owned();
        for mode in [Mode::DryRun, Mode::Approve, Mode::Automatic] {
            assert_eq!(evaluate(&facts(), &rule(mode), "out"), Verdict::Allowed);
            for broken in [
                Facts { tags: Err(reason()), ..facts() },
                Facts { waiver: Err(reason()), ..facts() },
                Facts { owner: Err(reason()), ..facts() },
            ] {
                let Verdict::Unknown(text) = evaluate(&broken, &rule(mode), "out") else { panic!("{broken:?}") };
                assert!(text.ends_with("cannot be determined: throttled"), "{text}");
            }
        }
    }

    #[test]
    fn waiver_tag_and_stack_keep_a_resource_as_it_is() {
        for mode in [Mode::DryRun, Mode::Approve, Mode::Automatic] {
            let waived = Facts { waiver: Ok(Some("data-team".to_owned())), ..facts() };
            assert!(matches!(evaluate(&waived, &rule(mode), "out"), Verdict::Excluded(_)));
            let tagged = Facts { tags: Ok([("out".to_owned(), "no".to_owned())].into()), ..facts() };
            assert!(matches!(evaluate(&tagged, &rule(mode), "out"), Verdict::Excluded(_)));
            let owned = Facts { owner: Ok(Owner::Stack("shop".to_owned())), ..facts() };
            assert!(matches!(evaluate(&owned, &rule(mode), "out"), Verdict::Advice(_)));
        }
    }

    #[test]
    fn automatic_needs_the_tag_on_the_resource_and_a_setting_of_the_account_an_approval() {
        let untagged = Facts { tags: Ok(BTreeMap::new()), ..facts() };
        assert_eq!(evaluate(&untagged, &rule(Mode::Approve), "out"), Verdict::Allowed);
        assert!(matches!(evaluate(&untagged, &rule(Mode::Automatic), "out"), Verdict::Advice(_)));
        let account = Facts { owner: Ok(Owner::Account), ..untagged };
        assert!(matches!(evaluate(&account, &rule(Mode::Automatic), "out"), Verdict::NeedsApproval(_)));
        let without = RuleSettings { opt_in_tag: None, ..rule(Mode::Automatic) };
        assert!(matches!(evaluate(&facts(), &without, "out"), Verdict::Unknown(_)));
    }
}
