//! Methods, functions and the provider's configuration.

use pulumi_component::{
    Checks, Component, ConstructError, Function, FunctionContext, Input, Method, Output, Outputs, PropertyError,
    Reference, ResourceOptions, Scope, TypeToken, Wrong,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::thing;

/// The provider's configuration.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Settings {
    /// How customers are greeted.
    greeting: String,
    /// What nobody may see.
    #[schemars(extend("x-pulumi-secret" = true))]
    password: Option<Input<String>>,
    /// Opening hours.
    #[schemars(range(max = 24))]
    hours: Vec<u32>,
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
    type Facts = ();

    fn construct(scope: &Scope, _args: ShopArgs, _facts: &()) -> Result<Self, ConstructError> {
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
            true => Err(Wrong::new("expected somebody")),
            false => Ok(()),
        });
    }

    fn call(scope: &Scope, shop: &Reference<Shop>, args: Customer) -> Result<Greeting, ConstructError> {
        let greeting = shop.output::<String>(scope, "greeting");
        thing(scope, "greeted", &args.name, ResourceOptions::default());
        Ok(Greeting { words: greeting.zip(args.name.output()).map(|(greeting, name)| format!("{greeting}, {name}")) })
    }
}

/// Arguments of [`Add`].
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sum {
    /// What is added.
    numbers: Vec<f64>,
}

/// What [`Add`] answers.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Total {
    /// The sum.
    total: f64,
}

/// A function.
pub struct Add;

impl Function for Add {
    const TOKEN: TypeToken = TypeToken::new("suite:index:add");
    const DESCRIPTION: &'static str = "Adds numbers.";
    type Args = Sum;
    type Result = Total;

    async fn invoke(_context: &FunctionContext, args: Sum) -> Result<Total, ConstructError> {
        if args.numbers.is_empty() {
            let nothing = PropertyError::new("numbers", "expected at least one number");
            return Err(ConstructError::InvalidInputs(vec![nothing]));
        }
        Ok(Total { total: args.numbers.iter().sum() })
    }
}
