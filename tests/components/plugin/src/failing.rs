//! What goes wrong, in every place where it can.

use pulumi_component::{Component, ConstructError, Output, Outputs, ResourceOptions, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::thing;

/// Inputs of [`Failing`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FailingArgs {
    /// What goes wrong.
    place: Place,
}

/// Where it goes wrong.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// The cloud refuses a child, and others need it.
    Child,
    /// A closure gives an error.
    Closure,
    /// A closure panics.
    Panic,
    /// The component gives up while it is described.
    Describing,
    /// The component panics while it is described.
    DescribingPanic,
    /// Two children have one name.
    Twins,
}

/// Fails.
#[derive(Outputs)]
pub struct Failing {
    /// Never there.
    text: Output<String>,
}

impl Component for Failing {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Failing");
    type Args = FailingArgs;
    type Facts = ();

    #[expect(clippy::panic, reason = "it is what is tested")]
    fn construct(scope: &Scope, args: FailingArgs, _facts: &()) -> Result<Self, ConstructError> {
        let plain = ResourceOptions::default;
        let text = match args.place {
            Place::Child => {
                let refused = thing(scope, "refused", "refused by the cloud", plain());
                thing(scope, "needy", refused.id(), plain());
                thing(scope, "needier", refused.id(), plain()).id()
            }
            Place::Closure => {
                thing(scope, "fine", "small", plain()).id().try_map(|_| Err("the closure gave up".into()))
            }
            Place::Panic => {
                let broken: Output<String> = thing(scope, "fine", "small", plain()).id().map(|_| panic!("torn"));
                thing(scope, "needy", &broken, plain());
                broken
            }
            Place::Describing => return Err(ConstructError::Failed("nothing fits".into())),
            Place::DescribingPanic => panic!("out of stock"),
            Place::Twins => {
                thing(scope, "twin", "small", plain());
                thing(scope, "twin", "small", plain()).id()
            }
        };
        Ok(Self { text })
    }
}
