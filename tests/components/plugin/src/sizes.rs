//! Many children, and one that takes its time.

use pulumi_component::{Component, Error, Output, Outputs, ResourceOptions, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::thing;

/// Inputs of [`Many`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManyArgs {
    /// How many children.
    count: u32,
}

/// As many children as are asked for.
#[derive(Outputs)]
pub struct Many {
    /// How many there are.
    count: Output<u32>,
}

impl Component for Many {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Many");
    type Args = ManyArgs;

    fn construct(scope: &Scope, args: ManyArgs) -> Result<Self, Error> {
        for index in 0..args.count {
            thing(scope, &format!("thing-{index}"), "small", ResourceOptions::default());
        }
        Ok(Self { count: Output::known(args.count) })
    }
}

/// Inputs of [`Slow`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SlowArgs {}

/// A child that takes 15 seconds, and that no output needs.
#[derive(Outputs)]
pub struct Slow {
    /// There at once.
    text: Output<String>,
}

impl Component for Slow {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Slow");
    type Args = SlowArgs;

    fn construct(scope: &Scope, _args: SlowArgs) -> Result<Self, Error> {
        thing(scope, "slow", "slow by 15", ResourceOptions::default());
        Ok(Self { text: Output::known("done".to_owned()) })
    }
}
