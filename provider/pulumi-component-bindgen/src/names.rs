//! Names of the wire as names of Rust.

use std::collections::BTreeSet;

/// Words that are no names of fields and modules, of every edition.
const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// `kmsMasterKeyId` to `kms_master_key_id`; a digit belongs to the word before it.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut letters = name.chars().peekable();
    let mut before = '_';
    while let Some(letter) = letters.next() {
        let starts_word = letter.is_ascii_uppercase()
            && before != '_'
            && (!before.is_ascii_uppercase() || letters.peek().is_some_and(char::is_ascii_lowercase));
        if starts_word {
            snake.push('_');
        }
        snake.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' });
        before = letter;
    }
    snake
}

/// A field's name.
pub(crate) fn field(name: &str) -> String {
    let snake = snake_case(name);
    match snake.as_str() {
        // These cannot be raw.
        "self" | "super" | "crate" => format!("{snake}_"),
        word if word.chars().all(|letter| letter == '_') => "value".to_owned(),
        word if word.starts_with(|first: char| first.is_ascii_digit()) => format!("n{word}"),
        word if KEYWORDS.contains(&word) => format!("r#{word}"),
        _ => snake,
    }
}

/// The name of a type or of a variant: `python3.9` to `Python3_9`.
pub(crate) fn type_name(name: &str) -> String {
    let mut out = String::new();
    for word in name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let digits = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
        if digits(out.chars().last()) && digits(word.chars().next()) {
            out.push('_');
        }
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    match out.chars().next() {
        None => "Value".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("V{out}"),
        // No variant and no type can be called so.
        Some(_) if out == "Self" => "Self_".to_owned(),
        Some(_) => out,
    }
}

/// The first of `name`, `name2`, `name3`, ... that is not taken; it is taken then.
pub(crate) fn claim(taken: &mut BTreeSet<String>, name: String) -> String {
    let mut free = name.clone();
    let mut number = 2_u32;
    while !taken.insert(free.clone()) {
        free = format!("{name}{number}");
        number = number.saturating_add(1);
    }
    free
}

/// The module of a token as the package writes it: `aws:sqs/queue:Queue` is in `sqs`, `kubernetes:apps/v1:Deployment` in
/// `apps/v1`. The last step is no module where it repeats the name.
pub(crate) fn module_path(token: &str) -> &str {
    let module = token.split(':').nth(1).unwrap_or_default();
    match module.rsplit_once('/') {
        Some((module, last)) if last.eq_ignore_ascii_case(name_of(token)) => module,
        _ => module,
    }
}

/// The module of a token in Rust; empty for `index`.
pub(crate) fn module_of(token: &str) -> String {
    match module_path(token) {
        "" | "index" => String::new(),
        module => field(module),
    }
}

/// The name at the end of a token.
pub(crate) fn name_of(token: &str) -> &str {
    token.rsplit(':').next().unwrap_or(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_rust() {
        let fields = ["kmsMasterKeyId", "type", "self", "sseKMSKey", "ipv6Native", "true", "gen", "3dModel", "-"];
        let expected = [
            "kms_master_key_id",
            "r#type",
            "self_",
            "sse_kms_key",
            "ipv6_native",
            "r#true",
            "r#gen",
            "n3d_model",
            "value",
        ];
        assert_eq!(fields.map(field), expected);
        let types = ["python3.9", "4 days", "arm64", "pay-per-request", "*", "self"].map(type_name);
        assert_eq!(types, ["Python3_9", "V4Days", "Arm64", "PayPerRequest", "Value", "Self_"]);
    }

    #[test]
    fn modules_keep_what_tells_versions_apart() {
        for (token, module) in [
            ("aws:sqs/queue:Queue", "sqs"),
            ("shop:index:Store", ""),
            ("aws:index/getRegion:getRegion", ""),
            ("kubernetes:apps/v1:Deployment", "apps_v1"),
            ("kubernetes:apps/v1beta1:Deployment", "apps_v1beta1"),
            ("shop:queue:Queue", "queue"),
        ] {
            assert_eq!(module_of(token), module, "{token}");
        }
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let mut taken = BTreeSet::new();
        let names = ["Ab", "Ab", "Ab2", "Ab"].map(|name| claim(&mut taken, name.to_owned()));
        assert_eq!(names, ["Ab", "Ab2", "Ab22", "Ab3"]);
    }
}
