//! Generators of the files that are committed and checked for drift.
//!
//! `make generate` runs them all; each prints the files it wrote. They write below the workspace, or below ROOT for the
//! drift tests.

mod api;
mod protocol;
mod resources;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What went wrong, in the words that are printed.
type Failure = Box<dyn std::error::Error>;

const USAGE: &str = "usage: cargo xtask {protocol DESCRIPTORS | resources | api} [ROOT]";

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Failure> {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["protocol", descriptors] => protocol::generate(Path::new(descriptors), &root()),
        ["protocol", descriptors, root] => protocol::generate(Path::new(descriptors), Path::new(root)),
        ["api"] => api::generate(&root()),
        ["api", root] => api::generate(Path::new(root)),
        ["resources"] => resources::generate(&root()),
        ["resources", root] => resources::generate(Path::new(root)),
        _ => Err(USAGE.into()),
    }
}

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
