//! What goes wrong, in every place where it can.

use pulumi_component::Context;
use pulumi_component::options::Transform;
use pulumi_component::{Checks, Error, Output, Outputs, PreparedComponent, ResourceOptions, Scope, TypeToken};
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
#[derive(PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// The cloud refuses a child, and others need it.
    Child,
    /// A closure gives an error.
    Closure,
    /// A closure gives an error that is longer than a message may be.
    Long,
    /// A closure panics.
    Panic,
    /// The component gives up while it is described.
    Describing,
    /// The component panics while it is described.
    DescribingPanic,
    /// The component panics while it checks its inputs.
    CheckingPanic,
    /// The component panics while it looks at the world.
    PreparingPanic,
    /// A transform panics.
    TransformPanic,
    /// Two children have one name.
    Twins,
}

/// Fails.
#[derive(Outputs)]
pub struct Failing {
    /// Never there.
    text: Output<String>,
}

impl PreparedComponent for Failing {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Failing");
    type Args = FailingArgs;
    type Prepared = ();

    #[expect(clippy::panic, reason = "it is what is tested")]
    fn check(args: &FailingArgs, _checks: &mut Checks) {
        if args.place == Place::CheckingPanic {
            panic!("out of paper");
        }
    }

    #[expect(clippy::panic, reason = "it is what is tested")]
    async fn prepare(_context: &Context, args: &FailingArgs) -> Result<(), Error> {
        if args.place == Place::PreparingPanic {
            panic!("out of sight");
        }
        Ok(())
    }

    #[expect(clippy::panic, reason = "it is what is tested")]
    fn construct(scope: &Scope, args: FailingArgs, _prepared: &()) -> Result<Self, Error> {
        let plain = ResourceOptions::default;
        let text = match args.place {
            Place::Child => {
                let refused = thing(scope, "refused", "refused by the cloud", plain());
                thing(scope, "needy", refused.id(), plain());
                thing(scope, "needier", refused.id(), plain()).id()
            }
            Place::Closure => thing(scope, "fine", "small", plain()).id().try_map(|_| Err("the closure gave up")),
            Place::Long => {
                let long = |_| Err(format!("the closure said {} and gave up", "no ".repeat(100_000)));
                thing(scope, "fine", "small", plain()).id().try_map(long)
            }
            Place::Panic => {
                let broken: Output<String> = thing(scope, "fine", "small", plain()).id().map(|_| panic!("torn"));
                thing(scope, "needy", &broken, plain());
                broken
            }
            Place::Describing => return Err(Error::Failed("nothing fits".into())),
            Place::DescribingPanic => panic!("out of stock"),
            Place::CheckingPanic | Place::PreparingPanic => Output::known("never reached".to_owned()),
            Place::TransformPanic => {
                let torn = Transform::new(|_| -> Result<(), Error> { panic!("out of shape") });
                thing(scope, "shaped", "small", plain().transform(torn)).id()
            }
            Place::Twins => {
                thing(scope, "twin", "small", plain());
                thing(scope, "twin", "small", plain()).id()
            }
        };
        Ok(Self { text })
    }
}
