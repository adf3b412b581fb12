//! The plugin of the engine suite: a small component for each theme.

mod closures;
mod echo;
mod failing;
mod family;
mod foreign;
mod functions;
mod holder;
mod marked;
mod methods;
mod moving;
mod options;
mod sizes;
mod speaking;

use std::process::ExitCode;
use std::time::Duration;

use pulumi_component::handle::ChildHandle;
use pulumi_component::{Child, Input, Package, PackageIdentity, Provider, ResourceOptions, Scope, TypeToken, package};

/// The package of the children, served by the stand-in in `tests/components/cloud`.
static CLOUD: Package = Package::new("cloud", "1.0.0");
/// This package, for components that are children by way of the engine.
static SUITE: Package = Package::new("suite", env!("CARGO_PKG_VERSION"));
/// A child's type.
const THING: TypeToken = TypeToken::new("cloud:index:Thing");

/// A child of one input.
fn thing(scope: &Scope, role: &str, size: impl Into<Input<String>>, options: ResourceOptions) -> ChildHandle {
    Child::new(scope, &CLOUD, THING, role).with("size", size.into()).with_options(options).register()
}

fn main() -> ExitCode {
    Provider::new(PackageIdentity { go_import_base_path: "example.com/suite", ..package!("suite") })
        .config::<methods::Settings>()
        .component::<closures::Hooked>()
        .component::<closures::Transformed>()
        .component::<echo::Echo>()
        .component::<echo::Raw>()
        .component::<failing::Failing>()
        .component::<family::Family>()
        .component::<family::Shelf>()
        .component::<family::Rack>()
        .component::<family::Outer>()
        .component::<foreign::Foreign>()
        .component::<holder::Holder>()
        .component::<marked::Marked>()
        .component::<methods::Shop>()
        .component::<methods::Visitor>()
        .component::<moving::Former>()
        .component::<moving::Moving>()
        .component::<moving::Renamed>()
        .component::<options::Asking>()
        .component::<options::Mapped>()
        .component::<options::Options>()
        .component::<sizes::Many>()
        .component::<sizes::Slow>()
        .component::<speaking::Speaking>()
        .method::<methods::Greet>()
        .method::<methods::Close>()
        .method::<speaking::Tell>()
        .function::<functions::Add>()
        .function::<functions::Shout>()
        // Short, so that the test of it does not wait for minutes.
        .orphan_check(Duration::from_millis(500))
        .serve()
}
