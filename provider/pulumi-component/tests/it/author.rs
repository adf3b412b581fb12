//! What authors write and what becomes of it: arguments by one attribute, absent inputs, marks of what is passed on.

use std::collections::BTreeMap;
use std::sync::Arc;

use pulumi_component::engine::Given;
use pulumi_component::engine::Resolve;
use pulumi_component::engine::check;
use pulumi_component::testing::{MockMonitor, construct_with, inputs, invoke_against, reference, value};
use pulumi_component::value::{PropertyMap, PropertyValue, Reference, Serialized, Value};
use pulumi_component::{
    Checks, Child, Component, Error, Function, FunctionContext, Input, Output, Outputs, Package, PassThrough, Provider,
    Scope, TypeToken, all, args, interpolate, package,
};
use serde_json::json;

static CLOUD: Package = Package::new("cloud", "1.0.0");
const THING: TypeToken = TypeToken::new("cloud:index:Thing");

/// How a shelf is painted.
#[args]
#[derive(Clone, Debug, PartialEq)]
enum Paint {
    /// Without color.
    Plain,
    /// With color.
    Bright,
}

/// A board of a shelf.
#[args]
#[derive(Clone, Debug)]
struct Board {
    /// Width in millimeters.
    board_width: Input<u32>,
}

/// Inputs of a shelf.
#[args]
#[derive(Default)]
#[serde(default)]
struct ShelfArgs {
    /// Owner of the shelf.
    owner: Option<Input<String>>,
    /// Labels, passed on.
    labels: Option<PassThrough<BTreeMap<String, String>>>,
    /// Labels, read.
    read_labels: Option<Input<BTreeMap<String, String>>>,
    /// Key of the shelf.
    #[pulumi(secret)]
    key: Option<Input<String>>,
    /// Former name of `owner`.
    #[pulumi(deprecated = "use `owner`")]
    holder: Option<Input<String>>,
    /// How it is painted.
    paint: Option<Paint>,
    /// Boards.
    boards: Vec<Board>,
    /// Width, height and depth in millimeters.
    size: Option<[u32; 3]>,
    /// The type of the shelf.
    r#type: Option<String>,
    /// The wall it stands at.
    wall: Option<Input<Reference<Wall>>>,
    /// Whether the child gets a null.
    null: bool,
}

/// A shelf.
#[derive(Outputs)]
struct Shelf {
    /// Type of the shelf.
    r#type: Output<Option<String>>,
    /// Address of the shelf.
    #[output(rename = "shelfURL")]
    url: Output<String>,
    /// Color of the wall.
    wall_color: Output<Option<String>>,
}

impl Component for Shelf {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Shelf");
    type Args = ShelfArgs;

    fn check(args: &ShelfArgs, checks: &mut Checks) {
        if args.boards.len() > 2 {
            checks.error("boards", "expected at most 2 boards");
        }
    }

    fn construct(scope: &Scope, args: ShelfArgs) -> Result<Self, Error> {
        let child = Child::new(scope, &CLOUD, THING, "thing")
            .with("owner", args.owner)
            .with("later", Output::known(None::<String>))
            .with("labels", args.labels)
            .with("readLabels", args.read_labels)
            .with("paint", args.paint)
            .with("boards", args.boards)
            .with("width", 3_i64)
            .with("kind", "shelf")
            .with("json", json!({ "a": [1, null] }))
            .with("serialized", Serialized(BTreeMap::from([("a", 1)])));
        let child = if args.null { child.with("null", PropertyValue::default()) } else { child };
        let (host, path) = (Output::known("shelf".to_owned()), "index.html");
        let url = interpolate!("https://{host}/{path}?{}#{at}", 7, at = child.register().id());
        let wall_color = match args.wall {
            Some(wall) => wall.property::<String>(scope, "color").map(Some),
            None => Output::known(None),
        };
        Ok(Self { r#type: Output::known(args.r#type), url, wall_color })
    }
}

/// A wall.
#[derive(Outputs)]
struct Wall {
    /// Its color.
    color: Output<String>,
}

impl Component for Wall {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Wall");
    type Args = Nothing;

    fn construct(scope: &Scope, _args: Nothing) -> Result<Self, Error> {
        let boards = (0..3).map(|_| Board { board_width: 1_u32.into() }).collect();
        scope.component::<Shelf>("shelf", ShelfArgs { boards, ..ShelfArgs::default() })?;
        Ok(Self { color: Output::known("white".to_owned()) })
    }
}

/// Nothing.
#[args]
struct Nothing {}

async fn shelf(given: PropertyMap) -> (PropertyMap, PropertyMap) {
    let monitor = Arc::new(MockMonitor::update());
    let made = construct_with::<Shelf>(&monitor, "a", given).await.expect("it constructs");
    (monitor.recorded().registration("a-thing").inputs.clone(), made.outputs)
}

#[tokio::test]
async fn fault_2_an_absent_input_stays_absent_and_null_is_sent_on_purpose_alone() {
    let (sent, _) = shelf(PropertyMap::new()).await;
    for absent in ["owner", "later", "labels", "readLabels", "paint", "null"] {
        assert!(!sent.contains_key(absent), "{absent}: {sent:?}");
    }
    let (sent, _) = shelf(inputs(json!({ "null": true, "owner": "me" }))).await;
    assert_eq!((&sent["null"].value, sent["owner"].as_str()), (&Value::Null, Some("me")));
}

#[tokio::test]
async fn literals_enums_structs_and_json_are_inputs_of_a_child() {
    let (sent, _) = shelf(inputs(json!({ "paint": "Bright", "boards": [{ "boardWidth": 5 }] }))).await;
    for (name, expected) in [
        ("paint", json!("Bright")),
        ("boards", json!([{ "boardWidth": 5 }])),
        ("width", json!(3)),
        ("kind", json!("shelf")),
        ("serialized", json!({ "a": 1 })),
    ] {
        assert_eq!(sent[name], value(expected), "{name}");
    }
    assert_eq!(sent["json"].to_json(), Some(json!({ "a": [1, null] })));
}

#[tokio::test]
async fn fault_3_a_map_that_is_passed_on_keeps_the_marks_of_each_member() {
    let labels = || {
        let secret = PropertyValue::from("x").into_secret();
        PropertyMap::from([
            ("plain".to_owned(), "y".into()),
            ("secret".to_owned(), secret),
            ("unknown".to_owned(), PropertyValue::unknown()),
        ])
    };
    let given = [("labels".to_owned(), labels().into()), ("readLabels".to_owned(), labels().into())];
    let (sent, _) = shelf(given.into()).await;
    assert_eq!(sent["labels"], labels().into());
    assert_eq!((&sent["readLabels"].value, sent["readLabels"].secret), (&Value::Unknown, true));

    let passed = PassThrough::<BTreeMap<String, String>>::from(BTreeMap::from([("a".to_owned(), "b".to_owned())]));
    assert_eq!(
        futures::executor::block_on(passed.output().resolve()).expect("it resolves").value.clone().unwrap()["a"],
        "b"
    );
}

#[test]
fn the_checks_see_what_is_known_beside_an_unknown_member() {
    let labels = [("unknown".to_owned(), PropertyValue::unknown()), ("wrong".to_owned(), true.into())];
    let labels = PropertyValue::from(PropertyMap::from(labels));
    let told = check::<ShelfArgs>(&[("labels".to_owned(), labels)].into());
    let told: Vec<_> = told.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["labels.wrong: must be a string: write \"true\""]);
}

#[test]
fn fault_5_an_array_takes_as_many_items_as_it_has() {
    let told = |size| {
        let told = check::<ShelfArgs>(&inputs(json!({ "size": size })));
        told.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(told(json!([1, 2, 3])), "");
    assert_eq!(told(json!([1, 2, 3, 4])), "size: expected exactly 3 items, got 4");
    assert_eq!(told(json!([1, 2])), "size: expected exactly 3 items, got 2");
    let more = pulumi_component::engine::from_properties::<ShelfArgs>(inputs(json!({ "size": [1, 2, 3, 4] })));
    assert_eq!(more.map(drop).expect_err("too many").to_string(), "size: expected 3 items, got 4");
}

#[tokio::test]
async fn fault_4_an_output_has_the_name_of_its_field_or_the_one_that_it_is_given() {
    let (_, outputs) = shelf(inputs(json!({ "type": "tall" }))).await;
    assert_eq!(outputs["type"].as_str(), Some("tall"));
    assert_eq!(outputs["shelfURL"].as_str(), Some("https://shelf/index.html?7#a-thing-id"));
}

#[tokio::test]
async fn a_property_of_a_reference_is_read_in_a_test_as_it_was_set_there() {
    let (urn, wall) = reference::<Wall>("wall", "");
    let monitor = Arc::new(MockMonitor::update().state(&urn, "color", "blue"));
    let made = construct_with::<Shelf>(&monitor, "a", [("wall".to_owned(), wall)].into()).await;
    assert_eq!(made.expect("it constructs").outputs["wallColor"].as_str(), Some("blue"));
}

#[tokio::test]
async fn a_nested_component_is_checked() {
    let monitor = Arc::new(MockMonitor::update());
    let error = construct_with::<Wall>(&monitor, "wall", PropertyMap::new()).await.expect_err("too many boards");
    assert_eq!(error.to_string(), "shop:index:Shelf `wall-shelf`: boards: expected at most 2 boards");
}

#[test]
fn marks_of_arguments_stand_in_the_schema() {
    let schema =
        Provider::new(package!("shop")).component::<Shelf>().component::<Wall>().schema().expect("it can be expressed");
    let inputs = &schema["resources"]["shop:index:Shelf"]["inputProperties"];
    assert_eq!(
        (&inputs["key"]["secret"], &inputs["holder"]["deprecationMessage"]),
        (&json!(true), &json!("use `owner`"))
    );
    assert_eq!(schema["types"]["shop:index:Board"]["properties"]["boardWidth"]["type"], "integer");
    assert_eq!(inputs["size"]["description"], "Width, height and depth in millimeters. Exactly 3 items.");
    assert!(inputs["labels"].get("plain").is_none() && inputs["paint"]["plain"] == json!(true));
}

#[test]
fn several_outputs_are_gathered_with_their_marks() {
    let secret = Output::known(2_u32).secret();
    let gathered = all((Output::known("a".to_owned()), &secret, Input::from(true)));
    let gathered = gathered.map(|(text, number, flag)| format!("{text}{number}{flag}"));
    let resolved = futures::executor::block_on(gathered.resolve()).expect("it resolves");
    assert_eq!((resolved.value.as_deref(), resolved.secret), (Some("a2true"), true));
    let pair = all([Output::known(1), Output::known(2)]).map(|[one, two]| one + two);
    assert_eq!(futures::executor::block_on(pair.resolve()).expect("it resolves").value, Some(3));
}

#[test]
fn what_another_resource_gives_is_never_given_however_soon_it_comes() {
    let output = Output::known(3_u32).and_then(Output::known);
    let input = Input::<u32>::from(&output);
    assert!(input.given().is_none());
    assert_eq!(futures::executor::block_on(output.resolve()).expect("it resolves").value, Some(3));
    assert!(input.given().is_none(), "it has come meanwhile");
    let given = Input::<u32>::from(Output::known(3).map(|value| value + 1)).given();
    assert_eq!(given.and_then(|given| given.value), Some(4));
}

#[test]
fn a_json_document_has_the_marks_of_what_is_in_it() {
    #[derive(serde::Serialize)]
    struct Document {
        known: u32,
        secret: Output<String>,
        absent: Option<Input<String>>,
    }
    let document = |secret| Output::json(&Document { known: 1, secret, absent: None });
    let resolved = futures::executor::block_on(document(Output::known("x".to_owned()).secret()).resolve());
    let resolved = resolved.expect("it resolves");
    assert_eq!((resolved.value.as_deref(), resolved.secret), (Some(r#"{"known":1,"secret":"x"}"#), true));
    let unknown = futures::executor::block_on(document(Output::unknown()).resolve()).expect("it resolves");
    assert_eq!(unknown.value, None);
}

/// A child without a name, and a closure that fails.
#[derive(Outputs)]
struct Broken {
    /// Text of the closure.
    text: Output<String>,
}

/// Inputs of [`Broken`].
#[args]
struct BrokenArgs {
    /// Name of the child.
    name: String,
    /// Whether a closure fails.
    fails: bool,
}

impl Component for Broken {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Broken");
    type Args = BrokenArgs;

    fn construct(scope: &Scope, args: BrokenArgs) -> Result<Self, Error> {
        let fails = args.fails;
        let text = Output::known("x".to_owned()).try_map(move |text| if fails { Err("torn") } else { Ok(text) });
        Child::new(scope, &CLOUD, THING, &args.name).with("size", text.clone()).register();
        Child::new(scope, &CLOUD, THING, "other").with("size", text.clone()).register();
        Ok(Self { text })
    }
}

#[tokio::test]
async fn fault_13_an_empty_name_is_refused_and_a_closure_that_fails_is_named_once() {
    let told = async |given| {
        let monitor = Arc::new(MockMonitor::update());
        construct_with::<Broken>(&monitor, "c", inputs(given)).await.expect_err("it fails").to_string()
    };
    let empty = told(json!({ "name": "", "fails": false })).await;
    assert!(empty.starts_with("a cloud:index:Thing of `c` has an empty name"), "{empty}");
    let torn = told(json!({ "name": "thing", "fails": true })).await;
    assert_eq!(torn, "cloud:index:Thing `c-other`, input `size`: torn");
}

/// Arguments of [`Speak`].
#[args]
struct SpeakArgs {
    /// What is said.
    word: String,
}

/// Result of [`Speak`].
#[args]
struct Spoken {
    /// Greeting of the provider's configuration, with the word.
    text: String,
}

/// Configuration of the provider.
struct Greeting(String);

struct Speak;

impl Function for Speak {
    const TOKEN: TypeToken = TypeToken::new("shop:index:speak");
    const DESCRIPTION: &'static str = "Speaks.";
    type Args = SpeakArgs;
    type Result = Spoken;

    async fn invoke(context: &FunctionContext, args: SpeakArgs) -> Result<Spoken, Error> {
        context.info(format!("said {}", args.word));
        let greeting = context.provider_config::<Greeting>()?;
        Ok(Spoken { text: format!("{}, {}", greeting.0, args.word) })
    }
}

#[tokio::test]
async fn a_function_shows_messages_unless_an_argument_is_secret() {
    let monitor = Arc::new(MockMonitor::update().provider_config(Greeting("hello".to_owned())));
    let answer = invoke_against::<Speak>(&monitor, inputs(json!({ "word": "you" }))).await.expect("it answers");
    assert_eq!(answer["text"].as_str(), Some("hello, you"));
    let said: Vec<_> = monitor.recorded().log.into_iter().map(|entry| entry.message).collect();
    assert_eq!(said, ["said you"]);
    let secret = [("word".to_owned(), PropertyValue::from("PLANTED").into_secret())];
    let answer = invoke_against::<Speak>(&monitor, secret.into()).await.expect("it answers");
    assert!(answer["text"].secret && monitor.recorded().log.len() == 1);
}
