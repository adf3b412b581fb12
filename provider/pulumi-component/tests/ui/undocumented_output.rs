//! The doc comment is the description in every SDK.

use pulumi_component::{Output, Outputs};

/// A store.
#[derive(Outputs)]
struct Store {
    url: Output<String>,
}

fn main() {}
