//! The outbox: notices that are to be sent, each by one run at a time.
//!
//! A notice comes into it with the findings it tells, in one transaction. A run claims it, sends it, and then moves it to
//! what was sent. Where a run dies in between, another one takes over when the claim has ended. So nothing is lost; the one
//! message that SNS took and that nobody could note any more comes twice, with the same id.

use compliance_types::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ledger::{Entry, Write, of_origin},
    notice::Notice,
    run::Origin,
};

/// Days that is known what was sent.
pub const SENT_DAYS: u64 = 30;

/// Who sends it, and how long nobody else does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// Id of the run.
    pub run_id: String,
    /// Until when, in milliseconds since 1970.
    pub until_unix_millis: u64,
}

#[derive(Serialize, Deserialize)]
struct Body {
    notice: Notice,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<Claim>,
}

/// A notice of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// What is to be sent.
    pub notice: Notice,
    claim: Option<Claim>,
    entry: Entry,
}

/// The partition of the outbox.
#[must_use]
pub fn partition(origin: &Origin) -> String {
    of_origin("ready", origin)
}

/// The partition of what was sent.
#[must_use]
pub fn sent_partition(origin: &Origin) -> String {
    of_origin("sent", origin)
}

/// The write that puts a notice into the outbox.
///
/// # Errors
/// Never: it renders.
pub fn put(notice: &Notice) -> Result<Write, serde_json::Error> {
    Ok(Write::Put(Entry {
        partition: partition(&notice.origin),
        sort: format!("{}-{}", notice.at.compact(), notice.id),
        revision: 1,
        body: serde_json::to_string(&Body { notice: notice.clone(), claim: None })?,
        expires: None,
    }))
}

impl Ready {
    /// Out of its entry.
    ///
    /// # Errors
    /// When the entry does not read.
    pub fn read(entry: Entry) -> Result<Self, serde_json::Error> {
        let Body { notice, claim } = serde_json::from_str(&entry.body)?;
        Ok(Self { notice, claim, entry })
    }

    /// Whether this run may send it: nobody else is about to.
    #[must_use]
    pub fn is_free(&self, run_id: &str, now_unix_millis: u64) -> bool {
        self.claim.as_ref().is_none_or(|claim| claim.run_id == run_id || claim.until_unix_millis <= now_unix_millis)
    }

    /// The same claimed by a run, or by nobody, and the write that makes it so.
    ///
    /// # Errors
    /// Never: it renders.
    pub fn claimed(self, claim: Option<Claim>) -> Result<(Self, Write), serde_json::Error> {
        let body = serde_json::to_string(&Body { notice: self.notice.clone(), claim: claim.clone() })?;
        let entry = Entry { revision: self.entry.revision + 1, body, ..self.entry };
        Ok((Self { notice: self.notice, claim, entry: entry.clone() }, Write::Put(entry)))
    }

    /// The writes that say that it was sent.
    #[must_use]
    pub fn sent(&self, now: &Timestamp) -> Vec<Write> {
        let expires = Some(now.unix_seconds_after_days(SENT_DAYS));
        let partition = sent_partition(&self.notice.origin);
        let sent = Entry { partition, revision: 1, expires, ..self.entry.clone() };
        vec![Write::delete(&self.entry), Write::Put(sent)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{notice::Content, run::tests::run};

    fn ready() -> Ready {
        let content = Content::DeliveryLost { sent: run().time };
        let notice = Notice::new(&run().origin, &run().time, vec![], content).unwrap();
        let Write::Put(entry) = put(&notice).unwrap() else { panic!("no entry") };
        Ready::read(entry).unwrap()
    }

    #[test]
    fn a_claim_keeps_others_away_until_it_ends() {
        let claim = Claim { run_id: "run-1".to_owned(), until_unix_millis: 100 };
        let (claimed, write) = ready().claimed(Some(claim)).unwrap();
        let Write::Put(entry) = write else { panic!("no entry") };
        assert_eq!((entry.revision, Ready::read(entry).unwrap()), (2, claimed.clone()));
        assert!(claimed.is_free("run-1", 0) && !claimed.is_free("run-2", 99) && claimed.is_free("run-2", 100));
        let (released, _) = claimed.claimed(None).unwrap();
        assert!(released.is_free("run-2", 0));
    }

    #[test]
    fn what_was_sent_moves_and_goes_by_itself() {
        let ready = ready();
        let writes = ready.sent(&run().time);
        let Write::Put(sent) = &writes[1] else { panic!("no entry") };
        assert_eq!(writes[0], Write::delete(&ready.entry));
        assert_eq!((sent.partition.as_str(), &sent.sort), ("sent/123456789012/eu-central-1", &ready.entry.sort));
        assert_eq!(sent.expires, Some(run().time.unix_seconds() + 30 * 86_400));
    }
}
