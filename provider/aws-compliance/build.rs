//! Finds the packed Lambda functions, which the plugin embeds (`make bundle` packs them), and the runbooks.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use sha2::{Digest, Sha256};

/// Where `make bundle` puts the archive, below cargo's target folder, and that for Arm.
const BUNDLE: &str = "functions/x86_64.zip";
const ARM64_BUNDLE: &str = "functions/arm64.zip";
/// The pages that say what to do when an alarm goes off.
const RUNBOOKS: &str = "../../docs/runbooks";

fn main() -> ExitCode {
    println!("cargo::rerun-if-env-changed=AWS_COMPLIANCE_BUNDLE");
    println!("cargo::rerun-if-env-changed=AWS_COMPLIANCE_ARM64_BUNDLE");
    let (Some(bundle), Some(out)) = (bundle(), std::env::var_os("OUT_DIR")) else {
        println!("cargo::error=cargo gave no OUT_DIR");
        return ExitCode::FAILURE;
    };
    println!("cargo::rerun-if-changed={}", bundle.display());
    if !bundle.is_file() {
        println!("cargo::error=the Lambda functions are not packed at {}; run `make bundle`", bundle.display());
        return ExitCode::FAILURE;
    }
    let embedded = embed("AWS_COMPLIANCE_BUNDLE", &bundle)
        .and_then(|()| embed("AWS_COMPLIANCE_ARM64_BUNDLE", &arm64_bundle(&bundle, Path::new(&out))?));
    if let Err(error) = embedded {
        println!("cargo::error=the Lambda functions cannot be embedded: {error}");
        return ExitCode::FAILURE;
    }
    println!("cargo::rerun-if-changed={RUNBOOKS}");
    if let Err(error) = runbooks().and_then(|pages| fs::write(Path::new(&out).join("runbooks.rs"), pages)) {
        println!("cargo::error=the runbooks cannot be read from {RUNBOOKS}: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Says where an archive is, and its SHA-256: the plugin starts with every command, and does not hash megabytes each time.
fn embed(name: &str, path: &Path) -> io::Result<()> {
    let digest: String = Sha256::digest(fs::read(path)?).iter().map(|byte| format!("{byte:02x}")).collect();
    println!("cargo::rustc-env={name}={}", path.display());
    println!("cargo::rustc-env={name}_SHA256={digest}");
    Ok(())
}

fn bundle() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("AWS_COMPLIANCE_BUNDLE") {
        return Some(path.into());
    }
    // TARGET/PROFILE/build/PACKAGE/out
    let out = PathBuf::from(std::env::var_os("OUT_DIR")?);
    Some(out.ancestors().nth(4)?.join(BUNDLE))
}

/// The archive for Arm. Builds for tests have one archive, for the machine that they run on; an optimized build without an
/// archive for Arm embeds an empty one, and the plugin then says that it has none.
fn arm64_bundle(bundle: &Path, out: &Path) -> io::Result<PathBuf> {
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        return Ok(bundle.to_owned());
    }
    let named = std::env::var_os("AWS_COMPLIANCE_ARM64_BUNDLE").map(PathBuf::from);
    let found = named.or_else(|| Some(out.ancestors().nth(4)?.join(ARM64_BUNDLE)).filter(|path| path.is_file()));
    if let Some(path) = found {
        println!("cargo::rerun-if-changed={}", path.display());
        return Ok(path);
    }
    let empty = out.join("none.zip");
    fs::write(&empty, [])?;
    Ok(empty)
}

/// The pages as a list of name and text, sorted by name.
fn runbooks() -> io::Result<String> {
    let paths: io::Result<Vec<_>> = fs::read_dir(RUNBOOKS)?.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths?;
    paths.sort();
    let mut list = "&[\n".to_owned();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "md")) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let path = path.canonicalize()?;
        let _ = writeln!(list, "    ({name:?}, include_str!({:?})),", path.to_string_lossy());
    }
    Ok(list + "]\n")
}
