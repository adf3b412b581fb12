//! The regions that are enabled for the account.

use account_look::explained;
use pulumi_component::value::{PropertyError, PropertyMap, Value};
use pulumi_component::{Context, Error};

use crate::inputs::regions::RegionsArg;
use crate::plan::regions::MonitoredRegions;

const GET_REGIONS: &str = "aws:index/getRegions:getRegions";

/// The regions that the inputs ask for: those listed, or, as EC2's `DescribeRegions` says, those that the account can use.
///
/// # Errors
/// When the account does not say which ones it can use.
pub async fn monitored(context: &Context, regions: &RegionsArg) -> Result<MonitoredRegions, Error> {
    if !regions.are_of_account() {
        return Ok(MonitoredRegions::of(regions));
    }
    let refused = |reason: &str| {
        let said = explained("the `aws` provider", reason).map(|said| format!("{said} ")).unwrap_or_default();
        let reason = format!(
            "which regions are enabled for the account could not be read: {said}({reason}); allow `ec2:DescribeRegions`, or list \
             the regions instead of `all`"
        );
        Error::InvalidInputs(vec![PropertyError::new("regions", reason)])
    };
    match context.invoke(&aws_resources::AWS, GET_REGIONS, PropertyMap::new()).await {
        Ok(Some(answer)) => match names(&answer) {
            Some(codes) => Ok(MonitoredRegions { codes, listed: false }),
            None => Err(refused("the answer has no names of regions")),
        },
        Ok(None) => {
            context.info(
                "which regions are enabled for the account is not known before the provider's configuration is; this preview shows \
                 the region of the provider alone",
            );
            Ok(MonitoredRegions { codes: Vec::new(), listed: false })
        }
        Err(Error::Failed(reason)) => Err(refused(&reason)),
        Err(error) => Err(error),
    }
}

/// The regions of an answer, in the order of their names; nothing where it has none, or one that is no text.
fn names(answer: &PropertyMap) -> Option<Vec<String>> {
    let Value::List(listed) = &answer.get("names")?.value else { return None };
    let text = |value: &Value| match value {
        Value::String(code) => Some(code.clone()),
        _ => None,
    };
    let mut codes: Vec<_> = listed.iter().map(|one| text(&one.value)).collect::<Option<_>>()?;
    codes.sort();
    (!codes.is_empty()).then_some(codes)
}
