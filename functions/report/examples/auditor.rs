//! Writes the last of four reports of a small estate to a folder: `auditor FOLDER`. The tests of what auditors ask read it.

#[path = "../tests/it/sample.rs"]
#[expect(dead_code, clippy::unwrap_used, clippy::indexing_slicing, reason = "shared with the tests, and as short")]
mod sample;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    error::Error,
    fs,
    path::PathBuf,
};

use compliance_types::{
    choices::RemediationMode,
    resource::{Resource, ResourceIdentity},
    severity::Severity,
    time::Timestamp,
};
use functions_core::{
    compliance::Compliance,
    details::Details,
    remediation::{
        item::Step,
        listed::{Line, Listed},
        state::State,
    },
    waiver::{MAX_DAYS, Waiver, Waivers},
};
use functions_report::{
    collect,
    files::{self, File},
    findings_file,
    gathered::Gathered,
    input::{Context, Learned, Missing, RuleFacts},
    model::Report,
};

const ACCOUNT: &str = "111111111111";
const REGION: &str = "eu-central-1";
const TLS: &str = "s3-bucket-ssl-requests-only";
const VOLUMES: &str = "encrypted-volumes";
const BUCKET: &str = "AWS::S3::Bucket";
const VOLUME: &str = "AWS::EC2::Volume";

/// Rule, type and id of each resource, with its owner.
const RESOURCES: [(&str, &str, &str, &str); 7] = [
    (TLS, BUCKET, "orders", "shop-team"),
    (TLS, BUCKET, "invoices", "billing-team"),
    (TLS, BUCKET, "legacy-1", "data-team"),
    (TLS, BUCKET, "site", "web-team"),
    (VOLUMES, VOLUME, "vol-1", "shop-team"),
    (VOLUMES, VOLUME, "vol-2", "billing-team"),
    (VOLUMES, VOLUME, "vol-9", "data-team"),
];

/// Day of each run, and what does not comply.
const RUNS: [(&str, &[&str]); 4] = [
    ("2026-02-20", &["orders", "invoices", "legacy-1", "vol-1", "vol-9"]),
    ("2026-03-02", &["orders", "invoices", "legacy-1", "vol-1", "vol-9"]),
    ("2026-03-05", &["orders", "invoices", "legacy-1", "vol-1"]),
    ("2026-03-06", &["orders", "legacy-1", "vol-1", "vol-2"]),
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("expected a folder")?);
    fs::create_dir_all(&folder)?;
    let mut written: Vec<File> = Vec::new();
    for (day, bad) in RUNS {
        written = sample::files(&report(day, bad, &written)?);
    }
    for file in written {
        fs::write(folder.join(file.name), file.body)?;
    }
    Ok(())
}

fn report(day: &str, bad: &[&str], before: &[File]) -> Result<Report, Box<dyn Error>> {
    let mut gathered = Gathered::default();
    for (rule, resource_type, resource_id, _) in RESOURCES {
        let result = if bad.contains(&resource_id) { Compliance::NonCompliant } else { Compliance::Compliant };
        gathered
            .add(ResourceIdentity { account: ACCOUNT, region: REGION, resource_type, resource_id }, [(rule, result)]);
    }
    let of = |name: &str| before.iter().find(|file| file.name == name).map(|file| &file.body);
    let summary = of(files::SUMMARY).map(|body| files::read_summary(body)).transpose()?;
    let context = Context { resources: gathered.count(), ..context(day) };
    let mut comparing = collect::compare(context, gathered.settle(), summary);
    if let Some(body) = of(&findings_file(1)) {
        comparing.add_before(body)?;
    }
    comparing.learn(&learned());
    Ok(comparing.finish())
}

fn context(day: &str) -> Context {
    let rule = |severity, controls: &[&str], page: &str, document: Option<&str>| RuleFacts {
        severity,
        frameworks: [("pci-dss-4.0".to_owned(), controls.iter().map(|&one| one.to_owned()).collect())].into(),
        page: Some(format!("https://docs.aws.amazon.com/config/latest/developerguide/{page}.html")),
        remediation: document.map(str::to_owned),
    };
    let document = Some("AWSConfigRemediation-RestrictBucketSSLRequestsOnly");
    let legacy = Waiver {
        rule: Some(TLS.to_owned()),
        resource: Some("legacy-*".to_owned()),
        owner: "data-team".to_owned(),
        reason: "migration".to_owned(),
        expires: "2026-06-30".to_owned(),
        ticket: Some("SEC-1234".to_owned()),
        ..Waiver::default()
    };
    let password = "iam-password-policy";
    let at = Timestamp::from_unix_seconds(1_772_776_800);
    Context {
        run_id: format!("run-{day}"),
        time: format!("{day}T06:00:00Z"),
        region: REGION.to_owned(),
        rules: BTreeMap::from([
            (TLS.to_owned(), rule(Severity::High, &["4.2.1", "2.2.7"], TLS, document)),
            (VOLUMES.to_owned(), rule(Severity::Critical, &["3.5.1"], VOLUMES, None)),
            (password.to_owned(), rule(Severity::Medium, &["8.3.6"], password, None)),
        ]),
        missing: vec![Missing {
            identifier: "EKS_CLUSTER_OLDEST_SUPPORTED_VERSION".to_owned(),
            frameworks: BTreeMap::from([("pci-dss-4.0".to_owned(), vec!["6.3.3".to_owned()])]),
        }],
        manual: BTreeMap::from([("pci-dss-4.0".to_owned(), vec!["12.1.1".to_owned()])]),
        waivers: Waivers::on(&[legacy], day, MAX_DAYS),
        remediation: Some(remediation(&at)),
        ..Context::default()
    }
}

/// What remediation left: the change of a bucket waits for somebody.
fn remediation(at: &Timestamp) -> Listed {
    let step = |state, reason: &str| Step { state, at: at.clone(), by: "run-7".to_owned(), reason: reason.to_owned() };
    let waits = Line {
        id: "0123456789abcdef".to_owned(),
        rule: TLS.to_owned(),
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        resource: Resource { resource_type: BUCKET.to_owned(), resource_id: "orders".to_owned() },
        action: "s3-tls-only".to_owned(),
        mode: RemediationMode::Approve,
        state: State::AwaitingApproval,
        change: "deny requests without TLS".to_owned(),
        approval: Some("the owner is not known".to_owned()),
        steps: vec![step(State::Observed, "the finding is open"), step(State::AwaitingApproval, "")],
    };
    Listed {
        schema_version: 1,
        run_id: "run-7".to_owned(),
        at: at.clone(),
        stopped: None,
        states: BTreeMap::from([("awaiting approval".to_owned(), 1)]),
        left: BTreeMap::new(),
        total: 1,
        remediations: vec![waits],
    }
}

/// What AWS Config says of each resource and its result.
fn learned() -> Learned {
    let mut learned = Learned::default();
    for (rule, resource_type, resource_id, owner) in RESOURCES {
        let key = (ACCOUNT.to_owned(), REGION.to_owned(), resource_type.to_owned(), resource_id.to_owned());
        let arn = if resource_type == BUCKET {
            format!("arn:aws:s3:::{resource_id}")
        } else {
            format!("arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{resource_id}")
        };
        let tags = BTreeMap::from([("owner".to_owned(), owner.to_owned())]);
        learned.details.insert(key.clone(), Details { arn: Some(arn), name: None, tags });
        let reason =
            if rule == TLS { "The bucket policy admits requests without TLS" } else { "The volume is not encrypted" };
        learned.reasons.insert((rule.to_owned(), key), reason.to_owned());
        learned.explained.insert((rule.to_owned(), ACCOUNT.to_owned(), REGION.to_owned()));
    }
    learned.described = RESOURCES.iter().map(|(_, _, id, _)| (*id).to_owned()).collect::<BTreeSet<_>>();
    learned
}
