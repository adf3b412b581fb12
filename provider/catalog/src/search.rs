//! The nearest right name, by words and by letters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use property_path::PropertyPath;
use serde::Deserialize;

use crate::facts::{Catalog, framework_ids, framework_names};
use crate::problem::Problem;

/// What letters count beside words: enough for typing errors, and not so much that a name of other words wins. Tried on
/// `tests/slips.txt`, where 0.3 to 0.5 make no difference.
const LETTERS: f64 = 0.4;
/// Weight of a general word, and of one that no name has; the others weigh 1 to 7, the rarer the more.
const GENERAL: f64 = 0.5;
const UNKNOWN: f64 = 1.0;
/// Share of words, or of letters, from which a framework is near. Tried on the table in `tests/nearest.rs`.
const NEAR_WORDS: f64 = 0.3;
const NEAR_LETTERS: f64 = 0.6;
/// Most frameworks that are told as near.
const FRAMEWORKS_TOLD: usize = 3;
/// What the names of most of AWS's packs begin with.
const PACK_PREFIX: &str = "operational-best-practices-for-";
/// Ends of words that make no difference: `ENCRYPTED` and `ENCRYPTION` are one.
const ENDS: [&str; 8] = ["LY", "ING", "IONS", "ION", "ED", "E", "S", "AT"];

/// `facts/words.json`; read when a name is not known.
#[derive(Debug, Default, Deserialize)]
struct Vocabulary {
    #[serde(borrow)]
    general: BTreeSet<&'static str>,
    /// What is said, and what is meant.
    #[serde(borrow)]
    words: BTreeMap<&'static str, &'static str>,
}

static VOCABULARY: LazyLock<Vocabulary> =
    LazyLock::new(|| serde_json::from_str(include_str!("../facts/words.json")).unwrap_or_default());

static RULES: LazyLock<Names> = LazyLock::new(|| {
    // A rule can be meant by its documented name as well.
    let rules = Catalog::get().rules.iter().flat_map(|(identifier, rule)| {
        let documented = rule.documented_name(identifier);
        let other = documented != kebab(identifier);
        std::iter::once(((*identifier).to_owned(), *identifier)).chain(other.then_some((documented, *identifier)))
    });
    Names::of(rules)
});

static FRAMEWORKS: LazyLock<Names> = LazyLock::new(|| {
    let named = framework_names().names.iter().filter_map(|(name, ids)| Some(((*name).to_owned(), *ids.first()?)));
    Names::of(framework_ids().map(|id| (id.to_owned(), id)).chain(named))
});

/// Rules whose identifier comes nearest to a name, best first, at most `count`. One whose documented name it is stands
/// first.
pub fn nearest_rules(name: &str, count: usize) -> Vec<&'static str> {
    let asked = kebab(name.trim());
    let mut rules = Catalog::get().rules.iter();
    let named = rules.find(|(identifier, rule)| rule.documented_name(identifier) == asked).map(|(name, _)| *name);
    // Ranking is the dear part and is not begun where the documented name answers.
    let ranking = std::iter::once_with(|| RULES.near(name)).flatten();
    named.into_iter().chain(ranking.filter(|identifier| Some(*identifier) != named)).take(count).collect()
}

/// Ids of the frameworks that come nearest to a name, best first, at most three: the one that AWS calls so stands first.
/// None where nothing is near.
pub fn nearest_frameworks(name: &str) -> Vec<&'static str> {
    let asked = kebab(name.trim());
    let asked = asked.strip_prefix(PACK_PREFIX).unwrap_or(&asked);
    let known = framework_names();
    if let Some(instead) = without_template(asked).or_else(|| known.names.get(asked)) {
        return instead.clone();
    }
    FRAMEWORKS.near(asked).into_iter().take(FRAMEWORKS_TOLD).collect()
}

/// That a framework is not known, and what is near; where nothing is, how old the facts are.
pub fn unknown_framework(id: &str, path: impl Into<PropertyPath>) -> Problem {
    let (taken, near) = (Catalog::get().packs_taken, nearest_frameworks(id));
    let reason = match without_template(&kebab(id.trim())) {
        Some(_) => format!("AWS has no sample pack for `{id}` (facts of {taken}); what comes nearest is our opinion"),
        None if near.is_empty() => format!("unknown framework `{id}` (facts of {taken})"),
        None => format!("unknown framework `{id}`"),
    };
    let mut near = near.into_iter().map(str::to_owned);
    Problem { path: path.into(), reason, nearest: near.next(), others: near.collect() }
}

/// What comes nearest to a framework that AWS has no pack of, however it is written: `SOC 2 Type II`, `iso27001:2022`.
fn without_template(asked: &str) -> Option<&'static Vec<&'static str>> {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let asked = plain(asked);
    framework_names().without_template.iter().find(|(name, _)| asked.contains(&plain(name))).map(|(_, ids)| ids)
}

fn kebab(name: &str) -> String {
    name.to_lowercase().replace(['_', ' '], "-")
}

/// Rules that hold every word in identifier, documented name or resource types, in alphabetical order; one whose name it is
/// stands first.
pub fn search_rules(words: &[&str]) -> Vec<&'static str> {
    // `restricted-ssh`, `RESTRICTED_SSH` and `restricted ssh` are one.
    let plain = |text: &str| text.to_uppercase().replace(['-', ' '], "_");
    let words: Vec<_> = words.iter().map(|word| plain(word.trim())).collect();
    let found = Catalog::get().rules.iter().filter(|(identifier, rule)| {
        let text = plain(&format!("{identifier} {} {}", rule.documented_name(identifier), rule.types.join(" ")));
        words.iter().all(|word| text.contains(word.as_str()))
    });
    let mut found: Vec<_> = found.map(|(identifier, rule)| (*identifier, rule.documented_name(identifier))).collect();
    let is_other = |(identifier, documented): &(&str, String)| words != [*identifier] && words != [plain(documented)];
    found.sort_by_key(is_other);
    found.into_iter().map(|(identifier, _)| identifier).collect()
}

/// Names that one of them is looked for in.
struct Names {
    known: Vec<Known>,
    /// How much each stem says: one that few names have says more than one that many have.
    weights: BTreeMap<String, f64>,
}

struct Known {
    id: &'static str,
    text: String,
    stems: BTreeSet<String>,
}

impl Names {
    #[expect(clippy::cast_precision_loss, reason = "there are about a thousand names")]
    fn of(names: impl Iterator<Item = (String, &'static str)>) -> Self {
        let known = |(text, id): (String, _)| Known { id, stems: stems(&text), text: words(&text).join("_") };
        let known: Vec<_> = names.map(known).collect();
        let mut counts = BTreeMap::<String, usize>::new();
        for stem in known.iter().flat_map(|name| &name.stems) {
            *counts.entry(stem.clone()).or_default() += 1;
        }
        let all = known.len() as f64;
        let mut weights: BTreeMap<_, _> = counts.into_iter().map(|(stem, n)| (stem, (all / n as f64).ln())).collect();
        weights.extend(VOCABULARY.general.iter().map(|word| (stem(word).to_owned(), GENERAL)));
        Self { known, weights }
    }

    /// The ids that share enough words or letters, each once, best first.
    fn near(&self, name: &str) -> Vec<&'static str> {
        let (spelled, asked) = (words(name).join("_"), stems(name));
        let mut near: Vec<(f64, &'static str)> = Vec::new();
        for known in &self.known {
            let shared = self.shared(&asked, &known.stems);
            let letters = strsim::normalized_damerau_levenshtein(&spelled, &known.text);
            if shared < NEAR_WORDS && letters < NEAR_LETTERS {
                continue;
            }
            let score = shared + LETTERS * letters;
            match near.iter_mut().find(|(_, id)| *id == known.id) {
                Some(earlier) => earlier.0 = earlier.0.max(score),
                None => near.push((score, known.id)),
            }
        }
        near.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
        near.into_iter().map(|(_, id)| id).collect()
    }

    fn weight(&self, stem: &String) -> f64 {
        self.weights.get(stem).copied().unwrap_or(UNKNOWN)
    }

    /// Twice the weight of the common words, through the weight of all: 0 to 1.
    fn shared(&self, one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
        let common: f64 = one.intersection(other).map(|stem| self.weight(stem)).sum();
        let total: f64 = one.iter().chain(other).map(|stem| self.weight(stem)).sum();
        if total == 0.0 { 0.0 } else { 2.0 * common / total }
    }
}

fn words(name: &str) -> Vec<String> {
    let parts = name.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
    parts.filter(|part| !part.is_empty()).map(str::to_uppercase).collect()
}

/// The stems of a name's words, in the words that AWS uses.
fn stems(name: &str) -> BTreeSet<String> {
    let words = words(name);
    let (mut meant, mut rest) = (BTreeSet::new(), words.as_slice());
    while let Some((first, after)) = rest.split_first() {
        let said =
            |said: &&str| said.split(' ').count() <= rest.len() && said.split(' ').zip(rest).all(|(a, b)| a == b);
        let longest = VOCABULARY.words.iter().filter(|(words, _)| said(words)).max_by_key(|(words, _)| words.len());
        match longest {
            Some((said, instead)) => {
                meant.extend(instead.split(' ').filter(|word| !word.is_empty()).map(|word| stem(word).to_owned()));
                rest = rest.get(said.split(' ').count()..).unwrap_or_default();
            }
            None => {
                meant.insert(stem(first).to_owned());
                rest = after;
            }
        }
    }
    meant
}

/// A word without the ends that make no difference, at least three letters of it; a version as its number.
fn stem(word: &str) -> &str {
    let number = word.strip_prefix('V').filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    if let Some(whole) = number.unwrap_or(word).strip_suffix(".0").or(number) {
        return whole;
    }
    let shorter = ENDS.iter().find_map(|end| {
        let rest = word.strip_suffix(end)?;
        (rest.len() >= 3 && !(*end == "S" && rest.ends_with('S'))).then_some(rest)
    });
    if let Some(shorter) = shorter {
        return stem(shorter);
    }
    // `LOGG` of `LOGGING` is `LOG`.
    let mut letters = word.chars().rev();
    match (letters.next(), letters.next()) {
        (Some(last), Some(before)) if last == before && word.len() > 3 && last.is_ascii() => {
            word.get(..word.len() - 1).unwrap_or(word)
        }
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_stem_are_one() {
        for same in [["ENCRYPTED", "ENCRYPTION"], ["ROTATE", "ROTATED"], ["LOGGING", "LOGS"], ["VERSIONING", "VERSION"]]
        {
            assert_eq!(stem(same[0]), stem(same[1]));
        }
        assert_eq!((stem("ACCESS"), stem("KEYS"), stem("MFA")), ("ACCES", "KEY", "MFA"));
        assert_eq!((stem("V4"), stem("4.0"), stem("3.2.1"), stem("V")), ("4", "4", "3.2.1", "V"));
    }

    #[test]
    fn words_of_other_tools_are_read_as_aws_s() {
        assert_eq!(stems("sse-dead_letter queue"), stems("SERVER_SIDE_ENCRYPTION_DLQ"));
    }

    #[test]
    fn journey_13_nothing_is_suggested_where_nothing_is_near() {
        for far in ["qqqq", "NO_SUCH_RULE_AT_ALL", "hipaa"] {
            assert!(nearest_rules(far, 1).is_empty(), "{far}: {:?}", nearest_rules(far, 3));
        }
        assert_eq!(nearest_rules("encrypted-volume", 1), ["ENCRYPTED_VOLUMES"]);
    }

    #[test]
    fn no_text_panics() {
        for text in ["", "___", "é", "ÉÉÉÉ", "ß", "\u{1F600}\u{1F600}"] {
            assert!(nearest_rules(text, 3).is_empty(), "{text}");
        }
    }
}
