//! What AWS takes, beyond types and ranges: told at preview, with the nearest right answer. Each bound names the AWS page
//! it is from.

mod arns;
mod endpoints;
pub mod guard;
mod identity;
mod names;
mod once;
mod organization;
mod regions;
pub mod rules;
mod schedule;
mod schedule_runs;
mod tags;
mod webhooks;

pub use arns::{
    bucket_arn, function_arn, key_arn, key_in_region, known_arn_region, lambda_function, queue_arn, region_and_account,
    role_arn, topic_arn,
};
pub use endpoints::{host as https_host, https_url, same_url};
pub use identity::{account_id, email, same_email};
pub use names::{bucket_name, name_prefix};
pub use once::check_once;
pub use organization::{iam_path, managed_policy_arn, security_group_id, subnet_id};
pub use regions::{check_eventual_region, check_region, check_regions, region};
pub use schedule::schedule;
pub use schedule_runs::{Runs, known_runs, runs};
pub use tags::{COUNT as TAG_COUNT, check as check_tags};
pub use webhooks::{is_known_service, unconfirmed_webhook};

use pulumi_component::InvalidValue;

/// Runs of one function at once that a queue may cause; two is the least that Lambda takes (Lambda API Reference,
/// "ScalingConfig").
pub const MAXIMUM_CONCURRENCY: u32 = 2;

/// Days that CloudWatch Logs keeps a log group's events (CloudWatch Logs API Reference, "PutRetentionPolicy").
const LOG_RETENTION_DAYS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// One of the numbers of days that CloudWatch Logs takes.
pub fn log_retention_days(days: &u32) -> Result<(), InvalidValue> {
    if LOG_RETENTION_DAYS.contains(days) {
        return Ok(());
    }
    let nearest = LOG_RETENTION_DAYS.into_iter().min_by_key(|known| known.abs_diff(*days)).unwrap_or(1);
    Err(InvalidValue::new("CloudWatch Logs keeps 1, 3, 5, 7, 14, 30, 60, 90, ... 3653 days").nearest(nearest))
}

/// Concurrent runs that are reserved for a function: none at all would stop it, and fewer than its queue may start would let
/// Lambda throttle it until good messages are dead letters (Lambda Developer Guide, "Configuring reserved concurrency",
/// "Configuring maximum concurrency for Amazon SQS event sources").
pub fn reserved_concurrency(runs: &u32) -> Result<(), InvalidValue> {
    match runs {
        0 => Err(InvalidValue::new("0 lets the function never run; leave it out for no limit").nearest(MAXIMUM_CONCURRENCY)),
        fewer if *fewer < MAXIMUM_CONCURRENCY => Err(InvalidValue::new(format!(
            "the queue of compliance changes starts up to {MAXIMUM_CONCURRENCY} runs, the minimum of an event source: with \
             fewer, Lambda throttles them and good messages become dead letters"
        ))
        .nearest(MAXIMUM_CONCURRENCY)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_kept_for_the_days_that_there_are() {
        assert!(LOG_RETENTION_DAYS.iter().all(|days| log_retention_days(days).is_ok()));
        for (days, nearest) in [(0, 1), (2, 1), (8, 7), (31, 30), (364, 365), (366, 365), (3652, 3653), (3654, 3653)] {
            let told = format!("{:?}", log_retention_days(&days));
            assert!(told.contains(&format!("\"{nearest}\"")), "{days}: {told}");
        }
    }

    #[test]
    fn case_15_a_function_must_be_able_to_take_what_its_queue_starts() {
        for fewer in [0, 1] {
            assert!(format!("{:?}", reserved_concurrency(&fewer)).contains("nearest: Some(\"2\")"), "{fewer}");
        }
        assert!(reserved_concurrency(&2).is_ok());
    }
}
