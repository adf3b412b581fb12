//! The functions in a VPC of the user's.

use std::collections::BTreeSet;

use pulumi_component::engine::Given;
use pulumi_component::{Checks, Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;

/// Most subnets and security groups of a function (Lambda API Reference, "VpcConfig").
const SUBNETS: usize = 16;
const SECURITY_GROUPS: usize = 5;

/// Where the functions are in a VPC. They reach AWS through endpoints or a NAT gateway there; docs/organizations.md lists the endpoints.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VpcArgs {
    /// Ids of 1 to 16 subnets, such as `subnet-0123456789abcdef0`, preferably in several Availability Zones.
    pub subnet_ids: Vec<Input<String>>,
    /// Ids of 1 to 5 security groups, such as `sg-0123456789abcdef0`. They must allow HTTPS to AWS.
    pub security_group_ids: Vec<Input<String>>,
}

impl VpcArgs {
    /// Checks how many there are and the form of each id.
    pub fn check(&self, checks: &mut Checks) {
        for (member, given, most) in
            [("subnetIds", &self.subnet_ids, SUBNETS), ("securityGroupIds", &self.security_group_ids, SECURITY_GROUPS)]
        {
            if given.is_empty() || given.len() > most {
                let reason = format!("expected 1 to {most}, got {}: a function in a VPC needs both lists", given.len());
                checks.error(member, reason);
            }
            let mut seen = BTreeSet::new();
            for (index, id) in given.iter().enumerate() {
                let known = id.given().and_then(|given| given.value.clone().filter(|_| !given.secret));
                if known.is_some_and(|id| !seen.insert(id)) {
                    checks.error((member, index), "listed twice; remove one");
                }
            }
        }
        checks.each("subnetIds", &self.subnet_ids, |checks, id| checks.input("", id, |id| bounds::subnet_id(id)));
        checks.each("securityGroupIds", &self.security_group_ids, |checks, id| {
            checks.input("", id, |id| bounds::security_group_id(id));
        });
    }
}
