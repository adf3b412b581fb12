//! Functions: what a program asks a package without a resource.

use pulumi_component::value::PropertyError;
use pulumi_component::{Error, Function, FunctionContext, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::methods::Settings;

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

    async fn invoke(_context: &FunctionContext, args: Sum) -> Result<Total, Error> {
        if args.numbers.is_empty() {
            let nothing = PropertyError::new("numbers", "expected at least one number");
            return Err(Error::InvalidInputs(vec![nothing]));
        }
        Ok(Total { total: args.numbers.iter().sum() })
    }
}

/// Arguments of [`Shout`].
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quiet {
    /// What is shouted.
    text: String,
}

/// What [`Shout`] answers.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Loud {
    /// The text, loud.
    text: String,
    /// The greeting of the provider's configuration.
    greeting: String,
}

/// A function that fails in two ways.
pub struct Shout;

impl Function for Shout {
    const TOKEN: TypeToken = TypeToken::new("suite:index:shout");
    const DESCRIPTION: &'static str = "Shouts.";
    type Args = Quiet;
    type Result = Loud;

    #[expect(clippy::panic, reason = "it is what is tested")]
    async fn invoke(context: &FunctionContext, args: Quiet) -> Result<Loud, Error> {
        match args.text.as_str() {
            "refused" => Err(Error::Failed("nobody shouts here".into())),
            "panic" => panic!("out of breath"),
            text => {
                Ok(Loud { text: format!("{text}!"), greeting: context.provider_config::<Settings>()?.greeting.clone() })
            }
        }
    }
}
