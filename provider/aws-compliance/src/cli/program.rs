//! The inputs of `ComplianceMonitoring` in a file: the file's own members, or the properties in a Pulumi program in YAML.

use pulumi_component::value::{PropertyMap, PropertyPath, PropertyValue, Value};

/// The types of the component in a program: a program may leave out the module `index`.
const TYPES: [&str; 2] = ["aws-compliance:index:ComplianceMonitoring", "aws-compliance:ComplianceMonitoring"];

/// The inputs of one component.
pub(super) struct Found {
    /// Their place in the file; the root for a file that holds inputs alone.
    pub at: PropertyPath,
    /// As they are given.
    pub inputs: PropertyMap,
    /// Whether the program gives it a provider, which may be of another account or region.
    pub has_provider: bool,
}

/// The inputs that a file holds. `resources` is no input, so that a file with this member is a program.
///
/// # Errors
/// When a program has no `ComplianceMonitoring`, or properties that are not an object.
pub(super) fn components(mut file: PropertyMap) -> Result<Vec<Found>, String> {
    let Some(Value::Object(resources)) = file.remove("resources").map(|resources| resources.value) else {
        return Ok(vec![Found { at: PropertyPath::default(), inputs: file, has_provider: false }]);
    };
    let mut found = Vec::new();
    for (name, resource) in resources {
        let Value::Object(mut resource) = resource.value else { continue };
        let is_ours = resource
            .get("type")
            .is_some_and(|kind| matches!(&kind.value, Value::String(kind) if TYPES.contains(&kind.as_str())));
        if !is_ours {
            continue;
        }
        let has_provider = resource.get("options").is_some_and(|options| {
            let Value::Object(options) = &options.value else { return false };
            ["provider", "providers"].iter().any(|name| options.contains_key(*name))
        });
        let at = PropertyPath::default().member("resources").member(name).member("properties");
        match resource.remove("properties").unwrap_or_default().value {
            Value::Object(inputs) => {
                found.push(Found { at, inputs: inputs.into_iter().map(evaluated).collect(), has_provider });
            }
            Value::Null => found.push(Found { at, inputs: PropertyMap::default(), has_provider }),
            _ => return Err(format!("{at}: expected an object with inputs of ComplianceMonitoring, such as `rules`")),
        }
    }
    match found.is_empty() {
        true => Err(format!("resources: expected a resource of the type `{}`", TYPES[0])),
        false => Ok(found),
    }
}

fn evaluated((name, value): (String, PropertyValue)) -> (String, PropertyValue) {
    (name, value_of(value))
}

/// A value as a preview has it: an expression is not known, and what a program marks as secret is secret.
fn value_of(given: PropertyValue) -> PropertyValue {
    let value = match given.value {
        Value::String(text) if is_expression(&text) => Value::Unknown,
        Value::String(text) => Value::String(text.replace("$${", "${")),
        Value::List(items) => Value::List(items.into_iter().map(value_of).collect()),
        Value::Object(members) => match one_function(members) {
            Ok(("fn::secret", inner)) => return PropertyValue { secret: true, ..value_of(inner) },
            Ok(_) => Value::Unknown,
            Err(members) => Value::Object(members.into_iter().map(evaluated).collect()),
        },
        other => other,
    };
    PropertyValue { value, ..given }
}

/// The call of a function of Pulumi YAML, such as `fn::invoke`, or the members of what is none.
fn one_function(members: PropertyMap) -> Result<(&'static str, PropertyValue), PropertyMap> {
    let name = match members.keys().next() {
        Some(name) if members.len() == 1 && name.starts_with("fn::") => name.clone(),
        _ => return Err(members),
    };
    let inner = members.into_iter().next().map(|(_, inner)| inner).unwrap_or_default();
    Ok((if name == "fn::secret" { "fn::secret" } else { "fn::" }, inner))
}

/// Whether a text refers to something: `${name}`, where `$${name}` is the text itself.
fn is_expression(text: &str) -> bool {
    text.replace("$${", "").contains("${")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(file: serde_json::Value) -> Result<Vec<Found>, String> {
        match PropertyValue::from_json(file).value {
            Value::Object(members) => components(members),
            _ => panic!("an object"),
        }
    }

    #[test]
    fn the_inputs_of_each_component_of_a_program_are_found_at_their_place() {
        let program = json!({ "name": "p", "runtime": "yaml", "resources": {
            "bucket": { "type": "aws:s3:Bucket" },
            "audit": { "type": "aws-compliance:ComplianceMonitoring" },
            "main": { "type": "aws-compliance:index:ComplianceMonitoring", "properties": {
                "kmsKeyArn": "${key.arn}",
                "namePrefix": "$${x}",
                "tags": { "a": { "fn::secret": "word" }, "b": { "fn::invoke": {} } },
            } },
        } });
        let found = of(program).unwrap();
        let at: Vec<_> = found.iter().map(|one| one.at.to_string()).collect();
        assert_eq!(at, ["resources.audit.properties", "resources.main.properties"]);
        let inputs = &found[1].inputs;
        assert_eq!(inputs["kmsKeyArn"].value, Value::Unknown);
        assert_eq!(inputs["namePrefix"].value, Value::String("${x}".to_owned()));
        let Value::Object(tags) = &inputs["tags"].value else { panic!("tags") };
        assert_eq!((tags["a"].secret, &tags["a"].value), (true, &Value::String("word".to_owned())));
        assert_eq!(tags["b"].value, Value::Unknown);
    }

    #[test]
    fn inputs_alone_stand_at_the_root() {
        let found = of(json!({ "rules": { "managed": [] } })).unwrap();
        assert!(found[0].at.is_root());
        assert!(found[0].inputs.contains_key("rules"));
    }

    #[test]
    fn a_program_without_the_component_is_refused() {
        let refused = of(json!({ "resources": { "b": { "type": "aws:s3:Bucket" } } })).err().unwrap();
        assert!(refused.contains("aws-compliance:index:ComplianceMonitoring"), "{refused}");
    }
}
