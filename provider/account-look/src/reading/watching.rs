//! Event rules, the dashboard and alarms: what has a name that the deployment will use, asked for by that name.

use aws_config::SdkConfig;
use futures::future::join_all;

use super::bounded::{Deadline, Read};
use super::failure::{Failure, sorted};
use crate::look::{Namesake, NamesakeKind, Part, Tags, Unread};
use crate::request::{LookRequest, OWNER_TAG, Owner};

/// The error codes of what is not there (Amazon EventBridge API Reference, "DescribeRule"; Amazon CloudWatch API
/// Reference, "GetDashboard").
const NOT_THERE: [&str; 3] = ["ResourceNotFoundException", "ResourceNotFound", "DashboardNotFoundError"];

/// Most alarms that are asked for at once (Amazon CloudWatch API Reference, "DescribeAlarms").
const ALARMS_AT_ONCE: usize = 100;

/// All of it side by side; each that fails leaves its reason.
pub async fn watching(
    shared: &SdkConfig,
    request: &LookRequest,
    region: &str,
    deadline: Deadline,
) -> Read<Vec<Namesake>> {
    let events = aws_sdk_eventbridge::Client::new(shared);
    let rules = request.event_rules.iter().map(|planned| event_rule(&events, &planned.name, deadline));
    let metrics = aws_sdk_cloudwatch::Client::new(shared);
    let (rules, dashboard, alarms) = tokio::join!(
        join_all(rules),
        dashboard(&metrics, request, region, deadline),
        alarms(&metrics, request, deadline)
    );
    let mut read = Read::all(Vec::new());
    for (found, unread) in rules.into_iter().chain([dashboard]).chain(alarms) {
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

/// Alarms on metrics by name. A composite alarm of the same name would be no alarm that ours overwrite.
async fn alarms(client: &aws_sdk_cloudwatch::Client, request: &LookRequest, deadline: Deadline) -> Vec<Found> {
    let names: Vec<_> = request.alarms.iter().map(|planned| planned.name.clone()).collect();
    let mut found = Vec::new();
    for names in names.chunks(ALARMS_AT_ONCE) {
        let what = "cloudwatch:DescribeAlarms";
        let asked = client.describe_alarms().set_alarm_names(Some(names.to_vec())).max_records(100).send();
        match deadline.bound(what, asked).await.and_then(|answer| sorted(what, answer)) {
            Ok(answer) => {
                let alarms = answer.metric_alarms.unwrap_or_default().into_iter();
                found.extend(join_all(alarms.map(|alarm| marked_alarm(client, alarm, deadline))).await);
            }
            Err(failure) => found.push((None, unread(&failure, Part::Alarms))),
        }
    }
    found
}

async fn marked_alarm(
    client: &aws_sdk_cloudwatch::Client,
    alarm: aws_sdk_cloudwatch::types::MetricAlarm,
    deadline: Deadline,
) -> Found {
    let (name, arn) = (alarm.alarm_name.unwrap_or_default(), alarm.alarm_arn.unwrap_or_default());
    let what = "cloudwatch:ListTagsForResource";
    let answer = deadline.bound(what, client.list_tags_for_resource().resource_arn(&arn).send()).await;
    let (tags, unread) = match answer.and_then(|answer| sorted(what, answer)) {
        Ok(answer) => {
            let tags = answer.tags.unwrap_or_default().into_iter();
            let tags = tags.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()));
            (Some(tags.collect()), None)
        }
        Err(failure) => (None, unread(&failure, Part::Tags)),
    };
    (Some(Namesake { kind: NamesakeKind::Alarm, name, arn, created_by: None, tags }), unread)
}

async fn dashboard(
    client: &aws_sdk_cloudwatch::Client,
    request: &LookRequest,
    region: &str,
    deadline: Deadline,
) -> Found {
    let Some(planned) = &request.dashboard else { return (None, None) };
    let name = format!("{}-{region}", planned.name);
    let what = "cloudwatch:GetDashboard";
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
