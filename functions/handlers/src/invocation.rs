//! One invocation, as Lambda describes it.

use std::time::SystemTime;

use compliance_types::time::Timestamp;
use functions_core::{
    event,
    run::{Origin, Run},
};
use lambda_runtime::Context;
use serde_json::Value;
use tokio::time::Instant;

use crate::error::HandlerError;

/// One invocation.
#[derive(Clone)]
pub struct Invocation {
    /// Which run its record belongs to.
    pub run: Run,
    /// Region of the function, also where the run is about another region.
    pub home: String,
    /// Name of the function.
    pub function_name: String,
    /// When it started. Unit: milliseconds since 1970 in UTC.
    pub started_unix_millis: u64,
    /// When Lambda ends it at the latest. Unit: milliseconds since 1970 in UTC.
    pub deadline_unix_millis: u64,
    /// The clock at its start.
    pub began: Instant,
}

impl Invocation {
    /// Takes the account and region from the ARN that was invoked, and the time from the event where it tells one.
    ///
    /// # Errors
    /// When Lambda gives no ARN of a function.
    pub fn new(context: &Context, event: &Value) -> Result<Self, HandlerError> {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let origin = Origin::from_function_arn(&context.invoked_function_arn)?;
        let time = event::time_of(event).unwrap_or_else(|| Timestamp::from_unix_seconds(since_1970.as_secs()));
        Ok(Self {
            home: origin.region.clone(),
            run: Run { id: context.request_id.clone(), origin, time },
            function_name: context.env_config.function_name.clone(),
            started_unix_millis: u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX),
            deadline_unix_millis: context.deadline,
            began: Instant::now(),
        })
    }

    /// The same for another region of the deployment.
    pub fn in_region(&self, region: &str) -> Self {
        let mut invocation = self.clone();
        region.clone_into(&mut invocation.run.origin.region);
        invocation
    }

    /// The same for an account and region that is read through the aggregator.
    pub fn of_source(&self, source: &Origin) -> Self {
        let mut invocation = self.clone();
        invocation.run.origin = source.clone();
        invocation
    }

    /// When it started, to the second. Retries have the same [`Run::time`], but not this.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.started_unix_millis / 1_000)
    }

    /// The time right now, to the second: an invocation takes minutes.
    pub fn clock(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.started_unix_millis / 1_000 + self.began.elapsed().as_secs())
    }
}
