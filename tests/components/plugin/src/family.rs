//! Children, components in components, and components by way of the engine.

use pulumi_component::options::{Resource, depends_on};
use pulumi_component::{Child, Component, Error, Input, Output, Outputs, ResourceOptions, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{SUITE, thing};

/// Inputs of [`Family`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FamilyArgs {
    /// Size of the first child.
    size: Input<String>,
    /// What is recorded and passed to no child.
    note: Option<Input<String>>,
}

/// Two children, and a component with one.
#[derive(Outputs)]
pub struct Family {
    /// Id of the first child.
    first_id: Output<String>,
    /// ARN of the last child, which names its provider's region.
    arn: Output<String>,
    /// A secret that the cloud made.
    token: Output<String>,
    /// The size, as it was given.
    size: Output<String>,
}

impl Component for Family {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Family");
    type Args = FamilyArgs;

    fn construct(scope: &Scope, args: FamilyArgs) -> Result<Self, Error> {
        let first = thing(scope, "first", &args.size, ResourceOptions::default());
        let shelf = scope.nest::<Shelf>("shelf", ShelfArgs { size: first.id().into() }, ResourceOptions::default())?;
        // After everything in the shelf, though no input says so.
        let last = thing(scope, "last", "small", depends_on(&shelf));
        Ok(Self {
            first_id: first.id(),
            arn: last.output("arn"),
            token: last.output("token"),
            size: args.size.into_output(),
        })
    }
}

/// Inputs of [`Shelf`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShelfArgs {
    /// Size of the board.
    pub size: Input<String>,
}

impl ShelfArgs {
    /// A shelf with a board of this size.
    pub fn of(size: &str) -> Self {
        Self { size: size.to_owned().into() }
    }
}

/// A component with one child.
#[derive(Outputs)]
pub struct Shelf {
    /// Id of the board.
    pub board_id: Output<String>,
}

impl Component for Shelf {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Shelf");
    type Args = ShelfArgs;

    fn construct(scope: &Scope, args: ShelfArgs) -> Result<Self, Error> {
        Ok(Self { board_id: thing(scope, "board", args.size, ResourceOptions::default()).id() })
    }
}

/// What a [`Shelf`] becomes when its type changes.
#[derive(Outputs)]
pub struct Rack {
    /// Id of the board.
    board_id: Output<String>,
}

impl Component for Rack {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Rack");
    type Args = ShelfArgs;

    fn construct(scope: &Scope, args: ShelfArgs) -> Result<Self, Error> {
        Ok(Self { board_id: Shelf::construct(scope, args)?.board_id })
    }
}

/// Inputs of [`Outer`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OuterArgs {
    /// Size of what is inside.
    size: Input<String>,
}

/// A component whose child the engine sends back to this very plugin.
#[derive(Outputs)]
pub struct Outer {
    /// Id of a child of the inner component.
    inner_id: Output<String>,
    /// The size that the inner component gives back.
    size: Output<String>,
}

impl Component for Outer {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Outer");
    type Args = OuterArgs;

    fn construct(scope: &Scope, args: OuterArgs) -> Result<Self, Error> {
        let inner = Child::remote(scope, &SUITE, Family::TOKEN, "inner").with("size", args.size).register();
        thing(scope, "after", "small", depends_on(&inner));
        let _ = inner.urn();
        Ok(Self { inner_id: inner.output("firstId"), size: inner.output("size") })
    }
}
