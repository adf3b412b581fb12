//! A whole plugin with one component: the tests of the process and of the service run it.

#[expect(clippy::panic, reason = "the tests let it panic")]
#[path = "../tests/it/components.rs"]
mod components;

use std::process::ExitCode;

use pulumi_component::{PackageIdentity, Provider, package};

fn main() -> ExitCode {
    let identity = PackageIdentity {
        display_name: "Shop",
        description: "Stores.",
        publisher: "tests",
        nodejs_package: "shop",
        python_package: "shop",
        go_import_base_path: "example.com/shop/sdk/go/shop",
        ..package!("shop")
    };
    Provider::new(identity).component::<components::Store>().component::<components::Crowd>().serve()
}
