//! What the guards ask about. Nothing is assumed: what cannot be found out is the reason why not.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_config::types::ResourceType;
use compliance_types::{
    region::partition_of_region,
    resource::{ACCOUNT, Resource},
};
use functions_core::{
    configuration::MonitoringConfiguration,
    details::{self, Details},
    remediation::{
        action::Target,
        call::{Call, Service, all, text},
        guard::{Fact, Facts, Owner},
    },
    run::Origin,
    waiver::Subject,
};
use serde_json::{Value, json};

use super::Remediation;
use crate::error::AwsError;

/// Rows of one query (AWS Config API Reference, `SelectResourceConfig`, `Limit`).
const ROWS: usize = 100;

impl Remediation {
    /// What AWS Config knows these resources by.
    pub(super) async fn details(
        &self,
        resources: &BTreeSet<Resource>,
        origin: &Origin,
    ) -> BTreeMap<Resource, Fact<Details>> {
        let mut found = BTreeMap::new();
        let recorded = resources.iter().filter(|resource| resource.resource_type != ACCOUNT);
        let ids: Vec<&str> = recorded.map(|resource| resource.resource_id.as_str()).collect();
        let mut failure = None;
        for query in details::queries(ids, ROWS) {
            match self.config.rows(None, &query.expression).await {
                Ok(rows) => {
                    for row in rows.iter().filter_map(|row| details::read_row(row)) {
                        if !resources.contains(&row.resource) {
                            continue;
                        }
                        let details = if row.has_tags {
                            Ok(row.details)
                        } else {
                            let target = target(&row.resource, &Ok(row.details.clone()), origin);
                            let tags = self.tags_now(&row.resource, &target).await;
                            tags.map(|tags| Details { tags: tags.unwrap_or_default(), ..row.details })
                        };
                        found.insert(row.resource, details);
                    }
                }
                Err(error) => failure = Some(error.to_string()),
            }
        }
        for resource in resources {
            let unknown = || match &failure {
                Some(failure) => Err(failure.clone()),
                // A setting of the account has no tags.
                None if resource.resource_type == ACCOUNT => Ok(Details::default()),
                None => Err("AWS Config does not record the resource".to_owned()),
            };
            found.entry(resource.clone()).or_insert_with(unknown);
        }
        found
    }

    /// The tags of a resource right now; none where it never had any (Resource Groups Tagging API Reference, "GetResources").
    pub(super) async fn tags_now(
        &self,
        resource: &Resource,
        target: &Target,
    ) -> Fact<Option<BTreeMap<String, String>>> {
        if resource.resource_type == ACCOUNT {
            return Ok(None);
        }
        let arn = target.arn.as_deref().ok_or("AWS Config does not say its ARN")?;
        // That of a log group ends so in AWS Config.
        let arn = arn.strip_suffix(":*").unwrap_or(arn);
        let call = Call::json(Service::Tagging, "GetResources", json!({ "ResourceARNList": [arn] }));
        let answer = self.signed.send(&call).await.map_err(|error| error.to_string())?;
        let list = answer.get("ResourceTagMappingList").and_then(Value::as_array);
        let list = list.ok_or("the answer has no `ResourceTagMappingList`")?;
        let Some(found) = list.iter().find(|one| text(one, &["ResourceARN"]) == Some(arn)) else { return Ok(None) };
        let tag = |tag: &Value| {
            let value = text(tag, &["Value"]).unwrap_or_default().to_owned();
            Some((text(tag, &["Key"])?.to_owned(), value))
        };
        Ok(Some(all(found, &["Tags"]).into_iter().filter_map(tag).collect()))
    }

    /// Everything that the guards ask about a finding on `day`; `ids`: what else CloudFormation may know the resource by.
    #[expect(clippy::too_many_arguments, reason = "each is what one guard asks about")]
    pub(super) async fn facts(
        &self,
        configuration: &MonitoringConfiguration,
        rule: &str,
        target: &Target,
        resource: &Resource,
        details: &Fact<Details>,
        day: &str,
        ids: Fact<Vec<String>>,
    ) -> Facts {
        let owner = match ids {
            _ if resource.resource_type == ACCOUNT => Ok(Owner::Account),
            Ok(ids) => self.owner(target, &ids).await,
            Err(reason) => Err(reason),
        };
        Facts {
            tags: details.as_ref().map(|details| details.tags.clone()).map_err(Clone::clone),
            waiver: waiver(configuration, rule, target, resource, details, day),
            owner,
        }
    }

    /// The stack that owns a resource. CloudFormation is asked by each physical id that the resource may have.
    async fn owner(&self, target: &Target, more: &[String]) -> Fact<Owner> {
        let id = target.resource_id.as_str();
        let group = id.split_once(":log-group:").map(|(_, rest)| rest.strip_suffix(":*").unwrap_or(rest));
        let mut ids = BTreeSet::from([id]);
        ids.extend(target.name.as_deref());
        ids.extend(target.arn.as_deref());
        ids.extend(group);
        ids.extend(more.iter().map(String::as_str));
        if !id.starts_with("http") {
            ids.insert(Target::last(id, '/'));
        }
        for id in ids {
            let call = Call::form(Service::CloudFormation, "DescribeStackResources", [("PhysicalResourceId", id)]);
            match self.signed.send(&call).await {
                Ok(answer) => {
                    let path = ["DescribeStackResourcesResult", "StackResources", "member"];
                    let member = all(&answer, &path).into_iter().next();
                    let stack = member.and_then(|member| text(member, &["StackName"]));
                    return match stack {
                        Some(stack) => Ok(Owner::Stack(stack.to_owned())),
                        None => Err("the answer of CloudFormation names no stack".to_owned()),
                    };
                }
                // AWS CloudFormation API Reference, "DescribeStackResources": the answer for what no stack has.
                Err(error) if error.code == "ValidationError" && error.message.contains("does not exist") => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(Owner::Unknown)
    }

    /// How many resources of a type are recorded.
    pub(super) async fn count(&self, resource_type: &str) -> Fact<u64> {
        if resource_type == ACCOUNT {
            return Ok(1);
        }
        let answer =
            self.config.read(|client| client.get_discovered_resource_counts().resource_types(resource_type).send());
        let answer = answer.await.map_err(|error| AwsError::new("GetDiscoveredResourceCounts", &error).to_string())?;
        let counts = answer.resource_counts().iter();
        let of_type = counts.filter(|count| count.resource_type().map(ResourceType::as_str) == Some(resource_type));
        match of_type.map(|count| u64::try_from(count.count()).unwrap_or_default()).sum() {
            0 => Err(format!("AWS Config counts no {resource_type}")),
            count => Ok(count),
        }
    }
}

/// The resource of a finding, as actions know it.
pub(super) fn target(resource: &Resource, details: &Fact<Details>, origin: &Origin) -> Target {
    let details = details.as_ref().ok();
    Target {
        partition: partition_of_region(&origin.region).to_owned(),
        account: origin.account.clone(),
        region: origin.region.clone(),
        resource_id: resource.resource_id.clone(),
        name: details.and_then(|details| details.name.clone()),
        arn: details.and_then(|details| details.arn.clone()),
    }
}

/// The waiver that covers a finding.
fn waiver(
    configuration: &MonitoringConfiguration,
    rule: &str,
    target: &Target,
    resource: &Resource,
    details: &Fact<Details>,
    day: &str,
) -> Fact<Option<String>> {
    let waivers = configuration.waivers_on(day);
    let (none, no_tags) = (BTreeMap::new(), BTreeMap::new());
    let known = match details {
        Err(reason) if waivers.need_details() => return Err(reason.clone()),
        details => details.as_ref().ok(),
    };
    let subject = Subject {
        account: &target.account,
        region: resource.home_region(&target.region),
        rule,
        frameworks: configuration.rule(rule).map_or(&none, |rule| &rule.frameworks),
        resource_id: &resource.resource_id,
        name: target.name.as_deref(),
        arn: target.arn.as_deref(),
        tags: known.map_or(&no_tags, |details| &details.tags),
    };
    let place = waivers.of(&subject).and_then(|place| waivers.all().get(place));
    Ok(place.map(|(waiver, _)| waiver.summary()))
}
