//! One million evaluations, from rows as the aggregator gives them to the report's files and the history's: `million`
//! prints the seconds it took and the most memory it held, as JSON. `make bench` runs it; it has one thread.

use std::{error::Error, fs, time::Instant};

use functions_core::aggregate::read_row;
use functions_history::{History, Row};
use functions_report::{
    collect::Collector,
    files,
    input::{Before, Context, Evaluation, Severity},
};

const ACCOUNTS: usize = 100;
const REGIONS: [&str; 4] = ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"];
const RULES: usize = 10;
const RESOURCES: usize = 100_000;

fn main() -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let context = Context { run_id: "run-1".to_owned(), time: "2026-03-04T05:06:07Z".to_owned(), ..Context::default() };
    let mut collector = Collector::new(context);
    let mut history = History::new("run-1", "2026-03-04", 1_772_600_767_000)?;
    let mut evaluations = 0_u64;
    for number in 0..RESOURCES {
        let text = row(number);
        let row = read_row(&text).ok_or("a row that does not read")?;
        let target = &row.configuration;
        for verdict in &target.config_rule_list {
            let (account, region, rule) = (&*row.account_id, &*row.aws_region, &*verdict.config_rule_name);
            let (resource_type, resource_id) = (&*target.target_resource_type, &*target.target_resource_id);
            let compliance = verdict.compliance_type;
            collector.add(Evaluation { account, region, rule, resource_type, resource_id, compliance });
            let severity = Severity::default().word();
            history.add(Row { account, region, rule, severity, resource_type, resource_id, compliance })?;
            evaluations += 1;
        }
    }
    let mut bytes = 0;
    for file in history.finish() {
        bytes += file?.body.len();
    }
    let report = collector.finish(Before::default());
    files::write(&report, |file| {
        bytes += file.body.len();
        Ok::<(), std::io::Error>(())
    })?;
    let seconds = began.elapsed().as_secs_f64();
    println!("{{\"evaluations\":{evaluations},\"bytes\":{bytes},\"seconds\":{seconds},\"peakKib\":{}}}", peak_kib()?);
    Ok(())
}

/// One resource with the verdicts of ten rules, one in fifty of them bad.
fn row(number: usize) -> String {
    let account = 100_000_000_000 + number % ACCOUNTS;
    let region = REGIONS.iter().cycle().nth((number / ACCOUNTS) % REGIONS.len()).copied().unwrap_or_default();
    let rules: Vec<String> = (0..RULES)
        .map(|rule| {
            let verdict = if (number * RULES + rule) % 50 == 7 { "NON_COMPLIANT" } else { "COMPLIANT" };
            format!("{{\"configRuleName\":\"rule-{rule}\",\"complianceType\":\"{verdict}\"}}")
        })
        .collect();
    format!(
        "{{\"accountId\":\"{account}\",\"awsRegion\":\"{region}\",\"configuration\":{{\"targetResourceType\":\
         \"AWS::EC2::Volume\",\"targetResourceId\":\"vol-{number:017x}\",\"configRuleList\":[{}]}}}}",
        rules.join(",")
    )
}

/// The most memory this process has held (Linux manual, proc_pid_status(5), `VmHWM`).
fn peak_kib() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
