//! The files a run leaves.

use functions_report::{
    files::{PAGE_BYTES, runs_page},
    input::Before,
};

use crate::sample::{MARKUP, body, files, run, two_runs};

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
fn a_run_without_results_says_so() {
    let files = files(&run("run-1", "2026-03-04T00:00:00Z", 0, false, Before::default()));
    let page = text(&files, "index.html");
    for words in [
        "No rule has judged a resource yet.",
        "This is the first run",
        "has never reported",
        "No resource breaks a rule.",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert_eq!(text(&files, "findings.csv").lines().count(), 1);
}

#[test]
fn a_name_that_is_markup_stays_a_name() {
    let report = two_runs(40);
    assert!(report.findings.iter().any(|finding| &*finding.resource_id == MARKUP));
    for file in files(&report).iter().filter(|file| file.name.ends_with(".html")) {
        let page = std::str::from_utf8(&file.body).unwrap();
        assert_eq!(page.matches("<script").count(), 1, "{}", file.name);
        assert!(!page.contains("<lake>"));
    }
}

#[test]
fn a_hundred_thousand_resources_make_pages_within_their_bound() {
    let report = run("run-1", "2026-03-04T00:00:00Z", 100_000, false, Before::default());
    let files = files(&report);
    let pages: Vec<_> = files.iter().filter(|file| file.name.ends_with(".html")).collect();
    assert!(pages.len() > 3);
    let index = text(&files, "index.html");
    for page in &pages {
        assert!(page.body.len() <= PAGE_BYTES, "{}: {}", page.name, page.body.len());
        assert!(page.name == "index.html" || index.contains(&format!("href=\"{}\"", page.name)), "{}", page.name);
    }
    let rows: usize =
        pages.iter().map(|page| std::str::from_utf8(&page.body).unwrap().matches("AWS::EC2::Volume").count()).sum();
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
    assert_eq!(names, ["findings.csv", "rules.csv", "report.json", "index.html", "summary.json"]);
}

#[test]
fn the_index_lists_the_runs_the_newest_first() {
    let file = runs_page(&two_runs(40).trend, |run| format!("{}/index.html", run.run_id)).unwrap();
    let page = String::from_utf8(file.body).unwrap();
    assert!(page.find("run-2/index.html").unwrap() < page.find("run-1/index.html").unwrap());
}
