//! Does what somebody decided. The event says where the decision is; who decided is what the decision's place in the table
//! says, where IAM lets nobody else write.

use functions_core::remediation::{
    decision::{self, Decided, Decision, decide},
    item::Item,
    state::State,
};
use serde_json::{Value, json};

use super::{Remediation, acting::Acted};
use crate::{error::HandlerError, invocation::Invocation, log};

impl Remediation {
    /// Does what the person with this id decided about a remediation; answers its state, and why it is in it.
    pub(super) async fn decide(&self, id: &str, by: &str, invocation: &Invocation) -> Result<Value, HandlerError> {
        let (origin, now) = (&invocation.run.origin, invocation.clock());
        let answer = |item: Option<&Item>, note: String| {
            let state = item.map(|item| item.state);
            let fields = json!({ "id": id, "by": by, "state": state, "note": note });
            log::info(&invocation.run.id, "decided", &fields);
            Ok(fields)
        };
        let configuration = self.configuration().await?;
        let Some(settings) = configuration.remediation() else {
            return answer(None, "no rule is remediated".to_owned());
        };
        let Some(item) = self.item(origin, id).await? else {
            return answer(None, format!("there is no remediation {id}"));
        };
        let Some(entry) = self.table.get(&decision::partition(by), id).await? else {
            return answer(Some(&item), format!("there is no decision of {by} on remediation {id}"));
        };
        let decision: Decision = match serde_json::from_str(&entry.body) {
            Ok(decision) => decision,
            Err(error) => return answer(Some(&item), format!("the decision does not read: {error}")),
        };
        let decided = match decide(&item, &decision, by, settings, &now) {
            Ok(decided) => decided,
            Err(reason) => return answer(Some(&item), reason),
        };
        let decided = match decided {
            Decided::Store(decided) => decided,
            Decided::Undo(item) => {
                return match self.undo(&item, by, &configuration, settings, invocation).await? {
                    Acted::Done(item) | Acted::Ended(item) => answer(Some(&item), item.reason().to_owned()),
                    Acted::Left(reason) => {
                        self.note_refusal(item, by, &reason, invocation).await?;
                        answer(self.item(origin, id).await?.as_ref(), reason)
                    }
                };
            }
        };
        let Some(mut stored) = self.store(decided).await? else {
            return answer(Some(&item), "another function was faster; show the remediation again".to_owned());
        };
        if stored.state == State::AwaitingApproval {
            // Where two people must approve, the second one is asked now.
            self.ask(std::slice::from_mut(&mut stored), &configuration, invocation).await;
        }
        if stored.state != State::Approved {
            return answer(Some(&stored), stored.reason().to_owned());
        }
        match self.act(&stored, &configuration, settings, invocation).await? {
            Acted::Done(item) | Acted::Ended(item) => answer(Some(&item), item.reason().to_owned()),
            // It stays approved: a later run makes the change, if nothing forbids it then.
            Acted::Left(reason) => answer(self.item(origin, id).await?.as_ref(), reason),
        }
    }

    /// Notes that a change was not undone, and that this decision is over: nobody can have it followed later.
    async fn note_refusal(
        &self,
        item: Item,
        by: &str,
        reason: &str,
        invocation: &Invocation,
    ) -> Result<(), HandlerError> {
        let (state, mut item) = (item.state, item);
        item.note(state, &invocation.clock(), by, format!("undo was refused: {reason}"));
        // Where it is under way meanwhile, this is not written.
        self.store(item).await.map(drop)
    }
}
