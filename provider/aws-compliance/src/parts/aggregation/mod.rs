//! What is seen of other regions and accounts: the aggregator, and its authorization in this account and region.

pub mod source;

use account_look::PlannedName;
use aws_resources::cfg;
use compliance_types::region::is_opt_in_region;
use pulumi_component::{Checks, ConstructError, Context, Input, Output, Outputs, PreparedComponent, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::existing::found::Planned;
use crate::account::facts::AccountFacts;
use crate::account::scan;
use crate::inputs::aggregation::AggregationSettingsArgs;
use crate::inputs::bounds;
use crate::inputs::lookup::LookupArgs;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::tags::{Tags, TextTags};
use crate::parts::part::Part;
use crate::parts::tags;

/// Inputs of [`Aggregation`].
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AggregationArgs {
    /// Start of the aggregator's name: a-z, 0-9 and hyphen.
    pub name_prefix: NamePrefix,
    /// Tags of the aggregator and its authorization.
    #[schemars(with = "TextTags")]
    pub tags: Tags,
    /// Which accounts and regions are included.
    pub settings: AggregationSettingsArgs,
    /// How the account is inspected.
    pub lookup: LookupArgs,
}

/// A configuration aggregator, with the authorization that it needs in its own account and region. One for each account
/// and region.
#[derive(Debug, Outputs)]
pub struct Aggregation {
    /// Name of the aggregator.
    pub config_aggregator_name: Output<String>,
    /// ARN of the aggregator.
    pub config_aggregator_arn: Output<String>,
}

/// The aggregator as a part of the whole.
pub const PART: Part = Part {
    check: |args, checks| checks.under("aggregation", |checks| args.aggregation.check(checks)),
    claim: |whole, request| request.aggregator = Some(whole.named(whole.args.name_prefix.aggregator())),
    ..Part::of::<Aggregation>("aggregation")
};

impl ComplianceMonitoringArgs {
    /// What this part of the whole is given.
    pub(super) fn aggregation(&self) -> AggregationArgs {
        let (name_prefix, tags) = (self.name_prefix.clone(), self.tags.clone());
        AggregationArgs { name_prefix, tags, settings: self.aggregation.clone(), lookup: LookupArgs::default() }
    }
}

impl PreparedComponent for Aggregation {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:Aggregation");
    type Args = AggregationArgs;
    type Prepared = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
        bounds::check_tags(&args.tags, checks);
        checks.under("settings", |checks| args.settings.check(checks));
        checks.under("lookup", |checks| args.lookup.check(checks));
    }

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, ConstructError> {
        let facts = AccountFacts::look(context).await?.admit_tags(&args.tags)?;
        args.settings.tell(context, &facts);
        let mut request = args.lookup.request();
        request.recorder.mode = None;
        request.aggregator = Some(PlannedName { path: "namePrefix".into(), name: args.name_prefix.aggregator() });
        scan::see(context, facts, request, &Planned::default(), Default::default()).await
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, ConstructError> {
        let sources = &args.settings;
        if sources.include_here(facts) {
            authorize(scope, facts.account_id().into(), facts.region().into(), tags::owned(&args.tags, facts));
        }
        let accounts = match sources.accounts.as_slice() {
            [] => vec![facts.account_id().into()],
            accounts => accounts.iter().map(Input::from).collect(),
        };
        let source = cfg::ConfigurationAggregatorAccountAggregationSource::new(accounts);
        let source = match (sources.all_regions, sources.regions.as_slice()) {
            (true, _) => source.all_regions(true),
            (false, []) => source.regions(vec![facts.region().into()]),
            (false, regions) => source.regions(regions.iter().map(Input::from).collect::<Vec<_>>()),
        };
        let aggregator = cfg::ConfigurationAggregator::child(scope, "aggregator")
            .name(args.name_prefix.aggregator())
            .account_aggregation_source(source)
            .tags(tags::owned(&args.tags, facts))
            .register();
        Ok(Self { config_aggregator_name: aggregator.name(), config_aggregator_arn: aggregator.arn() })
    }
}

impl AggregationSettingsArgs {
    /// Whether this account and region is seen; taken as so while a preview cannot know which one it is.
    fn include_here(&self, facts: &AccountFacts) -> bool {
        let among = |listed: &[String], own: Option<&str>| {
            listed.is_empty() || own.is_none_or(|own| listed.iter().any(|listed| listed == own))
        };
        among(&self.accounts, facts.known_account_id())
            && (self.all_regions || among(&self.regions, facts.known_region()))
    }

    /// Says once, at preview, what other accounts and regions have to deploy: without it they are not seen.
    pub(crate) fn tell(&self, context: &Context, facts: &AccountFacts) {
        let (Some(account), Some(region)) = (facts.known_account_id(), facts.known_region()) else { return };
        let accounts = self.accounts.iter().filter(|listed| *listed != account);
        let accounts: Vec<_> = accounts.map(|account| format!("account {account}")).collect();
        let regions = self.regions.iter().filter(|listed| *listed != region && !self.all_regions);
        let regions: Vec<_> = regions.map(|region| format!("region {region}")).collect();
        let opt_in: Vec<_> = self
            .regions
            .iter()
            .map(String::as_str)
            .filter(|listed| *listed != region && is_opt_in_region(listed))
            .collect();
        if context.is_preview() && !opt_in.is_empty() {
            context.info(format!(
                "nothing is seen of a region that its account has not enabled, and these have to be enabled: {}",
                opt_in.join(", ")
            ));
        }
        if !context.is_preview() || (accounts.is_empty() && regions.is_empty()) {
            return;
        }
        let places = accounts.into_iter().chain(regions).collect::<Vec<_>>().join(", ");
        let message = format!(
            "deploy `AggregationSource` with aggregatorAccountId {account} and aggregatorRegion {region} in each of these to include \
             it: {places}"
        );
        context.info(message);
    }
}

/// Authorizes an aggregator to see this account in the region of the provider. The resource has no region of its own:
/// the provider reads its `region` as the aggregator's, and deprecates it.
fn authorize(scope: &Scope, aggregator_account: Input<String>, aggregator_region: Input<String>, tags: Input<Tags>) {
    cfg::AggregateAuthorization::child(scope, "authorization", aggregator_account)
        .authorized_aws_region(aggregator_region)
        .tags(tags)
        .register();
}
