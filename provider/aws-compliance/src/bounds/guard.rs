//! Policies in Guard, as AWS Config takes them.

use pulumi_component::Wrong;

/// Longest policy, in characters (AWS Config API Reference, `CustomPolicyDetails.PolicyText`).
const POLICY_LENGTH: usize = 10_000;
/// The only runtime of policies (AWS Config API Reference, `CustomPolicyDetails.PolicyRuntime`).
pub const RUNTIME: &str = "guard-2.x.x";

/// The runtime of a policy.
pub fn runtime(name: &str) -> Result<(), Wrong> {
    match name {
        RUNTIME => Ok(()),
        _ => Err(Wrong::new("AWS Config runs policies of one runtime").nearest(RUNTIME)),
    }
}

/// A policy written in Guard, as far as it is certain what is wrong with it.
pub fn policy(text: &str) -> Result<(), Wrong> {
    let length = text.chars().count();
    if text.trim().is_empty() || length > POLICY_LENGTH {
        return Err(Wrong::new(format!("expected a policy of 1 to {POLICY_LENGTH} characters, got {length}")));
    }
    match unbalanced(text) {
        Some(line) => {
            Err(Wrong::new(format!("a bracket, a quote or a regular expression of line {line} has no other end")))
        }
        None => Ok(()),
    }
}

/// The line of a bracket, quote or regular expression that has no other end. In Guard a `#` begins a comment, and a slash
/// a regular expression: there is no division (AWS CloudFormation Guard User Guide, "Writing Guard rules").
fn unbalanced(text: &str) -> Option<usize> {
    let (mut line, mut open) = (1, Vec::new());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\n' => line += 1,
            '#' => {
                letters.by_ref().find(|letter| *letter == '\n')?;
                line += 1;
            }
            '"' | '\'' | '/' => {
                let begun = line;
                loop {
                    match letters.next() {
                        Some(end) if end == letter => break,
                        // What follows a backslash does not end it.
                        Some('\\') => drop(letters.next()),
                        Some('\n') => line += 1,
                        Some(_) => {}
                        None => return Some(begun),
                    }
                }
            }
            '{' | '[' | '(' => open.push((letter, line)),
            '}' | ']' | ')' => match open.pop() {
                Some((begun, _)) if closes(begun, letter) => {}
                Some((_, begun)) => return Some(begun),
                None => return Some(line),
            },
            _ => {}
        }
    }
    open.pop().map(|(_, line)| line)
}

fn closes(open: char, close: char) -> bool {
    matches!((open, close), ('{', '}') | ('[', ']') | ('(', ')'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const POLICY: &str = r#"
# It's a volume that is encrypted {
let volumes = configuration[ type == "AWS::EC2::Volume" ]
rule encrypted when %volumes !empty {
    configuration.encrypted == true << "must be" >>
    resourceId == /^vol-[0-9]+\/'$/
    (tags.owner exists) or tags['a}'] exists
}"#;

    #[test]
    fn a_policy_is_balanced() {
        assert_eq!(unbalanced(POLICY), None);
        assert!(policy(POLICY).is_ok());
        for (wrong, line) in
            [("rule x {", 1), ("\nrule x }", 2), ("rule x { a == [1 }", 1), ("a == \"x", 1), ("a\n== /x", 2)]
        {
            assert_eq!(unbalanced(wrong), Some(line), "{wrong}");
        }
        assert_eq!(unbalanced("a exists # {"), None);
    }

    #[test]
    fn texts_are_bounded() {
        assert!(policy(&"a".repeat(10_000)).is_ok() && policy(&"a".repeat(10_001)).is_err());
        assert!(policy(" \n").is_err());
        assert!(format!("{:?}", runtime("guard-2.0.0")).contains("\"guard-2.x.x\""));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = policy(&text);
        }
    }
}
