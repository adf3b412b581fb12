//! Inputs against the schema of their struct: every problem at once, each with its path.

use std::collections::BTreeMap;

use property_path::{PropertyError, PropertyPath};
use schemars::JsonSchema;
use serde_json::Value as Json;

use super::spec::{enumeration, is_eventual, type_name, union};
use super::text::scalar_text;
use crate::values::decode::{LARGEST_WHOLE, stripped};
use crate::values::property::{PropertyMap, PropertyValue, Value};
use crate::values::special::referenced;
use crate::values::special::{self, REFERENCE};

/// Finds every input that does not fit: unknown and missing names, wrong types, bounds. Unknown values are left aside;
/// an update sees them known.
pub fn check<T: JsonSchema>(inputs: &PropertyMap) -> Vec<PropertyError> {
    let root = super::root::<T>();
    let mut checker = Checker::new(&root);
    checker.object(&PropertyPath::root(), &root, inputs);
    checker.problems
}

/// The known property that is meant by a name that is not known at the top, or in which that name belongs.
pub(crate) fn intended<T: JsonSchema>(name: &str) -> Option<String> {
    let root = super::root::<T>();
    let checker = Checker::new(&root);
    let (Intended::Spelled(known) | Intended::Within(known) | Intended::Near(known)) = checker.intended(name, &root)?;
    Some(known.to_owned())
}

/// What an unknown name may have meant.
enum Intended<'s> {
    /// A property in other letters.
    Spelled(&'s str),
    /// A property of this one.
    Within(&'s str),
    /// A property of nearly this name.
    Near(&'s str),
}

struct Checker<'s> {
    root: &'s Json,
    /// Whether an eventual value is being looked into: all that is in it is eventual with it.
    eventual: bool,
    /// Whether a secret is being looked into: what is in it carries no mark of its own.
    hidden: bool,
    /// Whether the property that is being looked at may be left out.
    optional: bool,
    problems: Vec<PropertyError>,
}

impl<'s> Checker<'s> {
    const fn new(root: &'s Json) -> Self {
        Self { root, eventual: false, hidden: false, optional: false, problems: Vec::new() }
    }

    fn value(&mut self, path: &PropertyPath, schema: &'s Json, value: &PropertyValue) {
        if value.value == Value::Null {
            return;
        }
        let eventual = self.eventual || is_eventual(schema);
        if eventual {
            // What is known beside an unknown member is checked already.
            if value.value == Value::Unknown {
                return;
            }
        } else if value.secret || value.value == Value::Unknown {
            let what = if value.secret { "secret" } else { "not known before the update" };
            return self.report(path, value, format!("must be a plain value, but it is {what}"));
        }
        let outer = (self.eventual, self.hidden);
        (self.eventual, self.hidden) = (eventual, self.hidden || value.secret);
        self.content(path, schema, value);
        (self.eventual, self.hidden) = outer;
    }

    /// A value that is known and may stand where it stands.
    fn content(&mut self, path: &PropertyPath, schema: &'s Json, value: &PropertyValue) {
        let bounds = schema;
        let schema = self.resolved(schema);
        if let Some(reference) = schema.get(REFERENCE).and_then(Json::as_str) {
            return self.special(path, reference, value);
        }
        if let Some(members) = union(schema) {
            return self.any_of(path, &members, value);
        }
        if let Some(allowed) = enumeration(schema) {
            return self.one_of(path, value, &allowed.iter().map(|(value, _)| *value).collect::<Vec<_>>());
        }
        let expected = type_name(schema).unwrap_or_default();
        match (expected, &value.value) {
            ("string", Value::String(text)) => self.length(path, value, bounds, schema, text.chars().count()),
            ("boolean", Value::Bool(_)) => {}
            ("integer", Value::Number(number)) if number.fract() == 0.0 => {
                self.range(path, value, bounds, schema, *number);
            }
            ("number", Value::Number(number)) => self.range(path, value, bounds, schema, *number),
            ("array", Value::List(items)) => {
                self.size(path, value, bounds, schema, ("minItems", "maxItems"), items.len());
                if schema.get("uniqueItems") == Some(&Json::Bool(true)) {
                    self.unique(path, items);
                }
                let Some(member) = schema.get("items") else { return };
                for (index, item) in items.iter().enumerate() {
                    self.element(&path.index(index), member, item);
                }
            }
            ("object", Value::Object(members)) => {
                match schema.get("additionalProperties").filter(|any| any.is_object()) {
                    Some(member) => {
                        let given = members.keys().filter(|name| !name.starts_with("__")).count();
                        self.size(path, value, bounds, schema, ("minProperties", "maxProperties"), given);
                        for (name, value) in members.iter().filter(|(name, _)| !name.starts_with("__")) {
                            self.element(&self.key(path, name), member, value);
                        }
                    }
                    None => self.object(path, schema, members),
                }
            }
            ("string", Value::Number(_) | Value::Bool(_)) => self.report(path, value, self.unquoted(&value.value)),
            (_, given) => {
                let hint = self.hint(expected, schema, given);
                let reason = format!("expected {}, got {}{hint}", describe_type(expected), describe_value(given));
                self.report(path, value, reason);
            }
        }
    }

    /// What to write where a string is needed and a number or a boolean is given. Of a secret only its type is said.
    fn unquoted(&self, given: &Value) -> String {
        // A language drops the zeros at the ends of a number: of `1.30` only 1.3 is left.
        let zeros = match given {
            Value::Number(number) if number.fract() != 0.0 => ", with any zero at its end",
            _ => "",
        };
        match scalar_text(given) {
            Some(text) if !self.hidden => format!("must be a string: write \"{text}\"{zeros}"),
            _ => format!("must be a string, got {}: write it in quotes{zeros}", describe_value(given)),
        }
    }

    /// What to do about a wrong type, as the end of a sentence. Of a secret only its type is looked at.
    fn hint(&self, expected: &str, schema: &'s Json, given: &Value) -> String {
        let text = match given {
            Value::String(text) if !self.hidden => text.trim(),
            _ => "",
        };
        let hint = match (expected, given) {
            ("string" | "integer" | "number" | "boolean" | "object", Value::List(items))
                if items.len() == 1 && !self.hidden =>
            {
                "take it out of the list"
            }
            ("array", Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Object(_)) => "put it into a list",
            ("string", Value::Resource(_)) => "give one of its outputs",
            ("integer" | "number", _) if text.parse::<f64>().is_ok() => "take the quotes away",
            ("boolean", _) if ["true", "false"].contains(&text) => "take the quotes away",
            ("object", _) => return properties_of(schema),
            _ => return String::new(),
        };
        format!("; {hint}")
    }

    /// What Pulumi has a type of its own for.
    fn special(&mut self, path: &PropertyPath, reference: &str, value: &PropertyValue) {
        let expected = match (reference, &value.value) {
            (special::ANY, _)
            | (special::ASSET, Value::Asset(_) | Value::Archive(_))
            | (special::ARCHIVE, Value::Archive(_)) => return,
            (special::ASSET, _) => "an asset".to_owned(),
            (special::ARCHIVE, _) => "an archive".to_owned(),
            (_, given) => {
                let token = referenced(reference);
                match given {
                    Value::Resource(given) if given.urn.type_token() == token => return,
                    Value::Resource(given) => {
                        let given = given.urn.type_token();
                        return self.report(path, value, format!("expected a resource `{token}`, got a `{given}`"));
                    }
                    _ => format!("a resource `{token}`"),
                }
            }
        };
        self.report(path, value, format!("expected {expected}, got {}", describe_value(&value.value)));
    }

    /// One of several types: the first that fits is right, and of what fits none nothing else can be said.
    fn any_of(&mut self, path: &PropertyPath, members: &[&'s Json], value: &PropertyValue) {
        let before = self.problems.len();
        let mut expected = Vec::new();
        for member in members {
            self.value(path, member, value);
            if self.problems.len() == before {
                return;
            }
            self.problems.truncate(before);
            expected.push(self.describe(member));
        }
        expected.dedup();
        let reason = format!("expected {}, got {}", expected.join(" or "), describe_value(&value.value));
        self.report(path, value, reason);
    }

    fn describe(&self, schema: &'s Json) -> String {
        let schema = self.resolved(schema);
        match enumeration(schema) {
            Some(allowed) => {
                let allowed = allowed.iter().map(|(value, _)| format!("`{value}`"));
                format!("one of {}", allowed.collect::<Vec<_>>().join(", "))
            }
            None => describe_type(type_name(schema).unwrap_or_default()).to_owned(),
        }
    }

    /// A list's element or a map's member: unlike a property, it is given where it is null.
    fn element(&mut self, path: &PropertyPath, schema: &'s Json, value: &PropertyValue) {
        if value.value == Value::Null && !nullable(schema) {
            return self.report(path, value, format!("expected {}, got nothing", self.describe(schema)));
        }
        self.optional = false;
        self.value(path, schema, value);
    }

    fn object(&mut self, path: &PropertyPath, schema: &'s Json, members: &PropertyMap) {
        let known = schema.get("properties").and_then(Json::as_object);
        let required =
            || schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        for (name, value) in members.iter().filter(|(name, _)| !name.starts_with("__")) {
            match known.and_then(|known| known.get(name)) {
                Some(member) => {
                    self.optional = required().all(|required| required != name);
                    self.value(&path.member(name), member, value);
                }
                None if self.hidden => self.report(&path.hidden(), value, "unknown property".to_owned()),
                None => {
                    let at = path.member(name);
                    self.report(&at, value, format!("unknown property `{name}`{}", self.meant(path, name, schema)));
                }
            }
        }
        for name in required() {
            if !members.get(name).is_some_and(|value| value.value != Value::Null) {
                self.problems.push(PropertyError::new(path.member(name), "required, but not given"));
            }
        }
    }

    /// What an unknown name may have meant, as the end of a sentence.
    fn meant(&self, path: &PropertyPath, name: &str, schema: &'s Json) -> String {
        match self.intended(name, schema) {
            Some(Intended::Spelled(known)) => format!("; properties are camelCase: `{known}`"),
            Some(Intended::Within(outer)) => format!("; it belongs to `{}`", path.member(outer)),
            Some(Intended::Near(known)) => said_near(known),
            None => String::new(),
        }
    }

    fn intended(&self, name: &str, schema: &'s Json) -> Option<Intended<'s>> {
        let members = |schema: &'s Json| schema.get("properties").and_then(Json::as_object).into_iter().flatten();
        let names = || members(schema).map(|(known, _)| known.as_str());
        if let Some(known) = names().find(|known| fold(known) == fold(name)) {
            return Some(Intended::Spelled(known));
        }
        // One level further in, where the name itself is known.
        let inner = members(schema).find(|(_, member)| members(self.resolved(member)).any(|(inner, _)| inner == name));
        match inner {
            Some((outer, _)) => Some(Intended::Within(outer)),
            None => closest(name, names()).or_else(|| only_with_word(name, names())).map(Intended::Near),
        }
    }

    fn one_of(&mut self, path: &PropertyPath, value: &PropertyValue, allowed: &[&str]) {
        let list = allowed.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
        match &value.value {
            Value::String(text) if allowed.contains(&text.as_str()) => {}
            Value::String(text) if !self.hidden => {
                let nearest = nearest(text, allowed.iter().copied());
                self.report(path, value, format!("expected one of {list}{nearest}"));
            }
            given => self.report(path, value, format!("expected one of {list}, got {}", describe_value(given))),
        }
    }

    fn range(&mut self, path: &PropertyPath, value: &PropertyValue, outer: &Json, inner: &Json, number: f64) {
        let bound = |name: &str| outer.get(name).or_else(|| inner.get(name)).and_then(Json::as_f64);
        // NaN is within no bounds.
        let within = |minimum: Option<f64>, maximum: Option<f64>| {
            minimum.is_none_or(|minimum| number >= minimum) && maximum.is_none_or(|maximum| number <= maximum)
        };
        let (minimum, maximum) = (bound("minimum"), bound("maximum"));
        let (lowest, highest) = format_bounds(inner);
        let unit = unit(path);
        if !within(minimum, maximum) {
            self.report(path, value, format!("expected {}{unit}", interval(minimum, maximum)));
        } else if !within(lowest, highest) {
            self.report(path, value, format!("expected {}{unit}", interval(minimum.or(lowest), maximum.or(highest))));
        }
    }

    /// How many elements a list or a map has.
    fn size(
        &mut self,
        path: &PropertyPath,
        value: &PropertyValue,
        outer: &Json,
        inner: &Json,
        (minimum, maximum): (&str, &str),
        size: usize,
    ) {
        let bound = |name: &str| outer.get(name).or_else(|| inner.get(name)).and_then(Json::as_u64);
        let size = size as u64;
        let reason = match (bound(minimum), bound(maximum)) {
            (Some(minimum), Some(maximum)) if minimum == maximum && size != minimum => format!("exactly {minimum}"),
            (Some(minimum), Some(maximum)) if size < minimum || size > maximum => format!("{minimum} to {maximum}"),
            (Some(minimum), None) if size < minimum => format!("at least {minimum}"),
            (None, Some(maximum)) if size > maximum => format!("at most {maximum}"),
            _ => return,
        };
        let items = if reason.ends_with(" 1") { "item" } else { "items" };
        // What is refused empty is something else than the default.
        let hint = if size == 0 && self.optional { "; for its default, leave the property out" } else { "" };
        self.report(path, value, format!("expected {reason} {items}, got {size}{hint}"));
    }

    /// A set takes each value once, and would drop the others.
    fn unique(&mut self, path: &PropertyPath, items: &[PropertyValue]) {
        let mut seen = BTreeMap::new();
        for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.marks().unknown) {
            // The text of a value without marks tells it from any other; it is not shown.
            if let Some(before) = seen.insert(format!("{:?}", stripped(item.clone())), index) {
                self.report(&path.index(index), item, format!("the same value as item {before}; give each value once"));
            }
        }
    }

    fn length(&mut self, path: &PropertyPath, value: &PropertyValue, outer: &Json, inner: &Json, length: usize) {
        let bound = |name: &str| outer.get(name).or_else(|| inner.get(name)).and_then(Json::as_u64);
        let (minimum, maximum) = (bound("minLength"), bound("maxLength"));
        let length = length as u64;
        if minimum.is_some_and(|minimum| length < minimum) || maximum.is_some_and(|maximum| length > maximum) {
            #[expect(clippy::cast_precision_loss, reason = "lengths are small")]
            let interval = interval(minimum.map(|bound| bound as f64), maximum.map(|bound| bound as f64));
            self.report(path, value, format!("expected {interval} characters, got {length}"));
        }
    }

    /// A map's key in a path; a secret map's are secret too.
    fn key(&self, path: &PropertyPath, name: &str) -> PropertyPath {
        if self.hidden { path.hidden() } else { path.member(name) }
    }

    /// The engine prints the value at the path as it is, so a secret's path must not lead to it.
    fn report(&mut self, path: &PropertyPath, value: &PropertyValue, reason: String) {
        let sensitive = self.hidden || value.marks().secret;
        self.problems.push(PropertyError::new(path, reason).sensitive_if(sensitive));
    }

    /// Follows references, and `Option` to what it may hold.
    fn resolved(&self, schema: &'s Json) -> &'s Json {
        super::folded_reference(self.root, schema)
    }
}

/// Whether the schema is an `Option`'s or anything's.
fn nullable(schema: &Json) -> bool {
    let null = |schema: &Json| match schema.get("type") {
        Some(Json::String(name)) => name == "null",
        Some(Json::Array(names)) => names.iter().any(|name| name == "null"),
        _ => false,
    };
    let members = schema.get("anyOf").and_then(Json::as_array);
    let any = schema.get(REFERENCE).and_then(Json::as_str) == Some(special::ANY);
    any || null(schema) || members.into_iter().flatten().any(null)
}

/// What a whole number of Rust's holds, where the schema names the type alone; of the long ones, what a double holds
/// without a gap below it.
fn format_bounds(schema: &Json) -> (Option<f64>, Option<f64>) {
    let (lowest, highest) = match schema.get("format").and_then(Json::as_str) {
        Some("int32") => (i32::MIN.into(), i32::MAX.into()),
        Some("uint32") => (0.0, u32::MAX.into()),
        Some("int" | "int64") => (-LARGEST_WHOLE, LARGEST_WHOLE),
        Some("uint" | "uint64") => (0.0, LARGEST_WHOLE),
        _ => return (None, None),
    };
    (Some(lowest), Some(highest))
}

fn interval(minimum: Option<f64>, maximum: Option<f64>) -> String {
    match (minimum, maximum) {
        (Some(minimum), Some(maximum)) => format!("{minimum} to {maximum}"),
        (Some(minimum), None) => format!("at least {minimum}"),
        (None, Some(maximum)) => format!("at most {maximum}"),
        (None, None) => "another value".to_owned(),
    }
}

/// The unit that ends a property's name, after a space: `retentionDays` counts days.
fn unit(path: &PropertyPath) -> &'static str {
    const UNITS: [(&str, &str); 6] = [
        ("Days", " days"),
        ("Hours", " hours"),
        ("Minutes", " minutes"),
        ("Seconds", " seconds"),
        ("Mib", " MiB"),
        ("Bytes", " bytes"),
    ];
    let name = path.last_member().unwrap_or_default();
    UNITS.iter().find(|(end, _)| name.ends_with(end)).map_or("", |(_, unit)| unit)
}

/// The properties of an object as the end of a sentence; empty where they are not fixed, or too many to list.
fn properties_of(schema: &Json) -> String {
    let names = schema.get("properties").and_then(Json::as_object).into_iter().flatten();
    let names: Vec<_> = names.map(|(name, _)| format!("`{name}`")).collect();
    if names.is_empty() || names.len() > 8 { String::new() } else { format!("; it has {}", names.join(", ")) }
}

fn describe_type(name: &str) -> &'static str {
    match name {
        "string" => "a string",
        "boolean" => "a boolean",
        "integer" => "a whole number",
        "number" => "a number",
        "array" => "a list",
        "object" => "an object",
        _ => "another type",
    }
}

fn describe_value(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.fract() != 0.0 => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Bytes(_) => "bytes that are not UTF-8",
        Value::List(_) => "a list",
        Value::Object(_) => "an object",
        Value::Asset(_) => "an asset",
        Value::Archive(_) => "an archive",
        Value::Resource(_) => "a resource",
        Value::Unknown => "an unknown value",
    }
}

/// The nearest of the known names as the end of a sentence; empty where none is near.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    closest(name, known).map(said_near).unwrap_or_default()
}

fn said_near(known: &str) -> String {
    format!("; nearest: `{known}`")
}

fn closest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let folded = fold(name);
    let best = known
        .map(|candidate| (strsim::normalized_damerau_levenshtein(&folded, &fold(candidate)), candidate))
        .max_by(|left, right| left.0.total_cmp(&right.0));
    best.filter(|(similarity, _)| *similarity > 0.5).map(|(_, candidate)| candidate)
}

/// The only known name that begins or ends with this one as a word: `as` of `deployAs`.
fn only_with_word<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let mut first = name.chars();
    let capital: String = first.next().into_iter().flat_map(char::to_uppercase).chain(first.clone()).collect();
    let begins = |other: &str| other.strip_prefix(name).is_some_and(|rest| rest.starts_with(char::is_uppercase));
    let mut found = known.filter(|other| !name.is_empty() && (begins(other) || other.ends_with(&capital)));
    found.next().filter(|_| found.next().is_none())
}

/// A name apart from how its words are joined.
fn fold(name: &str) -> String {
    name.replace(['_', '-'], "").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_28_a_word_of_one_known_name_means_that_name() {
        let known = ["deployAs", "exclude", "severities", "regionCode", "codeRegion"];
        let meant = |name: &str| only_with_word(name, known.into_iter());
        assert_eq!((meant("as"), meant("deploy")), (Some("deployAs"), Some("deployAs")));
        assert_eq!((meant("region"), meant("ever"), meant("")), (None, None, None), "two, a part of a word, nothing");
    }
}
