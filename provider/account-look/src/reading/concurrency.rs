//! How many runs of functions the account may have at once.

use aws_config::SdkConfig;
use aws_sdk_lambda::Client;

use super::bounded::{Deadline, Read};
use super::failure::{Failure, sorted};
use crate::look::{Concurrency, Part};
use crate::request::LookRequest;

/// The limits, where the deployment reserves some.
pub async fn concurrency(shared: &SdkConfig, request: &LookRequest, deadline: Deadline) -> Option<Read<Concurrency>> {
    request.concurrency.as_ref()?;
    let read = deadline.bound("lambda:GetAccountSettings", read(Client::new(shared))).await;
    Some(Read::of(Part::Concurrency, read.and_then(|limits| limits)))
}

async fn read(client: Client) -> Result<Concurrency, Failure> {
    let answer = sorted("lambda:GetAccountSettings", client.get_account_settings().send().await)?;
    let number = |number: i32| u32::try_from(number).unwrap_or_default();
    let limit = answer.account_limit.map(|limit| (limit.concurrent_executions, limit.unreserved_concurrent_executions));
    let (limit, unreserved) =
        limit.ok_or_else(|| Failure::failed("`lambda:GetAccountSettings`", "no limit in the answer"))?;
    Ok(Concurrency { limit: number(limit), unreserved: unreserved.map_or(number(limit), number) })
}
