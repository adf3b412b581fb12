//! Conformance packs: the names that the account gives their rules, and which packs are not whole.

use aws_sdk_config::Client;
use functions_core::{
    configuration::PackEntry,
    pack::{IncompletePack, PACKS_PER_CALL, ReportedPack, incomplete},
};

use crate::error::AwsError;

/// Names of the rules that these packs brought; none of a pack that is not there.
pub(super) async fn rules(config: &Client, packs: &[PackEntry]) -> Result<Vec<String>, AwsError> {
    let mut found = Vec::new();
    for pack in packs {
        let request = || config.describe_conformance_pack_compliance().conformance_pack_name(&pack.name);
        let mut token = None;
        loop {
            let page = match request().set_next_token(token).send().await {
                Ok(page) => page,
                Err(error)
                    if error
                        .as_service_error()
                        .is_some_and(|error| error.is_no_such_conformance_pack_exception()) =>
                {
                    break;
                }
                Err(error) => {
                    return Err(AwsError::new(format!("DescribeConformancePackCompliance of `{}`", pack.name), &error));
                }
            };
            let rules = page.conformance_pack_rule_compliance_list();
            found.extend(rules.iter().filter_map(|rule| rule.config_rule_name().map(str::to_owned)));
            token = page.next_token().map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
    }
    Ok(found)
}

/// Those of these packs that are not whole.
pub(super) async fn not_whole(config: &Client, packs: &[PackEntry]) -> Result<Vec<IncompletePack>, AwsError> {
    let mut reported = Vec::new();
    for some in packs.chunks(PACKS_PER_CALL) {
        if let Some(found) = describe(config, some).await? {
            reported.extend(found);
            continue;
        }
        // One pack that is not there fails the whole call: ask for each, so that the others keep their states.
        for one in some.chunks(1) {
            reported.extend(describe(config, one).await?.unwrap_or_default());
        }
    }
    Ok(incomplete(packs, reported))
}

/// What AWS Config says of these packs; `None` where it does not have one of them.
async fn describe(config: &Client, packs: &[PackEntry]) -> Result<Option<Vec<ReportedPack>>, AwsError> {
    let names: Vec<String> = packs.iter().map(|pack| pack.name.clone()).collect();
    let request = || config.describe_conformance_pack_status().set_conformance_pack_names(Some(names.clone()));
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let page = match request().set_next_token(token).send().await {
            Ok(page) => page,
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_no_such_conformance_pack_exception()) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(AwsError::new("DescribeConformancePackStatus", &error)),
        };
        found.extend(page.conformance_pack_status_details().iter().map(|pack| ReportedPack {
            name: pack.conformance_pack_name().to_owned(),
            state: pack.conformance_pack_state().as_str().to_owned(),
            reason: pack.conformance_pack_status_reason().map(str::to_owned),
        }));
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            return Ok(Some(found));
        }
    }
}
