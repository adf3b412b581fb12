//! Which provider a child gets, and what a component of another package is said to come from.

use std::sync::Arc;

use pulumi_component::engine::{ConstructRequest, RegistrationOptions};
use pulumi_component::options::depends_on;
use pulumi_component::testing::{MockMonitor, Recorded, construct_request};
use pulumi_component::value::{PropertyValue, Value};
use pulumi_component::{Child, Component, Error, Outputs, Package, ResourceOptions, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::components::{CLOUD, Shelf, ShelfArgs, THING, thing};

const PROVIDER: TypeToken = TypeToken::new("pulumi:providers:cloud");
const GARDEN: TypeToken = TypeToken::new("cloud:index:Garden");
static SHOP: Package = Package::new("shop", "0.1.0");

struct Thing;

impl pulumi_component::value::ResourceType for Thing {
    const TOKEN: TypeToken = THING;

    fn package() -> Option<&'static Package> {
        Some(&CLOUD)
    }
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct ChoosingArgs {}

/// A component whose child the engine constructs.
#[derive(Debug, Outputs)]
struct Bed {}

impl Component for Bed {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Bed");
    type Args = ChoosingArgs;

    fn construct(scope: &Scope, _args: ChoosingArgs) -> Result<Self, Error> {
        Child::remote(scope, &CLOUD, GARDEN, "garden").register();
        Ok(Self {})
    }
}

/// A component without children.
#[derive(Debug, Outputs)]
struct Bare {}

impl Component for Bare {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Bare");
    type Args = ChoosingArgs;

    fn construct(_scope: &Scope, _args: ChoosingArgs) -> Result<Self, Error> {
        Ok(Self {})
    }
}

/// Children that choose their providers, and two that the engine constructs.
#[derive(Debug, Outputs)]
struct Choosing {}

impl Component for Choosing {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Choosing");
    type Args = ChoosingArgs;

    fn construct(scope: &Scope, _args: ChoosingArgs) -> Result<Self, Error> {
        let none = ResourceOptions::default;
        let mapped = none().env_var_mapping("FAR_TOKEN", "CLOUD_TOKEN");
        let far = scope.provider(&CLOUD, PROVIDER, "far").options(mapped).register();
        let near = scope.provider(&CLOUD, PROVIDER, "near").register();
        let plain = thing(scope, "plain", "small", none());
        thing(scope, "explicit", "small", none().provider(&far));
        scope.nest::<Shelf>("inherits", ShelfArgs { size: "small".into() }, none())?;
        scope.nest::<Shelf>("chosen", ShelfArgs { size: "small".into() }, none().provider(&near))?;
        let bed = scope.nest::<Bed>("bed", ChoosingArgs {}, none())?;
        let bare = scope.nest::<Bare>("bare", ChoosingArgs {}, none())?;
        thing(scope, "after-bed", "small", depends_on(&bed));
        thing(scope, "after-bare", "small", depends_on(&bare));
        let own = Child::remote(scope, &SHOP, TypeToken::new("shop:index:Store"), "own");
        own.with("component", scope.reference::<Self>()).register();
        let garden = Child::remote(scope, &CLOUD, GARDEN, "garden").with("bed", plain.reference::<Thing>());
        let both = plain.reference::<Thing>().zip(&plain.output::<String>("size")).map(|(bed, size)| {
            let members = [("bed".to_owned(), bed.into()), ("size".to_owned(), size.into())];
            PropertyValue::from(std::collections::BTreeMap::from(members))
        });
        garden.with("both", both).with("size", plain.output::<String>("size")).register();
        Ok(Self {})
    }
}

/// What the engine is asked where the user chose providers of these packages.
async fn asked(monitor: MockMonitor, providers: &[(&str, &str)]) -> Recorded {
    let providers = providers.iter().map(|(package, provider)| ((*package).to_owned(), (*provider).to_owned()));
    let request = ConstructRequest {
        type_token: Choosing::TOKEN.as_str().into(),
        name: "choosing".into(),
        options: RegistrationOptions { providers: providers.collect(), ..RegistrationOptions::default() },
        ..ConstructRequest::default()
    };
    let monitor = Arc::new(monitor);
    construct_request::<Choosing>(&monitor, request).await.expect("it constructs");
    monitor.recorded()
}

#[tokio::test]
async fn what_stands_nearest_to_a_child_chooses_its_provider() {
    let users = [("cloud", "urn:user::a::b::id"), ("shop", "urn:shop::id"), ("other", "urn:other::id")];
    let asked = asked(MockMonitor::update(), &users).await;
    let of = |name: &str| asked.registration(name).provider.clone();
    let made = |role: &str| format!("{}::choosing-{role}-id", asked.urn(&format!("choosing-{role}")));
    assert_eq!(of("choosing-explicit"), made("far"), "the child's own");
    assert_eq!(of("choosing-chosen-board"), made("near"), "the component's around it");
    assert_eq!(of("choosing-plain"), "urn:user::a::b::id", "the user's, as it came");
    assert_eq!(of("choosing-inherits-board"), "urn:user::a::b::id");
    assert_eq!(of("choosing-own"), "urn:shop::id", "by the name of its package, whichever others there are");
    assert_eq!(of("choosing-garden"), "urn:user::a::b::id");
    let handed_on = &asked.registration("choosing").options.providers;
    assert_eq!(handed_on.len(), 3, "all of them, also of packages that no child has");
}

#[tokio::test]
async fn where_nobody_chose_the_engine_does() {
    let asked = asked(MockMonitor::update(), &[]).await;
    for name in ["choosing-plain", "choosing-inherits-board", "choosing-own"] {
        assert_eq!(asked.registration(name).provider, "", "{name}");
    }
    assert!(asked.registration("choosing-inherits").options.providers.is_empty());
}

#[tokio::test]
async fn a_provider_that_a_preview_has_not_made_is_named_with_the_unknown_id() {
    let asked = asked(MockMonitor::preview(), &[]).await;
    let unknown = format!("{}::04da6b54-80e4-46f7-96ec-b56ff0331ba9", asked.urn("choosing-near"));
    assert_eq!(asked.registration("choosing-chosen-board").provider, unknown);
    assert_eq!(asked.registration("choosing-chosen").options.providers["cloud"], unknown);
}

#[tokio::test]
async fn variables_of_the_users_reach_a_provider_under_other_names() {
    let asked = asked(MockMonitor::update(), &[]).await;
    let mappings = &asked.registration("choosing-far").options.env_var_mappings;
    assert_eq!(mappings.get("FAR_TOKEN").map(String::as_str), Some("CLOUD_TOKEN"));
}

#[tokio::test]
async fn a_reference_alone_is_no_dependency_of_a_component_of_another_package() {
    let asked = asked(MockMonitor::update(), &[]).await;
    let (garden, plain) = (asked.registration("choosing-garden"), asked.urn("choosing-plain"));
    let bed = &garden.inputs["bed"];
    assert!(matches!(&bed.value, Value::Resource(reference) if reference.urn == plain));
    assert!(bed.dependencies.is_empty() && garden.property_dependencies["bed"].is_empty());
    assert_eq!(garden.property_dependencies["size"], [plain.clone()].into());
    assert_eq!(
        garden.property_dependencies["both"],
        [plain.clone()].into(),
        "a value beside the reference came from it"
    );
    assert_eq!(garden.dependencies, [plain].into());
}

#[tokio::test]
async fn a_child_that_refers_to_its_own_component_does_not_wait_for_its_end() {
    let asked = asked(MockMonitor::update(), &[]).await;
    let own = asked.registration("choosing-own");
    let component = asked.urn("choosing");
    assert!(matches!(&own.inputs["component"].value, Value::Resource(to) if to.urn == component && to.id.is_none()));
    assert_eq!(own.property_dependencies["component"], [].into());
}

#[tokio::test]
async fn who_waits_for_a_component_waits_for_what_the_engine_constructs_in_it() {
    let asked = asked(MockMonitor::update(), &[]).await;
    let dependencies = |name: &str| asked.registration(name).dependencies.clone();
    assert_eq!(dependencies("choosing-after-bed"), [asked.urn("choosing-bed-garden")].into());
    assert_eq!(dependencies("choosing-after-bare"), [asked.urn("choosing-bare")].into(), "there is nothing in it");
}
