//! Which known word an unknown one may have meant.

/// Share of the letters from which a word is near: below it a suggestion says more about the list than about the word.
const NEAR: f64 = 0.6;
/// Letters of the shortest word that is taken for a short form.
const SHORTEST_FORM: usize = 4;

/// The known word that comes nearest, where one is near. Case, hyphens, underscores and spaces make no difference.
pub fn nearest_of<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let asked = folded(asked);
    let rated = known.into_iter().map(|one| (likeness(&asked, &folded(one)), one));
    let best = rated.max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(near, _)| *near >= NEAR).map(|(_, one)| one)
}

/// How alike two folded words are. One whose letters the other has in the same order, from the first on, is a short form of it.
fn likeness(asked: &str, known: &str) -> f64 {
    let mut letters = known.chars();
    let is_short_form = asked.len() >= SHORTEST_FORM
        && asked.chars().next() == known.chars().next()
        && asked.chars().all(|letter| letters.any(|other| other == letter));
    let by_letters = strsim::normalized_damerau_levenshtein(asked, known);
    if is_short_form { by_letters.max(NEAR) } else { by_letters }
}

/// The frequency of AWS Config that a text like `6h`, `hourly` or `every 12 hours` means.
pub fn nearest_frequency<'a>(asked: &str, known: &[&'a str]) -> Option<&'a str> {
    let text = asked.to_lowercase();
    let number: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let day = text.contains("day") || text.contains("daily") || number.is_empty() && text == "d";
    let word = match (number.as_str(), day) {
        ("1" | "", true) | ("24", false) => "TwentyFour",
        ("1", false) => "One",
        ("3", false) => "Three",
        ("6", false) => "Six",
        ("12", false) => "Twelve",
        ("", false) if text.contains("hourly") => "One",
        _ => return nearest_of(asked, known.iter().copied()),
    };
    known.iter().copied().find(|one| one.split('_').next() == Some(word))
}

fn folded(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use compliance_types::recorder::EvaluationFrequency;

    #[test]
    fn journey_13_case_and_hyphens_make_no_difference_and_what_is_far_is_not_suggested() {
        let known = ["ENCRYPTED_VOLUMES", "WAFV2_LOGGING_ENABLED", "EIP_ATTACHED"];
        assert_eq!(nearest_of("encrypted-volumes", known), Some("ENCRYPTED_VOLUMES"));
        assert_eq!(nearest_of("Encrypted Volume", known), Some("ENCRYPTED_VOLUMES"));
        assert_eq!(nearest_of("hipaa", known), None);
        assert_eq!(nearest_of("ENCRYPTED_VOLUMES", ["s3-bucket-encryption-enabled", "own"]), None);
        assert_eq!(nearest_of("maxAge", ["maxAccessKeyAge", "other"]), Some("maxAccessKeyAge"));
        assert_eq!(nearest_of("x", []), None);
    }

    #[test]
    fn journey_13_a_frequency_is_understood_by_its_number() {
        for (asked, expected) in [
            ("hourly", Some("One_Hour")),
            ("1h", Some("One_Hour")),
            ("6h", Some("Six_Hours")),
            ("rate(6 hours)", Some("Six_Hours")),
            ("every 12 hours", Some("Twelve_Hours")),
            ("daily", Some("TwentyFour_Hours")),
            ("1 day", Some("TwentyFour_Hours")),
            ("24", Some("TwentyFour_Hours")),
            ("six hours", Some("Six_Hours")),
            ("Three_Hour", Some("Three_Hours")),
            ("weekly", None),
            ("7 days", None),
        ] {
            assert_eq!(
                nearest_frequency(asked, &EvaluationFrequency::ALL.map(EvaluationFrequency::word)),
                expected,
                "{asked}"
            );
        }
    }
}
