//! Functions of other packages, called from Rust.

use std::sync::Arc;

use pulumi_component::engine::Invocation;
use pulumi_component::testing::{MockMonitor, construct_with};
use pulumi_component::value::{PropertyMap, PropertyValue, Urn};
use pulumi_component::{Component, Error, Input, Output, Outputs, ResourceOptions, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::components::{CLOUD, thing};

const WEATHER: &str = "cloud:index:weather";

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AskingArgs {
    place: Input<String>,
    /// How often it asks.
    #[serde(default = "once")]
    times: u32,
    /// Whether a child must be there first.
    #[serde(default)]
    after_child: bool,
}

fn once() -> u32 {
    1
}

#[derive(Serialize)]
struct Question<'a> {
    place: &'a Input<String>,
}

#[derive(Clone, Deserialize)]
struct Weather {
    word: String,
}

/// Asks for the weather.
#[derive(Debug, Outputs)]
struct Asking {
    /// Each answer.
    pub words: Output<Vec<String>>,
}

impl Component for Asking {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Asking");
    type Args = AskingArgs;

    fn construct(scope: &Scope, args: AskingArgs) -> Result<Self, Error> {
        let mut options = ResourceOptions::default();
        if args.after_child {
            options = options.and_depends_on(&thing(scope, "first", "small", ResourceOptions::default()));
        }
        let question = Question { place: &args.place };
        let answers = (0..args.times).map(|_| {
            let weather: Output<Weather> = scope.invoke(&CLOUD, WEATHER, &question, options.clone());
            weather.map(|weather| weather.word.clone())
        });
        Ok(Self { words: pulumi_component::all(answers.collect::<Vec<_>>()) })
    }
}

async fn ask(monitor: MockMonitor, inputs: &[(&str, PropertyValue)]) -> (Vec<Invocation>, Result<PropertyMap, Error>) {
    let monitor = Arc::new(monitor);
    let inputs = inputs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let outcome = construct_with::<Asking>(&monitor, "asking", inputs).await;
    (monitor.recorded().invocations, outcome.map(|constructed| constructed.outputs))
}

fn fine() -> MockMonitor {
    MockMonitor::update().result(WEATHER, "word", "fine")
}

#[tokio::test]
async fn a_function_gets_plain_arguments_the_package_and_the_component_that_asks() {
    let (asked, outputs) = ask(fine(), &[("place", "here".into())]).await;
    let words = outputs.expect("it constructs")["words"].clone();
    assert_eq!(words, PropertyValue::from_json(serde_json::json!(["fine"])));
    let [invocation] = asked.as_slice() else { panic!("asked once: {asked:?}") };
    assert_eq!((invocation.token.as_str(), invocation.package), (WEATHER, Some(CLOUD)));
    assert_eq!(invocation.arguments, [("place".to_owned(), "here".into())].into());
    assert!(invocation.parent.ends_with("::asking") && invocation.dependencies.is_empty());
}

#[tokio::test]
async fn a_secret_argument_is_sent_plain_and_makes_the_result_secret() {
    let origin = Urn::new("urn:pulumi:stack::project::cloud:index:Thing::other");
    let mut place = PropertyValue::from("home").into_secret();
    place.dependencies.insert(origin.clone());
    let (asked, outputs) = ask(fine(), &[("place", place)]).await;
    assert_eq!(asked[0].arguments["place"], "home".into(), "no mark crosses");
    let marks = outputs.expect("it constructs")["words"].marks();
    assert!(marks.secret && marks.dependencies.contains(&origin), "{marks:?}");
}

#[tokio::test]
async fn nothing_is_asked_with_an_unknown_argument() {
    let (asked, outputs) = ask(MockMonitor::preview(), &[("place", PropertyValue::unknown())]).await;
    assert!(asked.is_empty(), "{asked:?}");
    assert!(outputs.expect("it constructs")["words"].marks().unknown);
}

#[tokio::test]
async fn the_same_question_is_asked_once_in_a_run() {
    let (asked, outputs) = ask(fine(), &[("place", "here".into()), ("times", 3.0.into())]).await;
    assert_eq!(asked.len(), 1);
    let words = outputs.expect("it constructs")["words"].clone();
    assert_eq!(words, PropertyValue::from_json(serde_json::json!(["fine", "fine", "fine"])));
}

#[tokio::test]
async fn what_must_be_there_first_is_waited_for_and_is_what_the_result_comes_from() {
    let (asked, outputs) = ask(fine(), &[("place", "here".into()), ("afterChild", true.into())]).await;
    let child = Urn::new("urn:pulumi:stack::project::shop:index:Asking$cloud:index:Thing::asking-first");
    assert_eq!(asked[0].dependencies, [child.clone()].into());
    assert!(outputs.expect("it constructs")["words"].marks().dependencies.contains(&child));

    let refused = fine().refuse("asking-first", "no room");
    let (asked, outcome) = ask(refused, &[("place", "here".into()), ("afterChild", true.into())]).await;
    let told = outcome.expect_err("a child is refused").to_string();
    assert!(asked.is_empty() && told.starts_with("registering cloud:index:Thing `asking-first`: no room"), "{told}");
}

#[tokio::test]
async fn a_preview_does_not_ask_about_what_is_not_there_yet() {
    let monitor = MockMonitor::preview().result(WEATHER, "word", "fine");
    let (asked, outputs) = ask(monitor, &[("place", "here".into()), ("afterChild", true.into())]).await;
    assert!(asked.is_empty(), "{asked:?}");
    let marks = outputs.expect("it constructs")["words"].marks();
    let child = Urn::new("urn:pulumi:stack::project::shop:index:Asking$cloud:index:Thing::asking-first");
    assert!(marks.unknown && marks.dependencies.contains(&child), "{marks:?}");
}

#[tokio::test]
async fn a_function_that_fails_or_answers_something_else_fails_the_run_in_its_name() {
    let (_, outcome) = ask(MockMonitor::update().refuse(WEATHER, "no signal"), &[("place", "here".into())]).await;
    assert_eq!(outcome.expect_err("it fails").to_string(), format!("calling {WEATHER}: no signal"));

    let (_, outcome) = ask(MockMonitor::update().result(WEATHER, "word", 7.0), &[("place", "here".into())]).await;
    let told = outcome.expect_err("it is no text").to_string();
    assert!(told.starts_with(&format!("the result of {WEATHER}: word: ")), "{told}");

    let (_, outcome) = ask(MockMonitor::update(), &[("place", "here".into())]).await;
    assert!(outcome.expect_err("an update knows").to_string().contains(WEATHER));
    let (_, outputs) = ask(MockMonitor::preview(), &[("place", "here".into())]).await;
    assert!(outputs.expect("a preview does not know")["words"].marks().unknown);
}
