//! The test of the way through the topic.

use super::{account::Account, settled};

#[tokio::test(start_paused = true)]
async fn the_way_through_the_topic_is_tested_once() {
    let account = settled(&[]).await;
    let alarms = account.state.lock().unwrap().alarms.clone();
    assert_eq!(alarms.len(), 2);
    assert!(
        alarms[0].starts_with("ALARM ") && alarms[1].starts_with("OK ") && alarms[1].contains("run-0"),
        "{alarms:?}"
    );
    account.look("run-1", 10).await;
    account.look("run-2", 20).await;
    let state = account.state.lock().unwrap();
    assert_eq!((state.alarms.len(), state.queue.len(), state.published.len()), (2, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_schedule_that_is_slow_finds_the_message_and_one_that_is_too_slow_does_not_cry_wolf() {
    for days in [2, 7, 13, 14, 30] {
        let account = Account::new(&["a"]);
        account.look("run-0", 0).await;
        account.look("run-1", days * 24 * 60).await;
        account.look("run-2", 2 * days * 24 * 60).await;
        assert_eq!(account.kinds().iter().filter(|kind| *kind == "deliveryLost").count(), 0, "{days} days");
    }
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_does_not_come_is_told_once_and_tested_again() {
    let account = Account::new(&["a"]);
    account.state.lock().unwrap().deaf = true;
    account.look("run-0", 0).await;
    account.look("run-1", 2).await;
    assert_eq!(account.kinds(), ["summary"], "it may still come");
    account.look("run-2", 10).await;
    account.state.lock().unwrap().deaf = false;
    account.look("run-3", 20).await;
    assert_eq!(account.kinds(), ["summary", "deliveryLost"]);
    assert_eq!(account.state.lock().unwrap().alarms.len(), 6);
    account.look("run-4", 30).await;
    account.look("run-5", 40).await;
    assert_eq!(account.state.lock().unwrap().alarms.len(), 6, "it came");
}
