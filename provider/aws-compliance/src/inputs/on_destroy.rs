//! What becomes of bucket and key when a stack is destroyed, or when either is replaced.

use pulumi_component::ResourceOptions;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The tag of the bucket that says what the last deployment asked for: the engine acts on what its state says, and a
/// replacement must not be started before that is `retain`.
pub const ON_DESTROY_TAG: &str = "aws-compliance:on-destroy";

/// What `pulumi destroy` does with the report bucket and the KMS key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OnDestroy {
    /// Keeps both in the account, so that reports and history can still be read. A new deployment with the same names takes
    /// them over.
    #[default]
    Retain,
    /// Deletes the bucket with everything in it, and schedules the key for deletion.
    Delete,
    /// Refuses to destroy the stack.
    Refuse,
}

impl OnDestroy {
    /// The value as the tag has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Retain => "retain",
            Self::Delete => "delete",
            Self::Refuse => "refuse",
        }
    }

    /// The options of what is kept, or deleted, along with the bucket.
    pub(crate) fn of(self, options: ResourceOptions) -> ResourceOptions {
        match self {
            Self::Retain => options.retain_on_delete(true),
            Self::Delete => options,
            Self::Refuse => options.protect(true),
        }
    }
}
