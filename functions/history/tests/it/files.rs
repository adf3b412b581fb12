//! What a run leaves in the history.

use functions_core::compliance::Compliance;
use functions_history::{File, History, PREFIX, Row};

fn files(rows: usize) -> Vec<File> {
    let mut history = History::new("run/1", "2026-03-04", 1_772_600_767_000).unwrap();
    for number in 0..rows {
        let resource_id = format!("i-{number}");
        history
            .add(Row {
                account: if number % 2 == 0 { "1" } else { "2" },
                region: "eu-central-1",
                rule: "r",
                severity: "high",
                resource_type: "AWS::EC2::Instance",
                resource_id: &resource_id,
                compliance: Compliance::Compliant,
                waiver: "",
            })
            .unwrap();
    }
    history.finish().collect::<Result<_, _>>().unwrap()
}

#[test]
fn each_account_and_region_has_one_file_whose_name_is_the_run() {
    let keys: Vec<String> = files(3).into_iter().map(|file| file.key).collect();
    let run = functions_core::key::segment("run/1");
    let place = |account| format!("{PREFIX}date=2026-03-04/account={account}/region=eu-central-1/{run}.parquet");
    assert_eq!(keys, [place(1), place(2)]);
}

#[test]
fn a_retry_writes_the_same_bytes_under_the_same_keys() {
    assert_eq!(files(50_000), files(50_000));
}

#[test]
fn a_run_without_verdicts_leaves_nothing() {
    assert!(files(0).is_empty());
}

#[test]
fn a_row_takes_few_bytes() {
    let bytes: usize = files(100_000).iter().map(|file| file.body.len()).sum();
    assert!(bytes < 100_000 * 12, "{bytes}");
}
