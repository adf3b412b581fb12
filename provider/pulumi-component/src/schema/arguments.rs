//! Inputs and arguments from property values: checked against their schema, decoded, and checked by their author.

use std::collections::BTreeSet;

use property_path::{PropertyError, PropertyPath};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::schema;
use crate::schema::checks::Checks;
use crate::schema::pruning::{self, Pruned};
use crate::schema::text;
use crate::values::decode::from_properties;
use crate::values::error::Error;
use crate::values::property::{PropertyMap, PropertyValue, Value};

/// What was given, with all that is to be said of it.
pub struct Judged<T> {
    /// The arguments, without what keeps them from being decoded; absent where too little is left.
    pub args: Option<T>,
    /// What is missing in the arguments, though it was given.
    pub(crate) pruned: Option<Pruned>,
    /// Everything that is wrong.
    pub problems: Vec<PropertyError>,
    /// Everything that is odd.
    pub warnings: Vec<PropertyError>,
}

/// Decodes `given` and says every problem that the schema and `check` find, as a preview does before it asks for anything.
/// For inputs that do not come from the engine, such as those in a file.
pub fn judge<T: DeserializeOwned + JsonSchema>(given: PropertyMap, check: fn(&T, &mut Checks)) -> Judged<T> {
    let (given, said) = text::as_texts::<T>(given);
    let mut problems = schema::check::<T>(&given);
    let decoded = match from_properties::<T>(given.clone()) {
        Ok(args) => Some((args, None)),
        // What does not decode is told by the schema already, except for what the schema cannot say.
        Err(error) if problems.is_empty() => {
            problems.push(error);
            None
        }
        Err(_) => pruning::prune(given, &problems).map(|(args, pruned)| (args, Some(pruned))),
    };
    let Some((args, pruned)) = decoded else {
        return Judged { args: None, pruned: None, problems, warnings: said };
    };
    let mut checks = Checks::default();
    check(&args, &mut checks);
    let (errors, mut warnings) = checks.into_parts();
    warnings.extend(said);
    let mut judged = Judged { args: Some(args), pruned, problems, warnings };
    judged.add_learned(errors);
    let warnings = std::mem::take(&mut judged.warnings);
    judged.warnings = judged.beside(warnings);
    judged
}

impl<T> Judged<T> {
    /// Adds what was found wrong with the arguments, but for what may only be so because something is missing in them.
    pub fn add(&mut self, errors: Vec<PropertyError>) {
        let pruned = self.pruned.as_ref();
        self.problems
            .extend(errors.into_iter().filter(|error| !pruned.is_some_and(|pruned| pruned.touches(&error.path))));
    }

    /// The warnings about what is not wrong already: of a value that must change, a warning says nothing more.
    #[must_use]
    pub fn beside(&self, warnings: Vec<PropertyError>) -> Vec<PropertyError> {
        let is_wrong = |path: &PropertyPath| !path.is_root() && self.problems.iter().any(|known| known.path == *path);
        warnings.into_iter().filter(|warning| !is_wrong(&warning.path)).collect()
    }

    /// Adds what was found wrong after the schema. What it says of an input that is wrong already follows from that.
    pub(crate) fn add_learned(&mut self, errors: Vec<PropertyError>) {
        let known: BTreeSet<_> = self.problems.iter().map(|problem| problem.path.clone()).collect();
        self.add(errors.into_iter().filter(|error| error.path.is_root() || !known.contains(&error.path)).collect());
    }
}

/// Decodes `given`, with the warnings about it.
///
/// # Errors
/// With every problem that the schema and `check` find.
pub(crate) fn read<T: DeserializeOwned + JsonSchema>(
    given: PropertyMap,
    check: fn(&T, &mut Checks),
) -> Result<(T, Vec<PropertyError>), Error> {
    match judge(given, check) {
        Judged { args: Some(args), problems, warnings, .. } if problems.is_empty() => Ok((args, warnings)),
        Judged { problems, .. } => Err(Error::InvalidInputs(problems)),
    }
}

/// Marks wrong inputs whose path leads to a secret, or to what one lies in: the engine prints what stands there.
pub(crate) fn concealed(error: Error, given: &PropertyMap) -> Error {
    let Error::InvalidInputs(mut problems) = error else { return error };
    let mut paths = BTreeSet::new();
    for (name, value) in given {
        secret_paths(PropertyPath::root().member(name), value, false, &mut paths);
    }
    for problem in &mut problems {
        problem.sensitive |= paths.contains(&problem.path);
    }
    Error::InvalidInputs(problems)
}

fn secret_paths(path: PropertyPath, value: &PropertyValue, hidden: bool, paths: &mut BTreeSet<PropertyPath>) {
    if !hidden && !value.marks().secret {
        return;
    }
    let hidden = hidden || value.secret;
    match &value.value {
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                secret_paths(path.index(index), item, hidden, paths);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                secret_paths(path.member(name), member, hidden, paths);
            }
        }
        _ => {}
    }
    paths.insert(path);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;
    use serde_json::json;

    #[derive(serde::Deserialize, JsonSchema)]
    struct Kept {
        #[schemars(range(min = 1, max = 10))]
        days: u32,
    }

    #[test]
    fn a_value_out_of_bounds_is_one_message() {
        fn check(args: &Kept, checks: &mut Checks) {
            checks.plain("days", &args.days, |days| if *days > 2 { Ok(()) } else { Err("less than a run".into()) });
            checks.warn_plain("days", &args.days, |days| if *days > 5 { Ok(()) } else { Err("short".into()) });
        }
        for (days, errors, warnings) in [
            (0, vec!["days: expected 1 to 10"], vec![]),
            (2, vec!["days: less than a run"], vec![]),
            (3, vec![], vec!["days: short"]),
        ] {
            let given = PropertyMap::from([("days".to_owned(), value(json!(days)))]);
            let judged = judge(given, check);
            let texts = |found: &[PropertyError]| found.iter().map(ToString::to_string).collect::<Vec<_>>();
            let texts = (texts(&judged.problems), texts(&judged.warnings));
            assert_eq!(
                (texts.0, texts.1),
                (errors.into_iter().map(str::to_owned).collect(), warnings.into_iter().map(str::to_owned).collect()),
                "{days}"
            );
        }
    }

    #[test]
    fn a_path_that_leads_to_a_secret_or_around_one_is_marked() {
        let secret = PropertyValue { secret: true, ..value(json!({ "in.ner": [1] })) };
        let list = PropertyValue::from(Value::List(vec![value(json!({ "plain": 1 })), secret]));
        let given = PropertyMap::from([("list".to_owned(), list), ("other".to_owned(), value(json!("x")))]);
        let (root, inner) = (PropertyPath::from("list"), PropertyPath::from(("list", 1, "in.ner")));
        let expected = [
            (root.clone(), true),
            (root.index(0), false),
            (root.index(0).member("plain"), false),
            (root.index(1), true),
            (inner.clone(), true),
            (inner.index(0), true),
            ("other".into(), false),
            ("missing".into(), false),
        ];
        let problems = expected.iter().map(|(path, _)| PropertyError::new(path, "wrong")).collect();
        let once = concealed(Error::InvalidInputs(problems), &given);
        let Error::InvalidInputs(problems) = concealed(once, &given) else { panic!("they are wrong inputs") };
        for (problem, (path, sensitive)) in problems.into_iter().zip(expected) {
            assert_eq!(problem, PropertyError::new(path, "wrong").sensitive_if(sensitive));
        }
    }
}
