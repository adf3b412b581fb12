//! EventBridge event patterns, as "Creating Amazon EventBridge event patterns" describes them.

use std::collections::BTreeMap;

use pulumi_component::Input;

use crate::json::Json;

/// Which events a rule takes: each key lists the values it may have.
#[derive(Clone, Debug, Default)]
pub struct EventPattern {
    keys: BTreeMap<String, Json>,
    detail: BTreeMap<String, Json>,
}

impl EventPattern {
    /// Events of a source and a detail type: `aws.config`, `Config Rules Compliance Change`.
    pub fn of(source: &str, detail_type: &str) -> Self {
        let keys = [("source", source), ("detail-type", detail_type)];
        let keys = keys.into_iter().map(|(key, value)| (key.to_owned(), Json::list([value]))).collect();
        Self { keys, detail: BTreeMap::new() }
    }

    /// Only events whose detail has one of the values at `key`.
    #[must_use]
    pub fn detail<T: Into<Json>>(mut self, key: &str, values: impl IntoIterator<Item = T>) -> Self {
        self.detail.insert(key.to_owned(), Json::list(values));
        self
    }
}

impl From<EventPattern> for Input<String> {
    fn from(pattern: EventPattern) -> Self {
        let mut keys = pattern.keys;
        if !pattern.detail.is_empty() {
            keys.insert("detail".into(), Json::Object(pattern.detail));
        }
        Json::Object(keys).into()
    }
}
