//! What is no output is for Rust alone, and says so.

use pulumi_component::Outputs;

/// A store.
#[derive(Outputs)]
struct Store {
    /// Its address.
    url: String,
}

fn main() {}
