//! What is seen of other regions and accounts: the aggregator, and its authorization in this account and region.

pub mod source;

use std::collections::BTreeMap;

use account_look::{OWNER_TAG, PlannedName};
use aws_resources::{Json, cfg, cloudcontrol};
use compliance_types::region::is_opt_in_region;
use pulumi_component::{Checks, Context, Error, Input, Output, Outputs, PreparedComponent, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::existing::found::Planned;
use crate::account::facts::AccountFacts;
use crate::account::prepared::Prepared;
use crate::account::scan;
use crate::inputs::aggregation::AggregationSettingsArgs;
use crate::inputs::bounds;
use crate::inputs::lookup::LookupArgs;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::tags::{Tags, TextTags};
use crate::parts::part::{Part, Whole};
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
    claim: |whole, request| {
        let Whole { args, target, monitored, .. } = whole;
        request.aggregator = Some(whole.named(args.name_prefix.aggregator()));
        request.sources = args.aggregation.sources("aggregation", target, monitored);
    },
    ..Part::of::<Aggregation>("aggregation")
};

impl ComplianceMonitoringArgs {
    /// What this part of the whole is given.
    pub(super) fn aggregation(&self, prepared: &Prepared) -> AggregationArgs {
        let (name_prefix, tags) = (self.name_prefix.clone(), self.tags.clone());
        let settings = self.aggregation.over(prepared);
        AggregationArgs { name_prefix, tags, settings, lookup: LookupArgs::default() }
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

    async fn prepare(context: &Context, args: &Self::Args) -> Result<AccountFacts, Error> {
        let facts = AccountFacts::look(context).await?.admit_tags(&args.tags)?;
        let mut request = args.lookup.request();
        request.recorder.mode = None;
        request.aggregator = Some(PlannedName { path: "namePrefix".into(), name: args.name_prefix.aggregator() });
        request.sources = args.settings.sources("settings", facts.target(), &[]);
        let facts = scan::see(context, facts, request, &Planned::default(), Default::default()).await?;
        args.settings.tell(context, &facts, &[]);
        Ok(facts)
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, Error> {
        let sources = &args.settings;
        if sources.include_here(facts) {
            authorize(scope, facts.account_id().into(), facts.region().into(), &args.tags, facts);
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
    /// The same with every region that is monitored.
    fn over(&self, prepared: &Prepared) -> Self {
        let mut settings = self.clone();
        if self.all_regions || prepared.regions.is_empty() {
            return settings;
        }
        let home = prepared.account.known_region().map(str::to_owned);
        let others = prepared.regions.iter().map(|one| one.planned.code.clone());
        for code in home.into_iter().chain(others) {
            if !settings.regions.contains(&code) {
                settings.regions.push(code);
            }
        }
        settings
    }

    /// Whether this account and region is seen; taken as so while a preview cannot know which one it is.
    fn include_here(&self, facts: &AccountFacts) -> bool {
        let among = |listed: &[String], own: Option<&str>| {
            listed.is_empty() || own.is_none_or(|own| listed.iter().any(|listed| listed == own))
        };
        among(&self.accounts, facts.known_account_id())
            && (self.all_regions || among(&self.regions, facts.known_region()))
    }

    /// Says once, at preview, what other accounts and regions have to deploy: without it they are not seen. What the aggregator
    /// lists already has deployed it, or the account scan warns. `monitored`: regions of this account that need nothing more.
    pub(crate) fn tell(&self, context: &Context, facts: &AccountFacts, monitored: &[String]) {
        let (Some(account), Some(region)) = (facts.known_account_id(), facts.known_region()) else { return };
        if !context.is_preview() {
            return;
        }
        let opt_in: Vec<_> = self
            .regions
            .iter()
            .map(String::as_str)
            .filter(|listed| *listed != region && is_opt_in_region(listed))
            .collect();
        if !opt_in.is_empty() {
            context.info(format!(
                "nothing is seen of a region that its account has not enabled, and these have to be enabled: {}",
                opt_in.join(", ")
            ));
        }
        let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for source in self.sources("aggregation", facts.target(), monitored) {
            let is_listed = |code: &String| facts.aggregator().is_some_and(|found| found.lists(&source.account, code));
            let regions: Vec<_> = source.regions.into_iter().filter(|code| !is_listed(code)).collect();
            if !regions.is_empty() {
                places.entry(source.account).or_default().extend(regions);
            }
        }
        if places.is_empty() {
            return;
        }
        let place = |(account, regions): (String, Vec<String>)| match self.all_regions {
            true => format!("account {account}"),
            false => format!("account {account} in {}", regions.join(", ")),
        };
        let places = places.into_iter().map(place).collect::<Vec<_>>().join("; ");
        context.info(format!(
            "deploy `AggregationSource` with aggregatorAccountId {account} and aggregatorRegion {region} in each of these to include \
             it: {places}"
        ));
    }
}

/// Type of an authorization in the CloudFormation registry.
const AUTHORIZATION: &str = "AWS::Config::AggregationAuthorization";

/// Authorizes an aggregator to see this account in the region of the provider, or in another one of the deployment. The
/// resource of the `aws` provider has no region of its own: its `region` is the aggregator's, and is deprecated. Elsewhere the
/// authorization is made through the Cloud Control API, whose resource takes any region.
fn authorize(scope: &Scope, account: Input<String>, region: Input<String>, tags: &Tags, facts: &AccountFacts) {
    match facts.other_region() {
        None => {
            cfg::AggregateAuthorization::child(scope, "authorization", account)
                .authorized_aws_region(region)
                .tags(tags::owned(tags, facts))
                .register();
        }
        Some(here) => {
            let own = std::iter::once((OWNER_TAG.to_owned(), facts.owner().into()));
            let tags: BTreeMap<_, _> = tags.clone().into_iter().chain(own).collect();
            let tags =
                tags.into_iter().map(|(key, value)| Json::object([("Key", key.into()), ("Value", value.into())]));
            let state = Json::object([
                ("AuthorizedAccountId", account.into()),
                ("AuthorizedAwsRegion", region.into()),
                ("Tags", Json::list(tags)),
            ]);
            cloudcontrol::CloudcontrolResource::child(scope, "authorization", state, AUTHORIZATION)
                .region(here)
                .register();
        }
    }
}
