//! The packed functions: embedded in the plugin, and written where the `aws` plugin can read them.

use std::fs;
use std::io::{self, Write};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use pulumi_component::value::Archive;

use crate::inputs::functions::FunctionArchitecture;

/// The zip with the one binary of all functions, for x86_64.
const X86_64: Bundle =
    Bundle { content: include_bytes!(env!("AWS_COMPLIANCE_BUNDLE")), sha256: env!("AWS_COMPLIANCE_BUNDLE_SHA256") };
/// The same for Arm; empty where this build has none.
const ARM64: Bundle = Bundle {
    content: include_bytes!(env!("AWS_COMPLIANCE_ARM64_BUNDLE")),
    sha256: env!("AWS_COMPLIANCE_ARM64_BUNDLE_SHA256"),
};

/// A zip that is embedded, and its digest in hexadecimal digits.
#[derive(Clone, Copy)]
struct Bundle {
    content: &'static [u8],
    sha256: &'static str,
}

/// The archives of the functions, by architecture.
#[derive(Clone, Debug)]
pub struct Archives {
    x86_64: Archive,
    arm64: Option<Archive>,
}

impl Archives {
    /// The archives, as absolute paths: relative ones would be the user's program's.
    ///
    /// # Errors
    /// When one cannot be written to the user's cache.
    pub fn new() -> Result<Self, String> {
        let cache =
            cache().ok_or("no folder for the functions' code: set HOME, or XDG_CACHE_HOME to an absolute path")?;
        let x86_64 = archive_in(&cache, X86_64)?;
        let arm64 = if ARM64.content.is_empty() {
            None
        } else if ARM64.sha256 == X86_64.sha256 {
            // Builds for tests have one archive.
            Some(x86_64.clone())
        } else {
            Some(archive_in(&cache, ARM64)?)
        };
        Ok(Self { x86_64, arm64 })
    }

    /// The archive of an architecture. The checks of the inputs exclude one that is missing.
    pub fn of(&self, architecture: FunctionArchitecture) -> Archive {
        match architecture {
            FunctionArchitecture::X86_64 => self.x86_64.clone(),
            FunctionArchitecture::Arm64 => self.arm64.clone().unwrap_or_else(|| self.x86_64.clone()),
        }
    }
}

/// Whether this build of the plugin has the functions for an architecture.
pub const fn has(architecture: FunctionArchitecture) -> bool {
    match architecture {
        FunctionArchitecture::X86_64 => true,
        FunctionArchitecture::Arm64 => !ARM64.content.is_empty(),
    }
}

fn archive_in(cache: &Path, bundle: Bundle) -> Result<Archive, String> {
    let path = write(cache, bundle).map_err(|error| {
        format!("cannot keep the functions' code in {}: {error}; XDG_CACHE_HOME names another folder", cache.display())
    })?;
    Ok(Archive::from_path(path.to_string_lossy()))
}

/// The user's cache, as the XDG base directory specification names it; on Windows the folder for local application data. A
/// folder for temporary files is none: others can create it first.
fn cache() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let system = || if cfg!(windows) { set("LOCALAPPDATA") } else { set("HOME").map(|home| home.join(".cache")) };
    let cache = set("XDG_CACHE_HOME").or_else(system)?;
    Some(cache.join("aws-compliance/functions"))
}

/// Tells apart what the Constructs of one process write at the same time.
static WRITERS: AtomicU64 = AtomicU64::new(0);

/// Writes the archive under the hash of its content, unless it is there already and whole.
fn write(cache: &Path, Bundle { content, sha256: hash }: Bundle) -> io::Result<PathBuf> {
    let path = cache.join(format!("{hash}.zip"));
    private_folder(cache)?;
    // What lies in a cache may have been cut short or changed.
    if fs::read(&path).is_ok_and(|found| found == content) {
        return Ok(path);
    }
    let writer = WRITERS.fetch_add(1, Ordering::Relaxed);
    let partial = cache.join(format!("{hash}.{}.{writer}.partial", std::process::id()));
    let mut file = private_file(&partial)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&partial, &path)?;
    Ok(path)
}

/// Creates a folder for its owner alone, and refuses one that others may write to. On Windows the user's own folders are
/// private already.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(path)?;
    #[cfg(unix)]
    if fs::metadata(path)?.permissions().mode() & 0o022 != 0 {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "other users may write to it"));
    }
    Ok(())
}

/// Creates a file for its owner alone.
fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Bundle = Bundle { content: b"content", sha256: "0123" };

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("aws-compliance-test-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn the_digest_of_the_build_is_that_of_the_content() {
        assert_eq!(functions_core::sha256::hex(X86_64.content), X86_64.sha256);
    }

    #[test]
    fn the_archive_is_written_once_and_mended_when_it_was_changed() {
        let folder = folder("mended");
        let path = write(&folder, SMALL).expect("it is written");
        assert_eq!(fs::read(&path).expect("it is there"), b"content");
        fs::write(&path, b"other").expect("it can be changed");
        assert_eq!(write(&folder, SMALL).expect("it is written again"), path);
        assert_eq!(fs::read(&path).expect("it is there"), b"content");
        fs::remove_dir_all(&folder).expect("it can be removed");
    }

    #[test]
    fn constructs_of_one_process_write_it_at_once() {
        let folder = folder("at-once");
        let large = Bundle { content: &[7; 1 << 20], sha256: "4567" };
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..8).map(|_| scope.spawn(|| write(&folder, large))).collect();
            for writer in writers {
                let path = writer.join().expect("it ends").expect("it is written");
                assert_eq!(fs::read(path).expect("it is there"), large.content);
            }
        });
        assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 1, "nothing partial is left");
        fs::remove_dir_all(&folder).expect("it can be removed");
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_named_with_the_way_out() {
        let file = folder("a-file");
        fs::write(&file, "not a folder").expect("it can be written");
        let error = archive_in(&file.join("cache"), X86_64).expect_err("a file holds no folder");
        assert!(error.contains("a-file") && error.contains("XDG_CACHE_HOME"), "{error}");
        fs::remove_file(&file).expect("it can be removed");
    }

    #[cfg(unix)]
    #[test]
    fn the_cache_is_the_users_alone() {
        let folder = folder("private");
        write(&folder, SMALL).expect("it is written");
        let mode = fs::metadata(&folder).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o770)).expect("it is ours");
        let error = write(&folder, SMALL).expect_err("others may write to it").to_string();
        assert!(error.contains("other users may write"), "{error}");
        fs::remove_dir_all(&folder).expect("it can be removed");
    }
}
