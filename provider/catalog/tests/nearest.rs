//! The nearest name, over a table of slips.

use aws_compliance_catalog::{Catalog, nearest_rules};

#[test]
fn at_least_ninety_of_a_hundred_slips_are_right_at_first_place() {
    let table = include_str!("slips.txt").lines().filter(|line| !line.starts_with('#'));
    let slips: Vec<_> = table.filter_map(|line| line.rsplit_once(' ')?.0.split_once(' ')).collect();
    assert_eq!(slips.len(), 100);
    for (_, meant) in &slips {
        assert!(Catalog::get().rule(meant).is_some(), "{meant} is no rule");
    }
    let missed: Vec<_> = slips.iter().filter(|(said, meant)| nearest_rules(said, 1) != [*meant]).collect();
    let got = |said| nearest_rules(said, 1);
    let told: Vec<_> = missed.iter().map(|(said, meant)| format!("{said}: {meant}, got {:?}", got(said))).collect();
    assert!(missed.len() <= 10, "{told:#?}");
}

/// The seed's name is the first that anyone will try.
#[test]
fn the_seed_s_names_lead_to_what_was_meant() {
    assert_eq!(nearest_rules("DB_BACKUP_RETENTION_CHECK", 1), ["DB_INSTANCE_BACKUP_ENABLED"]);
    assert_eq!(nearest_rules("S3_BUCKET_SSE_ENABLED", 1), ["S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"]);
}

/// At least nine in ten are collected, each with where it is from.
#[test]
fn slips_are_real() {
    let table = include_str!("slips.txt").lines();
    let known: Vec<_> = table.clone().filter_map(|line| line.strip_prefix("#   ")?.split(' ').next()).collect();
    let sources: Vec<_> =
        table.filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit(' ').next()).collect();
    assert!(sources.iter().all(|source| known.contains(source)), "{known:?}");
    assert!(sources.iter().filter(|source| **source == "ours").count() <= 10);
}

#[test]
fn a_documented_name_leads_to_its_rule() {
    for (identifier, rule) in &Catalog::get().rules {
        assert_eq!(nearest_rules(&rule.documented_name(identifier), 1), [*identifier]);
    }
}
