//! Event rules and the dashboard: what has a name that the deployment will use, asked for by that name.

use aws_config::SdkConfig;
use futures::future::join_all;

use super::failure::{Failure, sorted};
use super::{Deadline, Read};
use crate::look::{Namesake, NamesakeKind, Part, Tags, Unread};
use crate::request::{LookRequest, OWNER_TAG, Owner};

/// The error codes of what is not there (Amazon EventBridge API Reference, "DescribeRule"; Amazon CloudWatch API
/// Reference, "GetDashboard").
const NOT_THERE: [&str; 3] = ["ResourceNotFoundException", "ResourceNotFound", "DashboardNotFoundError"];

/// All of it side by side; each that fails leaves its reason.
pub async fn watching(
    shared: &SdkConfig,
    request: &LookRequest,
    region: &str,
    deadline: Deadline,
) -> Read<Vec<Namesake>> {
    let events = aws_sdk_eventbridge::Client::new(shared);
    let rules = request.event_rules.iter().map(|planned| event_rule(&events, &planned.name, deadline));
    let (rules, dashboard) = tokio::join!(join_all(rules), dashboard(shared, request, region, deadline));
    let mut read = Read::all(Vec::new());
    for (found, unread) in rules.into_iter().chain([dashboard]) {
        read.value.get_or_insert_default().extend(found);
        read.unread.extend(unread);
    }
    read
}

type Found = (Option<Namesake>, Option<Unread>);

async fn event_rule(client: &aws_sdk_eventbridge::Client, name: &str, deadline: Deadline) -> Found {
    let what = "events:DescribeRule";
    let answer = deadline.bound(what, client.describe_rule().name(name).send()).await;
    let rule = match answer.and_then(|answer| sorted(what, answer)) {
        Ok(rule) => rule,
        Err(failure) => return (None, unread(&failure, Part::EventRules)),
    };
    let arn = rule.arn.unwrap_or_default();
    let (tags, unread) = match tags(client, &arn, deadline).await {
        Ok(tags) => (Some(tags), None),
        Err(failure) => (None, unread(&failure, Part::Tags)),
    };
    let created_by = rule.managed_by.filter(|service| !service.is_empty());
    (Some(Namesake { kind: NamesakeKind::EventRule, name: name.to_owned(), arn, created_by, tags }), unread)
}

async fn tags(client: &aws_sdk_eventbridge::Client, arn: &str, deadline: Deadline) -> Result<Tags, Failure> {
    let what = "events:ListTagsForResource";
    let answer = deadline.bound(what, client.list_tags_for_resource().resource_arn(arn).send()).await;
    let tags = sorted(what, answer?)?.tags.unwrap_or_default();
    Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
}

async fn dashboard(shared: &SdkConfig, request: &LookRequest, region: &str, deadline: Deadline) -> Found {
    let Some(planned) = &request.dashboard else { return (None, None) };
    let name = format!("{}-{region}", planned.name);
    let what = "cloudwatch:GetDashboard";
    let client = aws_sdk_cloudwatch::Client::new(shared);
    let answer = deadline.bound(what, client.get_dashboard().dashboard_name(&name).send()).await;
    let found = match answer.and_then(|answer| sorted(what, answer)) {
        Ok(found) => found,
        Err(failure) => return (None, unread(&failure, Part::Dashboard)),
    };
    let owner = found.dashboard_body.as_deref().and_then(Owner::marked);
    let tags = owner.map(|owner| (OWNER_TAG.to_owned(), owner.to_owned())).into_iter().collect();
    let arn = found.dashboard_arn.unwrap_or_default();
    (Some(Namesake { kind: NamesakeKind::Dashboard, name, arn, created_by: None, tags: Some(tags) }), None)
}

/// What was not read; nothing where it is not there.
fn unread(failure: &Failure, part: Part) -> Option<Unread> {
    (!NOT_THERE.iter().any(|code| failure.is(code))).then(|| failure.unread(part))
}
