use serde_json::{Value, json};

use super::violations;

/// A package that keeps every rule, with `change` merged into it.
fn package(change: &Value) -> Value {
    let mut schema = json!({
        "name": "shop",
        "version": "1.2.3",
        "types": {
            "shop:index:Mode": { "type": "string", "enum": [{ "name": "Fast", "value": "fast" }] },
            "shop:index:Part": {
                "type": "object",
                "properties": {
                    "key": { "type": "string", "plain": true },
                    "parts": { "type": "array", "plain": true, "items": { "$ref": "#/types/shop:index:Part" } },
                },
                "required": ["key"],
            },
        },
        "resources": {
            "shop:index:Store": {
                "isComponent": true,
                "inputProperties": {
                    "part": { "$ref": "#/types/shop:index:Part", "plain": true },
                    "mode": { "$ref": "#/types/shop:index:Mode", "default": "fast" },
                    "tags": { "type": "object", "additionalProperties": { "type": "string" } },
                    "file": { "$ref": "pulumi.json#/Asset" },
                },
                "requiredInputs": ["part"],
                "properties": { "key": { "type": "string" }, "mode": { "$ref": "#/types/shop:index:Mode" } },
                "required": ["key"],
            },
        },
    });
    merge(&mut schema, change);
    schema
}

fn merge(into: &mut Value, change: &Value) {
    match (into, change) {
        (Value::Object(into), Value::Object(change)) => {
            for (name, value) in change {
                merge(into.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (into, change) => *into = change.clone(),
    }
}

/// The one rule that a change breaks.
fn broken(change: &Value) -> String {
    let found: Vec<_> = violations(&package(change)).iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found.concat()
}

fn input(name: &str, spec: Value) -> Value {
    json!({ "resources": { "shop:index:Store": { "inputProperties": { name: spec } } } })
}

fn output(name: &str, spec: Value) -> Value {
    json!({ "resources": { "shop:index:Store": { "properties": { name: spec } } } })
}

fn named_type(name: &str, spec: Value) -> Value {
    json!({ "types": { (format!("shop:index:{name}")): spec } })
}

#[test]
fn a_package_that_keeps_the_rules_breaks_none() {
    assert_eq!(violations(&package(&json!({}))), []);
}

#[test]
fn a_package_has_a_name_that_is_not_reserved_and_a_semantic_version() {
    let resources = json!({ "name": "9shop", "version": "1.0.0" });
    assert!(violations(&resources)[0].reason.contains("is no package name"));
    assert!(violations(&json!({ "name": "pulumi", "version": "1.0.0" }))[0].reason.contains("reserves"));
    for version in ["", "1.2", "v1.2.3", "1.02.3", "1.2.3-", "1.2.3-rc.01", "1.2.3+"] {
        assert!(broken(&json!({ "version": version })).contains("is no semantic version"), "{version}");
    }
    for version in ["0.0.1", "1.2.3-rc.1", "1.2.3-0a+b.01"] {
        assert_eq!(violations(&package(&json!({ "version": version }))), []);
    }
}

#[test]
fn a_token_is_package_module_and_name() {
    let part = json!({ "type": "object", "properties": { "key": { "type": "string" } } });
    for (token, reason) in [
        ("shop:Part", "expected `package:module:Name`"),
        ("other:index:Extra", "expected the package `shop`"),
        ("shop::Extra", "is no module"),
        ("shop:index/deep:Extra", "has no modules below it"),
        ("shop:index:9", "is no name"),
        ("shop:index:Map<Part>", "is no name"),
        ("shop:index:Provider", "reserves the name"),
        ("shop:index:pulumi", "reserves the name"),
    ] {
        let told = broken(&json!({ "types": { token: part.clone() } }));
        assert!(told.starts_with(&format!("`{token}`: ")) && told.contains(reason), "{told}");
    }
}

#[test]
fn two_resources_differ_by_more_than_case_and_from_modules() {
    let twice = json!({ "resources": { "shop:index:store": { "isComponent": true } } });
    assert!(broken(&twice).contains("by case alone"));
    let module = json!({ "resources": { "shop:store:Shelf": { "isComponent": true } } });
    assert!(broken(&module).contains("is the name of a module too"));
}

#[test]
fn reserved_names_are_refused_where_they_are_reserved() {
    let text = json!({ "type": "string" });
    assert!(broken(&output("urn", text.clone())).contains("reserves the name `urn`"));
    assert_eq!(violations(&package(&input("urn", text.clone()))), [], "an input may have the name");
    assert!(broken(&input("pulumi", text.clone())).contains("reserves the name `pulumi`"));
    assert!(broken(&output("id", text.clone())).contains("reserves the name `id`"));
    for name in ["", "__props", "kebab-case", "9th", "a.b"] {
        assert!(broken(&input(name, text.clone())).contains("is no name"), "{name}");
    }
}

#[test]
fn two_properties_differ_in_every_language() {
    assert!(broken(&input("paRt", json!({ "type": "string" }))).contains("by case or `_` alone"));
}

#[test]
fn a_property_has_a_type_that_is_defined() {
    for (spec, reason) in [
        (json!({}), "`` is no type"),
        (json!({ "type": "null" }), "`null` is no type"),
        (json!({ "type": "array" }), "without the type of its elements"),
        (json!({ "type": "object" }), "without the type of its members"),
        (json!({ "$ref": "#/types/shop:index:Gone" }), "no definition of `#/types/shop:index:Gone`"),
        (json!({ "$ref": "#/$defs/Part" }), "no definition"),
        (json!({ "$ref": "pulumi.json#/Secret" }), "no definition"),
        (json!({ "oneOf": [{ "type": "string" }] }), "fewer than two"),
    ] {
        let told = broken(&input("x", spec));
        assert!(told.starts_with("`shop:index:Store.x`: ") && told.contains(reason), "{told}");
    }
    let deep = json!({ "type": "array", "items": { "type": "object", "additionalProperties": { "type": "any" } } });
    assert!(broken(&input("x", deep)).starts_with("`shop:index:Store.x[].*`: "));
}

#[test]
fn nothing_plain_is_an_output_or_part_of_one() {
    let told = broken(&output("x", json!({ "type": "string", "plain": true })));
    assert!(told.starts_with("`shop:index:Store.x`: plain"), "{told}");
    let found = violations(&package(&output("x", json!({ "$ref": "#/types/shop:index:Part" }))));
    let paths: Vec<_> = found.iter().map(|error| error.path.as_str()).collect();
    assert_eq!(paths, ["shop:index:Part.key", "shop:index:Part.parts"]);
}

#[test]
fn an_enumeration_has_values_of_its_type_with_a_name_each() {
    let values = |kind: &str, values: Value| named_type("Kind", json!({ "type": kind, "enum": values }));
    for (change, reason) in [
        (values("string", json!([])), "without values"),
        (values("object", json!([{ "name": "A", "value": "a" }])), "not of `object`"),
        (values("string", json!([{ "name": "A", "value": 1 }])), "of type `string`"),
        (values("integer", json!([{ "name": "A", "value": 5_000_000_000_u64 }])), "of type `integer`"),
        (values("string", json!([{ "name": "", "value": "*" }])), "is no name"),
        (values("string", json!([{ "name": "AB", "value": "a-b" }, { "name": "AB", "value": "a_b" }])), "`AB` too"),
        (values("string", json!([{ "name": "A", "value": "a" }, { "name": "B", "value": "a" }])), "twice"),
    ] {
        // `object` is a wrong type for the value too.
        let told: Vec<_> = violations(&package(&change)).iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|told| told.contains(reason)), "{reason}: {told:?}");
    }
}

#[test]
fn what_is_required_is_there_and_no_type_is_empty() {
    let missing = json!({ "resources": { "shop:index:Store": { "requiredInputs": ["gone"] } } });
    assert_eq!(broken(&missing), "`shop:index:Store.gone`: required, but there is no such property");
    assert!(broken(&named_type("Empty", json!({ "type": "object" }))).contains("without properties"));
}

#[test]
fn an_object_does_not_have_to_hold_itself() {
    let holds = |name: &str| json!({ "type": "object", "properties": { "x": { "$ref": name } }, "required": ["x"] });
    let change = json!({ "types": {
        "shop:index:A": holds("#/types/shop:index:B"), "shop:index:B": holds("#/types/shop:index:A"),
    } });
    assert!(broken(&change).ends_with("it must hold itself: shop:index:A -> shop:index:B -> shop:index:A"));
}

#[test]
fn a_default_is_of_the_propertys_own_type() {
    for spec in [
        json!({ "type": "integer", "default": 1.5 }),
        json!({ "type": "integer", "default": 5_000_000_000_u64 }),
        json!({ "type": "boolean", "default": "true" }),
        json!({ "type": "array", "items": { "type": "string" }, "default": [] }),
        json!({ "$ref": "#/types/shop:index:Mode", "default": "slow" }),
        json!({ "oneOf": [{ "type": "string" }, { "type": "boolean" }], "default": 1 }),
    ] {
        assert!(broken(&input("x", spec)).contains("is not of the property's type"));
    }
}

#[test]
fn a_discriminator_is_a_property_of_every_choice() {
    let choices = json!([{ "$ref": "#/types/shop:index:Part" }, { "$ref": "#/types/shop:index:Mode" }]);
    let union = |discriminator| input("x", json!({ "oneOf": choices, "discriminator": discriminator }));
    assert!(broken(&union(json!({ "propertyName": "key" }))).contains("`#/types/shop:index:Mode` has no property"));
    assert!(broken(&union(json!({}))).contains("without the name"));
}

#[test]
fn a_method_is_a_function_of_its_resource_that_takes_it() {
    let method = |function: &str| json!({ "resources": { "shop:index:Store": { "methods": { "open": function } } } });
    assert!(broken(&method("shop:index:Store/open")).contains("there is no function"));
    let mut change = method("shop:index:Store/open");
    let this = json!({ "$ref": "#/resources/shop:index:Store" });
    let inputs = json!({ "properties": { "__self__": this } });
    merge(&mut change, &json!({ "functions": { "shop:index:Store/open": { "inputs": inputs } } }));
    assert_eq!(violations(&package(&change)), []);
}

#[test]
fn configuration_and_functions_keep_the_rules_of_objects() {
    let spec = json!({ "region": { "type": "string" } });
    let config = json!({
        "config": { "variables": spec, "defaults": ["region"] },
        "provider": { "inputProperties": spec, "requiredInputs": ["region"] },
    });
    assert_eq!(violations(&package(&config)), []);
    let version = json!({ "provider": { "inputProperties": { "version": { "type": "string" } } } });
    assert_eq!(broken(&version), "`provider.version`: Pulumi reserves the name `version`");
    let function = |side: &str| json!({ "functions": { "shop:index:lookUp": { side: { "properties": { "x": { "type": "string", "plain": true } } } } } });
    assert_eq!(violations(&package(&function("inputs"))), []);
    assert!(broken(&function("outputs")).starts_with("`shop:index:lookUp.outputs.x`: plain"));
}
