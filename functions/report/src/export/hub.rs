//! The findings that Security Hub has, as far as this product gave them: what the next export compares with.
//!
//! An entry is written before its finding is sent, without a digest: whatever ends an export, a finding that Security Hub may
//! have is known, and is sent again or archived by the next one.

use std::collections::BTreeMap;

use compliance_types::time::Timestamp;
use functions_core::sha256;
use serde::{Deserialize, Serialize};

use super::Rules;
use crate::{findings::FindingRow, model::Breakdown};

/// Days after which a finding that has not changed is sent again. Security Hub deletes findings that were not updated for 90 days
/// (AWS Security Hub User Guide, "Findings").
pub const SEND_AGAIN_DAYS: u64 = 30;
/// The form of the findings. Another one makes all be sent again.
const FORM: &str = "1";
const SCHEMA_VERSION: u32 = 1;

/// Which finding: of waived and not waived, each is one of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// Name of the rule.
    pub rule: String,
    /// Account of the resource.
    pub account: String,
    /// Region of the resource.
    pub region: String,
    /// Type of the resource.
    pub resource_type: String,
    /// Whether a waiver covers it.
    pub waived: bool,
    /// Id of the resource.
    pub resource_id: String,
}

impl Key {
    /// The key of a row.
    #[must_use]
    pub fn of(finding: &FindingRow<'_>) -> Self {
        Self {
            rule: finding.rule.to_owned(),
            account: finding.account.to_owned(),
            region: finding.region.to_owned(),
            resource_type: finding.resource_type.to_owned(),
            waived: !finding.waiver.is_empty(),
            resource_id: finding.resource_id.to_owned(),
        }
    }

    fn group(&self) -> Group {
        Group {
            rule: self.rule.clone(),
            account: self.account.clone(),
            region: self.region.clone(),
            resource_type: self.resource_type.clone(),
            waived: self.waived,
        }
    }
}

/// What findings of many resources share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    rule: String,
    account: String,
    region: String,
    resource_type: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    waived: bool,
}

/// What was sent of a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Digest of what Security Hub has; `None` where it is not known.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    digest: Option<u64>,
    /// Days since 1970 on which it was sent.
    #[serde(rename = "t", default)]
    day: u64,
    /// Since when it is open.
    #[serde(rename = "s")]
    pub since: String,
    /// Name of the resource.
    #[serde(rename = "n", default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// ARN of the resource.
    #[serde(rename = "a", default, skip_serializing_if = "String::is_empty")]
    pub arn: String,
    /// Whether the run that exports has it.
    #[serde(skip)]
    seen: bool,
}

/// The stored form: as it is read, and as it is written of what is held.
#[derive(Serialize, Deserialize)]
struct Groups<G, F> {
    #[serde(flatten)]
    of: G,
    findings: F,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document<G, F> {
    schema_version: u32,
    groups: Vec<Groups<G, F>>,
}

/// The findings that Security Hub has or may have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hub {
    groups: BTreeMap<Group, BTreeMap<String, Sent>>,
}

impl Hub {
    /// Reads what [`Self::render`] wrote.
    ///
    /// # Errors
    /// When the bytes are not that.
    pub fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let Document::<Group, BTreeMap<String, Sent>> { groups, .. } = serde_json::from_slice(bytes)?;
        Ok(Self { groups: groups.into_iter().map(|one| (one.of, one.findings)).collect() })
    }

    /// The bytes that are stored.
    ///
    /// # Errors
    /// Never: it renders.
    pub fn render(&self) -> Result<Vec<u8>, serde_json::Error> {
        let groups = self.groups.iter().map(|(of, findings)| Groups { of, findings }).collect();
        serde_json::to_vec(&Document { schema_version: SCHEMA_VERSION, groups })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.groups.values().map(BTreeMap::len).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Marks a finding as one of this run. Whether it must be sent: it is new, has changed, or was sent long ago.
    pub fn is_due(&mut self, finding: &FindingRow<'_>, digest: u64, today: u64) -> bool {
        let key = Key::of(finding);
        let Some(sent) = self.groups.get_mut(&key.group()).and_then(|found| found.get_mut(&key.resource_id)) else {
            return true;
        };
        sent.seen = true;
        sent.digest != Some(digest) || today.saturating_sub(sent.day) >= SEND_AGAIN_DAYS
    }

    /// Notes that a finding is about to be sent.
    pub fn sending(&mut self, finding: &FindingRow<'_>) {
        let key = Key::of(finding);
        let sent = Sent {
            digest: None,
            day: 0,
            since: finding.since.to_owned(),
            name: finding.name.to_owned(),
            arn: finding.arn.to_owned(),
            seen: true,
        };
        self.groups.entry(key.group()).or_default().insert(key.resource_id, sent);
    }

    /// Notes that Security Hub has a finding.
    pub fn sent(&mut self, key: &Key, digest: u64, today: u64) {
        if let Some(sent) = self.groups.get_mut(&key.group()).and_then(|found| found.get_mut(&key.resource_id)) {
            (sent.digest, sent.day) = (Some(digest), today);
        }
    }

    /// At most so many findings that this run does not have, each noted as about to be archived, after `last`.
    pub fn archiving(&mut self, last: Option<&Key>, most: usize) -> Vec<(Key, Sent)> {
        let mut found = Vec::new();
        for (group, findings) in &mut self.groups {
            for (resource_id, sent) in findings.iter_mut().filter(|(_, sent)| !sent.seen) {
                let Group { rule, account, region, resource_type, waived } = group.clone();
                let key = Key { rule, account, region, resource_type, waived, resource_id: resource_id.clone() };
                if last.is_some_and(|last| key <= *last) {
                    continue;
                }
                if found.len() == most {
                    return found;
                }
                sent.digest = None;
                found.push((key, sent.clone()));
            }
        }
        found
    }

    /// Forgets a finding that is archived.
    pub fn archived(&mut self, key: &Key) {
        let group = key.group();
        if let Some(findings) = self.groups.get_mut(&group) {
            findings.remove(&key.resource_id);
            if findings.is_empty() {
                self.groups.remove(&group);
            }
        }
    }

    /// Forgets what Security Hub has of each finding: it was not switched on, and may be empty when it is again.
    pub fn doubt(&mut self) {
        for sent in self.groups.values_mut().flat_map(BTreeMap::values_mut) {
            sent.digest = None;
        }
    }
}

/// Digests of rows: what makes a finding another one in Security Hub.
pub struct Digests<'a> {
    rules: Rules<'a>,
    of_rules: BTreeMap<&'a str, String>,
}

impl<'a> Digests<'a> {
    /// Those of a report.
    #[must_use]
    pub fn of(report: &'a crate::model::Report) -> Self {
        let facts = |rule: &Breakdown| format!("{:?}", (&rule.controls, &rule.page, &rule.remediation));
        Self {
            rules: Rules::of(report),
            of_rules: report.rules.iter().map(|rule| (&*rule.name, facts(rule))).collect(),
        }
    }

    /// What is known of a rule.
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&'a Breakdown> {
        self.rules.get(name)
    }

    /// The digest of a row.
    #[must_use]
    pub fn digest(&self, finding: &FindingRow<'_>) -> u64 {
        let rule = self.of_rules.get(finding.rule).map_or("", String::as_str);
        let members = [
            FORM,
            finding.severity.word(),
            finding.since,
            finding.name,
            finding.arn,
            finding.owner,
            finding.tags,
            finding.annotation,
            finding.waiver,
            rule,
        ];
        let hex = sha256::hex(members.join("\n").as_bytes());
        hex.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_default()
    }
}

/// Days since 1970 of a time; zero where it does not read.
#[must_use]
pub fn day(time: &str) -> u64 {
    Timestamp::parse(time).map_or(0, |time| time.unix_seconds() / 86_400)
}
