//! Names of the wire as names of Rust.

/// Words that are no names of fields.
const KEYWORDS: [&str; 35] = [
    "abstract", "as", "async", "await", "box", "break", "const", "continue", "do", "dyn", "else", "enum", "extern",
    "final", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return",
    "static", "struct", "trait", "type", "use", "where", "while",
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
    if digit_first(&out) { format!("V{out}") } else { out }
}

fn digit_first(name: &str) -> bool {
    name.is_empty() || name.starts_with(|letter: char| letter.is_ascii_digit())
}

/// The module of a token: `aws:sqs/queue:Queue` is in `sqs`, `shop:index:Store` in none.
pub(crate) fn module_of(token: &str) -> String {
    let module = token.split(':').nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
    if module == "index" { String::new() } else { field(module) }
}

/// The name at the end of a token.
pub(crate) fn name_of(token: &str) -> &str {
    token.rsplit([':', '.']).next().unwrap_or(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_rust() {
        let fields = ["kmsMasterKeyId", "type", "self", "sseKMSKey", "ipv6Native"].map(field);
        assert_eq!(fields, ["kms_master_key_id", "r#type", "self_", "sse_kms_key", "ipv6_native"]);
        let types = ["python3.9", "4 days", "arm64", "pay-per-request"].map(type_name);
        assert_eq!(types, ["Python3_9", "V4Days", "Arm64", "PayPerRequest"]);
        assert_eq!(
            (module_of("aws:sqs/queue:Queue"), module_of("shop:index:Store")),
            ("sqs".to_owned(), String::new())
        );
    }
}
