//! From what the ledger knows to what AWS Config says: the findings and the notices that tell them, in one step.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use compliance_types::{choices::DigestPeriod, resource::Resource, severity::Severity, time::Timestamp};
use functions_core::{
    details::{Details, Label},
    digest,
    evaluate::ReportedRule,
    finding::{self, Beside, Finding, Findings},
    key::{PROCESSING_STATE, processing_state_in, processing_state_of},
    ledger::{Write, transactions},
    notice::{Content, Notice, Summary, TRANSITIONS, notices},
    outbox,
    transition::{self, Place, Reading, Transition},
    waiver::Waivers,
    watch::{After, Seen, Watch},
};

use super::{
    confirm::{Known, Readings, is_judged, open_of},
    describing,
    handler::Processing,
    look::Look,
    present,
    reading::{self, Unreadable},
    survey::{self, Reader},
    waiving::Waiving,
};
use crate::{budget::Budget, error::HandlerError, invocation::Invocation, table::Committed};

/// How often a run looks again where another one was faster.
const ATTEMPTS: usize = 5;
/// Hours after which the details of a resource are read again: its name or tags may be others, and waivers select by them.
const DETAILS_HOURS: u64 = 7 * 24;

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub reported: Vec<ReportedRule>,
    /// Transitions that are news, and those that are not.
    pub news: usize,
    pub silent: usize,
    /// Rules whose results could not be read, each with the reason. What is known of them stays as it was.
    pub unreadable: BTreeMap<String, String>,
    /// Whether the time ended before every rule was read; what was read is written.
    pub unfinished: bool,
    /// Where changes were looked at: what does not comply with their rules, by rule.
    pub open: BTreeMap<String, BTreeSet<Resource>>,
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
    pub(super) async fn advance(
        &self,
        look: &Look<'_>,
        budget: &Budget,
        invocation: &Invocation,
    ) -> Result<Found, HandlerError> {
        let mut found = Found::default();
        let now = invocation.now();
        let waivers = look.configuration.waivers_on(now.date());
        let state = match (&self.through, &self.region) {
            (Some(through), _) => processing_state_of(&through.origin),
            (None, Some(region)) => processing_state_in(region),
            (None, None) => PROCESSING_STATE.to_owned(),
        };
        let reader = Reader {
            state: &state,
            configuration_sha256: &self.environment.configuration_sha256,
            now: &now,
            budget,
            run_id: &invocation.run.id,
            continues: look.continues,
        };
        let mut index = None;
        if look.only.is_none() {
            index = survey::index((&self.config, self.through.as_ref()), &self.store, &reader).await?;
            if index.is_none() {
                found.unfinished = true;
                return Ok(found);
            }
        }
        for _ in 0..ATTEMPTS {
            // INVARIANT: the ledger is read before all reads of AWS Config that a change follows from; the index only says where
            // to look. Whatever changes the ledger after that makes a write fail, so that nothing is written over a newer state.
            let (watch, findings, elsewhere) = self.known(look, invocation).await?;
            let known = Known { look, watch: &watch, findings: &findings, elsewhere: &elsewhere };
            let rejected;
            (found.reported, rejected) = match &self.through {
                Some(through) => {
                    let answered = through.rules(&self.config).await?;
                    let ledger = (&watch, &findings);
                    (present::rules(answered, look.configuration, ledger, invocation), Unreadable::new())
                }
                None => reading::rules(&self.config, &look.rules()).await?,
            };
            if watch.is_first() && self.through.is_some() && !found.reported.iter().any(is_judged) {
                // An account that has none of the rules, or of which nothing has arrived yet.
                return Ok(found);
            }
            let said = (found.reported.as_slice(), &rejected, index.as_ref());
            let Readings { readings, unreadable, unfinished } = self.readings(&known, said, budget, invocation).await?;
            found.unreadable = unreadable.into_iter().map(|(rule, error)| (rule, error.to_string())).collect();
            found.unfinished = unfinished;
            if look.only.is_some() {
                let open = |reading: &Reading| reading.open.keys().cloned().collect();
                found.open = readings.iter().map(|(rule, reading)| (rule.clone(), open(reading))).collect();
            }
            let details = self.details(&known, &waivers, &readings, budget, invocation).await;
            let waiving = Waiving {
                configuration: look.configuration,
                waivers: &waivers,
                origin: &invocation.run.origin,
                findings: &findings,
                details: &details,
            };
            let plan = self.plan(&known, &waiving, &found, &readings, invocation)?;
            let mut whole = true;
            for writes in plan.transactions {
                if self.table.write(&writes).await? == Committed::Conflict {
                    whole = false;
                    break;
                }
            }
            // What a try that was overtaken wrote is not told apart; the next one does not find it again.
            found.news += plan.news;
            found.silent += plan.silent;
            if whole {
                if let Some(index) = index {
                    let confirmed = found.unfinished.then(|| readings.into_keys().collect());
                    survey::end(&self.store, &reader, index, confirmed).await?;
                }
                return Ok(found);
            }
        }
        Err(HandlerError::Contended)
    }

    /// What the resources of new findings are known by, for notices; and, where waivers ask for it, those of open ones of which
    /// that is not known or was read long ago.
    async fn details(
        &self,
        known: &Known<'_>,
        waivers: &Waivers,
        readings: &BTreeMap<String, Reading>,
        budget: &Budget,
        invocation: &Invocation,
    ) -> BTreeMap<Resource, Details> {
        let (all, now) = (waivers.need_details(), invocation.now());
        let is_old = |finding: &Finding| match &finding.details_at {
            Some(at) => now.duration_since(at) >= Duration::from_hours(DETAILS_HOURS),
            None => true,
        };
        let (mut new, mut old): (BTreeSet<&Resource>, BTreeSet<&Resource>) = (BTreeSet::new(), BTreeSet::new());
        for (rule, reading) in readings {
            let (before, settled) = (known.findings.get(rule), known.watch.is_settled(rule));
            for resource in reading.open.keys() {
                match before.and_then(|findings| findings.get(resource)).filter(|finding| finding.open) {
                    Some(finding) if all && known.look.only.is_none() && is_old(finding) => drop(old.insert(resource)),
                    None if all || settled => drop(new.insert(resource)),
                    _ => {}
                }
            }
        }
        let (run_id, place) = (&invocation.run.id, (self.config.as_ref(), self.through.as_ref()));
        let mut found = describing::of(place, new.into_iter(), run_id, || false).await;
        old.retain(|resource| !found.contains_key(*resource));
        found.extend(describing::of(place, old.into_iter(), run_id, || budget.is_short()).await);
        found
    }

    /// What the ledger knows: rules, findings, and open findings of global resources that are another region's.
    async fn known(
        &self,
        look: &Look<'_>,
        invocation: &Invocation,
    ) -> Result<(Watch, Findings, BTreeMap<String, BTreeSet<Resource>>), HandlerError> {
        let origin = &invocation.run.origin;
        let (partition, sort) = Watch::place(origin);
        let watch = Watch::read(self.table.get(&partition, sort).await?.as_ref())?;
        let partition = finding::partition(&origin.account);
        let mut entries = Vec::new();
        match look.only {
            None => entries = self.table.query(&partition, None).await?,
            Some(resources) => {
                let rules: BTreeSet<&str> = resources.iter().map(|(rule, _)| rule.as_str()).collect();
                for rule in rules {
                    entries.extend(self.table.query(&partition, Some(&finding::prefix(rule))).await?);
                }
            }
        }
        let mut findings = finding::read(&entries, origin)?;
        let through = self.through.as_ref();
        if self.region.is_some() || through.is_some_and(|through| through.is_own_account) {
            return Ok((watch, finding::regional(findings), BTreeMap::new()));
        }
        let elsewhere = match through {
            Some(_) => finding::reported_elsewhere(&entries, origin)?,
            None => BTreeMap::new(),
        };
        for (rule, resources) in &elsewhere {
            if let Some(own) = findings.get_mut(rule) {
                own.retain(|resource, _| !resources.contains(resource));
            }
        }
        Ok((watch, findings, elsewhere))
    }

    fn plan(
        &self,
        known: &Known<'_>,
        waiving: &Waiving<'_>,
        found: &Found,
        readings: &BTreeMap<String, Reading>,
        invocation: &Invocation,
    ) -> Result<Plan, HandlerError> {
        let Known { look, watch, findings, .. } = *known;
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
            for mut each in found {
                let waived = match each.kind.opens() {
                    true => waiving.covers(rule, &each.resource),
                    false => findings.get(rule).and_then(|all| all.get(&each.resource)).is_some_and(|one| one.waived),
                };
                if each.kind.opens() {
                    each.label = waiving.details(rule, &each.resource).and_then(Label::of);
                }
                if is_news && !waived { news.push(each) } else { silent.push(each) }
            }
            if look.only.is_none() {
                let (ended, others) = waiving.moved(rule, reading, &now);
                if is_news {
                    news.extend(ended)
                } else {
                    silent.extend(ended)
                }
                silent.extend(others);
            }
        }
        let (told, quiet) = (news.len(), silent.len());
        let write = |each: &Transition| {
            let before = findings.get(&each.rule).and_then(|rule| rule.get(&each.resource));
            let beside = Beside {
                waived: waiving.covers(&each.rule, &each.resource),
                details: waiving.details(&each.rule, &each.resource),
                details_at: waiving.details_at(&each.rule, &each.resource, &now),
            };
            finding::write(each, before, &now, beside)
        };
        let mut groups = self.groups(look, news, &write, invocation)?;
        for each in &silent {
            groups.push(vec![write(each)?]);
        }
        let mut all = transactions(groups);
        // Last: a run that dies before begins its silence anew.
        if !found.unfinished {
            all.extend(self.settle(known, waiving, &found.reported, readings, invocation, &now)?);
        }
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
            for notice in notices(news, &self.facts(look.configuration, invocation), origin, &now)? {
                let Content::Transitions { transitions } = &notice.content else { continue };
                let mut group = writes(transitions)?;
                group.push(outbox::put(&notice)?);
                groups.push(group);
            }
        } else {
            for (transitions, held) in digest::hold(&news, origin, &now)? {
                let mut group = writes(&transitions)?;
                group.push(held);
                groups.push(group);
            }
        }
        Ok(groups)
    }

    /// Which rules are watched from now on, and the summary that says so.
    fn settle(
        &self,
        known: &Known<'_>,
        waiving: &Waiving<'_>,
        reported: &[ReportedRule],
        readings: &BTreeMap<String, Reading>,
        invocation: &Invocation,
        now: &Timestamp,
    ) -> Result<Option<Vec<Write>>, HandlerError> {
        let Known { look, watch, findings, .. } = *known;
        if look.only.is_some() {
            return Ok(None);
        }
        // Of a rule that could not be read what is known stays.
        let counts = |finding: &&Finding| finding.open && !finding.waived;
        let stays = |rule: &str| findings.get(rule).map_or(0, |all| all.values().filter(counts).count());
        let open = |rule: &str| readings.get(rule).map_or_else(|| stays(rule), |reading| waiving.count(rule, reading));
        let facts = self.facts(look.configuration, invocation);
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
                judged: summed.len(),
            };
            writes.push(outbox::put(&Notice::new(origin, now, Vec::new(), Content::Summary(summary))?)?);
        }
        Ok(Some(writes))
    }
}
