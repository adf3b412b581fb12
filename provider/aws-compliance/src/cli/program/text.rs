//! The parts of a text: what it says itself, and what it refers to with `${...}`.

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// What the text says itself.
    Text(String),
    /// What it refers to: a name, and the way into it.
    Reference(Reference),
}

/// `${name.member["other"][0]}`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub name: String,
    pub steps: Vec<Step>,
}

/// One step into a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Member(String),
    Item(usize),
}

/// Takes a text apart. `$$` is `$` itself, so that `$${name}` refers to nothing.
///
/// # Errors
/// When a reference is not complete.
pub(super) fn parts(text: &str) -> Result<Vec<Part>, String> {
    let (mut parts, mut said, mut rest) = (Vec::new(), String::new(), text);
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        said.push_str(before);
        if let Some(after) = from.strip_prefix("$$") {
            said.push('$');
            rest = after;
        } else if let Some(inner) = from.strip_prefix("${") {
            let (reference, after) = reference(inner)?;
            if !said.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut said)));
            }
            parts.push(Part::Reference(reference));
            rest = after;
        } else {
            said.push('$');
            rest = from.get(1..).unwrap_or_default();
        }
    }
    said.push_str(rest);
    if !said.is_empty() || parts.is_empty() {
        parts.push(Part::Text(said));
    }
    Ok(parts)
}

/// What stands between the braces, and what follows them.
fn reference(inner: &str) -> Result<(Reference, &str), String> {
    let (mut name, mut steps, mut rest) = (None, Vec::new(), inner);
    loop {
        let step;
        if let Some(after) = rest.strip_prefix('}') {
            let name = name.ok_or("`${}` refers to nothing; expected a name, or `$${}` for the text itself")?;
            return Ok((Reference { name, steps }, after));
        } else if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            continue;
        } else if let Some(after) = rest.strip_prefix("[\"") {
            let (key, after) = quoted(after).ok_or("expected `\"]` at the end of a name in `${...}`")?;
            (step, rest) = (Step::Member(key), after);
        } else if let Some(after) = rest.strip_prefix('[') {
            let (index, after) = after.split_once(']').ok_or("expected `]` after a number in `${...}`")?;
            let index = index.parse().map_err(|_| format!("expected a number or a name in quotes, got `[{index}]`"))?;
            (step, rest) = (Step::Item(index), after);
        } else {
            let end = rest
                .find(['.', '[', '}'])
                .ok_or("expected `}` at the end of `${...}`, or `$${` for the text itself")?;
            let (member, after) = rest.split_at(end);
            (step, rest) = (Step::Member(member.to_owned()), after);
        }
        match (step, &name) {
            (Step::Member(first), None) => name = Some(first),
            (Step::Item(_), None) => return Err("expected a name in `${...}` before a number".to_owned()),
            (step, Some(_)) => steps.push(step),
        }
    }
}

/// A name up to `"]`, in which `\"` is a quote.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (mut name, mut letters) = (String::new(), text.char_indices());
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((name, text.get(at + 1..)?.strip_prefix(']')?)),
            '\\' if text.get(at + 1..).is_some_and(|after| after.starts_with('"')) => {
                letters.next();
                name.push('"');
            }
            other => name.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(said: &str) -> Part {
        Part::Text(said.to_owned())
    }

    fn to(name: &str, steps: Vec<Step>) -> Part {
        Part::Reference(Reference { name: name.to_owned(), steps })
    }

    fn member(name: &str) -> Step {
        Step::Member(name.to_owned())
    }

    #[test]
    fn a_text_is_taken_apart_as_pulumi_takes_it_apart() {
        for (given, expected) in [
            ("", vec![text("")]),
            ("plain $5", vec![text("plain $5")]),
            ("$${x} costs $$5", vec![text("${x} costs $5")]),
            ("${x}", vec![to("x", vec![])]),
            ("a-${x.y[0]}-b", vec![text("a-"), to("x", vec![member("y"), Step::Item(0)]), text("-b")]),
            ("${x}${y}", vec![to("x", vec![]), to("y", vec![])]),
            (r#"${x["a.\"b"].c}"#, vec![to("x", vec![member("a.\"b"), member("c")])]),
            (r#"${["root name"].c}"#, vec![to("root name", vec![member("c")])]),
            ("${aws:region}", vec![to("aws:region", vec![])]),
        ] {
            assert_eq!(parts(given), Ok(expected), "{given}");
        }
    }

    #[test]
    fn a_reference_that_is_not_complete_is_refused() {
        for given in ["${", "${x", "${x.y", "${}", "${[0]}", "${x[}", "${x[a]}", "${x[\"a}", "${x[\"a\"}", "${x[-1]}"] {
            assert!(parts(given).is_err(), "{given}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(given in r#"[a$\{\}\[\]."\\ü0]{0,20}"#) {
            let _ = parts(&given);
        }

        #[test]
        fn what_is_escaped_is_the_text_itself(given in any::<String>()) {
            prop_assert_eq!(parts(&given.replace('$', "$$")), Ok(vec![text(&given)]));
        }
    }
}
