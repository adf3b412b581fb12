//! Inputs without the places that are not known before a deployment.
//!
//! The component decides with plain inputs which resources there are, so one that is not known cannot be checked, and neither
//! can what depends on it. Such a place is taken away, with as little around it as possible; the rest is checked.

use std::collections::BTreeSet;

use pulumi_component::engine::judge;
use pulumi_component::value::{PathStep, PropertyError, PropertyMap, PropertyPath, PropertyValue, Value};

use crate::cli::program::Unread;
use crate::inputs::monitoring::ComplianceMonitoringArgs;

/// Inputs of which what is plain is known.
pub(super) struct Known {
    pub inputs: PropertyMap,
    /// What is wrong by shape in all that was given.
    pub problems: Vec<PropertyError>,
    /// What was taken away, by its path in what was given.
    removed: BTreeSet<PropertyPath>,
}

impl Known {
    /// Takes away each unread place that has to be plain, and what cannot be without it.
    pub(super) fn of(given: PropertyMap, unread: &[Unread]) -> Self {
        let problems = shape(given.clone());
        let (plain, problems): (Vec<_>, Vec<_>) =
            problems.into_iter().partition(|problem| unread.iter().any(|place| place.path == problem.path));
        let mut known = Self { inputs: given.clone(), problems, removed: BTreeSet::new() };
        let mut missing: Vec<_> = plain.into_iter().map(|problem| problem.path).collect();
        while !missing.is_empty() {
            let before = known.removed.len();
            for path in missing {
                known.remove(&given, path);
            }
            if known.removed.len() == before {
                break;
            }
            known.inputs = without(&given, &PropertyPath::root(), &known.removed);
            // What is wrong only now is so because something is missing.
            let now = shape(known.inputs.clone()).into_iter().map(|problem| known.as_given(problem));
            missing = now.filter(|problem| !known.problems.contains(problem)).map(|problem| problem.path).collect();
        }
        known
    }

    /// The same error by its path in what was given.
    pub(super) fn as_given(&self, mut error: PropertyError) -> PropertyError {
        let mut path = PropertyPath::root();
        for step in error.path.steps() {
            path = match step {
                PathStep::Index(index) => {
                    let left = (0..).filter(|index| !self.removed.contains(&path.index(*index))).nth(*index);
                    path.index(left.unwrap_or(*index))
                }
                PathStep::Member(name) => path.member(name),
                PathStep::Hidden => path.hidden(),
            };
        }
        error.path = path;
        error
    }

    /// What was taken away and may be why there is an error: it is of the same object, or the error names it.
    pub(super) fn cause(&self, error: &PropertyError) -> Option<&PropertyPath> {
        self.removed.iter().find(|removed| {
            let object = object_of(removed);
            let outer = removed.first_member().unwrap_or_default();
            error.path.is_within(&object)
                || removed.is_within(&error.path)
                || [Some(outer), removed.last_member()]
                    .into_iter()
                    .flatten()
                    .any(|name| error.reason.contains(&format!("`{name}`")))
        })
    }

    /// Takes a place away, or, where it is missing already, what it is missing in.
    fn remove(&mut self, given: &PropertyMap, path: PropertyPath) {
        let mut path = path;
        while !path.is_root() && (self.is_removed(&path) || !exists(given, &path)) {
            path = outer(&path);
        }
        if !path.is_root() {
            self.removed.insert(path);
        }
    }

    fn is_removed(&self, path: &PropertyPath) -> bool {
        self.removed.iter().any(|removed| path.is_within(removed))
    }
}

/// The problems of names, types and bounds.
fn shape(given: PropertyMap) -> Vec<PropertyError> {
    judge::<ComplianceMonitoringArgs>(given, |_, _| {}).problems
}

fn outer(path: &PropertyPath) -> PropertyPath {
    let steps = path.steps();
    steps.iter().take(steps.len().saturating_sub(1)).cloned().collect()
}

/// The object that a place is a member of; of a member of the whole, the place itself.
fn object_of(path: &PropertyPath) -> PropertyPath {
    let mut object = outer(path);
    while matches!(object.steps().last(), Some(PathStep::Index(_)))
        && matches!(path.steps().last(), Some(PathStep::Index(_)))
    {
        object = outer(&object);
    }
    if object.is_root() { path.clone() } else { object }
}

fn exists(given: &PropertyMap, path: &PropertyPath) -> bool {
    let mut steps = path.steps().iter();
    let Some(PathStep::Member(first)) = steps.next() else { return false };
    let mut value = given.get(first);
    for step in steps {
        value = match (step, value.map(|value| &value.value)) {
            (PathStep::Member(name), Some(Value::Object(members))) => members.get(name),
            (PathStep::Index(index), Some(Value::List(items))) => items.get(*index),
            _ => None,
        };
    }
    value.is_some()
}

fn without(given: &PropertyMap, at: &PropertyPath, removed: &BTreeSet<PropertyPath>) -> PropertyMap {
    let members = given.iter().map(|(name, value)| (name, value, at.member(name)));
    let left = members.filter(|(_, _, at)| !removed.contains(at));
    left.map(|(name, value, at)| (name.clone(), value_without(value, &at, removed))).collect()
}

fn value_without(given: &PropertyValue, at: &PropertyPath, removed: &BTreeSet<PropertyPath>) -> PropertyValue {
    let value = match &given.value {
        Value::Object(members) => Value::Object(without(members, at, removed)),
        Value::List(items) => {
            let items = items.iter().enumerate().map(|(index, item)| (item, at.index(index)));
            let left = items.filter(|(_, at)| !removed.contains(at));
            Value::List(left.map(|(item, at)| value_without(item, &at, removed)).collect())
        }
        other => other.clone(),
    };
    PropertyValue { value, ..given.clone() }
}
