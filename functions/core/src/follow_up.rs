//! Full runs soon after a deployment, when AWS Config has evaluated the rules and the aggregator has collected the results.
//!
//! The first run finds next to nothing: AWS Config takes minutes to evaluate new rules, the aggregator longer. The next
//! scheduled run may be hours away. So the first run sends a delayed message to the queue of processing; each message asks for
//! a run where one is due, and is followed by the next. The last one is followed by none, and all are deleted with the queue.

use serde::{Deserialize, Serialize};

/// Seconds that each message is delayed: the most that SQS takes (Amazon SQS API Reference, "SendMessage").
pub const DELAY_SECONDS: u16 = 900;
/// The messages that ask for a run: about 15, 45 and 90 minutes after the deployment.
const RUNS: [u8; 3] = [1, 3, 6];

/// One message of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FollowUp {
    /// How many delays have passed since the deployment, from 1.
    follow_up: u8,
}

impl FollowUp {
    /// The first message, which the run of a deployment sends.
    pub const FIRST: Self = Self { follow_up: 1 };

    /// The message of this body, if it is one of the chain.
    #[must_use]
    pub fn read(body: &str) -> Option<Self> {
        let read: Self = serde_json::from_str(body).ok()?;
        (1..=Self::last()).contains(&read.follow_up).then_some(read)
    }

    /// Its body.
    #[must_use]
    pub fn body(self) -> String {
        format!("{{\"followUp\":{}}}", self.follow_up)
    }

    /// Whether it asks for a run.
    #[must_use]
    pub fn is_run_due(self) -> bool {
        RUNS.contains(&self.follow_up)
    }

    /// The message after it.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        (self.follow_up < Self::last()).then_some(Self { follow_up: self.follow_up + 1 })
    }

    fn last() -> u8 {
        RUNS.into_iter().max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finding_8_the_chain_asks_for_runs_after_15_45_and_90_minutes_and_ends() {
        let chain = std::iter::successors(Some(FollowUp::FIRST), |one| one.next());
        let minutes: Vec<_> = chain
            .enumerate()
            .filter(|(_, one)| one.is_run_due())
            .map(|(index, _)| (index + 1) * usize::from(DELAY_SECONDS) / 60)
            .collect();
        assert_eq!(minutes, [15, 45, 90]);
        assert_eq!(std::iter::successors(Some(FollowUp::FIRST), |one| one.next()).count(), 6);
    }

    #[test]
    fn a_message_reads_back_and_nothing_else_is_one() {
        for one in std::iter::successors(Some(FollowUp::FIRST), |one| one.next()) {
            assert_eq!(FollowUp::read(&one.body()), Some(one));
        }
        for other in
            ["", "{}", "1", "{\"followUp\":0}", "{\"followUp\":7}", "{\"followUp\":1,\"id\":\"x\"}", "{\"id\":\"x\"}"]
        {
            assert_eq!(FollowUp::read(other), None, "{other}");
        }
    }
}
