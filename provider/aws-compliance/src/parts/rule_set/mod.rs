//! The Config rules, conformance packs and remediations.

mod check;
mod custom;
mod framework;
mod pack;
mod remediation;
mod severity;

use std::collections::{BTreeMap, BTreeSet};

use account_look::{LookRequest, PlannedRule};
use aws_compliance_catalog::{self as catalog, Catalog, INLINE_BYTES, PACKS_PER_REGION, Trigger};
use aws_resources::{Json, cfg};
use compliance_types::severity::Severity;
use functions_core::configuration::{ConfigurationError, MonitoringConfiguration, NotAssessed, RuleEntry};
use pulumi_component::{
    Checks, Component, ConstructError, Context, Input, Output, Outputs, PropertyPath, Scope, Suggested, TypeToken, all,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::facts::AccountFacts;
use crate::account::scan::{self, LookupArgs};
use crate::inputs::bounds;
use crate::inputs::iam::IamArgs;
pub use crate::inputs::identifier::ManagedRuleIdentifiers;
use crate::inputs::tags::{self, Tags};
use crate::plan::names::NamePrefix;
pub use custom::{CustomRuleArgs, GuardPolicyArgs, RuleFunctionArgs, TriggersArgs};
pub use framework::{DeployAs, FrameworkArgs};
pub use remediation::RemediationArgs;

/// A rule of the baseline. All react to changes of resources of one type.
#[derive(Debug)]
struct BaselineRule {
    name: &'static str,
    identifier: &'static str,
    /// Names of its parameters; [`RulesArgs::parameters`] has the values.
    parameters: &'static [&'static str],
    resource_type: &'static str,
    severity: Severity,
}

/// The parameter of DESIRED_INSTANCE_TYPE, whose value is `rules.approvedInstanceTypes`.
const INSTANCE_TYPES: &str = "instanceType";
/// The types that are approved unless the input says otherwise.
const APPROVED: [&str; 4] = ["t2.micro", "t2.small", "t3.micro", "t3.small"];

/// The rules that a deployment has unless it says otherwise. The one on bucket encryption can no longer find anything: S3
/// encrypts every bucket since January 2023.
static BASELINE: [BaselineRule; 4] = [
    BaselineRule {
        name: "ec2-approved-instance-types",
        identifier: "DESIRED_INSTANCE_TYPE",
        parameters: &[INSTANCE_TYPES],
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
    /// EC2 instance types that the rule `ec2-approved-instance-types` of the baseline approves, such as `m7g.large`. Default:
    /// `t2.micro`, `t2.small`, `t3.micro` and `t3.small`.
    pub approved_instance_types: Vec<String>,
    /// Further AWS managed rules. One that is a rule of the baseline, with the same parameters and without a scope, is
    /// deployed once, as it is given here, under the baseline's name unless it has a name of its own.
    pub managed: Vec<ManagedRuleArgs>,
    /// Rules of your own.
    pub custom: Vec<CustomRuleArgs>,
}

impl Default for RulesArgs {
    fn default() -> Self {
        let approved_instance_types = APPROVED.map(str::to_owned).into();
        Self { baseline: true, approved_instance_types, managed: Vec::new(), custom: Vec::new() }
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
    pub severity: Option<Severity>,
    /// Remediation of its findings, which a person starts.
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
    origin: Origin,
    /// Ids of the frameworks that its results count for, and the controls there.
    serves: BTreeMap<String, BTreeSet<String>>,
    /// What a framework says of its weight.
    weighed: Option<Severity>,
}

/// Where a rule is asked for.
#[derive(Clone, Copy, Debug)]
enum Origin {
    /// In the baseline.
    Baseline(&'static BaselineRule),
    /// In `rules.managed`, at this place. No framework changes the parameters that it is given there.
    Managed(usize),
    /// In frameworks alone.
    Framework,
}

impl Rule {
    fn own(name: String, args: ManagedRuleArgs, origin: Origin) -> Self {
        Self { name, args, origin, serves: BTreeMap::new(), weighed: None }
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
    const fn is_composed(&self) -> bool {
        matches!(self.origin, Origin::Framework)
    }

    /// Whether it was given with parameters of its own.
    const fn is_explicit(&self) -> bool {
        matches!(self.origin, Origin::Managed(_))
    }

    /// As the functions know it where the region does not offer it.
    fn not_assessed(self) -> NotAssessed {
        not_assessed(self.args.identifier, self.serves)
    }
}

impl RulesArgs {
    /// All managed rules: the baseline, those that are given, those of the frameworks that are deployed as rules.
    fn rules(&self, frameworks: &[FrameworkArgs]) -> Vec<Rule> {
        let given = self.of_baseline();
        let baseline = self.baseline_without(&given).map(|rule| {
            let args = ManagedRuleArgs::of(rule.identifier, self.parameters(rule));
            Rule::own(rule.name.to_owned(), args, Origin::Baseline(rule))
        });
        let managed = self.managed.iter().enumerate().map(|(index, args)| {
            let name = args.name.clone().or_else(|| given.get(&index).map(|rule| rule.name.to_owned()));
            Rule::own(name.unwrap_or_else(|| args.default_name()), args.clone(), Origin::Managed(index))
        });
        let mut rules = baseline.chain(managed).collect();
        framework::add(&mut rules, frameworks);
        rules
    }

    /// The parameters of a rule of the baseline.
    fn parameters(&self, rule: &BaselineRule) -> BTreeMap<String, Input<String>> {
        let value = |name: &str| match name {
            INSTANCE_TYPES => self.approved_instance_types.join(","),
            _ => String::new(),
        };
        rule.parameters.iter().map(|name| ((*name).to_owned(), value(name).into())).collect()
    }

    /// The entries of `managed` that are rules of the baseline, by their place.
    fn of_baseline(&self) -> BTreeMap<usize, &'static BaselineRule> {
        let baseline = BASELINE.iter().filter(|_| self.baseline);
        let given = |rule: &'static BaselineRule| {
            let parameters = whole(rule.identifier, self.parameters(rule));
            Some((self.managed.iter().position(|args| args.is(rule, &parameters))?, rule))
        };
        baseline.filter_map(given).collect()
    }

    /// The rules of the baseline that no entry of `managed` stands for.
    fn baseline_without(
        &self,
        given: &BTreeMap<usize, &'static BaselineRule>,
    ) -> impl Iterator<Item = &'static BaselineRule> {
        let left = |rule: &&BaselineRule| self.baseline && given.values().all(|one| one.name != rule.name);
        BASELINE.iter().filter(left)
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
        let all = self.rules(frameworks).into_iter();
        let (left_out, rules): (Vec<_>, Vec<_>) = all.partition(|rule| rule.args.is_left_out(region));
        let custom = self.custom.iter().map(|rule| rule.entry(prefix));
        let entries = rules.iter().map(|rule| rule.entry(prefix)).chain(custom);
        let packs = pack::entries(&pack::planned(frameworks, prefix, region));
        let packed = region.map(|region| pack::not_offered(frameworks, region)).unwrap_or_default().into_iter();
        let packed = packed.map(|rule| not_assessed(rule.identifier, rule.frameworks));
        Ok(MonitoringConfiguration::new(entries)?
            .with_packs(packs)?
            .with_manual(framework::manual(frameworks))
            .with_not_assessed(left_out.into_iter().map(Rule::not_assessed).chain(packed)))
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
        let planned = self.planned(frameworks, prefix, facts.known_region()).into_iter();
        look.rules = planned.chain(custom).chain(packed).collect();
        look.conformance_packs = packs;
        look.conformance_packs_allowed = PACKS_PER_REGION;
    }

    /// The managed rules as the look at the account is told of them.
    pub fn planned(&self, frameworks: &[FrameworkArgs], prefix: &NamePrefix, region: Option<&str>) -> Vec<PlannedRule> {
        let deployed = self.rules(frameworks).into_iter().filter(|rule| !rule.args.is_left_out(region));
        let planned = deployed.map(|rule| {
            let (resource_types, change_triggered) = match rule.origin {
                Origin::Baseline(known) => (vec![known.resource_type.to_owned()], true),
                Origin::Managed(_) | Origin::Framework => watched(&rule.args.identifier),
            };
            PlannedRule {
                path: match rule.origin {
                    Origin::Baseline(_) => ["rules", "baseline"].into(),
                    Origin::Framework => "frameworks".into(),
                    Origin::Managed(index) => {
                        let member = if rule.args.name.is_some() { "name" } else { "identifier" };
                        PropertyPath::from(["rules", "managed"]).index(index).member(member)
                    }
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

    fn default_name(&self) -> String {
        self.identifier.to_lowercase().replace('_', "-")
    }

    /// Whether it is a rule of the baseline. A value that is secret or not known yet makes it another one.
    fn is(&self, rule: &BaselineRule, parameters: &BTreeMap<String, Input<String>>) -> bool {
        self.identifier == rule.identifier && !self.is_scoped() && self.takes(parameters)
    }

    /// Whether its parameters are these, with the defaults that it needs.
    fn takes(&self, parameters: &BTreeMap<String, Input<String>>) -> bool {
        let items = |value: &Input<String>| {
            check::known(value).map(|text| text.split(',').map(|item| item.trim().to_owned()).collect::<Vec<_>>())
        };
        let own = whole(&self.identifier, self.parameters.clone());
        let is_same = |(name, value)| {
            let other = parameters.get(name).and_then(items);
            other.is_some() && other == items(value)
        };
        own.len() == parameters.len() && own.iter().all(is_same)
    }

    /// Whether it looks at a part of what it can evaluate.
    fn is_scoped(&self) -> bool {
        self.scope.as_ref().is_some_and(|scope| !scope.is_empty())
    }
}

fn not_assessed(identifier: String, serves: BTreeMap<String, BTreeSet<String>>) -> NotAssessed {
    let frameworks = serves.into_iter().map(|(id, controls)| (id, controls.into_iter().collect())).collect();
    NotAssessed { frameworks, identifier }
}

/// Inputs of [`RuleSet`].
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RuleSetArgs {
    /// Start of every rule's name where it is not `compliance`: a-z, 0-9 and hyphen.
    pub name_prefix: NamePrefix,
    /// Tags of the rules and of the roles of remediations.
    pub tags: Tags,
    /// What the roles of remediations have.
    pub iam: IamArgs,
    /// Which rules are evaluated.
    pub rules: RulesArgs,
    /// Frameworks whose rules are evaluated, too, each rule once.
    pub frameworks: Vec<FrameworkArgs>,
    /// Name of a bucket that takes templates of conformance packs which are too large for a request. It has to be one of
    /// the region that this is deployed to: AWS Config takes a template from no other, and nothing before the update asks
    /// where a bucket is.
    pub bucket_name: Option<Input<String>>,
    /// ARN of the KMS key that encrypts what is put there. Default: the bucket's own.
    pub kms_key_arn: Option<Input<String>>,
    /// How the account is looked at.
    pub lookup: LookupArgs,
}

/// AWS Config rules, conformance packs and remediations. The region must have a configuration recorder.
#[derive(Debug, Outputs)]
pub struct RuleSet {
    /// Names of the rules in the account; those in conformance packs have names of AWS's.
    pub config_rule_names: Output<Vec<String>>,
    /// Names of the conformance packs in the account.
    pub conformance_pack_names: Output<Vec<String>>,
    /// ARN of the role that AWS Config reads this account with: that of the recorder which is reused, where the account was
    /// inspected.
    pub config_role_arn: Output<Option<String>>,
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
        checks.under("iam", |checks| args.iam.check(checks));
        pack::check_sizes(args, INLINE_BYTES, checks);
        checks.under("lookup", |checks| args.lookup.check(checks));
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, ConstructError> {
        let facts = AccountFacts::look(context).await?;
        let mut request = args.lookup.request();
        request.recorder.mode = None;
        args.rules.plan(&args.frameworks, &args.name_prefix, &facts, &mut request);
        args.rules.tell(&args.frameworks, context, facts.known_region());
        let misplaced = args.rules.misplaced(&facts);
        scan::see(context, facts, request, misplaced).await
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, ConstructError> {
        let offered =
            args.rules.rules(&args.frameworks).into_iter().filter(|rule| !rule.args.is_left_out(facts.known_region()));
        let rules = offered.map(|rule| {
            let child = managed(scope, &rule, &args, facts);
            remediation::describe(scope, &rule, &child, (&args.iam, &args.tags), facts);
            child
        });
        let rules: Vec<_> = rules.chain(custom::describe(scope, &args, facts)).collect();
        let packs = pack::describe(scope, &args, facts, INLINE_BYTES)?;
        Ok(Self {
            config_rule_names: all(rules.iter().map(cfg::Rule::name)),
            conformance_pack_names: all(packs),
            config_role_arn: Output::known(facts.reused_recorder_role().map(str::to_owned)),
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
        .set_scope(given.scope.clone().filter(|scope| !scope.is_empty()).map(|scope| rule_scope(scope).into()))
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
