//! How the account is looked at.

use pulumi_component::Checks;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;

/// Project, stack and component.
const OWNER_PARTS: usize = 3;

/// How the account is inspected, read-only, before a deployment.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct LookupArgs {
    /// Profile of the shared AWS configuration for the account check, if the provider uses credentials that the
    /// environment does not have. Default: the credentials of the environment.
    pub profile: Option<String>,
    /// ARN of a role to assume for the account check.
    pub role_arn: Option<String>,
    /// Whether to adopt existing resources that have the names of this deployment but no owner tag: rules, aggregators,
    /// event rules, alarms and a dashboard are overwritten, buckets, tables, topics, queues, functions, log groups and the
    /// key alias are imported and updated. By default they are refused, because `destroy` would delete them.
    pub adopt_unmarked: bool,
    /// Former owners of this component's resources, each as `project/stack/component`, which is the value of their tag
    /// `aws-compliance:owner`. Required after `pulumi stack rename`, and after a move that no alias of the component
    /// describes.
    pub former_owners: Vec<String>,
}

impl LookupArgs {
    /// Judges what the look is asked.
    pub fn check(&self, checks: &mut Checks) {
        if let Some(role) = &self.role_arn {
            checks.plain("roleArn", role.as_str(), bounds::role_arn);
        }
        checks.each("formerOwners", &self.former_owners, |checks, owner| {
            if owner.split('/').filter(|part| !part.is_empty()).count() != OWNER_PARTS {
                checks.error("", format!("expected `project/stack/component`, got `{owner}`"));
            }
        });
        bounds::check_once(checks, "formerOwners", &self.former_owners);
        if self.profile.as_ref().is_some_and(String::is_empty) {
            checks.error("profile", "expected the name of a profile; leave it out for the environment's credentials");
        }
    }
}
