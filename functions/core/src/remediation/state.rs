//! The steps of a remediation, and which may follow which. Every pair of state and event has an answer: the next state, or
//! none, and then nothing changes.

use serde::{Deserialize, Serialize};

/// How far a remediation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// The finding is known, and no change is planned yet.
    Observed,
    /// The change is planned and not asked for: a dry run.
    Planned,
    /// The change waits for somebody to approve it.
    AwaitingApproval,
    /// The change may be made.
    Approved,
    /// The change is being made.
    Acting,
    /// The change is made.
    Acted,
    /// AWS Config has not evaluated the changed resource yet.
    Verifying,
    /// The change is being undone.
    Undoing,
    /// AWS Config finds the changed resource compliant.
    Fixed,
    /// The change holds off what the finding is about until a person fixes it.
    Contained,
    /// The change was not made, or did not fix the finding.
    Failed,
    /// The change was undone.
    Undone,
    /// Nobody approved the change in time.
    Expired,
    /// The finding is gone, the resource changed since it was planned, or its rule is not remediated any more.
    Superseded,
    /// Somebody rejected the change.
    Rejected,
    /// A person must make the change.
    Advised,
}

/// What happens to a remediation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// The finding is open, and the last remediation of it is over.
    Observe,
    /// A change is planned.
    Plan,
    /// A person must make the change.
    Advise,
    /// The planned change is to be approved by somebody.
    AskApproval,
    /// The planned change needs nobody's approval, and its rule has had its dry run.
    Permit,
    /// Somebody who may approved the planned change.
    Approve,
    /// Somebody rejected the planned change.
    Reject,
    /// The change begins: its undo data are stored and the resource is leased.
    Begin,
    /// AWS took the change.
    Apply,
    /// AWS refused the change.
    Refuse,
    /// After an interruption the resource is as planned.
    FindAfter,
    /// After an interruption the resource is as before.
    FindBefore,
    /// After an interruption the resource is neither.
    FindOther,
    /// The changed resource waits for its evaluation.
    Verify,
    /// AWS Config finds the resource compliant, by an evaluation after the change.
    Confirm,
    /// The changed resource does no harm until a person fixes it.
    Contain,
    /// The finding is gone or waived before anything was changed, or its rule is not remediated any more.
    Vanish,
    /// The resource is not any more as the plan found it.
    Differ,
    /// The time of the step is over.
    TimeOut,
    /// Somebody wants the change undone.
    Undo,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Observed,
        Self::Planned,
        Self::AwaitingApproval,
        Self::Approved,
        Self::Acting,
        Self::Acted,
        Self::Verifying,
        Self::Undoing,
        Self::Fixed,
        Self::Contained,
        Self::Failed,
        Self::Undone,
        Self::Expired,
        Self::Superseded,
        Self::Rejected,
        Self::Advised,
    ];

    /// Whether the remediation is over.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Fixed
                | Self::Contained
                | Self::Failed
                | Self::Undone
                | Self::Expired
                | Self::Superseded
                | Self::Rejected
                | Self::Advised
        )
    }

    /// Whether AWS may be changed right now on its behalf.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Acting | Self::Undoing)
    }

    /// What people read.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Planned => "planned",
            Self::AwaitingApproval => "awaiting approval",
            Self::Approved => "approved",
            Self::Acting => "acting",
            Self::Acted => "acted",
            Self::Verifying => "verifying",
            Self::Undoing => "undoing",
            Self::Fixed => "fixed",
            Self::Contained => "contained",
            Self::Failed => "failed",
            Self::Undone => "undone",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
            Self::Rejected => "rejected",
            Self::Advised => "advised",
        }
    }

    /// The state after an event; none where the event does not apply.
    #[must_use]
    pub const fn after(self, event: Event) -> Option<Self> {
        use Event as E;
        use State as S;
        match (self, event) {
            (S::Observed, E::Plan) => Some(S::Planned),
            (S::Observed, E::Advise) => Some(S::Advised),
            (S::Planned, E::AskApproval) => Some(S::AwaitingApproval),
            (S::Planned, E::Permit) | (S::AwaitingApproval, E::Approve) => Some(S::Approved),
            (S::Planned | S::AwaitingApproval | S::Approved, E::Reject) => Some(S::Rejected),
            (S::AwaitingApproval | S::Approved, E::TimeOut) => Some(S::Expired),
            (S::Planned | S::AwaitingApproval | S::Approved, E::Differ)
            | (S::Acting, E::Differ)
            | (
                S::Observed | S::Planned | S::AwaitingApproval | S::Approved | S::Acted | S::Verifying | S::Advised,
                E::Vanish,
            )
            | (S::Observed | S::Planned, E::TimeOut)
            | (S::Acting, E::FindBefore) => Some(S::Superseded),
            (S::Planned | S::AwaitingApproval | S::Approved, E::Advise) => Some(S::Advised),
            (S::Approved, E::Begin) => Some(S::Acting),
            (S::Acting, E::Apply | E::FindAfter) => Some(S::Acted),
            (S::Acting | S::Undoing, E::Refuse | E::FindOther)
            | (S::Verifying, E::TimeOut)
            | (S::Undoing, E::FindAfter) => Some(S::Failed),
            (S::Acted, E::Verify) => Some(S::Verifying),
            (S::Acted | S::Verifying, E::Confirm) => Some(S::Fixed),
            (S::Acted | S::Verifying, E::Contain) => Some(S::Contained),
            (S::Acted | S::Verifying | S::Fixed | S::Contained | S::Failed | S::Superseded, E::Undo) => {
                Some(S::Undoing)
            }
            (S::Undoing, E::Apply | E::FindBefore) => Some(S::Undone),
            (state, E::Observe) if state.is_final() => Some(S::Observed),
            _ => None,
        }
    }
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Observe,
        Self::Plan,
        Self::Advise,
        Self::AskApproval,
        Self::Permit,
        Self::Approve,
        Self::Reject,
        Self::Begin,
        Self::Apply,
        Self::Refuse,
        Self::FindAfter,
        Self::FindBefore,
        Self::FindOther,
        Self::Verify,
        Self::Confirm,
        Self::Contain,
        Self::Vanish,
        Self::Differ,
        Self::TimeOut,
        Self::Undo,
    ];
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn reached(from: State, events: &[Event]) -> BTreeSet<State> {
        let (mut seen, mut left) = (BTreeSet::from([from]), vec![from]);
        while let Some(state) = left.pop() {
            for next in events.iter().filter_map(|event| state.after(*event)) {
                if seen.insert(next) {
                    left.push(next);
                }
            }
        }
        seen
    }

    #[test]
    fn every_state_leads_to_a_final_one_and_every_final_one_to_a_new_beginning() {
        for state in State::ALL {
            assert!(reached(state, &Event::ALL).iter().any(|next| next.is_final()), "{state:?}");
            if state.is_final() {
                assert_eq!(state.after(Event::Observe), Some(State::Observed), "{state:?}");
            }
        }
    }

    #[test]
    fn no_state_waits_for_a_person_or_for_an_answer_of_aws_for_ever() {
        // What a run can do by itself, whatever the resource is like.
        let alone = [Event::TimeOut, Event::Verify, Event::FindOther];
        for state in State::ALL {
            assert!(reached(state, &alone).iter().any(|next| next.is_final()), "{state:?}");
        }
    }

    #[test]
    fn acting_follows_an_approval_or_a_permission_alone_and_begins_once() {
        for state in State::ALL {
            for event in Event::ALL {
                let next = state.after(event);
                if next == Some(State::Acting) {
                    assert_eq!((state, event), (State::Approved, Event::Begin));
                }
                if next == Some(State::Approved) {
                    assert!(matches!(event, Event::Approve | Event::Permit), "{state:?} {event:?}");
                }
                if next == Some(State::Fixed) {
                    assert_eq!(event, Event::Confirm);
                }
            }
        }
        let not_begun = Event::ALL.into_iter().filter(|event| *event != Event::Observe).collect::<Vec<_>>();
        assert!(
            !reached(State::Acting, &not_begun).contains(&State::Approved),
            "an interrupted change is not made again"
        );
    }

    #[test]
    fn words_and_serialized_names_are_distinct() {
        let words: BTreeSet<_> = State::ALL.iter().map(|state| state.word()).collect();
        assert_eq!(words.len(), State::ALL.len());
        assert_eq!(serde_json::to_string(&State::AwaitingApproval).unwrap(), "\"awaitingApproval\"");
    }
}
