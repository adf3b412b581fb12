//! Log lines: one JSON object each, on standard output, which Lambda sends to the function's log group.

use serde_json::{Value, json};

use crate::error::HandlerError;

/// What was done. `fields` is an object of whatever belongs to it.
pub fn info(request_id: &str, message: &str, fields: &Value) {
    line(&json!({ "level": "INFO", "requestId": request_id, "message": message, "fields": fields }));
}

/// What failed and is tried again.
pub fn warning(request_id: &str, message: &str, error: &HandlerError) {
    failure("WARN", request_id, message, error);
}

/// What failed.
pub fn error(request_id: &str, message: &str, error: &HandlerError) {
    failure("ERROR", request_id, message, error);
}

fn failure(level: &str, request_id: &str, message: &str, error: &HandlerError) {
    let fields = json!({ "errorType": error.error_type(), "error": error.to_string() });
    line(&json!({ "level": level, "requestId": request_id, "message": message, "fields": fields }));
}

/// A line whose shape is someone else's, such as metrics.
pub fn line(line: &Value) {
    println!("{line}");
}
