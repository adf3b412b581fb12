//! The doc comment is the description in every SDK.

/// Inputs of a shelf.
#[pulumi_component::args]
struct ShelfArgs {
    size: String,
}

fn main() {}
