//! What is asked of the engine for a resource, and its answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::border::monitor::{Reading, Registered, Registration};
use crate::values::output::Output;
use crate::values::property::{PropertyMap, Urn};

/// A registration's answer, cheap to clone.
#[derive(Clone)]
pub(super) struct Answer(pub(super) Arc<Registered>);

impl Output<Answer> {
    pub(super) fn map_urn(&self) -> Output<Urn> {
        self.map(|answer| answer.0.urn.clone())
    }
}

/// What is asked of the engine for one resource.
pub(super) enum Asked {
    Registration(Box<Registration>),
    Reading(Box<Reading>),
}

/// The resources that each property came from, also where there are none: the engine takes a missing entry for all.
///
/// A reference comes from the resource it names.
pub(super) fn dependencies_of(inputs: &PropertyMap) -> BTreeMap<String, BTreeSet<Urn>> {
    let dependencies = inputs.iter().map(|(name, value)| {
        let mut found = value.marks().dependencies;
        found.extend(value.references());
        (name.clone(), found)
    });
    dependencies.collect()
}

/// Inputs for a component of another package, which depends on a reference no more than it uses it.
pub(super) fn beside_references(inputs: PropertyMap) -> PropertyMap {
    inputs.into_iter().map(|(name, value)| (name, value.without_own_origins())).collect()
}

/// The resources that each property came from, references left aside.
pub(super) fn origins_of(inputs: &PropertyMap) -> BTreeMap<String, BTreeSet<Urn>> {
    inputs.iter().map(|(name, value)| (name.clone(), value.marks().dependencies)).collect()
}
