//! The nearest right name, by words and by letters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::facts::{Catalog, framework_ids};

/// What letters count beside words: enough for typing errors, and not so much that a name of other words wins. Tried on
/// `tests/slips.txt`, where 0.3 to 0.5 make no difference.
const LETTERS: f64 = 0.4;
/// Weight of a general word, and of one that no name has; the others weigh 1 to 7, the rarer the more.
const GENERAL: f64 = 0.5;
const UNKNOWN: f64 = 1.0;
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

static FRAMEWORKS: LazyLock<Names> = LazyLock::new(|| Names::of(framework_ids().map(|id| (id.to_owned(), id))));

/// Rules whose identifier comes nearest to a name, best first, at most `count`. One whose documented name it is stands
/// first.
pub fn nearest_rules(name: &str, count: usize) -> Vec<&'static str> {
    let asked = kebab(name.trim());
    let mut rules = Catalog::get().rules.iter();
    let named = rules.find(|(identifier, rule)| rule.documented_name(identifier) == asked).map(|(name, _)| *name);
    // Ranking is the dear part and is not begun where the documented name answers.
    let ranking = std::iter::once_with(|| RULES.ranked(name, count + 1)).flatten();
    named.into_iter().chain(ranking.filter(|identifier| Some(*identifier) != named)).take(count).collect()
}

/// The id of the framework that comes nearest to a name.
pub fn nearest_framework(name: &str) -> Option<&'static str> {
    FRAMEWORKS.ranked(name, 1).first().copied()
}

fn kebab(name: &str) -> String {
    name.to_lowercase().replace(['_', ' '], "-")
}

/// Rules that hold every word in identifier or resource types, in alphabetical order.
pub fn search_rules(words: &[&str]) -> Vec<&'static str> {
    let words: Vec<_> = words.iter().map(|word| word.to_uppercase()).collect();
    let found = Catalog::get().rules.iter().filter(|(identifier, rule)| {
        let text = format!("{identifier} {}", rule.types.join(" ")).to_uppercase();
        words.iter().all(|word| text.contains(word.as_str()))
    });
    found.map(|(identifier, _)| *identifier).collect()
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

    /// The ids that come nearest, each once, best first; at least `count` of them where there are as many.
    fn ranked(&self, name: &str, count: usize) -> Vec<&'static str> {
        let (spelled, asked) = (words(name).join("_"), stems(name));
        let mut by_words: Vec<_> = self.known.iter().map(|known| (self.shared(&asked, &known.stems), known)).collect();
        by_words.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.text.cmp(&other.1.text)));
        let mut best: Vec<(f64, &'static str)> = Vec::new();
        for (shared, known) in by_words {
            // No letters can bring it, or what comes after it, before those that are there.
            if best.get(count.saturating_sub(1)).is_some_and(|last| shared + LETTERS < last.0) {
                break;
            }
            let score = shared + LETTERS * strsim::normalized_damerau_levenshtein(&spelled, &known.text);
            if let Some(earlier) = best.iter_mut().find(|earlier| earlier.1 == known.id) {
                earlier.0 = earlier.0.max(score);
            } else {
                best.push((score, known.id));
            }
            best.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
        }
        best.into_iter().map(|(_, id)| id).collect()
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

/// A word without the ends that make no difference; at least three letters of it.
fn stem(word: &str) -> &str {
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
    }

    #[test]
    fn words_of_other_tools_are_read_as_aws_s() {
        assert_eq!(stems("sse-dead_letter queue"), stems("SERVER_SIDE_ENCRYPTION_DLQ"));
    }

    #[test]
    fn no_text_panics() {
        for text in ["", "___", "é", "ÉÉÉÉ", "ß", "\u{1F600}\u{1F600}"] {
            assert_eq!(nearest_rules(text, 3).len(), 3, "{text}");
        }
    }
}
