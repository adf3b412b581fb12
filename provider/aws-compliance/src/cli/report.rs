//! `report`: the seal of downloaded reports.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use functions_core::aggregate::Latest;
use functions_core::manifest::{self, FoundRun};
use functions_core::sha256;

use crate::cli::terminal;

const NAME: &str = "pulumi-resource-aws-compliance report";
/// Files of a run alone: a folder with one of them and without a manifest is a run that was not sealed.
const OF_A_RUN: [&str; 3] = ["findings.csv", "report.json", "summary.json"];
/// Name of the file that names the last run, beside the folders of all runs.
const LATEST: &str = "latest.json";

/// Checks downloaded reports. Asks no account. Ends with status 1 where a seal is broken, with 2 where the command is not
/// understood or a file cannot be read.
#[derive(Parser)]
#[command(name = NAME)]
struct Command {
    #[command(subcommand)]
    asked: Asked,
}

#[derive(Subcommand)]
enum Asked {
    /// Check that no file of any run was changed, added or removed, and that the runs follow one another without a gap.
    Verify {
        /// A folder with reports, as `aws s3 sync s3://BUCKET/reports/aggregation FOLDER` downloads them.
        folder: PathBuf,
    },
}

/// Does what the arguments after `report` say.
pub fn run(arguments: &[String]) -> ExitCode {
    let Command { asked: Asked::Verify { folder } } = match terminal::parsed(NAME, arguments) {
        Ok(command) => command,
        Err(status) => return status,
    };
    match runs(&folder) {
        Ok((runs, latest)) => {
            let (text, status) = verified(&runs, latest.as_deref());
            terminal::print(&format!("{text}\n"));
            status
        }
        Err(error) => {
            terminal::error(&error);
            ExitCode::from(terminal::USAGE)
        }
    }
}

fn verified(runs: &[FoundRun], latest: Option<&str>) -> (String, ExitCode) {
    if runs.is_empty() {
        return ("No report is in this folder.".to_owned(), ExitCode::FAILURE);
    }
    match manifest::verify(runs, latest) {
        Ok(chain) => {
            let (first, last) = (chain.times.first().cloned().unwrap_or_default(), chain.times.last().cloned());
            let mut text = format!(
                "{} from {first} to {}: the chain is unbroken, {} as sealed.",
                counted(chain.times.len(), "run", "runs"),
                last.unwrap_or_default(),
                counted(chain.files, "file is", "files are"),
            );
            if let Some(before) = chain.begins_after {
                text.push_str(&format!("\nThe first run follows run {before}, which is not in this folder."));
            }
            if latest.is_none() {
                text.push_str("\nlatest.json is not in this folder: whether later runs were removed is not known.");
            }
            for note in chain.notes {
                text.push_str(&format!("\nnote: {note}"));
            }
            (text, ExitCode::SUCCESS)
        }
        Err(broken) => {
            let lines: Vec<String> = broken.iter().map(ToString::to_string).collect();
            (lines.join("\n"), ExitCode::FAILURE)
        }
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Every run below a folder, and the id of the last one as `latest.json` names it.
fn runs(folder: &Path) -> Result<(Vec<FoundRun>, Option<String>), String> {
    let (mut found, mut left, mut latest) = (Vec::new(), vec![folder.to_path_buf()], None);
    while let Some(folder) = left.pop() {
        let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
        let (mut files, mut manifest) = (BTreeMap::new(), None);
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                left.push(path);
                continue;
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let body = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            if name == LATEST {
                let read: Latest =
                    serde_json::from_slice(&body).map_err(|error| format!("{}: {error}", path.display()))?;
                latest = Some(read.run_id);
            } else if name == manifest::NAME {
                manifest = Some(body);
            } else {
                files.insert(name, sha256::hex(&body));
            }
        }
        if manifest.is_some() || OF_A_RUN.iter().any(|name| files.contains_key(*name)) {
            found.push(FoundRun { place: folder.display().to_string(), manifest, files });
        }
    }
    found.sort_by(|one, other| one.place.cmp(&other.place));
    Ok((found, latest))
}
