//! The IAM roles of all parts.

use aws_resources::{PolicyDocument, iam};
use pulumi_component::Scope;

use crate::inputs::iam::IamArgs;
use crate::inputs::tags::Tags;
use crate::parts::tags;

impl IamArgs {
    /// Describes a role. Every role of this component is described here, so that none lacks the boundary.
    pub(crate) fn role(
        &self,
        scope: &Scope,
        name: &str,
        trust: PolicyDocument,
        description: String,
        tags: &Tags,
    ) -> iam::Role {
        iam::Role::child(scope, name, trust)
            .description(description)
            .set_permissions_boundary(self.permissions_boundary.clone())
            .set_path(self.path.clone())
            // An inline policy that a run created and did not record, because it was killed, would keep the role.
            .force_detach_policies(true)
            .set_tags(tags::input(tags))
            .register()
    }
}
