//! A component of the same package is built from all that it requires.

use pulumi_component::Input;

struct ShelfArgs {
    size: Input<String>,
    boards: u32,
}

fn args() -> ShelfArgs {
    ShelfArgs { boards: 3 }
}

fn main() {}
