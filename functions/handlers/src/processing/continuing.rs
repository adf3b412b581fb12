//! The rest of a run whose time ended: this function invokes itself for it.

use functions_core::{evaluate::Trigger, event::Continuation};
use serde_json::{Value, json};

use super::{advance::Found, handler::Processing};
use crate::{error::HandlerError, invocation::Invocation, invoke, log};

impl Processing {
    /// Invokes this function for what a run has not read. Answers without a record, so that no report follows yet.
    ///
    /// # Errors
    /// When Lambda does not take it, or when the run has been continued too often: something then keeps it from its end.
    pub(super) async fn go_on_later(
        &self,
        of: Trigger,
        continuations: u32,
        found: &Found,
        invocation: &Invocation,
    ) -> Result<Value, HandlerError> {
        let resources = u64::try_from(found.news + found.silent).unwrap_or(u64::MAX);
        let Some(next) = Continuation::after(of, continuations) else {
            return Err(HandlerError::Unfinished { resources });
        };
        invoke::later(&self.lambda, &invocation.function_name, &next.event()).await?;
        let answer = json!({ "unfinished": true, "continuation": next.number, "changes": resources });
        log::info(&invocation.run.id, "the run goes on in another invocation", &answer);
        Ok(answer)
    }
}
