//! From what the ledger knows to what AWS Config says: the findings and the notices that tell them, in one step.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_config::Client;
use compliance_types::{choices::DigestPeriod, resource::Resource, severity::Severity, time::Timestamp};
use functions_core::{
    compliance::Compliance,
    configuration::MonitoringConfiguration,
    digest,
    evaluate::{ReportedRule, Trigger},
    finding::{self, Finding, Findings},
    ledger::{Write, transactions},
    notice::{Content, Notice, Summary, TRANSITIONS, notices},
    outbox,
    recording::{Recording, is_recorded},
    transition::{self, Place, Reading, Transition},
    watch::{After, Seen, Watch},
};

use super::{Processing, reading, reading::Unreadable};
use crate::{
    aws::unless_refused,
    error::{AwsError, HandlerError},
    invocation::Invocation,
    table::Committed,
};

/// How often a run looks again where another one was faster.
const ATTEMPTS: usize = 5;

/// What a run looks at.
pub(super) struct Look<'a> {
    pub configuration: &'a MonitoringConfiguration,
    pub trigger: Trigger,
    /// The rules to look at; `None` for all of them.
    pub only: Option<&'a BTreeSet<String>>,
    /// Resources of which changes say that they are gone, with their rules.
    pub gone: BTreeSet<(&'a str, Resource)>,
}

impl Look<'_> {
    /// What of `known` stays although nothing is said of it. A whole look finds out by itself what is gone; where changes let
    /// a rule be looked at, its other resources may be judged later.
    fn kept(&self, watch: &Watch, rule: &ReportedRule, mut known: Open, now: &Timestamp) -> Open {
        let whole = self.only.is_none() && watch.trusts_absence(&rule.name, is_judged(rule), now);
        if whole || !watch.is_settled(&rule.name) {
            return Open::new();
        }
        known.retain(|resource, _| !self.gone.contains(&(rule.name.as_str(), resource.clone())));
        known
    }
}

/// Open findings, and since when.
type Open = BTreeMap<Resource, Timestamp>;

/// What is recorded, which is read where something closed, and once.
#[derive(Default)]
struct Recordings {
    /// `Some(None)` where the role may not read them.
    read: Option<Option<Vec<Recording>>>,
}

impl Recordings {
    async fn read(&mut self, config: &Client, run_id: &str) -> Result<Option<&[Recording]>, AwsError> {
        if self.read.is_none() {
            let consequence = "what is recorded may not be read: whatever has no result any more counts as deleted";
            self.read = Some(unless_refused(reading::recordings(config).await, run_id, consequence)?);
        }
        Ok(self.read.as_ref().and_then(Option::as_deref))
    }
}

/// What was found.
pub(super) struct Found {
    pub reported: Vec<ReportedRule>,
    /// Rules whose results could not be read, each with the reason. What is known of them stays as it was.
    pub unreadable: BTreeMap<String, String>,
    /// Transitions that are news, and those that are not.
    pub news: usize,
    pub silent: usize,
}

/// What is to be written, and in which order.
struct Plan {
    transactions: Vec<Vec<Write>>,
    news: usize,
    silent: usize,
}

impl Processing {
    /// Brings the ledger to what AWS Config says.
    ///
    /// # Errors
    /// When AWS does not answer, when the ledger does not read, or when others write it all the time.
    pub(super) async fn advance(&self, look: &Look<'_>, invocation: &Invocation) -> Result<Found, HandlerError> {
        let (mut news, mut silent) = (0, 0);
        for _ in 0..ATTEMPTS {
            // INVARIANT: the ledger is read before AWS Config. Whatever changes the ledger after that makes a write fail, so
            // that nothing is written over a newer state.
            let (watch, findings) = self.known(look, invocation).await?;
            let (reported, mut unreadable) = reading::rules(&self.config, look.configuration).await?;
            let readings = self.readings(look, (&watch, &findings), &reported, &mut unreadable, invocation).await?;
            let plan = self.plan(look, &watch, &findings, &reported, &readings, invocation)?;
            let mut whole = true;
            for writes in plan.transactions {
                if self.table.write(&writes).await? == Committed::Conflict {
                    whole = false;
                    break;
                }
            }
            // What a try that was overtaken wrote is not told apart; the next one does not find it again.
            news += plan.news;
            silent += plan.silent;
            if whole {
                let unreadable = unreadable.iter().map(|(rule, error)| (rule.clone(), error.to_string())).collect();
                return Ok(Found { reported, unreadable, news, silent });
            }
        }
        Err(HandlerError::Contended)
    }

    async fn known(&self, look: &Look<'_>, invocation: &Invocation) -> Result<(Watch, Findings), HandlerError> {
        let origin = &invocation.run.origin;
        let (partition, sort) = Watch::place(origin);
        let watch = Watch::read(self.table.get(&partition, sort).await?.as_ref())?;
        let partition = finding::partition(&origin.account);
        let mut entries = Vec::new();
        match look.only {
            None => entries = self.table.query(&partition, None).await?,
            Some(rules) => {
                for rule in rules {
                    entries.extend(self.table.query(&partition, Some(&finding::prefix(rule))).await?);
                }
            }
        }
        Ok((watch, finding::read(&entries, origin)?))
    }

    /// What AWS Config says of each rule that is looked at, or was watched before. A rule whose read is refused is added to
    /// `unreadable` and has no reading.
    async fn readings(
        &self,
        look: &Look<'_>,
        (watch, findings): (&Watch, &Findings),
        reported: &[ReportedRule],
        unreadable: &mut Unreadable,
        invocation: &Invocation,
    ) -> Result<BTreeMap<String, Reading>, HandlerError> {
        let mut recordings = Recordings::default();
        let mut readings = BTreeMap::new();
        let watched: Vec<&str> = look.configuration.rules().iter().map(|rule| rule.name.as_str()).collect();
        let before = findings.keys().map(String::as_str).chain(watch.gone(&watched));
        let all: BTreeSet<&str> = match look.only {
            Some(only) => only.iter().map(String::as_str).collect(),
            None => watched.iter().copied().chain(before).collect(),
        };
        for rule in all {
            if unreadable.contains_key(rule) {
                continue;
            }
            let there = watched.contains(&rule).then(|| reported.iter().find(|each| each.name == rule)).flatten();
            let known = open_of(findings.get(rule));
            match self.reading(look, watch, (rule, there), known, &mut recordings, invocation).await {
                Ok(reading) => {
                    readings.insert(rule.to_owned(), reading);
                }
                Err(error) if error.is_invalid_request() || error.is_refusal() => {
                    unreadable.insert(rule.to_owned(), error);
                }
                Err(error) => return Err(error.into()),
            }
        }
        // Where a whole look reads no rule at all, it is the role or the service and not a rule. Fewer are a metric with an
        // alarm; a change of one of them waits for the next whole look.
        match unreadable.values().next() {
            Some(error) if readings.is_empty() && look.only.is_none() => Err(error.clone().into()),
            _ => Ok(readings),
        }
    }

    /// What AWS Config says of one rule, which is `there` where the account has it.
    async fn reading(
        &self,
        look: &Look<'_>,
        watch: &Watch,
        (rule, there): (&str, Option<&ReportedRule>),
        known: Open,
        recordings: &mut Recordings,
        invocation: &Invocation,
    ) -> Result<Reading, AwsError> {
        let open = match there.and_then(verdict) {
            Some(Compliance::NonCompliant) => reading::non_compliant(&self.config, rule).await?,
            _ => BTreeMap::new(),
        };
        let closed: BTreeSet<Resource> = transition::closed(&known, &open).into_iter().collect();
        let mut reading = Reading { open, ..Reading::default() };
        if let (false, Some(there)) = (closed.is_empty(), there) {
            reading.compliant = reading::compliant(&self.config, rule, closed.clone()).await?;
            let all = recordings.read(&self.config, &invocation.run.id).await?;
            let is_off = |resource: &&Resource| all.is_some_and(|all| !is_recorded(all, &resource.resource_type));
            reading.unrecorded = closed.iter().filter(is_off).cloned().collect();
            reading.keep(look.kept(watch, there, known, &invocation.now()));
        } else {
            reading.unrecorded = closed;
        }
        Ok(reading)
    }

    fn plan(
        &self,
        look: &Look<'_>,
        watch: &Watch,
        findings: &Findings,
        reported: &[ReportedRule],
        readings: &BTreeMap<String, Reading>,
        invocation: &Invocation,
    ) -> Result<Plan, HandlerError> {
        let (origin, now) = (&invocation.run.origin, invocation.now());
        let (mut news, mut silent) = (Vec::new(), Vec::new());
        // Informational findings are in the report and in a digest; no message is sent at once for one.
        let immediate = look.configuration.notices().digest == DigestPeriod::Immediate;
        let informational = |rule: &str| match look.configuration.rule(rule) {
            Some(entry) => entry.severity == Severity::Informational,
            None => watch.was_informational(rule),
        };
        for (rule, reading) in readings {
            let place = Place { account: &origin.account, region: &origin.region, rule };
            let found = transition::transitions(place, &open_of(findings.get(rule)), reading, &now);
            let is_news = watch.is_settled(rule) && !(immediate && informational(rule));
            if is_news { news.extend(found) } else { silent.extend(found) }
        }
        let (told, quiet) = (news.len(), silent.len());
        let write = |each: &Transition| {
            let before = findings.get(&each.rule).and_then(|rule| rule.get(&each.resource));
            finding::write(each, before, &now)
        };
        let mut groups = self.groups(look, news, &write, invocation)?;
        for each in &silent {
            groups.push(vec![write(each)?]);
        }
        let mut all = transactions(groups);
        // Last: a run that dies before begins its silence anew.
        all.extend(self.settle(look, watch, reported, readings, invocation, &now)?);
        Ok(Plan { transactions: all, news: told, silent: quiet })
    }

    /// News with the notices that tell them, or with the entries that hold them back.
    fn groups(
        &self,
        look: &Look<'_>,
        news: Vec<Transition>,
        write: &impl Fn(&Transition) -> Result<Write, serde_json::Error>,
        invocation: &Invocation,
    ) -> Result<Vec<Vec<Write>>, HandlerError> {
        let (origin, now) = (&invocation.run.origin, invocation.now());
        let mut groups = Vec::new();
        let writes = |transitions: &[Transition]| transitions.iter().map(write).collect::<Result<Vec<_>, _>>();
        if self.topic.is_none() {
            for transitions in news.chunks(TRANSITIONS) {
                groups.push(writes(transitions)?);
            }
        } else if look.configuration.notices().digest == DigestPeriod::Immediate {
            for notice in notices(news, &self.facts(look.configuration), origin, &now)? {
                let Content::Transitions { transitions } = &notice.content else { continue };
                let mut group = writes(transitions)?;
                group.push(outbox::put(&notice)?);
                groups.push(group);
            }
        } else {
            for transitions in news.chunks(TRANSITIONS) {
                let content = Content::Transitions { transitions: transitions.to_vec() };
                let id = Notice::new(origin, &now, Vec::new(), content)?.id;
                let mut group = writes(transitions)?;
                group.push(digest::hold(transitions.to_vec(), origin, &now, &id)?);
                groups.push(group);
            }
        }
        Ok(groups)
    }

    /// Which rules are watched from now on, and the summary that says so.
    fn settle(
        &self,
        look: &Look<'_>,
        watch: &Watch,
        reported: &[ReportedRule],
        readings: &BTreeMap<String, Reading>,
        invocation: &Invocation,
        now: &Timestamp,
    ) -> Result<Option<Vec<Write>>, HandlerError> {
        if look.only.is_some() {
            return Ok(None);
        }
        let open = |rule: &str| readings.get(rule).map_or(0, |reading| reading.open.len());
        let facts = self.facts(look.configuration);
        let seen = reported
            .iter()
            .map(|rule| Seen {
                rule: &rule.name,
                judged: is_judged(rule),
                open: open(&rule.name),
                informational: facts.severity(&rule.name) == Severity::Informational,
                readable: readings.contains_key(&rule.name),
            })
            .collect::<Vec<_>>();
        let origin = &invocation.run.origin;
        let After { watch: after, summed } = watch.after(&seen, look.trigger, now);
        let Some(write) = after.write(watch, origin)? else { return Ok(None) };
        let mut writes = vec![write];
        if self.topic.is_some() && (watch.is_first() || !summed.is_empty()) {
            let counted = summed.iter().map(|rule| (rule.clone(), open(rule)));
            let summary = Summary {
                first: watch.is_first(),
                unsettled: summed.iter().filter(|rule| !after.is_settled(rule)).count(),
                waiting: seen.iter().filter(|seen| seen.waits() && !after.is_settled(seen.rule)).count(),
                open: counted.filter(|(_, count)| *count > 0).collect(),
                judged: summed,
            };
            writes.push(outbox::put(&Notice::new(origin, now, Vec::new(), Content::Summary(summary))?)?);
        }
        Ok(Some(writes))
    }
}

/// The verdict on a rule, where its word is known.
fn verdict(rule: &ReportedRule) -> Option<Compliance> {
    Compliance::from_word(rule.compliance_type.as_deref()?)
}

fn is_judged(rule: &ReportedRule) -> bool {
    matches!(verdict(rule), Some(Compliance::Compliant | Compliance::NonCompliant))
}

fn open_of(findings: Option<&BTreeMap<Resource, Finding>>) -> Open {
    let open = findings.into_iter().flatten().filter(|(_, finding)| finding.open);
    open.map(|(resource, finding)| (resource.clone(), finding.since.clone())).collect()
}
