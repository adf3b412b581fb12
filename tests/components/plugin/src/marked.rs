//! Everything that an author can say of a property beside its type, for the schema and the SDKs.

use pulumi_component::{Component, Error, Input, Output, Outputs, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Inputs of [`Marked`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct MarkedArgs {
    /// What nobody may read.
    #[schemars(extend("x-pulumi-secret" = true))]
    password: Option<Input<String>>,
    /// What it was called before.
    #[schemars(extend("x-pulumi-deprecated" = "use `password`"))]
    passphrase: Option<Input<String>>,
    /// What makes it another one.
    #[schemars(extend("x-pulumi-replace-on-changes" = true, "x-pulumi-will-replace-on-changes" = true))]
    place: Option<Input<String>>,
    /// What C# calls otherwise.
    #[schemars(extend("x-pulumi-language" = { "csharp": { "name": "Kind" } }))]
    r#type: Option<Input<String>>,
    /// What the SDKs set, too.
    #[schemars(extend("x-pulumi-default" = true))]
    rows: u32,
    /// What only the component sets.
    columns: u32,
    /// A word that no language can use as it is.
    grade: Grade,
}

impl Default for MarkedArgs {
    fn default() -> Self {
        Self {
            password: None,
            passphrase: None,
            place: None,
            r#type: None,
            rows: 3,
            columns: 4,
            grade: Grade::SecondBest,
        }
    }
}

/// How good it is.
#[derive(Deserialize, Serialize, JsonSchema)]
pub enum Grade {
    /// A digit in front.
    #[serde(rename = "1st")]
    First,
    /// A hyphen in it.
    #[serde(rename = "second-best")]
    SecondBest,
    /// A capital in it.
    #[serde(rename = "thirdBest")]
    ThirdBest,
}

/// Says nothing but its inputs.
#[derive(Outputs)]
pub struct Marked {
    /// Rows by columns.
    #[output(secret)]
    size: Output<String>,
}

impl Component for Marked {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Marked");
    type Args = MarkedArgs;

    fn construct(_scope: &Scope, args: MarkedArgs) -> Result<Self, Error> {
        Ok(Self { size: Output::known(format!("{} by {}", args.rows, args.columns)) })
    }
}
