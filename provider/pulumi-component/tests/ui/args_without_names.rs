//! Inputs have names.

/// Inputs of a shelf.
#[pulumi_component::args]
struct ShelfArgs(String, u32);

fn main() {}
