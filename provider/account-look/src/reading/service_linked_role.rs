//! Whether the account has AWS Config's service-linked role.

use aws_config::SdkConfig;
use aws_sdk_iam::Client;

use super::bounded::{Deadline, Read};
use super::failure::{Failure, sorted};
use crate::look::{Part, Recorder, RecorderKind, ServiceLinkedRole};

/// Name of the role in every partition (AWS Config Developer Guide, "Using Service-Linked Roles for AWS Config").
const NAME: &str = "AWSServiceRoleForConfig";

/// The role, where no recorder of the account shows which role it has.
pub async fn service_linked_role(
    shared: &SdkConfig,
    recorders: Option<&[Recorder]>,
    deadline: Deadline,
) -> Option<Read<ServiceLinkedRole>> {
    if recorders?.iter().any(|recorder| recorder.kind != RecorderKind::ServiceLinked) {
        return None;
    }
    let read = deadline.bound("iam:GetRole", read(Client::new(shared))).await;
    Some(Read::of(Part::ServiceLinkedRole, read.and_then(|role| role)))
}

async fn read(client: Client) -> Result<ServiceLinkedRole, Failure> {
    match sorted("iam:GetRole", client.get_role().role_name(NAME).send().await) {
        Ok(answer) => Ok(ServiceLinkedRole { arn: answer.role.map(|role| role.arn) }),
        Err(failure) if failure.is("NoSuchEntity") => Ok(ServiceLinkedRole { arn: None }),
        Err(failure) => Err(failure),
    }
}
