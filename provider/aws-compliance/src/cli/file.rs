//! Inputs of a deployment in a file.

use std::io::Read;
use std::path::Path;

use pulumi_component::{Checks, Judged, PropertyMap, PropertyValue, Value, judge};

use crate::cli::terminal;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::queries::rules::CheckRulesArgs;

/// The members of a YAML or JSON file; `-` is standard input.
///
/// # Errors
/// When the file cannot be read, or is not an object.
pub(super) fn read(file: &Path) -> Result<PropertyMap, String> {
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
        Value::Object(members) => Ok(members),
        _ => Err(format!("{named}: expected an object with inputs of ComplianceMonitoring, such as `rules`")),
    }
}

/// What a file says.
pub(super) struct Deployment {
    /// Its inputs, or those of them that are given, with what is invalid in them.
    pub judged: Judged<ComplianceMonitoringArgs>,
    /// The regions beside them, which are no input of a deployment.
    pub regions: Vec<String>,
}

/// Reads the inputs of a deployment as its preview does: what has an invalid name or shape is a problem, and the rest is
/// checked all the same.
pub(super) fn deployment(mut given: PropertyMap, check: fn(&ComplianceMonitoringArgs, &mut Checks)) -> Deployment {
    let of_regions: PropertyMap = given.remove_entry("regions").into_iter().collect();
    let mut judged = judge::<ComplianceMonitoringArgs>(given, check);
    let of_regions = judge::<CheckRulesArgs>(of_regions, |_, _| {});
    judged.problems.extend(of_regions.problems);
    judged.warnings.extend(of_regions.warnings);
    Deployment { judged, regions: of_regions.args.unwrap_or_default().regions }
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
    let mut given = read(path).map_err(|reason| vec![reason])?;
    let judged = deployment(given.clone(), |_, _| {}).judged;
    given.remove("regions");
    judged.warnings.iter().for_each(terminal::warning);
    match judged.args {
        Some(args) if judged.problems.is_empty() => Ok(Inputs { given, args }),
        _ => Err(judged.problems.iter().map(|problem| format!("{}: {problem}", path.display())).collect()),
    }
}
