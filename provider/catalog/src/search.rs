//! The nearest right name, by letters and by words.

use std::collections::BTreeSet;

use crate::facts::{Catalog, frameworks};

/// Words of other tools and of habit, and the ones that AWS uses.
const SAID_AS: [(&str, &str); 8] = [
    ("SSE", "SERVER_SIDE_ENCRYPTION"),
    ("EBS", "VOLUMES"),
    ("SG", "SECURITY_GROUP"),
    ("CLOUDTRAIL", "CLOUD_TRAIL"),
    ("SSH", "INCOMING_SSH"),
    ("DB", "DB_INSTANCE"),
    ("CMK", "KMS"),
    ("HTTPS", "SSL"),
];

/// Rules whose identifier comes nearest to a name, best first, at most `count`. One whose documented name it is stands
/// first.
pub fn nearest_rules(name: &str, count: usize) -> Vec<&'static str> {
    let kebab = name.trim().to_lowercase().replace(['_', ' '], "-");
    let mut rules = Catalog::get().rules.iter();
    let named = rules.find(|(identifier, rule)| rule.documented_name(identifier) == kebab);
    let named = named.map(|(identifier, _)| identifier.as_str());
    let others = Catalog::get().rules.keys().map(String::as_str).filter(|identifier| Some(*identifier) != named);
    // Ranking is the dear part and is not begun where the documented name answers.
    let ranking = std::iter::once_with(|| ranked(name, others, count)).flatten();
    named.into_iter().chain(ranking).take(count).collect()
}

/// The id of the framework that comes nearest to a name.
pub fn nearest_framework(name: &str) -> Option<&'static str> {
    ranked(name, frameworks().keys().map(String::as_str), 1).first().copied()
}

/// Rules that hold every word in identifier or resource types, in alphabetical order.
pub fn search_rules(words: &[&str]) -> Vec<&'static str> {
    let words: Vec<_> = words.iter().map(|word| word.to_uppercase()).collect();
    let found = Catalog::get().rules.iter().filter(|(identifier, rule)| {
        let text = format!("{identifier} {}", rule.types.join(" ")).to_uppercase();
        words.iter().all(|word| text.contains(word.as_str()))
    });
    found.map(|(identifier, _)| identifier.as_str()).collect()
}

fn words(name: &str) -> BTreeSet<String> {
    let parts = name.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
    parts.filter(|part| !part.is_empty()).map(str::to_uppercase).collect()
}

fn ranked<'a>(name: &str, candidates: impl Iterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let upper = name.trim().to_uppercase().replace(['-', ' '], "_");
    let mut asked = words(&upper.replace('_', " "));
    for (said, meant) in SAID_AS {
        if asked.contains(said) {
            asked.extend(words(&meant.replace('_', " ")));
        }
    }
    let mut scored: Vec<_> = candidates
        .map(|candidate| {
            let plain = candidate.to_uppercase().replace('-', "_");
            let letters = strsim::normalized_damerau_levenshtein(&upper, &plain).max(0.0);
            (letters + shared(&asked, &words(&plain.replace('_', " "))), candidate)
        })
        .collect();
    scored.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    scored.into_iter().take(count).map(|(_, candidate)| candidate).collect()
}

/// Twice the number of common words, through the number of all: 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "a name has a few words")]
fn shared(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    let total = one.len() + other.len();
    if total == 0 { 0.0 } else { 2.0 * one.intersection(other).count() as f64 / total as f64 }
}
