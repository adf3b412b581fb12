//! A mark that does not exist.

/// Inputs of a shelf.
#[pulumi_component::args]
struct ShelfArgs {
    /// Key of the shelf.
    #[pulumi(sensitive)]
    key: String,
}

fn main() {}
