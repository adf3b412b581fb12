//! Which regions the account has not enabled: asked of the `aws` provider, with its credentials.

use std::collections::BTreeSet;

use compliance_types::region::is_opt_in_region;
use pulumi_component::Context;
use pulumi_component::value::{PropertyError, PropertyMap, Value};

use crate::account::prepared::OtherRegion;

const TOKEN: &str = "aws:index/getRegions:getRegions";

/// Those of these regions that the account has not enabled (Amazon EC2 API Reference, "DescribeRegions", `opt-in-status`). Without
/// a region that has to be enabled nothing is asked. What cannot be found out is a warning: AWS refuses every call there.
pub(crate) async fn disabled(context: &Context, regions: &[OtherRegion]) -> BTreeSet<String> {
    let asked: Vec<_> = regions.iter().map(|one| &one.planned).filter(|one| is_opt_in_region(&one.code)).collect();
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
    match context.invoke(&aws_resources::AWS, TOKEN, arguments).await {
        Ok(answer) => {
            let names = names(&answer.unwrap_or_default());
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
pub(crate) fn problem(region: &OtherRegion) -> PropertyError {
    let (path, code) = (region.planned.path(), &region.planned.code);
    let account =
        region.account.known_account_id().map_or_else(|| "this account".to_owned(), |id| format!("account {id}"));
    PropertyError::new(
        path,
        format!(
            "{code} is not enabled for {account}; enable it with `aws account enable-region --region-name {code}` and deploy when \
             `aws account get-region-opt-status --region-name {code}` says `ENABLED`, or remove it from `regions`"
        ),
    )
}

fn names(answer: &PropertyMap) -> BTreeSet<String> {
    let Some(Value::List(names)) = answer.get("names").map(|names| &names.value) else { return BTreeSet::new() };
    let text = |name: &Value| match name {
        Value::String(name) => Some(name.clone()),
        _ => None,
    };
    names.iter().filter_map(|name| text(&name.value)).collect()
}
