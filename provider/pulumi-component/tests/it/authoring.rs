//! What an author says of children, as the engine is asked for it.

use std::sync::Arc;

use pulumi_component::generated::encode_serialized;
use pulumi_component::options::Hooks;
use pulumi_component::testing::{MockMonitor, construct_with};
use pulumi_component::value::{PropertyMap, PropertyValue, Reference, ResourceReference, ResourceType, Urn, Value};
use pulumi_component::{Child, Component, Error, Input, Output, Outputs, Package, ResourceOptions, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::components::{CLOUD, Shelf, ShelfArgs, THING, thing};

struct Thing;

impl ResourceType for Thing {
    const TOKEN: TypeToken = THING;

    fn package() -> Option<&'static Package> {
        Some(&CLOUD)
    }
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AuthoredArgs {
    /// A thing of the program's.
    thing: Option<Input<Reference<Thing>>>,
    /// Whether anything of the thing is read.
    #[serde(default)]
    reads: bool,
}

/// Children with options, and a thing that is looked into or not.
#[derive(Debug, Outputs)]
struct Authored {
    /// What was read of the thing.
    read: Output<Option<String>>,
}

impl Component for Authored {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Authored");
    const FORMER_TOKENS: &'static [TypeToken] = &[TypeToken::new("shop:index:Written")];
    type Args = AuthoredArgs;

    fn construct(scope: &Scope, args: AuthoredArgs) -> Result<Self, Error> {
        let far = scope
            .provider(&CLOUD, TypeToken::new("pulumi:providers:cloud"), "far")
            .config("region", "far".to_owned())
            .config("zone", None::<String>)
            .register();
        let hooks = Hooks { after_create: vec!["said".to_owned()], ..Hooks::default() };
        let options = ResourceOptions::default().hide_diff("size").hooks(hooks);
        let first = thing(scope, "first", "small", options);
        let farther = ResourceOptions::default().provider(&far);
        scope.nest::<Shelf>("shelf", ShelfArgs { size: "small".into() }, farther.clone())?;
        let garden = Child::remote(scope, &CLOUD, TypeToken::new("cloud:index:Garden"), "garden");
        let garden = garden.with("size", first.output::<String>("size")).with("bed", first.reference::<Thing>());
        garden.with_options(farther.and_depends_on(&first)).register();
        let read = match args.thing.filter(|_| args.reads) {
            None => Output::known(None),
            Some(given) => {
                let scope = scope.clone();
                given.output().and_then(move |thing| {
                    let (size, arn) = (thing.output::<String>(&scope, "size"), thing.output::<String>(&scope, "arn"));
                    size.zip(&arn).map(|(size, arn)| Some(format!("{size} {arn}")))
                })
            }
        };
        Ok(Self { read })
    }
}

async fn authored(monitor: MockMonitor, reads: Option<bool>) -> (Arc<MockMonitor>, PropertyMap) {
    let urn = Urn::new("urn:pulumi:stack::project::cloud:index:Thing::given");
    let given = ResourceReference { urn, id: Some(Box::new("given-id".into())), package_version: String::new() };
    let mut inputs = PropertyMap::new();
    if let Some(reads) = reads {
        inputs.insert("thing".to_owned(), Value::Resource(given).into());
        inputs.insert("reads".to_owned(), reads.into());
    }
    let monitor = Arc::new(monitor);
    let outcome = construct_with::<Authored>(&monitor, "authored", inputs).await;
    (monitor, outcome.expect("it constructs").outputs)
}

#[tokio::test]
async fn options_without_a_user_cross_as_they_were_said() {
    let (monitor, _) = authored(MockMonitor::update(), None).await;
    let recorded = monitor.recorded();
    let options = &recorded.registration("authored-first").options;
    assert_eq!(options.hide_diffs, ["size"]);
    assert_eq!(options.hooks.as_ref().expect("hooks by name").after_create, ["said"]);
}

#[tokio::test]
async fn a_provider_of_a_component_is_for_the_children_in_it() {
    let (monitor, _) = authored(MockMonitor::update(), None).await;
    let recorded = monitor.recorded();
    let far = format!("{}::authored-far-id", recorded.urn("authored-far"));
    for component in ["authored-shelf", "authored-garden"] {
        let providers = &recorded.registration(component).options.providers;
        assert_eq!(providers.get("cloud"), Some(&far), "{component}");
    }
    assert_eq!(recorded.registration("authored-shelf-board").provider, far);
    assert_eq!(recorded.registration("authored-first").provider, "");
    let inputs = &recorded.registration("authored-far").inputs;
    assert_eq!(inputs["region"].as_str(), Some("far"));
    assert!(!inputs.contains_key("zone"), "what is absent is not sent: {inputs:?}");
}

#[tokio::test]
async fn a_component_of_another_package_waits_for_what_its_inputs_came_from_and_references_are_no_input_dependency() {
    let (monitor, _) = authored(MockMonitor::update(), None).await;
    let recorded = monitor.recorded();
    let (garden, first) = (recorded.registration("authored-garden"), recorded.urn("authored-first"));
    assert!(garden.remote && !garden.custom);
    assert_eq!(garden.dependencies, [first.clone()].into());
    assert_eq!(garden.property_dependencies["size"], [first].into());
}

#[tokio::test]
async fn former_types_of_a_component_are_its_aliases() {
    let (monitor, _) = authored(MockMonitor::update(), None).await;
    let expected = [pulumi_component::options::Alias::new().type_token("shop:index:Written")];
    assert_eq!(monitor.recorded().registration("authored").options.aliases, expected);
}

#[tokio::test]
async fn the_state_behind_a_reference_is_read_once_and_only_when_it_is_asked_for() {
    let (monitor, outputs) = authored(MockMonitor::update(), Some(false)).await;
    assert!(monitor.recorded().invocations.is_empty() && !outputs.contains_key("read"));

    let state = PropertyValue::from_json(serde_json::json!({ "size": "large", "arn": "arn:it" }));
    let known = MockMonitor::update().result("pulumi:pulumi:getResource", "state", state);
    let (monitor, outputs) = authored(known, Some(true)).await;
    assert_eq!(outputs["read"].as_str(), Some("large arn:it"));
    assert_eq!(monitor.recorded().invocations.len(), 1, "two properties, one question");
}

#[test]
fn whole_numbers_are_sent_as_long_as_a_double_holds_them() {
    let encoded = |number: i64| futures::executor::block_on(encode_serialized(&number));
    let largest = 9_007_199_254_740_992_i64;
    for number in [0, -1, largest, -largest] {
        #[expect(clippy::cast_precision_loss, reason = "within the range of whole doubles")]
        let expected = Value::Number(number as f64);
        assert_eq!(encoded(number).expect("it can be sent").value, expected);
    }
    for number in [largest + 1, -largest - 1, i64::MAX, i64::MIN] {
        let told = encoded(number).expect_err("beyond a double").to_string();
        assert!(told.contains(&number.to_string()) && told.contains("make it a string"), "{told}");
    }
    let large = futures::executor::block_on(encode_serialized(&u64::MAX));
    assert!(large.expect_err("beyond a double").to_string().contains("make it a string"));
}
