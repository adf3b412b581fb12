//! An output has no value yet that could be printed.

use pulumi_component::Output;

fn address(host: &Output<String>) -> String {
    format!("https://{host}/")
}

fn main() {}
