//! Writes the report of a sample run to a folder, with its exports: `sample FOLDER [RESOURCES]`. The tests in a browser open it.

#[path = "../tests/it/sample.rs"]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "shared with the tests, and as short")]
mod sample;

use std::{env, error::Error, fs, path::PathBuf};

use functions_core::exports::Exports;
use functions_report::{
    export::{
        asff::Exporter,
        hub::{Digests, Key},
    },
    model::Report,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("expected a folder")?);
    let resources = arguments.next().map_or(Ok(300), |number| number.parse())?;
    let mut report = match resources {
        // The first run of all, which has seen nothing.
        0 => sample::run("run-2", "2026-03-06T06:00:00Z", 0, false, &[]),
        _ => sample::two_runs(resources),
    };
    report.exports = Exports { ocsf: true, security_hub: true };
    let run = folder.join(&report.run_id);
    fs::create_dir_all(&run)?;
    for file in sample::files(&report) {
        fs::write(run.join(file.name), file.body)?;
    }
    let index = functions_report::files::runs_page(&report.trend, |point| format!("{}/index.html", point.run_id))?;
    fs::write(folder.join(index.name), index.body)?;
    fs::write(folder.join("asff.jsonl"), asff(&report))?;
    Ok(())
}

/// The findings that Security Hub is given, one a line: open ones, and the fixed ones as they are archived.
fn asff(report: &Report) -> String {
    let exporter =
        Exporter { account: "111111111111".to_owned(), region: "eu-central-1".to_owned(), time: report.time.clone() };
    let digests = Digests::of(report);
    let open = report.findings.iter().map(|row| exporter.active(&row, digests.rule(row.rule)));
    let fixed = report.fixed.iter().map(|row| exporter.archived(&Key::of(&row), row.since, (row.name, row.arn)));
    open.chain(fixed).map(|finding| format!("{finding}\n")).collect()
}
