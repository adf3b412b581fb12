//! A package with a component that has a method, a function, and configuration.

use std::process::ExitCode;

use pulumi_component::value::Reference;
use pulumi_component::{
    Component, Error, Function, FunctionContext, Input, Method, Output, Outputs, Provider, Scope, TypeToken, args,
    interpolate, package,
};

/// Configuration of the provider: `pulumi config set shop:greeting hello`.
#[args]
#[serde(default)]
struct Settings {
    /// How customers are greeted.
    greeting: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { greeting: "hello".to_owned() }
    }
}

/// Inputs of [`Shop`].
#[args]
struct ShopArgs {}

/// A shop.
#[derive(Outputs)]
struct Shop {
    /// The greeting.
    greeting: Output<String>,
}

impl Component for Shop {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Shop");
    type Args = ShopArgs;

    fn construct(scope: &Scope, _args: ShopArgs) -> Result<Self, Error> {
        let settings = scope.context().provider_config::<Settings>()?;
        Ok(Self { greeting: Output::known(settings.greeting.clone()) })
    }
}

/// Arguments of [`Greet`].
#[args]
struct GreetArgs {
    /// Name of the customer.
    name: Input<String>,
}

/// What a shop says to a customer.
#[derive(Outputs)]
struct Greeting {
    /// The words.
    words: Output<String>,
}

/// `shop.greet({ name })` in programs.
struct Greet;

impl Method for Greet {
    const NAME: &'static str = "greet";
    const DESCRIPTION: &'static str = "Greets a customer.";
    type Component = Shop;
    type Args = GreetArgs;
    type Result = Greeting;

    fn call(scope: &Scope, shop: &Reference<Shop>, args: GreetArgs) -> Result<Greeting, Error> {
        let (greeting, name) = (shop.output::<String>(scope, "greeting"), args.name);
        Ok(Greeting { words: interpolate!("{greeting}, {name}") })
    }
}

/// Arguments of [`Add`].
#[args]
struct AddArgs {
    /// Numbers to add.
    numbers: Vec<f64>,
}

/// Result of [`Add`].
#[args]
struct Total {
    /// The sum.
    total: f64,
}

/// `shop.add({ numbers })` in programs.
struct Add;

impl Function for Add {
    const TOKEN: TypeToken = TypeToken::new("shop:index:add");
    const DESCRIPTION: &'static str = "Adds numbers.";
    type Args = AddArgs;
    type Result = Total;

    async fn invoke(_context: &FunctionContext, args: AddArgs) -> Result<Total, Error> {
        Ok(Total { total: args.numbers.iter().sum() })
    }
}

fn main() -> ExitCode {
    Provider::new(package!("shop")).config::<Settings>().component::<Shop>().method::<Greet>().function::<Add>().serve()
}
