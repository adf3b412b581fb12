//! The component Sixty in Rust.

use std::process::ExitCode;

use pulumi_component::handle::ChildHandle;
use pulumi_component::{
    Child, Component, Error, Input, Output, Outputs, Package, PackageIdentity, Provider, Scope, TypeToken, package,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

static CLOUD: Package = Package::new("cloud", "1.2.3");
const THING: TypeToken = TypeToken::new("cloud:index:Thing");
const LAYERS: u32 = 3;

/// Inputs of [`Sixty`].
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SixtyArgs {
    /// Number of children.
    #[serde(default = "sixty")]
    count: u32,
    /// Size of each.
    size: Input<String>,
}

fn sixty() -> u32 {
    60
}

/// Children in three layers; each child but the first layer's takes the id of one above it.
#[derive(Debug, Outputs)]
struct Sixty {
    /// Id of the last child.
    last_id: Output<String>,
}

impl Component for Sixty {
    const TOKEN: TypeToken = TypeToken::new("bench:index:Sixty");
    type Args = SixtyArgs;

    fn construct(scope: &Scope, args: SixtyArgs) -> Result<Self, Error> {
        let mut above: Vec<ChildHandle> = Vec::new();
        for layer in 0..LAYERS {
            let mut uppers = above.iter();
            let mut made = Vec::new();
            for index in 0..(args.count + LAYERS - 1 - layer) / LAYERS {
                let upper: Input<String> = uppers.next().map_or_else(|| "".into(), |upper| Input::from(upper.id()));
                let mut child = Child::new(scope, &CLOUD, THING, format!("thing-{layer}-{index}"));
                child.input("size", args.size.clone());
                child.input("layer", Input::<f64>::from(layer));
                child.input("above", upper);
                made.push(child.register());
            }
            above = made;
        }
        let last_id = above.last().map_or_else(Output::unknown, ChildHandle::id);
        Ok(Self { last_id })
    }
}

fn main() -> ExitCode {
    let identity = PackageIdentity {
        display_name: "Bench",
        description: "Measured by `make bench`.",
        publisher: "tests",
        nodejs_package: "bench",
        python_package: "bench",
        go_import_base_path: "example.com/bench/sdk/go/bench",
        ..package!("bench")
    };
    Provider::new(identity).component::<Sixty>().serve()
}
