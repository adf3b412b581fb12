//! What an engine can do, asked once.

use std::collections::BTreeSet;

use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::protocol::resource_monitor_client::ResourceMonitorClient;
use crate::protocol::{DeploymentInfo, SupportsFeatureRequest};

pub(super) use crate::protocol::ResourceMonitorFeature as Feature;

/// What an engine can do, and what it says of the deployment.
#[derive(Debug, Default)]
pub(super) struct Features {
    supported: BTreeSet<i32>,
    pub(super) deployment: Option<DeploymentInfo>,
}

/// The names by which engines that cannot list their features are asked for each.
const NAMED: [(Feature, &str); 13] = [
    (Feature::Secrets, "secrets"),
    (Feature::ResourceReferences, "resourceReferences"),
    (Feature::OutputValues, "outputValues"),
    (Feature::AliasSpecs, "aliasSpecs"),
    (Feature::Transforms, "transforms"),
    (Feature::InvokeTransforms, "invokeTransforms"),
    (Feature::Parameterization, "parameterization"),
    (Feature::ResourceHooks, "resourceHooks"),
    (Feature::ErrorHooks, "errorHooks"),
    (Feature::DeletedWith, "deletedWith"),
    (Feature::ReplaceWith, "replaceWith"),
    (Feature::ReplacementTrigger, "replacementTrigger"),
    (Feature::SendsOptionsToHooks, "sendsOptionsToHooks"),
];

impl Features {
    /// Asks for the list, and an engine that has none for one after the other.
    pub(super) async fn ask(mut monitor: ResourceMonitorClient<Channel>) -> Result<Self, Status> {
        match monitor.get_deployment_info(()).await {
            Ok(info) => {
                let info = info.into_inner();
                Ok(Self { supported: info.supported_features.iter().copied().collect(), deployment: Some(info) })
            }
            Err(status) if status.code() == Code::Unimplemented => {
                // An engine that knows neither question has none of this.
                let asked = NAMED.iter().map(|(feature, id)| {
                    let mut monitor = monitor.clone();
                    async move {
                        let request = SupportsFeatureRequest { id: (*id).to_owned() };
                        match monitor.supports_feature(request).await {
                            Ok(answer) => Ok(answer.into_inner().has_support.then_some(i32::from(*feature))),
                            Err(status) if status.code() == Code::Unimplemented => Ok(None),
                            Err(status) => Err(status),
                        }
                    }
                });
                let supported = futures::future::try_join_all(asked).await?.into_iter().flatten().collect();
                Ok(Self { supported, deployment: None })
            }
            Err(status) => Err(status),
        }
    }

    pub(super) fn has(&self, feature: Feature) -> bool {
        self.supported.contains(&feature.into())
    }
}
