//! Components to test with: an untyped child is enough here, `aws-resources` has typed ones.

use pulumi_component::handle::ChildHandle;
use pulumi_component::options::{Resource, depends_on};
use pulumi_component::{Child, Component, Error, Input, Output, Outputs, Package, ResourceOptions, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The package of the children.
pub static CLOUD: Package = Package::new("cloud", "1.2.3");
/// A child's type.
pub const THING: TypeToken = TypeToken::new("cloud:index:Thing");

/// Registers a child with one input.
pub fn thing(scope: &Scope, role: &str, size: impl Into<Input<String>>, options: ResourceOptions) -> ChildHandle {
    let mut child = Child::new(scope, &CLOUD, THING, role);
    child.input("size", size.into());
    child.options(options);
    child.register()
}

/// Inputs of [`Store`].
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct StoreArgs {
    /// How large it is.
    pub size: Option<Input<String>>,
    /// How many things.
    #[schemars(range(max = 100))]
    pub count: u32,
    /// What goes wrong.
    pub mood: Mood,
}

/// What goes wrong.
#[derive(Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Mood {
    /// Nothing.
    #[default]
    Fine,
    /// A panic while children are described.
    Panics,
    /// Two children of one name.
    Doubles,
    /// A child that must outlive what a value came from, though no input carries it.
    Careful,
    /// A closure that panics, on which nothing depends.
    BrokenClosure,
}

/// A component with a nested one and independent things.
#[derive(Debug, Outputs)]
pub struct Store {
    /// Id of the last child.
    pub last_id: Output<String>,
    /// The size, as it was given.
    pub size: Output<Option<String>>,
}

impl Component for Store {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Store");
    type Args = StoreArgs;

    fn construct(scope: &Scope, args: StoreArgs) -> Result<Self, Error> {
        let size = args.size.unwrap_or_else(|| "small".into());
        let first = thing(scope, "first", &size, ResourceOptions::default());
        for index in 0..args.count {
            thing(scope, &format!("thing-{index}"), "x", ResourceOptions::default());
        }
        let shelf = scope.component::<Shelf>("shelf", ShelfArgs { size: first.id().into() })?;
        let last = thing(scope, "last", &shelf.board_id, depends_on(&first));
        match args.mood {
            Mood::Fine => {}
            Mood::Careful => {
                let after = ResourceOptions::default().and_depends_on_origin_of(&size.output().zip(&shelf.board_id));
                thing(scope, "careful", "x", after);
            }
            Mood::Panics => panic!("out of stock"),
            Mood::Doubles => {
                thing(scope, "first", "again", ResourceOptions::default());
            }
            Mood::BrokenClosure => {
                let broken: Output<String> = first.id().map(|_| panic!("torn"));
                thing(scope, "torn", broken, ResourceOptions::default());
            }
        }
        let _ = last.urn();
        Ok(Self { last_id: last.id(), size: size.output().map(Some) })
    }
}

/// Inputs of [`Shelf`].
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShelfArgs {
    /// How long it is.
    pub size: Input<String>,
}

/// A nested component.
#[derive(Debug, Outputs)]
pub struct Shelf {
    /// Id of the board.
    pub board_id: Output<String>,
}

impl Component for Shelf {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Shelf");
    type Args = ShelfArgs;

    fn construct(scope: &Scope, args: ShelfArgs) -> Result<Self, Error> {
        Ok(Self { board_id: thing(scope, "board", args.size, ResourceOptions::default()).id() })
    }
}

/// Inputs of [`Crowd`].
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CrowdArgs {
    /// How many children.
    pub count: u32,
}

/// As many children as are asked for.
#[derive(Debug, Outputs)]
pub struct Crowd {
    /// How many there are.
    pub count: Output<u32>,
}

impl Component for Crowd {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Crowd");
    type Args = CrowdArgs;

    fn construct(scope: &Scope, args: CrowdArgs) -> Result<Self, Error> {
        for index in 0..args.count {
            thing(scope, &format!("thing-{index}"), "x", ResourceOptions::default());
        }
        Ok(Self { count: Output::known(args.count) })
    }
}
