//! One million evaluations, from rows as the aggregator gives them to the report's files and the history's: `million
//! [EVERY [BEFORE]]` prints the seconds it took and the most memory it held, as JSON. One in EVERY evaluations is bad (50);
//! with BEFORE, a folder, a first run leaves its files there, and a second one is compared with them, half of whose bad
//! resources are others. `make bench` runs it; it has one thread.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use compliance_types::{resource::ResourceIdentity, severity::Severity};
use functions_core::aggregate::read_row;
use functions_history::{History, Row};
use functions_report::{
    collect, files, findings_file,
    gathered::{Gathered, Verdicts},
    input::Context,
};

const ACCOUNTS: usize = 100;
const REGIONS: [&str; 4] = ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"];
const RULES: usize = 10;
const RESOURCES: usize = 100_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let every = arguments.next().map_or(Ok(50), |number| number.parse())?;
    let folder = arguments.next().map(PathBuf::from);
    if let Some(folder) = &folder {
        run("2026-03-03T05:06:07Z", every, 0, None, |name, body| fs::write(folder.join(name), body))?;
    }
    let began = Instant::now();
    let mut bytes = 0;
    let shift = if folder.is_some() { RESOURCES / 2 } else { 0 };
    let evaluations = run("2026-03-04T05:06:07Z", every, shift, folder.as_deref(), |_, body| {
        bytes += body.len();
        Ok(())
    })?;
    let seconds = began.elapsed().as_secs_f64();
    println!("{{\"evaluations\":{evaluations},\"bytes\":{bytes},\"seconds\":{seconds},\"peakKib\":{}}}", peak_kib()?);
    Ok(())
}

/// One run; how many evaluations it had. `put` takes each file.
fn run(
    time: &str,
    every: usize,
    shift: usize,
    before: Option<&Path>,
    mut put: impl FnMut(&str, &[u8]) -> std::io::Result<()>,
) -> Result<usize, Box<dyn Error>> {
    let mut gathered = Gathered::default();
    for number in 0..RESOURCES {
        let text = row(number + shift, every);
        let row = read_row(&text).ok_or("a row that does not read")?;
        let target = &row.configuration;
        let resource = ResourceIdentity {
            account: &row.account_id,
            region: &row.aws_region,
            resource_type: &target.target_resource_type,
            resource_id: &target.target_resource_id,
        };
        let verdicts = target.config_rule_list.iter();
        gathered.add(resource, verdicts.map(|verdict| (&*verdict.config_rule_name, verdict.compliance_type)));
    }
    let verdicts = gathered.settle();
    history(&verdicts, &mut put)?;
    let context = Context { run_id: time.to_owned(), time: time.to_owned(), ..Context::default() };
    let read = |folder: &Path| Ok::<_, Box<dyn Error>>(files::read_summary(&fs::read(folder.join("summary.json"))?)?);
    let summary = before.map(read).transpose()?;
    let parts = summary.as_ref().map_or(0, |summary| summary.findings_files);
    let mut comparing = collect::compare(context, verdicts, summary);
    for number in 1..=parts {
        let folder = before.ok_or("no folder")?;
        comparing.add_before(&fs::read(folder.join(findings_file(number)))?)?;
    }
    let report = comparing.finish();
    files::write(&report, |file| put(&file.name, &file.body))?;
    Ok(RESOURCES * RULES)
}

/// The history, one account and region at a time.
fn history(
    verdicts: &Verdicts,
    put: &mut impl FnMut(&str, &[u8]) -> std::io::Result<()>,
) -> Result<(), Box<dyn Error>> {
    let mut place = ("", "");
    let mut history = None;
    for verdict in verdicts.iter() {
        if (verdict.account, verdict.region) != place {
            close(history.take(), put)?;
            place = (verdict.account, verdict.region);
        }
        let open = match &mut history {
            Some(open) => open,
            closed => closed.insert(History::new("run-1", "2026-03-04", 1_772_600_767_000)?),
        };
        open.add(Row {
            account: verdict.account,
            region: verdict.region,
            rule: verdict.rule,
            severity: Severity::default().word(),
            resource_type: verdict.resource_type,
            resource_id: verdict.resource_id,
            compliance: verdict.compliance,
            waiver: "",
        })?;
    }
    close(history, put)
}

fn close(
    history: Option<History>,
    put: &mut impl FnMut(&str, &[u8]) -> std::io::Result<()>,
) -> Result<(), Box<dyn Error>> {
    for file in history.into_iter().flat_map(History::finish) {
        put("history.parquet", &file?.body)?;
    }
    Ok(())
}

/// One resource with the verdicts of ten rules, one in `every` of them bad.
fn row(number: usize, every: usize) -> String {
    let account = 100_000_000_000 + number % ACCOUNTS;
    let region = REGIONS.iter().cycle().nth((number / ACCOUNTS) % REGIONS.len()).copied().unwrap_or_default();
    let rules: Vec<String> = (0..RULES)
        .map(|rule| {
            let bad = (number * RULES + rule) % every == 7 % every;
            let verdict = if bad { "NON_COMPLIANT" } else { "COMPLIANT" };
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
