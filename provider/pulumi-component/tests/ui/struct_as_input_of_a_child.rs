//! A struct of the author's is no property value by itself.

use pulumi_component::{Child, Package, Scope, TypeToken};

static CLOUD: Package = Package::new("cloud", "1.0.0");

#[derive(Clone)]
struct Size {
    width: u32,
}

fn describe(scope: &Scope) {
    let size = Size { width: 3 };
    Child::new(scope, &CLOUD, TypeToken::new("cloud:index:Thing"), "thing").with("size", size).register();
}

fn main() {}
