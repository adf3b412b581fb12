//! The actions, one file each. To add one, write its file and name it here.

use super::action::Action;

/// Declares the modules and the list of actions, each of which is `ACTION` of its module.
macro_rules! actions {
    ($($(#[$doc:meta])* $module:ident),* $(,)?) => {
        $($(#[$doc])* pub mod $module;)*

        /// All actions.
        pub static ALL: &[&dyn Action] = &[$(&$module::ACTION),*];
    };
}

actions! {
    /// Log file validation of a trail.
    cloudtrail_validation,
    /// Encryption of new volumes by default.
    ebs_encryption_by_default,
    /// Password policy of the account.
    iam_password_policy,
    /// Type of an instance: advice.
    instance_type,
    /// Rotation of a key.
    kms_rotation,
    /// Retention of a log group.
    log_retention,
    /// Backups of a database.
    rds_backup,
    /// Deletion protection of a database.
    rds_deletion_protection,
    /// Public access block of a bucket.
    s3_public_access_block,
    /// Denial of requests without TLS in the policy of a bucket.
    s3_tls_only,
    /// Versioning of a bucket.
    s3_versioning,
    /// Permissions of a security group for admin ports.
    security_group,
    /// Encryption of a topic.
    sns_encryption,
    /// Encryption of a queue.
    sqs_encryption,
    /// Encryption of a volume: advice.
    volume_encryption,
}

/// The action with this id.
#[must_use]
pub fn action(id: &str) -> Option<&'static dyn Action> {
    ALL.iter().copied().find(|action| action.id() == id)
}

/// The action that fixes the findings of a managed rule.
#[must_use]
pub fn of_rule(identifier: &str) -> Option<&'static dyn Action> {
    ALL.iter().copied().find(|action| action.identifiers().contains(&identifier))
}

#[cfg(test)]
mod tests;
