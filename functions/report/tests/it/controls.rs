//! Frameworks by control: which resources fail one, what is not assessed, and what is waived.

use std::collections::BTreeMap;

use compliance_types::resource::ResourceIdentity;
use functions_core::{
    compliance::Compliance,
    waiver::{MAX_DAYS, Waiver, Waivers},
};
use functions_report::{
    files::{File, PAGE_BYTES},
    gathered::Gathered,
    input::{Context, Elsewhere},
    model::{Control, Report, State},
};
use proptest::prelude::*;

use crate::sample::{context, files, report};

const TIME: &str = "2026-03-04T00:00:00Z";
const RULES: [&str; 3] = ["ebs-volumes-encrypted", "rds-backup-retention-enabled", "s3-bucket-encryption-enabled"];

/// Results by rule and number of the resource.
type Results = BTreeMap<(usize, u8), Compliance>;

fn results() -> impl Strategy<Value = Results> {
    let result = proptest::sample::select(Compliance::ALL.to_vec());
    proptest::collection::btree_map((0..RULES.len(), 0..12_u8), result, 0..30)
}

fn gathered(results: &Results) -> Gathered {
    let mut gathered = Gathered::default();
    for ((rule, number), result) in results {
        let resource_id = format!("vol-{number}");
        let resource = ResourceIdentity {
            account: "111111111111",
            region: "eu-central-1",
            resource_type: "AWS::EC2::Volume",
            resource_id: &resource_id,
        };
        gathered.add(resource, [(RULES[*rule], *result)]);
    }
    gathered
}

/// Accepts what the rule on volumes finds at `vol-1` and `vol-1*`.
fn waived() -> Context {
    let waiver = Waiver {
        rule: Some(RULES[0].to_owned()),
        resource: Some("vol-1*".to_owned()),
        owner: "data-team".to_owned(),
        reason: "migration".to_owned(),
        expires: "2026-06-30".to_owned(),
        ..Waiver::default()
    };
    Context { waivers: Waivers::on(&[waiver], "2026-03-04", MAX_DAYS), ..context("1", TIME) }
}

fn control<'a>(report: &'a Report, framework: &str, id: &str) -> &'a Control {
    let framework = report.frameworks.iter().find(|one| one.id == framework).unwrap();
    framework.controls.iter().find(|one| one.id == id).unwrap()
}

fn page<'a>(files: &'a [File], name: &str) -> &'a str {
    let file = files.iter().find(|file| file.name == name).unwrap();
    std::str::from_utf8(&file.body).unwrap()
}

proptest! {
    #[test]
    fn counts_of_controls_equal_a_recount(results in results()) {
        let report = report(waived(), gathered(&results), &[]);
        let counted = |is: fn(&(usize, u8), Compliance) -> bool| {
            results.iter().filter(|((rule, number), result)| *rule == 0 && is(&(*rule, *number), **result)).count() as u64
        };
        let is_waived = |key: &(usize, u8)| key.1 == 1 || key.1 >= 10;
        let bad = counted(|_, result| result == Compliance::NonCompliant);
        let covered = results.iter().filter(|(key, result)| key.0 == 0 && is_waived(key) && **result == Compliance::NonCompliant);
        let covered = covered.count() as u64;
        let good = counted(|_, result| result == Compliance::Compliant);
        for (framework, id) in [("HIPAA", "164.312(a)(2)(iv)"), ("PCI DSS", "3.5.1")] {
            let control = control(&report, framework, id);
            prop_assert_eq!((control.evaluated, control.failing, control.waived), (bad + good, bad - covered, covered));
            let state = match (bad - covered, covered, good) {
                (1.., _, _) => State::Failing,
                (0, 1.., _) => State::Waived,
                (0, 0, 1..) => State::Compliant,
                (0, 0, 0) => State::Silent,
            };
            prop_assert_eq!(control.state, state);
        }
        let files = files(&report);
        let rows = |name: &str, id: &str| {
            page(&files, name).split(&format!("id=\"{id}-t\"")).nth(1).map_or(0, |table| {
                table.split("</table>").next().unwrap_or_default().matches("AWS::EC2::Volume").count() as u64
            })
        };
        prop_assert_eq!(rows("framework-hipaa.html", "evidence"), bad - covered);
        prop_assert_eq!(rows("framework-hipaa.html", "waived"), covered);
    }
}

#[test]
fn a_page_answers_which_resources_fail_a_control_what_is_not_assessed_and_what_is_waived_until_when() {
    let results = [((0, 2), Compliance::NonCompliant), ((0, 1), Compliance::NonCompliant)].into();
    let files = files(&report(waived(), gathered(&results), &[]));
    let page_of = page(&files, "framework-pci-dss.html");
    for row in [
        "<td>3.5.1</td><td class=\"bad\" data-key=\"0\">fails</td><td>ebs-volumes-encrypted</td><td class=\"n\" data-key=\"2\">2</td>\
         <td class=\"n\" data-key=\"1\">1</td><td class=\"n\" data-key=\"1\">1</td>",
        "<td>6.3.3</td><td data-key=\"1\">not assessed</td><td><small>not offered in this region: EKS_CLUSTER_OLDEST_SUPPORTED_VERSION</small></td>",
        "<td>no control named</td><td data-key=\"2\">no results</td><td>s3-bucket-encryption-enabled</td>",
        "<td>3.5.1</td><td class=\"sev-high\" data-key=\"1\"><b>high</b></td><td>vol-2<small>AWS::EC2::Volume</small></td>",
    ] {
        assert!(page_of.contains(row), "{row}");
    }
    let waived = page_of.split("id=\"waived\"").nth(1).unwrap();
    assert!(
        waived.contains("<td>vol-1<small>") && waived.contains("2026-06-30") && waived.contains("data-team"),
        "{waived}"
    );
    let page_of = page(&files, "framework-hipaa.html");
    assert!(page_of.contains("<td>164.310</td><td data-key=\"3\">manual</td>"), "{page_of}");
    let index = page(&files, "index.html");
    assert!(index.contains("<a href=\"framework-pci-dss.html\">PCI DSS</a>"), "the report links the page");
}

#[test]
fn control_whose_every_failing_resource_is_waived_does_not_pass_silently() {
    let results = [((0, 1), Compliance::NonCompliant), ((0, 2), Compliance::Compliant)].into();
    let report = report(waived(), gathered(&results), &[]);
    assert_eq!(control(&report, "HIPAA", "164.312(a)(2)(iv)").state, State::Waived);
    let framework = report.frameworks.iter().find(|one| one.id == "HIPAA").unwrap();
    assert_eq!((framework.waived, framework.compliant, framework.failing), (1, 0, 0));
    assert!(page(&files(&report), "framework-hipaa.html").contains("passes with waivers"));
}

#[test]
fn framework_page_of_many_findings_stays_within_its_bound_and_names_the_file_with_all() {
    let mut gathered = Gathered::default();
    for number in 0..20_000 {
        let resource_id = format!("vol-{number:06}");
        let resource = ResourceIdentity {
            account: "1",
            region: "a",
            resource_type: "AWS::EC2::Volume",
            resource_id: &resource_id,
        };
        gathered.add(resource, [(RULES[0], Compliance::NonCompliant)]);
    }
    let files = files(&report(context("1", TIME), gathered, &[]));
    let page = page(&files, "framework-hipaa.html");
    assert!(page.len() <= PAGE_BYTES, "{}", page.len());
    assert!(page.contains("of 20\u{202f}000; findings.csv and its further parts have all of them"));
}

#[test]
fn journey_18_rule_that_the_region_does_not_offer_is_said_to_be_so() {
    let context = Context { region: "eu-central-2".to_owned(), ..context("1", TIME) };
    let files = files(&report(context, Gathered::default(), &[]));
    let index = page(&files, "index.html");
    assert!(index.contains("<td data-key=\"1\">not offered in eu-central-2</td><td>6.3.3</td>"), "{index}");
    let page = page(&files, "framework-pci-dss.html");
    assert!(page.contains("not offered in eu-central-2: EKS_CLUSTER_OLDEST_SUPPORTED_VERSION"), "{page}");
}

#[test]
fn rules_that_another_region_does_not_evaluate_are_listed_with_the_reason() {
    let elsewhere = Elsewhere {
        region: "us-east-1".to_owned(),
        at_home: vec!["IAM_PASSWORD_POLICY".to_owned()],
        function_at_home: vec!["own-function".to_owned()],
        not_offered: vec!["ELB_LOGGING_ENABLED".to_owned()],
    };
    let context = Context { region: "eu-west-1".to_owned(), elsewhere: vec![elsewhere], ..context("1", TIME) };
    let files = files(&report(context, Gathered::default(), &[]));
    let index = page(&files, "index.html");
    assert!(index.contains("Rules that other regions do not evaluate"), "{index}");
    for row in [
        "<td>us-east-1</td><td>IAM_PASSWORD_POLICY</td><td>assessed in eu-west-1</td>",
        "<td>us-east-1</td><td>ELB_LOGGING_ENABLED</td><td>not assessed: not offered there</td>",
        "<td>us-east-1</td><td>own-function</td><td>not assessed: its function is in eu-west-1</td>",
    ] {
        assert!(index.contains(row), "{index}");
    }
}

#[test]
fn journey_9_framework_without_a_published_control_mapping_says_so() {
    let mut context = context("1", TIME);
    for facts in context.rules.values_mut() {
        facts.frameworks = [("soc-2".to_owned(), std::collections::BTreeSet::new())].into();
    }
    let files = files(&report(context, Gathered::default(), &[]));
    assert!(page(&files, "framework-soc-2.html").contains("<td>control mapping not published</td>"));
    let index = page(&files, "index.html");
    let row = index.split("<td>soc-2</td><td>ebs-volumes-encrypted</td>").nth(1).unwrap();
    assert!(row.split("</tr>").next().unwrap().contains("control mapping not published"), "{row}");
}
