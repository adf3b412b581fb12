//! What is wrong with what a person asks for, and what deserves a look.

use property_path::PropertyPath;
use serde::Serialize;

/// One thing that is not right with what a person asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Path from what was asked, such as `[0].parameters.maxAccessKeyAge` in a list of rules.
    pub path: PropertyPath,
    /// What is wrong and what was expected; never a parameter's value.
    pub reason: String,
    /// The nearest right answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
    /// Further answers that are near, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
}

impl Problem {
    pub(crate) fn new(path: impl Into<PropertyPath>, reason: impl Into<String>, nearest: Option<&str>) -> Self {
        Self { path: path.into(), reason: reason.into(), nearest: nearest.map(str::to_owned), others: Vec::new() }
    }

    /// The reason with what is near.
    pub fn text(&self) -> String {
        let near: Vec<_> = self.nearest.iter().chain(&self.others).map(|name| format!("`{name}`")).collect();
        if near.is_empty() { self.reason.clone() } else { format!("{}; nearest: {}", self.reason, near.join(", ")) }
    }
}

/// All that was found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// What AWS Config would refuse.
    pub errors: Vec<Problem>,
    /// Problems that do not prevent a deployment.
    pub warnings: Vec<Problem>,
}

impl Report {
    pub(crate) fn error(&mut self, path: impl Into<PropertyPath>, reason: impl Into<String>, nearest: Option<&str>) {
        self.errors.push(Problem::new(path, reason, nearest));
    }

    pub(crate) fn warning(&mut self, path: impl Into<PropertyPath>, reason: impl Into<String>) {
        self.warnings.push(Problem::new(path, reason, None));
    }
}
