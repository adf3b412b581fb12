//! Values that are known and need not be all: editors complete them.

use aws_compliance_catalog::{Catalog, Framework, Rule, Trigger, frameworks};
use compliance_types::recorder::EvaluationFrequency;
use pulumi_component::value::{Suggestion, Suggestions};

/// Types and parameters that are named one by one; the rest is counted.
const NAMED: usize = 3;

/// Every identifier of the catalogue, with a line made from its facts.
#[derive(Debug)]
pub struct ManagedRuleIdentifiers;

impl Suggestions for ManagedRuleIdentifiers {
    const NAME: &'static str = "ManagedRuleIdentifier";
    const DESCRIPTION: &'static str =
        "Identifiers of AWS's managed rules. Any text is taken where one is asked for: AWS can be newer.";

    fn values() -> Vec<Suggestion> {
        let rules = Catalog::get().rules.iter();
        let value = |(identifier, rule): (&&str, &Rule)| Suggestion {
            value: (*identifier).to_owned(),
            description: line(rule),
        };
        rules.map(value).collect()
    }
}

/// Every framework of the catalogue, with its title.
#[derive(Debug)]
pub struct FrameworkIds;

impl Suggestions for FrameworkIds {
    const NAME: &'static str = "FrameworkId";
    const DESCRIPTION: &'static str = "Ids of the frameworks that the catalogue has.";

    fn values() -> Vec<Suggestion> {
        let value = |(id, framework): (&&str, &&Framework)| Suggestion {
            value: (*id).to_owned(),
            description: format!("{}.", framework.title),
        };
        frameworks().iter().map(value).collect()
    }
}

/// How often AWS Config evaluates a periodic rule.
#[derive(Debug)]
pub struct EvaluationFrequencies;

impl Suggestions for EvaluationFrequencies {
    const NAME: &'static str = "EvaluationFrequency";
    const DESCRIPTION: &'static str = "How often AWS Config evaluates a periodic rule.";

    fn values() -> Vec<Suggestion> {
        let value = |frequency: EvaluationFrequency| {
            let value = frequency.word();
            let words = value.to_lowercase().replace('_', " ").replace("twentyfour", "24");
            Suggestion { value: value.to_owned(), description: format!("Once in {words}.") }
        };
        EvaluationFrequency::ALL.map(value).into()
    }
}

/// `On changes of AWS::EC2::Volume. Takes kmsId.`
fn line(rule: &Rule) -> String {
    let when = match (rule.trigger, rule.types.is_empty()) {
        (Trigger::Change, true) => "On changes",
        (Trigger::Change, false) => "On changes of ",
        (Trigger::Periodic, true) => "Periodic",
        (Trigger::Periodic, false) => "Periodic, over ",
        (Trigger::Both, true) => "On changes and periodic",
        (Trigger::Both, false) => "On changes and periodic, over ",
    };
    let types = listed(rule.types.iter().map(|kind| (*kind).to_owned()));
    let (needed, taken): (Vec<_>, Vec<_>) =
        rule.parameters.iter().partition(|each| each.required && each.default.is_none());
    let sentence = |verb: &str, parameters: Vec<&aws_compliance_catalog::RuleParameter>| match parameters.as_slice() {
        [] => String::new(),
        some => format!(" {verb} {}.", listed(some.iter().map(|each| each.name.to_owned()))),
    };
    format!("{when}{types}.{}{}", sentence("Needs", needed), sentence("Takes", taken))
}

fn listed(mut names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(NAMED);
    let named = names.by_ref().take(NAMED).collect::<Vec<_>>().join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_and_frameworks_have_descriptions() {
        let described = |values: Vec<Suggestion>, value: &str| {
            values.into_iter().find(|each| each.value == value).map(|each| each.description)
        };
        assert_eq!(described(EvaluationFrequencies::values(), "Six_Hours").as_deref(), Some("Once in six hours."));
        assert_eq!(
            described(EvaluationFrequencies::values(), "TwentyFour_Hours").as_deref(),
            Some("Once in 24 hours.")
        );
        assert_eq!(described(FrameworkIds::values(), "hipaa").as_deref(), Some("HIPAA Security."));
    }

    #[test]
    fn each_identifier_has_a_line_of_its_facts() {
        let values = ManagedRuleIdentifiers::values();
        assert_eq!(values.len(), 833);
        let told =
            |identifier| values.iter().find(|each| each.value == identifier).map(|each| each.description.as_str());
        assert_eq!(told("ENCRYPTED_VOLUMES"), Some("On changes of AWS::EC2::Volume. Takes kmsId."));
        let expected = "Periodic, over AWS::IAM::User. Takes maxAccessKeyAge.";
        assert_eq!(told("ACCESS_KEYS_ROTATED"), Some(expected));
        let expected = "On changes of AWS::EC2::Instance. Needs instanceType.";
        assert_eq!(told("DESIRED_INSTANCE_TYPE"), Some(expected));
        let longest = values.iter().map(|each| each.description.len()).max();
        assert!(longest < Some(400), "{longest:?}");
    }
}
