//! Finds the packed Lambda functions, which the plugin embeds. `make bundle` packs them.

use std::path::PathBuf;
use std::process::ExitCode;

/// Where `make bundle` puts the archive, below cargo's target folder.
const BUNDLE: &str = "functions/x86_64.zip";

fn main() -> ExitCode {
    println!("cargo::rerun-if-env-changed=AWS_COMPLIANCE_BUNDLE");
    let Some(bundle) = bundle() else {
        println!("cargo::error=cargo gave no OUT_DIR");
        return ExitCode::FAILURE;
    };
    println!("cargo::rerun-if-changed={}", bundle.display());
    if !bundle.is_file() {
        println!("cargo::error=the Lambda functions are not packed at {}; run `make bundle`", bundle.display());
        return ExitCode::FAILURE;
    }
    println!("cargo::rustc-env=AWS_COMPLIANCE_BUNDLE={}", bundle.display());
    ExitCode::SUCCESS
}

fn bundle() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("AWS_COMPLIANCE_BUNDLE") {
        return Some(path.into());
    }
    // TARGET/PROFILE/build/PACKAGE/out
    let out = PathBuf::from(std::env::var_os("OUT_DIR")?);
    Some(out.ancestors().nth(4)?.join(BUNDLE))
}
