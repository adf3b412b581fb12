//! A run as the tests and the example make it.

use std::collections::BTreeMap;

use compliance_types::{resource::ResourceIdentity, severity::Severity};
use functions_core::compliance::Compliance;
use functions_report::{
    collect,
    files::{self, File},
    gathered::Gathered,
    input::{Arrival, Context, Coverage, Evaluator, Missing, Recorder, RuleFacts},
    model::{Report, Summary},
};

/// A name that is markup.
pub const MARKUP: &str = "<script>alert(1)</script>\"'&";

/// Two runs, two days apart: the second with what the first left. The report is the second's.
pub fn two_runs(resources: usize) -> Report {
    let first = run("run-1", "2026-03-04T00:00:00Z", resources, false, &[]);
    run("run-2", "2026-03-06T06:00:00Z", resources, true, &files(&first))
}

/// One run over `resources` resources of three accounts and two regions; `later` leaves one source out and mends some.
/// `before`: the files of the run before it, or none.
pub fn run(id: &str, time: &str, resources: usize, later: bool, before: &[File]) -> Report {
    let mut gathered = Gathered::default();
    let rules = ["ebs-volumes-encrypted", "rds-backup-retention-enabled", "ec2-approved-instance-types", "s3-tls-only"];
    for number in 0..resources {
        let account = ["111111111111", "222222222222", "333333333333"][number % 3];
        let region = ["eu-central-1", "us-east-1"][number / 3 % 2];
        if later && account == "333333333333" {
            continue;
        }
        let resource_id = if number == 0 { MARKUP.to_owned() } else { format!("res-{number:07}") };
        let verdicts = rules.into_iter().enumerate().map(|(at, rule)| {
            let bad = (number * (at + 3)) % 11 < 2 && !(later && number % 5 == 1) || (later && number % 17 == 4);
            let compliance = match (bad, number % 23) {
                (true, _) => Compliance::NonCompliant,
                (false, 7) => Compliance::InsufficientData,
                (false, 9) => Compliance::NotApplicable,
                _ => Compliance::Compliant,
            };
            (rule, compliance)
        });
        let resource_type = "AWS::EC2::Volume";
        gathered.add(ResourceIdentity { account, region, resource_type, resource_id: &resource_id }, verdicts);
    }
    report(context(id, time), gathered, before)
}

/// The report of what was gathered, beside the files of the run before, where there are some.
pub fn report(context: Context, gathered: Gathered, before: &[File]) -> Report {
    let context = Context { resources: context.unreadable_resources + gathered.count(), ..context };
    let mut comparing = collect::compare(context, gathered.settle(), summary(before));
    for file in before.iter().filter(|file| file.name.starts_with("findings")) {
        comparing.add_before(&file.body).unwrap();
    }
    comparing.finish()
}

fn summary(before: &[File]) -> Option<Summary> {
    let file = before.iter().find(|file| file.name == "summary.json")?;
    Some(files::read_summary(&file.body).unwrap())
}

/// What a run knows beside verdicts.
pub fn context(id: &str, time: &str) -> Context {
    let rule = |severity, frameworks: &[(&str, &[&str])]| RuleFacts {
        severity,
        frameworks: frameworks
            .iter()
            .map(|(id, all)| ((*id).to_owned(), all.iter().map(|&one| one.into()).collect()))
            .collect(),
        page: None,
        remediation: None,
    };
    let page = |name: &str| Some(format!("https://docs.aws.amazon.com/config/latest/developerguide/{name}.html"));
    let arrival = |account: &str| Arrival {
        account: account.to_owned(),
        region: "eu-central-1".to_owned(),
        succeeded: false,
        updated: None,
    };
    Context {
        run_id: id.to_owned(),
        time: time.to_owned(),
        rules: BTreeMap::from([
            (
                "ebs-volumes-encrypted".to_owned(),
                RuleFacts {
                    page: page("encrypted-volumes"),
                    remediation: Some("AWS-EncryptVolume".to_owned()),
                    ..rule(Severity::High, &[("HIPAA", &["164.312(a)(2)(iv)"]), ("PCI DSS", &["3.5.1"])])
                },
            ),
            (
                "rds-backup-retention-enabled".to_owned(),
                RuleFacts { page: page("db-instance-backup-enabled"), ..rule(Severity::Critical, &[]) },
            ),
            ("s3-bucket-encryption-enabled".to_owned(), rule(Severity::Low, &[("PCI DSS", &[])])),
        ]),
        missing: vec![Missing {
            identifier: "EKS_CLUSTER_OLDEST_SUPPORTED_VERSION".to_owned(),
            frameworks: BTreeMap::from([("PCI DSS".to_owned(), vec!["6.3.3".to_owned()])]),
        }],
        manual: BTreeMap::from([("HIPAA".to_owned(), vec!["164.308(a)(1)".to_owned(), "164.310".to_owned()])]),
        aliases: BTreeMap::from([
            ("111111111111".to_owned(), "payments".to_owned()),
            ("333333333333".to_owned(), "data <lake>".to_owned()),
        ]),
        arrivals: vec![arrival("444444444444")],
        coverage: Some(Coverage {
            recorders: vec![Recorder {
                name: "default".to_owned(),
                all: true,
                types: Vec::new(),
                excluded: vec!["AWS::EC2::NetworkInterface".to_owned()],
                frequency: "CONTINUOUS".to_owned(),
                exceptions: vec![("AWS::EC2::Volume".to_owned(), "DAILY".to_owned())],
            }],
            rules: vec![Evaluator {
                name: "rds-backup-retention-enabled".to_owned(),
                parameters: "{\"backupRetentionMinimum\":\"7\"}".to_owned(),
                frequency: "TwentyFour_Hours".to_owned(),
                types: vec!["AWS::RDS::DBInstance".to_owned()],
            }],
        }),
        ..Context::default()
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
