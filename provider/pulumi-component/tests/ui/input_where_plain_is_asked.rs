//! What decides which children there are, and what they are called, must be plain.

use pulumi_component::{Child, Input, Package, ResourceOptions, Scope, TypeToken};

static CLOUD: Package = Package::new("cloud", "1.0.0");

struct Args {
    name: Input<String>,
    protect: Input<bool>,
}

fn describe(scope: &Scope, args: Args) {
    let options = ResourceOptions::default().protect(args.protect);
    Child::new(scope, &CLOUD, TypeToken::new("cloud:index:Thing"), &args.name).with_options(options).register();
}

fn main() {}
