//! Every resource has a URN already.

use pulumi_component::{Output, Outputs};

/// A store.
#[derive(Outputs)]
struct Store {
    /// Its name.
    urn: Output<String>,
}

fn main() {}
