//! Closures of a component's own around its children's operations, and over how they are registered.

use pulumi_component::options::{AfterFailure, Hook, HookEvent, Transform};
use pulumi_component::value::Value;
use pulumi_component::{Component, Context, Error, Input, Output, Outputs, ResourceOptions, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::family::{Shelf, ShelfArgs};
use crate::thing;

/// Inputs of [`Hooked`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HookedArgs {
    /// Size of the child.
    size: Input<String>,
    /// What the hook before the creation does: `fails`, `panics`, `warns`, or nothing.
    #[serde(default)]
    mood: String,
}

/// A child with closures around each of its operations.
#[derive(Outputs)]
pub struct Hooked {
    /// Id of the child.
    child_id: Output<String>,
}

/// Says what happens to which resource, and what it is known to be.
async fn says(context: Context, moment: &'static str, event: HookEvent) -> Result<(), String> {
    let size = [&event.new_inputs, &event.old_inputs].into_iter().find_map(|inputs| inputs.get("size"));
    context.info(format!("{moment} of {} with {size:?}", event.name));
    context.flush().await;
    Ok(())
}

impl Component for Hooked {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Hooked");
    type Args = HookedArgs;

    #[expect(clippy::panic, reason = "it is what is tested")]
    fn construct(scope: &Scope, args: HookedArgs) -> Result<Self, Error> {
        let context = scope.context();
        let [c1, c2, c3, c4, c5, c6, c7] = std::array::from_fn(|_| context.clone());
        let mood = args.mood.clone();
        let told = Hook::before_create(move |event| {
            let mood = mood.clone();
            async move {
                match mood.as_str() {
                    "panics" => panic!("the hook of {} panicked", event.name),
                    "fails" | "warns" => Err(format!("the hook has no wish to create {}", event.name)),
                    _ => Ok(()),
                }
            }
        });
        let told = if args.mood == "warns" { told.warn_on_failure() } else { told };
        let options = ResourceOptions::default()
            .hook(told)
            .hook(Hook::before_create(move |event| says(c1.clone(), "beforeCreate", event)).also_in_previews())
            .hook(Hook::after_create(move |event| says(c2.clone(), "afterCreate", event)))
            .hook(Hook::before_update(move |event| says(c3.clone(), "beforeUpdate", event)))
            .hook(Hook::after_update(move |event| says(c4.clone(), "afterUpdate", event)))
            .hook(Hook::before_delete(move |event| says(c5.clone(), "beforeDelete", event)))
            .hook(Hook::after_delete(move |event| says(c6.clone(), "afterDelete", event)))
            .hook(Hook::on_error(move |failed| {
                let context = c7.clone();
                async move {
                    says(context, "onError", failed.event).await?;
                    // The cloud that is busy has room at the second attempt.
                    let busy = failed.errors.iter().any(|error| error.contains("busy"));
                    Ok::<_, Error>(if busy { AfterFailure::Retry } else { AfterFailure::GiveUp })
                }
            }));
        Ok(Self { child_id: thing(scope, "child", args.size, options).id() })
    }
}

/// Inputs of [`Transformed`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TransformedArgs {
    /// Size of what is below.
    size: Input<String>,
}

/// A child, and a component with a child, whose registrations closures change.
#[derive(Outputs)]
pub struct Transformed {
    /// Id of the child.
    child_id: Output<String>,
}

/// Writes the size in capitals and protects; refuses what is too big.
fn capitals() -> Transform {
    Transform::new(|resource| {
        let Some(size) = resource.inputs.get_mut("size").filter(|_| resource.custom) else { return Ok(()) };
        if let Value::String(text) = &mut size.value {
            if text == "enormous" {
                return Err(format!("nothing so large fits into {}", resource.name));
            }
            *text = text.to_uppercase();
            resource.options.retain_on_delete = Some(true);
        }
        Ok(())
    })
}

impl Component for Transformed {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Transformed");
    type Args = TransformedArgs;

    fn construct(scope: &Scope, args: TransformedArgs) -> Result<Self, Error> {
        let options = ResourceOptions::default().transform(capitals());
        let child = thing(scope, "child", &args.size, options.clone());
        scope.nest::<Shelf>("shelf", ShelfArgs { size: args.size }, options)?;
        Ok(Self { child_id: child.id() })
    }
}
