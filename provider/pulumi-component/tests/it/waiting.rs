//! What a nested component records does not depend on who was faster: its parent, or a child whose output it takes.

use std::sync::Arc;
use std::time::Duration;

use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::{Component, Error, Output, Outputs, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::components::{Shelf, ShelfArgs, thing};

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WaitingArgs {
    /// Milliseconds between the first child and the component.
    pause: u64,
}

/// A child, and after a while a component that takes its output, and one that takes what is given.
#[derive(Debug, Outputs)]
struct Waiting {
    /// Nothing of interest.
    size: Output<String>,
}

impl Component for Waiting {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Waiting");
    type Args = WaitingArgs;

    fn construct(scope: &Scope, args: WaitingArgs) -> Result<Self, Error> {
        let first = thing(scope, "first", "small", Default::default());
        let size = first.output::<String>("size");
        std::thread::sleep(Duration::from_millis(args.pause));
        scope.component::<Shelf>("taking", ShelfArgs { size: size.clone().into() })?;
        let given = Output::known("small".to_owned()).map(|size| format!("very {size}"));
        scope.component::<Shelf>("given", ShelfArgs { size: given.into() })?;
        Ok(Self { size })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_output_that_came_meanwhile_is_recorded_as_little_as_one_that_did_not() {
    for pause in [0, 200] {
        let monitor = Arc::new(MockMonitor::update());
        let given = inputs(serde_json::json!({ "pause": pause }));
        construct_with::<Waiting>(&monitor, "waiting", given).await.expect("it constructs");
        let recorded = monitor.recorded();
        assert_eq!(recorded.registration("waiting-taking").inputs.get("size"), None, "after {pause} ms");
        assert_eq!(recorded.registration("waiting-given").inputs["size"], "very small".into(), "after {pause} ms");
    }
}
