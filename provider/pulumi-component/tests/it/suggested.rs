//! Texts with known values in a whole package schema: in inputs that are plain and that are not, and in functions.

use std::sync::atomic::{AtomicUsize, Ordering};

use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::{Suggested, Suggestion, Suggestions};
use pulumi_component::{
    Component, Error, Function, FunctionContext, Input, Outputs, Provider, Scope, TypeToken, package,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

static ASKED: AtomicUsize = AtomicUsize::new(0);

struct Sizes;

impl Suggestions for Sizes {
    const NAME: &'static str = "ShirtSize";
    const DESCRIPTION: &'static str = "Sizes that are usual.";

    fn values() -> Vec<Suggestion> {
        ASKED.fetch_add(1, Ordering::SeqCst);
        let value = |value: &str| Suggestion { value: value.to_owned(), description: format!("It is {value}.") };
        ["SMALL_ONE", "LARGE_ONE"].map(value).into()
    }
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ShirtArgs {
    /// Known when it is described.
    #[schemars(with = "Suggested<Sizes>")]
    size: String,
    /// Known later, perhaps.
    #[schemars(with = "Option<Input<Suggested<Sizes>>>")]
    later: Option<Input<String>>,
    /// Several.
    #[serde(default)]
    #[schemars(with = "Vec<Suggested<Sizes>>")]
    others: Vec<String>,
}

/// A shirt.
#[derive(Debug, Outputs)]
struct Shirt {}

impl Component for Shirt {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Shirt");
    type Args = ShirtArgs;

    fn construct(_scope: &Scope, _args: ShirtArgs) -> Result<Self, Error> {
        Ok(Self {})
    }
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Which size.
    #[schemars(with = "Suggested<Sizes>")]
    size: String,
}

#[derive(Serialize, JsonSchema)]
struct Answered {
    /// Whether it is there.
    there: bool,
}

struct IsThere;

impl Function for IsThere {
    const TOKEN: TypeToken = TypeToken::new("shop:index:isThere");
    const DESCRIPTION: &'static str = "Whether a size is there.";
    type Args = Asked;
    type Result = Answered;

    async fn invoke(_context: &FunctionContext, args: Asked) -> Result<Answered, Error> {
        Ok(Answered { there: !args.size.is_empty() })
    }
}

#[tokio::test]
async fn a_text_with_known_values_is_a_union_in_the_package_and_text_in_the_check() {
    let monitor = std::sync::Arc::new(MockMonitor::update());
    let given = json!({ "size": "HUGE", "later": "SMALL_ONE", "others": ["TINY"] });
    construct_with::<Shirt>(&monitor, "shirt", inputs(given)).await.expect("any text is taken");
    assert_eq!(ASKED.load(Ordering::SeqCst), 0, "a construction does not ask for the values");

    let schema =
        Provider::new(package!("shop")).component::<Shirt>().function::<IsThere>().schema().expect("it renders");
    let reference = "#/types/shop:index:ShirtSize";
    let plain = json!([{ "type": "string", "plain": true }, { "$ref": reference, "plain": true }]);
    let eventual = json!([{ "type": "string" }, { "$ref": reference }]);
    let at = |path: &str| schema.pointer(path).cloned().unwrap_or_default();
    let properties = "/resources/shop:index:Shirt/inputProperties";
    assert_eq!(at(&format!("{properties}/size/oneOf")), plain);
    assert_eq!(at(&format!("{properties}/size/plain")), json!(true));
    assert_eq!(at(&format!("{properties}/later/oneOf")), eventual);
    assert_eq!(at(&format!("{properties}/later/plain")), json!(null));
    assert_eq!(at(&format!("{properties}/others/items/oneOf")), plain);
    assert_eq!(at("/functions/shop:index:isThere/inputs/properties/size/oneOf"), eventual);
    let value =
        |name: &str, value: &str| json!({ "name": name, "value": value, "description": format!("It is {value}.") });
    let values = json!([value("SmallOne", "SMALL_ONE"), value("LargeOne", "LARGE_ONE")]);
    assert_eq!(at("/types/shop:index:ShirtSize/enum"), values);
    assert_eq!(at("/types/shop:index:ShirtSize/description"), json!("Sizes that are usual."));
}
