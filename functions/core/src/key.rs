//! Where everything lies in the report bucket.
//!
//! | object | key |
//! | --- | --- |
//! | configuration | `configuration/monitoring.json` |
//! | record of a run of processing | `reports/processing/<yyyy>/<mm>/<dd>/<account>/<region>/<run id>.json` |
//! | open findings that a run of processing has read and not yet confirmed | `reports/processing/state.json` |
//! | report of a run of aggregation | `reports/aggregation/<yyyy>/<mm>/<dd>/<account>/<region>/<run id>/<file>` |
//! | list of the reports | `reports/aggregation/index.html` |
//! | page of the last report | `reports/latest/index.html` |
//! | where the last report lies | `reports/aggregation/latest.json` |
//! | every report that is kept | `reports/aggregation/runs.json` |
//! | what a run of aggregation has learned of resources | `reports/aggregation/details.json` |
//! | what a run of aggregation has read and not yet reported | `reports/aggregation/state.json` |
//! | findings that Security Hub has | `reports/aggregation/security-hub.json` |
//! | history | `history/evaluations/`, see the crate `functions-history` |
//! | runbook | `runbooks/<name>.md`, see [`crate::runbook`] |
//! | results of queries over the history | `queries/` |
//! | page of all remediations | `ledger/remediation/index.html` |
//! | the remediations for the report | `ledger/remediation/remediations.json` |
//! | ledger entry | `ledger/<account>/<region>/<resource type>/<resource>/<rule>/<time>-<event id>.json` |
//!
//! Whatever comes from outside becomes one path segment of characters that are safe in an object key (Amazon S3 User
//! Guide, "Naming Amazon S3 objects"), or the SHA-256 of itself where it has others or is long: see [`segment`].

use crate::{
    contract::Handler,
    event::ComplianceChange,
    run::{Origin, Run},
    sha256,
};

/// Key of the configuration document.
pub const CONFIGURATION: &str = "configuration/monitoring.json";
/// Prefix of the configuration document: what a function may read.
pub const CONFIGURATION_PREFIX: &str = "configuration/";
/// Prefix of the records of runs: what processing and aggregation may write.
pub const REPORTS_PREFIX: &str = "reports/";
/// Prefix of the history: what aggregation may write beside its reports.
pub const HISTORY_PREFIX: &str = "history/evaluations/";
/// Prefix of what a query engine leaves of its queries.
pub const QUERIES_PREFIX: &str = "queries/";
/// Key of the page that lists the reports.
pub const REPORT_INDEX: &str = "reports/aggregation/index.html";
/// Key of the page of the last whole report, the same for every run.
pub const REPORT_PAGE: &str = "reports/latest/index.html";
/// Key of the document that says where the last whole report lies.
pub const REPORT_LATEST: &str = "reports/aggregation/latest.json";
/// Key of the document that names every report that is kept.
pub const REPORT_RUNS: &str = "reports/aggregation/runs.json";
/// Key of what a run of aggregation has learned of the resources of its findings.
pub const REPORT_DETAILS: &str = "reports/aggregation/details.json";
/// Key of what a run of aggregation has read and not yet reported.
pub const REPORT_STATE: &str = "reports/aggregation/state.json";
/// Key of the findings that Security Hub has.
pub const REPORT_SECURITY_HUB: &str = "reports/aggregation/security-hub.json";
/// Key of the open findings that a run of processing has read and not yet confirmed.
pub const PROCESSING_STATE: &str = "reports/processing/state.json";

/// The same of another region of the deployment.
#[must_use]
pub fn processing_state_in(region: &str) -> String {
    format!("reports/processing/state-{region}.json")
}

/// The same of an account and region that is read through the aggregator.
#[must_use]
pub fn processing_state_of(source: &Origin) -> String {
    processing_state_in(&format!("{}-{}", segment(&source.account), segment(&source.region)))
}
/// Key of the runbook that every finding's notice names.
pub const FINDING_RUNBOOK: &str = "runbooks/non-compliance.md";
/// Prefix of the ledger: what remediation may write.
pub const LEDGER_PREFIX: &str = "ledger/";

/// Longest text kept as it is. A ledger key has four free segments, and an object key has at most 1,024 bytes.
const LONGEST_SEGMENT: usize = 128;
/// Marks a segment that is a digest.
const DIGEST_MARK: &str = "sha256-";

/// The prefix under which `handler` writes.
#[must_use]
pub fn written_prefix(handler: Handler) -> String {
    match handler {
        Handler::Remediation => LEDGER_PREFIX.to_owned(),
        other => format!("{REPORTS_PREFIX}{}/", other.name()),
    }
}

/// Key of the record that one run of processing leaves. The same for every retry of the run.
#[must_use]
pub fn record(run: &Run) -> String {
    let place = place(run.time.date(), &run.origin, &run.id);
    format!("{}{place}.json", written_prefix(Handler::Processing))
}

/// What the keys of a report's files begin with. The same for every retry of the run.
#[must_use]
pub fn report(run: &Run) -> String {
    let place = place(run.time.date(), &run.origin, &run.id);
    format!("{}{place}/", written_prefix(Handler::Aggregation))
}

/// Where the page of a report lies, seen from the page that lists them; `time` begins with its day.
#[must_use]
pub fn report_page(time: &str, origin: &Origin, run_id: &str) -> String {
    format!("{}/index.html", place(time.get(..10).unwrap_or(time), origin, run_id))
}

fn place(day: &str, origin: &Origin, run_id: &str) -> String {
    let day: Vec<String> = day.split('-').map(segment).collect();
    format!("{}/{}/{}/{}", day.join("/"), segment(&origin.account), segment(&origin.region), segment(run_id))
}

/// Key of the ledger entry of one compliance change. The same for every delivery of the same event.
#[must_use]
pub fn ledger(change: &ComplianceChange) -> String {
    format!(
        "{LEDGER_PREFIX}{}/{}/{}/{}/{}/{}-{}.json",
        segment(&change.account),
        segment(&change.region),
        segment(&change.resource_type.replace("::", ".")),
        segment(&change.resource_id),
        segment(&change.rule),
        change.time.compact(),
        segment(&change.event_id)
    )
}

/// `text` as one path segment: itself if it has 1 to 128 characters of `A-Z a-z 0-9 . _ -` (and is neither dots alone nor
/// looks like a digest), else `sha256-` and its SHA-256 in hexadecimal. Two texts never share a segment.
#[must_use]
pub fn segment(text: &str) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let kept = (1..=LONGEST_SEGMENT).contains(&text.len())
        && text.bytes().all(safe)
        && text.bytes().any(|byte| byte != b'.')
        && !text.starts_with(DIGEST_MARK);
    if kept { text.to_owned() } else { format!("{DIGEST_MARK}{}", sha256::hex(text.as_bytes())) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{event::tests::change, run::tests::run};

    #[test]
    fn records_and_reports_lie_by_handler_day_account_and_region() {
        let place = "2026/03/04/123456789012/eu-central-1/6f1f0c1e-0000-4000-8000-000000000001";
        let run = run();
        assert_eq!(record(&run), format!("reports/processing/{place}.json"));
        assert_eq!(report(&run), format!("reports/aggregation/{place}/"));
        assert_eq!(report_page(run.time.as_str(), &run.origin, &run.id), format!("{place}/index.html"));
    }

    #[test]
    fn the_list_of_reports_links_to_their_pages() {
        let (run, folder) = (run(), REPORT_INDEX.strip_suffix("index.html").unwrap());
        let page = report_page(run.time.as_str(), &run.origin, &run.id);
        assert_eq!(format!("{folder}{page}"), format!("{}index.html", report(&run)));
    }

    #[test]
    fn a_ledger_entry_lies_by_account_region_resource_rule_and_event() {
        assert_eq!(
            ledger(&change()),
            "ledger/123456789012/eu-central-1/AWS.S3.Bucket/my-bucket/s3-bucket-encryption-enabled/\
             20260304T050607Z-aaaaaaaa-0000-4000-8000-000000000002.json"
        );
    }

    #[test]
    fn each_handler_writes_under_its_own_prefix() {
        assert!(record(&run()).starts_with(&written_prefix(Handler::Processing)));
        for key in
            [report(&run()).as_str(), REPORT_INDEX, REPORT_LATEST, REPORT_RUNS, REPORT_STATE, REPORT_SECURITY_HUB]
        {
            assert!(key.starts_with(&written_prefix(Handler::Aggregation)), "{key}");
        }
        assert!(ledger(&change()).starts_with(&written_prefix(Handler::Remediation)));
    }

    #[test]
    fn the_configuration_lies_under_its_prefix() {
        assert!(CONFIGURATION.starts_with(CONFIGURATION_PREFIX));
    }

    #[test]
    fn texts_that_could_leave_their_segment_become_digests() {
        for text in ["", ".", "..", "a/b", "arn:aws:iam::1:role/x", "ü", "a b", "sha256-00"] {
            assert!(segment(text).starts_with(DIGEST_MARK), "{text}");
        }
        assert_eq!(segment("i-0abc"), "i-0abc");
    }

    proptest! {
        #[test]
        fn a_segment_is_one_safe_short_path_segment(text in ".*") {
            let segment = segment(&text);
            prop_assert!((1..=LONGEST_SEGMENT).contains(&segment.len()));
            prop_assert!(segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)));
        }

        #[test]
        fn different_texts_have_different_segments(left in ".{0,8}", right in ".{0,8}") {
            prop_assert_eq!(segment(&left) == segment(&right), left == right);
        }
    }
}
