//! Paths in answers, and errors as serde makes them.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{error::PropertyError, path::PropertyPath};

/// As its text.
impl Serialize for PropertyPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
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
