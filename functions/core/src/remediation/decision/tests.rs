//! Decisions: as they were shown, in time, once, and by two people where the settings say so.

use super::*;
use crate::{
    remediation::{item::tests::planned, settings::RuleSettings},
    run::tests::run,
};

fn settings(mode: Mode, four_eyes: bool) -> Settings {
    let rule = RuleSettings { action: "s3-public-access-block".to_owned(), mode, ..RuleSettings::default() };
    Settings { four_eyes, rules: [("a".to_owned(), rule)].into(), ..Settings::default() }
}

fn waiting() -> Item {
    planned("b", Mode::Approve).after(Event::AskApproval, &run().time, "r", "").unwrap()
}

fn hours_later(hours: u64) -> Timestamp {
    Timestamp::from_unix_seconds(run().time.unix_seconds() + hours * 3_600)
}

fn approval(item: &Item, at: &Timestamp) -> Decision {
    let digest = item.plan.as_ref().unwrap().digest();
    Decision { wish: Wish::Approve, digest, round: item.round, at: at.clone(), reason: String::new() }
}

fn stored(decided: Result<Decided, String>) -> Item {
    match decided {
        Ok(Decided::Store(item)) => item,
        other => panic!("{other:?}"),
    }
}

#[test]
fn plan_is_approved_as_it_was_shown_in_time_and_in_a_mode_that_acts() {
    let item = waiting();
    let decided = |item: &Item, decision: &Decision, mode, hours: u64| {
        let now = hours_later(hours);
        decide(item, &Decision { at: now.clone(), ..decision.clone() }, "p", &settings(mode, false), &now)
    };
    let approval = |item: &Item| approval(item, &run().time);
    let next = stored(decided(&item, &approval(&item), Mode::Approve, 71));
    assert_eq!((next.state, next.approved_by.as_deref()), (State::Approved, Some("p")));
    for (decision, mode, hours, reason) in [
        (approval(&item), Mode::DryRun, 0, "has mode `dryRun`"),
        (approval(&item), Mode::Off, 0, "has mode `off`"),
        (approval(&item), Mode::Approve, 72, "has expired"),
        (Decision { round: 2, ..approval(&item) }, Mode::Approve, 0, "another plan"),
        (Decision { digest: "x".to_owned(), ..approval(&item) }, Mode::Approve, 0, "another plan"),
        (Decision { wish: Wish::Undo, ..approval(&item) }, Mode::Approve, 0, "nothing to undo"),
    ] {
        let error = decided(&item, &decision, mode, hours).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
    let planned = planned("b", Mode::DryRun);
    assert!(decided(&planned, &approval(&planned), Mode::Approve, 0).is_err(), "a dry run is not approved");
    let rejected = stored(decided(&item, &Decision { wish: Wish::Reject, ..approval(&item) }, Mode::Approve, 0));
    assert_eq!(rejected.state, State::Rejected);
}

#[test]
fn decision_is_followed_once_and_in_its_time_alone() {
    let (item, settings) = (waiting(), settings(Mode::Approve, false));
    let decision = approval(&item, &run().time);
    let followed = stored(decide(&item, &decision, "p", &settings, &run().time));
    // However the remediation came to wait again in the same round.
    let again = Item { state: State::AwaitingApproval, ..followed };
    let error = decide(&again, &decision, "p", &settings, &run().time).unwrap_err();
    assert!(error.contains("was followed before"), "{error}");
    // Somebody else's decision, and a newer one, are others.
    assert!(decide(&again, &decision, "q", &settings, &run().time).is_ok());
    let newer = approval(&item, &hours_later(1));
    assert!(decide(&again, &newer, "p", &settings, &hours_later(1)).is_ok());

    let undone = Decision { wish: Wish::Undo, ..decision };
    let fixed = Item { state: State::Fixed, acted_at: Some(run().time), ..item };
    assert!(matches!(decide(&fixed, &undone, "p", &settings, &hours_later(71)), Ok(Decided::Undo(_))));
    let error = decide(&fixed, &undone, "p", &settings, &hours_later(72)).unwrap_err();
    assert!(error.contains("expire after 72 hours"), "{error}");
    let ahead = Decision { at: hours_later(1), ..undone };
    assert!(decide(&fixed, &ahead, "p", &settings, &run().time).unwrap_err().contains("in the future"));
}

#[test]
fn age_of_an_approved_change_counts_from_its_approval() {
    let (item, settings) = (waiting(), settings(Mode::Approve, false));
    assert!(!is_expired(&item, &settings, &hours_later(71)) && is_expired(&item, &settings, &hours_later(72)));
    let late = hours_later(71);
    let approved = stored(decide(&item, &approval(&item, &late), "p", &settings, &late));
    assert!(!is_expired(&approved, &settings, &hours_later(71 + 71)));
    assert!(is_expired(&approved, &settings, &hours_later(71 + 72)));
}

#[test]
fn with_four_eyes_two_people_must_approve() {
    let (item, settings, now) = (waiting(), settings(Mode::Approve, true), run().time);
    let once = stored(decide(&item, &approval(&item, &now), "p", &settings, &now));
    assert_eq!((once.state, once.requested_by.as_deref()), (State::AwaitingApproval, Some("p")));
    let later = hours_later(1);
    let error = decide(&once, &approval(&once, &later), "p", &settings, &later).unwrap_err();
    assert!(error.contains("somebody else"), "{error}");
    assert_eq!(stored(decide(&once, &approval(&once, &later), "q", &settings, &later)).state, State::Approved);
}

#[test]
fn with_four_eyes_two_people_must_undo() {
    let (settings, now) = (settings(Mode::Approve, true), run().time);
    let fixed = Item { state: State::Fixed, acted_at: Some(now.clone()), ..waiting() };
    let undo = Decision { wish: Wish::Undo, ..approval(&fixed, &now) };
    let once = stored(decide(&fixed, &undo, "p", &settings, &now));
    assert_eq!((once.state, once.undo_requested_by.as_deref()), (State::Fixed, Some("p")));
    let again = Decision { at: hours_later(1), ..undo.clone() };
    assert!(decide(&once, &again, "p", &settings, &hours_later(1)).unwrap_err().contains("somebody else"));
    assert!(matches!(decide(&once, &undo, "q", &settings, &now), Ok(Decided::Undo(_))));
}

#[test]
fn two_sessions_of_a_role_are_one_person_unless_the_settings_trust_their_names() {
    let strict = settings(Mode::Approve, true);
    let trusting = Settings { trust_session_names: true, ..strict.clone() };
    for (one, other, strictly, trustingly) in [
        ("AROAX:alice", "AROAX:bob", false, true),
        ("AROAX:alice", "AROAX:Alice", false, false),
        ("AROAX:alice", "AROAY:alice", true, true),
        ("AIDAX", "AIDAY", true, true),
        ("AIDAX", "aidax", false, false),
    ] {
        assert_eq!(are_two_people(one, other, &strict), strictly, "{one} {other}");
        assert_eq!(are_two_people(one, other, &trusting), trustingly, "{one} {other}");
    }
    let (item, now) = (waiting(), run().time);
    let once = stored(decide(&item, &approval(&item, &now), "AROAX:alice", &strict, &now));
    let error = decide(&once, &approval(&once, &now), "AROAX:bob", &strict, &now).unwrap_err();
    assert!(error.contains("sessions of one role") && error.contains("trustSessionNames"), "{error}");
    let next = stored(decide(&once, &approval(&once, &now), "AROAX:bob", &trusting, &now));
    assert_eq!(next.state, State::Approved);
}

#[test]
fn undo_of_a_rule_that_makes_no_changes_is_refused_with_the_reason() {
    let fixed = Item { state: State::Fixed, acted_at: Some(run().time), ..waiting() };
    let undo = Decision { wish: Wish::Undo, ..approval(&fixed, &run().time) };
    for mode in [Mode::DryRun, Mode::Off] {
        let error = decide(&fixed, &undo, "p", &settings(mode, false), &run().time).unwrap_err();
        assert!(error.contains("undo needs its mode `approve`"), "{error}");
    }
    let other = Item { action: "s3-tls-only".to_owned(), ..fixed };
    assert!(decide(&other, &undo, "p", &settings(Mode::Approve, false), &run().time).is_err());
}

#[test]
fn stop_switch_that_does_not_read_stops() {
    let entry = |body: &str| Entry {
        partition: String::new(),
        sort: SWITCH.to_owned(),
        revision: 1,
        body: body.to_owned(),
        expires: None,
    };
    assert_eq!(Switch::stops(Switch::read(None).as_ref()), None);
    assert!(Switch::stops(Switch::read(Some(&entry("?"))).as_ref()).is_some());
    let off = r#"{"stopped":false,"at":"2026-03-04T05:06:07Z"}"#;
    assert_eq!(Switch::stops(Switch::read(Some(&entry(off))).as_ref()), None);
}
