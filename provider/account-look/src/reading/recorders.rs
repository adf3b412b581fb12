//! Configuration recorders and the delivery channel.

use aws_sdk_config::Client;
use aws_sdk_config::types::{self, RecordingStrategyType};
use compliance_types::recorder::RecordingFrequency;

use super::bounded::{Deadline, Read};
use super::config::read_tags;
use super::failure::{Failure, sorted};
use crate::look::{DeliveryChannel, FrequencyOverride, Part, Recorded, Recorder, RecorderKind};

/// The recorder of AWS Control Tower (AWS Control Tower User Guide, "Resources created in the shared accounts").
const CONTROL_TOWER_RECORDER: &str = "aws-controltower-BaselineConfigRecorder";
/// How the name of every service-linked recorder starts (AWS Config API Reference, "ConfigurationRecorder").
const SERVICE_LINKED_PREFIX: &str = "AWSConfigurationRecorderFor";

/// All recorders of the region, the customer-managed one first.
pub async fn recorders(client: &Client, deadline: Deadline) -> Read<Vec<Recorder>> {
    let (own, statuses, linked) = tokio::join!(
        customer_managed(client, deadline),
        statuses(client, deadline),
        deadline.bound("config:ListConfigurationRecorders", service_linked(client)),
    );
    let Read { value: Some(mut recorders), mut unread } = own else { return own };
    match statuses {
        Ok(statuses) => {
            for recorder in &mut recorders {
                if let Some(status) = statuses.iter().find(|status| status.name.as_ref() == Some(&recorder.name)) {
                    recorder.recording = Some(status.recording);
                    recorder.last_error.clone_from(&status.last_error_message);
                }
            }
        }
        Err(failure) => unread.push(failure.unread(Part::Recorder)),
    }
    match linked.and_then(|linked| linked) {
        Ok(linked) => {
            let known: Vec<_> = recorders.iter().map(|recorder| recorder.name.clone()).collect();
            recorders.extend(linked.into_iter().filter(|new| !known.contains(&new.name)));
            recorders.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        }
        Err(failure) => unread.push(failure.unread(Part::ServiceLinkedRecorders)),
    }
    Read { value: Some(recorders), unread }
}

/// Without a name the call describes the customer-managed recorder alone (AWS Config API Reference,
/// "DescribeConfigurationRecorders").
async fn customer_managed(client: &Client, deadline: Deadline) -> Read<Vec<Recorder>> {
    let what = "config:DescribeConfigurationRecorders";
    let answer = deadline.bound(what, client.describe_configuration_recorders().send()).await;
    let described = match answer.and_then(|answer| sorted(what, answer)) {
        Ok(described) => described.configuration_recorders.unwrap_or_default(),
        Err(failure) => return Read::nothing(Part::Recorder, &failure),
    };
    let mut recorders: Vec<_> = described.into_iter().map(recorder).collect();
    let own = recorders.iter().filter(|recorder| recorder.kind == RecorderKind::CustomerManaged);
    let untagged = own.filter_map(|recorder| recorder.arn.clone()).collect();
    let (mut tags, unread) = read_tags(client, untagged, deadline).await;
    for recorder in &mut recorders {
        recorder.tags = recorder.arn.as_ref().and_then(|arn| tags.remove(arn));
    }
    Read { value: Some(recorders), unread: unread.into_iter().collect() }
}

async fn statuses(client: &Client, deadline: Deadline) -> Result<Vec<types::ConfigurationRecorderStatus>, Failure> {
    let what = "config:DescribeConfigurationRecorderStatus";
    let answer = deadline.bound(what, client.describe_configuration_recorder_status().send()).await;
    let answer = answer.and_then(|answer| sorted(what, answer))?;
    Ok(answer.configuration_recorders_status.unwrap_or_default())
}

async fn service_linked(client: &Client) -> Result<Vec<Recorder>, Failure> {
    let mut pages = client.list_configuration_recorders().into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        for summary in sorted("config:ListConfigurationRecorders", page)?.configuration_recorder_summaries {
            let kind = kind(&summary.name, summary.service_principal.as_deref());
            if kind == RecorderKind::ServiceLinked {
                found.push(Recorder {
                    name: summary.name,
                    arn: Some(summary.arn),
                    kind,
                    service_principal: summary.service_principal,
                    role_arn: None,
                    recording: None,
                    last_error: None,
                    records: None,
                    frequency: None,
                    overrides: Vec::new(),
                    tags: None,
                });
            }
        }
    }
    Ok(found)
}

/// The delivery channels of the region.
pub async fn delivery_channels(client: &Client, deadline: Deadline) -> Read<Vec<DeliveryChannel>> {
    let what = "config:DescribeDeliveryChannels";
    let answer = deadline.bound(what, client.describe_delivery_channels().send()).await;
    let channels = answer.and_then(|answer| sorted(what, answer)).map(|answer| {
        let channels = answer.delivery_channels.unwrap_or_default().into_iter();
        channels
            .map(|channel| DeliveryChannel {
                name: channel.name.unwrap_or_default(),
                bucket: channel.s3_bucket_name.unwrap_or_default(),
                // Asked of the provider where a deployment needs them.
                bucket_tags: None,
                key_prefix: channel.s3_key_prefix,
                topic_arn: channel.sns_topic_arn,
            })
            .collect()
    });
    Read::of(Part::DeliveryChannel, channels)
}

fn kind(name: &str, service_principal: Option<&str>) -> RecorderKind {
    if service_principal.is_some_and(|principal| !principal.is_empty()) || name.starts_with(SERVICE_LINKED_PREFIX) {
        RecorderKind::ServiceLinked
    } else if name == CONTROL_TOWER_RECORDER {
        RecorderKind::ControlTower
    } else {
        RecorderKind::CustomerManaged
    }
}

fn recorder(described: types::ConfigurationRecorder) -> Recorder {
    let name = described.name.unwrap_or_default();
    let mode = described.recording_mode;
    Recorder {
        kind: kind(&name, described.service_principal.as_deref()),
        name,
        arn: described.arn,
        service_principal: described.service_principal,
        role_arn: described.role_arn,
        recording: None,
        last_error: None,
        records: described.recording_group.map(recorded),
        // A recorder without a mode records each change ("RecordingMode").
        frequency: Some(
            mode.as_ref().map_or(RecordingFrequency::Continuous, |mode| frequency(&mode.recording_frequency)),
        ),
        overrides: mode
            .and_then(|mode| mode.recording_mode_overrides)
            .unwrap_or_default()
            .into_iter()
            .map(|part| FrequencyOverride {
                resource_types: texts(part.resource_types),
                frequency: frequency(&part.recording_frequency),
            })
            .collect(),
        tags: None,
    }
}

/// The strategy by itself, or as the older fields say (AWS Config API Reference, "RecordingGroup").
fn recorded(group: types::RecordingGroup) -> Recorded {
    let strategy = group.recording_strategy.and_then(|strategy| strategy.use_only);
    let all_except = group.exclusion_by_resource_types.and_then(|part| part.resource_types).unwrap_or_default();
    let only = group.resource_types.unwrap_or_default();
    match strategy {
        Some(RecordingStrategyType::ExclusionByResourceTypes) => {
            Recorded::AllExcept { resource_types: texts(all_except) }
        }
        Some(RecordingStrategyType::InclusionByResourceTypes) => Recorded::Only { resource_types: texts(only) },
        _ if group.all_supported || only.is_empty() => {
            Recorded::All { global_types: group.include_global_resource_types }
        }
        _ => Recorded::Only { resource_types: texts(only) },
    }
}

fn texts(types: Vec<types::ResourceType>) -> Vec<String> {
    types.iter().map(|kind| kind.as_str().to_owned()).collect()
}

fn frequency(frequency: &types::RecordingFrequency) -> RecordingFrequency {
    match frequency {
        types::RecordingFrequency::Daily => RecordingFrequency::Daily,
        _ => RecordingFrequency::Continuous,
    }
}
