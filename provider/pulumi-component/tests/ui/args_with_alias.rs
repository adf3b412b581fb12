//! serde would take the former name, but no schema has it.

/// Inputs of a shelf.
#[pulumi_component::args]
struct ShelfArgs {
    /// Size of the shelf.
    #[serde(alias = "length")]
    size: String,
}

fn main() {}
