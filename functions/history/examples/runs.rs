//! Writes the history of six daily runs to a folder, as a bucket would have it: `runs FOLDER`. A run is one column of the
//! table below. The third is written twice, as by a retry. `tests/report/test_history.py` asks what `docs/history.md` asks.

use std::{env, error::Error, fs, path::PathBuf};

use functions_core::compliance::Compliance;
use functions_history::{History, Row};

/// Account, rule, severity, resource, and its verdict in each run: `N` does not comply, `C` does, `-` is not there.
const RESOURCES: [(&str, &str, &str, &str, &str); 6] = [
    ("111111111111", "ebs-volumes-encrypted", "high", "vol-a", "NNCCCC"),
    ("111111111111", "ebs-volumes-encrypted", "high", "vol-b", "CNCNCN"),
    ("222222222222", "rds-backup-retention-enabled", "critical", "db-a", "NNNNNN"),
    ("222222222222", "rds-backup-retention-enabled", "critical", "db-b", "CCCCCN"),
    ("222222222222", "rds-backup-retention-enabled", "critical", "db-gone", "NNN---"),
    ("111111111111", "s3-tls-only", "medium", "<script>alert('1')</script>", "CCCCCC"),
];
const FIRST_MILLIS: i64 = 1_772_323_200_000;
const DAY_MILLIS: i64 = 86_400_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("expected a folder")?);
    for at in [0_usize, 1, 2, 2, 3, 4, 5] {
        let millis = FIRST_MILLIS + DAY_MILLIS * i64::try_from(at)?;
        let mut history = History::new(&format!("run-{at}"), &format!("2026-03-{:02}", at + 1), millis)?;
        for (account, rule, severity, resource_id, verdicts) in RESOURCES {
            let compliance = match verdicts.as_bytes().get(at) {
                Some(b'N') => Compliance::NonCompliant,
                Some(b'C') => Compliance::Compliant,
                _ => continue,
            };
            let region = "eu-central-1";
            let resource_type = "AWS::Example::Resource";
            history.add(Row { account, region, rule, severity, resource_type, resource_id, compliance, waiver: "" })?;
        }
        for file in history.finish() {
            let file = file?;
            let path = folder.join(file.key);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, file.body)?;
        }
    }
    Ok(())
}
