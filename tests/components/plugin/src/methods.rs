//! Methods, and the provider's configuration.

use pulumi_component::value::Reference;
use pulumi_component::{
    Checks, Child, Component, Error, Input, InvalidValue, Method, Output, Outputs, ResourceOptions, Scope, TypeToken,
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{SUITE, thing};

/// The provider's configuration.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Settings {
    /// How customers are greeted.
    #[serde(deserialize_with = "greeting")]
    #[schemars(with = "String")]
    pub greeting: String,
    /// What nobody may see.
    #[schemars(extend("x-pulumi-secret" = true))]
    password: Option<Input<String>>,
    /// Opening hours.
    #[schemars(inner(range(max = 24)))]
    hours: Vec<u32>,
}

/// Reads a greeting, and cannot bear one of them.
fn greeting<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let greeting = String::deserialize(deserializer)?;
    assert_ne!(greeting, "boo", "frightened");
    Ok(greeting)
}

impl Default for Settings {
    fn default() -> Self {
        Self { greeting: "hello".to_owned(), password: None, hours: Vec::new() }
    }
}

/// Inputs of [`Shop`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShopArgs {}

/// A shop that is configured by its provider.
#[derive(Outputs)]
pub struct Shop {
    /// How customers are greeted.
    greeting: Output<String>,
    /// The password of the configuration.
    password: Output<Option<String>>,
    /// How many opening hours there are.
    hours: Output<u32>,
}

impl Component for Shop {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Shop");
    type Args = ShopArgs;

    fn construct(scope: &Scope, _args: ShopArgs) -> Result<Self, Error> {
        let settings = scope.context().provider_config::<Settings>()?;
        let password = settings.password.clone();
        Ok(Self {
            greeting: Output::known(settings.greeting.clone()),
            password: password.map_or_else(|| Output::known(None), |password| password.output().map(Some)),
            hours: Output::known(settings.hours.iter().sum()),
        })
    }
}

/// A greeting.
#[derive(Outputs)]
pub struct Greeting {
    /// The words.
    words: Output<String>,
}

/// Arguments of [`Greet`].
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Customer {
    /// Whom to greet.
    name: Input<String>,
}

/// A method that reads the component's outputs and adds a child to it.
pub struct Greet;

impl Method for Greet {
    const NAME: &'static str = "greet";
    const DESCRIPTION: &'static str = "Greets a customer.";
    type Component = Shop;
    type Args = Customer;
    type Result = Greeting;

    fn check(args: &Customer, checks: &mut Checks) {
        checks.input("name", &args.name, |name| match name.is_empty() {
            true => Err(InvalidValue::new("expected somebody")),
            false => Ok(()),
        });
    }

    fn call(scope: &Scope, shop: &Reference<Shop>, args: Customer) -> Result<Greeting, Error> {
        let greeting = shop.output::<String>(scope, "greeting");
        thing(scope, "greeted", &args.name, ResourceOptions::default());
        Ok(Greeting { words: greeting.zip(args.name.output()).map(|(greeting, name)| format!("{greeting}, {name}")) })
    }
}

/// Arguments of [`Close`].
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Closing {
    /// How it goes wrong.
    how: How,
}

/// How something goes wrong.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum How {
    /// The method gives up.
    Refused,
    /// The method panics.
    Panic,
    /// The cloud refuses a child.
    Child,
}

/// A method that fails.
pub struct Close;

impl Method for Close {
    const NAME: &'static str = "close";
    const DESCRIPTION: &'static str = "Closes the shop, or does not.";
    type Component = Shop;
    type Args = Closing;
    type Result = Greeting;

    #[expect(clippy::panic, reason = "it is what is tested")]
    fn call(scope: &Scope, _shop: &Reference<Shop>, args: Closing) -> Result<Greeting, Error> {
        match args.how {
            How::Refused => Err(Error::Failed("the shop stays open".into())),
            How::Panic => panic!("the door is stuck"),
            How::Child => {
                Ok(Greeting { words: thing(scope, "sign", "refused by the cloud", ResourceOptions::default()).id() })
            }
        }
    }
}

/// Inputs of [`Visitor`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VisitorArgs {
    /// Who comes.
    name: Input<String>,
}

/// What a greeting says.
#[derive(Clone, Deserialize)]
struct Heard {
    words: String,
}

/// A component that calls a method of a child that the engine constructs.
#[derive(Outputs)]
pub struct Visitor {
    /// The words it was greeted with.
    heard: Output<String>,
}

impl Component for Visitor {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Visitor");
    type Args = VisitorArgs;

    fn construct(scope: &Scope, args: VisitorArgs) -> Result<Self, Error> {
        let shop = Child::remote(scope, &SUITE, Shop::TOKEN, "shop").register();
        let heard: Output<Heard> = scope.call(&SUITE, &shop, Greet::NAME, &args);
        Ok(Self { heard: heard.map(|heard| heard.words.clone()) })
    }
}
