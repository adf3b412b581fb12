//! Inputs of a deployment in a file.

use std::io::Read;
use std::path::Path;

use pulumi_component::{PropertyMap, PropertyValue, Value};

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
