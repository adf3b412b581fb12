//! The nearest name, over a table of slips.

use aws_compliance_catalog::{Catalog, framework, nearest_frameworks, nearest_rules, search_rules, unknown_framework};

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

#[test]
fn a_documented_name_finds_its_rule() {
    for asked in [["restricted-ssh"].as_slice(), &["RESTRICTED_SSH"], &["restricted", "ssh"], &["Incoming SSH"]] {
        assert_eq!(search_rules(asked).first(), Some(&"INCOMING_SSH_DISABLED"), "{asked:?}");
    }
    assert_eq!(search_rules(&["encrypted-volumes"]), ["ENCRYPTED_VOLUMES"]);
}

/// What people ask for, and the ids that are told, at most three.
#[test]
fn frameworks_that_are_near_are_told_and_no_others() {
    let table: &[(&str, &[&str])] = &[
        ("hippa", &["hipaa"]),
        ("HIPAA Security", &["hipaa"]),
        ("hipaa-security", &["hipaa"]),
        ("operational-best-practices-for-hipaa-security", &["hipaa"]),
        ("pci", &["pci-dss-3.2.1", "pci-dss-4.0", "pci-dss-4.0-regional"]),
        ("pci-dss", &["pci-dss-3.2.1", "pci-dss-4.0", "pci-dss-4.0-regional"]),
        ("pci-dss-4", &["pci-dss-4.0", "pci-dss-3.2.1", "pci-dss-4.0-regional"]),
        ("PCI DSS v4", &["pci-dss-4.0", "pci-dss-3.2.1", "pci-dss-4.0-regional"]),
        ("cis-aws-fb-v1-3-level1", &["cis-aws-1.3-level1", "cis-aws-1.4-level2", "cis-aws-1.3-level2"]),
        ("cis-aws-fb-v1-3-level2", &["cis-aws-1.3-level2", "cis-aws-1.4-level2", "cis-aws-1.4-level1"]),
        ("fedramp", &["fedramp-moderate", "fedramp-high", "fedramp-low"]),
        ("fed-ramp-moderate", &["fedramp-moderate"]),
        ("nist-800-53", &["nist-800-53-r5", "nist-800-53-r4"]),
        ("gramm-leach-bliley-act", &["glba"]),
        ("bsi-c5", &["germany-c5"]),
        ("soc2", &["germany-c5", "nist-csf", "cis-controls-8-ig3"]),
        ("SOC 2 Type II", &["germany-c5", "nist-csf", "cis-controls-8-ig3"]),
        ("iso27001:2022", &["germany-c5", "ccn-ens-high", "ncsc-cloudsec-principles"]),
        ("GDPR", &["nist-privacy-framework", "enisa-cybersecurity-guide", "ccn-ens-high"]),
        ("banana", &[]),
        ("acme-baseline-2026", &[]),
        ("", &[]),
    ];
    for (asked, expected) in table {
        let near = nearest_frameworks(asked);
        assert_eq!(near, *expected, "{asked}");
        assert!(near.iter().all(|id| framework(id).is_some()));
    }
}

#[test]
fn what_aws_has_no_pack_of_is_told_as_such() {
    let taken = Catalog::get().packs_taken;
    let told = |id: &str| unknown_framework(id, "[0].id").text();
    let expected = format!(
        "AWS has no sample pack for `soc2` (facts of {taken}); what comes nearest is our opinion; nearest: `germany-c5`, \
         `nist-csf`, `cis-controls-8-ig3`"
    );
    assert_eq!(told("soc2"), expected);
    assert_eq!(told("banana"), format!("unknown framework `banana` (facts of {taken})"));
    assert_eq!(told("hippa"), "unknown framework `hippa`; nearest: `hipaa`");
}
