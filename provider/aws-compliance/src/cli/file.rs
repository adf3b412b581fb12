//! Inputs of a deployment in a file.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use pulumi_component::Checks;
use pulumi_component::engine::{Judged, judge};
use pulumi_component::value::PropertyMap;

use crate::cli::known::Known;
use crate::cli::program::{self, Found, Read};
use crate::cli::terminal;
use crate::inputs::monitoring::ComplianceMonitoringArgs;

/// The inputs of the component in a YAML or JSON file, or in a Pulumi program in YAML; `-` is standard input. What is not
/// known before a deployment is left out, with a warning.
///
/// # Errors
/// When the file cannot be read, is not an object, or is a program of several components.
pub(super) fn read(file: &Path) -> Result<PropertyMap, String> {
    let mut read = read_all(file, None)?;
    if let Some(problem) = read.problems.first() {
        return Err(format!("{}: {problem}", file.display()));
    }
    match (read.found.pop(), read.found.pop()) {
        (Some(Found { at, inputs, unread, .. }), None) => {
            for place in &unread {
                let at = at.join(&place.path);
                terminal::warning(&format!(
                    "{}: {at}: left out, because it is not known: {}",
                    file.display(),
                    place.why
                ));
            }
            Ok(Known::of(inputs, &unread).inputs)
        }
        (last, other) => {
            let places: Vec<_> = other.iter().chain(&last).map(|one| one.at.to_string()).collect();
            Err(format!("{}: expected one ComplianceMonitoring, found {}", file.display(), places.join(" and ")))
        }
    }
}

/// What a file says, with the stack of that name.
///
/// # Errors
/// When the file cannot be read, is not an object, or is a program without the component.
pub(super) fn read_all(file: &Path, stack: Option<&str>) -> Result<Read, String> {
    if file.to_str() == Some("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(|error| format!("standard input: {error}"))?;
        return program::read("standard input", &text, None, stack);
    }
    let file = match file.is_dir() {
        true => project(file)?,
        false => file.to_path_buf(),
    };
    let named = file.display().to_string();
    let text = std::fs::read_to_string(&file).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => format!("{named}: expected text in UTF-8, as YAML and JSON are"),
        _ => format!("{named}: {error}"),
    })?;
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if let Some((_, language)) = LANGUAGES.iter().find(|(known, _)| *known == extension) {
        return Err(format!(
            "{named}: this is a file of {language}, and programs in YAML alone can be read; run `pulumi preview`, or put the \
             inputs of the component into a YAML file"
        ));
    }
    program::read(&named, &text, Some(file.parent().unwrap_or(Path::new(""))), stack)
}

/// Files of programs in other languages, by the end of their name.
const LANGUAGES: [(&str, &str); 10] = [
    ("ts", "TypeScript"),
    ("tsx", "TypeScript"),
    ("mts", "TypeScript"),
    ("js", "JavaScript"),
    ("mjs", "JavaScript"),
    ("cjs", "JavaScript"),
    ("py", "Python"),
    ("go", "Go"),
    ("cs", "C#"),
    ("java", "Java"),
];

/// The file of the project in a folder.
fn project(folder: &Path) -> Result<PathBuf, String> {
    let files = ["Pulumi.yaml", "Pulumi.yml"].map(|name| folder.join(name));
    let found = files.into_iter().find(|file| file.is_file());
    found.ok_or_else(|| {
        format!(
            "{}: a folder without Pulumi.yaml; expected a file with inputs, or the folder of a project",
            folder.display()
        )
    })
}

/// Reads the inputs of a deployment as its preview does: what has an invalid name or shape is a problem, and the rest is
/// checked all the same.
pub(super) fn deployment(
    given: PropertyMap,
    check: fn(&ComplianceMonitoringArgs, &mut Checks),
) -> Judged<ComplianceMonitoringArgs> {
    judge::<ComplianceMonitoringArgs>(given, check)
}

/// The inputs of a deployment, all of them valid by shape.
pub(super) struct Inputs {
    /// As they are given.
    pub given: PropertyMap,
    /// As the component takes them.
    pub args: ComplianceMonitoringArgs,
}

/// Reads the inputs of a deployment for a command that does not go on with invalid ones.
///
/// # Errors
/// With every problem, each with the file and the path in it.
pub(super) fn inputs(path: &Path) -> Result<Inputs, Vec<String>> {
    let given = read(path).map_err(|reason| vec![reason])?;
    let judged = deployment(given.clone(), |_, _| {});
    judged.warnings.iter().for_each(terminal::warning);
    match judged.args {
        Some(args) if judged.problems.is_empty() => Ok(Inputs { given, args }),
        _ => Err(judged.problems.iter().map(|problem| format!("{}: {problem}", path.display())).collect()),
    }
}
