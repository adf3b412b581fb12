//! What the inputs name that cannot be where this is deployed: ARNs and regions of another partition, a key of another region,
//! a partition without what the functions need. Pure, so that a preview and `check --region` say the same.

use aws_compliance_catalog::{Catalog, ComposedRule, Rule};
use compliance_types::arn::{Account, Arn};
use compliance_types::region::{is_region_code, partition_of_region};
use pulumi_component::engine::known_members;
use pulumi_component::value::{PathStep, PropertyError, PropertyPath, PropertyValue, Value};
use pulumi_component::{Checks, Input};
use serde::Serialize;

use crate::inputs::bounds;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::plan::rule::RulePlan;
use crate::plan::target::Target;
use crate::plan::values;

/// What is wrong, and what is odd.
#[derive(Debug, Default)]
pub struct Elsewhere {
    /// What must not be deployed.
    pub errors: Vec<PropertyError>,
    /// What is deployed all the same.
    pub warnings: Vec<PropertyError>,
}

impl ComplianceMonitoringArgs {
    /// What of the inputs cannot be at the target.
    pub fn elsewhere(&self, target: &Target) -> Elsewhere {
        let mut found = of_other_partitions(self, target);
        found.errors.extend(self.kms_key_arn.as_ref().and_then(|key| target.key_elsewhere(key)));
        found.errors.extend(target.without_aggregator_queries());
        found.errors.extend(
            self.cost.monthly_budget_usd.as_ref().and_then(|_| target.without_budgets(["cost", "monthlyBudgetUsd"])),
        );
        found
    }
}

impl Target {
    /// The partition, or that of the region.
    pub fn known_partition(&self) -> Option<&str> {
        self.partition.as_deref().or_else(|| self.region.as_deref().map(partition_of_region))
    }

    /// What is wrong with a key at `kmsKeyArn` that is not of this region; nothing while either is unknown.
    pub fn key_elsewhere(&self, key: &Input<String>) -> Option<PropertyError> {
        let region = self.region.as_deref()?;
        let mut checks = Checks::default();
        checks.input("kmsKeyArn", key, |arn| match bounds::key_arn(arn) {
            Ok(()) => bounds::key_in_region(arn, region),
            // A value that is no ARN of a key is an error of its own.
            Err(_) => Ok(()),
        });
        checks.errors().first().cloned()
    }

    /// What is wrong with a budget here: only the endpoint of the partition `aws` serves the services and regions that its filters
    /// name (AWS General Reference, "AWS Budgets endpoints and quotas").
    pub fn without_budgets(&self, path: impl Into<PropertyPath>) -> Option<PropertyError> {
        let partition = self.known_partition().filter(|partition| *partition != "aws")?;
        Some(PropertyError::new(
            path,
            format!(
                "AWS Budgets is not used in the partition `{partition}`: remove it, or deploy to a region of `aws`"
            ),
        ))
    }

    /// What is wrong with deploying the functions here: they read through an aggregator's advanced queries, which the China
    /// regions do not offer (AWS Config Developer Guide, "Querying the Current Configuration State of AWS Resources").
    pub fn without_aggregator_queries(&self) -> Option<PropertyError> {
        (self.known_partition() == Some("aws-cn")).then(|| {
            let region = self.region.as_deref().unwrap_or("this region");
            PropertyError::new(
                "",
                format!(
                    "{region} is in the partition `aws-cn`, where AWS Config does not offer advanced queries over an aggregator, \
                     which reports are made of; deploy to a region of another partition. The parts `RuleSet`, `Recorder`, \
                     `ReportStore`, `Encryption` and `Alerts` can be deployed there"
                ),
            )
        })
    }
}

/// Every ARN and region among the inputs that is of another partition than the target: nothing in one partition sees another
/// (AWS Fault Isolation Boundaries, "Partitions"). In a rule's parameters it is a warning: what the rule does with it is
/// AWS's to say. What is not known yet is left out, and of a secret nothing is shown.
pub fn of_other_partitions(args: &impl Serialize, target: &Target) -> Elsewhere {
    let mut found = Elsewhere::default();
    if let Some(own) = target.known_partition() {
        let inputs = Value::Object(known_members(args)).into();
        walk(&PropertyPath::root(), &inputs, Place { own, of_rule: false, secret: false }, &mut found);
    }
    found
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The partition of the target.
    own: &'a str,
    /// Whether it is below a rule's parameters.
    of_rule: bool,
    /// Whether it is below a secret.
    secret: bool,
}

/// Members that are not looked into: tags may say anything, and of keys and functions the region is checked.
const ASIDE: [&str; 3] = ["tags", "kmsKeyArn", "function"];

fn walk(path: &PropertyPath, value: &PropertyValue, place: Place<'_>, found: &mut Elsewhere) {
    let place = Place { secret: place.secret || value.secret, ..place };
    match &value.value {
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| !ASIDE.contains(&name.as_str())) {
                let of_rule = place.of_rule || name == "parameters";
                walk(&path.member(name), member, Place { of_rule, ..place }, found);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(&path.index(index), item, place, found);
            }
        }
        Value::String(text) => {
            let items = if place.of_rule { text.split(',').collect() } else { vec![text.as_str()] };
            let reason = items.into_iter().find_map(|item| misplaced(path, item.trim(), place.own));
            let reason = reason.map(|reason| match place.secret {
                true => format!("of another partition than `{}`, which this is deployed to", place.own),
                false => reason,
            });
            let list = if place.of_rule { &mut found.warnings } else { &mut found.errors };
            list.extend(reason.map(|reason| PropertyError::new(path, reason).sensitive_if(place.secret)));
        }
        _ => {}
    }
}

/// Why a text does not belong to the own partition.
fn misplaced(path: &PropertyPath, text: &str, own: &str) -> Option<String> {
    if let Ok(arn) = Arn::parse(text) {
        let nearest = Arn { partition: own, ..arn };
        return (arn.partition != own).then(|| {
            format!("of the partition `{}`, but this is deployed to `{own}`; nearest: `{nearest}`", arn.partition)
        });
    }
    let member = path.steps().iter().rev().find_map(|step| match step {
        PathStep::Member(name) => Some(name.as_str()),
        _ => None,
    });
    let is_region = matches!(member, Some("regions" | "aggregatorRegion"));
    let other = partition_of_region(text);
    (is_region && is_region_code(text) && other != own)
        .then(|| format!("{text} is in the partition `{other}`, but this is deployed to `{own}`; none sees another"))
}

/// Gives what AWS manages, such as `arn:aws:iam::aws:policy/AWSSupportAccess`, the partition of the target where a framework or
/// a documented default names it: packs and pages are written for the partition `aws`. What a person gives stays.
pub(super) fn adapted_rule(mut rule: RulePlan, target: &Target) -> RulePlan {
    let Some(own) = target.known_partition().filter(|own| *own != "aws") else { return rule };
    let given = rule.args.parameters.clone();
    for (name, value) in values::with_defaults(&rule.args.identifier, given.clone()) {
        let is_given = !rule.is_of_framework() && given.contains_key(&name);
        if let Some(text) = values::known(&value).and_then(|text| adapted(&text, own)).filter(|_| !is_given) {
            rule.args.parameters.insert(name, text.into());
        }
    }
    rule
}

/// The same of a rule in a conformance pack.
pub(super) fn adapt_composed(rule: &mut ComposedRule, target: &Target) {
    let Some(own) = target.known_partition().filter(|own| *own != "aws") else { return };
    let known = Catalog::get().rule(&rule.identifier);
    for (name, default) in known.into_iter().flat_map(Rule::needed_defaults) {
        rule.parameters.entry(name.to_owned()).or_insert_with(|| default.to_owned());
    }
    for value in rule.parameters.values_mut() {
        if let Some(text) = adapted(value, own) {
            *value = text;
        }
    }
}

/// A list of values in which what AWS manages is of this partition; nothing where that changes nothing.
fn adapted(text: &str, own: &str) -> Option<String> {
    let item = |item: &str| match Arn::parse(item.trim()) {
        Ok(arn) if arn.account == Account::Word("aws") => Arn { partition: own, ..arn }.to_string(),
        _ => item.to_owned(),
    };
    let made = text.split(',').map(item).collect::<Vec<_>>().join(",");
    (made != text).then_some(made)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use pulumi_component::Output;
    use serde_json::{Value as Json, json};

    use super::*;

    fn told(region: &str, inputs: &Json) -> (Vec<String>, Vec<String>) {
        let found = of_other_partitions(inputs, &Target::region(region));
        let paths = |list: Vec<PropertyError>| list.iter().map(PropertyError::place).collect();
        (paths(found.errors), paths(found.warnings))
    }

    #[test]
    fn finding_16_arns_and_regions_of_another_partition_are_reported_at_their_path() {
        let inputs = json!({
            "tags": { "owner": "arn:aws-cn:iam::111122223333:role/a" },
            "iam": { "permissionsBoundary": "arn:aws-us-gov:iam::111122223333:policy/a" },
            "aggregation": { "regions": ["eu-west-1", "cn-north-1"] },
            "notifications": { "routes": { "soc": { "sqs": "arn:aws-mars:sqs:eu-west-1:111122223333:q" } } },
            "rules": { "managed": [{ "parameters": { "policyArns": "arn:aws:iam::aws:policy/A, arn:aws-cn:iam::aws:policy/B" } }] },
        });
        let (errors, warnings) = told("eu-west-1", &inputs);
        assert_eq!(
            errors,
            ["aggregation.regions[1]", "iam.permissionsBoundary", "notifications.routes.soc.sqs"].map(str::to_owned)
        );
        assert_eq!(warnings, ["rules.managed[0].parameters.policyArns"]);
        assert_eq!(told("cn-north-1", &json!({ "aggregatorRegion": "eu-west-1" })).0, ["aggregatorRegion"]);
        let unknown = of_other_partitions(&inputs, &Target::default());
        assert!(unknown.errors.is_empty() && unknown.warnings.is_empty());
    }

    #[test]
    fn secret_and_unknown_inputs_leave_the_partition_of_the_others_checked() {
        let input = |output: Output<String>| Input::<String>::from(output);
        let known = |arn: &str| input(Output::known(arn.to_owned()));
        let other = "arn:aws-cn:iam::111122223333:role/a";
        for (beside, expected) in [
            (input(Output::unknown()), vec!["b"]),
            (input(Output::known(other.to_owned()).secret()), vec!["a", "b"]),
            (input(Output::known("plain".to_owned()).secret()), vec!["b"]),
        ] {
            let inputs = BTreeMap::from([("a", beside), ("b", known(other))]);
            let found = of_other_partitions(&inputs, &Target::region("eu-west-1")).errors;
            assert_eq!(found.iter().map(|error| error.path.to_string()).collect::<Vec<_>>(), expected);
            for error in found.iter().filter(|error| error.path.to_string() == "a") {
                assert!(!error.reason.contains("role/a") && !error.reason.contains("aws-cn"), "{error}");
            }
        }
    }

    #[test]
    fn a_secret_key_of_another_region_is_reported_without_its_arn() {
        let key = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000";
        let error = Target::region("eu-west-1").key_elsewhere(&Output::known(key.to_owned()).secret().into());
        let error = error.expect("it is of another region");
        assert!(!error.to_string().contains("111122223333"), "{error}");
    }

    #[test]
    fn finding_16_what_aws_manages_is_of_the_partition_of_the_target() {
        let policy = "arn:aws:iam::aws:policy/AWSSupportAccess";
        assert_eq!(adapted(policy, "aws-us-gov").as_deref(), Some("arn:aws-us-gov:iam::aws:policy/AWSSupportAccess"));
        assert_eq!(adapted("arn:aws:iam::111122223333:role/a,90", "aws-us-gov"), None);
    }
}
