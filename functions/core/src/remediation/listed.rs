//! The remediations as the report of aggregation takes them: what waits for somebody first, each with every step.

use std::collections::BTreeMap;

use compliance_types::{resource::Resource, time::Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    item::{Item, Step},
    settings::Mode,
    state::State,
    summary::Summary,
};
use crate::record::SCHEMA_VERSION;

/// Key of the list in the report bucket, under the prefix that remediation may write.
pub const KEY: &str = "ledger/remediation/remediations.json";
/// Remediations that the list has at most; the command `remediation list` shows all.
const LISTED: usize = 500;
/// Bytes of the list. A reason can be long, and so can the steps of one remediation.
const BYTES: usize = 1_000_000;

/// The order of states: what waits for somebody comes first.
pub(super) const ORDER: [State; 16] = [
    State::AwaitingApproval,
    State::Approved,
    State::Acting,
    State::Undoing,
    State::Acted,
    State::Verifying,
    State::Failed,
    State::Contained,
    State::Planned,
    State::Observed,
    State::Advised,
    State::Expired,
    State::Rejected,
    State::Undone,
    State::Fixed,
    State::Superseded,
];

/// What a run of remediation left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// Version of the form of this document.
    pub schema_version: u32,
    /// Id of the run.
    pub run_id: String,
    /// When it was.
    pub at: Timestamp,
    /// Why nothing may be changed, where nothing may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// How many remediations are in each state, in words.
    pub states: BTreeMap<String, u64>,
    /// Findings and changes that were left for a later run, by reason.
    pub left: BTreeMap<String, u64>,
    /// How many remediations there are.
    pub total: u64,
    /// Those of them that come first.
    pub remediations: Vec<Line>,
}

/// A remediation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Its id.
    pub id: String,
    /// Name of the rule.
    pub rule: String,
    /// Account id.
    pub account: String,
    /// Region.
    pub region: String,
    /// The resource.
    #[serde(flatten)]
    pub resource: Resource,
    /// Id of the action.
    pub action: String,
    /// The mode under which it was planned.
    pub mode: Mode,
    /// How far it is.
    pub state: State,
    /// The planned change, or what a person is to do.
    pub change: String,
    /// Why somebody must approve it; absent where nobody must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    /// Every step.
    pub steps: Vec<Step>,
}

impl Line {
    fn of(item: &Item) -> Self {
        Self {
            id: item.id.clone(),
            rule: item.rule.clone(),
            account: item.account.clone(),
            region: item.region.clone(),
            resource: item.resource.clone(),
            action: item.action.clone(),
            mode: item.mode,
            state: item.state,
            change: item.change().to_owned(),
            approval: item.plan.as_ref().and_then(|plan| plan.approval.clone()),
            steps: item.steps.clone(),
        }
    }
}

/// Remediations in the order in which people read them.
pub(super) fn in_order(items: &[Item]) -> Vec<&Item> {
    let mut sorted: Vec<&Item> = items.iter().collect();
    sorted.sort_by_key(|item| (ORDER.iter().position(|state| *state == item.state), &item.rule, &item.id));
    sorted
}

/// The list that a run leaves.
#[must_use]
pub fn listed(summary: &Summary, items: &[Item], stopped: Option<String>) -> Listed {
    let (mut remediations, mut bytes) = (Vec::new(), 0_usize);
    for item in in_order(items).into_iter().take(LISTED) {
        let line = Line::of(item);
        bytes = bytes.saturating_add(serde_json::to_string(&line).map_or(0, |text| text.len()));
        if bytes > BYTES {
            break;
        }
        remediations.push(line);
    }
    Listed {
        schema_version: SCHEMA_VERSION,
        run_id: summary.run_id.clone(),
        at: summary.at.clone(),
        stopped,
        states: summary.states.clone(),
        left: summary.left.clone(),
        total: u64::try_from(items.len()).unwrap_or(u64::MAX),
        remediations,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{key::LEDGER_PREFIX, remediation::item::tests::planned, run::tests::run};

    fn summary() -> Summary {
        Summary::begin("run-1", &run().time, None)
    }

    #[test]
    fn list_has_every_step_and_reads_back() {
        let mut item = planned("b", Mode::Approve);
        item.note(State::AwaitingApproval, &run().time, "run-1", "the owner is not known");
        let steps = item.steps.clone();
        let list = listed(&summary().of(std::slice::from_ref(&item)), &[item], Some("incident".to_owned()));
        assert_eq!((list.total, &list.remediations[0].steps), (1, &steps));
        assert_eq!(list.remediations[0].change, "block public access");
        let text = serde_json::to_string(&list).unwrap();
        assert_eq!(serde_json::from_str::<Listed>(&text).unwrap(), list);
    }

    #[test]
    fn list_is_bounded_in_number_and_bytes_and_what_waits_comes_first() {
        let mut items: Vec<Item> =
            (0..LISTED + 7).map(|number| planned(&format!("b-{number}"), Mode::DryRun)).collect();
        items.push(Item { state: State::AwaitingApproval, ..planned("waits", Mode::Approve) });
        let list = listed(&summary(), &items, None);
        assert_eq!((list.total, list.remediations.len()), (508, LISTED));
        assert_eq!(list.remediations[0].resource.resource_id, "waits");
        for item in &mut items {
            (0..50).for_each(|_| item.note(State::Planned, &run().time, "run", "x".repeat(2_000)));
        }
        let list = listed(&summary(), &items, None);
        let text = serde_json::to_string(&list).unwrap();
        assert!(text.len() < BYTES + 10_000 && !list.remediations.is_empty(), "{}", text.len());
    }

    #[test]
    fn every_state_has_its_place_and_the_list_lies_where_remediation_writes() {
        assert_eq!(ORDER.into_iter().collect::<BTreeSet<_>>(), State::ALL.into_iter().collect());
        assert!(KEY.starts_with(LEDGER_PREFIX));
    }
}
