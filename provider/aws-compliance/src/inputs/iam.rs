//! The IAM roles of this component: what an organization requires of every role applies to each of them.

use pulumi_component::{Checks, Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;

/// What every IAM role of this component has.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct IamArgs {
    /// ARN of the managed policy to set as the permissions boundary of every role. It must allow what the policies of the
    /// roles allow. Default: no boundary.
    pub permissions_boundary: Option<Input<String>>,
    /// Path of every role, such as `/compliance/`. It begins and ends with a slash and has at most 512 characters. A change
    /// replaces the roles. Default: `/`.
    pub path: Option<Input<String>>,
}

impl IamArgs {
    /// Checks the form of the boundary's ARN and of the path.
    pub fn check(&self, checks: &mut Checks) {
        if let Some(boundary) = &self.permissions_boundary {
            checks.input("permissionsBoundary", boundary, |arn| bounds::managed_policy_arn(arn));
        }
        if let Some(path) = &self.path {
            checks.input("path", path, |path| bounds::iam_path(path));
        }
    }
}
