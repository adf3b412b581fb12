//! Makes Rust types of the resources that the component is made of.

use pulumi_component_bindgen::{Bindings, Error};

fn main() -> Result<(), Error> {
    println!("cargo::rerun-if-changed=aws.json");
    Bindings::from_file("aws.json")?.resource("aws:sqs/queue:Queue").write_to_out_dir("aws.rs")
}
