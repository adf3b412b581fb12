//! Accounts and regions that the aggregator lists and that are not read directly: each is read through it as the region of the
//! function is read, and what changed is recorded and sent under its account and region.
//!
//! A run of home asks for runs of groups of them. Such a run answers without a record, so that no report follows it. A source
//! whose last transfer did not succeed is not read, and its findings stay as they are.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use compliance_types::choices::DigestPeriod;
use functions_core::{
    configuration::{MonitoringConfiguration, Notices},
    evaluate::Trigger,
    event::{Continuation, SourcesAsk},
    ledger::{Write, transactions},
    metrics::Told,
    notice::of_sources,
    outbox,
    run::Origin,
    sources::{self, Change, Status},
};
use serde_json::{Value, json};

use super::{handler::Processing, look::Look, through::Through};
use crate::{aggregator, budget::Budget, error::HandlerError, invocation::Invocation, invoke, log};

/// Sources that are not listed any more and of which one run sends what is left.
const REMOVED: usize = 200;
/// Accounts whose silent sources are one notice: with it they are one transaction.
const ACCOUNTS: usize = 50;

/// What became of the read of a source.
enum Read {
    /// It is whole: notices that were sent, and rules that could not be read.
    Whole { notices: u64, unreadable: u64 },
    /// The time ended before.
    Unfinished,
}

/// Whether a source is read directly: home, or another region of the deployment.
pub(super) fn is_direct(origin: &Origin, configuration: &MonitoringConfiguration, home: &Origin) -> bool {
    let is_region = origin.region == home.region || configuration.regions().any(|region| region == origin.region);
    origin.account == home.account && is_region
}

impl Processing {
    /// The same for an account and region that is read through the aggregator. All share one pace: AWS counts requests where the
    /// aggregator is.
    pub(super) fn at_source(&self, aggregator: &str, source: &Origin, home: &Invocation) -> Self {
        Self {
            region: None,
            through: Some(Through {
                aggregator: aggregator.to_owned(),
                origin: source.clone(),
                is_own_account: source.account == home.run.origin.account,
            }),
            ..self.clone()
        }
    }

    /// Asks for runs of all sources, and measures how many are silent. What fails waits for the next run.
    pub(super) async fn ask_sources(
        &self,
        configuration: &MonitoringConfiguration,
        of: Trigger,
        invocation: &Invocation,
    ) {
        let Some(aggregator) = &self.environment.aggregator_name else { return };
        let silent = match self.try_ask_sources(aggregator, configuration, of, invocation).await {
            Ok(silent) => silent,
            Err(error) => {
                log::error(&invocation.run.id, "other accounts and regions are not read now", &error);
                // Whether they report is not known, and none is read.
                1
            }
        };
        let sources_silent = Some(u64::try_from(silent).unwrap_or(u64::MAX));
        log::line(&self.measured(Told { sources_silent, ..Told::default() }, invocation));
    }

    async fn try_ask_sources(
        &self,
        aggregator: &str,
        configuration: &MonitoringConfiguration,
        of: Trigger,
        invocation: &Invocation,
    ) -> Result<usize, HandlerError> {
        let statuses = self.other_sources(aggregator, configuration, invocation).await?;
        let silent = self.compare_sources(aggregator, configuration, &statuses, invocation).await?;
        let names = |is_read: bool| {
            let some = statuses.iter().filter(|status| status.is_readable() == is_read);
            some.map(|status| sources::name(&status.origin)).collect::<Vec<_>>()
        };
        let ask = |sources, unread| SourcesAsk { sources, unread, of, number: 0, resumed: false };
        let read = sources::groups(&names(true)).into_iter().map(|group| ask(group, Vec::new()));
        let unread = sources::groups(&names(false)).into_iter().map(|group| ask(Vec::new(), group));
        for ask in read.chain(unread) {
            invoke::later(&self.lambda, &invocation.function_name, &ask.event()).await?;
        }
        Ok(silent)
    }

    /// What the aggregator says of the sources that are not read directly, sorted.
    pub(super) async fn other_sources(
        &self,
        aggregator: &str,
        configuration: &MonitoringConfiguration,
        invocation: &Invocation,
    ) -> Result<Vec<Status>, HandlerError> {
        let mut statuses = aggregator::sources(&self.config, aggregator).await?;
        statuses.retain(|status| !is_direct(&status.origin, configuration, &invocation.run.origin));
        statuses.sort_by(|one, other| one.origin.cmp(&other.origin));
        statuses.dedup_by(|one, other| one.origin == other.origin);
        Ok(statuses)
    }

    /// Records which sources there are, with the notices of those that have become silent or report again, and sends what those
    /// left that are not listed any more. How many are silent.
    async fn compare_sources(
        &self,
        aggregator: &str,
        configuration: &MonitoringConfiguration,
        statuses: &[Status],
        invocation: &Invocation,
    ) -> Result<usize, HandlerError> {
        let (home, now) = (&invocation.run.origin, invocation.now());
        let entries = self.table.query(&sources::partition(home), None).await?;
        let mut kept = BTreeSet::new();
        let at_once = Notices { digest: DigestPeriod::Immediate, ..configuration.notices().clone() };
        let at_once = configuration.clone().with_notices(at_once);
        for (number, source) in sources::removed(&entries, statuses).into_iter().enumerate() {
            if is_direct(&source, configuration, home) {
                continue;
            }
            let (there, own) = (self.at_source(aggregator, &source, invocation), invocation.of_source(&source));
            if number >= REMOVED {
                kept.insert(source);
            } else if there.has_unsent(&own).await? {
                let fields = match there.tell(&at_once, 0, &own).await {
                    Ok(notices) => json!({ "source": sources::name(&source), "notices": notices }),
                    Err(error) => json!({ "source": sources::name(&source), "error": error.to_string() }),
                };
                log::info(&invocation.run.id, "what a removed source left is sent", &fields);
                // A run that was under way may leave more: it is looked at once more.
                kept.insert(source);
            }
        }
        let compared = sources::compare(&entries, statuses, &kept, home, &now)?;
        let (news, others): (Vec<_>, Vec<_>) = compared.changes.into_iter().partition(Change::is_news);
        let mut groups: Vec<Vec<Write>> = others.into_iter().map(|change| vec![change.write]).collect();
        for some in news.chunks(ACCOUNTS) {
            let mut group: Vec<Write> = some.iter().map(|change| change.write.clone()).collect();
            if self.topic.is_some() {
                let silent: Vec<_> = some.iter().flat_map(|change| change.silent.iter().cloned()).collect();
                let back: Vec<_> = some.iter().flat_map(|change| change.back.iter().cloned()).collect();
                for notice in of_sources(&silent, &back, home, &now)? {
                    group.push(outbox::put(&notice)?);
                }
            }
            groups.push(group);
        }
        for writes in transactions(groups) {
            // A conflict: another run has done the same.
            self.table.write(&writes).await?;
        }
        Ok(compared.silent)
    }

    /// Reads sources, of which `number` invocations have done a part already.
    ///
    /// # Errors
    /// When a source could not be read, after all others were.
    pub(super) async fn look_at_sources(
        &self,
        ask: SourcesAsk,
        invocation: &Invocation,
    ) -> Result<Value, HandlerError> {
        let SourcesAsk { sources, unread, of, number, mut resumed } = ask;
        let Some(aggregator) = &self.environment.aggregator_name else {
            log::info(&invocation.run.id, "no aggregator is read any more", &json!({}));
            return Ok(json!({ "sources": 0 }));
        };
        let (budget, document) = (Budget::of(invocation), self.document().await?);
        let (mut sources, mut unread) = (VecDeque::from(sources), VecDeque::from(unread));
        let (mut failed, mut failure) = (Vec::new(), None);
        let (mut read, mut told) = (0_u64, Told { unreadable_rules: Some(0), ..Told::default() });
        while let Some(name) = sources.front() {
            if (read > 0 || failure.is_some()) && budget.is_short() {
                break;
            }
            let Some(source) = sources::named(name) else {
                log::info(&invocation.run.id, "no account and region", &json!({ "source": name }));
                sources.pop_front();
                continue;
            };
            let (there, own) = (self.at_source(aggregator, &source, invocation), invocation.of_source(&source));
            match there.look_at_source(&document, (of, resumed), &budget, &own).await {
                Ok(Read::Whole { notices, unreadable }) => {
                    told.notices += notices;
                    told.unreadable_rules = told.unreadable_rules.map(|count| count + unreadable);
                    read += 1;
                }
                Ok(Read::Unfinished) => {
                    resumed = true;
                    break;
                }
                Err(error) => {
                    log::error(&invocation.run.id, &format!("{name} is not read now"), &error);
                    failed.push(name.clone());
                    failure = failure.or(Some(error));
                }
            }
            resumed = false;
            sources.pop_front();
        }
        while let Some(name) = unread.front().filter(|_| sources.is_empty() && !budget.is_short()) {
            if let Some(source) = sources::named(name) {
                let (there, own) = (self.at_source(aggregator, &source, invocation), invocation.of_source(&source));
                match there.tell(&document, 0, &own).await {
                    Ok(notices) => told.notices += notices,
                    Err(error) => failure = failure.or(Some(error)),
                }
            }
            unread.pop_front();
        }
        log::line(&self.measured(told, invocation));
        let is_left = !sources.is_empty() || !unread.is_empty();
        if is_left {
            sources.extend(failed);
            let next = Continuation::after(of, number).ok_or(HandlerError::Unfinished { resources: read })?;
            let (sources, unread) = (sources.into(), unread.into());
            let next = SourcesAsk { sources, unread, of, number: next.number, resumed };
            invoke::later(&self.lambda, &invocation.function_name, &next.event()).await?;
        } else if let Some(failure) = failure {
            return Err(failure);
        }
        let answer = json!({ "sources": read, "notices": told.notices, "unfinished": is_left });
        log::info(&invocation.run.id, "sources are read", &answer);
        Ok(answer)
    }

    async fn look_at_source(
        &self,
        document: &MonitoringConfiguration,
        (of, continues): (Trigger, bool),
        budget: &Budget,
        invocation: &Invocation,
    ) -> Result<Read, HandlerError> {
        let look = Look { configuration: document, trigger: of, continues, only: None, gone: BTreeSet::new() };
        let found = self.advance(&look, budget, invocation).await?;
        if found.unfinished {
            self.tell(document, 0, invocation).await?;
            return Ok(Read::Unfinished);
        }
        let mut unreadable = 0;
        if !found.reported.is_empty() {
            let names: BTreeSet<String> = found.reported.iter().map(|rule| rule.name.clone()).collect();
            let watched = of_rules(document, &names);
            let (_, record) = self.record(&look, &watched, 0, found, invocation).await?;
            unreadable = record.totals.unreadable;
        }
        let notices = self.tell(document, 0, invocation).await?;
        Ok(Read::Whole { notices, unreadable })
    }

    /// Asks for runs that send what was gathered of all sources.
    ///
    /// # Errors
    /// When AWS does not answer.
    pub(super) async fn tell_of_sources(
        &self,
        configuration: &MonitoringConfiguration,
        invocation: &Invocation,
    ) -> Result<(), HandlerError> {
        let Some(aggregator) = &self.environment.aggregator_name else { return Ok(()) };
        let statuses = self.other_sources(aggregator, configuration, invocation).await?;
        let names: Vec<String> = statuses.iter().map(|status| sources::name(&status.origin)).collect();
        for unread in sources::groups(&names) {
            let ask = SourcesAsk { sources: Vec::new(), unread, of: Trigger::Manual, number: 0, resumed: false };
            invoke::later(&self.lambda, &invocation.function_name, &ask.event()).await?;
        }
        Ok(())
    }
}

/// The document with these rules alone, those of packs under the names that the account gives them.
pub(super) fn of_rules(document: &MonitoringConfiguration, names: &BTreeSet<String>) -> MonitoringConfiguration {
    let wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    document.clone().in_account(wanted.iter().copied()).only(&wanted)
}

/// Statuses by their account and region.
pub(super) fn by_origin(statuses: Vec<Status>) -> BTreeMap<Origin, Status> {
    statuses.into_iter().map(|status| (status.origin.clone(), status)).collect()
}
