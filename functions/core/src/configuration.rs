//! The configuration document: what the functions watch.
//!
//! The provider renders it into the report bucket at [`crate::key::CONFIGURATION`] and puts the SHA-256 of its bytes into
//! the environment of the functions that read it, because Lambda allows 4 KB of environment (AWS Lambda Developer Guide,
//! "Lambda quotas") and a list of rules has no such bound. A function refuses bytes of another digest.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::pack::name_in_template;
use crate::severity::Severity;

/// The version of the document that this code writes and reads.
pub const VERSION: u32 = 1;

/// What the functions watch. `{"manual":{framework:[check]},"notAssessed":[{"frameworks","identifier"}],
/// "notices":{"digest","routes"},"packs":[{"name","rules"}],"reportedRules","rules":[{"frameworks","identifier","name","severity"}],
/// "version":1}`, packs and rules sorted by name; what is empty is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonitoringConfiguration {
    // INVARIANT: fields stand in alphabetical order, packs and rules by name, so that equal content has equal bytes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    manual: BTreeMap<String, Vec<String>>,
    #[serde(default, rename = "notAssessed", skip_serializing_if = "Vec::is_empty")]
    not_assessed: Vec<NotAssessed>,
    #[serde(default, skip_serializing_if = "Notices::is_default")]
    notices: Notices,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    packs: Vec<PackEntry>,
    #[serde(default, rename = "reportedRules", skip_serializing_if = "ReportedRules::is_own")]
    reported_rules: ReportedRules,
    rules: Vec<RuleEntry>,
    version: u32,
}

/// Which rules count in report, score, history and metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReportedRules {
    /// The rules of this document.
    #[default]
    Own,
    /// Every rule that the aggregator reports, whoever deployed it.
    All,
}

impl ReportedRules {
    fn is_own(&self) -> bool {
        *self == Self::Own
    }
}

/// When notices are sent, and who gets which of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notices {
    /// When they are sent.
    #[serde(default)]
    pub digest: Period,
    /// What each route takes, by its name.
    #[serde(default)]
    pub routes: BTreeMap<String, Route>,
}

impl Notices {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// When notices are sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Period {
    /// As soon as a change is seen.
    #[default]
    Immediate,
    /// Gathered, once an hour.
    Hourly,
    /// Gathered, once a day.
    Daily,
}

/// What a route takes: of each list that is not empty, one must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Account ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// Ids of frameworks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frameworks: Vec<String>,
    /// Names of rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Severities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub severities: Vec<Severity>,
}

/// One AWS Config rule of this deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleEntry {
    /// Ids of the frameworks that its results count for, and the controls there, where they are named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub frameworks: BTreeMap<String, BTreeSet<String>>,
    /// Identifier of the managed rule, such as `ENCRYPTED_VOLUMES`; of a rule of the user's own `CUSTOM_POLICY` or
    /// `CUSTOM_LAMBDA`.
    pub identifier: String,
    /// Name of the rule in the account, with the deployment's prefix where it has one; of a rule in a pack, the name that
    /// the template gives it ([`crate::pack::name_in_template`]).
    pub name: String,
    /// How much its findings weigh.
    #[serde(default)]
    pub severity: Severity,
}

/// A rule that somebody asked for and that the region does not offer: it neither passes nor fails.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotAssessed {
    /// Ids of the frameworks that ask for it, and the controls there, sorted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub frameworks: BTreeMap<String, Vec<String>>,
    /// Identifier of the managed rule.
    pub identifier: String,
}

/// One conformance pack of this deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackEntry {
    /// Name of the pack in the account.
    pub name: String,
    /// Its rules, sorted by name.
    pub rules: Vec<RuleEntry>,
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
            manual: BTreeMap::new(),
            not_assessed: Vec::new(),
            notices: Notices::default(),
            packs: Vec::new(),
            reported_rules: ReportedRules::Own,
            rules: sorted(rules)?,
            version: VERSION,
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
        let read = read.with_reported_rules(document.reported_rules);
        Ok(read.with_manual(document.manual).with_not_assessed(document.not_assessed))
    }

    /// The same where these rules count.
    #[must_use]
    pub fn with_reported_rules(self, reported_rules: ReportedRules) -> Self {
        Self { reported_rules, ..self }
    }

    /// Which rules count in report, score, history and metrics.
    #[must_use]
    pub const fn reported_rules(&self) -> ReportedRules {
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

/// SHA-256 of `bytes`: 64 hexadecimal digits, lower case.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn entry(name: &str) -> RuleEntry {
        RuleEntry { identifier: "ENCRYPTED_VOLUMES".to_owned(), name: name.to_owned(), ..RuleEntry::default() }
    }

    fn pack(name: &str, rules: &[&str]) -> PackEntry {
        PackEntry { name: name.to_owned(), rules: rules.iter().map(|name| entry(name)).collect() }
    }

    #[test]
    fn rules_of_packs_are_known_by_the_names_that_the_account_gives_them() {
        let configuration = MonitoringConfiguration::new([entry("b")]).unwrap();
        let configuration = configuration.with_packs([pack("p", &["p-a", "p-c"])]).unwrap();
        let in_account = "p-a-conformance-pack-abc";
        assert_eq!(configuration.rule(in_account).unwrap().name, "p-a");
        assert!(configuration.rule("p-a").is_none() && configuration.rule("p-z-conformance-pack-abc").is_none());
        let there = ["b", in_account, "b-conformance-pack-abc", "somebody-elses", in_account];
        let whole = configuration.in_account(there);
        let names: Vec<_> = whole.rules().iter().map(|rule| rule.name.as_str()).collect();
        assert_eq!(names, ["b", in_account]);
        assert_eq!(whole.rule(in_account).unwrap().name, in_account);
        assert_eq!(whole.packs().len(), 1);
    }

    #[test]
    fn the_rendered_document_is_sorted_and_ends_in_a_newline() {
        let configuration = MonitoringConfiguration::new([entry("b"), entry("a")]).unwrap();
        let rule = |name: &str| {
            format!(
                "    {{\n      \"identifier\": \"ENCRYPTED_VOLUMES\",\n      \"name\": \"{name}\",\n      \
                 \"severity\": \"medium\"\n    }}"
            )
        };
        assert_eq!(
            configuration.render().unwrap(),
            format!("{{\n  \"rules\": [\n{},\n{}\n  ],\n  \"version\": 1\n}}\n", rule("a"), rule("b"))
        );
    }

    #[test]
    fn packs_and_their_rules_stand_once() {
        let with = |packs: &[PackEntry]| {
            let configuration = MonitoringConfiguration::new([entry("a")]).unwrap();
            configuration.with_packs(packs.iter().cloned()).map_err(|error| error.to_string())
        };
        let configuration = with(&[pack("q", &["c", "b"]), pack("p", &["d"])]).unwrap();
        let names: Vec<_> = configuration.all_rules().map(|rule| rule.name.as_str()).collect();
        assert_eq!(names, ["a", "d", "b", "c"]);
        assert_eq!(with(&[pack("p", &[]), pack("p", &[])]), Err("conformance pack `p` is listed twice".to_owned()));
        assert_eq!(with(&[pack("p", &["a"])]), Err("rule `a` is listed twice".to_owned()));
        assert_eq!(with(&[pack("p", &["b"]), pack("q", &["b"])]), Err("rule `b` is listed twice".to_owned()));
    }

    #[test]
    fn keys_are_sorted() {
        let serves = RuleEntry { frameworks: [("hipaa".to_owned(), BTreeSet::new())].into(), ..entry("c") };
        let configuration = MonitoringConfiguration::new([serves, entry("a")]).unwrap();
        let text = configuration.with_packs([pack("p", &["b"])]).unwrap().render().unwrap();
        // A `Value` of serde_json is a sorted map, unless a crate of the build asks for insertion order.
        let sorted: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string_pretty(&sorted).unwrap() + "\n", text);
    }

    #[test]
    fn severity_frameworks_and_notices_read_back_and_keys_stay_sorted() {
        let route = Route { severities: vec![Severity::High], accounts: vec!["1".to_owned()], ..Route::default() };
        let notices = Notices { digest: Period::Daily, routes: BTreeMap::from([("soc".to_owned(), route)]) };
        let frameworks = BTreeMap::from([("hipaa".to_owned(), BTreeSet::from(["164.312".to_owned()]))]);
        let rule = RuleEntry { severity: Severity::High, frameworks, ..entry("a") };
        let configuration = MonitoringConfiguration::new([rule]).unwrap().with_notices(notices);
        let text = configuration.render().unwrap();
        let sorted: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string_pretty(&sorted).unwrap() + "\n", text);
        assert_eq!(MonitoringConfiguration::parse(text.as_bytes()).unwrap(), configuration);
        assert_eq!(configuration.rule("a").unwrap().severity, Severity::High);
        assert_eq!(configuration.rule("b"), None);
    }

    #[test]
    fn what_is_not_assessed_and_what_people_answer_read_back_and_are_left_out_where_there_is_none() {
        let lacking = |identifier: &str, id: &str, controls: &[&str]| NotAssessed {
            frameworks: [(id.to_owned(), controls.iter().map(|one| (*one).to_owned()).collect())].into(),
            identifier: identifier.to_owned(),
        };
        let bare = MonitoringConfiguration::new([entry("a")]).unwrap();
        let configuration = bare
            .clone()
            .with_manual([("hipaa".to_owned(), vec!["risk".to_owned()]), ("none".to_owned(), Vec::new())].into())
            .with_not_assessed([lacking("B", "pci", &["2"]), lacking("A", "pci", &[]), lacking("B", "pci", &["1"])]);
        assert_eq!(configuration.manual(), &BTreeMap::from([("hipaa".to_owned(), vec!["risk".to_owned()])]));
        assert_eq!(configuration.not_assessed(), [lacking("A", "pci", &[]), lacking("B", "pci", &["1", "2"])]);
        let text = configuration.render().unwrap();
        let sorted: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string_pretty(&sorted).unwrap() + "\n", text);
        assert!(sorted.contains_key("notAssessed") && sorted.contains_key("manual"), "{text}");
        assert_eq!(MonitoringConfiguration::parse(text.as_bytes()).unwrap(), configuration);
        let text = bare.render().unwrap();
        assert!(!text.contains("manual") && !text.contains("notAssessed"), "{text}");
    }

    #[test]
    fn finding_6_own_rules_count_unless_all_are_asked_for_which_reads_back() {
        let bare = MonitoringConfiguration::new([entry("a")]).unwrap();
        assert_eq!(bare.reported_rules(), ReportedRules::Own);
        assert!(!bare.render().unwrap().contains("reportedRules"));
        let all = bare.with_reported_rules(ReportedRules::All);
        let text = all.render().unwrap();
        let sorted: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string_pretty(&sorted).unwrap() + "\n", text);
        assert_eq!(sorted["reportedRules"], "all");
        assert_eq!(MonitoringConfiguration::parse(text.as_bytes()).unwrap(), all);
    }

    #[test]
    fn a_rule_listed_twice_is_refused() {
        let error = MonitoringConfiguration::new([entry("a"), entry("a")]).unwrap_err();
        assert_eq!(error.to_string(), "rule `a` is listed twice");
    }

    #[test]
    fn another_version_is_named_whatever_its_shape() {
        let error = MonitoringConfiguration::parse(br#"{"version":2,"packs":[]}"#).unwrap_err();
        assert_eq!(error.to_string(), "the configuration document has version 2, this function reads version 1");
    }

    #[test]
    fn the_digest_is_sha256_in_lower_case() {
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    proptest! {
        #[test]
        fn a_document_reads_back_whatever_the_order(names in proptest::collection::btree_set(".{1,20}", 0..20)) {
            let forth = MonitoringConfiguration::new(names.iter().map(|name| entry(name))).unwrap();
            let back = MonitoringConfiguration::new(names.iter().rev().map(|name| entry(name))).unwrap();
            prop_assert_eq!(forth.render().unwrap(), back.render().unwrap());
            prop_assert_eq!(MonitoringConfiguration::parse(forth.render().unwrap().as_bytes()).unwrap(), forth.clone());
            let whole = forth.with_packs([PackEntry { name: "p".to_owned(), rules: vec![entry("a name of more than twenty characters")] }]);
            let whole = whole.unwrap();
            prop_assert_eq!(MonitoringConfiguration::parse(whole.render().unwrap().as_bytes()).unwrap(), whole);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = MonitoringConfiguration::parse(&bytes);
        }
    }
}
