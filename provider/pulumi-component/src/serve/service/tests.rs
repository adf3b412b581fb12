//! The provider's configuration as the engine checks, compares and gives it.

use prost::Message;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

use super::*;
use crate::testing::inputs;

/// A configuration of which one value must be set.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only whether it decodes matters")]
struct Needy {
    /// Where the
    /// shop is.
    place: String,
    hours: Option<Vec<u32>>,
}

/// Whose decoder is broken.
struct Broken;

impl<'de> Deserialize<'de> for Broken {
    fn deserialize<D: Deserializer<'de>>(_deserializer: D) -> Result<Self, D::Error> {
        panic!("no decoder")
    }
}

impl JsonSchema for Broken {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Broken".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "object", "properties": { "a": { "type": "string" } } })
    }
}

/// Whose schema is broken.
#[derive(Deserialize)]
struct Shapeless {}

impl JsonSchema for Shapeless {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Shapeless".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        panic!("no schema")
    }
}

fn service<C: serde::de::DeserializeOwned + JsonSchema + Send + Sync + 'static>() -> Service {
    Service::new(Provider::new(crate::package!("shop")).config::<C>(), None, Work::default())
}

fn configure(values: serde_json::Value) -> Request<ConfigureRequest> {
    let args = Some(write(&inputs(values), Secrets::Wrap));
    Request::new(ConfigureRequest { args, ..Default::default() })
}

fn diff(old: serde_json::Value, new: serde_json::Value) -> Request<DiffRequest> {
    let encoded = |values| Some(write(&inputs(values), Secrets::Wrap));
    Request::new(DiffRequest { old_inputs: encoded(old), news: encoded(new), ..Default::default() })
}

/// The missing keys that a status tells the engine, which asks the user for each.
fn missing(status: &Status) -> Vec<(String, String)> {
    // `google.rpc.Status` has its details in field 3.
    #[derive(Message)]
    struct Detailed {
        #[prost(message, repeated, tag = "3")]
        details: Vec<prost_types::Any>,
    }
    let detailed = Detailed::decode(status.details()).unwrap();
    let [detail] = detailed.details.as_slice() else { unreachable!("one detail") };
    assert_eq!(detail.type_url, "type.googleapis.com/pulumirpc.ConfigureErrorMissingKeys");
    let keys = ConfigureErrorMissingKeys::decode(detail.value.as_slice()).unwrap().missing_keys;
    keys.into_iter().map(|key| (key.name, key.description)).collect()
}

#[tokio::test]
async fn what_must_be_configured_and_is_not_is_told_with_its_description() {
    let service = service::<Needy>();
    for given in [serde_json::json!({}), serde_json::json!({ "place": null, "hours": "[1]" })] {
        let status = service.configure(configure(given)).await.unwrap_err();
        assert_eq!(status.message(), "the provider's configuration misses `place`");
        assert_eq!(missing(&status), [("place".to_owned(), "Where the shop is.".to_owned())]);
    }
    let given = serde_json::json!({ "place": "here", "hours": "[1, 2]", "version": "1.0.0" });
    assert!(service.configure(configure(given)).await.is_ok());
}

#[tokio::test]
async fn a_changed_configuration_is_a_change_that_replaces_nothing() {
    let service = service::<Needy>();
    let (here, there) = (serde_json::json!({ "place": "here" }), serde_json::json!({ "place": "there" }));
    let same = service.diff_config(diff(here.clone(), here.clone())).await.unwrap().into_inner();
    assert_eq!(same.changes(), diff_response::DiffChanges::DiffNone);
    let changed = service.diff_config(diff(here, there)).await.unwrap().into_inner();
    assert_eq!(changed.changes(), diff_response::DiffChanges::DiffSome);
    assert!(changed.replaces.is_empty() && !changed.delete_before_replace);
}

#[tokio::test]
async fn a_decoder_or_a_schema_that_panics_is_told_and_ends_nothing() {
    let told = |status: Status| (status.code(), status.message().to_owned());
    let internal = |text: &str| {
        let text = format!("internal error: {text}; please report it to the authors of this package");
        (tonic::Code::Internal, text)
    };
    let broken = service::<Broken>();
    let status = broken.configure(configure(serde_json::json!({ "a": "b" }))).await.unwrap_err();
    assert_eq!(told(status), internal("no decoder"));
    let component = Request::new(InvokeRequest { tok: "shop:index:none".into(), ..Default::default() });
    assert!(broken.invoke(component).await.unwrap_err().message().contains("has no function"), "it goes on");

    let shapeless = service::<Shapeless>();
    let status = shapeless.get_schema(Request::new(GetSchemaRequest::default())).await.unwrap_err();
    assert_eq!(told(status), internal("no schema"));
    let news = Some(write(&inputs(serde_json::json!({ "a": "b" })), Secrets::Wrap));
    let status = shapeless.check_config(Request::new(CheckRequest { news, ..Default::default() })).await.unwrap_err();
    assert_eq!(told(status), internal("no schema"));
}
