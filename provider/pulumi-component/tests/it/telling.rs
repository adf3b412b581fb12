//! What a component reads of the run, and what it tells the user.

use std::sync::Arc;

use pulumi_component::engine::{ConstructRequest, Deployment};
use pulumi_component::engine::{LogEntry, Severity};
use pulumi_component::generated::encode_serialized;
use pulumi_component::testing::{MockMonitor, construct_request, inputs};
use pulumi_component::value::PropertyMap;
use pulumi_component::{Child, Context, Error, Output, Outputs, PreparedComponent, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::components::{CLOUD, THING};

#[derive(Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
struct TellingArgs {
    /// Whether it gives up before anything is registered.
    gives_up: bool,
    /// Whether it needs an output that its child does not have.
    needs: bool,
}

/// Says things, and reads what the run says.
#[derive(Debug, Outputs)]
struct Telling {
    /// Where it is.
    place: Output<String>,
    /// A key of the configuration.
    open: Output<Option<String>>,
    /// A secret key of the configuration.
    closed: Output<Option<String>>,
    /// What the child does not have.
    missing: Output<Option<String>>,
}

impl PreparedComponent for Telling {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Telling");
    type Args = TellingArgs;
    type Prepared = ();

    async fn prepare(context: &Context, args: &TellingArgs) -> Result<(), Error> {
        context.info("first");
        context.debug("for those who look for it");
        context.warn("take care");
        if args.gives_up { Err(Error::Failed("nobody is there".into())) } else { Ok(()) }
    }

    fn construct(scope: &Scope, args: TellingArgs, _prepared: &()) -> Result<Self, Error> {
        let context = scope.context();
        assert_eq!(context.plain_config("app:open")?, Some("yes"));
        assert_eq!(context.plain_config("app:missing")?, None);
        let refused = context.plain_config("app:closed").expect_err("it is secret").to_string();
        assert_eq!(refused, "the configuration `app:closed` must be plain, but it is secret");
        let config = |key: &str| context.config(key).map_or_else(|| Output::known(None), |value| value.map(Some));
        let child = Child::new(scope, &CLOUD, THING, "child").register();
        let missing = if args.needs { child.output::<String>("missing").map(Some) } else { child.output("missing") };
        let place = [context.organization(), context.project(), context.stack(), context.name()].join("/");
        Ok(Self { place: Output::known(place), open: config("app:open"), closed: config("app:closed"), missing })
    }
}

async fn told(given: serde_json::Value, dry_run: bool) -> (Vec<LogEntry>, Result<PropertyMap, Error>) {
    let config = [("app:open", "yes"), ("app:closed", "hush")];
    let deployment = Deployment {
        project: "project".into(),
        stack: "stack".into(),
        organization: "org".into(),
        config: config.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        config_secret_keys: ["app:closed".to_owned()].into(),
        dry_run,
        ..Deployment::default()
    };
    let request = ConstructRequest {
        deployment,
        type_token: Telling::TOKEN.as_str().into(),
        name: "telling".into(),
        parent: "urn:of:the:parent".into(),
        inputs: inputs(given),
        ..ConstructRequest::default()
    };
    let monitor = Arc::new(if dry_run { MockMonitor::preview() } else { MockMonitor::update() });
    let outcome = construct_request::<Telling>(&monitor, request).await;
    (monitor.recorded().log, outcome.map(|constructed| constructed.outputs))
}

#[tokio::test]
async fn a_component_reads_the_run_and_a_secret_of_its_configuration_stays_one() {
    let (_, outputs) = told(json!({}), false).await;
    let outputs = outputs.expect("it constructs");
    assert_eq!(outputs["place"].as_str(), Some("org/project/stack/telling"));
    assert!(outputs["open"].as_str() == Some("yes") && !outputs["open"].secret);
    assert!(outputs["closed"].as_str() == Some("hush") && outputs["closed"].secret);
}

#[tokio::test]
async fn messages_keep_their_order_and_severity_and_stand_with_the_component() {
    let (log, outcome) = told(json!({}), false).await;
    outcome.expect("it constructs");
    let said: Vec<_> = log.iter().map(|entry| (entry.severity, entry.message.as_str())).collect();
    let expected =
        [(Severity::Info, "first"), (Severity::Debug, "for those who look for it"), (Severity::Warning, "take care")];
    assert_eq!(said, expected);
    assert!(log.iter().all(|entry| entry.urn.ends_with("shop:index:Telling::telling") && !entry.ephemeral), "{log:?}");
}

#[tokio::test]
async fn messages_of_a_component_that_is_never_there_stand_with_its_parent() {
    let (log, outcome) = told(json!({ "givesUp": true }), false).await;
    assert_eq!(outcome.expect_err("it gives up").to_string(), "nobody is there");
    assert_eq!(log.len(), 3);
    assert!(log.iter().all(|entry| entry.urn == "urn:of:the:parent"), "{log:?}");
}

#[tokio::test]
async fn what_a_child_does_not_have_is_unknown_in_a_preview_and_nothing_in_an_update() {
    let (_, outputs) = told(json!({}), false).await;
    assert!(!outputs.expect("it constructs").contains_key("missing"));
    let (_, outputs) = told(json!({ "needs": true }), false).await;
    let error = outputs.expect_err("it needs it").to_string();
    assert!(error.starts_with("output `missing` of urn:pulumi:") && error.ends_with(": it has none"), "{error}");
    let (_, outputs) = told(json!({ "needs": true }), true).await;
    assert!(outputs.expect("a preview does not know")["missing"].marks().unknown);
}

#[test]
fn what_is_absent_is_left_out_and_stays_in_a_list() {
    #[derive(Serialize)]
    struct Given {
        here: Option<u8>,
        absent: Option<u8>,
        list: Vec<Option<u8>>,
    }
    let given = Given { here: Some(1), absent: None, list: vec![Some(2), None] };
    let encoded = futures::executor::block_on(encode_serialized(&given)).expect("it can be sent");
    assert_eq!(encoded.to_json(), Some(json!({ "here": 1, "list": [2, null] })));
}
