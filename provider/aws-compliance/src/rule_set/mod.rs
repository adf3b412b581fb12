//! The Config rules and the role that AWS Config reads the account with.

mod check;
mod framework;

use std::collections::{BTreeMap, BTreeSet};

use account_look::{PlannedRule, RecorderMode};
use aws_compliance_catalog::{Catalog, Trigger};
use aws_resources::{Json, cfg};
use functions_core::configuration::RuleEntry;
use pulumi_component::{Checks, Component, ConstructError, Context, Input, Output, Outputs, Scope, TypeToken, all};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::{self, LookupArgs};
use crate::bounds;
use crate::facts::AccountFacts;
use crate::names::NamePrefix;
use crate::recorder;
use crate::tags::{self, Tags};
pub use framework::FrameworkArgs;

/// A rule of the baseline. All react to changes of resources of one type.
struct BaselineRule {
    name: &'static str,
    identifier: &'static str,
    /// Name and value.
    parameters: &'static [(&'static str, &'static str)],
    resource_type: &'static str,
}

/// The rules that a deployment has unless it says otherwise.
const BASELINE: [BaselineRule; 4] = [
    BaselineRule {
        name: "ec2-approved-instance-types",
        identifier: "DESIRED_INSTANCE_TYPE",
        parameters: &[("instanceType", "t2.micro,t2.small,t3.micro,t3.small")],
        resource_type: "AWS::EC2::Instance",
    },
    BaselineRule {
        name: "s3-bucket-encryption-enabled",
        identifier: "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED",
        parameters: &[],
        resource_type: "AWS::S3::Bucket",
    },
    BaselineRule {
        name: "rds-backup-retention-enabled",
        identifier: "DB_INSTANCE_BACKUP_ENABLED",
        parameters: &[],
        resource_type: "AWS::RDS::DBInstance",
    },
    BaselineRule {
        name: "ebs-volumes-encrypted",
        identifier: "ENCRYPTED_VOLUMES",
        parameters: &[],
        resource_type: "AWS::EC2::Volume",
    },
];

/// Which rules are evaluated.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RulesArgs {
    /// Whether the four rules of the baseline are evaluated: `ec2-approved-instance-types`,
    /// `s3-bucket-encryption-enabled`, `rds-backup-retention-enabled` and `ebs-volumes-encrypted`.
    pub baseline: bool,
    /// Further AWS managed rules.
    pub managed: Vec<ManagedRuleArgs>,
}

impl Default for RulesArgs {
    fn default() -> Self {
        Self { baseline: true, managed: Vec::new() }
    }
}

/// One AWS managed rule.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManagedRuleArgs {
    /// Identifier of the rule, such as `ENCRYPTED_VOLUMES`.
    pub identifier: String,
    /// Name of the rule in the account. Default: the identifier in lower case with hyphens.
    #[schemars(length(min = 1, max = 100))]
    pub name: Option<String>,
    /// What the rule is for, in your words. At most 256 characters.
    pub description: Option<Input<String>>,
    /// Parameters of the rule by name; numbers and lists are written as text, lists with commas.
    #[serde(default)]
    pub parameters: BTreeMap<String, Input<String>>,
    /// How often a periodic rule is evaluated: `One_Hour`, `Three_Hours`, `Six_Hours`, `Twelve_Hours` or
    /// `TwentyFour_Hours`. A rule that reacts to changes takes none.
    pub frequency: Option<Input<String>>,
    /// Which resources the rule looks at. Default: all that it can evaluate.
    pub scope: Option<ScopeArgs>,
    /// What to do where the region does not offer the rule.
    #[serde(default)]
    pub on_unavailable: OnUnavailable,
    /// Whether what the catalogue does not know is let through with a warning: AWS can be newer than it.
    #[serde(default)]
    pub unchecked: bool,
}

/// What to do with a rule that the region does not offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OnUnavailable {
    /// Refuse the deployment.
    #[default]
    Fail,
    /// Leave the rule out and say that it is not assessed there.
    Skip,
    /// Deploy it all the same: the region can be newer than the catalogue.
    Ignore,
}

/// Which resources a rule looks at: by type, by one resource, or by tag.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ScopeArgs {
    /// Resource types, such as `AWS::EC2::Volume`.
    pub resource_types: Option<Vec<Input<String>>>,
    /// Id of the one resource; goes with exactly one resource type.
    pub resource_id: Option<Input<String>>,
    /// Name of a tag that the resources carry.
    pub tag_key: Option<Input<String>>,
    /// Value of that tag.
    pub tag_value: Option<Input<String>>,
}

/// A rule with everything decided but its physical name.
#[derive(Clone, Debug)]
struct Rule {
    name: String,
    args: ManagedRuleArgs,
    /// Whether it was given with parameters of its own, which no framework changes.
    explicit: bool,
    /// Ids of the frameworks that its results count for, and the controls there.
    serves: BTreeMap<String, BTreeSet<String>>,
}

impl Rule {
    fn own(name: String, args: ManagedRuleArgs, explicit: bool) -> Self {
        Self { name, args, explicit, serves: BTreeMap::new() }
    }

    /// Whether only a framework asks for it.
    fn is_composed(&self) -> bool {
        !self.explicit && !self.serves.is_empty() && !BASELINE.iter().any(|rule| rule.name == self.name)
    }
}

impl RulesArgs {
    /// All rules: the baseline, those that are given, those of the frameworks.
    fn rules(&self, frameworks: &[FrameworkArgs]) -> Vec<Rule> {
        let baseline = BASELINE.iter().filter(|_| self.baseline).map(|rule| {
            let parameters = rule.parameters.iter();
            let parameters = parameters.map(|(name, value)| ((*name).to_owned(), Input::from(*value))).collect();
            Rule::own(rule.name.to_owned(), ManagedRuleArgs::of(rule.identifier, parameters), false)
        });
        let managed = self.managed.iter().map(|args| Rule::own(args.name(), args.clone(), true));
        let mut rules = baseline.chain(managed).collect();
        framework::add(&mut rules, frameworks);
        rules
    }

    /// Names and identifiers as the functions know them; without what this region does not offer and is left out.
    pub fn entries(&self, frameworks: &[FrameworkArgs], prefix: &NamePrefix, region: Option<&str>) -> Vec<RuleEntry> {
        let rules = self.rules(frameworks).into_iter().filter(|rule| !rule.args.is_left_out(region));
        let entry = |rule: Rule| RuleEntry {
            frameworks: rule.serves,
            identifier: rule.args.identifier,
            name: prefix.rule(&rule.name),
            ..RuleEntry::default()
        };
        rules.map(entry).collect()
    }

    /// Names of all rules, without the prefix.
    pub fn names(&self, frameworks: &[FrameworkArgs]) -> BTreeSet<String> {
        self.rules(frameworks).into_iter().map(|rule| rule.name).collect()
    }

    /// What the look at the account is told of them.
    pub fn planned(&self, frameworks: &[FrameworkArgs], prefix: &NamePrefix) -> Vec<PlannedRule> {
        let baseline = self.rules(&[]).len() - self.managed.len();
        let planned = self.rules(frameworks).into_iter().enumerate().map(|(index, rule)| {
            let known = BASELINE.get(index).filter(|_| index < baseline);
            let (resource_types, change_triggered) = match known {
                Some(known) => (vec![known.resource_type.to_owned()], true),
                None => watched(&rule.args.identifier),
            };
            PlannedRule {
                path: match index.checked_sub(baseline) {
                    None => "rules.baseline".to_owned(),
                    Some(index) if index >= self.managed.len() => "frameworks".to_owned(),
                    Some(index) if rule.args.name.is_some() => format!("rules.managed[{index}].name"),
                    Some(index) => format!("rules.managed[{index}].identifier"),
                },
                name: prefix.rule(&rule.name),
                identifier: rule.args.identifier,
                resource_types,
                change_triggered,
            }
        });
        planned.collect()
    }
}

impl ManagedRuleArgs {
    fn of(identifier: &str, parameters: BTreeMap<String, Input<String>>) -> Self {
        let identifier = identifier.to_owned();
        Self {
            identifier,
            name: None,
            description: None,
            parameters,
            frequency: None,
            scope: None,
            on_unavailable: OnUnavailable::default(),
            unchecked: false,
        }
    }

    fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.identifier.to_lowercase().replace('_', "-"))
    }
}

/// Inputs of [`RuleSet`].
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RuleSetArgs {
    /// Start of every rule's name where it is not `compliance`: a-z, 0-9 and hyphen.
    pub name_prefix: NamePrefix,
    /// Tags of the rules and the role.
    pub tags: Tags,
    /// Which rules are evaluated.
    pub rules: RulesArgs,
    /// Frameworks whose rules are evaluated, too, each rule once.
    pub frameworks: Vec<FrameworkArgs>,
    /// How the account is looked at.
    pub lookup: LookupArgs,
}

/// AWS Config rules, and a role for AWS Config. The region must have a configuration recorder.
#[derive(Debug, Outputs)]
pub struct RuleSet {
    /// Names of the rules in the account.
    pub config_rule_names: Output<Vec<String>>,
    /// ARN of the role that AWS Config reads this account with: the recorder's, where one is reused.
    pub config_role_arn: Output<String>,
}

impl Component for RuleSet {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:RuleSet");
    type Args = RuleSetArgs;
    type Facts = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        args.rules.check(&args.frameworks, checks);
        checks.under("lookup", |checks| args.lookup.check(checks));
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, ConstructError> {
        let facts = AccountFacts::look(context).await?;
        let mut request = args.lookup.request();
        request.recorder.mode = RecorderMode::Unmanaged;
        request.rules = args.rules.planned(&args.frameworks, &args.name_prefix);
        args.rules.tell(&args.frameworks, context, facts.known_region());
        let unavailable = args.rules.unavailable(facts.known_region());
        account::see(context, facts, request, unavailable).await
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, ConstructError> {
        let (role, _) = recorder::config_role(scope, "config-role", &args.tags, facts);
        let offered =
            args.rules.rules(&args.frameworks).into_iter().filter(|rule| !rule.args.is_left_out(facts.known_region()));
        let rules = offered.map(|rule| {
            let source = cfg::RuleSource::new("AWS").source_identifier(rule.args.identifier);
            cfg::Rule::child(scope, &rule.name, cfg::rule::Required { source: source.into() })
                .name(args.name_prefix.rule(&rule.name))
                .set_description(rule.args.description)
                .set_input_parameters(parameters(rule.args.parameters))
                .set_maximum_execution_frequency(rule.args.frequency)
                .set_scope(rule.args.scope.map(|scope| rule_scope(scope).into()))
                .tags(tags::owned(&args.tags, facts))
                .options(facts.after_recorder())
                .register()
        });
        let names: Vec<_> = rules.map(|rule| rule.name()).collect();
        let in_use = facts.reused_recorder_role().map_or_else(|| role.arn(), |found| Output::known(found.to_owned()));
        Ok(Self { config_rule_names: all(names), config_role_arn: in_use })
    }
}

/// The resource types that a rule evaluates, and whether changes of them trigger it.
fn watched(identifier: &str) -> (Vec<String>, bool) {
    let known = Catalog::get().rule(identifier);
    known.map_or_else(Default::default, |rule| (rule.types.clone(), rule.trigger != Trigger::Periodic))
}

/// Parameters as the JSON text that AWS Config takes.
fn parameters(parameters: BTreeMap<String, Input<String>>) -> Option<Input<String>> {
    let members = parameters.into_iter().map(|(name, value)| (name, Json::from(value)));
    let members: BTreeMap<_, _> = members.collect();
    (!members.is_empty()).then(|| Json::Object(members).into())
}

fn rule_scope(args: ScopeArgs) -> cfg::RuleScope {
    cfg::RuleScope {
        compliance_resource_id: args.resource_id,
        compliance_resource_types: args.resource_types.map(Into::into),
        tag_key: args.tag_key,
        tag_value: args.tag_value,
    }
}
