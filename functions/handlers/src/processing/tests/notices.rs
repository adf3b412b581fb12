//! Which message a transition is sent in: that of the digest, or that of a route.

use compliance_types::{choices::DigestPeriod, severity::Severity};
use functions_core::configuration::{MonitoringConfiguration, Notices, Route};
use serde_json::json;

use super::{
    BAD, GOOD,
    account::{Account, entry},
};

#[tokio::test(start_paused = true)]
async fn a_digest_gathers_until_its_time_and_tells_everything_once() {
    let notices = Notices { digest: DigestPeriod::Daily, ..Notices::default() };
    let account = Account::with(MonitoringConfiguration::new([entry("a")]).unwrap().with_notices(notices));
    account.judge("a", &[("x", GOOD), ("y", GOOD)]);
    account.settle().await;
    assert_eq!(account.kinds(), ["summary"], "a summary does not wait");
    account.judge("a", &[("x", BAD), ("y", GOOD)]);
    account.look("run-1", 1).await;
    assert_eq!(account.told(), ["nonCompliant x"], "the first digest is due at once");
    account.judge("a", &[("x", GOOD), ("y", BAD)]);
    account.look("run-2", 60).await;
    account.judge("a", &[("x", GOOD), ("y", GOOD)]);
    account.look("run-3", 120).await;
    assert_eq!(account.told().len(), 1);
    let digest = json!({ "trigger": "digest" });
    assert_eq!(account.run(&digest, "run-4", 1_400).await.unwrap(), json!({ "notices": 0 }));
    assert_eq!(account.run(&digest, "run-5", 1_441).await.unwrap(), json!({ "notices": 1 }));
    let mut told = account.told();
    told.sort();
    assert_eq!(told, ["fixed x", "fixed y", "nonCompliant x", "nonCompliant y"]);
    assert_eq!(account.entries("held/"), 0);
    assert_eq!(account.run(&digest, "run-6", 2_900).await.unwrap(), json!({ "notices": 0 }), "nothing, so no message");
}

#[tokio::test(start_paused = true)]
async fn a_route_gets_a_message_of_its_own() {
    let route = Route { severities: vec![Severity::Critical], ..Route::default() };
    let notices = Notices { routes: [("soc".to_owned(), route)].into(), ..Notices::default() };
    let mut critical = entry("a");
    critical.severity = Severity::Critical;
    let account = Account::with(MonitoringConfiguration::new([critical, entry("b")]).unwrap().with_notices(notices));
    account.judge("a", &[("x", GOOD)]);
    account.judge("b", &[("x", GOOD)]);
    account.settle().await;
    account.judge("a", &[("x", BAD)]);
    account.judge("b", &[("x", BAD)]);
    account.look("run-1", 1).await;
    let mut rules: Vec<_> = account.messages()[1..]
        .iter()
        .map(|message| message["transitions"][0]["rule"].as_str().unwrap().to_owned())
        .collect();
    rules.sort();
    assert_eq!(rules, ["a", "b"], "a message each");
}
