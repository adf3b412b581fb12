//! Reads of other accounts that are killed, and whatever happens there in whatever order: what was sent adds up to what is, and
//! nothing was sent twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    BAD, GOOD,
    account::{Account, Fault},
    sources::{OTHER, THERE, account, asked, put, round},
};
use crate::tests::{
    aggregated::{Results, Source},
    support::{batch, change_event},
};

/// Every call of a read fails once, in turn; then the same run comes again, as Lambda does it, or another one.
#[tokio::test(start_paused = true)]
async fn read_of_sources_that_is_killed_at_any_call_does_nothing_twice_and_loses_nothing() {
    let ask = json!({ "trigger": "sources", "sources": [format!("{OTHER}/{THERE}"), format!("{OTHER}/us-east-1")],
                      "unread": [], "of": "schedule", "number": 0, "resumed": false });
    for retried in ["run-2", "run-3"] {
        let mut step = 0;
        loop {
            let account = account();
            let all = |results: &[(&str, &str)]| {
                for region in [THERE, "us-east-1"] {
                    put(&account, (OTHER, region), Some(0), &[("a", results)]);
                }
            };
            all(&[("x", BAD), ("z", GOOD)]);
            round(&account, "run-0", 0).await;
            round(&account, "run-1", 1).await;
            account.state.lock().unwrap().published.clear();
            all(&[("x", GOOD), ("y", BAD), ("z", BAD)]);
            let (hit, taken) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(usize::MAX)));
            let (counted, published) = (Arc::clone(&hit), Arc::clone(&taken));
            account.fail(move |call, request| {
                // A process that is dead makes no further call.
                let is_dead = call >= step;
                counted.fetch_add(usize::from(is_dead), Ordering::Relaxed);
                if request.body.contains("Action=Publish") && !is_dead {
                    published.store(call, Ordering::Relaxed);
                }
                is_dead.then_some(Fault::Refused("Killed"))
            });
            let answer = account.run(&ask, "run-2", 2).await;
            account.heal();
            if hit.load(Ordering::Relaxed) == 0 {
                answer.unwrap();
                assert!(step > 20, "the run made {step} calls");
                break;
            }
            answer.unwrap_err();
            // After the claims of the dead run have ended.
            account.run(&ask, retried, 12).await.unwrap();
            // The message that SNS took and that nobody could record any more comes again, under its id.
            let is_doubled = taken.load(Ordering::Relaxed).checked_add(1) == Some(step);
            let messages = account.messages();
            assert_eq!(messages.len(), if is_doubled { 3 } else { 2 }, "killed at call {step}, then {retried}");
            let ids: BTreeSet<String> = messages.iter().map(|message| message["id"].to_string()).collect();
            assert_eq!(ids.len(), 2, "killed at call {step}, then {retried}");
            assert_eq!(account.entries("ready/"), 0);
            step += 1;
        }
    }
}

const RULES: [&str; 2] = ["a", "b"];
const BUCKETS: [&str; 3] = ["b-0", "b-1", "b-2"];
const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];
const RESULTS: [Option<&str>; 3] = [Some(GOOD), Some(BAD), None];
/// Longer than the claim of a run that sends.
const STEP_MINUTES: u64 = 7;

/// What happens.
#[derive(Debug, Clone)]
enum Step {
    /// A result changes, or its bucket is gone. `events` are delivered after so many steps each.
    Change { region: usize, rule: usize, bucket: usize, result: usize, events: Vec<u64> },
    /// The aggregator gets what there is of a region.
    Arrive { region: usize },
    /// A transfer fails, and the aggregator loses what it has until the next one succeeds.
    Fail { region: usize },
    /// The schedule.
    Look,
}

fn step() -> impl Strategy<Value = Step> {
    let change = (0..2_usize, 0..2_usize, 0..3_usize, 0..3_usize, proptest::collection::vec(0..4_u64, 0..3));
    prop_oneof![
        6 => change.prop_map(|(region, rule, bucket, result, events)| Step::Change { region, rule, bucket, result, events }),
        4 => (0..2_usize).prop_map(|region| Step::Arrive { region }),
        1 => (0..2_usize).prop_map(|region| Step::Fail { region }),
        3 => Just(Step::Look),
    ]
}

struct World {
    account: Account,
    /// What there is, by region.
    truth: BTreeMap<&'static str, Results>,
    /// Events under way: in which step each comes.
    events: Vec<(u64, Value)>,
    step: u64,
    runs: usize,
    /// Messages that were read already.
    read: usize,
    /// Region, rule and bucket of what is open, as somebody knows who read every message.
    open: BTreeSet<(String, String, String)>,
    ids: BTreeSet<String>,
}

fn key(bucket: &str) -> (String, String) {
    ("AWS::S3::Bucket".to_owned(), bucket.to_owned())
}

impl World {
    async fn begin() -> Self {
        let results = BTreeMap::from([(key(BUCKETS[0]), GOOD.to_owned()), (key(BUCKETS[1]), BAD.to_owned())]);
        let results: Results = RULES.iter().map(|rule| ((*rule).to_owned(), results.clone())).collect();
        let truth = REGIONS.iter().map(|region| (*region, results.clone())).collect();
        let open = REGIONS.iter().flat_map(|region| {
            RULES.iter().map(|rule| ((*region).to_owned(), (*rule).to_owned(), BUCKETS[1].to_owned()))
        });
        let (account, open) = (account(), open.collect());
        let mut world = Self { account, truth, events: vec![], step: 1, runs: 0, read: 0, open, ids: BTreeSet::new() };
        for region in REGIONS {
            world.arrive(region);
        }
        world.look().await;
        world.look().await;
        world.read = world.account.messages().len();
        world
    }

    fn arrive(&self, region: &str) {
        let (updated, results) = (Some(self.step * STEP_MINUTES), self.truth[region].clone());
        let source = Source { status: "SUCCEEDED", updated, results };
        self.account.state.lock().unwrap().sources.insert((OTHER.to_owned(), region.to_owned()), source);
    }

    async fn look(&mut self) {
        self.runs += 1;
        round(&self.account, &format!("run-{}", self.runs), self.step * STEP_MINUTES).await;
    }

    /// Reads what was sent since; each transition must be one, seen from what was sent before.
    fn listen(&mut self) {
        let messages = self.account.messages();
        for message in &messages[self.read..] {
            assert!(self.ids.insert(message["id"].to_string()), "a message comes twice: {message}");
            for sent in message["transitions"].as_array().into_iter().flatten() {
                let [region, rule, id] =
                    ["region", "rule", "resourceId"].map(|name| sent[name].as_str().unwrap().to_owned());
                let is_changed = match sent["kind"] == "nonCompliant" {
                    true => self.open.insert((region, rule, id)),
                    false => self.open.remove(&(region, rule, id)),
                };
                assert!(is_changed, "sent twice, or never opened: {sent}");
            }
        }
        self.read = messages.len();
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Change { region, rule, bucket, result, events } => {
                let (region, rule, bucket) = (REGIONS[region], RULES[rule], BUCKETS[bucket]);
                let results = self.truth.get_mut(region).unwrap().get_mut(rule).unwrap();
                match RESULTS[result] {
                    Some(result) => drop(results.insert(key(bucket), result.to_owned())),
                    None => drop(results.remove(&key(bucket))),
                }
                let mut event = change_event(bucket);
                let detail = &mut event["detail"];
                detail["awsAccountId"] = json!(OTHER);
                detail["awsRegion"] = json!(region);
                detail["configRuleName"] = json!(rule);
                detail["newEvaluationResult"] = match RESULTS[result] {
                    Some(result) => json!({ "complianceType": result }),
                    None => Value::Null,
                };
                self.events.extend(events.into_iter().map(|late| (self.step + late, event.clone())));
            }
            Step::Arrive { region } => self.arrive(REGIONS[region]),
            Step::Fail { region } => {
                let place = (OTHER.to_owned(), REGIONS[region].to_owned());
                let mut state = self.account.state.lock().unwrap();
                let source = state.sources.get_mut(&place).unwrap();
                (source.status, source.results) = ("FAILED", Results::new());
            }
            Step::Look => self.look().await,
        }
    }

    /// The events that are due, and the messages that the function has delayed, as one batch.
    async fn deliver(&mut self) {
        let due: Vec<_> = self.events.iter().filter(|(when, _)| *when <= self.step).cloned().collect();
        self.events.retain(|(when, _)| *when > self.step);
        let late = std::mem::take(&mut self.account.state.lock().unwrap().sent).into_iter().map(|(body, _)| body);
        let messages: Vec<_> =
            due.into_iter().map(|(_, event)| event.to_string()).chain(late).map(|body| ("m", body)).collect();
        if !messages.is_empty() {
            self.runs += 1;
            let (run, minutes) = (format!("run-{}", self.runs), self.step * STEP_MINUTES);
            self.account.run(&batch(&messages), &run, minutes).await.unwrap();
            asked(&self.account, &run, minutes).await;
        }
    }

    fn bad(&self) -> BTreeSet<(String, String, String)> {
        let mut bad = BTreeSet::new();
        for (region, rules) in &self.truth {
            for (rule, results) in rules {
                let of_rule = results.iter().filter(|(_, result)| *result == BAD);
                bad.extend(of_rule.map(|((_, id), _)| ((*region).to_owned(), rule.clone(), id.clone())));
            }
        }
        bad
    }
}

async fn nothing_is_lost_or_doubled(steps: Vec<Step>) {
    let mut world = World::begin().await;
    for step in steps {
        world.take(step).await;
        world.deliver().await;
        world.listen();
        world.step += 1;
    }
    // A rule without any result keeps what is open for a day.
    for hours in [0, 26, 26] {
        world.step += hours * 60 / STEP_MINUTES + 1;
        REGIONS.iter().for_each(|region| world.arrive(region));
        world.look().await;
    }
    world.listen();
    assert_eq!(world.open, world.bad(), "what was sent adds up to what is");
    assert_eq!(world.account.entries("ready/"), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_transition_of_other_accounts_is_lost_or_doubled_whatever_arrives_fails_or_comes_late(
        steps in proptest::collection::vec(step(), 1..16),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(nothing_is_lost_or_doubled(steps));
    }
}
