//! Which regions are enabled for the account: asked of the `aws` provider, with its credentials.

use std::collections::BTreeSet;

use account_look::explained;
use compliance_types::region::is_opt_in_region;
use pulumi_component::value::{PropertyError, PropertyMap, Value};
use pulumi_component::{Context, Error};

use crate::account::facts::AccountFacts;
use crate::inputs::regions::RegionsArg;
use crate::plan::regions::{MonitoredRegions, RegionPlan};

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

/// Those of these regions that the account has not enabled (Amazon EC2 API Reference, "DescribeRegions", `opt-in-status`). Without
/// a region that has to be enabled nothing is asked. What cannot be found out is a warning: AWS refuses every call there.
pub(crate) async fn disabled(context: &Context, regions: impl Iterator<Item = &RegionPlan>) -> BTreeSet<String> {
    let asked: Vec<_> = regions.filter(|one| one.listed && is_opt_in_region(&one.code)).collect();
    if asked.is_empty() {
        return BTreeSet::new();
    }
    let filter = PropertyMap::from([
        ("name".to_owned(), "opt-in-status".into()),
        ("values".to_owned(), Value::List(vec!["not-opted-in".into()]).into()),
    ]);
    let arguments = PropertyMap::from([
        ("allRegions".to_owned(), Value::Bool(true).into()),
        ("filters".to_owned(), Value::List(vec![Value::Object(filter).into()]).into()),
    ]);
    match context.invoke(&aws_resources::AWS, GET_REGIONS, arguments).await {
        Ok(answer) => {
            let names = names(&answer.unwrap_or_default()).unwrap_or_default();
            asked.into_iter().map(|one| one.code.clone()).filter(|code| names.contains(code)).collect()
        }
        Err(error) => {
            let codes: Vec<_> = asked.into_iter().map(|one| one.code.as_str()).collect();
            let reason = format!(
                "it was not found out whether the account has enabled {} ({error}); allow `ec2:DescribeRegions`. AWS refuses \
                 every call to a region that is not enabled",
                codes.join(", ")
            );
            context.warn(PropertyError::new("regions", reason).to_string());
            BTreeSet::new()
        }
    }
}

/// What is wrong with a region that is not enabled.
pub(crate) fn problem(region: &RegionPlan, account: &AccountFacts) -> PropertyError {
    let (path, code) = (region.path.clone(), &region.code);
    let account = account.known_account_id().map_or_else(|| "this account".to_owned(), |id| format!("account {id}"));
    PropertyError::new(
        path,
        format!(
            "{code} is not enabled for {account}; enable it with `aws account enable-region --region-name {code}` and deploy when \
             `aws account get-region-opt-status --region-name {code}` says `ENABLED`, or remove it from `regions`"
        ),
    )
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
