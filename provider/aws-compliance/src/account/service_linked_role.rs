//! Whether the account has AWS Config's service-linked role.

use pulumi_component::Context;
use pulumi_component::value::{PropertyMap, Value};

use crate::account::facts::{AccountFacts, ServiceLinkedRole, plain};
use crate::inputs::recorder::RecorderSettingsArgs;

/// Path of the service-linked role (AWS Config Developer Guide, "Using Service-Linked Roles for AWS Config").
const PATH: &str = "/aws-service-role/config.amazonaws.com/";

/// Asks for the service-linked role where a recorder of this component needs it, with the credentials of the `aws` provider.
pub async fn find(
    context: &Context,
    is_needed: bool,
    settings: &RecorderSettingsArgs,
    facts: AccountFacts,
) -> AccountFacts {
    if settings.role_arn.is_some() || !is_needed {
        return facts;
    }
    let path = PropertyMap::from([("pathPrefix".to_owned(), Value::String(PATH.to_owned()).into())]);
    let answer = context.invoke(&aws_resources::AWS, "aws:iam/getRoles:getRoles", path).await;
    let role = match answer {
        Ok(answer) => answer.map_or(ServiceLinkedRole::Unknown, |roles| read(&roles)),
        Err(error) => {
            context.warn(format!(
                "recorder: cannot find out whether the role AWSServiceRoleForConfig exists, so it will be created: {}. \
                 If IAM then says that its name has been taken, set `recorder.roleArn` to its ARN",
                plain(&error.to_string())
            ));
            ServiceLinkedRole::Unknown
        }
    };
    if context.is_preview() {
        match &role {
            ServiceLinkedRole::Missing => context.info("recorder: the role AWSServiceRoleForConfig will be created"),
            ServiceLinkedRole::Exists(arn) => context.info(format!("recorder: the role {arn} exists and will be used")),
            ServiceLinkedRole::Unknown => {}
        }
    }
    facts.with_service_linked_role(role)
}

fn read(roles: &PropertyMap) -> ServiceLinkedRole {
    let Some(Value::List(arns)) = roles.get("arns").map(|arns| &arns.value) else { return ServiceLinkedRole::Unknown };
    match arns.first().map(|arn| &arn.value) {
        None => ServiceLinkedRole::Missing,
        Some(Value::String(arn)) => ServiceLinkedRole::Exists(arn.clone()),
        Some(_) => ServiceLinkedRole::Unknown,
    }
}
