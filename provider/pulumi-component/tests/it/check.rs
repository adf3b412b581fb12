//! Inputs against the schema of their struct: every problem at once, each where it is.

use std::collections::BTreeMap;

use pulumi_component::Input;
use pulumi_component::engine::check;
use pulumi_component::testing::inputs;
use pulumi_component::value::{PropertyMap, PropertyValue, Value};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// What is checked.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Args {
    required_name: String,
    #[schemars(range(min = 1, max = 10))]
    retention_days: Option<Input<u32>>,
    #[schemars(length(min = 2, max = 3))]
    code: Option<String>,
    rules: Option<Vec<Rule>>,
    tags: Option<BTreeMap<String, Input<String>>>,
    kind: Option<Kind>,
    on: Option<Input<bool>>,
    #[schemars(length(min = 1))]
    days: Option<Vec<String>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Rule {
    identifier: Option<Input<String>>,
    inner: Option<Box<Rule>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    ReadOnly,
    ReadWrite,
}

fn problems(given: PropertyMap) -> Vec<String> {
    check::<Args>(&given).into_iter().map(|problem| problem.to_string()).collect()
}

#[test]
fn good_inputs_pass() {
    let given = json!({
        "requiredName": "x", "retentionDays": 10, "code": "ab", "rules": [{ "identifier": "X", "inner": { "inner": {} } }],
        "tags": { "a.b": "c" }, "kind": "read-only", "on": true,
    });
    assert_eq!(problems(inputs(given)), Vec::<String>::new());
}

#[test]
fn every_problem_is_found_at_every_depth() {
    let given = json!({
        "retention_days": 1,
        "retentionDays": 11,
        "code": "abcd",
        "rules": [{ "identifier": 5 }, { "inner": { "identifyer": "x" } }, "x"],
        "tags": { "a.b": 1 },
        "kind": "readonly",
        "on": "true",
    });
    assert_eq!(
        problems(inputs(given)),
        [
            "code: expected 2 to 3 characters, got 4",
            "kind: expected one of `read-only`, `read-write`; nearest: `read-only`",
            "on: expected a boolean, got a string; take the quotes away",
            "retentionDays: expected 1 to 10 days",
            "retention_days: unknown property `retention_days`; properties are camelCase: `retentionDays`",
            r#"rules[0].identifier: must be a string: write "5""#,
            "rules[1].inner.identifyer: unknown property `identifyer`; nearest: `identifier`",
            "rules[2]: expected an object, got a string; it has `identifier`, `inner`",
            r#"tags["a.b"]: must be a string: write "1""#,
            "requiredName: required, but not given",
        ]
    );
}

#[test]
fn a_wrong_shape_is_told_with_what_to_do_about_it() {
    let shapes = [
        (json!({ "rules": { "identifier": "X" } }), "rules: expected a list, got an object; put it into a list"),
        (json!({ "code": 45 }), "code: must be a string: write \"45\""),
        (json!({ "code": 1.30 }), "code: must be a string: write \"1.3\", with any zero at its end"),
        (json!({ "code": ["ab"] }), "code: expected a string, got a list; take it out of the list"),
        (json!({ "code": ["ab", "cd"] }), "code: expected a string, got a list"),
        (json!({ "code": true }), "code: must be a string: write \"true\""),
        (json!({ "retentionDays": "7" }), "retentionDays: expected a whole number, got a string; take the quotes away"),
        (json!({ "retentionDays": "week" }), "retentionDays: expected a whole number, got a string"),
        (json!({ "tags": ["a"] }), "tags: expected an object, got a list; take it out of the list"),
        (
            json!({ "RetentionDays": 7 }),
            "RetentionDays: unknown property `RetentionDays`; properties are camelCase: `retentionDays`",
        ),
        (json!({ "days": [] }), "days: expected at least 1 item, got 0; for its default, leave the property out"),
        (json!({ "rules": [{ "inner": { "code": "ab" } }] }), "rules[0].inner.code: unknown property `code`"),
    ];
    for (given, expected) in shapes {
        let mut given = inputs(given);
        given.insert("requiredName".to_owned(), "x".into());
        assert_eq!(problems(given), [expected]);
    }
}

#[test]
fn a_name_that_is_known_one_level_further_in_is_told_where_it_belongs() {
    /// What is checked.
    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Outer {
        rule: Option<Rule>,
    }
    let told: Vec<_> = check::<Outer>(&inputs(json!({ "identifier": "X" }))).iter().map(ToString::to_string).collect();
    assert_eq!(told, ["identifier: unknown property `identifier`; it belongs to `rule`"]);
}

#[test]
fn unknown_inputs_wait_for_the_update_and_plain_ones_cannot() {
    let given = PropertyMap::from([
        ("requiredName".to_owned(), PropertyValue::unknown()),
        ("retentionDays".to_owned(), PropertyValue::unknown()),
        ("rules".to_owned(), PropertyValue::unknown()),
    ]);
    assert_eq!(
        problems(given),
        [
            "requiredName: must be a plain value, but it is not known before the update",
            "rules: must be a plain value, but it is not known before the update",
        ]
    );
}

#[test]
fn a_secret_is_never_in_a_text_and_its_path_leads_nowhere() {
    let secret = |value| PropertyValue { value, secret: true, ..PropertyValue::default() };
    let given = PropertyMap::from([
        ("requiredName".to_owned(), secret(Value::String("hush".into()))),
        ("on".to_owned(), secret(Value::String("hush".into()))),
        ("kind".to_owned(), secret(Value::String("hush".into()))),
        ("hushed".to_owned(), secret(Value::String("hush".into()))),
    ]);
    let problems = problems(given);
    assert_eq!(problems.len(), 4);
    for problem in problems {
        assert!(problem.contains(" (secret): "), "{problem}");
        assert!(!problem.replace("hushed", "").contains("hush"), "{problem}");
    }
}

#[test]
fn a_secret_number_where_a_string_is_needed_is_not_repeated() {
    let secret = |value| PropertyValue { value, secret: true, ..PropertyValue::default() };
    let given = PropertyMap::from([
        ("requiredName".to_owned(), "x".into()),
        (
            "rules".to_owned(),
            PropertyValue::from(Value::List(vec![PropertyValue::from(Value::Object(PropertyMap::from([(
                "identifier".to_owned(),
                secret(Value::Number(4711.0)),
            )])))])),
        ),
    ]);
    assert_eq!(problems(given), ["rules[0].identifier (secret): must be a string, got a number: write it in quotes"]);
}
