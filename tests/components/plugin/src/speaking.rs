//! Messages to the user.

use pulumi_component::value::Reference;
use pulumi_component::{
    Checks, Context, Error, Method, Output, Outputs, PreparedComponent, ResourceOptions, Scope, TypeToken,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::thing;

/// Inputs of [`Speaking`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SpeakingArgs {}

/// Says things, in an order.
#[derive(Outputs)]
pub struct Speaking {
    /// Organization, project and stack.
    place: Output<String>,
    /// The stack's configuration `suite-tests:word`.
    word: Output<Option<String>>,
}

impl PreparedComponent for Speaking {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Speaking");
    type Args = SpeakingArgs;
    type Prepared = ();

    fn check(_args: &SpeakingArgs, checks: &mut Checks) {
        checks.warning("tone", "said by a check");
    }

    async fn prepare(context: &Context, _args: &SpeakingArgs) -> Result<(), Error> {
        context.status("looking around");
        context.info("said while looking around");
        Ok(())
    }

    fn construct(scope: &Scope, _args: SpeakingArgs, _prepared: &()) -> Result<Self, Error> {
        let context = scope.context();
        for number in 1..=20 {
            context.info(format!("said as number {number}"));
        }
        context.warn("said as a warning");
        thing(scope, "child", "small", ResourceOptions::default());
        let (place, word) = read(context);
        Ok(Self { place, word })
    }
}

/// What the run says of itself, and a value of the stack's configuration.
fn read(context: &Context) -> (Output<String>, Output<Option<String>>) {
    let place = format!("{}/{}/{}", context.organization(), context.project(), context.stack());
    let word = context.config("suite-tests:word");
    (Output::known(place), word.map_or_else(|| Output::known(None), |word| word.map(Some)))
}

/// What [`Tell`] answers.
#[derive(Outputs)]
pub struct Told {
    /// Organization, project and stack.
    place: Output<String>,
    /// The stack's configuration `suite-tests:word`.
    word: Output<Option<String>>,
}

/// A method that reads the run, of which the engine says less to methods.
pub struct Tell;

impl Method for Tell {
    const NAME: &'static str = "tell";
    const DESCRIPTION: &'static str = "Tells where it is.";
    type Component = Speaking;
    type Args = SpeakingArgs;
    type Result = Told;

    fn call(scope: &Scope, _this: &Reference<Speaking>, _args: SpeakingArgs) -> Result<Told, Error> {
        scope.context().debug("told by a method");
        let (place, word) = read(scope.context());
        Ok(Told { place, word })
    }
}
