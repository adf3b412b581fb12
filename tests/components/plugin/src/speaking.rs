//! Messages to the user.

use pulumi_component::{
    Checks, Component, ConstructError, Context, Output, Outputs, ResourceOptions, Scope, TypeToken,
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

impl Component for Speaking {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Speaking");
    type Args = SpeakingArgs;
    type Facts = ();

    fn check(_args: &SpeakingArgs, checks: &mut Checks) {
        checks.warning("tone", "said by a check");
    }

    async fn prepare(context: &Context, _args: &SpeakingArgs) -> Result<(), ConstructError> {
        context.status("looking around");
        context.info("said while looking around");
        Ok(())
    }

    fn construct(scope: &Scope, _args: SpeakingArgs, _facts: &()) -> Result<Self, ConstructError> {
        let context = scope.context();
        for number in 1..=20 {
            context.info(format!("said as number {number}"));
        }
        context.warn("said as a warning");
        thing(scope, "child", "small", ResourceOptions::default());
        let place = format!("{}/{}/{}", context.organization(), context.project(), context.stack());
        let word = context.config("suite-tests:word");
        Ok(Self { place: Output::known(place), word: word.map_or_else(|| Output::known(None), |word| word.map(Some)) })
    }
}
