//! References to resources, in and out, and the state behind them.

use pulumi_component::value::{Reference, ResourceType};
use pulumi_component::{Component, Error, Input, Output, Outputs, Package, ResourceOptions, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CLOUD, THING, thing};

/// The type of things, for references.
pub struct Thing;

impl ResourceType for Thing {
    const TOKEN: TypeToken = THING;

    fn package() -> Option<&'static Package> {
        Some(&CLOUD)
    }
}

/// Inputs of [`Holder`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HolderArgs {
    /// A thing of the program's.
    thing: Input<Reference<Thing>>,
}

/// Looks into the thing that it is given, and gives out one of its own.
#[derive(Outputs)]
pub struct Holder {
    /// The size of the thing.
    size: Output<String>,
    /// Id of the thing.
    thing_id: Output<String>,
    /// A thing of the component's.
    own: Output<Reference<Thing>>,
}

impl Component for Holder {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Holder");
    type Args = HolderArgs;

    fn construct(scope: &Scope, args: HolderArgs) -> Result<Self, Error> {
        let inside = scope.clone();
        let size = args.thing.output().and_then(move |thing| thing.output::<String>(&inside, "size"));
        let own = thing(scope, "own", &size, ResourceOptions::default());
        Ok(Self { size, thing_id: args.thing.output().and_then(|thing| thing.id()), own: own.reference() })
    }
}
