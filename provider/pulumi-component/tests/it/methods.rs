//! Methods of another package's component, called from Rust.

use std::sync::Arc;

use pulumi_component::testing::{MockMonitor, construct_with};
use pulumi_component::{
    Child, Component, ConstructError, Input, MethodCall, Output, Outputs, PropertyMap, PropertyValue, Scope, TypeToken,
    Urn, Value,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::components::CLOUD;

const DESCRIBE: &str = "cloud:index:Garden/describe";

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CallerArgs {
    greeting: Input<String>,
}

#[derive(Clone, Deserialize)]
struct Described {
    text: String,
}

/// Registers a component of another package and asks it something.
#[derive(Debug, Outputs)]
struct Caller {
    /// What it said.
    pub text: Output<String>,
}

impl Component for Caller {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Caller");
    type Args = CallerArgs;
    type Facts = ();

    fn construct(scope: &Scope, args: CallerArgs, _facts: &()) -> Result<Self, ConstructError> {
        let garden = Child::remote(scope, &CLOUD, TypeToken::new("cloud:index:Garden"), "garden").register();
        let described: Output<Described> = scope.call(&CLOUD, &garden, "describe", &args);
        Ok(Self { text: described.map(|described| described.text.clone()) })
    }
}

async fn call(monitor: MockMonitor, greeting: PropertyValue) -> (Vec<MethodCall>, Result<PropertyMap, ConstructError>) {
    let monitor = Arc::new(monitor);
    let outcome = construct_with::<Caller>(&monitor, "caller", [("greeting".to_owned(), greeting)].into()).await;
    (monitor.recorded().calls, outcome.map(|constructed| constructed.outputs))
}

#[tokio::test]
async fn a_method_gets_the_component_and_the_arguments_with_their_marks() {
    let origin = Urn::new("urn:pulumi:stack::project::cloud:index:Thing::other");
    let mut greeting = PropertyValue::from("hello").into_secret();
    greeting.dependencies.insert(origin.clone());
    let (calls, outputs) = call(MockMonitor::update().result(DESCRIBE, "text", "green"), greeting).await;
    assert_eq!(outputs.expect("it constructs")["text"].as_str(), Some("green"));
    let [call] = calls.as_slice() else { panic!("called once: {calls:?}") };
    assert_eq!((call.token.as_str(), call.package), (DESCRIBE, Some(CLOUD)));
    let Value::Resource(this) = &call.arguments["__self__"].value else { panic!("{:?}", call.arguments) };
    assert!(this.urn.as_str().ends_with("$cloud:index:Garden::caller-garden") && this.id.is_none());
    assert!(call.arguments["greeting"].secret);
    assert_eq!(call.argument_dependencies["greeting"], [origin].into());
    assert!(call.argument_dependencies["__self__"].is_empty(), "a reference is no dependency");
}

#[tokio::test]
async fn the_result_keeps_secrets_unknowns_and_what_it_comes_from() {
    let origin = Urn::new("urn:pulumi:stack::project::cloud:index:Garden::caller-garden");
    let mut text = PropertyValue::from("green").into_secret();
    text.dependencies.insert(origin.clone());
    let (_, outputs) = call(MockMonitor::update().result(DESCRIBE, "text", text), "hello".into()).await;
    let marks = outputs.expect("it constructs")["text"].marks();
    assert!(marks.secret && marks.dependencies.contains(&origin), "{marks:?}");

    let unknown = MockMonitor::preview().result(DESCRIBE, "text", PropertyValue::unknown());
    let (calls, outputs) = call(unknown, PropertyValue::unknown()).await;
    assert!(calls[0].arguments["greeting"].marks().unknown, "unknown arguments are passed on");
    assert!(outputs.expect("it constructs")["text"].marks().unknown);
}

#[tokio::test]
async fn a_method_that_fails_or_answers_nothing_fails_the_run() {
    let (_, outcome) = call(MockMonitor::update().refuse(DESCRIBE, "no rain"), "hello".into()).await;
    let text = outcome.expect_err("the method fails").to_string();
    assert!(text.starts_with("calling `describe` of urn:pulumi:") && text.contains("caller-garden: no rain"), "{text}");

    let (_, outcome) = call(MockMonitor::update(), "hello".into()).await;
    let text = outcome.expect_err("it answers nothing").to_string();
    assert!(text.contains("the result of calling `describe`") && text.contains("text"), "{text}");

    let (calls, outcome) = call(MockMonitor::update().refuse("caller-garden", "no soil"), "hello".into()).await;
    assert!(outcome.is_err() && calls.is_empty(), "a component that is not there is not called");
}

#[tokio::test]
async fn a_preview_that_is_answered_with_nothing_does_not_know() {
    let (_, outputs) = call(MockMonitor::preview(), "hello".into()).await;
    assert!(outputs.expect("it constructs")["text"].marks().unknown);
}
