//! A package with one component, complete: this is all that a plugin needs.

use std::process::ExitCode;

use pulumi_component::{
    Child, Component, ConstructError, Input, Output, Outputs, Package, PackageIdentity, Provider, Scope, TypeToken,
    package,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

static AWS: Package = Package::new("aws", "7.48.0");
const QUEUE: TypeToken = TypeToken::new("aws:sqs/queue:Queue");

/// Inputs of [`WorkQueue`].
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WorkQueueArgs {
    /// How often a message is tried before it is set aside.
    #[schemars(range(min = 1, max = 1000))]
    max_attempts: Input<u32>,
}

/// A queue, and beside it a queue for the messages that nobody could handle.
#[derive(Outputs)]
struct WorkQueue {
    /// Address of the queue.
    url: Output<String>,
    /// Address of the queue for messages that were set aside.
    dead_letter_url: Output<String>,
}

impl Component for WorkQueue {
    const TOKEN: TypeToken = TypeToken::new("queues:index:WorkQueue");
    type Args = WorkQueueArgs;
    type Facts = ();

    fn construct(scope: &Scope, args: WorkQueueArgs, _facts: &()) -> Result<Self, ConstructError> {
        let dead_letters = Child::new(scope, &AWS, QUEUE, "dead-letters").register();
        let redrive = dead_letters.output::<String>("arn").zip(args.max_attempts.output());
        let redrive = redrive.map(|(arn, count)| json!({ "deadLetterTargetArn": arn, "maxReceiveCount": count }));
        let queue = Child::new(scope, &AWS, QUEUE, "queue").with("redrivePolicy", redrive.map(|json| json.to_string()));
        Ok(Self { url: queue.register().output("url"), dead_letter_url: dead_letters.output("url") })
    }
}

fn main() -> ExitCode {
    let names = package!("queues");
    let names =
        PackageIdentity { nodejs_package: "queues", go_import_base_path: "example.com/queues/sdk/go/queues", ..names };
    Provider::new(names).component::<WorkQueue>().serve()
}

#[cfg(test)]
mod tests;
