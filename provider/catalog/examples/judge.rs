//! What the catalogue costs: reading it, and judging all rules in 17 regions and three frameworks. `make bench` prints
//! it.

use std::process::ExitCode;
use std::time::Instant;

use aws_compliance_catalog::{Catalog, FrameworkRequest, RuleRequest, check_rules, compose};
use compliance_types::region::ENABLED_BY_DEFAULT;

const FRAMEWORKS: [&str; 3] = ["hipaa", "nist-800-53-r5", "pci-dss-4.0"];
const RUNS: usize = 51;

fn main() -> ExitCode {
    let before = resident();
    let began = Instant::now();
    let catalog = Catalog::get();
    let read = began.elapsed().as_secs_f64();
    // What someone pays who deploys three frameworks, in a process that has done nothing before.
    let asked = FRAMEWORKS.map(|id| FrameworkRequest { id: id.to_owned(), ..FrameworkRequest::default() });
    let (composition, report) = compose(&asked);
    let first = began.elapsed().as_secs_f64();
    let held = resident().saturating_sub(before);
    if !report.errors.is_empty() || composition.rules.is_empty() {
        eprintln!("error: the frameworks do not compose");
        return ExitCode::FAILURE;
    }
    let request = |identifier: &&str| RuleRequest { identifier: (*identifier).to_owned(), ..RuleRequest::default() };
    let rules: Vec<_> = catalog.rules.keys().map(request).collect();
    let mut runs: Vec<_> = (0..RUNS).map(|_| judge(&rules, &asked)).collect();
    runs.sort_by(f64::total_cmp);
    let judged = runs.get(RUNS / 2).copied().unwrap_or_default();
    println!(
        "{{\"rules\": {}, \"regions\": {}, \"readMs\": {:.3}, \"firstMs\": {:.3}, \"heldKib\": {held}, \"judgedMs\": {:.3}}}",
        rules.len(),
        ENABLED_BY_DEFAULT.len(),
        read * 1000.0,
        first * 1000.0,
        judged * 1000.0,
    );
    ExitCode::SUCCESS
}

/// Seconds for everything once.
fn judge(rules: &[RuleRequest], frameworks: &[FrameworkRequest]) -> f64 {
    let began = Instant::now();
    let report = check_rules(std::hint::black_box(rules), &ENABLED_BY_DEFAULT, &[]);
    let composition = compose(std::hint::black_box(frameworks));
    std::hint::black_box((report, composition));
    began.elapsed().as_secs_f64()
}

/// Memory that the process holds, in KiB; what it has read of its own file included.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
