//! Inputs without what does not fit, so that the rest of them can be looked at in the same run.

use property_path::{PathStep, PropertyError, PropertyPath};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::schema;
use crate::values::decode::from_properties;
use crate::values::property::{PropertyMap, PropertyValue, Value};

/// What was taken away from inputs, and what is left.
pub(crate) struct Pruned {
    left: PropertyMap,
    /// The objects in which something was taken away, and at the top what that may have meant.
    around: Vec<Vec<PathStep>>,
}

/// How deep what is taken away may lie.
const ROUNDS: usize = 8;

/// Takes away what `problems` are about until the rest decodes; `None` where nothing useful is left.
pub(crate) fn prune<T: DeserializeOwned + JsonSchema>(
    given: PropertyMap,
    problems: &[PropertyError],
) -> Option<(T, Pruned)> {
    let mut pruned = Pruned { left: given, around: Vec::new() };
    let mut problems = problems.to_vec();
    for _ in 0..ROUNDS {
        for problem in &problems {
            pruned.remove::<T>(&problem.path)?;
        }
        if let Ok(args) = from_properties::<T>(pruned.left.clone()) {
            return Some((args, pruned));
        }
        problems = schema::check::<T>(&pruned.left);
        if problems.is_empty() {
            return None;
        }
    }
    None
}

impl Pruned {
    /// Whether a path leads to what was taken away, or so close to it that what is said may be about that.
    pub(crate) fn touches(&self, path: &PropertyPath) -> bool {
        let Some(steps) = steps(path) else { return true };
        self.around.iter().any(|object| steps.starts_with(object))
    }

    /// Takes away what a path leads to; where that is missing, what it is missing in. Elements of a list keep their
    /// numbers, so a list goes whole. `None` where everything would go.
    fn remove<T: JsonSchema>(&mut self, path: &PropertyPath) -> Option<()> {
        let mut steps = steps(path)?;
        if find(&self.left, &steps).is_none() {
            steps.pop();
        }
        while let Some(PathStep::Index(_)) = steps.last() {
            steps.pop();
        }
        let Some(PathStep::Member(name)) = steps.pop() else { return None };
        let object = if steps.is_empty() { Some(&mut self.left) } else { object_at(&mut self.left, &steps) };
        if let Some(object) = object {
            object.remove(&name);
        }
        if steps.is_empty() {
            let meant = schema::intended::<T>(&name).filter(|known| !self.left.contains_key(known));
            steps.extend(meant.map(PathStep::Member));
            self.around.push(vec![PathStep::Member(name)]);
        }
        if !steps.is_empty() {
            self.around.push(steps);
        }
        Some(())
    }
}

fn find<'v>(left: &'v PropertyMap, steps: &[PathStep]) -> Option<&'v PropertyValue> {
    let (PathStep::Member(first), rest) = steps.split_first()? else { return None };
    let mut value = left.get(first)?;
    for step in rest {
        value = match (step, &value.value) {
            (PathStep::Member(name), Value::Object(members)) => members.get(name)?,
            (PathStep::Index(index), Value::List(items)) => items.get(*index)?,
            _ => return None,
        };
    }
    Some(value)
}

fn object_at<'v>(left: &'v mut PropertyMap, steps: &[PathStep]) -> Option<&'v mut PropertyMap> {
    let (PathStep::Member(first), rest) = steps.split_first()? else { return None };
    let mut value = left.get_mut(first)?;
    for step in rest {
        value = match (step, &mut value.value) {
            (PathStep::Member(name), Value::Object(members)) => members.get_mut(name)?,
            (PathStep::Index(index), Value::List(items)) => items.get_mut(*index)?,
            _ => return None,
        };
    }
    match &mut value.value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// The steps of a path as far as they are shown; `None` where there is none.
fn steps(path: &PropertyPath) -> Option<Vec<PathStep>> {
    let shown: Vec<_> = path.steps().iter().take_while(|step| **step != PathStep::Hidden).cloned().collect();
    (!shown.is_empty()).then_some(shown)
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::testing::inputs;

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Args {
        #[serde(default)]
        outer: Option<Outer>,
        #[serde(default)]
        list: Vec<Inner>,
        #[serde(default)]
        count: Option<u32>,
    }

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Outer {
        days: Option<u32>,
        name: Option<String>,
    }

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Inner {
        id: String,
        note: Option<String>,
    }

    fn pruned(given: serde_json::Value) -> (Args, Pruned) {
        let given = inputs(given);
        let problems = schema::check::<Args>(&given);
        prune(given, &problems).expect("something is left")
    }

    #[test]
    fn what_does_not_fit_goes_and_the_rest_stays() {
        let (args, pruned) = pruned(json!({
            "outer": { "days": ["1"], "name": "kept", "nmae": 1 },
            "list": [{ "id": "a", "note": 1 }, { "id": "b", "note": "kept" }],
            "cuont": 8,
        }));
        assert_eq!(args.outer, Some(Outer { days: None, name: Some("kept".into()) }));
        assert_eq!(args.list.len(), 2, "the elements keep their numbers");
        let touches = |path: PropertyPath| pruned.touches(&path);
        assert!(touches(["outer", "name"].into()), "it may be the wrong name's");
        assert!(touches(["outer", "days"].into()));
        assert!(touches(("list", 0, "id").into()) && !touches(("list", 1, "note").into()));
        assert!(touches("count".into()), "it may be what the wrong name meant");
        assert!(touches("cuont".into()) && !touches("missing".into()));
        assert!(touches(PropertyPath::root()), "what is said of the whole may be about anything");
        assert!(touches(PropertyPath::from(["outer", "days"]).hidden()), "what is hidden in it goes with it");
    }

    #[test]
    fn an_object_without_what_it_needs_goes_whole_and_so_does_a_list_with_one() {
        let (args, pruned) = pruned(json!({ "list": [{ "id": "a" }, { "note": "b" }], "count": 7 }));
        assert_eq!((args.list.len(), args.count), (0, Some(7)));
        assert!(pruned.touches(&("list", 0, "id").into()) && pruned.touches(&"list".into()));
    }
}
