//! The nearest name, over a table of slips.

use aws_compliance_catalog::{Catalog, nearest_rules};

#[test]
fn at_least_ninety_of_a_hundred_slips_are_right_at_first_place() {
    let table = include_str!("slips.txt").lines().filter(|line| !line.starts_with('#'));
    let slips: Vec<_> = table.filter_map(|line| line.split_once(' ')).collect();
    assert_eq!(slips.len(), 100);
    for (_, meant) in &slips {
        assert!(Catalog::get().rule(meant).is_some(), "{meant} is no rule");
    }
    let missed: Vec<_> = slips.iter().filter(|(said, meant)| nearest_rules(said, 1) != [*meant]).collect();
    let got = |said| nearest_rules(said, 1);
    let told: Vec<_> = missed.iter().map(|(said, meant)| format!("{said}: {meant}, got {:?}", got(said))).collect();
    assert!(missed.len() <= 10, "{told:#?}");
}

#[test]
fn a_documented_name_leads_to_its_rule() {
    for (identifier, rule) in &Catalog::get().rules {
        assert_eq!(nearest_rules(&rule.documented_name(identifier), 1), [identifier.as_str()]);
    }
}
