//! Paths in answers, and errors as serde makes them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::PropertyError;
use crate::path::{PathStep, PropertyPath};

/// As its text.
impl Serialize for PropertyPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// From a list of members and indices: no text is read.
impl<'de> Deserialize<'de> for PropertyPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Step {
            Member(String),
            Index(usize),
        }
        let steps = Vec::<Step>::deserialize(deserializer)?.into_iter().map(|step| match step {
            Step::Member(name) => PathStep::Member(name),
            Step::Index(index) => PathStep::Index(index),
        });
        Ok(steps.collect())
    }
}

impl serde::de::Error for PropertyError {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::new(PropertyPath::root(), reason.to_string())
    }
}

impl serde::ser::Error for PropertyError {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::new(PropertyPath::root(), reason.to_string())
    }
}
