//! The reading: whose credentials, then everything else at once, all of it until one deadline.

mod bounded;
mod clients;
mod concurrency;
mod config;
mod counts;
pub(crate) mod failure;
mod identity;
mod key;
mod recorders;
mod service_linked_role;
mod watching;

use std::time::Duration;

use crate::look::{Look, Reason, Recorder, ServiceLinkedRole};
use crate::request::LookRequest;
use bounded::{Deadline, Read};

/// What the whole look may take.
pub const TIME_ALLOWED: Duration = Duration::from_secs(5);

/// The IAM actions that a look needs; `kms` ones only where a key was given, `lambda` where functions reserve concurrency, `iam` where the
/// service-linked role is asked for, the status of sources where an aggregator lists others, and `sts:AssumeRole` where a role is to be
/// taken. `sts:GetCallerIdentity` needs none.
pub const ACTIONS: [&str; 20] = [
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetDashboard",
    "cloudwatch:ListTagsForResource",
    "config:DescribeAggregationAuthorizations",
    "config:DescribeConfigRules",
    "config:DescribeConfigurationAggregatorSourcesStatus",
    "config:DescribeConfigurationAggregators",
    "config:DescribeConfigurationRecorderStatus",
    "config:DescribeConfigurationRecorders",
    "config:DescribeConformancePacks",
    "config:DescribeDeliveryChannels",
    "config:GetDiscoveredResourceCounts",
    "config:ListConfigurationRecorders",
    "config:ListTagsForResource",
    "events:DescribeRule",
    "events:ListTagsForResource",
    "iam:GetRole",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "lambda:GetAccountSettings",
];

/// Looks at the account. Ends within [`TIME_ALLOWED`], changes nothing, and never fails.
pub async fn look(request: &LookRequest) -> Look {
    let deadline = Deadline::new(TIME_ALLOWED);
    let found = deadline.bound("signing in to AWS", identity::prove(request)).await.unwrap_or_else(|failure| {
        let mut look = Look::skipped(failure.reason, format!("the account was not inspected: {failure}"));
        look.region.clone_from(&request.region);
        Err(Box::new(look))
    });
    match found {
        Ok(proved) => read(request, proved, deadline).await,
        Err(skipped) => *skipped,
    }
}

/// Reads the parts side by side; each that fails leaves its reason and does not hold the others.
async fn read(request: &LookRequest, proved: identity::Proved, deadline: Deadline) -> Look {
    let identity::Proved { account, caller, region, shared } = proved;
    let client = aws_sdk_config::Client::new(&shared);
    let ((recorders, role), channels, named, watching, key, concurrency, resources) = tokio::join!(
        recorders_and_role(&client, &shared, request, deadline),
        recorders::delivery_channels(&client, deadline),
        config::named(&client, request, &account, &region, deadline),
        watching::watching(&shared, request, &region, deadline),
        key::key(&shared, request, deadline),
        concurrency::concurrency(&shared, request, deadline),
        counts::counts(&client, request, deadline),
    );
    let opt_in = failure::other_causes(Some(&region));
    let mut look = Look { account: Some(account), caller: Some(caller), region: Some(region), ..Look::default() };
    look.resources = resources;
    look.recorders = recorders.found(&mut look.unread);
    look.service_linked_role = role.and_then(|role| role.found(&mut look.unread));
    look.delivery_channels = channels.found(&mut look.unread);
    look.rules = named.rules.found(&mut look.unread);
    look.aggregators = named.aggregators.found(&mut look.unread);
    look.failed_sources = named.failed_sources.and_then(|failed| failed.found(&mut look.unread));
    look.conformance_packs = named.packs;
    look.namesakes = named.namesakes;
    look.unread.extend(named.unread);
    look.namesakes.extend(watching.found(&mut look.unread).unwrap_or_default());
    look.key = key.map(|key| key.found(&mut look.unread)).unwrap_or_default();
    look.concurrency = concurrency.map(|concurrency| concurrency.found(&mut look.unread)).unwrap_or_default();
    for unread in look.unread.iter_mut().filter(|unread| unread.reason == Reason::InvalidCredentials) {
        unread.message.push_str(&opt_in);
    }
    look.unread.sort_by_key(|unread| unread.part);
    look.unread.dedup();
    look
}

/// The recorders, then, where they show no role and it is asked for, AWS Config's service-linked role.
async fn recorders_and_role(
    client: &aws_sdk_config::Client,
    shared: &aws_config::SdkConfig,
    request: &LookRequest,
    deadline: Deadline,
) -> (Read<Vec<Recorder>>, Option<Read<ServiceLinkedRole>>) {
    let recorders = recorders::recorders(client, deadline).await;
    let role = match request.service_linked_role {
        true => service_linked_role::service_linked_role(shared, recorders.value.as_deref(), deadline).await,
        false => None,
    };
    (recorders, role)
}
