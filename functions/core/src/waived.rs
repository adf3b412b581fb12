//! Notices of the end of waivers: each is sent once 14 days before the end, and once 3 days before.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    finding::UnreadableEntry,
    ledger::{Entry, Write, of_origin},
    run::Origin,
    sha256,
    waiver::{Standing, Waiver, Waivers},
};

const SORT: &str = "ends";

/// A waiver that ends soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Ending {
    /// The waiver.
    #[serde(flatten)]
    pub waiver: Waiver,
    /// Days until its last one; 0 on the last day.
    pub days_left: u32,
}

/// Of which waivers a notice was sent, by their digest, and of which of the days before the end the last one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    days: BTreeMap<String, u32>,
    /// The revision of its entry; 0 before the first.
    revision: u64,
}

impl Sent {
    /// Partition and key of its entry.
    #[must_use]
    pub fn place(origin: &Origin) -> (String, &'static str) {
        (of_origin("waivers", origin), SORT)
    }

    /// Out of its entry; nothing where there is none.
    ///
    /// # Errors
    /// When the entry does not read.
    pub fn read(entry: Option<&Entry>) -> Result<Self, UnreadableEntry> {
        let Some(entry) = entry else { return Ok(Self::default()) };
        let days = serde_json::from_str(&entry.body).map_err(|error| UnreadableEntry {
            partition: entry.partition.clone(),
            sort: entry.sort.clone(),
            cause: error.to_string(),
        })?;
        Ok(Self { days, revision: entry.revision })
    }

    /// The waivers of which a notice is due, and what is to be written with it; `None` where none is due.
    ///
    /// # Errors
    /// Never: waivers render.
    pub fn due(&self, waivers: &Waivers, origin: &Origin) -> Result<Option<(Vec<Ending>, Write)>, serde_json::Error> {
        let (mut days, mut endings) = (BTreeMap::new(), Vec::new());
        for (waiver, standing) in waivers.all() {
            let id = digest(waiver)?;
            let known = self.days.get(&id).copied();
            let due = standing.notice().filter(|due| known.is_none_or(|known| *due < known));
            // What is over is forgotten with it.
            days.extend(due.or(known).filter(|_| standing.is_in_force()).map(|day| (id, day)));
            if let (Some(_), Standing::InForce { days_left }) = (due, standing) {
                endings.push(Ending { waiver: waiver.clone(), days_left: *days_left });
            }
        }
        if endings.is_empty() {
            return Ok(None);
        }
        let ((partition, sort), revision) = (Self::place(origin), self.revision + 1);
        let body = serde_json::to_string(&days)?;
        Ok(Some((endings, Write::Put(Entry { partition, sort: sort.to_owned(), revision, body, expires: None }))))
    }
}

/// The same for the same waiver.
fn digest(waiver: &Waiver) -> Result<String, serde_json::Error> {
    Ok(sha256::hex(serde_json::to_string(waiver)?.as_bytes()).chars().take(32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{run::tests::run, waiver::MAX_DAYS};

    fn waiver(rule: &str) -> Waiver {
        Waiver {
            expires: "2027-03-31".to_owned(),
            owner: "data-team".to_owned(),
            reason: "migration".to_owned(),
            rule: Some(rule.to_owned()),
            ..Waiver::default()
        }
    }

    /// The rules of the waivers of which a run on `day` sends a notice, and what it leaves.
    fn run_on(day: &str, sent: &Sent, waivers: &[Waiver]) -> (Vec<String>, Sent) {
        let waivers = Waivers::on(waivers, day, MAX_DAYS);
        let Some((endings, Write::Put(entry))) = sent.due(&waivers, &run().origin).unwrap() else {
            return (Vec::new(), sent.clone());
        };
        (endings.into_iter().filter_map(|ending| ending.waiver.rule).collect(), Sent::read(Some(&entry)).unwrap())
    }

    #[test]
    fn notice_is_sent_once_14_and_once_3_days_before_the_end() {
        let (mut sent, mut days) = (Sent::default(), Vec::new());
        for day in 10..=31 {
            // Several runs a day.
            for _ in 0..3 {
                let (rules, after) = run_on(&format!("2027-03-{day}"), &sent, &[waiver("a")]);
                days.extend(rules.iter().map(|_| day));
                sent = after;
            }
        }
        assert_eq!(days, [17, 28]);
    }

    #[test]
    fn waiver_that_is_renewed_has_notices_of_its_new_end() {
        let (rules, sent) = run_on("2027-03-20", &Sent::default(), &[waiver("a"), waiver("b")]);
        assert_eq!(rules, ["a", "b"]);
        let renewed = Waiver { expires: "2027-04-10".to_owned(), ..waiver("a") };
        let (rules, sent) = run_on("2027-03-21", &sent, &[renewed.clone(), waiver("b")]);
        assert!(rules.is_empty());
        let (rules, _) = run_on("2027-03-29", &sent, &[renewed, waiver("b")]);
        assert_eq!(rules, ["a", "b"], "one has 12 days left, the other one 2");
    }

    #[test]
    fn runs_that_begin_late_send_one_notice() {
        let (rules, sent) = run_on("2027-03-30", &Sent::default(), &[waiver("a")]);
        assert_eq!(rules, ["a"]);
        assert!(run_on("2027-03-31", &sent, &[waiver("a")]).0.is_empty());
        assert!(run_on("2027-04-01", &sent, &[waiver("a")]).0.is_empty(), "it is over");
    }

    #[test]
    fn entry_is_kept_by_account_and_region() {
        assert_eq!(Sent::place(&run().origin), ("waivers/123456789012/eu-central-1".to_owned(), "ends"));
    }
}
