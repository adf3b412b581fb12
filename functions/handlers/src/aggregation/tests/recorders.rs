//! Whether the configuration recorders of a deployment record.

use serde_json::json;

use super::account::recorder;
use crate::{
    aggregation::recording,
    config_reads::ConfigReads,
    tests::support::{self, Answer, FakeAws, invocation},
};

#[tokio::test(start_paused = true)]
async fn a_recorder_that_is_not_there_or_stands_still_or_fails_counts_as_stopped() {
    for (status, stopped) in [
        (recorder(true, "SUCCESS"), false),
        (recorder(true, "PENDING"), false),
        (recorder(true, "FAILURE"), true),
        (recorder(false, "SUCCESS"), true),
        (json!({ "ConfigurationRecordersStatus": [] }).to_string(), true),
    ] {
        let aws = FakeAws::start(move |_| (200, status.clone()));
        let config = ConfigReads::new(support::clients(&aws).config);
        assert_eq!(recording::is_stopped(&config).await.unwrap(), stopped, "{:?}", aws.operations());
    }
}

/// A deployment over `us-east-1`, too, whose recorder answers `there`.
async fn stopped_with(there: Answer) -> Option<bool> {
    let aws = FakeAws::start(move |request| match request.headers.get("authorization") {
        Some(signed) if signed.contains("/us-east-1/") => there.clone(),
        _ => (200, recorder(true, "SUCCESS")),
    });
    let config = ConfigReads::new(support::clients(&aws).config);
    recording::any_stopped(&config, ["us-east-1"].into_iter(), &invocation().run).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_recorder_that_is_stopped_in_another_region_counts_as_stopped() {
    assert_eq!(stopped_with((200, recorder(false, "SUCCESS"))).await, Some(true));
    assert_eq!(stopped_with((200, recorder(true, "SUCCESS"))).await, Some(false));
}

#[tokio::test(start_paused = true)]
async fn a_region_that_does_not_answer_ends_no_report() {
    let refused = json!({ "__type": "UnrecognizedClientException", "message": "no" }).to_string();
    assert_eq!(stopped_with((400, refused)).await, Some(false));
}

#[tokio::test(start_paused = true)]
async fn finding_4_a_denied_read_of_the_recorder_is_unknown_and_ends_no_report() {
    for code in ["AccessDeniedException", "AccessDenied"] {
        let body = json!({ "__type": code, "message": "User is not authorized" }).to_string();
        let aws = FakeAws::start(move |_| (400, body.clone()));
        let config = ConfigReads::new(support::clients(&aws).config);
        assert!(recording::is_stopped(&config).await.unwrap_err().is_refusal(), "{code}");
    }
}
