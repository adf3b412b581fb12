//! Whatever happens to resources, rules and recorders, and in whatever order, how often and whether at all events come: what
//! was told adds up to what is, and nothing was told twice.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::account::Account;
use crate::tests::support::{batch, change_event};

const RULES: [&str; 2] = ["a", "b"];
const BUCKETS: [&str; 4] = ["b-0", "b-1", "b-2", "b-3"];
const VERDICTS: [Option<&str>; 3] = [Some("COMPLIANT"), Some("NON_COMPLIANT"), None];
/// Longer than the claim of a run that sends.
const STEP_MINUTES: u32 = 7;

/// What happens.
#[derive(Debug, Clone)]
enum Step {
    /// A verdict changes, or its bucket is gone. `events` tell it: after how many steps each, none where they are lost.
    Change { rule: usize, bucket: usize, verdict: usize, events: Vec<u32> },
    /// The schedule.
    Look,
    /// A rule is deleted; after a look it is made anew, and settles.
    Remade { rule: usize },
    /// Its results are deleted; after a look or two the same come again, one after the other.
    Forgotten { rule: usize, looks: usize },
    /// Buckets are not recorded any more, and after a look they are, and judged as before.
    Unrecorded,
}

fn step() -> impl Strategy<Value = Step> {
    let change = (0..2_usize, 0..4_usize, 0..3_usize, proptest::collection::vec(0..5_u32, 0..4));
    prop_oneof![
        8 => change.prop_map(|(rule, bucket, verdict, events)| Step::Change { rule, bucket, verdict, events }),
        3 => Just(Step::Look),
        1 => (0..2_usize).prop_map(|rule| Step::Remade { rule }),
        1 => (0..2_usize, 1..3_usize).prop_map(|(rule, looks)| Step::Forgotten { rule, looks }),
        1 => Just(Step::Unrecorded),
    ]
}

type Results = BTreeMap<(String, String), String>;

struct World {
    account: Account,
    /// Events under way: in which step each comes, its rule, its bucket, and whether it says that the bucket is gone.
    events: Vec<(u32, &'static str, &'static str, bool)>,
    step: u32,
    runs: usize,
    /// Messages that were read already.
    read: usize,
    /// Rule and bucket of what is open, as somebody knows who read every message.
    open: BTreeSet<(String, String)>,
    ids: BTreeSet<String>,
}

impl World {
    async fn begin() -> Self {
        let account = Account::new(&RULES);
        for rule in RULES {
            account.judge(rule, &[(BUCKETS[0], "COMPLIANT"), (BUCKETS[1], "NON_COMPLIANT")]);
        }
        account.settle().await;
        let open = RULES.map(|rule| (rule.to_owned(), BUCKETS[1].to_owned())).into();
        Self { account, events: vec![], step: 1, runs: 0, read: 0, open, ids: BTreeSet::new() }
    }

    async fn run(&mut self, event: Value) {
        self.runs += 1;
        self.account.run(&event, &format!("run-{}", self.runs), u64::from(self.step * STEP_MINUTES)).await.unwrap();
    }

    async fn look(&mut self) {
        self.run(json!({ "detail-type": "Scheduled Event" })).await;
    }

    /// Reads what was told since; each transition must be one, seen from what was told before.
    fn listen(&mut self) {
        let messages = self.account.messages();
        for message in &messages[self.read..] {
            assert!(self.ids.insert(message["id"].to_string()), "a message comes twice: {message}");
            for told in message["transitions"].as_array().into_iter().flatten() {
                let [rule, id] = ["rule", "resourceId"].map(|name| told[name].as_str().unwrap().to_owned());
                let changed = if told["kind"] == "nonCompliant" {
                    self.open.insert((rule, id))
                } else {
                    self.open.remove(&(rule, id))
                };
                assert!(changed, "told twice, or never opened: {told}");
            }
        }
        self.read = messages.len();
    }

    fn results(&self, rule: &str) -> Results {
        self.account.state.lock().unwrap().results[rule].clone()
    }

    fn put(&self, rule: &str, results: Results) {
        let mut state = self.account.state.lock().unwrap();
        state.results.insert(rule.to_owned(), results);
        state.judged.insert(rule.to_owned(), self.step * STEP_MINUTES);
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Change { rule, bucket, verdict, events } => {
                let (rule, bucket) = (RULES[rule], BUCKETS[bucket]);
                let (mut results, key) = (self.results(rule), ("AWS::S3::Bucket".to_owned(), bucket.to_owned()));
                match VERDICTS[verdict] {
                    Some(verdict) => results.insert(key, verdict.to_owned()),
                    None => results.remove(&key),
                };
                self.put(rule, results);
                let end = VERDICTS[verdict].is_none();
                self.events.extend(events.into_iter().map(|late| (self.step + late, rule, bucket, end)));
            }
            Step::Look => self.look().await,
            Step::Remade { rule } => {
                let (rule, results) = (RULES[rule], self.results(RULES[rule]));
                self.account.state.lock().unwrap().results.remove(rule);
                self.look().await;
                self.listen();
                assert!(self.open.iter().all(|(own, _)| own != rule), "what a rule found that is gone is told");
                self.put(rule, results);
                if self.results(rule).is_empty() {
                    self.account.judge(rule, &[(BUCKETS[0], "COMPLIANT")]);
                }
                self.look().await;
                self.look().await;
                self.open.extend(self.bad().into_iter().filter(|(own, _)| own == rule));
            }
            Step::Forgotten { rule, looks } => {
                let (rule, results) = (RULES[rule], self.results(RULES[rule]));
                self.put(rule, Results::new());
                for _ in 0..looks {
                    self.look().await;
                }
                self.put(rule, results.clone().into_iter().take(1).collect());
                self.look().await;
                self.put(rule, results);
            }
            Step::Unrecorded => {
                let before = RULES.map(|rule| self.results(rule));
                let recorded = std::mem::take(&mut self.account.state.lock().unwrap().recorded);
                RULES.into_iter().for_each(|rule| self.put(rule, Results::new()));
                self.look().await;
                self.listen();
                assert!(self.open.is_empty(), "what nobody judges any more is told");
                self.account.state.lock().unwrap().recorded = recorded;
                RULES.into_iter().zip(before).for_each(|(rule, results)| self.put(rule, results));
            }
        }
    }

    /// The events that are due, as one batch, the last one first.
    async fn deliver(&mut self) {
        let due: Vec<_> = self.events.iter().filter(|(when, ..)| *when <= self.step).copied().collect();
        self.events.retain(|(when, ..)| *when > self.step);
        let body = |(_, rule, bucket, end): &(u32, &str, &str, bool)| {
            let mut event = change_event(bucket);
            event["detail"]["configRuleName"] = (*rule).into();
            if *end {
                event["detail"]["newEvaluationResult"] = Value::Null;
            }
            event.to_string()
        };
        let messages: Vec<_> = due.iter().rev().map(|event| ("m", body(event))).collect();
        if !messages.is_empty() {
            self.run(batch(&messages)).await;
        }
    }

    fn bad(&self) -> BTreeSet<(String, String)> {
        let of_rule = |rule: &'static str| {
            let bad = self.results(rule).into_iter().filter(|(_, verdict)| verdict == "NON_COMPLIANT");
            bad.map(move |((_, bucket), _)| (rule.to_owned(), bucket))
        };
        RULES.into_iter().flat_map(of_rule).collect()
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
    // A rule without any verdict keeps what is open for a day.
    for hours in [0, 26] {
        world.step += hours * 60 / STEP_MINUTES + 1;
        world.look().await;
    }
    world.listen();
    assert_eq!(world.open, world.bad(), "what was told adds up to what is");
    assert_eq!(world.account.entries("ready/"), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_transition_is_lost_or_doubled_whatever_happens_and_whichever_events_come(
        steps in proptest::collection::vec(step(), 1..12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(nothing_is_lost_or_doubled(steps));
    }
}
