//! What holds under every interleaving of two functions, every interruption and every order of events.

use std::collections::BTreeMap;

use compliance_types::time::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::{
    begin::{Conditions, begin, end, lease_sort},
    budget::{self, Budget},
    guard::Fact,
    item::{Item, Lease, partition, tests::planned},
    settings::{Limits, Mode, RuleSettings, Settings},
    state::{Event, State},
};
use crate::{
    ledger::{Entry, Write, are_apart},
    run::tests::run,
};

/// The table: a write takes place where the entry is as it was read.
#[derive(Clone, Default)]
struct Table(BTreeMap<(String, String), Entry>);

impl Table {
    fn get(&self, sort: &str) -> Option<&Entry> {
        self.0.get(&(partition(&run().origin), sort.to_owned()))
    }

    fn write(&mut self, writes: &[Write]) -> bool {
        assert!(are_apart(writes));
        let revision = |partition: &String, sort: &String| {
            self.0.get(&(partition.clone(), sort.clone())).map_or(0, |entry| entry.revision)
        };
        let fits = writes.iter().all(|write| match write {
            Write::Put(entry) => revision(&entry.partition, &entry.sort) + 1 == entry.revision,
            Write::Delete { partition, sort, revision: expected } => revision(partition, sort) == *expected,
        });
        if fits {
            for write in writes {
                match write {
                    Write::Put(entry) => {
                        self.0.insert((entry.partition.clone(), entry.sort.clone()), entry.clone());
                    }
                    Write::Delete { partition, sort, .. } => {
                        self.0.remove(&(partition.clone(), sort.clone()));
                    }
                }
            }
        }
        fits
    }

    fn item(&self, id: &str) -> Item {
        Item::read(self.get(&Item::sort(id)).unwrap()).unwrap()
    }
}

fn settings(max_actions: u32) -> Settings {
    let action = "s3-public-access-block".to_owned();
    let rule = RuleSettings { action, mode: Mode::Approve, ..RuleSettings::default() };
    let limits = Limits { max_actions, max_percent: 100 };
    Settings { limits, rules: [("a".to_owned(), rule)].into(), ..Settings::default() }
}

fn approved(resource: &str) -> Item {
    let item = planned(resource, Mode::Approve);
    let item = item.after(Event::AskApproval, &run().time, "r", "").unwrap();
    item.after(Event::Approve, &run().time, "p", "").unwrap()
}

/// A function that makes one change, a step at a time; it can be interrupted between any two.
struct Function {
    id: String,
    item: String,
    step: usize,
    read: Option<(Item, Budget, Option<Entry>)>,
    begun: Option<Item>,
}

impl Function {
    fn new(id: &str, item: &Item) -> Self {
        Self { id: id.to_owned(), item: item.id.clone(), step: 0, read: None, begun: None }
    }

    fn holder(&self) -> Lease {
        Lease { run_id: self.id.clone(), until_unix_millis: run().time.unix_millis() + 60_000 }
    }

    fn step(&mut self, table: &mut Table, changed: &mut BTreeMap<String, u32>, settings: &Settings) {
        let now = run().time;
        match self.step {
            0 => {
                let item = table.item(&self.item);
                let budget = Budget::read(table.get(budget::SORT), &now).unwrap();
                self.read = Some((item.clone(), budget, table.get(&lease_sort(&item)).cloned()));
            }
            1 => {
                let (item, budget, lease) = self.read.take().unwrap();
                let resources: Fact<u64> = Ok(1_000);
                let conditions = Conditions {
                    settings,
                    budget: &budget,
                    switch: None,
                    lease: lease.as_ref(),
                    resources: &resources,
                    now: &now,
                    holder: self.holder(),
                };
                let begun = begin(&item, Event::Begin, &self.id, &conditions).ok();
                self.begun = begun.filter(|begun| table.write(&begun.writes)).map(|begun| begun.item);
            }
            2 => {
                if let Some(item) = &self.begun {
                    *changed.entry(item.resource.resource_id.clone()).or_default() += 1;
                }
            }
            3 => {
                if let Some(item) = self.begun.take() {
                    let lease = table.get(&lease_sort(&item)).cloned();
                    let acted = item.after(Event::Apply, &now, &self.id, "").unwrap();
                    let (_, writes) = end(acted, lease.as_ref(), &self.holder()).unwrap();
                    assert!(table.write(&writes), "whoever began a change alone can end it");
                }
            }
            _ => {}
        }
        self.step += 1;
    }
}

/// All orders of the steps of two functions.
fn orders(left: usize, right: usize) -> Vec<Vec<bool>> {
    if left == 0 && right == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (takes, rest) in [
        (true, left.checked_sub(1).map(|left| (left, right))),
        (false, right.checked_sub(1).map(|right| (left, right))),
    ] {
        if let Some((left, right)) = rest {
            all.extend(orders(left, right).into_iter().map(|mut order| {
                order.insert(0, takes);
                order
            }));
        }
    }
    all
}

#[test]
fn two_functions_never_change_a_resource_twice_whatever_their_order_and_wherever_one_is_interrupted() {
    let settings = settings(10);
    let (first, other_rule) = (approved("b"), Item { id: "other".to_owned(), ..approved("b") });
    for second in [&first, &other_rule] {
        for order in orders(4, 4) {
            for interrupted in 0..=4 {
                let mut table = Table::default();
                for item in BTreeMap::from([(&first.id, &first), (&second.id, second)]).into_values() {
                    assert!(table.write(&[item.clone().stored().unwrap().1]));
                }
                let (mut one, mut two) = (Function::new("one", &first), Function::new("two", second));
                let mut changed = BTreeMap::new();
                let mut at_once = 0;
                for takes_one in &order {
                    let function = if *takes_one { &mut one } else { &mut two };
                    if *takes_one && function.step >= interrupted {
                        continue;
                    }
                    function.step(&mut table, &mut changed, &settings);
                    at_once = at_once.max([&one, &two].iter().filter(|each| each.begun.is_some()).count());
                }
                assert!(at_once <= 1, "two functions change one resource: {order:?}");
                if second.id == first.id {
                    assert!(changed.values().all(|count| *count <= 1), "{order:?} {interrupted}");
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn limit_is_never_exceeded_under_any_interleaving(
        limit in 1..4_u32, order in proptest::collection::vec(0..6_usize, 0..40),
    ) {
        let settings = settings(limit);
        let items: Vec<Item> = (0..6).map(|number| approved(&format!("b-{number}"))).collect();
        let mut table = Table::default();
        for item in &items {
            prop_assert!(table.write(&[item.clone().stored().unwrap().1]));
        }
        let mut functions: Vec<Function> =
            items.iter().enumerate().map(|(number, item)| Function::new(&format!("f-{number}"), item)).collect();
        let mut changed = BTreeMap::new();
        for index in order {
            functions[index].step(&mut table, &mut changed, &settings);
            let all: u32 = changed.values().sum();
            prop_assert!(all <= limit);
        }
    }

    #[test]
    fn no_sequence_of_events_acts_unapproved_or_twice(events in proptest::collection::vec(0..Event::ALL.len(), 0..60)) {
        let mut item = planned("b", Mode::Approve);
        let (mut allowed, mut begun) = (false, 0);
        for index in events {
            let event = Event::ALL[index];
            let Some(next) = item.after(event, &run().time, "x", "") else { continue };
            match event {
                Event::Observe => (allowed, begun) = (false, 0),
                Event::Approve | Event::Permit => allowed = true,
                Event::Begin => begun += 1,
                _ => {}
            }
            prop_assert!(begun == 0 || (allowed && begun == 1));
            prop_assert_eq!(next.state == State::Acting, event == Event::Begin);
            prop_assert!(next.lease.is_none() || next.state.is_under_way());
            item = next;
        }
    }

    #[test]
    fn change_begins_under_no_condition_that_forbids_it(
        stopped: bool, window: bool, expired: bool, held: bool, unknown_count: bool, off: bool, undo: bool,
    ) {
        let mut settings = settings(10);
        if window {
            // The run is on a Wednesday.
            settings.windows = vec!["Sat 00:00-24:00 UTC".to_owned()];
        }
        if off {
            settings.rules.clear();
        }
        let now = Timestamp::from_unix_seconds(run().time.unix_seconds() + if expired { 73 * 3_600 } else { 0 });
        let mut item = approved("b");
        let event = if undo { Event::Undo } else { Event::Begin };
        if undo {
            (item.state, item.acted_at) = (State::Fixed, Some(run().time));
        }
        let lease = Lease { run_id: "other".to_owned(), until_unix_millis: now.unix_millis() + 1 };
        let lease = Entry {
            partition: partition(&run().origin), sort: lease_sort(&item), revision: 3,
            body: serde_json::to_string(&lease).unwrap(), expires: None,
        };
        let switch = super::decision::Switch { stopped, at: run().time, by: String::new(), reason: String::new() };
        let resources = if unknown_count { Err("denied".to_owned()) } else { Ok(100) };
        let budget = Budget::read(None, &now).unwrap();
        let conditions = Conditions {
            settings: &settings, budget: &budget, switch: Some(&switch), lease: held.then_some(&lease),
            resources: &resources, now: &now,
            holder: Lease { run_id: "me".to_owned(), until_unix_millis: now.unix_millis() + 1 },
        };
        // Undo asks for no approval.
        let open = Window { now: &now, windows: &settings.windows }.open();
        let forbidden = stopped || !open || held || unknown_count || off || (!undo && expired);
        prop_assert_eq!(begin(&item, event, "me", &conditions).is_ok(), !forbidden);
    }
}

/// The windows of a run at a time.
struct Window<'a> {
    now: &'a Timestamp,
    windows: &'a [String],
}

impl Window<'_> {
    fn open(&self) -> bool {
        super::window::is_open(self.windows, self.now.unix_seconds()).unwrap()
    }
}

#[test]
fn each_of_ten_thousand_findings_has_a_plan() {
    let action = super::actions::action("s3-tls-only").unwrap();
    let given = BTreeMap::new();
    let parameters = super::action::Parameters { given: &given, known: action.parameters() };
    let mut changes = 0;
    for number in 0..10_000 {
        let target = super::action::Target {
            partition: "aws".to_owned(),
            resource_id: format!("bucket-{number}"),
            ..super::action::Target::default()
        };
        let part = json!({ "policy": { "Version": "2012-10-17", "Statement": [{ "Sid": "a", "Effect": "Allow" }] } });
        let proposal = action.propose(&target, &parameters, &part).unwrap();
        changes += usize::from(matches!(proposal, super::action::Proposal::Change { .. }));
    }
    // How long that takes, `make bench` measures.
    assert_eq!(changes, 10_000);
}
