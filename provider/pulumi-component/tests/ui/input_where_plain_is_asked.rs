//! What decides which children there are must be plain.

use pulumi_component::Input;

struct Args {
    enabled: bool,
}

fn args(enabled: Input<bool>) -> Args {
    Args { enabled }
}

fn main() {}
