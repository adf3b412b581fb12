//! [`MemberAccount`]: what another account deploys so that a `ComplianceMonitoring` sees it.

use account_look::{PlannedName, RecorderPlan};
use aws_compliance_catalog::INLINE_BYTES;
use aws_resources::ArnBuilder;
use compliance_types::recorder::RecorderMode;
use pulumi_component::value::PropertyError;
use pulumi_component::{Checks, Context, Error, Output, Outputs, PreparedComponent, Scope, TypeToken, all};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::existing::found::Planned;
use crate::account::facts::AccountFacts;
use crate::account::prepared::Prepared;
use crate::account::{scan, service_linked_role};
use crate::inputs::bounds;
use crate::inputs::framework::FrameworkArgs;
use crate::inputs::home::HomeArgs;
use crate::inputs::iam::IamArgs;
use crate::inputs::lookup::LookupArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::recorder::RecorderSettingsArgs;
use crate::inputs::regions::RegionsArg;
use crate::inputs::rules::RulesArgs;
use crate::inputs::tags::{Tags, TextTags};
use crate::parts::part::Part;
use crate::parts::regions::{self, Delivery, Home, RegionInputs, recorder_role};
use crate::parts::rule_set::args::RuleSetArgs;
use crate::plan::elsewhere::of_other_partitions;
use crate::plan::packs::PackPlan;
use crate::plan::regions::RegionPlan;

/// Inputs of [`MemberAccount`].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemberAccountArgs {
    /// The `ComplianceMonitoring` that sees this account. It lists this account in `aggregation.accounts`.
    pub home: HomeArgs,
    /// Start of every name: a-z, 0-9 and hyphen. The same value as that of `ComplianceMonitoring`, which knows rules by their
    /// names.
    #[serde(default)]
    pub name_prefix: NamePrefix,
    /// Tags of everything that takes them.
    #[serde(default)]
    #[schemars(with = "TextTags")]
    pub tags: Tags,
    /// Settings of every IAM role.
    #[serde(default)]
    pub iam: IamArgs,
    /// Rules to evaluate: the same value as that of `ComplianceMonitoring`.
    #[serde(default)]
    pub rules: RulesArgs,
    /// Frameworks whose rules are evaluated: the same value as that of `ComplianceMonitoring`. The template of a conformance
    /// pack must fit into a request of 51,200 bytes.
    #[serde(default)]
    pub frameworks: Vec<FrameworkArgs>,
    /// Regions of this account to monitor, beside that of the provider, which need not be listed: a list, or `all` for every
    /// region that is enabled for the account, which is asked at each deployment. Rules about global resources are evaluated in the
    /// region of the provider alone. Default: the region of the provider alone.
    #[serde(default)]
    pub regions: RegionsArg,
    /// Settings of the configuration recorder. One that is created delivers to the bucket of home with the key of home, which
    /// admit this account if `aggregation.memberRecorders` of `ComplianceMonitoring` is true. A role of your own, `roleArn`, needs
    /// no permissions on bucket and key.
    #[serde(default)]
    pub recorder: RecorderSettingsArgs,
    /// Settings of the account check before a deployment.
    #[serde(default)]
    pub lookup: LookupArgs,
}

/// What another of your accounts deploys so that a `ComplianceMonitoring` in its home account sees it: rules and conformance packs,
/// the authorization of home's aggregator, event rules that forward compliance changes to home, and, where `recorder.mode` says so,
/// a recorder that delivers to the bucket of home. One for each account, with a provider of that account; `regions` adds
/// other regions of it.
#[derive(Debug, Outputs)]
pub struct MemberAccount {
    /// Names of the rules in the region of the provider; those in conformance packs have names of AWS's.
    pub config_rule_names: Output<Vec<String>>,
    /// Names of the conformance packs in the region of the provider.
    pub conformance_pack_names: Output<Vec<String>>,
    /// The regions that home's aggregator may see.
    pub authorized_regions: Output<Vec<String>>,
    /// ARN of the role that event rules forward compliance changes to home with.
    pub forwarder_role_arn: Output<String>,
    /// ARN of the role that AWS Config reads this account with: that of the recorder in use. Of a recorder that is reused it is
    /// known where the account was inspected.
    pub config_role_arn: Output<Option<String>>,
}

/// The part, which is used alone.
pub const PART: Part = Part::of::<MemberAccount>("");

impl MemberAccountArgs {
    /// What decides the rules.
    fn rule_set(&self) -> RuleSetArgs {
        RuleSetArgs {
            name_prefix: self.name_prefix.clone(),
            tags: self.tags.clone(),
            iam: self.iam.clone(),
            rules: self.rules.clone(),
            frameworks: self.frameworks.clone(),
            bucket_name: None,
            kms_key_arn: None,
            lookup: LookupArgs::default(),
        }
    }

    /// What the regions are deployed from.
    fn region_inputs(&self, account: &AccountFacts) -> RegionInputs {
        let HomeArgs { account_id, region, bucket_name, kms_key_arn } = self.home.clone();
        let delivery = bucket_name.zip(kms_key_arn).map(|(bucket_name, kms_key_arn)| {
            let bucket_arn = ArnBuilder::of(account.partition(), "s3").resource(&bucket_name).into();
            Delivery { bucket_name, bucket_arn, kms_key_arn }
        });
        let home = Home { account_id, region, delivery };
        RegionInputs { rules: self.rule_set(), recorder: self.recorder.clone(), home }
    }

    /// What the account scan is asked about the recorder.
    fn planned_recorder(&self) -> RecorderPlan {
        let bucket = self.home.known_bucket();
        let planned = self.recorder.plan(self.recorder.mode(), &self.name_prefix, bucket.clone());
        RecorderPlan { default_bucket: bucket, ..planned }
    }

    /// Packs of the provider's region whose templates are too large for a request.
    fn without_room(&self, packs: &[PackPlan]) -> Vec<PropertyError> {
        let large = packs.iter().filter(|one| one.bytes() > INLINE_BYTES);
        let problem = |one: &PackPlan| {
            let reason = format!(
                "the template of the conformance pack `{}` has {} bytes and {INLINE_BYTES} fit into a request; larger ones need a \
                 bucket: deploy its framework as `rules`",
                one.name,
                one.bytes()
            );
            PropertyError::new(one.path(), reason)
        };
        large.map(problem).collect()
    }

    /// What is missing where the account scan found that `auto` creates recorders.
    fn without_delivery(&self, prepared: &Prepared) -> Vec<PropertyError> {
        let creates = |facts: &&AccountFacts| facts.manages_recorder(self.recorder.mode());
        let regions = prepared.regions.iter().map(|one| &one.account);
        let places: Vec<_> = std::iter::once(&prepared.account)
            .chain(regions)
            .filter(creates)
            .filter_map(AccountFacts::known_region)
            .collect();
        match places.as_slice() {
            [] => Vec::new(),
            places => self.home.without_delivery(&format!("a recorder is created in {}", places.join(", "))),
        }
    }
}

impl PreparedComponent for MemberAccount {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:MemberAccount");
    type Args = MemberAccountArgs;
    type Prepared = Prepared;

    fn check(args: &Self::Args, checks: &mut Checks) {
        checks.under("home", |checks| args.home.check(checks));
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        checks.under("iam", |checks| args.iam.check(checks));
        args.regions.check(checks, "regions");
        checks.under("recorder", |checks| {
            args.recorder.check(checks);
            args.recorder.check_effect(checks);
        });
        checks.under("lookup", |checks| args.lookup.check(checks));
        if args.recorder.mode() == RecorderMode::Create {
            let missing = args.home.without_delivery("`recorder.mode` is `create`");
            missing.into_iter().for_each(|one| checks.error(one.path, one.reason));
        }
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<Prepared, Error> {
        let rules = args.rule_set();
        let prepared = Prepared::over(context, rules.plan_inputs(), &args.regions).await?;
        let (plan, account) = (&prepared.plan, &prepared.account);
        let others: Vec<_> = prepared.regions.iter().map(|one| one.planned.clone()).collect();
        let mut problems = of_other_partitions(args, account.target());
        problems.extend(args.recorder.problems(account.target(), &others));
        let errors = plan.errors.iter().cloned().chain(problems.errors).chain(account.claimed(context));
        let errors = errors.chain(args.home.is_here(account.target())).chain(args.without_room(&plan.packs));
        let mut errors: Vec<_> = errors.chain(account.tag_problems(&args.tags)).collect();
        errors.extend(regions::claimed(context, &prepared));
        let warnings = plan.warnings.iter().cloned().chain(problems.warnings).collect();

        let mut request = args.lookup.request();
        plan.scanned(&mut request);
        request.recorder = args.planned_recorder();
        let named = |name| PlannedName { path: "namePrefix".into(), name };
        request.event_rules = plan.compliance_change_rules().map(named).collect();
        let planned = Planned::default();
        let existing = scan::existing(context, account, &request, &planned).await;
        let asked = |one: &RegionPlan| {
            let inputs = (&rules, &args.recorder);
            regions::request(one, inputs, &args.lookup, args.planned_recorder(), args.home.known())
        };
        let (regions, wrong) = regions::inspected(context, &prepared, &existing, asked).await;
        errors.extend(wrong);
        let account =
            scan::see_known(context, account.clone(), request, (&planned, &existing), (errors, warnings)).await?;
        let prepared = Prepared { regions, ..prepared.with(account) };
        let missing = args.without_delivery(&prepared);
        if !missing.is_empty() {
            return Err(Error::InvalidInputs(missing));
        }
        let creates = prepared.has_recorder_of_ours(args.recorder.mode());
        let account = service_linked_role::find(context, creates, &args.recorder, prepared.account.clone()).await;
        Ok(prepared.with(account))
    }

    fn construct(scope: &Scope, args: Self::Args, prepared: &Prepared) -> Result<Self, Error> {
        let account = &prepared.account;
        let inputs = args.region_inputs(account);
        let forwarder = inputs.forwarder(scope, account, "Forwards compliance changes to the home account");
        let own = inputs.describe(scope, prepared, None, (args.recorder.clone(), Some(&forwarder)))?;
        let role = recorder_role(scope, &args.recorder, prepared, own.recorder_role_arn.clone());
        let others = inputs.describe_others(scope, prepared, Some(&forwarder), role.as_ref())?;
        let authorized =
            std::iter::once(own.authorized_region).chain(others.into_iter().map(|one| one.authorized_region));
        Ok(Self {
            config_rule_names: own.config_rule_names,
            conformance_pack_names: own.conformance_pack_names,
            authorized_regions: all(authorized.collect::<Vec<_>>()),
            forwarder_role_arn: forwarder.role_arn().clone(),
            config_role_arn: own.config_role_arn,
        })
    }
}
