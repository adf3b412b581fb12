//! Accounts and regions that the aggregator lists and that are not read directly: in which groups they are read, and which of
//! them are silent.
//!
//! What is known of them is an entry for each account. Only a source whose last transfer succeeded is read: of any other one
//! the aggregator may have lost results that still hold.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use compliance_types::{arn::is_account_id, region::is_region_code, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    ledger::{Entry, Write, of_origin},
    run::Origin,
};

/// Hours after its last transfer until a source counts as silent. A source reports at least once a day: no rule is evaluated
/// less often than every 24 hours (AWS Config API Reference, "ConfigRule", `MaximumExecutionFrequency`).
pub const SILENT_AFTER_HOURS: u64 = 24;

/// Groups that are read at the same time: all of them share the rate of one account and region.
const LANES: usize = 4;
/// Sources of a group, where there are fewer than fill all.
const LEAST: usize = 25;
/// Sources of a group at most: an event of an asynchronous invocation has 256 KB (AWS Lambda Developer Guide, "Lambda quotas").
const MOST: usize = 4_000;

/// How the last transfer of a source ended (AWS Config API Reference, "AggregatedSourceStatus").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfer {
    /// Its data are there.
    Succeeded,
    /// Its data are not the most recent.
    Outdated,
    /// It failed, or in a word that is not known.
    Failed,
}

/// What the aggregator says of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Its account and region.
    pub origin: Origin,
    /// How the last transfer ended.
    pub transfer: Transfer,
    /// When its data were transferred last, where AWS Config says so.
    pub updated: Option<Timestamp>,
}

impl Status {
    /// Whether what the aggregator has of it may be compared with what is known.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.transfer == Transfer::Succeeded
    }
}

/// A source in an event: `<account>/<region>`.
#[must_use]
pub fn name(source: &Origin) -> String {
    format!("{}/{}", source.account, source.region)
}

/// The source of that name; `None` where it is not one.
#[must_use]
pub fn named(name: &str) -> Option<Origin> {
    let (account, region) = name.split_once('/')?;
    let is_one = is_account_id(account) && is_region_code(region);
    is_one.then(|| Origin { account: account.to_owned(), region: region.to_owned() })
}

/// Sources in groups, each of which is read one after the other.
#[must_use]
pub fn groups(sources: &[String]) -> Vec<Vec<String>> {
    let size = sources.len().div_ceil(LANES).clamp(LEAST, MOST);
    sources.chunks(size).map(<[String]>::to_vec).collect()
}

/// What is known of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    /// When the aggregator listed it first.
    seen: Timestamp,
    /// Whether it ever reported.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    reported: bool,
    /// Since when it is silent, where a notice says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    silent: Option<Timestamp>,
}

/// The sources of an account, by region.
type Regions = BTreeMap<String, Known>;

/// A source that is silent, or was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Silence {
    /// Account id.
    pub account: String,
    /// Region.
    pub region: String,
    /// Since when nothing arrives or arrived: the last transfer, or when the aggregator listed the source first.
    #[cfg_attr(test, schemars(with = "String"))]
    pub since: Timestamp,
}

/// What changed in an account, to be written together with the notice of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The write of what is known.
    pub write: Write,
    /// Sources that have become silent.
    pub silent: Vec<Silence>,
    /// Sources that report again.
    pub back: Vec<Silence>,
}

impl Change {
    /// Whether a notice says it.
    #[must_use]
    pub const fn is_news(&self) -> bool {
        !self.silent.is_empty() || !self.back.is_empty()
    }
}

/// What a run finds of all sources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// Accounts of which something else is known now.
    pub changes: Vec<Change>,
    /// Sources that are silent.
    pub silent: usize,
}

/// The partition of what is known of sources. `home`: account and region of the function.
#[must_use]
pub fn partition(home: &Origin) -> String {
    of_origin("sources", home)
}

/// Sources that were listed before and are not any more.
#[must_use]
pub fn removed(entries: &[Entry], statuses: &[Status]) -> Vec<Origin> {
    let listed: BTreeSet<&Origin> = statuses.iter().map(|status| &status.origin).collect();
    let known = entries
        .iter()
        .flat_map(|entry| regions(entry).into_keys().map(|region| Origin { account: entry.sort.clone(), region }));
    known.filter(|origin| !listed.contains(origin)).collect()
}

/// Compares what the aggregator says with what is known. `kept`: sources that are not listed any more and have something left
/// to be sent.
///
/// # Errors
/// Never: entries render.
pub fn compare(
    entries: &[Entry],
    statuses: &[Status],
    kept: &BTreeSet<Origin>,
    home: &Origin,
    now: &Timestamp,
) -> Result<Compared, serde_json::Error> {
    let mut before: BTreeMap<&str, (&Entry, Regions)> =
        entries.iter().map(|entry| (entry.sort.as_str(), (entry, regions(entry)))).collect();
    let mut listed: BTreeMap<&str, Vec<&Status>> = before.keys().map(|account| (*account, Vec::new())).collect();
    for status in statuses {
        listed.entry(&status.origin.account).or_default().push(status);
    }
    let mut found = Compared::default();
    for (account, statuses) in listed {
        let (entry, known) =
            before.remove(account).map_or((None, Regions::new()), |(entry, known)| (Some(entry), known));
        let is_kept = |region: &String| kept.contains(&Origin { account: account.to_owned(), region: region.clone() });
        let mut after: Regions = known
            .iter()
            .filter(|(region, _)| is_kept(region))
            .map(|(region, one)| (region.clone(), one.clone()))
            .collect();
        let (mut silent, mut back) = (Vec::new(), Vec::new());
        for status in statuses {
            let region = &status.origin.region;
            let was = known.get(region);
            let one = after_status(was, status, now);
            let place = |since: &Timestamp| Silence {
                account: account.to_owned(),
                region: region.clone(),
                since: since.clone(),
            };
            match (was.and_then(|was| was.silent.as_ref()), &one.silent) {
                (None, Some(since)) => silent.push(place(since)),
                (Some(since), None) => back.push(place(since)),
                _ => {}
            }
            found.silent += usize::from(one.silent.is_some());
            after.insert(region.clone(), one);
        }
        if let Some(write) = write(entry, (&known, &after), account, home)? {
            found.changes.push(Change { write, silent, back });
        }
    }
    Ok(found)
}

fn after_status(was: Option<&Known>, status: &Status, now: &Timestamp) -> Known {
    let seen = was.map_or_else(|| now.clone(), |was| was.seen.clone());
    let did_report = was.is_some_and(|was| was.reported);
    let reported = did_report || status.transfer == Transfer::Succeeded;
    // One that never reported may still be deployed: the time of a failed attempt says nothing.
    let last = status.updated.as_ref().filter(|_| reported).unwrap_or(&seen);
    let is_old = now.duration_since(last) > Duration::from_hours(SILENT_AFTER_HOURS);
    let is_silent = is_old || (status.transfer == Transfer::Failed && did_report);
    let since = was.and_then(|was| was.silent.as_ref()).unwrap_or(last).clone();
    Known { silent: is_silent.then_some(since), reported, seen }
}

fn write(
    entry: Option<&Entry>,
    (before, after): (&Regions, &Regions),
    account: &str,
    home: &Origin,
) -> Result<Option<Write>, serde_json::Error> {
    Ok(match entry {
        Some(entry) if after.is_empty() => Some(Write::delete(entry)),
        _ if before == after => None,
        entry => {
            let revision = entry.map_or(0, |entry| entry.revision) + 1;
            let body = serde_json::to_string(after)?;
            let (partition, sort) = (partition(home), account.to_owned());
            Some(Write::Put(Entry { partition, sort, revision, body, expires: None }))
        }
    })
}

/// What an entry says. One that does not read begins anew.
fn regions(entry: &Entry) -> Regions {
    serde_json::from_str(&entry.body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::run::tests::run;

    const ACCOUNT: &str = "111122223333";

    fn at(hours: u64) -> Timestamp {
        Timestamp::from_unix_seconds(1_772_600_000 + hours * 3_600)
    }

    fn status(region: &str, transfer: Transfer, updated: Option<u64>) -> Status {
        let origin = Origin { account: ACCOUNT.to_owned(), region: region.to_owned() };
        Status { origin, transfer, updated: updated.map(at) }
    }

    /// What the entries are after the changes.
    fn applied(entries: &[Entry], changes: &[Change]) -> Vec<Entry> {
        let mut all: BTreeMap<String, Entry> =
            entries.iter().map(|entry| (entry.sort.clone(), entry.clone())).collect();
        for change in changes {
            match &change.write {
                Write::Put(entry) => drop(all.insert(entry.sort.clone(), entry.clone())),
                Write::Delete { sort, .. } => drop(all.remove(sort)),
            }
        }
        all.into_values().collect()
    }

    fn compared(entries: &[Entry], statuses: &[Status], hours: u64) -> (Vec<Entry>, Vec<String>, usize) {
        let found = compare(entries, statuses, &BTreeSet::new(), &run().origin, &at(hours)).unwrap();
        let say =
            |word: &'static str| move |one: &Silence| format!("{word} {} since {}", one.region, one.since.as_str());
        let said = found.changes.iter().flat_map(|change| {
            change.silent.iter().map(say("silent")).chain(change.back.iter().map(say("back"))).collect::<Vec<_>>()
        });
        (applied(entries, &found.changes), said.collect(), found.silent)
    }

    #[test]
    fn source_whose_last_transfer_is_a_day_old_is_silent_once_and_back_once() {
        let of = |updated| [status("eu-west-1", Transfer::Succeeded, Some(updated))];
        let (known, said, silent) = compared(&[], &of(0), 1);
        assert_eq!((said.len(), silent, known.len()), (0, 0, 1));
        let (known, said, silent) = compared(&known, &of(0), 25);
        assert_eq!((said, silent), (vec![format!("silent eu-west-1 since {}", at(0).as_str())], 1));
        let (known, said, silent) = compared(&known, &of(0), 31);
        assert_eq!((said.len(), silent), (0, 1));
        let (known, said, silent) = compared(&known, &of(36), 37);
        assert_eq!((said, silent), (vec![format!("back eu-west-1 since {}", at(0).as_str())], 0));
        assert_eq!(compared(&known, &of(36), 38).1, Vec::<String>::new());
    }

    #[test]
    fn source_that_fails_is_silent_at_once_where_it_reported_before_and_a_day_later_where_it_never_did() {
        let failed = [status("eu-west-1", Transfer::Failed, Some(1))];
        let (new, said, _) = compared(&[], &failed, 1);
        assert!(said.is_empty());
        assert!(compared(&new, &failed, 25).1.is_empty());
        assert_eq!(compared(&new, &failed, 26).1.len(), 1);
        let (known, ..) = compared(&[], &[status("eu-west-1", Transfer::Succeeded, Some(0))], 0);
        assert_eq!(compared(&known, &failed, 2).1.len(), 1);
        let outdated = [status("eu-west-1", Transfer::Outdated, Some(1))];
        assert!(compared(&known, &outdated, 2).1.is_empty(), "it may catch up");
        assert_eq!(compared(&known, &outdated, 26).1.len(), 1);
    }

    #[test]
    fn source_that_is_not_listed_any_more_is_forgotten_unless_something_is_left_of_it() {
        let all = ["eu-west-1", "us-east-1"].map(|region| status(region, Transfer::Succeeded, Some(0)));
        let (known, ..) = compared(&[], &all, 0);
        let gone = removed(&known, &all[..1]);
        assert_eq!(gone.iter().map(name).collect::<Vec<_>>(), ["111122223333/us-east-1"]);
        let kept: BTreeSet<Origin> = gone.into_iter().collect();
        let found = compare(&known, &all[..1], &kept, &run().origin, &at(1)).unwrap();
        assert_eq!(found.changes, [], "it stays as it was");
        let (known, ..) = compared(&known, &all[..1], 2);
        assert!(removed(&known, &all[..1]).is_empty());
        assert!(compared(&known, &[], 3).0.is_empty());
    }

    #[test]
    fn entry_that_does_not_read_begins_anew() {
        let broken = Entry {
            partition: partition(&run().origin),
            sort: ACCOUNT.to_owned(),
            revision: 7,
            body: "[]".to_owned(),
            expires: None,
        };
        let (known, said, _) = compared(&[broken], &[status("eu-west-1", Transfer::Succeeded, Some(0))], 1);
        assert_eq!((known[0].revision, said.len()), (8, 0));
    }

    #[test]
    fn name_of_a_source_reads_back_and_nothing_else_is_one() {
        let source = status("eu-west-1", Transfer::Succeeded, None).origin;
        assert_eq!(named(&name(&source)), Some(source));
        for other in ["", "111122223333", "1/eu-west-1", "111122223333/", "111122223333/eu' OR '1", "111122223333/a/b"]
        {
            assert_eq!(named(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn groups_have_every_source_once_in_its_order(count in 0..30_000_usize) {
            let sources: Vec<String> = (0..count).map(|number| number.to_string()).collect();
            let groups = groups(&sources);
            prop_assert!(groups.iter().all(|group| (1..=MOST).contains(&group.len())));
            prop_assert!(groups.len() <= LANES.max(count.div_ceil(MOST)));
            prop_assert_eq!(groups.concat(), sources);
        }
    }
}
