//! One construction, against a mock of the engine.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use pulumi_component::engine::{ConstructRequest, Deployment, Registration, RegistrationOptions};
use pulumi_component::options::{Alias, CustomTimeouts};
use pulumi_component::testing::{MockMonitor, construct_request, construct_with, inputs};
use pulumi_component::value::{PropertyError, PropertyMap, PropertyValue, Urn, Value};
use pulumi_component::{Component, Context, Error, Scope, TypeToken};
use serde_json::json;

use crate::components::{CLOUD, Crowd, Store, THING};

async fn store(monitor: MockMonitor, given: serde_json::Value) -> (Arc<MockMonitor>, Result<PropertyMap, Error>) {
    let monitor = Arc::new(monitor);
    let outcome = construct_with::<Store>(&monitor, "store", inputs(given)).await;
    (monitor, outcome.map(|constructed| constructed.outputs))
}

fn registration(monitor: &MockMonitor, name: &str) -> Registration {
    let found = monitor.recorded().registrations.into_iter().find(|(_, registration)| registration.name == name);
    found.unwrap_or_else(|| panic!("nothing is called {name}")).1
}

#[tokio::test]
async fn children_carry_parent_version_and_the_dependencies_of_their_inputs() {
    let (monitor, outputs) = store(MockMonitor::update(), json!({})).await;
    let urns: Vec<_> = monitor.recorded().registrations.iter().map(|(urn, _)| urn.to_string()).collect();
    let of =
        |suffix: &str| urns.iter().find(|urn| urn.ends_with(suffix)).unwrap_or_else(|| panic!("{suffix}: {urns:?}"));
    let first = of("shop:index:Store$cloud:index:Thing::store-first");
    let board = of("shop:index:Store$shop:index:Shelf$cloud:index:Thing::store-shelf-board");

    let last = registration(&monitor, "store-last");
    assert_eq!((last.package, last.custom), (Some(CLOUD), true));
    assert_eq!(&last.parent, of("shop:index:Store::store"));
    let expected: BTreeSet<_> = [Urn::new(first), Urn::new(board)].into();
    assert_eq!(last.dependencies, expected, "stated, and found in an input");
    assert_eq!(last.property_dependencies["size"], [Urn::new(board)].into());
    assert_eq!(registration(&monitor, "store-first").property_dependencies["size"], BTreeSet::new());
    assert_eq!(outputs.expect("it constructs")["lastId"].as_str(), Some("store-last-id"));
}

#[tokio::test(start_paused = true)]
async fn independent_children_are_registered_at_once() {
    let began = tokio::time::Instant::now();
    let call = Duration::from_millis(20);
    let (monitor, outputs) = store(MockMonitor::update().delay(call), json!({ "count": 100 })).await;
    outputs.expect("it constructs");
    assert_eq!(monitor.recorded().registrations.len(), 105);
    // Store, first, board, last, outputs: five calls that wait for one another. The clock is the test's.
    assert!(began.elapsed() < call * 6, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_component_is_finished_once_and_after_its_children() {
    let (monitor, _) = store(MockMonitor::update(), json!({})).await;
    let finished: Vec<_> =
        monitor.recorded().outputs.into_iter().map(|(urn, outputs)| (urn.to_string(), outputs)).collect();
    assert_eq!(finished.len(), 2);
    assert!(finished[0].0.ends_with("::store-shelf"));
    assert!(finished[1].0.ends_with("::store"));
    assert_eq!(finished[1].1["size"].as_str(), Some("small"));
}

#[tokio::test]
async fn a_refused_child_skips_the_rest_and_finishes_nothing() {
    let (monitor, outcome) = store(MockMonitor::update().refuse("store-first", "no room"), json!({ "count": 3 })).await;
    let text = outcome.expect_err("a child is refused").to_string();
    assert_eq!(text, "registering cloud:index:Thing `store-first`: no room\nthe remaining resources were skipped");
    assert!(monitor.recorded().outputs.is_empty());
}

#[tokio::test]
async fn a_panic_while_children_are_described_is_told_and_ends_the_run() {
    let (monitor, outcome) = store(MockMonitor::update(), json!({ "mood": "panics" })).await;
    assert!(matches!(outcome, Err(Error::Internal(text)) if text == "out of stock"));
    assert!(monitor.recorded().outputs.iter().all(|(urn, _)| !urn.as_str().ends_with("::store")));
}

#[tokio::test]
async fn a_panic_in_a_closure_is_told_and_ends_the_run() {
    let (_, outcome) = store(MockMonitor::update(), json!({ "mood": "brokenClosure" })).await;
    assert_eq!(
        outcome.expect_err("a closure panics").to_string(),
        "cloud:index:Thing `store-torn`, input `size`: internal error: torn"
    );
}

#[tokio::test]
async fn two_children_of_one_name_are_told_apart_from_the_engines_own_error() {
    let (_, outcome) = store(MockMonitor::update(), json!({ "mood": "doubles" })).await;
    let text = outcome.expect_err("two of one name").to_string();
    assert!(text.starts_with("two children are called `store-first`"), "{text}");
}

#[tokio::test]
async fn a_preview_leaves_ids_unknown_and_describes_everything() {
    let (monitor, outputs) = store(MockMonitor::preview(), json!({ "size": "large" })).await;
    assert_eq!(monitor.recorded().registrations.len(), 5);
    let outputs = outputs.expect("it constructs");
    assert_eq!(outputs["lastId"].value, Value::Unknown);
    assert_eq!(outputs["size"].as_str(), Some("large"));
}

#[tokio::test]
async fn a_secret_input_is_secret_in_children_and_outputs() {
    let monitor = Arc::new(MockMonitor::update());
    let secret = PropertyValue { secret: true, ..PropertyValue::from("hush") };
    let given = PropertyMap::from([("size".to_owned(), secret)]);
    let outputs = construct_with::<Store>(&monitor, "store", given).await.expect("it constructs").outputs;
    assert!(registration(&monitor, "store-first").inputs["size"].secret);
    assert!(outputs["size"].secret);
}

#[tokio::test]
async fn what_the_user_says_of_the_component_is_handed_on_as_it_came() {
    let spec = Alias::new().name("old").no_parent();
    let options = RegistrationOptions {
        aliases: vec![Alias::urn("urn:old"), spec],
        depends_on: vec![Urn::new("urn:before")],
        protect: Some(false),
        retain_on_delete: None,
        delete_before_replace: Some(true),
        providers: [("cloud".to_owned(), "urn:provider::id".to_owned())].into(),
        additional_secret_outputs: vec!["size".into()],
        custom_timeouts: Some(CustomTimeouts::default().create(Duration::from_secs(3600))),
        deleted_with: Some(Urn::new("urn:with")),
        replace_with: vec![Urn::new("urn:replace")],
        ignore_changes: vec!["size".into()],
        replace_on_changes: vec!["count".into()],
        replacement_trigger: Some(PropertyValue::from("now")),
        ..RegistrationOptions::default()
    };
    let request = ConstructRequest {
        type_token: Store::TOKEN.as_str().into(),
        name: "store".into(),
        parent: "urn:parent".into(),
        options: options.clone(),
        deployment: Deployment { stack_trace_handle: "handle".into(), ..Deployment::default() },
        ..ConstructRequest::default()
    };
    let monitor = Arc::new(MockMonitor::update());
    construct_request::<Store>(&monitor, request).await.expect("it constructs");
    let component = registration(&monitor, "store");
    assert_eq!(component.options, options);
    assert_eq!(component.parent, "urn:parent");
    let child = registration(&monitor, "store-shelf-board");
    assert_eq!((child.provider.as_str(), child.stack_trace_handle.as_str()), ("urn:provider::id", "handle"));
    assert_eq!(child.options.delete_before_replace, None, "a child inherits nothing by our hand");
    assert_eq!(THING.package(), CLOUD.name);
}

#[tokio::test]
async fn a_child_can_depend_on_what_a_value_came_from_without_taking_the_value() {
    let (monitor, outcome) = store(MockMonitor::update(), json!({ "mood": "careful" })).await;
    outcome.expect("it constructs");
    let careful = registration(&monitor, "store-careful");
    let names: Vec<_> = careful.dependencies.iter().map(|urn| urn.as_str().rsplit("::").next()).collect();
    assert_eq!(names, [Some("store-shelf-board")]);
    assert_eq!(careful.property_dependencies["size"], BTreeSet::new(), "no input carries it");
}

#[tokio::test]
async fn five_thousand_children_are_registered() {
    let monitor = Arc::new(MockMonitor::update());
    let made = construct_with::<Crowd>(&monitor, "crowd", inputs(json!({ "count": 5000 }))).await;
    made.expect("it constructs");
    assert_eq!(monitor.recorded().registrations.len(), 5001);
}

/// Inputs of [`Placed`].
#[derive(Debug, Default, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
#[serde(default)]
struct PlacedArgs {
    /// How many.
    #[schemars(range(max = 3))]
    count: u32,
    /// Where.
    place: String,
}

/// A component that looks at the world.
#[derive(pulumi_component::Outputs)]
struct Placed {}

impl pulumi_component::PreparedComponent for Placed {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Placed");
    type Args = PlacedArgs;
    type Prepared = String;

    async fn prepare(_context: &Context, args: &PlacedArgs) -> Result<String, Error> {
        match args.place.as_str() {
            "taken" => Err(Error::InvalidInputs(vec![PropertyError::new("place", "somebody is there")])),
            "dark" => Err(Error::Failed("nothing is seen".into())),
            place => Ok(place.to_owned()),
        }
    }

    fn construct(_scope: &Scope, _args: PlacedArgs, _prepared: &String) -> Result<Self, Error> {
        Ok(Self {})
    }
}

#[tokio::test]
async fn what_the_world_refuses_stands_beside_wrong_inputs() {
    let told = async |given: serde_json::Value| {
        let monitor = Arc::new(MockMonitor::preview());
        let outcome = construct_with::<Placed>(&monitor, "placed", inputs(given)).await;
        assert!(outcome.is_ok() || monitor.recorded().registrations.is_empty());
        match outcome {
            Ok(_) => vec!["there".to_owned()],
            Err(Error::InvalidInputs(problems)) => problems.iter().map(PropertyError::place).collect(),
            Err(error) => vec![error.to_string()],
        }
    };
    assert_eq!(told(json!({ "count": 3, "place": "free" })).await, ["there"]);
    assert_eq!(told(json!({ "count": 4, "place": "free" })).await, ["count"]);
    assert_eq!(told(json!({ "count": 3, "place": "taken" })).await, ["place"]);
    assert_eq!(told(json!({ "count": 4, "place": "taken" })).await, ["count", "place"]);
    assert_eq!(told(json!({ "count": 4, "place": "dark" })).await, ["count"], "only what the user can mend");
    assert_eq!(told(json!({ "count": 3, "place": "dark" })).await, ["nothing is seen"]);
    assert_eq!(
        told(json!({ "count": "many", "place": "taken" })).await,
        ["count", "place"],
        "what does not decode is left aside"
    );
    assert_eq!(told(json!({ "count": 3, "place": "taken", "palce": "free" })).await, ["palce", "place"]);
    assert_eq!(
        told(json!({ "count": 3, "place": ["taken"] })).await,
        ["place"],
        "where the place is not known, nothing is said of it"
    );
}
