//! Whether AWS Security Hub is enabled where findings are exported to it: asked of the `aws` provider, with its credentials.

use pulumi_component::value::{PropertyError, PropertyMap};
use pulumi_component::{Context, Error};

use crate::account::existing::reading::{CLOUD_CONTROL, is_missing};
use crate::account::facts::plain;
use crate::inputs::exports::ExportsArgs;
use crate::plan::target::Target;

/// What Security Hub says where it is not enabled; Cloud Control passes it on.
const NOT_SUBSCRIBED: &str = "not subscribed to AWS Security Hub";

/// What keeps findings from being exported. What cannot be found out is a warning: each run says it as well.
pub(crate) async fn problem(context: &Context, exports: ExportsArgs, target: &Target) -> Option<PropertyError> {
    let (Some(account), Some(region), Some(partition)) = (&target.account_id, &target.region, &target.partition) else {
        return None;
    };
    if !exports.security_hub {
        return None;
    }
    let arn = format!("arn:{partition}:securityhub:{region}:{account}:hub/default");
    let arguments = PropertyMap::from([
        ("typeName".to_owned(), "AWS::SecurityHub::Hub".into()),
        ("identifier".to_owned(), arn.as_str().into()),
    ]);
    let path = ["exports", "securityHub"];
    match context.invoke(&aws_resources::AWS, CLOUD_CONTROL, arguments).await {
        Ok(_) => None,
        Err(error) if is_not_enabled(&error) => Some(PropertyError::new(
            path,
            format!(
                "AWS Security Hub is not enabled in account {account} and region {region}; enable it with \
                 `aws securityhub enable-security-hub --region {region}`, or omit `exports.securityHub`"
            ),
        )),
        Err(error) => {
            let reason = format!(
                "it was not found out whether AWS Security Hub is enabled: {}; where it is not, each run of \
                 aggregation fails after its report",
                plain(&error.to_string())
            );
            context.warn(PropertyError::new(path, reason).to_string());
            None
        }
    }
}

fn is_not_enabled(error: &Error) -> bool {
    is_missing(error) || error.to_string().contains(NOT_SUBSCRIBED)
}
