//! Whether there is room for rules, packs and runs, and whether what rules look at is recorded.

use super::*;

#[test]
fn case_16_what_an_account_cannot_reserve_is_refused_with_the_nearest() {
    let look = |limit: u32, unreserved: u32| Look { concurrency: Some(Concurrency { limit, unreserved }), ..good() };
    let asking = |runs: u32| {
        let path = ["functions", "reservedConcurrency"].into();
        LookRequest { concurrency: Some(PlannedConcurrency { path, functions: 3, runs, least: 2 }), ..request() }
    };
    for (limit, unreserved, runs, severity, part) in [
        (10, 10, 2, "Error", "may have 10 concurrent runs"),
        (10, 10, 2, "Error", "leave it out, or ask for a higher quota"),
        (50, 50, 20, "Error", "nearest: `13`"),
        (1000, 1000, 400, "Error", "nearest: `300`"),
        (1000, 103, 2, "Warning", "103 unreserved"),
    ] {
        let said = told(&look(limit, unreserved), &asking(runs)).join("\n");
        assert!(said.contains(&format!("{severity} functions.reservedConcurrency: ")) && said.contains(part), "{said}");
    }
    for (limit, unreserved, runs) in [(1000, 900, 2), (50, 44, 2), (16, 16, 2)] {
        let said = told(&look(limit, unreserved), &asking(runs)).join("\n");
        assert!(!said.contains("reservedConcurrency"), "{said}");
    }
}

#[test]
fn rules_that_look_at_what_is_not_recorded() {
    let only = |types: &[&str]| {
        let resource_types = types.iter().map(|kind| (*kind).to_owned()).collect();
        with_recorder(|recorder| recorder.records = Some(Recorded::Only { resource_types }))
    };
    let compliance = "AWS::Config::ResourceCompliance";
    let look = only(&["AWS::IAM::User", compliance]);
    expect(
        &look,
        &request(),
        "Warning rules.baseline: the rule `ebs-volumes-encrypted` looks at `AWS::EC2::Volume`",
        &["the recorder `default` does not record: it has no results"],
    );
    let look = with_recorder(|recorder| recorder.records = Some(Recorded::All { global_types: false }));
    expect(&look, &request(), "Warning rules.managed[0].name:", &["`AWS::IAM::User`"]);
    let resource_types = vec!["AWS::EC2::Volume".to_owned()];
    let look = with_recorder(|recorder| recorder.records = Some(Recorded::AllExcept { resource_types }));
    expect(&look, &request(), "Warning rules.baseline:", &[]);
    let look = only(&["AWS::IAM::User", "AWS::EC2::Volume"]);
    expect(&look, &request(), "Warning :", &[compliance, "reports stay empty"]);
    let mut periodic = request();
    periodic.rules.iter_mut().for_each(|rule| rule.change_triggered = false);
    assert_eq!(told(&only(&[compliance]), &periodic).len(), 1, "a periodic rule needs no recording");
    let mut several = request();
    several.rules[0].resource_types.push("AWS::IAM::User".into());
    expect(&only(&["AWS::IAM::User", compliance]), &several, "Warning rules.baseline:", &["does not see these"]);
}

#[test]
fn rules_that_look_at_what_is_recorded_daily() {
    let daily = |types: &[&str], frequency| FrequencyOverride {
        resource_types: types.iter().map(|kind| (*kind).to_owned()).collect(),
        frequency,
    };
    let look = with_recorder(|r| r.overrides = vec![daily(&["AWS::EC2::Volume"], RecordingFrequency::Daily)]);
    expect(&look, &request(), "Warning rules.baseline:", &["`AWS::EC2::Volume`, recorded daily by `default`"]);
    let look = with_recorder(|recorder| {
        recorder.frequency = Some(RecordingFrequency::Daily);
        recorder.overrides = vec![daily(&["AWS::EC2::Volume"], RecordingFrequency::Continuous)];
    });
    expect(&look, &request(), "Warning rules.managed[0].name:", &["`AWS::IAM::User`, recorded daily"]);
}

#[test]
fn the_quota_counts_what_is_new() {
    let full = |used| Look { rules: Some(RuleCount { used, allowed: 1000 }), ..good() };
    assert_eq!(told(&full(998), &request()).len(), 1);
    expect(&full(999), &request(), "Error rules: 2 new rules do not fit", &["999 of the 1000", "higher quota"]);
    let ours = tags(OWNER_TAG, "audit/prod/compliance");
    let again = Look { namesakes: vec![namesake(NamesakeKind::Rule, "users", ours)], ..full(999) };
    assert_eq!(told(&again, &request()).len(), 1, "what is there already needs no room");
    expect(&full(1003), &request(), "Error rules:", &["1003 of the 1000"]);
}

#[test]
fn rules_of_packs_count_and_are_there_where_their_pack_is() {
    let full = |used| Look { rules: Some(RuleCount { used, allowed: 1000 }), ..good() };
    let mut request = request();
    request.rules.iter_mut().for_each(|rule| rule.pack = Some("compliance-cis".into()));
    expect(&full(999), &request, "Error rules: 2 new rules do not fit", &[]);
    let ours = tags(OWNER_TAG, "audit/prod/compliance");
    let again = Look { namesakes: vec![namesake(NamesakeKind::ConformancePack, "compliance-cis", ours)], ..full(1000) };
    assert_eq!(told(&again, &request).len(), 1, "what is there already needs no room");
}

#[test]
fn packs_have_a_quota_of_their_own() {
    let full = |used| Look { conformance_packs: Some(RuleCount { used, allowed: 50 }), ..good() };
    assert_eq!(told(&full(49), &request()).len(), 1);
    assert_eq!(
        told(&full(50), &request()),
        [
            "Error frameworks[0].deployAs: 1 new conformance packs do not fit: account 111122223333 has 50 of the 50 that AWS \
             allows in eu-west-1; deploy frameworks as `rules`, or remove packs"
        ]
    );
    let ours = tags(OWNER_TAG, "audit/prod/compliance");
    let again = Look { namesakes: vec![namesake(NamesakeKind::ConformancePack, "compliance-cis", ours)], ..full(50) };
    assert_eq!(told(&again, &request()).len(), 1, "what is there already needs no room");
}
