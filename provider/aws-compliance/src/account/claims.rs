//! Which components one run of the engine deploys where. AWS takes one monitor for each account and region: two would
//! overwrite one another's rules, and neither sees the other in an account that has nothing yet.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use pulumi_component::{PropertyError, PropertyPath};

/// A run, and where it deploys to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    run: String,
    account: String,
    region: String,
}

/// The components of the runs that this plugin serves, by place.
static CLAIMS: Mutex<BTreeMap<Place, String>> = Mutex::new(BTreeMap::new());

/// Claims an account and region for a component of a run.
///
/// # Errors
/// When another component of the same run has it already.
pub(crate) fn claim(run: &str, account: &str, region: &str, component: &str) -> Result<(), PropertyError> {
    let place = Place { run: run.to_owned(), account: account.to_owned(), region: region.to_owned() };
    let mut claims = CLAIMS.lock().unwrap_or_else(PoisonError::into_inner);
    let holder = claims.entry(place).or_insert_with(|| component.to_owned());
    if holder == component {
        return Ok(());
    }
    Err(PropertyError::new(
        PropertyPath::root(),
        format!(
            "`{holder}` of this program monitors account {account}, region {region} already, and an account and region can have \
             one `ComplianceMonitoring`: remove `{component}` or `{holder}`, or give `{component}` a provider of another account \
             or region"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journey_5_a_second_component_of_a_run_is_refused_for_the_same_account_and_region() {
        let claimed = |component| claim("one", "111122223333", "eu-west-1", component);
        assert!(claimed("first").is_ok() && claimed("first").is_ok(), "a preview asks once, an update again");
        let refused = claimed("second").expect_err("there may be one").to_string();
        for part in ["`first` of this program", "account 111122223333, region eu-west-1", "remove `second` or `first`"]
        {
            assert!(refused.contains(part), "{refused}");
        }
    }

    #[test]
    fn another_region_account_or_run_is_another_place() {
        for (run, account, region) in [
            ("two", "111122223333", "eu-west-1"),
            ("two", "111122223333", "us-east-1"),
            ("two", "444455556666", "eu-west-1"),
            ("three", "111122223333", "eu-west-1"),
        ] {
            assert!(claim(run, account, region, &format!("{run}{account}{region}")).is_ok());
        }
    }
}
