//! The key that the user gave, and its policy.

use aws_config::SdkConfig;
use aws_sdk_kms::Client;
use aws_sdk_kms::types::KeyManagerType;
use compliance_types::arn::Arn;

use super::bounded::{Deadline, Read};
use super::failure::{Failure, sorted};
use super::identity::in_region;
use crate::look::{Key, Part};
use crate::request::LookRequest;

/// The one name that a key policy has (KMS API Reference, "GetKeyPolicy").
const POLICY_NAME: &str = "default";

/// The key, where one was given.
pub async fn key(shared: &SdkConfig, request: &LookRequest, deadline: Deadline) -> Option<Read<Key>> {
    let arn = &request.key.as_ref()?.arn;
    // A key is asked where it is; one in another region is told by its description there.
    let region = Arn::parse(arn).ok().map(|arn| arn.region).filter(|region| !region.is_empty());
    let client = Client::new(&region.map_or_else(|| shared.clone(), |region| in_region(shared, region)));
    let mut read = Read::all(Key { arn: arn.clone(), ..Key::default() });
    let key = read.value.get_or_insert_default();
    let described = deadline.bound("kms:DescribeKey", describe(&client, arn, key)).await.and_then(|found| found);
    // The policy is asked of the key itself, which an alias leads to.
    let id = match described {
        Ok(id) => id,
        Err(failure) if failure.is("NotFoundException") => {
            key.exists = Some(false);
            return Some(read);
        }
        Err(failure) => {
            read.unread.push(failure.unread(Part::Key));
            arn.clone()
        }
    };
    match deadline.bound("kms:GetKeyPolicy", policy(&client, &id)).await.and_then(|policy| policy) {
        Ok(policy) => key.policy = Some(policy),
        Err(failure) => read.unread.push(failure.unread(Part::KeyPolicy)),
    }
    Some(read)
}

async fn describe(client: &Client, arn: &str, key: &mut Key) -> Result<String, Failure> {
    let answer = sorted("kms:DescribeKey", client.describe_key().key_id(arn).send().await)?;
    key.exists = Some(true);
    let Some(described) = answer.key_metadata else { return Ok(arn.to_owned()) };
    key.state = described.key_state.map(|state| state.as_str().to_owned());
    key.spec = described.key_spec.map(|spec| spec.as_str().to_owned());
    key.aws_managed = described.key_manager == Some(KeyManagerType::Aws);
    Ok(described.arn.unwrap_or_else(|| arn.to_owned()))
}

async fn policy(client: &Client, id: &str) -> Result<serde_json::Value, Failure> {
    let answer = client.get_key_policy().key_id(id).policy_name(POLICY_NAME).send().await;
    let text = sorted("kms:GetKeyPolicy", answer)?.policy.unwrap_or_default();
    Ok(serde_json::from_str(&text).unwrap_or_default())
}
