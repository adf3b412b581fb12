//! Programs as people write them, and what is read of them.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use pulumi_component::testing::value;
use pulumi_component::value::PropertyValue;
use serde_json::{Value as Json, json};

use super::*;

/// A program with these properties of the component, after these blocks.
fn program(blocks: &str, properties: &str) -> String {
    format!(
        "name: own\nruntime: yaml\n{blocks}resources:\n  key: {{ type: 'aws:kms:Key' }}\n  monitor:\n    type: \
         aws-compliance:ComplianceMonitoring\n    properties: {properties}\n"
    )
}

fn reads(text: &str, folder: Option<&Path>, stack: Option<&str>) -> Read {
    read("Pulumi.yaml", text, folder, stack).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The only component: its inputs, and its places that are not known, each with the reason.
fn only(read: &Read) -> (PropertyValue, Vec<(String, String)>) {
    assert_eq!(read.problems, []);
    let [found] = &read.found[..] else { panic!("{} components", read.found.len()) };
    let unread = found.unread.iter().map(|place| (place.path.to_string(), place.why.clone()));
    (Value::Object(found.inputs.clone()).into(), unread.collect())
}

fn known(blocks: &str, properties: &str) -> PropertyValue {
    let (inputs, unread) = only(&reads(&program(blocks, properties), None, None));
    assert_eq!(unread, []);
    inputs
}

/// Why each place is not known.
fn unknown(blocks: &str, properties: &str) -> Vec<(String, String)> {
    only(&reads(&program(blocks, properties), None, None)).1
}

fn problems(blocks: &str, properties: &str) -> Vec<String> {
    reads(&program(blocks, properties), None, None).problems.iter().map(ToString::to_string).collect()
}

fn refused(text: &str) -> String {
    match read("Pulumi.yaml", text, None, None) {
        Err(reason) => reason,
        Ok(_) => panic!("it is read: {text}"),
    }
}

#[test]
fn defaults_of_the_configuration_are_known_in_every_form_that_declares_them() {
    for (blocks, expected) in [
        ("config: { prefix: audit }\n", json!("audit")),
        ("config: { prefix: { type: string, default: audit } }\n", json!("audit")),
        ("config: { 'own:prefix': { default: audit } }\n", json!("audit")),
        ("configuration: { prefix: { type: String, default: audit } }\n", json!("audit")),
        ("configuration: { prefix: { default: 7 } }\n", json!(7)),
        ("configuration: { prefix: { type: List<String>, default: [a, b] } }\n", json!(["a", "b"])),
        // The default of a program is an expression; that of a project is not.
        ("variables: { mine: audit }\nconfiguration: { prefix: { default: '${mine}' } }\n", json!("audit")),
        ("config: { prefix: { default: '${mine}' } }\n", json!("${mine}")),
    ] {
        let expected = value(json!({ "namePrefix": expected }));
        assert_eq!(known(blocks, "{ namePrefix: '${prefix}' }"), expected, "{blocks}");
    }
}

#[test]
fn variables_are_followed_into_members_items_and_texts() {
    let blocks = "variables:\n  team: { name: audit, 'a.b': [x, { c: 9 }] }\n  again: ${team}\n";
    for (expression, expected) in [
        ("${team.name}", json!("audit")),
        ("${team[\"name\"]}", json!("audit")),
        ("${again[\"a.b\"][1].c}", json!(9)),
        ("${again[\"a.b\"][0]}-${team.name}", json!("x-audit")),
        ("$${team.name}", json!("${team.name}")),
        ("5 $ a day", json!("5 $ a day")),
    ] {
        assert_eq!(known(blocks, &format!("{{ a: '{expression}' }}")), value(json!({ "a": expected })), "{expression}");
    }
}

#[test]
fn functions_of_what_is_known_are_known() {
    for (expression, expected) in [
        ("{ 'fn::join': ['-', [a, b]] }", json!("a-b")),
        ("{ 'fn::split': [',', 'a,b'] }", json!(["a", "b"])),
        ("{ 'fn::select': [1, [a, b]] }", json!("b")),
        ("{ 'fn::toJSON': { a: [1, true] } }", json!("{\"a\":[1,true]}")),
        ("{ 'fn::toBase64': audit }", json!("YXVkaXQ=")),
        ("{ 'fn::fromBase64': YXVkaXQ= }", json!("audit")),
        ("{ 'Fn::Join': ['', [a, b]] }", json!("ab")),
    ] {
        assert_eq!(known("", &format!("{{ a: {expression} }}")), value(json!({ "a": expected })), "{expression}");
    }
}

#[test]
fn a_secret_is_known_and_stays_one() {
    let (inputs, unread) = only(&reads(&program("", "{ a: { 'fn::secret': hidden } }"), None, None));
    assert_eq!(unread, []);
    let Value::Object(members) = inputs.value else { panic!("no object") };
    assert!(members["a"].secret && members["a"].as_str() == Some("hidden"));
}

#[test]
fn what_a_deployment_alone_knows_is_named_with_the_reason() {
    for (blocks, expression, why) in [
        ("", "'${key.arn}'", "an output of the resource `key`"),
        ("", "'arn of ${key.arn}'", "an output of the resource `key`"),
        ("variables: { arn: '${key.arn}' }\n", "'${arn}'", "an output of the resource `key`"),
        (
            "config: { given: { type: string } }\n",
            "'${given}'",
            "the configuration `given` has no default, and no stack",
        ),
        ("", "'${pulumi.stack}'", "`pulumi.stack`, which `--stack` names"),
        ("", "{ 'fn::invoke': { function: 'aws:getRegion' } }", "the result of `fn::invoke`"),
        ("", "{ 'fn::stackReference': { name: a, output: b } }", "an output of another stack"),
        ("", "{ 'fn::join': ['-', [a, '${key.arn}']] }", "an output of the resource `key`"),
    ] {
        let found = unknown(blocks, &format!("{{ kmsKeyArn: {expression}, namePrefix: audit }}"));
        let [(path, reason)] = &found[..] else { panic!("{expression}: {found:?}") };
        assert!(path == "kmsKeyArn" && reason.starts_with(why), "{expression}: {found:?}");
    }
}

#[test]
fn only_the_part_that_is_not_known_is_named() {
    let found = unknown("", "{ tags: { a: b, c: '${key.arn}' }, regions: [eu-west-1, '${key.id}'] }");
    let paths: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["regions[1]", "tags.c"]);
}

#[test]
fn values_of_the_only_stack_or_of_the_named_one_are_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |stack: &str, text: &str| {
        fs::write(folder.path().join(format!("Pulumi.{stack}.yaml")), text).expect("a file is written");
    };
    let text = program(
        "config: { prefix: { default: other }, days: { type: integer }, hook: { type: string } }\n",
        "{ namePrefix: '${prefix}', reports: { retentionDays: '${days}' }, a: '${hook}', b: '${pulumi.stack}' }",
    );
    let ask = |stack: Option<&str>| only(&reads(&text, Some(folder.path()), stack));
    put("prod", "config:\n  own:prefix: audit\n  own:days: '90'\n  own:hook: { secure: AAABAQ }\n");
    let (inputs, unread) = ask(None);
    assert_eq!(unread, [("a".to_owned(), "a secret that the stack has in encrypted form".to_owned())]);
    let Value::Object(members) = &inputs.value else { panic!("no object") };
    assert_eq!(members["namePrefix"], value(json!("audit")));
    assert_eq!(members["reports"], value(json!({ "retentionDays": 90 })));
    assert_eq!(members["b"], value(json!("prod")));
    // Between two stacks nobody has chosen, and a name chooses.
    put("dev", "config: { 'own:prefix': trial }\n");
    assert_eq!(ask(Some("org/own/dev")).0, ask(Some("dev")).0);
    let (_, unread) = ask(None);
    let days = unread.iter().find(|(path, _)| path == "reports.retentionDays").expect("the days are not known");
    assert!(days.1.contains("`--stack` names the stack: `dev` or `prod`"), "{days:?}");
    let missing = read("Pulumi.yaml", &text, Some(folder.path()), Some("stage")).err().expect("it is refused");
    assert!(
        missing.contains("no Pulumi.stage.yaml beside the program; stacks with a file there: `dev`, `prod`"),
        "{missing}"
    );
}

#[test]
fn a_value_of_a_stack_that_is_not_of_its_type_is_a_problem_at_the_name() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("Pulumi.prod.yaml"), "config: { 'own:days': soon }\n").expect("a file is written");
    let text = program("config: { days: { type: integer } }\n", "{ reports: { retentionDays: '${days}' } }");
    let found = reads(&text, Some(folder.path()), None).problems;
    let [problem] = &found[..] else { panic!("{found:?}") };
    assert_eq!(
        problem.to_string(),
        "config.days: the value in Pulumi.prod.yaml: expected a whole number, as its type says, got a string"
    );
}

#[test]
fn wrong_expressions_are_problems_at_their_place_with_the_nearest() {
    let at = "resources.monitor.properties.a";
    for (blocks, expression, place, reason) in [
        ("", "{ 'fn::joyn': ['-', [a]] }", at, "nearest: `fn::join`"),
        ("", "'${pulumi.stak}'", at, "nearest: `stack`"),
        ("", "'${key.arn'", at, "}"),
        ("variables: { a: '${b}', b: '${a}' }\n", "'${a}'", "variables.b", "refers to itself: a -> b -> a"),
        ("variables: { a: [x] }\n", "'${a[3]}'", at, "expected a number below 1, the length of the list, got [3]"),
        ("variables: { a: x }\n", "'${a.name}'", at, "`name` is of an object, but this is a string"),
    ] {
        let found = problems(blocks, &format!("{{ a: {expression} }}"));
        let is_said = found.iter().any(|one| one.starts_with(place) && one.contains(reason));
        assert!(is_said, "{expression}: {found:?}");
    }
    // As in a deployment, what an object does not have is null.
    assert_eq!(known("variables: { a: { name: x } }\n", "{ a: '${a.nme}' }"), value(json!({ "a": null })));
}

#[test]
fn a_file_that_is_no_program_is_refused_with_its_place() {
    for (text, said) in [
        ("", "Pulumi.yaml: the file is empty"),
        ("a: [", "Pulumi.yaml: "),
        ("- a\n", "Pulumi.yaml:"),
        ("resources: [a]\n", "resources: expected an object with resources"),
        ("resources: { a: { type: 'aws:s3:Bucket' } }\n", "expected a resource of the type"),
        ("runtime: nodejs\nresources: {}\n", "this is the project of a program for `nodejs`"),
        (
            "resources:\n  a:\n    type: aws-compliance:ComplianceMonitoring\n    properties: [b]\n",
            "resources.a.properties: expected an object with inputs",
        ),
    ] {
        let reason = refused(text);
        assert!(reason.contains(said), "{text}: {reason}");
    }
    let with_place = refused("resources:\n  a:\n    type: aws-compliance:ComplianceMonitoring\n    properties: [b]\n");
    assert!(with_place.starts_with("Pulumi.yaml:4:"), "{with_place}");
}

#[test]
fn inputs_alone_refer_to_nothing() {
    let (inputs, unread) = only(&reads("namePrefix: ${audit}\n", None, None));
    assert_eq!((inputs, unread), (value(json!({ "namePrefix": "${audit}" })), vec![]));
}

#[test]
fn a_component_of_the_program_takes_inputs_that_are_not_known() {
    let text = "components:\n  mine:\n    inputs: { days: { type: integer } }\n    resources:\n      monitor:\n        type: \
                aws-compliance:ComplianceMonitoring\n        properties: { reports: { retentionDays: '${days}' } }\n";
    let read = reads(text, None, None);
    assert_eq!(read.problems, []);
    let [found] = &read.found[..] else { panic!("one component") };
    assert_eq!(found.at.to_string(), "components.mine.resources.monitor.properties");
    assert_eq!(found.unread[0].why, "an input of the component `mine`");
}

#[test]
fn references_that_would_be_copied_without_end_are_refused() {
    let mut blocks = "variables:\n  v0: [a, a, a, a, a, a, a, a, a, a]\n".to_owned();
    for level in 1..12 {
        let before = format!("'${{v{}}}'", level - 1);
        blocks += &format!("  v{level}: [{}]\n", vec![before; 10].join(", "));
    }
    let found = problems(&blocks, "{ a: '${v11}' }");
    assert!(found.iter().any(|one| one.contains("too large")), "{found:?}");
}

/// YAML with what programs have in it, in any order.
fn any_yaml() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        prop::sample::select(vec![
            "${a}",
            "${a.b[0]}",
            "${",
            "$${a}",
            "${pulumi.stack}",
            "yaml",
            "string",
            "aws-compliance:ComplianceMonitoring",
            "x",
        ])
        .prop_map(Json::from),
    ];
    let name = prop::sample::select(vec![
        "resources",
        "variables",
        "config",
        "configuration",
        "components",
        "type",
        "properties",
        "options",
        "inputs",
        "default",
        "fn::join",
        "fn::select",
        "fn::toJSON",
        "fn::secret",
        "fn::readFile",
        "secure",
        "a",
        "b",
        "runtime",
        "name",
    ]);
    leaf.prop_recursive(5, 60, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(name.clone().prop_map(str::to_owned), inner, 0..5)
                .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_a_file_says_it_is_read_or_refused(document in any_yaml()) {
        let _ = read("Pulumi.yaml", &document.to_string(), None, None);
    }

    #[test]
    fn whatever_text_a_file_is_it_is_read_or_refused(text in "\\PC{0,60}") {
        let _ = read("Pulumi.yaml", &text, None, None);
        let _ = read("Pulumi.yaml", &program("", &format!("{{ a: '{text}' }}")), None, None);
    }
}
