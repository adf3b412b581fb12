//! Findings: resources that a rule judged non-compliant, as the ledger keeps them.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::{
    resource::{Resource, is_global},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    details::Details,
    key::segment,
    ledger::{Entry, Write},
    run::Origin,
    transition::Transition,
};

/// Days that the ledger remembers a finding that is closed. As long as it does, a run that read an older state cannot open
/// it again: its write expects another revision.
pub const CLOSED_DAYS: u64 = 30;

/// A finding of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it is open.
    pub open: bool,
    /// Since when the resource does not comply, or did not.
    pub since: Timestamp,
    /// The revision of its entry.
    pub revision: u64,
    /// Whether a waiver was in force for it when it was written.
    pub waived: bool,
    /// What a person knows the resource by, where that was known when it was written.
    pub details: Option<Details>,
    /// When AWS Config was asked for that.
    pub details_at: Option<Timestamp>,
}

/// What is written of a finding beside its transition.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// Whether a waiver is in force for it.
    pub waived: bool,
    /// What a person knows the resource by.
    pub details: Option<&'a Details>,
    /// When AWS Config was asked for that.
    pub details_at: Option<&'a Timestamp>,
}

/// Findings by rule and resource.
pub type Findings = BTreeMap<String, BTreeMap<Resource, Finding>>;

/// Why an entry of the ledger does not read. It was changed by hand, or by a later version.
#[derive(Debug, Clone, Error)]
#[error("entry `{sort}` of `{partition}` does not read: {cause}")]
pub struct UnreadableEntry {
    /// Its partition.
    pub partition: String,
    /// Its key there.
    pub sort: String,
    /// What is wrong.
    pub cause: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    rule: String,
    region: String,
    #[serde(flatten)]
    resource: Resource,
    open: bool,
    since: Timestamp,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    waived: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    details: Option<Details>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    details_at: Option<Timestamp>,
}

/// The partition of an account's findings.
#[must_use]
pub fn partition(account: &str) -> String {
    format!("findings/{}", segment(account))
}

/// What the keys of a rule's findings begin with.
#[must_use]
pub fn prefix(rule: &str) -> String {
    format!("{}/", segment(rule))
}

/// The key of a finding in its account's partition.
#[must_use]
pub fn sort(rule: &str, region: &str, resource: &Resource) -> String {
    let kind = segment(&resource.resource_type.replace("::", "."));
    format!("{}{}/{kind}/{}", prefix(rule), segment(resource.home_region(region)), segment(&resource.resource_id))
}

/// The write that makes the ledger say what `transition` tells, over `before`.
///
/// # Errors
/// Never: the body renders.
pub fn write(
    transition: &Transition,
    before: Option<&Finding>,
    now: &Timestamp,
    beside: Beside<'_>,
) -> Result<Write, serde_json::Error> {
    let open = transition.kind.opens();
    let body = Body {
        rule: transition.rule.clone(),
        region: transition.region.clone(),
        resource: transition.resource.clone(),
        open,
        since: transition.since.clone(),
        waived: open && beside.waived,
        details: beside.details.filter(|_| open).cloned(),
        details_at: beside.details_at.filter(|_| open).cloned(),
    };
    Ok(Write::Put(Entry {
        partition: partition(&transition.account),
        sort: sort(&transition.rule, &transition.region, &transition.resource),
        revision: before.map_or(0, |finding| finding.revision).saturating_add(1),
        body: serde_json::to_string(&body)?,
        expires: (!open).then(|| now.unix_seconds_after_days(CLOSED_DAYS)),
    }))
}

fn body(entry: &Entry) -> Result<Body, UnreadableEntry> {
    serde_json::from_str(&entry.body).map_err(|error| UnreadableEntry {
        partition: entry.partition.clone(),
        sort: entry.sort.clone(),
        cause: error.to_string(),
    })
}

/// The findings of `origin`'s region, and the global ones of its account.
///
/// # Errors
/// Names the first entry that does not read.
pub fn read(entries: &[Entry], origin: &Origin) -> Result<Findings, UnreadableEntry> {
    let mut findings = Findings::new();
    for entry in entries {
        let body = body(entry)?;
        if body.resource.home_region(&body.region) != body.resource.home_region(&origin.region) {
            continue;
        }
        let finding = Finding {
            open: body.open,
            since: body.since,
            revision: entry.revision,
            waived: body.waived,
            details: body.details,
            details_at: body.details_at,
        };
        findings.entry(body.rule).or_default().insert(body.resource, finding);
    }
    Ok(findings)
}

/// Open findings of global resources that another region of the account reported than that of `origin`, by rule. Where several
/// regions of an account report one, it is the finding of the one that reported it first, for as long as it is open.
///
/// # Errors
/// Names the first entry that does not read.
pub fn reported_elsewhere(
    entries: &[Entry],
    origin: &Origin,
) -> Result<BTreeMap<String, BTreeSet<Resource>>, UnreadableEntry> {
    let mut found: BTreeMap<String, BTreeSet<Resource>> = BTreeMap::new();
    for entry in entries {
        let body = body(entry)?;
        if body.open && is_global(&body.resource.resource_type) && body.region != origin.region {
            found.entry(body.rule).or_default().insert(body.resource);
        }
    }
    Ok(found)
}

/// Those of the region alone: the region of the functions evaluates global resources for all others.
#[must_use]
pub fn regional(findings: Findings) -> Findings {
    let regional = |(rule, mut resources): (String, BTreeMap<Resource, Finding>)| {
        resources.retain(|resource, _| !is_global(&resource.resource_type));
        (rule, resources)
    };
    findings.into_iter().map(regional).filter(|(_, resources)| !resources.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{run::tests::run, transition::Kind};

    fn transition(kind: Kind, region: &str, resource_type: &str, resource_id: &str) -> Transition {
        Transition {
            kind,
            account: "123456789012".to_owned(),
            region: region.to_owned(),
            rule: "a".to_owned(),
            resource: Resource { resource_type: resource_type.to_owned(), resource_id: resource_id.to_owned() },
            since: run().time,
            at: run().time,
            annotation: None,
            label: None,
            waiver_ended: false,
        }
    }

    fn found(revision: u64) -> Finding {
        Finding { open: true, since: run().time, revision, waived: false, details: None, details_at: None }
    }

    #[test]
    fn waived_finding_reads_back_with_what_the_resource_is_known_by() {
        let details = Details { name: Some("orders".to_owned()), ..Details::default() };
        let transition = transition(Kind::NonCompliant, "eu-central-1", "AWS::S3::Bucket", "b");
        let now = run().time;
        let beside = Beside { waived: true, details: Some(&details), details_at: Some(&now) };
        let written = entry(write(&transition, None, &now, beside).unwrap());
        let findings = read(&[written], &run().origin).unwrap();
        let expected =
            Finding { waived: true, details: Some(details.clone()), details_at: Some(now.clone()), ..found(1) };
        assert_eq!(findings["a"][&transition.resource], expected);
        let fixed = Transition { kind: Kind::Fixed, ..transition };
        let written = entry(write(&fixed, Some(&expected), &now, beside).unwrap());
        assert!(!written.body.contains("waived") && !written.body.contains("orders"), "{}", written.body);
    }

    fn entry(write: Write) -> Entry {
        let Write::Put(entry) = write else { panic!("no entry") };
        entry
    }

    #[test]
    fn an_entry_reads_back_as_what_was_written() {
        let transition = transition(Kind::NonCompliant, "eu-central-1", "AWS::S3::Bucket", "b");
        let written = entry(write(&transition, None, &run().time, Beside::default()).unwrap());
        assert_eq!(
            (written.partition.as_str(), written.sort.as_str()),
            ("findings/123456789012", "a/eu-central-1/AWS.S3.Bucket/b")
        );
        assert_eq!((written.revision, written.expires), (1, None));
        let findings = read(&[written], &run().origin).unwrap();
        assert_eq!(findings["a"][&transition.resource], found(1));
    }

    #[test]
    fn a_closed_finding_is_kept_for_a_while_under_the_next_revision() {
        let before = Finding { waived: true, ..found(4) };
        let waived = Beside { waived: true, ..Beside::default() };
        let closed = transition(Kind::Fixed, "eu-central-1", "AWS::S3::Bucket", "b");
        let written = entry(write(&closed, Some(&before), &Timestamp::from_unix_seconds(100), waived).unwrap());
        assert_eq!((written.revision, written.expires), (5, Some(100 + 30 * 86_400)));
        assert!(!read(&[written], &run().origin).unwrap()["a"][&closed.resource].open);
    }

    #[test]
    fn a_global_resource_is_one_finding_in_all_regions_and_another_one_is_not() {
        let of = |region, kind| {
            let transition = transition(Kind::NonCompliant, region, kind, "x");
            entry(write(&transition, None, &run().time, Beside::default()).unwrap())
        };
        assert_eq!(of("eu-central-1", "AWS::IAM::Role").sort, of("us-east-1", "AWS::IAM::Role").sort);
        assert_ne!(of("eu-central-1", "AWS::S3::Bucket").sort, of("us-east-1", "AWS::S3::Bucket").sort);
        let seen =
            read(&[of("us-east-1", "AWS::IAM::Role"), of("us-east-1", "AWS::S3::Bucket")], &run().origin).unwrap();
        let kinds: Vec<_> = seen["a"].keys().map(|resource| resource.resource_type.as_str()).collect();
        assert_eq!(kinds, ["AWS::IAM::Role"]);
    }

    #[test]
    fn open_global_finding_is_that_of_the_region_that_reported_it_first() {
        let of = |kind, region, resource_type| {
            entry(write(&transition(kind, region, resource_type, "x"), None, &run().time, Beside::default()).unwrap())
        };
        let role = of(Kind::NonCompliant, "us-east-1", "AWS::IAM::Role");
        let found =
            reported_elsewhere(&[role.clone(), of(Kind::NonCompliant, "us-east-1", "AWS::S3::Bucket")], &run().origin);
        assert_eq!(
            found.unwrap()["a"].iter().map(|one| one.resource_type.as_str()).collect::<Vec<_>>(),
            ["AWS::IAM::Role"]
        );
        let there = Origin { region: "us-east-1".to_owned(), ..run().origin };
        assert!(reported_elsewhere(&[role], &there).unwrap().is_empty());
        assert!(
            reported_elsewhere(&[of(Kind::Fixed, "us-east-1", "AWS::IAM::Role")], &run().origin).unwrap().is_empty()
        );
    }

    #[test]
    fn an_entry_that_does_not_read_is_named() {
        let broken = Entry {
            partition: "p".to_owned(),
            sort: "s".to_owned(),
            revision: 1,
            body: "{}".to_owned(),
            expires: None,
        };
        let error = read(&[broken], &run().origin).unwrap_err().to_string();
        assert!(error.starts_with("entry `s` of `p` does not read: missing field"), "{error}");
    }

    proptest! {
        #[test]
        fn names_of_every_script_and_length_fit_into_a_key_and_stay_apart(
            left in ".{1,40}", right in ".{1,40}", times in 1..40_usize,
        ) {
            let key = |id: &str| {
                let id = id.repeat(times);
                let transition = transition(Kind::NonCompliant, "eu-central-1", "AWS::S3::Bucket", &id);
                entry(write(&transition, None, &run().time, Beside::default()).unwrap()).sort
            };
            // A sort key has at most 1,024 bytes (Amazon DynamoDB Developer Guide, "Quotas").
            prop_assert!(key(&left).len() <= 1024);
            prop_assert_eq!(key(&left) == key(&right), left == right);
        }
    }
}
