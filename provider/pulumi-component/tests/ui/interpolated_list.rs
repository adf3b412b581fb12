//! A list has no text.

use pulumi_component::{Output, interpolate};

fn address(hosts: &Output<Vec<String>>) -> Output<String> {
    interpolate!("https://{hosts}/")
}

fn main() {}
