//! What the scan of the account has to say.

use property_path::PropertyPath;
use schemars::JsonSchema;
use serde::Serialize;

/// The path of what is about no input.
pub(super) static ROOT: PropertyPath = PropertyPath::root();

/// One thing that the scan of the account has to say about the deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScanMessage {
    /// How much it means.
    pub level: ScanLevel,
    /// The input that it is about, such as `recorder.mode`; the root where it is about none.
    #[schemars(with = "String")]
    pub path: PropertyPath,
    /// What was seen and what helps: lower case, no final stop.
    pub message: String,
}

/// How much a message means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ScanLevel {
    /// The deployment must not go on.
    Error,
    /// It works, but not as one would think; or it is not known whether it works.
    Warning,
    /// Worth a line.
    Status,
}

impl ScanMessage {
    pub(super) fn error(path: &PropertyPath, message: impl Into<String>) -> Self {
        Self { level: ScanLevel::Error, path: path.clone(), message: message.into() }
    }

    pub(super) fn warning(path: &PropertyPath, message: impl Into<String>) -> Self {
        Self { level: ScanLevel::Warning, path: path.clone(), message: message.into() }
    }

    pub(super) fn status(message: impl Into<String>) -> Self {
        Self { level: ScanLevel::Status, path: PropertyPath::root(), message: message.into() }
    }
}
