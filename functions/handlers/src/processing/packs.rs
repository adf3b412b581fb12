//! Conformance packs: the names that the account gives their rules, and which packs are not whole.

use functions_core::{
    configuration::PackEntry,
    pack::{IncompletePack, PACKS_PER_CALL, ReportedPack, incomplete},
};

use crate::{config_reads::ConfigReads, error::AwsError};

/// Names of the rules that these packs brought; none of a pack that is not there.
pub(super) async fn rules(config: &ConfigReads, packs: &[PackEntry]) -> Result<Vec<String>, AwsError> {
    let mut found = Vec::new();
    for pack in packs {
        let read = config.pages(
            |client, token| {
                let request = client.describe_conformance_pack_compliance().conformance_pack_name(&pack.name);
                request.set_next_token(token).send()
            },
            |page| {
                let rules = page.conformance_pack_rule_compliance_list();
                found.extend(rules.iter().filter_map(|rule| rule.config_rule_name().map(str::to_owned)));
                page.next_token
            },
        );
        match read.await {
            Ok(()) => {}
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_no_such_conformance_pack_exception()) => {}
            Err(error) => {
                return Err(AwsError::new(format!("DescribeConformancePackCompliance of `{}`", pack.name), &error));
            }
        }
    }
    Ok(found)
}

/// Those of these packs that are not whole.
pub(super) async fn not_whole(config: &ConfigReads, packs: &[PackEntry]) -> Result<Vec<IncompletePack>, AwsError> {
    let mut reported = Vec::new();
    for some in packs.chunks(PACKS_PER_CALL) {
        let names: Vec<String> = some.iter().map(|pack| pack.name.clone()).collect();
        let read = config.pages(
            |client, token| {
                let request = client.describe_conformance_pack_status().set_conformance_pack_names(Some(names.clone()));
                request.set_next_token(token).send()
            },
            |page| {
                reported.extend(page.conformance_pack_status_details().iter().map(|pack| ReportedPack {
                    name: pack.conformance_pack_name().to_owned(),
                    state: pack.conformance_pack_state().as_str().to_owned(),
                    reason: pack.conformance_pack_status_reason().map(str::to_owned),
                }));
                page.next_token
            },
        );
        read.await.map_err(|error| AwsError::new("DescribeConformancePackStatus", &error))?;
    }
    Ok(incomplete(packs, reported))
}
