//! A whole plugin with one component: the tests of the process and of the service run it.

#[expect(clippy::panic, reason = "the tests let it panic")]
#[path = "../tests/it/components.rs"]
mod components;

use std::process::ExitCode;

use pulumi_component::{PackageIdentity, Provider};

fn main() -> ExitCode {
    let identity = PackageIdentity {
        name: "shop",
        display_name: "Shop",
        version: "0.1.0",
        description: "Stores.",
        publisher: "tests",
        license: "Apache-2.0",
        keywords: &[],
        nodejs_package: "shop",
        python_package: "shop",
        go_import_base_path: "example.com/shop/sdk/go/shop",
    };
    Provider::new(identity).component::<components::Store>().component::<components::Crowd>().serve()
}
