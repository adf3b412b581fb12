//! What is asked: where the deployment goes, and what it will have there.

use compliance_types::recorder::{RecorderMode, RecordingFrequency};
use property_path::PropertyPath;
use serde::{Deserialize, Serialize};

use crate::look::{FrequencyOverride, NamesakeKind, Recorded};

/// The tag that says which deployment a rule, aggregator, authorization, conformance pack, alarm or recorder belongs to.
pub const OWNER_TAG: &str = "aws-compliance:owner";

/// Characters of a tag's value (AWS Config API Reference, "Tag").
const TAG_VALUE_CHARACTERS: usize = 256;

/// Where the deployment goes, how to get there, and what it will have there. By itself it asks for a look at whatever
/// account the credentials are of.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct LookRequest {
    /// The account that the deployment goes to; the look ends where the credentials are of another one. Default: any.
    pub expected_account: Option<String>,
    /// The region that the deployment goes to. Default: as `AWS_REGION`, `AWS_DEFAULT_REGION` or the profile say.
    pub region: Option<String>,
    /// A profile of the shared configuration; it then comes before credentials of the environment.
    pub profile: Option<String>,
    /// A role to take first.
    pub role_arn: Option<String>,
    /// URL of every service. Default: as `AWS_ENDPOINT_URL` and its relatives say.
    pub endpoint_url: Option<String>,
    /// The deployment that asks. Without one, nothing can be recognized as its own, and no namesake is refused.
    pub owner: Option<Owner>,
    /// What is to become of the configuration recorder.
    pub recorder: RecorderPlan,
    /// The rules that the deployment will have.
    pub rules: Vec<PlannedRule>,
    /// The aggregator that the deployment will have. Its authorization for the own account and region comes with it.
    pub aggregator: Option<PlannedName>,
    /// Accounts and regions that the aggregator lists and that have to authorize it themselves.
    pub sources: Vec<PlannedSource>,
    /// An aggregator of another region that the deployment authorizes here, as `account/region`. It is authorized by an API that
    /// refuses what exists.
    pub authorization: Option<String>,
    /// The event rules that the deployment will have.
    pub event_rules: Vec<PlannedName>,
    /// The dashboard that the deployment will have. Dashboards are the same in every region, so its name goes on with a
    /// hyphen and the region.
    pub dashboard: Option<PlannedName>,
    /// The alarms that the deployment will have.
    pub alarms: Vec<PlannedName>,
    /// The conformance packs that the deployment will have.
    pub conformance_packs: Vec<PlannedName>,
    /// As many conformance packs as AWS allows in an account and region; counted where the deployment will have some.
    pub conformance_packs_allowed: usize,
    /// Everything else that has a name, for what the caller knows of it.
    pub resources: Vec<PlannedResource>,
    /// The key that the user gave.
    pub key: Option<PlannedKey>,
    /// What the functions reserve of the account's concurrency, where they reserve any.
    pub concurrency: Option<PlannedConcurrency>,
    /// Whether AWS Config's service-linked role is read where the account has no recorder, whose role would show it.
    pub service_linked_role: bool,
    /// Whether the resources of the account are counted, for a cost estimate.
    pub count_resources: bool,
}

/// What functions reserve of the account's concurrency.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PlannedConcurrency {
    /// Path of the number.
    pub path: PropertyPath,
    /// Functions that reserve it.
    pub functions: u32,
    /// Runs that each reserves.
    pub runs: u32,
    /// The fewest that each may reserve.
    pub least: u32,
}

/// A deployment, as the tag [`OWNER_TAG`] names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Owner {
    /// What the tag says: [`Owner::tag_value`].
    pub value: String,
    /// What it said before, as after a rename with an alias.
    pub former: Vec<String>,
    /// Whether things with our names and without the tag are ours, as those of a version that did not tag are.
    pub unmarked_is_ours: bool,
}

impl Owner {
    /// The owner of a component of a stack.
    pub fn new(project: &str, stack: &str, component: &str) -> Self {
        Self { value: Self::tag_value(project, stack, component), ..Self::default() }
    }

    /// The value of the tag: `project/stack/component`, in the characters that a tag takes.
    pub fn tag_value(project: &str, stack: &str, component: &str) -> String {
        let name = format!("{project}/{stack}/{component}");
        let allowed = |c: char| if Self::takes(c) { c } else { '-' };
        name.chars().map(allowed).take(TAG_VALUE_CHARACTERS).collect()
    }

    /// The tag as one text, for what takes no tags and has room for a text.
    pub fn mark(value: &str) -> String {
        format!("{OWNER_TAG}={value}")
    }

    /// The value of the tag in a text that carries the mark; it ends at the first character that no tag takes.
    pub(crate) fn marked(text: &str) -> Option<&str> {
        let (_, rest) = text.split_once(&Self::mark(""))?;
        rest.split(|c| !Self::takes(c)).next()
    }

    fn takes(c: char) -> bool {
        c.is_ascii_alphanumeric() || " _.:/=+-@".contains(c)
    }

    /// Whether a value of the tag is this deployment's.
    pub fn is(&self, value: &str) -> bool {
        self.value == value || self.former.iter().any(|former| former == value)
    }
}

/// What is to become of the configuration recorder.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RecorderPlan {
    /// Whose recorder is used; `None` for a part that leaves the recorder to the program that deploys it.
    pub mode: Option<RecorderMode>,
    /// Name of our recorder and of our delivery channel, where there are any. AWS calls a recorder without a name
    /// `default`, so ours should not be called so.
    pub name: Option<String>,
    /// The bucket that our delivery channel delivers to, where it is known: recorders carry no tags of the `aws` provider,
    /// and another deployment may give its recorder the same name.
    pub bucket: Option<String>,
    /// The bucket that it delivers to where the deployment is given no bucket, and may have delivered to before it was given one.
    pub default_bucket: Option<String>,
    /// Path of the mode.
    pub path: PropertyPath,
    /// What ours records; nothing is said of it where that is not given.
    pub records: Option<Recorded>,
    /// How often ours records.
    pub frequency: Option<RecordingFrequency>,
    /// Resource types that ours records at another frequency.
    pub overrides: Vec<FrequencyOverride>,
}

impl Default for RecorderPlan {
    fn default() -> Self {
        Self {
            mode: Some(RecorderMode::default()),
            name: None,
            bucket: None,
            default_bucket: None,
            path: ["recorder", "mode"].into(),
            records: None,
            frequency: None,
            overrides: Vec::new(),
        }
    }
}

impl RecorderPlan {
    /// Whether this deployment's channel delivers to this bucket, or did before it was given another one.
    pub(crate) fn may_deliver_to(&self, bucket: &str) -> bool {
        [&self.bucket, &self.default_bucket].into_iter().flatten().any(|own| own == bucket)
    }

    /// Whether this is of a deployment, which may have delivered to another bucket in an earlier run, and not of a question.
    pub(crate) fn may_have_moved(&self) -> bool {
        self.default_bucket.is_some()
    }
}

/// A rule that the deployment will have.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PlannedRule {
    /// Path of what names it, such as `rules.managed[0].name`.
    pub path: PropertyPath,
    /// Name in the account.
    pub name: String,
    /// Identifier of the managed rule.
    pub identifier: String,
    /// The resource types that it evaluates; none where that is not known.
    pub resource_types: Vec<String>,
    /// Whether it evaluates when a resource changes. A rule that is only periodic needs no recording.
    pub change_triggered: bool,
    /// The conformance pack that brings it. AWS Config puts an id of its own behind the name of such a rule, so that it
    /// is there where its pack is.
    pub pack: Option<String>,
}

/// A thing of one name that the deployment will have.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PlannedName {
    /// Path of what names it.
    pub path: PropertyPath,
    /// Name in the account.
    pub name: String,
}

/// What an aggregator lists, and what has to authorize it by another deployment.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PlannedSource {
    /// Path of what lists it, such as `aggregation.accounts[1]`.
    pub path: PropertyPath,
    /// The account, twelve digits.
    pub account: String,
    /// Its regions.
    pub regions: Vec<String>,
}

/// A resource with a name that the deployment will have.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedResource {
    /// What it is.
    pub kind: NamesakeKind,
    /// Path of what names it.
    #[serde(skip)]
    pub path: PropertyPath,
    /// Name in the account.
    pub name: String,
}

/// The key that the user gave.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedKey {
    /// Path of the key.
    #[serde(skip, default = "PlannedKey::default_path")]
    pub path: PropertyPath,
    /// ARN of the key, or of an alias of it.
    pub arn: String,
    /// Names of the log groups that the key will encrypt.
    #[serde(default)]
    pub log_groups: Vec<String>,
    /// Whether AWS Config will encrypt what it delivers with the key.
    #[serde(default)]
    pub config_delivers: bool,
    /// Whether AWS Budgets will encrypt its messages with the key.
    #[serde(default)]
    pub budget_notifies: bool,
}

impl PlannedKey {
    fn default_path() -> PropertyPath {
        "kmsKeyArn".into()
    }

    /// The key at the path where the whole component takes it.
    pub fn new(arn: impl Into<String>, log_groups: Vec<String>) -> Self {
        Self { path: Self::default_path(), arn: arn.into(), log_groups, config_delivers: false, budget_notifies: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_named_in_the_characters_of_a_tag() {
        assert_eq!(Owner::new("audit", "prod", "compliance").value, "audit/prod/compliance");
        assert_eq!(Owner::tag_value("a", "b", "c$d{e}"), "a/b/c-d-e-");
        assert_eq!(Owner::tag_value("a", "b", &"x".repeat(300)).len(), 256);
    }

    #[test]
    fn a_text_carries_the_mark() {
        let owner = Owner::new("audit", "prod 1", "compliance").value;
        let text = format!("{{\"markdown\":\"Of `{}`.\"}}", Owner::mark(&owner));
        assert_eq!(Owner::marked(&text), Some("audit/prod 1/compliance"));
        assert_eq!(Owner::marked("{\"widgets\":[]}"), None);
    }

    #[test]
    fn a_former_name_is_still_ours() {
        let owner = Owner { former: vec!["a/b/old".into()], ..Owner::new("a", "b", "new") };
        assert!(owner.is("a/b/new") && owner.is("a/b/old") && !owner.is("a/b/other"));
    }
}
