//! Inputs of a deployment in a file.

use std::io::Read;
use std::path::Path;

use pulumi_component::{PropertyError, PropertyMap, PropertyValue, Value, as_texts, check, from_properties};

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
    /// Its inputs, or those of them that are given.
    pub args: ComplianceMonitoringArgs,
    /// The regions beside them, which are no input of a deployment.
    pub regions: Vec<String>,
    /// Numbers and booleans that were read as text, as a preview reads them.
    pub said: Vec<PropertyError>,
}

/// Reads the inputs of a deployment as its preview does.
///
/// # Errors
/// Everything whose name or shape is invalid.
pub(super) fn deployment(mut given: PropertyMap) -> Result<Deployment, Vec<PropertyError>> {
    let of_regions: PropertyMap = given.remove_entry("regions").into_iter().collect();
    let (given, said) = as_texts::<ComplianceMonitoringArgs>(given);
    let mut problems = check::<ComplianceMonitoringArgs>(&given);
    problems.extend(check::<CheckRulesArgs>(&of_regions));
    if !problems.is_empty() {
        return Err(problems);
    }
    let args = from_properties::<ComplianceMonitoringArgs>(given).map_err(|problem| vec![problem])?;
    let regions = from_properties::<CheckRulesArgs>(of_regions).map_err(|problem| vec![problem])?.regions;
    Ok(Deployment { args, regions, said })
}
