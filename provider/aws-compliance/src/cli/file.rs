//! Inputs of a deployment in a file.

use std::io::Read;
use std::path::Path;

use pulumi_component::Checks;
use pulumi_component::engine::{Judged, judge};
use pulumi_component::value::{PropertyMap, PropertyValue, Value};

use crate::cli::program::{self, Found};
use crate::cli::terminal;
use crate::inputs::monitoring::ComplianceMonitoringArgs;

/// The inputs of the component in a YAML or JSON file, or in a Pulumi program in YAML; `-` is standard input.
///
/// # Errors
/// When the file cannot be read, is not an object, or is a program of several components.
pub(super) fn read(file: &Path) -> Result<PropertyMap, String> {
    let mut found = read_all(file)?;
    match (found.pop(), found.pop()) {
        (Some(one), None) => Ok(one.inputs),
        (last, other) => {
            let places: Vec<_> = other.iter().chain(&last).map(|one| one.at.to_string()).collect();
            Err(format!("{}: expected one ComplianceMonitoring, found {}", file.display(), places.join(" and ")))
        }
    }
}

/// The inputs of each component of a file.
///
/// # Errors
/// When the file cannot be read, is not an object, or is a program without the component.
pub(super) fn read_all(file: &Path) -> Result<Vec<Found>, String> {
    let named = file.display();
    let text = match file.to_str() {
        Some("-") => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map(|_| text)
        }
        _ => std::fs::read_to_string(file),
    };
    let text = text.map_err(|error| format!("{named}: {error}"))?;
    // YAML contains JSON.
    let read: serde_json::Value = serde_saphyr::from_str(&text).map_err(|error| format!("{named}: {error}"))?;
    match PropertyValue::from_json(read).value {
        Value::Object(members) => program::components(members).map_err(|reason| format!("{named}: {reason}")),
        _ => Err(format!("{named}: expected an object with inputs of ComplianceMonitoring, such as `rules`")),
    }
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
