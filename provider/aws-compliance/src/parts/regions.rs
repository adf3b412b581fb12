//! What a region without functions gets, one beside home or one of a member account: a recorder where the deployment brings its
//! own, the rules and packs, the authorization of home's aggregator, and event rules that forward compliance changes to home.
//! In another region than that of the provider each child names its region, in its logical name and in its input `region`.

use account_look::{LookRequest, PlannedName, RecorderPlan};
use compliance_types::recorder::RecorderMode;
use futures::future::join_all;
use pulumi_component::value::PropertyError;
use pulumi_component::{Context, Error, Input, Output, Scope};

use crate::account::existing::found::Existing;
use crate::account::facts::AccountFacts;
use crate::account::prepared::{OtherRegion, Prepared};
use crate::account::{enabled_regions, scan};
use crate::inputs::lookup::LookupArgs;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::recorder::RecorderSettingsArgs;
use crate::parts::aggregation::source::{AggregationSource, AggregationSourceArgs};
use crate::parts::forwarding::Forwarder;
use crate::parts::part::Whole;
use crate::parts::recorder::{self, Recorder, RecorderArgs, role};
use crate::parts::report_store::ReportStore;
use crate::parts::rule_set::RuleSet;
use crate::parts::rule_set::args::RuleSetArgs;
use crate::plan::regions::RegionPlan;

/// What such regions are deployed from.
#[derive(Clone, Debug)]
pub(super) struct RegionInputs {
    /// Rules, prefix, tags and roles; without a bucket for templates.
    pub rules: RuleSetArgs,
    /// Settings of the recorder.
    pub recorder: RecorderSettingsArgs,
    /// Where everything is sent to.
    pub home: Home,
}

/// The account and region that sees them.
#[derive(Clone, Debug)]
pub(super) struct Home {
    /// Id of the account.
    pub account_id: Input<String>,
    /// The region.
    pub region: Input<String>,
    /// What recorders deliver to; `None` where none is created.
    pub delivery: Option<Delivery>,
}

/// What recorders deliver to.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    /// Name of the bucket.
    pub bucket_name: Input<String>,
    /// ARN of the bucket.
    pub bucket_arn: Input<String>,
    /// ARN of the key.
    pub kms_key_arn: Input<String>,
}

/// What a region got, for what waits for it or returns it.
pub(super) struct Described {
    /// Names of its rules.
    pub config_rule_names: Output<Vec<String>>,
    /// Names of its conformance packs.
    pub conformance_pack_names: Output<Vec<String>>,
    /// ARN of the role of the recorder that is created here.
    pub recorder_role_arn: Option<Output<String>>,
    /// ARN of the role of the recorder in use, where it is known.
    pub config_role_arn: Output<Option<String>>,
    /// The region that home's aggregator may see.
    pub authorized_region: Output<String>,
}

/// What the account scan is asked of a region beside that of the provider. `planned`: of the recorder in the provider's region.
pub(super) fn request(
    one: &RegionPlan,
    (rules, recorder): (&RuleSetArgs, &RecorderSettingsArgs),
    lookup: &LookupArgs,
    planned: RecorderPlan,
    home: Option<String>,
) -> LookRequest {
    let mut request = lookup.request();
    one.plan.scanned(&mut request);
    let there = recorder.elsewhere().plan(recorder.mode(), &rules.name_prefix, None);
    request.recorder = RecorderPlan { records: there.records, overrides: there.overrides, ..planned };
    let named = |name| PlannedName { path: "namePrefix".into(), name };
    request.event_rules = one.plan.compliance_change_rules().map(named).collect();
    request.authorization = home;
    request
}

/// What is wrong where another component of the same run monitors one of the other regions.
pub(super) fn claimed(context: &Context, prepared: &Prepared) -> Vec<PropertyError> {
    let of = |one: &OtherRegion| one.account.claimed(context).map(|other| one.planned.problem(&other));
    prepared.regions.iter().filter_map(of).collect()
}

/// Inspects the other regions: those that the account has enabled, with what is known of each; and what must not be deployed.
pub(super) async fn inspected(
    context: &Context,
    prepared: &Prepared,
    existing: &Existing,
    request: impl Fn(&RegionPlan) -> LookRequest,
) -> (Vec<OtherRegion>, Vec<PropertyError>) {
    let disabled = enabled_regions::disabled(context, prepared.regions.iter().map(|one| &one.planned)).await;
    let (disabled, mut regions): (Vec<_>, Vec<_>) =
        prepared.regions.iter().cloned().partition(|one| disabled.contains(&one.planned.code));
    let mut errors: Vec<_> =
        disabled.iter().map(|one| enabled_regions::problem(&one.planned, &prepared.account)).collect();
    let seen = regions.iter().map(|one| scan::see_region(context, one, request(&one.planned), existing));
    let seen = join_all(seen).await;
    for (one, (facts, problems)) in regions.iter_mut().zip(seen) {
        one.account = facts;
        errors.extend(problems);
    }
    (regions, errors)
}

impl Prepared {
    /// Whether any region gets a recorder of this component.
    pub(super) fn has_recorder_of_ours(&self, mode: RecorderMode) -> bool {
        let regions = self.regions.iter().map(|one| &one.account);
        std::iter::once(&self.account).chain(regions).any(|facts| facts.manages_recorder(mode))
    }
}

impl ComplianceMonitoringArgs {
    /// What the account scan is asked of a region. `whole`: of home.
    pub fn region_request(&self, one: &RegionPlan, whole: &Whole<'_>) -> LookRequest {
        let mut of_home = LookRequest::default();
        (recorder::PART.claim)(whole, &mut of_home);
        let target = whole.target;
        let home = target.account_id.as_deref().zip(target.region.as_deref());
        let home = home.map(|(account, region)| format!("{account}/{region}"));
        request(one, (&self.rules_alone(), &self.recorder), &self.lookup, of_home.recorder, home)
    }

    /// Whether home or another region gets a recorder of this component, which delivers to the bucket of home.
    pub(super) fn delivers(&self, prepared: &Prepared) -> bool {
        prepared.has_recorder_of_ours(self.recorder.mode())
    }

    /// What the other regions are deployed from. `home`: the account in the region of the provider.
    pub(super) fn region_inputs(
        &self,
        key: &Output<String>,
        reports: &ReportStore,
        home: &AccountFacts,
    ) -> RegionInputs {
        RegionInputs {
            rules: self.rules_alone(),
            recorder: self.recorder.clone(),
            home: Home {
                account_id: home.account_id().into(),
                region: home.region().into(),
                delivery: Some(Delivery {
                    bucket_name: reports.bucket_name.clone().into(),
                    bucket_arn: reports.bucket_arn.clone().into(),
                    kms_key_arn: key.into(),
                }),
            },
        }
    }
}

/// ARN of the role that recorders of other regions read the account with; `own`: that of a recorder of this component in the
/// provider's region. `None` where no region gets a recorder.
pub(super) fn recorder_role(
    scope: &Scope,
    settings: &RecorderSettingsArgs,
    prepared: &Prepared,
    own: Option<Output<String>>,
) -> Option<Output<String>> {
    match own {
        Some(own) => Some(own),
        // The provider's region reuses its recorder, and another region has none.
        None if prepared.has_recorder_of_ours(settings.mode()) => {
            Some(role::describe(scope, settings, &prepared.account))
        }
        None => None,
    }
}

impl RegionInputs {
    /// Describes the role that event rules forward with. `account`: that of the rules.
    pub(super) fn forwarder(&self, scope: &Scope, account: &AccountFacts, description: &str) -> Forwarder {
        Forwarder::describe(scope, &self.rules, account, (&self.home.account_id, &self.home.region), description)
    }

    /// Describes every region beside that of the provider.
    pub(super) fn describe_others(
        &self,
        scope: &Scope,
        prepared: &Prepared,
        forwarder: Option<&Forwarder>,
        recorder_role: Option<&Output<String>>,
    ) -> Result<Vec<Described>, Error> {
        let described = prepared.regions.iter().map(|one| {
            let settings =
                RecorderSettingsArgs { role_arn: recorder_role.cloned().map(Into::into), ..self.recorder.elsewhere() };
            let there = one.prepared(prepared, one.account.clone());
            self.describe(scope, &there, Some(&one.planned.code), (settings, forwarder))
        });
        described.collect()
    }

    /// Describes a region; `code`: as it is in logical names, which that of the provider is not.
    pub(super) fn describe(
        &self,
        scope: &Scope,
        prepared: &Prepared,
        code: Option<&str>,
        (settings, forwarder): (RecorderSettingsArgs, Option<&Forwarder>),
    ) -> Result<Described, Error> {
        let named = |part: &str| code.map_or_else(|| part.to_owned(), |code| format!("{part}-{code}"));
        let facts = &prepared.account;
        let recorder = match facts.manages_recorder(settings.mode()) {
            true => {
                let args = self.recorder_args(settings)?;
                Some(scope.component_prepared::<Recorder>(named("recorder"), args, facts)?)
            }
            false => None,
        };
        let recorded = recorder.as_ref().map(|recorder| facts.recorded_by(recorder.recorder_name.clone()));
        let recorded = prepared.with(recorded.unwrap_or_else(|| facts.clone()));
        let rules = scope.component_prepared::<RuleSet>(named("rules"), self.rules.clone(), &recorded)?;
        let source = AggregationSourceArgs {
            aggregator_account_id: self.home.account_id.clone(),
            aggregator_region: self.home.region.clone(),
            tags: self.rules.tags.clone(),
        };
        let source = scope.component_prepared::<AggregationSource>(named("aggregation"), source, facts)?;
        if let Some(forwarder) = forwarder {
            forwarder.forward(scope, &self.rules, (&named("forward"), prepared));
        }
        let recorder_role_arn = recorder.map(|recorder| recorder.config_role_arn);
        Ok(Described {
            config_rule_names: rules.config_rule_names,
            conformance_pack_names: rules.conformance_pack_names,
            config_role_arn: recorder_role_arn.clone().map_or(rules.config_role_arn, |role| role.map(Some)),
            recorder_role_arn,
            authorized_region: source.authorized_region,
        })
    }

    /// What a recorder is given.
    fn recorder_args(&self, settings: RecorderSettingsArgs) -> Result<RecorderArgs, Error> {
        let Some(delivery) = self.home.delivery.clone() else {
            return Err(Error::Internal("a recorder is created without a bucket that it delivers to".to_owned()));
        };
        Ok(RecorderArgs {
            name_prefix: self.rules.name_prefix.clone(),
            bucket_name: delivery.bucket_name,
            bucket_arn: delivery.bucket_arn,
            kms_key_arn: delivery.kms_key_arn,
            lookup: LookupArgs::default(),
            settings: RecorderSettingsArgs { mode: Some(RecorderMode::Create), ..settings },
        })
    }
}
