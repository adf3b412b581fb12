//! What moves between two releases of a package and is found again by its aliases: children, and a component's type.

use pulumi_component::options::Alias;
use pulumi_component::{Component, Error, Output, Outputs, ResourceOptions, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::family::{Shelf, ShelfArgs};
use crate::thing;

/// Inputs of [`Moving`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MovingArgs {
    /// Which release of the component it is: 1 or 2.
    release: u32,
}

/// A component whose second release has its children elsewhere.
#[derive(Outputs)]
pub struct Moving {
    /// Ids of the children.
    ids: Output<Vec<String>>,
}

impl Component for Moving {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Moving");
    type Args = MovingArgs;

    fn construct(scope: &Scope, args: MovingArgs) -> Result<Self, Error> {
        let none = ResourceOptions::default;
        let (first, second) = if args.release == 1 {
            let shelf = scope.nest::<Shelf>("shelf", ShelfArgs::of("small"), none())?;
            (thing(scope, "old", "small", none()).id(), shelf.board_id.clone())
        } else {
            let found = thing(
                scope,
                "found",
                "small",
                none().also_known_as(Alias::urn(former(scope, "$cloud:index:Thing", "old"))),
            );
            let out = thing(scope, "out", "small", none().also_known_as(out_of_the_shelf(scope)));
            (found.id(), out.id())
        };
        Ok(Self { ids: first.zip(&second).map(|(first, second)| vec![first, second]) })
    }
}

/// The URN of a child of the first release.
fn former(scope: &Scope, types: &str, role: &str) -> String {
    let context = scope.context();
    let (stack, project, name) = (context.stack(), context.project(), context.name());
    format!("urn:pulumi:{stack}::{project}::{}{types}::{name}-{role}", Moving::TOKEN)
}

/// What the board of the first release was called, and that it stood in a shelf.
fn out_of_the_shelf(scope: &Scope) -> Alias {
    let shelf = former(scope, "$suite:index:Shelf", "shelf");
    Alias::new().name(format!("{}-shelf-board", scope.context().name())).parent(shelf)
}

/// A component as an earlier release of its package called it.
#[derive(Outputs)]
pub struct Former {
    /// Id of the board.
    board_id: Output<String>,
}

/// The same component as it is called now.
#[derive(Outputs)]
pub struct Renamed {
    /// Id of the board.
    board_id: Output<String>,
}

impl Component for Former {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Former");
    type Args = ShelfArgs;

    fn construct(scope: &Scope, args: ShelfArgs) -> Result<Self, Error> {
        Ok(Self { board_id: scope.component::<Shelf>("shelf", args)?.board_id.clone() })
    }
}

impl Component for Renamed {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Renamed");
    const FORMER_TOKENS: &'static [TypeToken] = &[TypeToken::new("suite:index:Oldest"), Former::TOKEN];
    type Args = ShelfArgs;

    fn construct(scope: &Scope, args: ShelfArgs) -> Result<Self, Error> {
        Ok(Self { board_id: scope.component::<Shelf>("shelf", args)?.board_id.clone() })
    }
}
