//! Reads every account and region through the aggregator, and writes the report and the history.
//!
//! Invoked by the on-success destination of processing, or by hand with `{}`.
//!
//! A run reads page by page. What it has read is kept ([`state`]) when its time is over, and the function invokes itself
//! to go on from there; it is kept also when all is read, so that a run that is tried again reports the same: the history and the
//! files of a report are the same bytes however often they are written. `summary.json` of a report comes last, and a run
//! whose report has one is not done again. Then `latest.json` moves on, over nothing but what was read.

mod before;
mod covering;
mod exporting;
mod index;
mod known;
mod learning;
mod reading;
mod recording;
mod remediating;
mod state;
mod writing;

use functions_core::{
    aggregate::Latest,
    contract::metric,
    environment::AggregationEnvironment,
    evaluate::Trigger,
    event::{self, Continuation},
    key,
    metrics::{self, Aggregated},
    run::Run,
};
use functions_report::{
    collect, findings_file,
    gathered::Verdicts,
    input::Context,
    model::{Report, Summary},
    trend,
};
use serde_json::{Value, json};

use self::{
    exporting::{Exported, export},
    known::Known,
    reading::Left,
    state::{Frozen, Next, PackIds, Place, Reading, State},
};
use crate::{
    aws::Clients, budget::Budget, config_reads::ConfigReads, configured, error::HandlerError, heartbeat,
    invocation::Invocation, invoke, log, security_hub::SecurityHub, store::Store,
};

/// The handler.
pub struct Aggregation {
    cloudwatch: aws_sdk_cloudwatch::Client,
    config: ConfigReads,
    hub: SecurityHub,
    lambda: aws_sdk_lambda::Client,
    store: Store,
    environment: AggregationEnvironment,
}

impl Aggregation {
    /// The handler as its environment says.
    ///
    /// # Errors
    /// Names every variable that is missing or ill-formed.
    pub fn new(lookup: impl Fn(&str) -> Option<String>, clients: &Clients) -> Result<Self, HandlerError> {
        let environment = AggregationEnvironment::read(lookup)?;
        let store = Store::new(clients.s3.clone(), environment.storage.clone());
        Ok(Self {
            cloudwatch: clients.cloudwatch.clone(),
            config: ConfigReads::new(clients.config.clone()),
            hub: SecurityHub::new(clients.signed.clone()),
            lambda: clients.lambda.clone(),
            store,
            environment,
        })
    }

    /// Answers `{}` where the run of processing that led to it looked at nothing: a digest is no reason for a report. Else
    /// `{"report", "processingRecord", "resources", "unreadableResources", "otherEvaluations", "firstEvaluation", "compliant",
    /// ...}`, where `report` is the key of the report's page. Where the time ends before all is read, it answers
    /// `{"unfinished": true, "resources": ...}`, and the function invokes itself for the rest.
    ///
    /// # Errors
    /// When the event is of no kind that is known, the run was continued too often, AWS does not answer, or what an earlier
    /// run left does not read.
    pub async fn handle(&self, event: &Value, invocation: &Invocation) -> Result<Value, HandlerError> {
        if !event::is_report_due(event)? {
            log::info(&invocation.run.id, "processing did not look at the rules: no report", &json!({}));
            return Ok(json!({}));
        }
        let continuation = event::continuation(event);
        let run = match continuation.as_ref().and_then(|one| one.run.clone()) {
            Some(asked) => Run { id: asked.id, time: asked.time, origin: invocation.run.origin.clone() },
            None => invocation.run.clone(),
        };
        match self.finish(&run, invocation).await {
            Ok(Finished { summary, exported }) => {
                let mut answer = answer(&run, &summary, event::processing_record(event));
                if let (Some(Ok(exported)), Some(members)) = (&exported, answer.as_object_mut()) {
                    members.insert("securityHub".to_owned(), exported.answer());
                }
                log::info(&run.id, "answered", &answer);
                if event::is_deployment(event) {
                    let reported = answer.get("compliant").and_then(Value::as_f64).unwrap_or_default();
                    heartbeat::show(&self.cloudwatch, metric::COMPLIANT_EVALUATIONS, reported, invocation).await;
                }
                match exported {
                    // The report is whole. A deployment does not fail for what a later run may do; that run does.
                    Some(Err(error)) if event::is_deployment(event) => {
                        log::error(&run.id, "findings were not exported", &error);
                        Ok(answer)
                    }
                    Some(Err(error)) => Err(error),
                    _ => Ok(answer),
                }
            }
            Err(HandlerError::Unfinished { resources }) => {
                let (of, number) = continuation.map_or((Trigger::Schedule, 0), |one| (one.of, one.number));
                let next = Continuation::after(of, number).ok_or(HandlerError::Unfinished { resources })?.of_run(&run);
                invoke::later(&self.lambda, &invocation.function_name, &next.event()).await?;
                let answer = json!({ "unfinished": true, "resources": resources });
                log::info(&run.id, "the run goes on in another invocation", &answer);
                Ok(answer)
            }
            Err(error) => Err(error),
        }
    }

    /// Ends what an earlier run began, and then `run`.
    ///
    /// # Errors
    /// [`HandlerError::Unfinished`] where the time is over before `run` is reported: it goes on in a continuation of `run`, even
    /// where all of this time went into another one.
    async fn finish(&self, run: &Run, invocation: &Invocation) -> Result<Finished, HandlerError> {
        let time = Budget::of(invocation);
        let known =
            configured::read(&self.store, &self.environment.configuration_key, &self.environment.configuration_sha256);
        let known = Known::of(&known.await?);
        let reading = Reading {
            aggregator: &self.environment.aggregator_name,
            configuration_sha256: &self.environment.configuration_sha256,
        };
        let (mut place, state) = Place::look(&self.store, run, &reading).await?;
        let (own, other) = match state {
            Some(state) if state.run().id == run.id => (Some(state), None),
            other => (None, other),
        };
        if own.is_none()
            && let Some(summary) = before::summary(&self.store, &key::report(run)).await?
        {
            // It came again after its end.
            return Ok(Finished { summary, exported: None });
        }
        if let Some(other) = other {
            let of_other = json!({ "run": other.run().id });
            log::info(&run.id, "goes on with what another run has read", &of_other);
            match self.go_on(other, &mut place, &known, &time, invocation).await {
                Ok(_) => {}
                // Another invocation is at it, or goes on with it: this run comes after that.
                Err(HandlerError::Contended | HandlerError::Unfinished { .. }) => {
                    return Err(HandlerError::Unfinished { resources: 0 });
                }
                Err(error) if error.passing() => return Err(error),
                // What no try can end must not keep this run from beginning.
                Err(error) => log::error(&run.id, "the other run is given up", &error),
            }
            if time.is_short() {
                place.keep(&State::new(run, &reading)).await?;
                return Err(HandlerError::Unfinished { resources: 0 });
            }
        }
        let state = own.unwrap_or_else(|| State::new(run, &reading));
        self.go_on(state, &mut place, &known, &time, invocation).await
    }

    /// Reads what is left of a run, and reports it.
    async fn go_on(
        &self,
        mut state: State,
        place: &mut Place<'_>,
        known: &Known,
        time: &Budget,
        invocation: &Invocation,
    ) -> Result<Finished, HandlerError> {
        if !matches!(state.next, Next::Report(_)) {
            let begun = state.resources();
            let read = self.read(&mut state, known, time).await;
            if read.is_err() && state.resources() > begun {
                // Whether or not that succeeds, the error is why this try ends.
                place.keep(&state).await.ok();
            }
            let left = read?;
            place.keep(&state).await?;
            if left == Left::Pages || time.is_short() {
                return Err(HandlerError::Unfinished { resources: state.resources() });
            }
        }
        let (run, resources, unreadable) = (state.run(), state.resources(), state.unreadable);
        let packs = std::mem::take(&mut state.packs);
        let other_evaluations = state.others.evaluations;
        let Next::Report(frozen) = state.next else { return Err(HandlerError::Contended) };
        let verdicts = state.gathered.settle();
        let aliases = self.environment.account_alias.clone().map(|alias| (run.origin.account.clone(), alias));
        let context = Context {
            run_id: run.id.clone(),
            time: run.time.as_str().to_owned(),
            aliases: aliases.into_iter().collect(),
            arrivals: frozen.arrivals,
            coverage: frozen.coverage,
            remediation: frozen.remediation,
            resources,
            unreadable_resources: unreadable,
            other_evaluations,
            region: run.origin.region.clone(),
            folder: key::report(&run),
            waivers: known.waivers_on(run.time.date()),
            ..known.context()
        };
        let report = self.report(context, verdicts, frozen.before.as_ref(), (known, &packs), time).await?;
        let (summary, measured) = (report.summary(), measure(&report, frozen.recorder_stopped, invocation));
        let history = writing::history(&self.store, report.evaluated.iter(), known, &run, writing::ROWS).await?;
        let prefix = key::report(&run);
        let newest = before::is_newest(&self.store, &run).await?;
        let exported = match newest && report.exports.security_hub {
            true => Some(export((&self.hub, &self.store), &report, &run, time).await),
            false => None,
        };
        let locked = self.store.locking(known.lock(&run));
        let written = writing::report((&self.store, &locked), report, &prefix, newest).await?;
        let moved = before::move_latest(&self.store, Latest::of(&run, &prefix)).await?;
        index::list(&self.store, &summary.trend, &run).await?;
        match place.clear().await {
            // Another try of the same run came to its end before.
            Ok(()) | Err(HandlerError::Contended) => {}
            Err(error) => return Err(error),
        }
        let fields = json!({ "written": written, "historyFiles": history, "latest": moved, "resources": resources });
        log::info(&run.id, "aggregated", &fields);
        measured.iter().for_each(log::line);
        Ok(Finished { summary, exported })
    }

    /// Reads what is left, and what a report is made of beside verdicts. After an error `state` stands where it came to.
    async fn read(&self, state: &mut State, known: &Known, time: &Budget) -> Result<Left, HandlerError> {
        let aggregator = &self.environment.aggregator_name;
        if reading::pages(&self.config, aggregator, state, known, time).await? == Left::Pages {
            return Ok(Left::Pages);
        }
        let latest = before::read_latest(&self.store).await?.map(|found| found.latest);
        state.next = Next::Report(Box::new(Frozen {
            arrivals: reading::sources(&self.config, aggregator).await?,
            recorder_stopped: recording::any_stopped(&self.config, known.regions(), &state.run()).await?,
            before: latest.filter(|latest| latest.run_id != state.run().id),
            coverage: covering::read(&self.config, known, &state.run().id).await,
            remediation: remediating::read(&self.store, &state.run().id).await,
        }));
        Ok(Left::Nothing)
    }

    /// The report, beside the one before it, of which one file is held at a time.
    async fn report(
        &self,
        mut context: Context,
        verdicts: Verdicts,
        before: Option<&Latest>,
        names: (&Known, &PackIds),
        time: &Budget,
    ) -> Result<Report, HandlerError> {
        let run_id = context.run_id.clone();
        let prefix = before.map(|before| before.prefix.as_str()).unwrap_or_default();
        let summary = match before {
            None => None,
            Some(_) => {
                context.previous_manifest = before::manifest(&self.store, prefix).await?;
                before::whole(&self.store, prefix).await?
            }
        };
        let files = summary.as_ref().map_or(0, |summary| summary.findings_files);
        let mut comparing = collect::compare(context, verdicts, summary);
        for number in 1..=files {
            let key = format!("{prefix}{}", findings_file(number));
            let file = self.store.read(&key).await?;
            comparing.add_before(&file).map_err(|error| before::unreadable(&key, &error))?;
        }
        let reads = (&self.config, self.environment.aggregator_name.as_str());
        let learned = learning::learn(reads, &self.store, &comparing, names, (time, &run_id)).await?;
        comparing.learn(&learned);
        Ok(comparing.finish())
    }
}

/// A run that is reported.
struct Finished {
    summary: Summary,
    /// What became of the export to Security Hub, where the run had one.
    exported: Option<Result<Exported, HandlerError>>,
}

fn answer(run: &Run, summary: &Summary, processing_record: Option<&str>) -> Value {
    let totals = summary.totals;
    json!({
        "report": format!("{}index.html", key::report(run)),
        "processingRecord": processing_record,
        "resources": summary.resources,
        "unreadableResources": summary.unreadable_resources,
        "otherEvaluations": summary.other_evaluations,
        "firstEvaluation": summary.first_evaluation.as_ref().map(|first| first.state),
        "scoreMillipoints": summary.trend.last().and_then(|run| run.score_millipoints),
        "compliant": totals.compliant,
        "nonCompliant": totals.non_compliant,
        "notApplicable": totals.not_applicable,
        "insufficientData": totals.insufficient_data,
    })
}

fn measure(report: &Report, recorder_stopped: Option<bool>, invocation: &Invocation) -> Vec<Value> {
    let severities: Vec<_> = report.severities.iter().map(|(severity, count)| (severity.word(), *count)).collect();
    let rules: Vec<_> = report.rules.iter().map(|rule| (&*rule.name, rule.counts.non_compliant)).collect();
    let measured = Aggregated {
        totals: report.totals,
        unreadable_resources: report.unreadable_resources,
        score_millipoints: report.score.millipoints,
        score_change_millipoints: trend::score_change(&report.trend),
        recorder_stopped,
        severities: &severities,
        rules: &rules,
    };
    metrics::of_aggregation(&measured, &invocation.function_name, invocation.started_unix_millis)
}

#[cfg(test)]
mod tests;
