//! Whose configuration recorder is used, and what it records.

use compliance_types::recorder::{RecorderMode, RecordingFrequency};
use compliance_types::resource::IAM_TYPES;
use pulumi_component::value::PropertyPath;
use pulumi_component::{Checks, Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;

/// Which resource types are recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RecordingStrategy {
    /// All that AWS Config knows, also future ones.
    #[default]
    All,
    /// Those of `resourceTypes`.
    Only,
    /// All but those of `resourceTypes`.
    AllExcept,
}

/// Which configuration recorder is used, and what a recorder of this component records.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RecorderSettingsArgs {
    /// Which configuration recorder is used: the existing one (`reuse`), one that this component creates (`create`), or the
    /// existing one if there is any (`auto`). The other inputs apply only to a created recorder. Default: `reuse`.
    pub mode: Option<RecorderMode>,
    /// ARN of the IAM role of the created recorder. It must trust `config.amazonaws.com` and have the managed policy
    /// `AWS_ConfigRole`. Default: AWS Config's service-linked role, which is created if it is missing and remains after
    /// `destroy`. Security Hub's control Config.1 fails with any other role.
    pub role_arn: Option<Input<String>>,
    /// Which resource types the created recorder records.
    pub strategy: RecordingStrategy,
    /// Resource types of the strategies `only` and `allExcept`, such as `AWS::EC2::Volume`.
    pub resource_types: Vec<String>,
    /// Whether the created recorder records IAM users, groups, roles and policies, which are the same in every region.
    /// Enable this in one region of an account. With the strategy `allExcept`, false excludes them, too; with `only`, the
    /// list decides.
    pub global_types: bool,
    /// How often the created recorder records.
    pub frequency: RecordingFrequency,
    /// Resource types that the created recorder records once a day. It records the others continuously.
    pub daily_types: Vec<String>,
}

impl Default for RecorderSettingsArgs {
    fn default() -> Self {
        Self {
            mode: None,
            role_arn: None,
            strategy: RecordingStrategy::default(),
            resource_types: Vec::new(),
            global_types: true,
            frequency: RecordingFrequency::default(),
            daily_types: Vec::new(),
        }
    }
}

impl RecorderSettingsArgs {
    /// Relations between the inputs, and the types that are never recorded daily (AWS Config API Reference,
    /// "RecordingModeOverride").
    pub fn check(&self, checks: &mut Checks) {
        const NEVER_DAILY: [&str; 3] = [
            "AWS::Config::ConfigurationRecorder",
            "AWS::Config::ConformancePackCompliance",
            "AWS::Config::ResourceCompliance",
        ];
        if let Some(role) = &self.role_arn {
            checks.input("roleArn", role, |arn| bounds::role_arn(arn));
        }
        match (self.strategy, self.resource_types.is_empty()) {
            (RecordingStrategy::All, false) => {
                checks.error("resourceTypes", "the strategy `all` takes none; set `strategy` to `only` or `allExcept`");
            }
            (RecordingStrategy::Only, true) => checks.error("resourceTypes", "the strategy `only` needs at least one"),
            (RecordingStrategy::AllExcept, true) => {
                checks.error("resourceTypes", "the strategy `allExcept` needs at least one; without any it is `all`");
            }
            _ => {}
        }
        if self.frequency == RecordingFrequency::Daily && !self.daily_types.is_empty() {
            checks.error(
                "dailyTypes",
                "everything is recorded daily already; remove them, or set `frequency` to `continuous`",
            );
        }
        check_types("resourceTypes", &self.resource_types, checks);
        check_types("dailyTypes", &self.daily_types, checks);
        for (index, kind) in self.daily_types.iter().enumerate() {
            let at = PropertyPath::from(("dailyTypes", index));
            if NEVER_DAILY.contains(&kind.as_str()) {
                checks.error(&at, "AWS records this type continuously only; remove it");
            }
            if let Some(reason) = self.not_recorded(kind) {
                checks.error(&at, format!("this type is not recorded at all: {reason}"));
            }
        }
        let global = self.resource_types.iter().find(|kind| IAM_TYPES.contains(&kind.as_str()));
        if let (RecordingStrategy::Only, false, Some(kind)) = (self.strategy, self.global_types, global) {
            let reason = format!("false, and `resourceTypes` has the global type `{kind}`; remove one of the two");
            checks.error("globalTypes", reason);
        }
    }

    /// Whose recorder is used.
    pub fn mode(&self) -> RecorderMode {
        self.mode.unwrap_or_default()
    }

    /// Warns of inputs that have no effect because no recorder of this deployment exists.
    pub fn check_effect(&self, checks: &mut Checks) {
        let default = Self::default();
        let given = [
            ("roleArn", self.role_arn.is_some()),
            ("strategy", self.strategy != default.strategy),
            ("resourceTypes", !self.resource_types.is_empty()),
            ("globalTypes", self.global_types != default.global_types),
            ("frequency", self.frequency != default.frequency),
            ("dailyTypes", !self.daily_types.is_empty()),
        ];
        for (member, _) in given.iter().filter(|(_, given)| *given && self.mode() == RecorderMode::Reuse) {
            checks.warning(
                *member,
                "no effect: the recorder that exists is reused as it is; set `recorder.mode` to `create` or `auto`",
            );
        }
    }

    /// Why a type is not recorded, if it is not.
    fn not_recorded(&self, kind: &String) -> Option<&'static str> {
        let listed = self.resource_types.contains(kind);
        let is_left_out = !self.global_types && IAM_TYPES.contains(&kind.as_str());
        match self.strategy {
            RecordingStrategy::Only if !listed => Some("`resourceTypes` does not have it"),
            RecordingStrategy::AllExcept if listed => Some("`resourceTypes` excludes it"),
            RecordingStrategy::All | RecordingStrategy::AllExcept if is_left_out => Some("`globalTypes` is false"),
            _ => None,
        }
    }

    /// The types that `allExcept` excludes: with those of IAM where they are not wanted, because AWS records them in every
    /// region unless they are listed (AWS Config API Reference, "RecordingGroup", `includeGlobalResourceTypes`).
    pub fn excluded(&self) -> Vec<String> {
        let global = IAM_TYPES.iter().map(|kind| (*kind).to_owned()).filter(|_| !self.global_types);
        let more: Vec<_> = global.filter(|kind| !self.resource_types.contains(kind)).collect();
        self.resource_types.iter().cloned().chain(more).collect()
    }

    /// The same in a region beside that of the provider: IAM's types are recorded in the provider's region alone.
    pub fn elsewhere(&self) -> Self {
        let regional = |types: &[String]| {
            let types = types.iter().filter(|kind| !IAM_TYPES.contains(&kind.as_str()));
            types.cloned().collect::<Vec<_>>()
        };
        let resource_types = match self.strategy {
            RecordingStrategy::Only => regional(&self.resource_types),
            RecordingStrategy::All | RecordingStrategy::AllExcept => self.resource_types.clone(),
        };
        Self { global_types: false, resource_types, daily_types: regional(&self.daily_types), ..self.clone() }
    }

    /// Whether ours may be among the children, before the account was inspected.
    pub fn may_be_ours(&self) -> bool {
        self.mode() != RecorderMode::Reuse
    }
}

/// Checks a list of resource types: each by its form, known to AWS Config, and once.
fn check_types(member: &str, types: &[String], checks: &mut Checks) {
    for (index, kind) in types.iter().enumerate() {
        let at = PropertyPath::from((member, index));
        checks.plain(&at, kind.as_str(), bounds::rules::resource_type);
        checks.plain(&at, kind.as_str(), bounds::rules::recordable_type);
        if bounds::rules::recordable_type(kind).is_ok() {
            checks.warn_plain(&at, kind.as_str(), bounds::rules::known_resource_type);
        }
    }
    bounds::check_once(checks, member, types);
}
