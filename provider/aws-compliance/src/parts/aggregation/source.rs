//! The other side of an aggregation: what another account or region deploys to be seen.

use pulumi_component::value::Scalar;
use pulumi_component::{Checks, Context, Error, Input, Output, Outputs, PreparedComponent, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::facts::AccountFacts;
use crate::inputs::bounds;
use crate::inputs::tags::{Tags, TextTags};
use crate::parts::aggregation::authorize;
use crate::parts::part::Part;
use crate::plan::elsewhere::of_other_partitions;

/// Inputs of [`AggregationSource`].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AggregationSourceArgs {
    /// Id of the account that has the aggregator, twelve digits.
    #[schemars(with = "Input<Scalar<12>>")]
    pub aggregator_account_id: Input<String>,
    /// Region of the aggregator.
    pub aggregator_region: Input<String>,
    /// Tags of the authorization.
    #[serde(default)]
    #[schemars(with = "TextTags")]
    pub tags: Tags,
}

/// Authorizes an aggregator to see this account in the region of the provider. One for each account and region that is
/// seen.
#[derive(Debug, Outputs)]
pub struct AggregationSource {
    /// The region of this account that is seen.
    pub authorized_region: Output<String>,
}

/// The other side of an aggregation, which is used alone.
pub const PART: Part = Part::of::<AggregationSource>("");

impl PreparedComponent for AggregationSource {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:AggregationSource");
    type Args = AggregationSourceArgs;
    type Prepared = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        bounds::check_tags(&args.tags, checks);
        checks.input("aggregatorAccountId", &args.aggregator_account_id, |id| bounds::account_id(id));
        bounds::check_eventual_region(checks, "aggregatorRegion", &args.aggregator_region);
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, Error> {
        let facts = AccountFacts::look(context).await?.admit_tags(&args.tags)?;
        match of_other_partitions(args, facts.target()).errors {
            none if none.is_empty() => Ok(facts),
            errors => Err(Error::InvalidInputs(errors)),
        }
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, Error> {
        authorize(scope, args.aggregator_account_id, args.aggregator_region, &args.tags, facts);
        Ok(Self { authorized_region: facts.region() })
    }
}
