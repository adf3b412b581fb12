//! Inputs without what does not fit, so that the rest of them can be looked at in the same run.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::decode::from_properties;
use crate::error::PropertyError;
use crate::property::{PropertyMap, PropertyValue, Value};
use crate::schema;

/// What was taken away from inputs, and what is left.
pub(crate) struct Pruned {
    left: PropertyMap,
    /// The objects in which something was taken away, and at the top what that may have meant.
    around: Vec<Vec<Step>>,
}

/// A step of a property path.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Member(String),
    Index(usize),
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
    pub(crate) fn touches(&self, path: &str) -> bool {
        let Some(steps) = steps(path) else { return true };
        self.around.iter().any(|object| steps.starts_with(object))
    }

    /// Takes away what a path leads to; where that is missing, what it is missing in. Elements of a list keep their
    /// numbers, so a list goes whole. `None` where everything would go.
    fn remove<T: JsonSchema>(&mut self, path: &str) -> Option<()> {
        let mut steps = steps(path)?;
        if find(&self.left, &steps).is_none() {
            steps.pop();
        }
        while let Some(Step::Index(_)) = steps.last() {
            steps.pop();
        }
        let Some(Step::Member(name)) = steps.pop() else { return None };
        let object = if steps.is_empty() { Some(&mut self.left) } else { object_at(&mut self.left, &steps) };
        if let Some(object) = object {
            object.remove(&name);
        }
        if steps.is_empty() {
            let meant = schema::intended::<T>(&name).filter(|known| !self.left.contains_key(known));
            steps.extend(meant.map(Step::Member));
            self.around.push(vec![Step::Member(name)]);
        }
        if !steps.is_empty() {
            self.around.push(steps);
        }
        Some(())
    }
}

fn find<'v>(left: &'v PropertyMap, steps: &[Step]) -> Option<&'v PropertyValue> {
    let (Step::Member(first), rest) = steps.split_first()? else { return None };
    let mut value = left.get(first)?;
    for step in rest {
        value = match (step, &value.value) {
            (Step::Member(name), Value::Object(members)) => members.get(name)?,
            (Step::Index(index), Value::List(items)) => items.get(*index)?,
            _ => return None,
        };
    }
    Some(value)
}

fn object_at<'v>(left: &'v mut PropertyMap, steps: &[Step]) -> Option<&'v mut PropertyMap> {
    let (Step::Member(first), rest) = steps.split_first()? else { return None };
    let mut value = left.get_mut(first)?;
    for step in rest {
        value = match (step, &mut value.value) {
            (Step::Member(name), Value::Object(members)) => members.get_mut(name)?,
            (Step::Index(index), Value::List(items)) => items.get_mut(*index)?,
            _ => return None,
        };
    }
    match &mut value.value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// The steps of a path as this crate writes it. What is behind a remark or a star is not told apart.
fn steps(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.split(" (").next().unwrap_or_default();
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('[') {
            let mut texts = serde_json::Deserializer::from_str(quoted).into_iter::<serde_json::Value>();
            steps.push(match texts.next()?.ok()? {
                serde_json::Value::String(name) => Step::Member(name),
                serde_json::Value::Number(index) => Step::Index(usize::try_from(index.as_u64()?).ok()?),
                _ => return None,
            });
            rest = quoted.get(texts.byte_offset()..)?.strip_prefix(']')?;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (name, more) = rest.split_at(end);
            if name == "*" {
                break;
            }
            steps.push(Step::Member(name.to_owned()));
            rest = more;
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    (!steps.is_empty()).then_some(steps)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use schemars::JsonSchema;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::error::{join_path, path_member};
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
        assert!(pruned.touches("outer.name"), "it may be the wrong name's");
        assert!(pruned.touches("outer.days") && pruned.touches("list[0].id") && !pruned.touches("list[1].note"));
        assert!(pruned.touches("count"), "it may be what the wrong name meant");
        assert!(pruned.touches("cuont") && !pruned.touches("missing"));
    }

    #[test]
    fn an_object_without_what_it_needs_goes_whole_and_so_does_a_list_with_one() {
        let (args, pruned) = pruned(json!({ "list": [{ "id": "a" }, { "note": "b" }], "count": 7 }));
        assert_eq!((args.list.len(), args.count), (0, Some(7)));
        assert!(pruned.touches("list[0].id") && pruned.touches("list"));
    }

    proptest! {
        #[test]
        fn any_path_leads_where_it_was_written_for(names in proptest::collection::vec(".{1,6}", 1..4), index in 0..9_usize) {
            prop_assume!(names.iter().all(|name| name != "*"));
            let path = names.iter().fold(String::new(), |path, name| join_path(&path, &path_member(name)));
            let mut expected: Vec<_> = names.into_iter().map(Step::Member).collect();
            expected.push(Step::Index(index));
            prop_assert_eq!(steps(&format!("{path}[{index}] (secret)")), Some(expected));
        }

        #[test]
        fn no_path_panics(path in ".*") {
            let _ = steps(&path);
        }
    }
}
