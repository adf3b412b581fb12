//! What a part declares of itself: the whole checks, scans and serves by iterating over the parts.

use account_look::{LookRequest, NamesakeKind, PlannedName, PlannedResource};
use pulumi_component::engine::Given;
use pulumi_component::{Checks, PreparedComponent, Provider};

use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::plan::Plan;
use crate::plan::target::Target;

/// A part of the whole.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Logical name of its child within the whole's; empty for a part that is used alone.
    pub role: &'static str,
    /// Checks what it is given among the inputs of the whole.
    pub check: fn(&ComplianceMonitoringArgs, &mut Checks),
    /// Adds what it takes in the account to what the account scan is asked.
    pub claim: fn(&Whole<'_>, &mut LookRequest),
    /// Serves its component.
    pub serve: fn(Provider) -> Provider,
}

/// What a part knows of the whole before anything is registered.
#[derive(Clone, Copy, Debug)]
pub struct Whole<'a> {
    /// The inputs.
    pub args: &'a ComplianceMonitoringArgs,
    /// What will be deployed.
    pub plan: &'a Plan,
    /// Where.
    pub target: &'a Target,
    /// The other regions that are monitored.
    pub monitored: &'a [String],
}

impl Whole<'_> {
    /// Resources of a kind whose names derive from the prefix.
    pub fn resources(&self, kind: NamesakeKind, names: impl IntoIterator<Item = String>) -> Vec<PlannedResource> {
        let planned = |name| PlannedResource { kind, path: "namePrefix".into(), name };
        names.into_iter().map(planned).collect()
    }

    /// The name of the report bucket, where it is known already and not sensitive: what is found about it is printed.
    pub fn bucket_name(&self) -> Option<String> {
        let Self { args, target, .. } = self;
        match &args.reports.bucket_name {
            Some(given) => given.given().filter(|given| !given.secret).and_then(|given| given.value.clone()),
            None => (target.account_id.as_deref().zip(target.region.as_deref()))
                .map(|(account, region)| args.name_prefix.bucket_in(account, region)),
        }
    }

    /// A name that derives from the prefix.
    pub fn named(&self, name: String) -> PlannedName {
        PlannedName { path: "namePrefix".into(), name }
    }
}

impl Part {
    /// A part with nothing to check in the whole and nothing to look for in the account.
    pub const fn of<T: PreparedComponent>(role: &'static str) -> Self {
        Self { role, check: |_, _| {}, claim: |_, _| {}, serve: Provider::component::<T> }
    }
}
