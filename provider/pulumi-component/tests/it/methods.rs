//! Methods and functions: another package's called from Rust, and one's own served.

use std::sync::Arc;

use pulumi_component::engine::MethodCall;
use pulumi_component::testing::{MockMonitor, call_with, construct_with, inputs, invoke_with};
use pulumi_component::value::{PropertyMap, PropertyValue, Reference, Urn, Value};
use pulumi_component::{
    Child, Component, Error, Function, FunctionContext, Input, Method, Output, Outputs, ResourceOptions, Scope,
    TypeToken,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::components::{CLOUD, Store, thing};

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

    fn construct(scope: &Scope, args: CallerArgs) -> Result<Self, Error> {
        let garden = Child::remote(scope, &CLOUD, TypeToken::new("cloud:index:Garden"), "garden").register();
        let described: Output<Described> = scope.call(&CLOUD, &garden, "describe", &args);
        Ok(Self { text: described.map(|described| described.text.clone()) })
    }
}

async fn call(monitor: MockMonitor, greeting: PropertyValue) -> (Vec<MethodCall>, Result<PropertyMap, Error>) {
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

/// What the method answers.
#[derive(Debug, Outputs)]
struct Added {
    /// Id of the new thing.
    id: Output<String>,
}

/// Adds a thing of a size.
struct Add;

impl Method for Add {
    const NAME: &'static str = "add";
    const DESCRIPTION: &'static str = "Adds a thing.";
    type Component = Store;
    type Args = CallerArgs;
    type Result = Added;

    fn call(scope: &Scope, _store: &Reference<Store>, args: CallerArgs) -> Result<Added, Error> {
        Ok(Added { id: thing(scope, "added", args.greeting, ResourceOptions::default()).id() })
    }
}

#[tokio::test]
async fn a_method_of_ones_own_adds_below_its_component() {
    let monitor = Arc::new(MockMonitor::update());
    let store = Urn::new("urn:pulumi:stack::project::shop:index:Store::store");
    let returned = call_with::<Add>(&monitor, store.clone(), inputs(json!({ "greeting": "large" }))).await;
    assert_eq!(returned.expect("it answers")["id"].as_str(), Some("store-added-id"));
    assert_eq!(monitor.recorded().registration("store-added").parent, store.as_str());

    let other = Urn::new("urn:pulumi:stack::project::cloud:index:Garden::garden");
    let told = call_with::<Add>(&monitor, other, PropertyMap::new()).await.expect_err("another component");
    assert!(told.to_string().contains("expected a resource of type `shop:index:Store`"), "{told}");
}

/// What the function takes and answers.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Word {
    word: String,
}

/// Puts the configuration's word before the given one.
struct Prefix;

impl Function for Prefix {
    const TOKEN: TypeToken = TypeToken::new("shop:index:prefix");
    const DESCRIPTION: &'static str = "Puts a word before another.";
    type Args = Word;
    type Result = Word;

    async fn invoke(context: &FunctionContext, args: Word) -> Result<Word, Error> {
        let first = context.provider_config::<String>()?;
        Ok(Word { word: format!("{first} {}", args.word) })
    }
}

#[tokio::test]
async fn a_function_of_ones_own_is_asked_with_a_configuration() {
    let configuration = || Some(Arc::new("dear".to_owned()) as Arc<dyn std::any::Any + Send + Sync>);
    let answer = invoke_with::<Prefix>(configuration(), inputs(json!({ "word": "friend" }))).await;
    assert_eq!(answer.expect("it answers")["word"].as_str(), Some("dear friend"));
    let told = invoke_with::<Prefix>(configuration(), inputs(json!({ "wort": "x" }))).await.expect_err("wrong");
    assert!(told.to_string().contains("nearest: `word`"), "{told}");
    let unknown = [("word".to_owned(), PropertyValue::unknown())].into();
    assert!(invoke_with::<Prefix>(configuration(), unknown).await.expect("it is not asked").is_empty());
}
