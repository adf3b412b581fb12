//! Which components one run of the engine deploys where. AWS takes one monitor for each account and region: two would
//! overwrite one another's rules, and neither sees the other in an account that has nothing yet.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use pulumi_component::value::{PropertyError, PropertyPath};

/// A run, and where it deploys to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    run: String,
    account: String,
    region: String,
}

/// A component of a run. Two may have one name below different parents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claimant<'a> {
    /// URN of its parent; empty for the stack.
    pub parent: &'a str,
    /// Its logical name.
    pub name: &'a str,
}

impl std::fmt::Display for Claimant<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let of_stack = self.parent.is_empty() || self.parent.contains("::pulumi:pulumi:Stack::");
        match self.parent.rsplit("::").next().filter(|_| !of_stack) {
            Some(parent) => write!(f, "`{}` of `{parent}`", self.name),
            None => write!(f, "`{}`", self.name),
        }
    }
}

/// The components of the runs that this plugin serves, by place: parent and name.
static CLAIMS: Mutex<BTreeMap<Place, (String, String)>> = Mutex::new(BTreeMap::new());

/// Claims an account and region for a component of a run.
///
/// # Errors
/// When another component of the same run has it already.
pub(crate) fn claim(run: &str, account: &str, region: &str, component: Claimant<'_>) -> Result<(), PropertyError> {
    let place = Place { run: run.to_owned(), account: account.to_owned(), region: region.to_owned() };
    let mut claims = CLAIMS.lock().unwrap_or_else(PoisonError::into_inner);
    let (parent, name) =
        claims.entry(place).or_insert_with(|| (component.parent.to_owned(), component.name.to_owned()));
    let holder = Claimant { parent, name };
    if holder == component {
        return Ok(());
    }
    Err(PropertyError::new(
        PropertyPath::root(),
        format!(
            "{holder} of this program monitors account {account}, region {region} already, and an account and region can have \
             one `ComplianceMonitoring`: remove {component} or {holder}, or give {component} a provider of another account \
             or region"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journey_5_a_second_component_of_a_run_is_refused_for_the_same_account_and_region() {
        let claimed = |name| claim("one", "111122223333", "eu-west-1", Claimant { parent: "", name });
        assert!(claimed("first").is_ok() && claimed("first").is_ok(), "a preview asks once, an update again");
        let refused = claimed("second").expect_err("there may be one").to_string();
        for part in ["`first` of this program", "account 111122223333, region eu-west-1", "remove `second` or `first`"]
        {
            assert!(refused.contains(part), "{refused}");
        }
    }

    #[test]
    fn two_components_of_one_name_below_different_parents_are_two() {
        let claimed = |parent| claim("names", "111122223333", "eu-west-1", Claimant { parent, name: "compliance" });
        let (one, other) = ("urn:pulumi:s::p::own:index:Team::one", "urn:pulumi:s::p::own:index:Team::other");
        assert!(claimed(one).is_ok() && claimed(one).is_ok());
        let refused = claimed(other).expect_err("there may be one").to_string();
        assert!(refused.contains("remove `compliance` of `other` or `compliance` of `one`"), "{refused}");
    }

    #[test]
    fn another_region_account_or_run_is_another_place() {
        for (run, account, region) in [
            ("two", "111122223333", "eu-west-1"),
            ("two", "111122223333", "us-east-1"),
            ("two", "444455556666", "eu-west-1"),
            ("three", "111122223333", "eu-west-1"),
        ] {
            let name = format!("{run}{account}{region}");
            assert!(claim(run, account, region, Claimant { parent: "", name: &name }).is_ok());
        }
    }
}
