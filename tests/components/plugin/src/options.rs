//! Everything that an author can say of a child.

use std::time::Duration;

use pulumi_component::options::{CustomTimeouts, depends_on};
use pulumi_component::{Child, Component, Error, Input, Output, Outputs, ResourceOptions, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CLOUD, THING, thing};

/// Inputs of [`Options`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OptionsArgs {
    /// The size of every child.
    size: Input<String>,
    /// Replaces a child when it changes.
    trigger: Input<String>,
    /// Under which role a child stands.
    role: Option<String>,
}

/// Children with options.
#[derive(Outputs)]
pub struct Options {
    /// ARN of the child in another region.
    elsewhere: Output<String>,
    /// What the cloud answers to a question, by that provider.
    answer: Output<String>,
    /// The size of a thing that is only read.
    read_size: Output<Option<String>>,
}

/// What `cloud:index:getRegion` answers.
#[derive(Clone, Deserialize)]
struct Answer {
    region: String,
}

/// What `cloud:index:getRegion` is asked.
#[derive(Serialize)]
struct Question {
    about: Input<String>,
}

impl Component for Options {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Options");
    type Args = OptionsArgs;

    fn construct(scope: &Scope, args: OptionsArgs) -> Result<Self, Error> {
        let none = ResourceOptions::default;
        let base = thing(scope, "base", "small", none());
        let renamed = none().alias("plain");
        thing(scope, args.role.as_deref().unwrap_or("plain"), "small", renamed);
        thing(scope, "ignoring", &args.size, none().ignore_changes("size"));
        thing(scope, "replaced", &args.size, none().replace_on_changes("size").delete_before_replace());
        thing(scope, "triggered", "small", none().replacement_trigger(args.trigger.output()));
        thing(scope, "kept", "small", none().retain_on_delete(true));
        thing(scope, "tied", "small", none().deleted_with(&base).replace_with(&base));
        thing(scope, "hiding", "small", none().additional_secret_output("arn"));
        let timeouts = CustomTimeouts::default().create(Duration::from_secs(3600));
        thing(scope, "patient", "small", none().custom_timeouts(timeouts));
        thing(scope, "guarded", "small", none().protect(true));
        thing(scope, "taken", "as read", none().import("taken-over"));
        thing(scope, "following", "small", none().and_depends_on_origin_of(&base.output::<String>("arn")));
        let provider = scope.provider(&CLOUD, TypeToken::new("pulumi:providers:cloud"), "elsewhere");
        let provider = provider.config("region", "elsewhere".to_owned()).config("numbers", vec![1.0, 2.0]).register();
        let elsewhere = thing(scope, "far", "small", none().provider(&provider));
        let question = Question { about: args.size };
        let answer = scope.invoke::<Answer>(&CLOUD, "cloud:index:getRegion", &question, none().provider(&provider));
        let read = Child::existing(scope, &CLOUD, THING, "read", base.id()).register();
        Ok(Self {
            elsewhere: elsewhere.output("arn"),
            answer: answer.map(|answer| answer.region),
            read_size: read.output("size"),
        })
    }
}

/// Inputs of [`Asking`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskingArgs {
    /// The size of the child that must be there before anything is asked.
    size: Input<String>,
}

/// Asks the cloud when its child is there.
#[derive(Outputs)]
pub struct Asking {
    /// What the cloud answers.
    answer: Output<String>,
}

impl Component for Asking {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Asking");
    type Args = AskingArgs;

    fn construct(scope: &Scope, args: AskingArgs) -> Result<Self, Error> {
        let child = thing(scope, "child", args.size, ResourceOptions::default());
        let question = Question { about: "it".to_owned().into() };
        let answer = scope.invoke::<Answer>(&CLOUD, "cloud:index:getRegion", &question, depends_on(&child));
        Ok(Self { answer: answer.map(|answer| answer.region) })
    }
}

/// Inputs of [`Mapped`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MappedArgs {}

/// A provider that sees a variable of the user's under its own name for it, and a thing whose changes are not shown.
#[derive(Outputs)]
pub struct Mapped {
    /// ARN of the thing, which names the region that the variable holds.
    arn: Output<String>,
}

impl Component for Mapped {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Mapped");
    type Args = MappedArgs;

    fn construct(scope: &Scope, _args: MappedArgs) -> Result<Self, Error> {
        let none = ResourceOptions::default;
        let provider = scope.provider(&CLOUD, TypeToken::new("pulumi:providers:cloud"), "there");
        let provider = provider.options(none().env_var_mapping("SUITE_REGION", "CLOUD_REGION")).register();
        let child = thing(scope, "child", "small", none().provider(&provider).hide_diff("size"));
        Ok(Self { arn: child.output("arn") })
    }
}
