//! The configuration document: what the functions watch.
//!
//! The provider renders it into the report bucket at [`crate::key::CONFIGURATION`] and puts the SHA-256 of its bytes into
//! the environment of the functions that read it, because Lambda allows 4 KB of environment (AWS Lambda Developer Guide,
//! "Lambda quotas") and a list of rules has no such bound. A function refuses bytes of another digest.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::choices::{CountedRules, ObjectLockMode};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    exports::Exports,
    remediation::settings::Settings,
    waiver::{MAX_DAYS, Waiver, Waivers},
};

mod entries;
mod notices;
mod packed;

pub use entries::{NotAssessed, PackEntry, RegionEntry, RuleEntry};
pub use notices::{Notices, Route};
pub use packed::{in_pack, name_in_template, parts_in_account};

/// The version of the document that this code writes and reads.
pub const VERSION: u32 = 1;

/// What the functions watch. `{"exports":{"ocsf","securityHub"},"manual":{framework:[check]},"notAssessed":[{"frameworks","identifier"}],
/// "notices":{"digest","routes"},"objectLock":{"days","mode"},"packs":[{"name","rules"}],"regions":{region:{"atHome":[identifier],"functionAtHome":[name],"notOffered":[identifier],"without":[name]}},"remediation","reportedRules","rules":[{"frameworks","identifier","name","severity"}],
/// "version":1,"waiverMaxDays","waivers":[...]}`, packs and rules sorted by name; what is empty is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonitoringConfiguration {
    // INVARIANT: fields stand in alphabetical order, packs and rules by name, so that equal content has equal bytes.
    #[serde(default, skip_serializing_if = "Exports::is_none")]
    exports: Exports,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    manual: BTreeMap<String, Vec<String>>,
    #[serde(default, rename = "notAssessed", skip_serializing_if = "Vec::is_empty")]
    not_assessed: Vec<NotAssessed>,
    #[serde(default, skip_serializing_if = "Notices::is_default")]
    notices: Notices,
    #[serde(default, rename = "objectLock", skip_serializing_if = "Option::is_none")]
    object_lock: Option<ObjectLock>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    packs: Vec<PackEntry>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    regions: BTreeMap<String, RegionEntry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remediation: Option<Settings>,
    #[serde(default, rename = "reportedRules", skip_serializing_if = "is_own")]
    reported_rules: CountedRules,
    rules: Vec<RuleEntry>,
    version: u32,
    #[serde(default = "default_waiver_days", rename = "waiverMaxDays", skip_serializing_if = "is_default_waiver_days")]
    waiver_max_days: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    waivers: Vec<Waiver>,
}

/// How long S3 refuses to delete the files of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectLock {
    /// Days from the start of the run.
    pub days: u32,
    /// Who may delete them before.
    #[serde(default)]
    pub mode: ObjectLockMode,
}

const fn default_waiver_days() -> u32 {
    MAX_DAYS
}

const fn is_default_waiver_days(days: &u32) -> bool {
    *days == MAX_DAYS
}

/// Why a document cannot be written or read.
#[derive(Debug, Error)]
pub enum ConfigurationError {
    /// Two rules share a name, and AWS Config knows rules by name.
    #[error("rule `{0}` is listed twice")]
    DuplicateRule(String),
    /// Two packs share a name, and AWS Config knows packs by name.
    #[error("conformance pack `{0}` is listed twice")]
    DuplicatePack(String),
    /// The bytes are not the document.
    #[error("the configuration document does not read: {0}")]
    Malformed(#[source] serde_json::Error),
    /// The bytes are a document of another version.
    #[error("the configuration document has version {found}, this function reads version {VERSION}")]
    OtherVersion {
        /// The version in the document.
        found: u64,
    },
    /// The document does not render, which is a bug.
    #[error("the configuration document does not render: {0}")]
    Render(#[source] serde_json::Error),
}

impl MonitoringConfiguration {
    /// A document of these rules, in any order.
    ///
    /// # Errors
    /// When two rules share a name.
    pub fn new(rules: impl IntoIterator<Item = RuleEntry>) -> Result<Self, ConfigurationError> {
        Ok(Self {
            exports: Exports::default(),
            manual: BTreeMap::new(),
            not_assessed: Vec::new(),
            notices: Notices::default(),
            object_lock: None,
            packs: Vec::new(),
            regions: BTreeMap::new(),
            remediation: None,
            reported_rules: CountedRules::Own,
            rules: sorted(rules)?,
            version: VERSION,
            waiver_max_days: MAX_DAYS,
            waivers: Vec::new(),
        })
    }

    /// The same with these conformance packs, in any order.
    ///
    /// # Errors
    /// When two packs, or two rules of all, share a name.
    pub fn with_packs(self, packs: impl IntoIterator<Item = PackEntry>) -> Result<Self, ConfigurationError> {
        let mut by_name = BTreeMap::new();
        for PackEntry { name, rules } in packs {
            let rules = sorted(rules)?;
            if let Some(previous) = by_name.insert(name.clone(), PackEntry { name, rules }) {
                return Err(ConfigurationError::DuplicatePack(previous.name));
            }
        }
        let document = Self { packs: by_name.into_values().collect(), ..self };
        let mut seen = BTreeSet::new();
        let twice = document.all_rules().find(|rule| !seen.insert(rule.name.as_str())).map(|rule| rule.name.clone());
        twice.map_or(Ok(document), |name| Err(ConfigurationError::DuplicateRule(name)))
    }

    /// Reads a rendered document.
    ///
    /// # Errors
    /// When the bytes are no document, one of another version, or list a rule twice.
    pub fn parse(bytes: &[u8]) -> Result<Self, ConfigurationError> {
        #[derive(Deserialize)]
        struct Version {
            version: u64,
        }

        // The version first: a document of another version may have any other shape.
        let Version { version } = serde_json::from_slice(bytes).map_err(ConfigurationError::Malformed)?;
        if version != u64::from(VERSION) {
            return Err(ConfigurationError::OtherVersion { found: version });
        }
        let document: Self = serde_json::from_slice(bytes).map_err(ConfigurationError::Malformed)?;
        let read = Self::new(document.rules)?.with_packs(document.packs)?.with_notices(document.notices);
        let read = read
            .with_regions(document.regions)
            .with_reported_rules(document.reported_rules)
            .with_remediation(document.remediation);
        let read = read.with_waivers(document.waivers, document.waiver_max_days);
        let read = read.with_exports(document.exports).with_object_lock(document.object_lock);
        Ok(read.with_manual(document.manual).with_not_assessed(document.not_assessed))
    }

    /// The same with these exports.
    #[must_use]
    pub fn with_exports(self, exports: Exports) -> Self {
        Self { exports, ..self }
    }

    /// Where findings are exported to.
    #[must_use]
    pub const fn exports(&self) -> Exports {
        self.exports
    }

    /// The same where the files of reports are locked.
    #[must_use]
    pub fn with_object_lock(self, object_lock: Option<ObjectLock>) -> Self {
        Self { object_lock, ..self }
    }

    /// How long the files of reports are locked, where they are.
    #[must_use]
    pub const fn object_lock(&self) -> Option<ObjectLock> {
        self.object_lock
    }

    /// The same with these regions beside that of the functions.
    #[must_use]
    pub fn with_regions(self, regions: BTreeMap<String, RegionEntry>) -> Self {
        Self { regions, ..self }
    }

    /// The regions beside that of the functions, sorted.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        self.regions.keys().map(String::as_str)
    }

    /// The regions beside that of the functions, each with what it has not.
    pub fn region_entries(&self) -> impl Iterator<Item = (&str, &RegionEntry)> {
        self.regions.iter().map(|(region, entry)| (region.as_str(), entry))
    }

    /// What is watched in another region; `None` where it is none of this deployment's.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Option<Self> {
        let without = &self.regions.get(region)?.without;
        let stays = |rule: &RuleEntry| !without.contains(&rule.name);
        let mut watched = self.clone();
        watched.rules.retain(stays);
        for pack in &mut watched.packs {
            pack.rules.retain(stays);
        }
        watched.packs.retain(|pack| !pack.rules.is_empty());
        Some(watched)
    }

    /// The same with these settings of remediation.
    #[must_use]
    pub fn with_remediation(self, remediation: Option<Settings>) -> Self {
        Self { remediation, ..self }
    }

    /// The settings of remediation, where any rule's findings lead to one.
    #[must_use]
    pub const fn remediation(&self) -> Option<&Settings> {
        self.remediation.as_ref()
    }

    /// The same where these rules count.
    #[must_use]
    pub fn with_reported_rules(self, reported_rules: CountedRules) -> Self {
        Self { reported_rules, ..self }
    }

    /// Which rules count in report, score, history and metrics.
    #[must_use]
    pub const fn reported_rules(&self) -> CountedRules {
        self.reported_rules
    }

    /// The same with these checks of frameworks that people answer, by framework.
    #[must_use]
    pub fn with_manual(self, manual: BTreeMap<String, Vec<String>>) -> Self {
        Self { manual: manual.into_iter().filter(|(_, checks)| !checks.is_empty()).collect(), ..self }
    }

    /// What people answer, by framework; no rule does.
    #[must_use]
    pub const fn manual(&self) -> &BTreeMap<String, Vec<String>> {
        &self.manual
    }

    /// The same with these rules that the region does not offer, in any order, each identifier once.
    #[must_use]
    pub fn with_not_assessed(self, rules: impl IntoIterator<Item = NotAssessed>) -> Self {
        let mut by_identifier: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for NotAssessed { frameworks, identifier } in rules {
            let known = by_identifier.entry(identifier).or_default();
            for (id, controls) in frameworks {
                known.entry(id).or_default().extend(controls);
            }
        }
        let listed = |controls: BTreeSet<String>| controls.into_iter().collect();
        let rules = by_identifier.into_iter().map(|(identifier, frameworks)| NotAssessed {
            frameworks: frameworks.into_iter().map(|(id, controls)| (id, listed(controls))).collect(),
            identifier,
        });
        Self { not_assessed: rules.collect(), ..self }
    }

    /// What the region does not offer, sorted by identifier.
    #[must_use]
    pub fn not_assessed(&self) -> &[NotAssessed] {
        &self.not_assessed
    }

    /// The same with these settings of notices.
    #[must_use]
    pub fn with_notices(self, notices: Notices) -> Self {
        Self { notices, ..self }
    }

    /// When notices are sent, and who gets which of them.
    #[must_use]
    pub const fn notices(&self) -> &Notices {
        &self.notices
    }

    /// The same with these waivers, of which none may end later than `max_days` ahead.
    #[must_use]
    pub fn with_waivers(self, waivers: Vec<Waiver>, max_days: u32) -> Self {
        Self { waivers, waiver_max_days: max_days, ..self }
    }

    /// The waivers.
    #[must_use]
    pub fn waivers(&self) -> &[Waiver] {
        &self.waivers
    }

    /// Most days ahead of which a waiver may end.
    #[must_use]
    pub const fn waiver_max_days(&self) -> u32 {
        self.waiver_max_days
    }

    /// The waivers as they stand on `day`, `yyyy-mm-dd` in UTC.
    #[must_use]
    pub fn waivers_on(&self, day: &str) -> Waivers {
        Waivers::on(&self.waivers, day, self.waiver_max_days)
    }

    /// The rule of this name in the account, those of packs included.
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&RuleEntry> {
        let packed = || {
            let name = name_in_template(name)?;
            self.packs.iter().find_map(|pack| named(&pack.rules, name))
        };
        named(&self.rules, name).or_else(packed)
    }

    /// The same with the rules of packs as if each were deployed for itself, under the names that the account gives them.
    /// `names`: rules of the account, of which those that no pack of ours brought are left aside.
    #[must_use]
    pub fn in_account<'a>(self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let entry = |name: &str| self.rule(name).map(|rule| RuleEntry { name: name.to_owned(), ..rule.clone() });
        let brought: Vec<RuleEntry> = names.into_iter().filter_map(entry).collect();
        let all = self.rules.into_iter().chain(brought).map(|rule| (rule.name.clone(), rule));
        Self { rules: all.collect::<BTreeMap<_, _>>().into_values().collect(), ..self }
    }

    /// The rules that are deployed one by one, sorted by name.
    #[must_use]
    pub fn rules(&self) -> &[RuleEntry] {
        &self.rules
    }

    /// The same with those of its rules alone that have these names.
    #[must_use]
    pub fn only(&self, names: &BTreeSet<&str>) -> Self {
        let rules = self.rules.iter().filter(|rule| names.contains(rule.name.as_str())).cloned().collect();
        Self { rules, ..self.clone() }
    }

    /// The conformance packs, sorted by name.
    #[must_use]
    pub fn packs(&self) -> &[PackEntry] {
        &self.packs
    }

    /// Every rule, those of packs included.
    pub fn all_rules(&self) -> impl Iterator<Item = &RuleEntry> {
        self.rules.iter().chain(self.packs.iter().flat_map(|pack| &pack.rules))
    }

    /// The document's bytes: sorted keys, two spaces of indent, a newline at the end. Equal content gives equal bytes.
    ///
    /// # Errors
    /// Never for a document that [`Self::new`] made; rendering JSON text has no other failure here.
    pub fn render(&self) -> Result<String, ConfigurationError> {
        let text = serde_json::to_string_pretty(self).map_err(ConfigurationError::Render)?;
        Ok(format!("{text}\n"))
    }
}

fn is_own(counted: &CountedRules) -> bool {
    *counted == CountedRules::Own
}

fn named<'a>(sorted: &'a [RuleEntry], name: &str) -> Option<&'a RuleEntry> {
    let at = sorted.binary_search_by(|rule| rule.name.as_str().cmp(name)).ok()?;
    sorted.get(at)
}

fn sorted(rules: impl IntoIterator<Item = RuleEntry>) -> Result<Vec<RuleEntry>, ConfigurationError> {
    let mut by_name = BTreeMap::new();
    for rule in rules {
        if let Some(previous) = by_name.insert(rule.name.clone(), rule) {
            return Err(ConfigurationError::DuplicateRule(previous.name));
        }
    }
    Ok(by_name.into_values().collect())
}

#[cfg(test)]
pub(crate) mod tests;
