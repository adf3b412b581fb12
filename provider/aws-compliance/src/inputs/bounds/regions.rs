//! Regions, by form and by name.

use aws_compliance_catalog::Catalog;
use compliance_types::region::{may_be_region, partition_of_region};
use pulumi_component::{Checks, Input, InvalidValue};

use super::once::check_once;

/// A region code by its form, such as `eu-west-1` (AWS Regions and Availability Zones User Guide).
pub fn region(code: &str) -> Result<(), InvalidValue> {
    if may_be_region(code) {
        return Ok(());
    }
    let wrong = InvalidValue::new("expected a region code, such as `eu-west-1`");
    Err(match meant(code) {
        Some(nearest) => wrong.nearest(nearest),
        None => wrong,
    })
}

/// The region code that a misspelled one means, where one is near.
pub(super) fn meant(code: &str) -> Option<String> {
    let folded = code.trim().to_lowercase().replace([' ', '_'], "-");
    // An availability zone is a region and a letter.
    let without_zone = folded.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let by_form = [folded.as_str(), without_zone].into_iter().find(|candidate| may_be_region(candidate));
    by_form.or_else(|| Catalog::get().region_like(code)).map(str::to_owned)
}

/// A region code that has the form of one, by whether AWS has such a region. AWS adds regions, so that another one is worth
/// a warning and no error.
pub fn known_region(code: &str) -> Result<(), InvalidValue> {
    match Catalog::get().nearest_region(code) {
        Some(nearest) if may_be_region(code) => {
            let taken = Catalog::get().taken;
            Err(InvalidValue::new(format!("not an AWS region known on {taken}")).nearest(nearest))
        }
        _ => Ok(()),
    }
}

/// Checks a region: an error where it is no region code, a warning where AWS is not known to have it.
pub fn check_region(checks: &mut Checks, member: &str, code: &str) {
    checks.plain(member, code, region);
    checks.warn_plain(member, code, known_region);
}

/// Checks a list of regions: each for itself, all of one partition, none twice.
pub fn check_regions(checks: &mut Checks, member: &str, regions: &[String]) {
    checks.each(member, regions, |checks, code| check_region(checks, "", code));
    // A partition is a world of its own: nothing in one sees another (AWS Fault Isolation Boundaries, "Partitions").
    if let Some(first) = regions.first().map(|code| partition_of_region(code)) {
        for (index, code) in regions.iter().enumerate() {
            let own = partition_of_region(code);
            if own != first && region(code).is_ok() {
                let reason = format!("in the partition `{own}`, but the first is in `{first}`; none sees another");
                checks.error((member, index), reason);
            }
        }
    }
    check_once(checks, member, regions);
}

/// The same of a value that may be known later.
pub fn check_eventual_region(checks: &mut Checks, member: &str, code: &Input<String>) {
    checks.input(member, code, |code| region(code));
    checks.warn_input(member, code, |code| known_region(code));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_a_code() {
        for right in ["eu-west-1", "us-gov-west-1", "ap-southeast-7", "us-isob-east-1", "eusc-de-east-1"] {
            assert!(region(right).is_ok() && known_region(right).is_ok(), "{right}");
        }
        for (wrong, nearest) in [
            ("eu-west-1a", "eu-west-1"),
            ("EU-West-1", "eu-west-1"),
            ("eu_west_1", "eu-west-1"),
            ("us-east1", "us-east-1"),
            ("euwest2", "eu-west-2"),
            ("us-eest-1", "us-east-1"),
            (" ap-southeast-2 ", "ap-southeast-2"),
        ] {
            assert!(format!("{:?}", region(wrong)).contains(&format!("\"{nearest}\"")), "{wrong}");
        }
        for wrong in ["", "Ireland", "eu-west", "eu-west-0", "eu--1", "-1"] {
            assert!(region(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_unknown_region_is_reported_with_the_nearest() {
        for (unknown, nearest) in [("us-east-9", "us-east-1"), ("eu-west-8", "eu-west-1"), ("cn-north-2", "cn-north-1")]
        {
            let told = format!("{:?}", known_region(unknown));
            assert!(told.contains(&format!("\"{nearest}\"")) && told.contains(Catalog::get().taken), "{told}");
        }
    }
}
