//! The functions of Pulumi YAML: those whose results are known before a deployment, and those whose are not.

use std::path::Path;

use aws_compliance_catalog::nearest_of;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::evaluated::{Evaluated, Known};
use super::text::Step;

/// A function of what is known: its argument, and the folder of the program.
type Function = fn(&Evaluated, &Path) -> Result<Evaluated, String>;

/// Functions by their name, as Pulumi documents it. A result that is not known before a deployment has no function here.
const FUNCTIONS: [(&str, Option<Function>); 17] = [
    ("fn::assetArchive", None),
    ("fn::fileArchive", None),
    ("fn::fileAsset", None),
    ("fn::fromBase64", Some(from_base64)),
    ("fn::invoke", None),
    ("fn::join", Some(join)),
    ("fn::readFile", Some(read_file)),
    ("fn::remoteArchive", None),
    ("fn::remoteAsset", None),
    ("fn::rfc3339ToUnix", None),
    ("fn::secret", Some(secret)),
    ("fn::select", Some(select)),
    ("fn::split", Some(split)),
    ("fn::stackReference", None),
    ("fn::stringAsset", None),
    ("fn::toBase64", Some(to_base64)),
    ("fn::toJSON", Some(to_json)),
];

/// Whether an object with this one member calls a function.
pub(super) fn is_function(name: &str) -> bool {
    name.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("fn::"))
}

/// What a function answers.
///
/// # Errors
/// When there is no such function, or its argument has not the form that it takes.
pub(super) fn call(name: &str, argument: &Evaluated, folder: &Path) -> Result<Evaluated, String> {
    let known = FUNCTIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let function = match known {
        Some(("fn::stackReference", _)) => return Ok(Evaluated::unknown("an output of another stack")),
        Some((_, Some(function))) => function,
        // `fn::aws:getRegion` calls that function of a package.
        None if !name.get(4..).is_some_and(|rest| rest.contains(':')) => {
            let near = nearest_of(name, FUNCTIONS.map(|(known, _)| known));
            let near = near.map(|near| format!("; nearest: `{near}`")).unwrap_or_default();
            return Err(format!("`{name}` is not a function of Pulumi YAML{near}"));
        }
        _ => return Ok(Evaluated::unknown(format!("the result of `{name}`"))),
    };
    // These two take what is known out of what is not.
    let is_lazy = known.is_some_and(|(name, _)| ["fn::secret", "fn::select"].contains(name));
    match argument.why_unknown() {
        Some(why) if !is_lazy => Ok(Evaluated::unknown(why).secret_if(argument.holds_secret())),
        _ => function(argument, folder)
            .map(|answer| answer.secret_if(argument.holds_secret() && !is_lazy))
            .map_err(|reason| format!("`{name}` {reason}")),
    }
}

fn secret(argument: &Evaluated, _: &Path) -> Result<Evaluated, String> {
    Ok(argument.clone().secret_if(true))
}

fn select(argument: &Evaluated, _: &Path) -> Result<Evaluated, String> {
    let [index, items] = pair(argument, "takes a list of two: a number from 0, and a list")?;
    if let Some(why) = index.why_unknown() {
        return Ok(Evaluated::unknown(why));
    }
    let index = match index.known {
        Known::Number(number) if number >= 0.0 && number.fract() == 0.0 => format!("{number:.0}").parse().ok(),
        Known::Whole(number) => usize::try_from(number).ok(),
        _ => None,
    };
    match index {
        Some(index) => items.at(&Step::Item(index)),
        None => Err("takes a whole number from 0 as its first item".to_owned()),
    }
}

fn join(argument: &Evaluated, _: &Path) -> Result<Evaluated, String> {
    let form = "takes a list of two: a separator, and a list of strings";
    let [separator, items] = pair(argument, form)?;
    let separator = match &separator.known {
        Known::Null => "",
        Known::Text(text) => text,
        _ => return Err(format!("{form}; the separator is {}", separator.kind())),
    };
    let Known::List(items) = &items.known else { return Err(format!("{form}; the second is {}", items.kind())) };
    let text = |(index, item): (usize, &Evaluated)| match &item.known {
        Known::Text(text) => Ok(text.clone()),
        _ => Err(format!("{form}; item [{index}] of it is {}", item.kind())),
    };
    let texts: Vec<String> = items.iter().enumerate().map(text).collect::<Result<_, _>>()?;
    Ok(Known::Text(texts.join(separator)).into())
}

fn split(argument: &Evaluated, _: &Path) -> Result<Evaluated, String> {
    let form = "takes a list of two strings: a separator, and what it separates";
    let [separator, text] = pair(argument, form)?;
    let (Known::Text(separator), Known::Text(text)) = (&separator.known, &text.known) else {
        return Err(format!("{form}; these are {} and {}", separator.kind(), text.kind()));
    };
    let items: Vec<String> = match separator.is_empty() {
        true => text.chars().map(String::from).collect(),
        false => text.split(separator.as_str()).map(str::to_owned).collect(),
    };
    Ok(Known::List(items.into_iter().map(|item| Known::Text(item).into()).collect()).into())
}

/// JSON as Go writes it: without spaces, and without the letters that HTML takes for its own.
fn to_json(argument: &Evaluated, _: &Path) -> Result<Evaluated, String> {
    let mut text = argument.json().to_string();
    for (letter, escaped) in
        [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")]
    {
        text = text.replace(letter, escaped);
    }
    Ok(Known::Text(text).into())
}

fn to_base64(argument: &Evaluated, _: &Path) -> Result<Evaluated, String> {
    Ok(Known::Text(STANDARD.encode(text(argument)?)).into())
}

fn from_base64(argument: &Evaluated, _: &Path) -> Result<Evaluated, String> {
    let bytes = STANDARD.decode(text(argument)?).map_err(|_| "takes a string in Base64")?;
    let text = String::from_utf8(bytes).map_err(|_| "takes the Base64 of a text in UTF-8")?;
    Ok(Known::Text(text).into())
}

/// The text of a file; a relative path is one in the folder of the program.
fn read_file(argument: &Evaluated, folder: &Path) -> Result<Evaluated, String> {
    let path = folder.join(text(argument)?);
    let named = if argument.secret { "the file".to_owned() } else { path.display().to_string() };
    let text = std::fs::read_to_string(&path).map_err(|error| format!("cannot read {named}: {error}"))?;
    Ok(Known::Text(text).into())
}

fn text(argument: &Evaluated) -> Result<&str, String> {
    match &argument.known {
        Known::Text(text) => Ok(text),
        _ => Err(format!("takes a string, got {}", argument.kind())),
    }
}

/// The two items of a list.
fn pair<'a>(argument: &'a Evaluated, form: &str) -> Result<[&'a Evaluated; 2], String> {
    let Known::List(items) = &argument.known else { return Err(form.to_owned()) };
    match items.as_slice() {
        [one, two] => Ok([one, two]),
        _ => Err(form.to_owned()),
    }
}
