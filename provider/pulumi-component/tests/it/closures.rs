//! Hooks and transforms of a component's own, against the mock.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pulumi_component::options::{AfterFailure, Hook, Transform};
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::PropertyValue;
use pulumi_component::{Component, Error, Input, Output, Outputs, ResourceOptions, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::components::thing;

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WatchedArgs {
    size: Input<String>,
}

/// A child of hooks and transforms, below a component that has a transform too.
#[derive(Debug, Outputs)]
struct Watched {
    /// Id of the child.
    child_id: Output<String>,
}

#[derive(Debug, Outputs)]
struct Outermost {
    /// Id of the child.
    child_id: Output<String>,
}

static RETRIED: AtomicUsize = AtomicUsize::new(0);

impl Component for Watched {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Watched");
    type Args = WatchedArgs;

    fn construct(scope: &Scope, args: WatchedArgs) -> Result<Self, Error> {
        let options = ResourceOptions::default()
            .hook(Hook::before_create(|event| async move {
                match event.new_inputs.get("size").and_then(PropertyValue::as_str) {
                    Some("inner outer refused") => Err("too large".to_owned()),
                    Some("inner outer broken") => panic!("out of order"),
                    _ => Ok(()),
                }
            }))
            .hook(Hook::after_create(|event| async move {
                match event.id.as_deref() {
                    Some("watched-inner-child-id") => Ok(()),
                    other => Err(format!("no id, but {other:?}")),
                }
            }))
            .hook(Hook::on_error(|failed| async move {
                RETRIED.fetch_add(1, Ordering::Relaxed);
                if failed.errors.len() < 2 { AfterFailure::Retry } else { AfterFailure::GiveUp }
            }))
            .transform(Transform::new(prefix("inner")));
        Ok(Self { child_id: thing(scope, "child", args.size, options).id() })
    }
}

impl Component for Outermost {
    const TOKEN: TypeToken = TypeToken::new("shop:index:Outermost");
    type Args = WatchedArgs;

    fn construct(scope: &Scope, args: WatchedArgs) -> Result<Self, Error> {
        let options = ResourceOptions::default().transform(Transform::new(prefix("outer")));
        let inner = scope.nest::<Watched>("inner", args, options)?;
        Ok(Self { child_id: inner.into_outputs().child_id })
    }
}

/// Notes on a thing's size which transform it met; the first one stands first.
fn prefix(word: &'static str) -> impl Fn(&mut pulumi_component::options::Transformed) -> Result<(), String> {
    move |resource| {
        let Some(size) = resource.inputs.get_mut("size").filter(|_| resource.custom) else { return Ok(()) };
        let mut words: Vec<String> = size.as_str().unwrap_or_default().split(' ').map(str::to_owned).collect();
        words.insert(words.len() - 1, word.to_owned());
        let (secret, dependencies) = (size.secret, size.dependencies.clone());
        *size = PropertyValue { secret, dependencies, ..words.join(" ").into() };
        if words.contains(&"unwanted".to_owned()) { Err("not wanted".to_owned()) } else { Ok(()) }
    }
}

async fn outcome(monitor: MockMonitor, size: &str) -> (Arc<MockMonitor>, Result<(), String>) {
    let monitor = Arc::new(monitor);
    let outcome = construct_with::<Outermost>(&monitor, "watched", inputs(json!({"size": size}))).await;
    (monitor, outcome.map(|_| ()).map_err(|error| error.to_string()))
}

#[tokio::test]
async fn transforms_run_from_the_inside_out_and_hooks_around_the_creation() {
    let (monitor, outcome) = outcome(MockMonitor::update(), "small").await;
    assert_eq!(outcome, Ok(()));
    let recorded = monitor.recorded();
    let child = recorded.registration("watched-inner-child");
    assert_eq!(child.inputs.get("size").and_then(PropertyValue::as_str), Some("inner outer small"));
    assert_eq!(
        recorded.registration("watched-inner").inputs.get("size").and_then(PropertyValue::as_str),
        Some("small")
    );
    let names: Vec<_> = child.hooks.iter().map(|(name, _)| name.as_str()).collect();
    let types = "shop:index:Outermost$shop:index:Watched$cloud:index:Thing";
    let expected = [
        format!("watched-inner-child: beforeCreate ({types})"),
        format!("watched-inner-child: afterCreate ({types})"),
        format!("watched-inner-child: onError ({types})"),
    ];
    assert_eq!(names, expected, "the same in every run, because the state keeps them");
}

#[tokio::test]
async fn a_preview_runs_transforms_and_no_hooks_that_do_not_ask_for_it() {
    let (monitor, outcome) = outcome(MockMonitor::preview(), "refused").await;
    assert_eq!(outcome, Ok(()));
    let recorded = monitor.recorded();
    let child = recorded.registration("watched-inner-child");
    assert_eq!(child.inputs.get("size").and_then(PropertyValue::as_str), Some("inner outer refused"));
}

#[tokio::test]
async fn a_hook_or_a_transform_that_fails_ends_the_run_in_its_words() {
    for (size, words) in
        [("refused", "too large"), ("broken", "internal error: out of order"), ("unwanted", "not wanted")]
    {
        let (_, outcome) = outcome(MockMonitor::update(), size).await;
        let told = outcome.expect_err(size);
        assert!(told.starts_with("registering cloud:index:Thing `watched-inner-child`: "), "{told}");
        assert!(told.contains(words), "{told}");
    }
}

#[tokio::test]
async fn a_hook_for_failures_is_asked_until_it_gives_up() {
    let monitor = MockMonitor::update().refuse("watched-inner-child", "no room");
    let (_, outcome) = outcome(monitor, "small").await;
    assert!(outcome.expect_err("refused").contains("no room"));
    assert_eq!(RETRIED.load(Ordering::Relaxed), 2);
}
