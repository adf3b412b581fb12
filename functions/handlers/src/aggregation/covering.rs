//! What this account and region record, and how the rules evaluate that count.

use functions_report::input::{Coverage, Evaluator, Recorder};

use super::known::Known;
use crate::{config_reads::ConfigReads, error::AwsError, log};

/// What is recorded and evaluated; `None` where it cannot be read: the report does without.
pub(super) async fn read(config: &ConfigReads, known: &Known, run_id: &str) -> Option<Coverage> {
    let read = async {
        Ok::<_, AwsError>(Coverage { recorders: recorders(config).await?, rules: rules(config, known).await? })
    };
    match read.await {
        Ok(coverage) => Some(coverage),
        Err(error) => {
            log::error(run_id, "recorders and rules are not read: the report does without coverage", &error.into());
            None
        }
    }
}

async fn recorders(config: &ConfigReads) -> Result<Vec<Recorder>, AwsError> {
    let answer = config.read(|client| client.describe_configuration_recorders().send()).await;
    let answer = answer.map_err(|error| AwsError::new("DescribeConfigurationRecorders", &error))?;
    let names = |types: &[aws_sdk_config::types::ResourceType]| -> Vec<String> {
        types.iter().map(|each| each.as_str().to_owned()).collect()
    };
    let recorders = answer.configuration_recorders().iter().map(|recorder| {
        let group = recorder.recording_group();
        let types = group.map(|group| names(group.resource_types())).unwrap_or_default();
        let excluded = group.and_then(|group| group.exclusion_by_resource_types());
        let excluded = excluded.map(|excluded| names(excluded.resource_types())).unwrap_or_default();
        let mode = recorder.recording_mode();
        let overrides = mode.map(|mode| mode.recording_mode_overrides()).unwrap_or_default();
        let exceptions = overrides.iter().flat_map(|one| {
            let frequency = one.recording_frequency().as_str();
            one.resource_types().iter().map(|each| (each.as_str().to_owned(), frequency.to_owned()))
        });
        Recorder {
            name: recorder.name().unwrap_or_default().to_owned(),
            all: group.is_some_and(|group| group.all_supported()) || (types.is_empty() && !excluded.is_empty()),
            types,
            excluded,
            // A recorder without a mode records each change (AWS Config API Reference, "RecordingMode").
            frequency: mode.map_or("CONTINUOUS", |mode| mode.recording_frequency().as_str()).to_owned(),
            exceptions: exceptions.collect(),
        }
    });
    Ok(recorders.collect())
}

async fn rules(config: &ConfigReads, known: &Known) -> Result<Vec<Evaluator>, AwsError> {
    let mut found = Vec::new();
    let read = config.pages(
        |client, token| client.describe_config_rules().set_next_token(token).send(),
        |page| {
            let counted = page
                .config_rules()
                .iter()
                .filter(|rule| rule.config_rule_name().is_some_and(|name| known.counted(name).is_some()));
            found.extend(counted.map(|rule| Evaluator {
                name: rule.config_rule_name().unwrap_or_default().to_owned(),
                parameters: rule.input_parameters().filter(|text| *text != "{}").unwrap_or_default().to_owned(),
                frequency: rule.maximum_execution_frequency().map(|each| each.as_str().to_owned()).unwrap_or_default(),
                types: rule.scope().map(|scope| scope.compliance_resource_types().to_vec()).unwrap_or_default(),
            }));
            page.next_token
        },
    );
    read.await.map_err(|error| AwsError::new("DescribeConfigRules", &error))?;
    found.sort_by(|one: &Evaluator, other| one.name.cmp(&other.name));
    Ok(found)
}
