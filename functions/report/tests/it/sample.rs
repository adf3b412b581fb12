//! A run as the tests and the example make it.

use std::collections::BTreeMap;

use functions_core::compliance::Compliance;
use functions_report::{
    collect::Collector,
    files::{self, File},
    input::{Before, Context, Evaluation, RuleFacts, Severity},
    model::Report,
};

/// A name that is markup.
pub const MARKUP: &str = "<script>alert(1)</script>\"'&";

/// Two runs, six hours apart: the second with what the first left. The report is the second's.
pub fn two_runs(resources: usize) -> Report {
    let first = run("run-1", "2026-03-04T00:00:00Z", resources, false, Before::default());
    let files = files(&first);
    let summary = functions_report::files::read_summary(body(&files, "summary.json")).unwrap();
    let findings = functions_report::files::read_findings(body(&files, "findings.csv")).unwrap();
    run("run-2", "2026-03-06T06:00:00Z", resources, true, Before { summary: Some(summary), findings })
}

/// One run over `resources` resources of three accounts and two regions; `later` leaves one source out and mends some.
pub fn run(id: &str, time: &str, resources: usize, later: bool, before: Before) -> Report {
    let mut collector = Collector::new(context(id, time));
    let rules = ["ebs-volumes-encrypted", "rds-backup-retention-enabled", "ec2-approved-instance-types", "s3-tls-only"];
    for number in 0..resources {
        let account = ["111111111111", "222222222222", "333333333333"][number % 3];
        let region = ["eu-central-1", "us-east-1"][number / 3 % 2];
        if later && account == "333333333333" {
            continue;
        }
        let resource_id = if number == 0 { MARKUP.to_owned() } else { format!("res-{number:07}") };
        for (at, rule) in rules.into_iter().enumerate() {
            let bad = (number * (at + 3)) % 11 < 2 && !(later && number % 5 == 1) || (later && number % 17 == 4);
            let compliance = match (bad, number % 23) {
                (true, _) => Compliance::NonCompliant,
                (false, 7) => Compliance::InsufficientData,
                (false, 9) => Compliance::NotApplicable,
                _ => Compliance::Compliant,
            };
            collector.add(Evaluation {
                account,
                region,
                rule,
                resource_type: "AWS::EC2::Volume",
                resource_id: &resource_id,
                compliance,
            });
        }
    }
    collector.finish(before)
}

/// What a run knows beside verdicts.
pub fn context(id: &str, time: &str) -> Context {
    let rule = |severity, controls: &[&str]| RuleFacts {
        severity,
        controls: controls.iter().map(|control| (*control).to_owned()).collect(),
    };
    Context {
        run_id: id.to_owned(),
        time: time.to_owned(),
        rules: BTreeMap::from([
            ("ebs-volumes-encrypted".to_owned(), rule(Severity::High, &["PCI DSS 3.5.1", "HIPAA 164.312(a)(2)(iv)"])),
            ("rds-backup-retention-enabled".to_owned(), rule(Severity::Critical, &[])),
            ("s3-bucket-encryption-enabled".to_owned(), rule(Severity::Low, &[])),
        ]),
        aliases: BTreeMap::from([
            ("111111111111".to_owned(), "payments".to_owned()),
            ("333333333333".to_owned(), "data <lake>".to_owned()),
        ]),
        expected: vec![("444444444444".to_owned(), "eu-central-1".to_owned())],
    }
}

/// All files of a report.
pub fn files(report: &Report) -> Vec<File> {
    let mut all = Vec::new();
    files::write(report, |file| {
        all.push(file);
        Ok::<_, std::convert::Infallible>(())
    })
    .unwrap();
    all
}

/// The bytes of one of them.
pub fn body<'a>(files: &'a [File], name: &str) -> &'a [u8] {
    &files.iter().find(|file| file.name == name).unwrap().body
}
