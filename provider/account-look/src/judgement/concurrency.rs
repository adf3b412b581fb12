//! What functions reserve, against what the account has.

use super::message::ScanMessage;
use super::words::place;
use crate::look::Look;
use crate::request::LookRequest;

/// Runs that AWS keeps unreserved in every account (Lambda Developer Guide, "Configuring reserved concurrency").
const UNRESERVED: u32 = 100;
/// The same in accounts whose limit is lower than that: new ones begin with a limit of 10 or 50.
const UNRESERVED_OF_NEW: u32 = 10;

pub fn judge(look: &Look, request: &LookRequest) -> Vec<ScanMessage> {
    let (Some(found), Some(planned)) = (look.concurrency, &request.concurrency) else { return Vec::new() };
    let (account, region) = place(look);
    let needed = planned.functions.saturating_mul(planned.runs);
    let kept = if found.limit > UNRESERVED { UNRESERVED } else { UNRESERVED_OF_NEW };
    // What the functions have reserved already is among the limit, and not among the unreserved.
    if found.limit < needed.saturating_add(kept) {
        let most = found.limit.saturating_sub(kept) / planned.functions.max(1);
        let nearest = match most >= planned.least {
            true => format!("nearest: `{most}`"),
            false => "leave it out, or ask for a higher quota (\"Concurrent executions\")".to_owned(),
        };
        let message = format!(
            "account {account} may have {} concurrent runs of functions in {region}, and AWS keeps {kept} of them unreserved: {} \
             functions cannot reserve {} each; {nearest}",
            found.limit, planned.functions, planned.runs
        );
        return vec![ScanMessage::error(&planned.path, message)];
    }
    if found.unreserved < needed.saturating_add(kept) {
        let message = format!(
            "account {account} has {} unreserved concurrent runs of functions in {region}, and AWS keeps {kept} of them: unless \
             these functions have reserved theirs already, {needed} more do not fit",
            found.unreserved
        );
        return vec![ScanMessage::warning(&planned.path, message)];
    }
    Vec::new()
}
