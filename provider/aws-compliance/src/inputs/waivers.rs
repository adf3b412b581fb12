//! Findings that are accepted for a time: the inputs, what is invalid about them, and what the functions read of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use aws_compliance_catalog::{framework, nearest_of, unknown_framework};
use compliance_types::time::Timestamp;
use functions_core::waiver::{Defect, MAX_DAYS, Standing, Waiver};
use pulumi_component::value::{Scalar, Text};
use pulumi_component::{Checks, InvalidValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;
use crate::inputs::name_prefix::NamePrefix;

/// Most days ahead of which a waiver may end: what is given, else the most that may be given.
pub(crate) fn max_days(given: Option<u32>) -> u32 {
    given.unwrap_or(MAX_DAYS)
}

/// Findings that are accepted for a time. Each selector that is given must match; at least one of `rule`, `framework`,
/// `resource` and `tags` is required.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaiverArgs {
    /// Name of a rule, as it is given or shown in `configRuleNames` without the prefix.
    #[serde(default)]
    pub rule: Option<String>,
    /// Id of a framework, such as `hipaa`: the findings of the rules that count for it.
    #[serde(default)]
    pub framework: Option<String>,
    /// A control of `framework`, such as `3.5.1`.
    #[serde(default)]
    #[schemars(with = "Option<Text>")]
    pub control: Option<String>,
    /// Pattern of a resource's id, name or ARN: `*` matches any characters, `?` one character. Case-sensitive.
    #[serde(default)]
    pub resource: Option<String>,
    /// Ids of accounts, 12 digits. Default: all accounts.
    #[serde(default)]
    #[schemars(with = "Vec<Scalar<12>>", length(min = 1))]
    pub accounts: Vec<String>,
    /// Regions; `global` for resources that belong to no region. Default: all regions.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub regions: Vec<String>,
    /// Tags that the resource must have, with these values; `*` and `?` as in `resource`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Text>", extend("minProperties" = 1))]
    pub tags: BTreeMap<String, String>,
    /// Who answers for the waiver, such as the name of a team.
    pub owner: String,
    /// Why the findings are accepted.
    pub reason: String,
    /// Last day on which the waiver is in force, `yyyy-mm-dd` in UTC: at most `waiverMaxDays` ahead. Notices are sent 14 and 3
    /// days before. From the day after, the findings count again.
    pub expires: String,
    /// Where it was decided, such as the key of a ticket.
    #[serde(default)]
    #[schemars(with = "Option<Text>")]
    pub ticket: Option<String>,
}

/// What a finding is selected by.
#[derive(Default, PartialEq)]
struct Selectors<'w> {
    texts: [Option<&'w str>; 4],
    accounts: BTreeSet<&'w str>,
    regions: BTreeSet<&'w str>,
    tags: Option<&'w BTreeMap<String, String>>,
}

impl WaiverArgs {
    fn selectors(&self) -> Selectors<'_> {
        Selectors {
            texts: [&self.rule, &self.framework, &self.control, &self.resource].map(Option::as_deref),
            accounts: self.accounts.iter().map(String::as_str).collect(),
            regions: self.regions.iter().map(String::as_str).collect(),
            tags: Some(&self.tags).filter(|tags| !tags.is_empty()),
        }
    }

    /// As the functions read it.
    fn waiver(&self, prefix: &NamePrefix) -> Waiver {
        Waiver {
            accounts: self.accounts.clone(),
            control: self.control.clone(),
            expires: self.expires.clone(),
            framework: self.framework.clone(),
            owner: self.owner.clone(),
            reason: self.reason.clone(),
            regions: self.regions.clone(),
            resource: self.resource.clone(),
            rule: self.rule.as_ref().map(|rule| prefix.rule(rule)),
            tags: self.tags.clone(),
            ticket: self.ticket.clone(),
        }
    }

    fn check(&self, day: &str, max_days: u32, known: &BTreeSet<String>, checks: &mut Checks) {
        if let Some(rule) = &self.rule {
            checks.plain("rule", rule.as_str(), |rule| match known.contains(rule) {
                true => Ok(()),
                false => Err(nearest("no rule of this deployment has this name", rule, known)),
            });
        }
        if let Some(id) = &self.framework {
            checks.plain("framework", id.as_str(), |id| match framework(id) {
                Some(_) => Ok(()),
                None => Err(InvalidValue::new(unknown_framework(id, "").text())),
            });
        }
        if let (Some(control), Some(known)) = (&self.control, self.framework.as_deref().and_then(framework)) {
            let known: BTreeSet<String> = known.rules.iter().flat_map(|rule| rule.controls.iter().cloned()).collect();
            checks.plain("control", control.as_str(), |control| match known.contains(control) {
                true => Ok(()),
                false => Err(nearest("no rule of the framework counts for this control", control, &known)),
            });
        }
        if self.resource.as_ref().is_some_and(|pattern| pattern.is_empty()) {
            checks.error(
                "resource",
                "is empty and matches nothing; expected an id, a name or an ARN, or a pattern with `*`",
            );
        }
        checks.each("accounts", &self.accounts, |checks, id| checks.plain("", id.as_str(), bounds::account_id));
        checks.each("regions", &self.regions, |checks, code| {
            if code != compliance_types::resource::GLOBAL {
                bounds::check_region(checks, "", code);
            }
        });
        bounds::check_once(checks, "accounts", &self.accounts);
        bounds::check_once(checks, "regions", &self.regions);
        match self.waiver(&NamePrefix::default()).standing(day, max_days) {
            Standing::InForce { .. } => {}
            // An error would keep a whole deployment from its update on the day after the end.
            Standing::Expired => {
                checks.warning("expires", format!("{} has passed: the findings count again", self.expires));
            }
            Standing::Invalid(defect) => {
                let member = match &defect {
                    Defect::Date(_) | Defect::TooLong { .. } => "expires",
                    Defect::Owner => "owner",
                    Defect::Reason => "reason",
                    Defect::Control => "control",
                    Defect::Everything => "",
                };
                checks.error(member, defect.to_string());
            }
        }
    }
}

/// Checks waivers on the day of the deployment; `known` are the names of its rules without the prefix.
pub(crate) fn check(waivers: &[WaiverArgs], given: Option<u32>, known: &BTreeSet<String>, checks: &mut Checks) {
    if given.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
        checks.error("waiverMaxDays", format!("expected 1 to {MAX_DAYS} days"));
    }
    check_on(today().date(), waivers, max_days(given), known, checks);
}

fn check_on(day: &str, waivers: &[WaiverArgs], max_days: u32, known: &BTreeSet<String>, checks: &mut Checks) {
    checks.each("waivers", waivers, |checks, waiver| waiver.check(day, max_days, known, checks));
    // Of two that cover the same findings, nobody could tell whose reason and which day count. One that has ended may stay.
    let mut seen: Vec<(usize, Selectors<'_>)> = Vec::new();
    for (index, waiver) in waivers.iter().enumerate() {
        let is_over = matches!(waiver.waiver(&NamePrefix::default()).standing(day, max_days), Standing::Expired);
        let selectors = waiver.selectors();
        match seen.iter().find(|(_, others)| *others == selectors) {
            _ if is_over || selectors == Selectors::default() => {}
            Some((first, _)) => checks.error(
                ("waivers", index),
                format!("covers the same findings as `waivers[{first}]`; remove one of the two"),
            ),
            None => seen.push((index, selectors)),
        }
    }
}

/// As the functions read them.
pub(crate) fn waivers(waivers: &[WaiverArgs], prefix: &NamePrefix) -> Vec<Waiver> {
    waivers.iter().map(|waiver| waiver.waiver(prefix)).collect()
}

/// Now. A check may ask for it: it warns of what has passed, and describes nothing.
pub(crate) fn today() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_seconds(since_1970.as_secs())
}

pub(crate) fn nearest(reason: &str, name: &str, known: &BTreeSet<String>) -> InvalidValue {
    let wrong = InvalidValue::new(reason);
    match nearest_of(name, known.iter().map(String::as_str)) {
        Some(nearest) => wrong.nearest(nearest),
        None => wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiver() -> WaiverArgs {
        WaiverArgs {
            rule: Some("ebs-volumes-encrypted".to_owned()),
            framework: None,
            control: None,
            resource: None,
            accounts: Vec::new(),
            regions: Vec::new(),
            tags: BTreeMap::new(),
            owner: "data-team".to_owned(),
            reason: "migration".to_owned(),
            expires: "2027-03-31".to_owned(),
            ticket: None,
        }
    }

    /// Errors and warnings on 1 December 2026.
    fn problems(waiver: WaiverArgs) -> (Vec<String>, Vec<String>) {
        let known = ["ebs-volumes-encrypted", "s3-bucket-encryption-enabled"].map(str::to_owned).into();
        let mut checks = Checks::default();
        check_on("2026-12-01", &[waiver], 365, &known, &mut checks);
        let texts = |problems: &[pulumi_component::value::PropertyError]| {
            problems.iter().map(|problem| format!("{}: {}", problem.place(), problem.reason)).collect()
        };
        (texts(checks.errors()), texts(checks.warnings()))
    }

    #[test]
    fn valid_waiver_passes_and_is_read_under_the_prefix() {
        let given = WaiverArgs {
            framework: Some("nzism".to_owned()).filter(|id| framework(id).is_some()),
            regions: vec!["eu-west-1".to_owned(), "global".to_owned()],
            accounts: vec!["111122223333".to_owned()],
            resource: Some("legacy-*".to_owned()),
            ..waiver()
        };
        assert_eq!(problems(given.clone()), (Vec::new(), Vec::new()));
        let read = waivers(&[given], &NamePrefix::default());
        assert_eq!(read[0].rule.as_deref(), Some(NamePrefix::default().rule("ebs-volumes-encrypted").as_str()));
    }

    #[test]
    fn waivers_of_the_same_findings_are_refused_while_both_are_in_force() {
        let own = |accounts: &[&str], expires: &str| WaiverArgs {
            accounts: accounts.iter().map(|&id| id.to_owned()).collect(),
            expires: expires.to_owned(),
            ..waiver()
        };
        let (one, other) = ("111122223333", "444455556666");
        let given = [
            own(&[one, other], "2026-11-30"),
            own(&[one, other], "2027-03-31"),
            own(&[one], "2027-03-31"),
            own(&[other, one], "2027-04-30"),
        ];
        let mut checks = Checks::default();
        check_on("2026-12-01", &given, 365, &["ebs-volumes-encrypted".to_owned()].into(), &mut checks);
        let found: Vec<_> = checks.errors().iter().map(ToString::to_string).collect();
        assert_eq!(found, ["waivers[3]: covers the same findings as `waivers[1]`; remove one of the two"]);
    }

    #[test]
    fn every_invalid_member_is_an_error_at_its_path() {
        let text = |text: &str| Some(text.to_owned());
        for (waiver, expected) in [
            (WaiverArgs { rule: text("ebs-volume-encrypted"), ..waiver() }, "waivers[0].rule: "),
            (WaiverArgs { framework: text("hippa"), ..waiver() }, "waivers[0].framework: "),
            (WaiverArgs { framework: text("hipaa"), control: text("1.2.3"), ..waiver() }, "waivers[0].control: "),
            (WaiverArgs { control: text("1.2.3"), ..waiver() }, "waivers[0].control: `control` is given without"),
            (WaiverArgs { resource: text(""), ..waiver() }, "waivers[0].resource: is empty"),
            (WaiverArgs { accounts: vec!["1".to_owned()], ..waiver() }, "waivers[0].accounts[0]: "),
            (
                WaiverArgs { accounts: vec!["111122223333".to_owned(); 2], ..waiver() },
                "waivers[0].accounts[1]: listed twice",
            ),
            (
                WaiverArgs { regions: vec!["eu-west-1".to_owned(); 2], ..waiver() },
                "waivers[0].regions[1]: listed twice",
            ),
            (WaiverArgs { regions: vec!["Ireland".to_owned()], ..waiver() }, "waivers[0].regions[0]: "),
            (WaiverArgs { owner: " ".to_owned(), ..waiver() }, "waivers[0].owner: `owner` is empty"),
            (WaiverArgs { reason: String::new(), ..waiver() }, "waivers[0].reason: `reason` is empty"),
            (
                WaiverArgs { expires: "2027-02-30".to_owned(), ..waiver() },
                "waivers[0].expires: `expires` is `2027-02-30`",
            ),
            (
                WaiverArgs { expires: "2027-12-02".to_owned(), ..waiver() },
                "waivers[0].expires: `expires` is 2027-12-02, expected 2027-12-01 or earlier: 365 days ahead at most",
            ),
            (WaiverArgs { rule: None, ..waiver() }, "waivers[0]: it selects no rule, framework, resource or tag"),
        ] {
            let (errors, _) = problems(waiver);
            assert_eq!(errors.len(), 1, "{errors:?}");
            assert!(errors[0].starts_with(expected), "{errors:?}");
        }
        let (errors, _) = problems(WaiverArgs { rule: text("ebs-volume-encrypted"), ..waiver() });
        assert!(errors[0].contains("`ebs-volumes-encrypted`"), "the nearest name is suggested: {errors:?}");
    }

    #[test]
    fn waiver_that_is_over_is_a_warning() {
        let (errors, warnings) = problems(WaiverArgs { expires: "2026-11-30".to_owned(), ..waiver() });
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(warnings, ["waivers[0].expires: 2026-11-30 has passed: the findings count again"]);
    }
}
