//! The budget: how much AWS Config may cost in a month, and the messages that say when it costs more.

use aws_resources::{ArnBuilder, Statement, budgets};
use pulumi_component::{Checks, Context, Error, Input, Output, Outputs, PreparedComponent, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::facts::AccountFacts;
use crate::account::prepared::Prepared;
use crate::inputs::bounds;
use crate::inputs::cost::CostArgs;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::tags::{Tags, TextTags};
use crate::parts::part::Part;
use crate::parts::tags;
use crate::plan::elsewhere::of_other_partitions;

/// The service that publishes.
const SERVICE: &str = "budgets.amazonaws.com";

/// Inputs of [`Budget`].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetArgs {
    /// Tags of the budget.
    #[serde(default)]
    #[schemars(with = "TextTags")]
    pub tags: Tags,
    /// ARN of the topic that receives the messages. Its policy, and that of its key if it has one, must admit AWS Budgets:
    /// `budgetNotices` of `Alerts` and of `Encryption`.
    pub topic_arn: Input<String>,
    /// US dollars that AWS Config may cost in the regions in a calendar month. Minimum: 0.01.
    pub monthly_usd: Input<f64>,
    /// Regions whose cost is counted. Default: the region of the provider.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Percentages of the budget at which a message is sent, each 1-1000 and once. At most 10. Default: 80 and 100.
    #[serde(default = "default_percents")]
    pub notify_at_percent: Vec<u32>,
}

/// A monthly AWS Budgets budget for what AWS Config costs in one or more regions, with a message to a topic at each percentage.
///
/// The budget counts everything that AWS Config records and evaluates in the regions, also for others. What the deployment's
/// functions, storage and alarms cost is not in it: most of these services do not report their cost by deployment.
#[derive(Debug, Outputs)]
pub struct Budget {
    /// Name of the budget.
    pub budget_name: Output<String>,
}

/// The budget as a part of the whole.
pub const PART: Part = Part {
    check: |args, checks| checks.under("cost", |checks| args.cost.check(checks)),
    ..Part::of::<Budget>("budget")
};

impl ComplianceMonitoringArgs {
    /// What this part of the whole is given.
    pub(super) fn budget(&self, usd: &Input<f64>, topic_arn: &Output<String>, prepared: &Prepared) -> BudgetArgs {
        let others = prepared.regions.iter().map(|one| one.planned.code.clone());
        let home = prepared.account.known_region().map(str::to_owned).filter(|_| !prepared.regions.is_empty());
        BudgetArgs {
            regions: home.into_iter().chain(others).collect(),
            tags: self.tags.clone(),
            topic_arn: topic_arn.into(),
            monthly_usd: usd.clone(),
            notify_at_percent: self.cost.notify_at_percent.clone(),
        }
    }
}

impl PreparedComponent for Budget {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:Budget");
    type Args = BudgetArgs;
    type Prepared = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        bounds::check_tags(&args.tags, checks);
        checks.input("topicArn", &args.topic_arn, |arn| bounds::topic_arn(arn));
        checks.warn_input("topicArn", &args.topic_arn, |arn| bounds::known_arn_region(arn));
        checks.input("monthlyUsd", &args.monthly_usd, CostArgs::judge_amount);
        CostArgs::check_percents(&args.notify_at_percent, checks);
        bounds::check_regions(checks, "regions", &args.regions);
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, Error> {
        let facts = AccountFacts::look(context).await?.admit_tags(&args.tags)?;
        let mut problems = of_other_partitions(args, facts.target()).errors;
        problems.extend(facts.target().without_budgets("monthlyUsd"));
        match problems.is_empty() {
            true => Ok(facts),
            false => Err(Error::InvalidInputs(problems)),
        }
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, Error> {
        let filter = |name: &str, values: Vec<Input<String>>| Input::from(budgets::BudgetCostFilter::new(name, values));
        let regions = match args.regions.as_slice() {
            [] => vec![facts.region().into()],
            regions => regions.iter().map(Input::from).collect(),
        };
        let notification = |percent: &u32| {
            let notification =
                budgets::BudgetNotification::new("GREATER_THAN", "ACTUAL", f64::from(*percent), "PERCENTAGE");
            Input::from(notification.subscriber_sns_topic_arns(vec![Input::from(&args.topic_arn)]))
        };
        let budget = budgets::Budget::child(scope, "budget", "COST", "MONTHLY")
            .limit_amount(args.monthly_usd.output().map(|usd| usd.to_string()))
            .limit_unit("USD")
            .cost_filters(vec![filter("Service", vec!["AWS Config".into()]), filter("Region", regions)])
            .notifications(args.notify_at_percent.iter().map(notification).collect::<Vec<_>>())
            .tags(tags::owned(&args.tags, facts))
            .register();
        Ok(Self { budget_name: budget.name() })
    }
}

fn default_percents() -> Vec<u32> {
    CostArgs::default().notify_at_percent
}

/// The topic's statement for AWS Budgets (AWS Cost Management User Guide, "Creating an Amazon SNS topic for budget
/// notifications": source account and ARN are documented for topic and key).
pub(super) fn topic_statement(topic: Output<String>, facts: &AccountFacts) -> Statement {
    of_account(Statement::allow("Budgets").service(SERVICE).actions(["sns:Publish"]).on(topic), facts)
}

/// The key's statement for AWS Budgets.
pub(super) fn key_statement(facts: &AccountFacts) -> Statement {
    let statement = Statement::allow("Budgets").service(SERVICE).actions(["kms:Decrypt", "kms:GenerateDataKey"]);
    of_account(statement.on_everything(), facts)
}

fn of_account(statement: Statement, facts: &AccountFacts) -> Statement {
    let budgets = ArnBuilder::of(facts.partition(), "budgets").account(facts.account_id()).resource("*");
    statement.when("StringEquals", "aws:SourceAccount", facts.account_id()).when("ArnLike", "aws:SourceArn", budgets)
}
