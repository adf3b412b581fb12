//! What remediation left for the report.

use functions_core::remediation::listed::{KEY, Listed};
use serde_json::json;

use crate::{log, store::Store};

/// What the last run of remediation left; `None` where it has not run, or where that cannot be read: the report does without.
pub(super) async fn read(store: &Store, run_id: &str) -> Option<Listed> {
    let object = match store.read_if_there(KEY).await {
        Ok(object) => object?,
        Err(error) => {
            log::error(run_id, "remediations are not read: the report does without", &error.into());
            return None;
        }
    };
    match serde_json::from_slice(&object.body) {
        Ok(listed) => Some(listed),
        Err(error) => {
            let fields = json!({ "key": KEY, "cause": error.to_string() });
            log::info(run_id, "remediations do not read: the report does without", &fields);
            None
        }
    }
}
