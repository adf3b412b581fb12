//! `doctor --adopt`: an import file for what a stack has lost.
//!
//! Logical names, types and parents are those of a construction against a monitor that registers nothing, so that they are the
//! names of the deployment whatever its inputs are. Ids are those of what the account scan found with the tag of the deployment.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use account_look::{Namesake, NamesakeKind};
use futures::FutureExt;
use futures::future::BoxFuture;
use pulumi_component::engine::{
    ConstructRequest, Deployment, Invocation, Invoked, MethodCall, MonitorError, Reading, Registered, Registration,
    ResourceMonitor, Runtime, construct,
};
use pulumi_component::engine::{Log, LogEntry};
use pulumi_component::value::{PropertyMap, Urn, Value};
use serde::Serialize;

use crate::parts::monitoring::ComplianceMonitoring;
use crate::plan::target::Target;

/// What `pulumi import --file` reads.
#[derive(Debug, Serialize)]
pub(super) struct ImportFile {
    resources: Vec<Imported>,
}

/// A resource of it.
#[derive(Debug, Serialize)]
struct Imported {
    #[serde(rename = "type")]
    type_token: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    component: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(value: &bool) -> bool {
    !value
}

impl ImportFile {
    /// Resources with an id.
    pub(super) fn count(&self) -> usize {
        self.resources.iter().filter(|one| one.id.is_some()).count()
    }

    /// The file for what was found of a deployment, whose owner is `project/stack/component`.
    ///
    /// # Errors
    /// When the owner is no such name, or the inputs are invalid.
    pub(super) async fn new(
        owner: &str,
        inputs: PropertyMap,
        target: &Target,
        found: &[Namesake],
    ) -> Result<Self, String> {
        let [project, stack, component] = owner.split('/').collect::<Vec<_>>()[..] else {
            return Err(format!("expected PROJECT/STACK/COMPONENT after `--owner`, got `{owner}`"));
        };
        let request = ConstructRequest {
            deployment: Deployment {
                project: project.to_owned(),
                stack: stack.to_owned(),
                dry_run: true,
                ..Deployment::default()
            },
            type_token: <ComplianceMonitoring as pulumi_component::PreparedComponent>::TOKEN.to_string(),
            name: component.to_owned(),
            inputs,
            ..ConstructRequest::default()
        };
        let recorder = Arc::new(Recorder { target: target.clone(), registrations: Mutex::default() });
        let runtime =
            Runtime { monitor: Arc::clone(&recorder) as _, log: Arc::clone(&recorder) as _, configuration: None };
        construct::<ComplianceMonitoring>(request, runtime).await.map_err(|error| error.to_string())?;
        let registrations = recorder.registrations.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Self { resources: resources(&registrations, found) })
    }
}

/// What was found, each below its components.
fn resources(registrations: &[(Urn, Registration)], found: &[Namesake]) -> Vec<Imported> {
    let found: Vec<_> = registrations.iter().filter_map(|(_, one)| Some((one, id(one, found)?))).collect();
    let mut parents = BTreeSet::new();
    for (registration, _) in &found {
        let mut parent = registration.parent.as_str();
        while let Some((urn, one)) = registrations.iter().find(|(urn, _)| urn.as_str() == parent) {
            parents.insert(urn.as_str());
            parent = &one.parent;
        }
    }
    let name = |urn: &str| Some(Urn::new(urn).name().to_owned()).filter(|name| !name.is_empty());
    let imported = |one: &Registration, id: Option<String>| Imported {
        type_token: one.type_token.clone(),
        name: one.name.clone(),
        component: id.is_none(),
        id,
        parent: name(&one.parent),
    };
    // Components come first, each before what is below it: they were registered in that order.
    let components = registrations.iter().filter(|(urn, _)| parents.contains(urn.as_str()));
    let components = components.map(|(_, one)| imported(one, None));
    components.chain(found.iter().map(|(one, id)| imported(one, Some(id.clone())))).collect()
}

/// The id that the `aws` provider imports a resource by, where it was found.
fn id(registration: &Registration, found: &[Namesake]) -> Option<String> {
    let (kind, member) = match registration.type_token.as_str() {
        "aws:cfg/rule:Rule" => (NamesakeKind::Rule, "name"),
        "aws:cfg/configurationAggregator:ConfigurationAggregator" => (NamesakeKind::Aggregator, "name"),
        "aws:cfg/conformancePack:ConformancePack" => (NamesakeKind::ConformancePack, "name"),
        "aws:cloudwatch/eventRule:EventRule" => (NamesakeKind::EventRule, "name"),
        "aws:cloudwatch/dashboard:Dashboard" => (NamesakeKind::Dashboard, "dashboardName"),
        "aws:cloudwatch/metricAlarm:MetricAlarm" => (NamesakeKind::Alarm, "name"),
        "aws:cfg/aggregateAuthorization:AggregateAuthorization" => {
            let one = found.iter().find(|one| one.kind == NamesakeKind::Authorization)?;
            return Some(one.name.replace('/', ":"));
        }
        _ => return None,
    };
    let Value::String(name) = &registration.inputs.get(member)?.value else { return None };
    found.iter().any(|one| one.kind == kind && one.name == *name).then(|| name.clone())
}

/// A monitor that registers nothing.
struct Recorder {
    target: Target,
    registrations: Mutex<Vec<(Urn, Registration)>>,
}

impl ResourceMonitor for Recorder {
    fn register(&self, registration: Registration) -> BoxFuture<'_, Result<Registered, MonitorError>> {
        let types = registration.parent.split("::").nth(2).map(|types| format!("{types}$")).unwrap_or_default();
        let urn =
            Urn::new(format!("urn:pulumi:stack::project::{types}{}::{}", registration.type_token, registration.name));
        let outputs = if registration.custom { registration.inputs.clone() } else { PropertyMap::new() };
        let mut registrations = self.registrations.lock().unwrap_or_else(PoisonError::into_inner);
        registrations.push((urn.clone(), registration));
        async move { Ok(Registered::new(urn, String::new(), outputs)) }.boxed()
    }

    fn read(&self, reading: Reading) -> BoxFuture<'_, Result<Registered, MonitorError>> {
        let refused = MonitorError::Refused(format!("{} is not read", reading.name));
        async move { Err(refused) }.boxed()
    }

    fn register_outputs(&self, _: Urn, _: PropertyMap) -> BoxFuture<'_, Result<(), MonitorError>> {
        async { Ok(()) }.boxed()
    }

    fn invoke(&self, invocation: Invocation) -> BoxFuture<'_, Result<Invoked, MonitorError>> {
        let answer = |name: &str, value: Option<&String>| {
            let value = value.map(|value| (name.to_owned(), value.as_str().into()));
            value.into_iter().collect::<PropertyMap>()
        };
        // Without an account nothing more is asked of it.
        let result = match invocation.token.as_str() {
            "aws:index/getPartition:getPartition" => answer("partition", self.target.partition.as_ref()),
            "aws:index/getRegion:getRegion" => answer("region", self.target.region.as_ref()),
            _ => PropertyMap::new(),
        };
        let unknown = result.is_empty();
        async move { Ok(Invoked { result, unknown }) }.boxed()
    }

    fn call(&self, call: MethodCall) -> BoxFuture<'_, Result<PropertyMap, MonitorError>> {
        let refused = MonitorError::Refused(format!("{} is not called", call.token));
        async move { Err(refused) }.boxed()
    }
}

impl Log for Recorder {
    fn log(&self, _: LogEntry) -> BoxFuture<'_, ()> {
        async {}.boxed()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn found(kind: NamesakeKind, name: &str) -> Namesake {
        Namesake { kind, name: name.into(), arn: String::new(), created_by: None, tags: None }
    }

    async fn written(owner: &str, found: &[Namesake]) -> Result<Json, String> {
        let target = Target::region("eu-west-1");
        let file = ImportFile::new(owner, PropertyMap::new(), &target, found).await?;
        Ok(serde_json::to_value(file).expect("it is JSON"))
    }

    #[tokio::test]
    async fn point_5_what_was_found_is_written_below_its_components() {
        let found = [
            found(NamesakeKind::Rule, "ebs-volumes-encrypted"),
            found(NamesakeKind::Alarm, "compliance-score-fell"),
            found(NamesakeKind::Rule, "of-somebody-else"),
        ];
        let component = |kind: &str, name: &str| json!({ "type": format!("aws-compliance:index:{kind}"), "name": name, "component": true });
        let below = |mut one: Json, parent: &str| {
            one["parent"] = parent.into();
            one
        };
        let resources = written("audit/prod/monitor", &found).await.expect("it is written")["resources"].clone();
        let all: BTreeSet<String> = resources.as_array().expect("a list").iter().map(ToString::to_string).collect();
        for expected in [
            component("ComplianceMonitoring", "monitor"),
            below(component("RuleSet", "monitor-rules"), "monitor"),
            below(component("Alarms", "monitor-alarms"), "monitor"),
            json!({
                "type": "aws:cfg/rule:Rule", "name": "monitor-rules-ebs-volumes-encrypted", "id": "ebs-volumes-encrypted",
                "parent": "monitor-rules",
            }),
            json!({
                "type": "aws:cloudwatch/metricAlarm:MetricAlarm", "name": "monitor-alarms-score-fell",
                "id": "compliance-score-fell", "parent": "monitor-alarms",
            }),
        ] {
            assert!(all.contains(&expected.to_string()), "{expected} is not in {resources:#}");
        }
        assert_eq!(all.len(), 5, "{resources:#}");
    }

    #[tokio::test]
    async fn an_owner_that_is_none_is_refused() {
        let error = written("monitor", &[]).await.expect_err("it has no project");
        assert!(error.contains("PROJECT/STACK/COMPONENT"), "{error}");
    }
}
