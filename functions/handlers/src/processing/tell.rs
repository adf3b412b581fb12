//! What is told: the digest when it is due, and each notice of the outbox once.

use std::collections::BTreeSet;

use compliance_types::resource::Resource;
use functions_core::{
    configuration::MonitoringConfiguration,
    digest::{self, Held, Last},
    finding::{self, Findings},
    ledger::{BYTES, Entry, WRITES, Write},
    notice::notices,
    outbox::{self, Claim, Ready},
    transition::Transition,
};
use serde_json::json;

use super::handler::Processing;
use crate::{
    error::{AwsError, HandlerError},
    invocation::Invocation,
    log,
    table::Committed,
    topic::Topic,
};

impl Processing {
    /// Sends what is to be sent; how many notices it were.
    ///
    /// # Errors
    /// The first failure, after every notice was tried: one that SNS does not take does not hold up the others.
    pub(super) async fn tell(
        &self,
        configuration: &MonitoringConfiguration,
        unconfirmed: usize,
        invocation: &Invocation,
    ) -> Result<u64, HandlerError> {
        let Some(topic) = &self.topic else { return Ok(0) };
        self.gather(configuration, invocation).await?;
        let origin = &invocation.run.origin;
        let (mut sent, mut failure) = (0, None);
        for entry in self.table.query(&outbox::partition(origin), None).await? {
            let ready = read(entry)?;
            if !ready.is_free(&invocation.run.id, invocation.started_unix_millis) {
                continue;
            }
            match self.send(topic, ready, configuration, unconfirmed, invocation).await {
                Ok(true) => sent += 1,
                Ok(false) => {}
                Err(error) => {
                    log::error(&invocation.run.id, "a notice is not sent", &error);
                    failure = failure.or(Some(error));
                }
            }
        }
        failure.map_or(Ok(sent), Err)
    }

    /// Claims a notice, sends it, and notes that; whether it was ours to send.
    async fn send(
        &self,
        topic: &Topic,
        ready: Ready,
        configuration: &MonitoringConfiguration,
        unconfirmed: usize,
        invocation: &Invocation,
    ) -> Result<bool, HandlerError> {
        let claim = Claim { run_id: invocation.run.id.clone(), until_unix_millis: invocation.deadline_unix_millis };
        let (claimed, write) = ready.claimed(Some(claim))?;
        if self.table.write(&[write]).await? == Committed::Conflict {
            return Ok(false);
        }
        let message = claimed.notice.message(&self.facts(configuration, invocation), unconfirmed);
        if let Err(error) = topic.publish(&message).await {
            self.release(claimed, &error, invocation).await?;
            return Err(error.into());
        }
        let fields = json!({ "notice": claimed.notice.id, "subject": message.subject });
        log::info(&invocation.run.id, "told", &fields);
        // A conflict: another run took over, because this one was thought dead. Both have sent it, under one id.
        self.table.write(&claimed.sent(&invocation.now())).await?;
        Ok(true)
    }

    /// The next run need not wait for the end of a claim whose notice was refused. What may have been taken waits.
    async fn release(&self, claimed: Ready, error: &AwsError, invocation: &Invocation) -> Result<(), HandlerError> {
        if error.is_answered() {
            let (_, write) = claimed.claimed(None)?;
            if self.table.write(&[write]).await? == Committed::Conflict {
                log::info(&invocation.run.id, "a notice that was refused is another run's now", &json!({}));
            }
        }
        Ok(())
    }

    /// Turns what was held back into notices, where the digest is due.
    async fn gather(
        &self,
        configuration: &MonitoringConfiguration,
        invocation: &Invocation,
    ) -> Result<(), HandlerError> {
        let (origin, now) = (&invocation.run.origin, invocation.now());
        let held = self.table.query(&digest::held(origin), None).await?;
        if held.is_empty() {
            return Ok(());
        }
        let (partition, sort) = digest::place(origin);
        let last = self.table.get(&partition, sort).await?;
        let at = last.as_ref().and_then(|entry| serde_json::from_str::<Last>(&entry.body).ok()).map(|last| last.at);
        if !digest::is_due(configuration.notices().digest, at.as_ref(), &now) {
            return Ok(());
        }
        let mut held = self.still_news(&held, invocation).await?;
        while !held.is_empty() {
            let mut count = held.len().min(digest::HELD);
            let writes = loop {
                let some = held.get(..count).unwrap_or_default();
                let writes = self.gathered(some, configuration, invocation)?;
                let fit = writes.len() <= WRITES && writes.iter().map(Write::bytes).sum::<usize>() <= BYTES;
                if fit || count == 1 {
                    break writes;
                }
                count /= 2;
            };
            held.drain(..count);
            // A conflict: another run makes this digest.
            if self.table.write(&writes).await? == Committed::Conflict {
                return Ok(());
            }
        }
        self.table.write(&[digest::made(last.as_ref(), origin, &now)?]).await?;
        Ok(())
    }

    /// What was held, each entry with those of its transitions that are still to be sent.
    async fn still_news(
        &self,
        held: &[Entry],
        invocation: &Invocation,
    ) -> Result<Vec<(Entry, Vec<Transition>)>, HandlerError> {
        let (mut all, mut counts) = (Vec::new(), Vec::new());
        for entry in held {
            let held: Held = serde_json::from_str(&entry.body).map_err(|error| unreadable(entry, &error))?;
            counts.push(held.transitions.len());
            all.extend(held.transitions);
        }
        let origin = &invocation.run.origin;
        let rules: BTreeSet<&str> =
            all.iter().filter(|each| each.kind.opens()).map(|each| each.rule.as_str()).collect();
        let mut findings = Findings::new();
        for rule in rules {
            let entries = self.table.query(&finding::partition(&origin.account), Some(&finding::prefix(rule))).await?;
            findings.extend(finding::read(&entries, origin)?);
        }
        let is_open = |rule: &str, resource: &Resource| {
            let finding = findings.get(rule).and_then(|findings| findings.get(resource));
            finding.is_some_and(|finding| finding.open && !finding.waived)
        };
        let news = digest::still_news(&all, is_open);
        let mut all = all.into_iter().zip(news);
        let of = |(entry, count): (&Entry, usize)| {
            let some = all.by_ref().take(count).filter_map(|(each, is_news)| is_news.then_some(each));
            (entry.clone(), some.collect())
        };
        Ok(held.iter().zip(counts).map(of).collect())
    }

    /// The writes that take these entries out and put their notices into the outbox.
    fn gathered(
        &self,
        held: &[(Entry, Vec<Transition>)],
        configuration: &MonitoringConfiguration,
        invocation: &Invocation,
    ) -> Result<Vec<Write>, HandlerError> {
        let transitions = held.iter().flat_map(|(_, transitions)| transitions.iter().cloned()).collect();
        let (origin, now) = (&invocation.run.origin, invocation.now());
        let mut writes: Vec<Write> = held.iter().map(|(entry, _)| Write::delete(entry)).collect();
        for notice in notices(transitions, &self.facts(configuration, invocation), origin, &now)? {
            writes.push(outbox::put(&notice)?);
        }
        Ok(writes)
    }
}

fn read(entry: Entry) -> Result<Ready, HandlerError> {
    Ready::read(entry.clone()).map_err(|error| unreadable(&entry, &error))
}

fn unreadable(entry: &Entry, error: &serde_json::Error) -> HandlerError {
    functions_core::finding::UnreadableEntry {
        partition: entry.partition.clone(),
        sort: entry.sort.clone(),
        cause: error.to_string(),
    }
    .into()
}
