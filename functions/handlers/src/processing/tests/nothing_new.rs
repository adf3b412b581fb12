//! A run in which nothing is new: how often it asks AWS, whichever service.

use std::collections::BTreeMap;

use super::{BAD, GOOD, account::Account};

/// Calls of any service that such a run may make.
const CALLS: usize = 20;

/// What a later run asks for, by operation, in an account with so many rules, of which so many have an open finding each.
async fn calls(rules: usize, findings: usize) -> BTreeMap<String, usize> {
    let names: Vec<String> = (0..rules).map(|number| format!("rule-{number:03}")).collect();
    let account = Account::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    account.state.lock().unwrap().rows = 100;
    for (number, name) in names.iter().enumerate() {
        let verdict = if number < findings { BAD } else { GOOD };
        account.judge(name, &[(&format!("bucket-{number}"), verdict)]);
    }
    account.settle().await;
    account.look("earlier", 360).await;
    let (before, told) = (account.operations().len(), account.messages().len());
    account.look("later", 720).await;
    assert_eq!(account.messages().len(), told, "nothing is new");
    let mut made = BTreeMap::new();
    for operation in account.operations().split_off(before) {
        *made.entry(operation).or_default() += 1;
    }
    made
}

#[tokio::test(start_paused = true)]
async fn run_with_nothing_new_makes_at_most_20_calls_of_any_service() {
    for (rules, findings) in [(3, 0), (7, 7), (100, 0), (100, 100)] {
        let made = calls(rules, findings).await;
        assert!(made.values().sum::<usize>() <= CALLS, "{rules} rules, {findings} findings: {made:?}");
        assert!(made.contains_key("DescribeComplianceByConfigRule"), "it looks at the rules: {made:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_of_a_run_with_nothing_new_grow_with_pages_and_not_with_rules_or_findings() {
    let few = calls(25, 20).await;
    let many = calls(100, 80).await;
    let more = |name: &str| many.get(name).copied().unwrap_or(0) - few.get(name).copied().unwrap_or(0);
    assert_eq!(more("DescribeComplianceByConfigRule"), 3, "25 rules a call: {many:?}");
    let all = |made: &BTreeMap<String, usize>| made.values().sum::<usize>();
    assert_eq!(all(&many) - all(&few), 3, "{few:?} {many:?}");
    for detail in ["GetComplianceDetailsByConfigRule", "GetComplianceDetailsByResource", "TransactWriteItems"] {
        assert!(!many.contains_key(detail), "{detail}: {many:?}");
    }
}
