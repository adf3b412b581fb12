//! Writes the report of a sample run to a folder: `sample FOLDER [RESOURCES]`. The tests in a browser open it.

#[path = "../tests/it/sample.rs"]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "shared with the tests, and as short")]
mod sample;

use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("expected a folder")?);
    let resources = arguments.next().map_or(Ok(300), |number| number.parse())?;
    let report = match resources {
        // The first run of all, which has seen nothing.
        0 => sample::run("run-2", "2026-03-06T06:00:00Z", 0, false, &[]),
        _ => sample::two_runs(resources),
    };
    let run = folder.join(&report.run_id);
    fs::create_dir_all(&run)?;
    for file in sample::files(&report) {
        fs::write(run.join(file.name), file.body)?;
    }
    let index = functions_report::files::runs_page(&report.trend, |point| format!("{}/index.html", point.run_id))?;
    fs::write(folder.join(index.name), index.body)?;
    Ok(())
}
