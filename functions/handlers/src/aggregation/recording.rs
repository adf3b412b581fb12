//! Whether the recorders of the deployment's regions record.

use aws_sdk_config::types::{ConfigurationRecorderStatus, RecorderStatus};
use functions_core::run::Run;
use serde_json::json;

use crate::{
    aws::unless_refused,
    config_reads::ConfigReads,
    error::{AwsError, HandlerError},
    log,
};

/// Whether the recorder of any region of the deployment is stopped; `None` where no region says so and that of home may not be
/// read. The log names the regions. `regions`: those beside the region of `run`.
///
/// # Errors
/// When AWS does not answer at home. Another region that does not answer is logged, and ends no report.
pub(super) async fn any_stopped(
    config: &ConfigReads,
    regions: impl Iterator<Item = &str>,
    run: &Run,
) -> Result<Option<bool>, HandlerError> {
    let unknown = "the recorder may not be read: whether it records is unknown";
    let at_home = unless_refused(is_stopped(config).await, &run.id, unknown)?;
    let mut stopped: Vec<String> = Vec::new();
    stopped.extend((at_home == Some(true)).then(|| run.origin.region.clone()));
    for region in regions {
        match is_stopped(&config.in_region(region)).await {
            Ok(true) => stopped.push(region.to_owned()),
            Ok(false) => {}
            Err(error) => {
                let message = format!("{region}: the recorder cannot be read: whether it records is unknown");
                log::error(&run.id, &message, &error.into());
            }
        }
    }
    if stopped.is_empty() {
        return Ok(at_home);
    }
    log::info(&run.id, "AWS Config does not record", &json!({ "regions": stopped }));
    Ok(Some(true))
}

/// Whether the recorder of the account in the region of `config` is stopped, cannot deliver, or is missing: the rules then keep their last
/// evaluation results and nothing says so.
pub(super) async fn is_stopped(config: &ConfigReads) -> Result<bool, AwsError> {
    let answer = config.read(|client| client.describe_configuration_recorder_status().send()).await;
    let answer = answer.map_err(|error| AwsError::new("DescribeConfigurationRecorderStatus".to_owned(), &error))?;
    // The API reference writes `Failure`, the service has been seen to answer in capitals.
    let failed = |status: &ConfigurationRecorderStatus| {
        let word = status.last_status.as_ref().map(RecorderStatus::as_str);
        word.is_some_and(|word| word.eq_ignore_ascii_case(RecorderStatus::Failure.as_str()))
    };
    Ok(!answer.configuration_recorders_status().iter().any(|status| status.recording && !failed(status)))
}
