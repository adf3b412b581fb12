//! The Config rules, conformance packs and remediations.

pub mod args;
mod custom;
mod managed;
mod packs;
mod remediation;
mod values;

use aws_compliance_catalog::INLINE_BYTES;
use aws_resources::cfg;
use pulumi_component::{Checks, Context, Error, Output, Outputs, PreparedComponent, Scope, TypeToken, all};

use crate::account::existing::found::Planned;
use crate::account::prepared::Prepared;
use crate::account::scan;
use crate::inputs::bounds;
use crate::parts::part::Part;
use crate::parts::rule_set::args::RuleSetArgs;
use crate::plan::elsewhere::of_other_partitions;
use crate::plan::packs::check_sizes;

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

/// The rules as a part of the whole: the plan has checked them.
pub const PART: Part = Part { claim: |whole, request| whole.plan.scanned(request), ..Part::of::<RuleSet>("rules") };

impl PreparedComponent for RuleSet {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:RuleSet");
    type Args = RuleSetArgs;
    type Prepared = Prepared;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        if let Some(name) = &args.bucket_name {
            checks.input("bucketName", name, |name| bounds::bucket_name(name));
        }
        if let Some(key) = &args.kms_key_arn {
            checks.input("kmsKeyArn", key, |arn| bounds::key_arn(arn));
        }
        checks.under("iam", |checks| args.iam.check(checks));
        checks.under("lookup", |checks| args.lookup.check(checks));
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<Prepared, Error> {
        let prepared = Prepared::new(context, args.plan_inputs()).await?;
        let plan = &prepared.plan;
        let mut checks = Checks::default();
        if args.bucket_name.is_none() {
            check_sizes(&plan.packs, INLINE_BYTES, &mut checks);
        }
        let mut request = args.lookup.request();
        request.recorder.mode = None;
        plan.scanned(&mut request);
        let elsewhere = of_other_partitions(args, prepared.account.target());
        let errors = plan.errors.iter().chain(checks.errors()).cloned().chain(elsewhere.errors);
        let errors = errors.chain(prepared.account.tag_problems(&args.tags)).collect();
        let problems = (errors, plan.warnings.iter().cloned().chain(elsewhere.warnings).collect());
        let account = scan::see(context, prepared.account.clone(), request, &Planned::default(), problems).await?;
        Ok(prepared.with(account))
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &Prepared) -> Result<Self, Error> {
        let Prepared { plan, account, roles, .. } = facts;
        let rules = plan.rules.iter().map(|rule| {
            let child = managed::describe(scope, rule, &args, account);
            remediation::describe(scope, rule, &child, (&args.iam, &args.tags), (account, roles));
            child
        });
        let rules: Vec<_> = rules.chain(custom::describe(scope, &plan.custom, &args, account)).collect();
        let packs = packs::describe(scope, &plan.packs, &args, account, INLINE_BYTES)?;
        Ok(Self {
            config_rule_names: all(rules.iter().map(cfg::Rule::name).collect::<Vec<_>>()),
            conformance_pack_names: all(packs),
            config_role_arn: Output::known(account.reused_recorder_role().map(str::to_owned)),
        })
    }
}
