//! Names of others in texts for people.

/// A name without what would break a line or hide one.
pub(super) fn printable(text: &str) -> String {
    let hidden = |character: char| {
        // Marks that turn the direction of what follows (Unicode Standard Annex 9).
        character.is_control()
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|character| if hidden(character) { '\u{fffd}' } else { character }).collect()
}
