//! Children of a parameterized package: one plugin that serves another package when it is told what to be.

use pulumi_component::options::Parameterization;
use pulumi_component::{Child, Component, Error, Output, Outputs, Package, ResourceOptions, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The package `garden`, which the plugin `cloud` serves.
static GARDEN: Package = Package {
    name: "cloud",
    version: "1.0.0",
    plugin_download_url: "",
    parameterization: Some(Parameterization { name: "garden", version: "2.0.0", value: b"roses" }),
    name_bounds: &[],
};

/// What the function answers.
#[derive(Clone, Deserialize)]
struct Weather {
    /// In a word.
    word: String,
}

/// Inputs of [`Foreign`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForeignArgs {}

/// A resource, a read one and a function of the package.
#[derive(Outputs)]
pub struct Foreign {
    /// Id of the bed.
    bed_id: Output<String>,
    /// The weather over it.
    weather: Output<String>,
}

impl Component for Foreign {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Foreign");
    type Args = ForeignArgs;

    fn construct(scope: &Scope, _args: ForeignArgs) -> Result<Self, Error> {
        let bed = Child::new(scope, &GARDEN, TypeToken::new("garden:index:Bed"), "bed").register();
        let weather: Output<Weather> =
            scope.invoke(&GARDEN, "garden:index:weather", &ForeignArgs {}, ResourceOptions::default());
        Ok(Self { bed_id: bed.id(), weather: weather.map(|weather| weather.word.clone()) })
    }
}
