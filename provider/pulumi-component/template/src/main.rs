//! A package with one component: this is all that a plugin needs.

use std::process::ExitCode;

use aws::sqs::Queue;
use pulumi_component::{
    Component, Error, Input, Output, Outputs, PackageIdentity, Provider, Scope, TypeToken, all, args, package, token,
};
use serde_json::json;

mod aws {
    include!(concat!(env!("OUT_DIR"), "/aws.rs"));
}

/// Inputs of [`WorkQueue`].
#[args]
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
    const TOKEN: TypeToken = token!("WorkQueue");
    type Args = WorkQueueArgs;

    fn construct(scope: &Scope, args: WorkQueueArgs) -> Result<Self, Error> {
        let dead_letters = Queue::child(scope, "dead-letters").register();
        let redrive = all((dead_letters.arn(), args.max_attempts))
            .map(|(arn, count)| json!({ "deadLetterTargetArn": arn, "maxReceiveCount": count }).to_string());
        let queue = Queue::child(scope, "queue").redrive_policy(redrive).register();
        Ok(Self { url: queue.url(), dead_letter_url: dead_letters.url() })
    }
}

fn main() -> ExitCode {
    let names = PackageIdentity {
        nodejs_package: "{{package}}",
        go_import_base_path: "example.com/{{package}}/sdk/go/{{package}}",
        ..package!()
    };
    Provider::new(names).component::<WorkQueue>().serve()
}

#[cfg(test)]
mod tests;
