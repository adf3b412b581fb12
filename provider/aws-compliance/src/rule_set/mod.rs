//! The Config rules and the role that AWS Config reads the account with.

mod check;
mod custom;
mod framework;
mod identifier;
mod pack;
mod remediation;
mod severity;

use std::collections::{BTreeMap, BTreeSet};

use account_look::{LookRequest, PlannedRule, RecorderMode};
use aws_compliance_catalog::{self as catalog, Catalog, INLINE_BYTES, Trigger};
use aws_resources::{Json, cfg};
use functions_core::configuration::{ConfigurationError, MonitoringConfiguration, RuleEntry};
use functions_core::severity::Severity;
use pulumi_component::{
    Checks, Component, ConstructError, Context, Input, Output, Outputs, Scope, Suggested, TypeToken, all,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::{self, LookupArgs};
use crate::bounds;
use crate::facts::AccountFacts;
use crate::names::NamePrefix;
use crate::recorder;
use crate::tags::{self, Tags};
pub use custom::{CustomRuleArgs, GuardPolicyArgs, RuleFunctionArgs, TriggersArgs};
pub use framework::{DeployAs, FrameworkArgs};
pub use identifier::ManagedRuleIdentifiers;
pub use remediation::RemediationArgs;
pub use severity::RuleSeverity;

/// A rule of the baseline. All react to changes of resources of one type.
struct BaselineRule {
    name: &'static str,
    identifier: &'static str,
    /// Name and value.
    parameters: &'static [(&'static str, &'static str)],
    resource_type: &'static str,
    severity: Severity,
}

/// The rules that a deployment has unless it says otherwise.
const BASELINE: [BaselineRule; 4] = [
    BaselineRule {
        name: "ec2-approved-instance-types",
        identifier: "DESIRED_INSTANCE_TYPE",
        parameters: &[("instanceType", "t2.micro,t2.small,t3.micro,t3.small")],
        resource_type: "AWS::EC2::Instance",
        severity: Severity::Informational,
    },
    BaselineRule {
        name: "s3-bucket-encryption-enabled",
        identifier: "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED",
        parameters: &[],
        resource_type: "AWS::S3::Bucket",
        severity: Severity::High,
    },
    BaselineRule {
        name: "rds-backup-retention-enabled",
        identifier: "DB_INSTANCE_BACKUP_ENABLED",
        parameters: &[],
        resource_type: "AWS::RDS::DBInstance",
        severity: Severity::Medium,
    },
    BaselineRule {
        name: "ebs-volumes-encrypted",
        identifier: "ENCRYPTED_VOLUMES",
        parameters: &[],
        resource_type: "AWS::EC2::Volume",
        severity: Severity::High,
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
    /// Rules of your own.
    pub custom: Vec<CustomRuleArgs>,
}

impl Default for RulesArgs {
    fn default() -> Self {
        Self { baseline: true, managed: Vec::new(), custom: Vec::new() }
    }
}

/// One AWS managed rule.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManagedRuleArgs {
    /// Identifier of the rule, such as `ENCRYPTED_VOLUMES`.
    #[schemars(with = "Suggested<ManagedRuleIdentifiers>")]
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
    /// How much its findings weigh in the score. Default: as the frameworks say that it serves, else as the catalogue does.
    pub severity: Option<RuleSeverity>,
    /// What mends its findings, when a person starts it.
    pub remediation: Option<RemediationArgs>,
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
    /// What a framework says of its weight.
    weighed: Option<catalog::Severity>,
}

impl Rule {
    fn own(name: String, args: ManagedRuleArgs, explicit: bool) -> Self {
        Self { name, args, explicit, serves: BTreeMap::new(), weighed: None }
    }

    /// As the functions know it.
    fn entry(&self, prefix: &NamePrefix) -> RuleEntry {
        RuleEntry {
            frameworks: self.serves.clone(),
            identifier: self.args.identifier.clone(),
            name: prefix.rule(&self.name),
            severity: self.severity(),
        }
    }

    /// Whether only a framework asks for it.
    fn is_composed(&self) -> bool {
        !self.explicit && !self.serves.is_empty() && !BASELINE.iter().any(|rule| rule.name == self.name)
    }
}

impl RulesArgs {
    /// All managed rules: the baseline, those that are given, those of the frameworks that are deployed as rules.
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

    /// The rules and packs as the functions know them; without what this region does not offer and is left out.
    ///
    /// # Errors
    /// When two share a name, which the checks of the inputs exclude.
    pub fn watched(
        &self,
        frameworks: &[FrameworkArgs],
        prefix: &NamePrefix,
        region: Option<&str>,
    ) -> Result<MonitoringConfiguration, ConfigurationError> {
        let rules = self.rules(frameworks).into_iter().filter(|rule| !rule.args.is_left_out(region));
        let custom = self.custom.iter().map(|rule| rule.entry(prefix));
        let entries = rules.map(|rule| rule.entry(prefix)).chain(custom);
        MonitoringConfiguration::new(entries)?.with_packs(pack::entries(&pack::planned(frameworks, prefix, region)))
    }

    /// Names of all rules, without the prefix; those in packs have names of AWS's.
    pub fn names(&self, frameworks: &[FrameworkArgs]) -> BTreeSet<String> {
        let custom = self.custom.iter().map(|rule| rule.name.clone());
        self.rules(frameworks).into_iter().map(|rule| rule.name).chain(custom).collect()
    }

    /// What the names of all rules in packs begin with, by framework.
    pub fn pack_starts(&self, frameworks: &[FrameworkArgs], prefix: &NamePrefix) -> Vec<String> {
        let packed = frameworks.iter().filter(|framework| framework.deploy_as == DeployAs::ConformancePack);
        packed.map(|framework| prefix.pack_rules(&framework.id)).collect()
    }

    /// Tells the look at the account which rules and packs there will be.
    pub fn plan(
        &self,
        frameworks: &[FrameworkArgs],
        prefix: &NamePrefix,
        facts: &AccountFacts,
        look: &mut LookRequest,
    ) {
        let (packs, packed) = pack::looked_at(&pack::planned(frameworks, prefix, facts.known_region()));
        let custom = self.custom.iter().enumerate().map(|(index, rule)| rule.planned(index, prefix));
        look.rules = self.planned(frameworks, prefix).into_iter().chain(custom).chain(packed).collect();
        look.conformance_packs = packs;
    }

    /// The managed rules as the look at the account is told of them.
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
                pack: None,
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
            severity: None,
            remediation: None,
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
    /// Name of a bucket of this region that takes templates of conformance packs which are too large for a request.
    pub bucket_name: Option<Input<String>>,
    /// ARN of the KMS key that encrypts what is put there. Default: the bucket's own.
    pub kms_key_arn: Option<Input<String>>,
    /// How the account is looked at.
    pub lookup: LookupArgs,
}

/// AWS Config rules, and a role for AWS Config. The region must have a configuration recorder.
#[derive(Debug, Outputs)]
pub struct RuleSet {
    /// Names of the rules in the account; those in conformance packs have names of AWS's.
    pub config_rule_names: Output<Vec<String>>,
    /// Names of the conformance packs in the account.
    pub conformance_pack_names: Output<Vec<String>>,
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
        args.rules.check(&args.frameworks, &args.name_prefix, checks);
        if let Some(name) = &args.bucket_name {
            checks.input("bucketName", name, |name| bounds::bucket_name(name));
        }
        if let Some(key) = &args.kms_key_arn {
            checks.input("kmsKeyArn", key, |arn| bounds::key_arn(arn));
        }
        pack::check_sizes(args, INLINE_BYTES, checks);
        checks.under("lookup", |checks| args.lookup.check(checks));
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, ConstructError> {
        let facts = AccountFacts::look(context).await?;
        let mut request = args.lookup.request();
        request.recorder.mode = RecorderMode::Unmanaged;
        args.rules.plan(&args.frameworks, &args.name_prefix, &facts, &mut request);
        args.rules.tell(&args.frameworks, context, facts.known_region());
        let misplaced = args.rules.misplaced(&facts);
        account::see(context, facts, request, misplaced).await
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, ConstructError> {
        let (role, _) = recorder::config_role(scope, "config-role", &args.tags, facts);
        let offered =
            args.rules.rules(&args.frameworks).into_iter().filter(|rule| !rule.args.is_left_out(facts.known_region()));
        let rules = offered.map(|rule| {
            let child = managed(scope, &rule, &args, facts);
            remediation::describe(scope, &rule, &child, &args.tags, facts);
            child
        });
        let rules: Vec<_> = rules.chain(custom::describe(scope, &args, facts)).collect();
        let packs = pack::describe(scope, &args, facts, INLINE_BYTES)?;
        let in_use = facts.reused_recorder_role().map_or_else(|| role.arn(), |found| Output::known(found.to_owned()));
        Ok(Self {
            config_rule_names: all(rules.iter().map(cfg::Rule::name)),
            conformance_pack_names: all(packs),
            config_role_arn: in_use,
        })
    }
}

fn managed(scope: &Scope, rule: &Rule, args: &RuleSetArgs, facts: &AccountFacts) -> cfg::Rule {
    let given = &rule.args;
    let source = cfg::RuleSource::new("AWS").source_identifier(&given.identifier);
    cfg::Rule::child(scope, &rule.name, cfg::rule::Required { source: source.into() })
        .name(args.name_prefix.rule(&rule.name))
        .set_description(given.description.clone())
        .set_input_parameters(parameters(whole(&given.identifier, given.parameters.clone())))
        .set_maximum_execution_frequency(given.frequency.clone())
        .set_scope(given.scope.clone().map(|scope| rule_scope(scope).into()))
        .tags(tags::owned(&args.tags, facts))
        .options(facts.after_recorder())
        .register()
}

/// The resource types that a rule evaluates, and whether changes of them trigger it.
fn watched(identifier: &str) -> (Vec<String>, bool) {
    let known = Catalog::get().rule(identifier);
    let types = |rule: &catalog::Rule| rule.types.iter().map(|kind| (*kind).to_owned()).collect();
    known.map_or_else(Default::default, |rule| (types(rule), rule.trigger != Trigger::Periodic))
}

/// The parameters with the documented defaults of those that the rule needs: only the console fills them in, and the API
/// refuses a rule without them.
fn whole(identifier: &str, mut parameters: BTreeMap<String, Input<String>>) -> BTreeMap<String, Input<String>> {
    let known = BASELINE.iter().all(|rule| rule.identifier != identifier).then(|| Catalog::get().rule(identifier));
    for (name, default) in known.flatten().into_iter().flat_map(catalog::Rule::needed_defaults) {
        parameters.entry(name.to_owned()).or_insert_with(|| default.into());
    }
    parameters
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
