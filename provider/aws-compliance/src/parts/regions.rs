//! What the other regions of a deployment get: a recorder where the deployment brings its own, the rules and packs, and the
//! authorization of home's aggregator. Each child names its region, in its logical name and in its input `region`.

use account_look::LookRequest;
use compliance_types::recorder::RecorderMode;
use pulumi_component::{Error, Output, Scope};

use crate::account::prepared::Prepared;
use crate::inputs::lookup::LookupArgs;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::recorder::RecorderSettingsArgs;
use crate::parts::aggregation::source::{AggregationSource, AggregationSourceArgs};
use crate::parts::forwarding::Forwarder;
use crate::parts::part::Whole;
use crate::parts::recorder::{self, Recorder, RecorderArgs};
use crate::parts::report_store::ReportStore;
use crate::parts::rule_set::RuleSet;
use crate::parts::rule_set::args::RuleSetArgs;
use crate::plan::regions::RegionPlan;

/// What all regions use.
pub(super) struct Shared<'a> {
    /// ARN of the key of home.
    pub key: &'a Output<String>,
    /// The bucket of home.
    pub reports: &'a ReportStore,
    /// ARN of the role that recorders of this component read the account with; `None` where no region gets one.
    pub recorder_role: Option<Output<String>>,
}

impl ComplianceMonitoringArgs {
    /// What the account scan is asked of a region. `whole`: of home.
    pub fn region_request(&self, one: &RegionPlan, whole: &Whole<'_>) -> LookRequest {
        let mut request = self.lookup.request();
        one.plan.scanned(&mut request);
        (recorder::PART.claim)(whole, &mut request);
        let planned = self.recorder.elsewhere().plan(self.recorder.mode(), &self.name_prefix, None);
        request.recorder.records = planned.records;
        request.recorder.overrides = planned.overrides;
        let target = whole.target;
        let home = target.account_id.as_deref().zip(target.region.as_deref());
        request.event_rules = one.plan.compliance_change_rules().map(|name| whole.named(name)).collect();
        request.authorization = home.map(|(account, region)| format!("{account}/{region}"));
        request
    }

    /// Whether home or another region gets a recorder of this component, which delivers to the bucket of home.
    pub(super) fn delivers(&self, prepared: &Prepared) -> bool {
        let regions = prepared.regions.iter().map(|one| &one.account);
        std::iter::once(&prepared.account).chain(regions).any(|facts| facts.manages_recorder(self.recorder.mode()))
    }

    /// What the recorder of a region is given.
    fn region_recorder(&self, shared: &Shared<'_>) -> RecorderArgs {
        RecorderArgs {
            name_prefix: self.name_prefix.clone(),
            bucket_name: shared.reports.bucket_name.clone().into(),
            bucket_arn: shared.reports.bucket_arn.clone().into(),
            kms_key_arn: shared.key.into(),
            lookup: LookupArgs::default(),
            settings: RecorderSettingsArgs {
                mode: Some(RecorderMode::Create),
                role_arn: shared.recorder_role.clone().map(Into::into),
                ..self.recorder.elsewhere()
            },
        }
    }
}

/// Describes every region; the names of the rules and packs in each, for what waits for them.
pub(super) fn describe(
    scope: &Scope,
    args: &ComplianceMonitoringArgs,
    prepared: &Prepared,
    shared: &Shared<'_>,
) -> Result<Vec<Output<Vec<String>>>, Error> {
    let mut names = Vec::new();
    let forwarder = prepared.regions.first().map(|_| Forwarder::describe(scope, args, &prepared.account));
    for one in &prepared.regions {
        let (code, facts) = (&one.planned.code, &one.account);
        let recorded = match facts.manages_recorder(args.recorder.mode()) {
            true => {
                let recorder = scope.component_prepared::<Recorder>(
                    format!("recorder-{code}"),
                    args.region_recorder(shared),
                    facts,
                )?;
                facts.recorded_by(recorder.recorder_name)
            }
            false => facts.clone(),
        };
        let rules = RuleSetArgs { bucket_name: None, kms_key_arn: None, ..args.rule_set(shared.key, shared.reports) };
        let rules =
            scope.component_prepared::<RuleSet>(format!("rules-{code}"), rules, &one.prepared(prepared, recorded))?;
        let source = AggregationSourceArgs {
            aggregator_account_id: prepared.account.account_id().into(),
            aggregator_region: prepared.account.region().into(),
            tags: args.tags.clone(),
        };
        scope.component_prepared::<AggregationSource>(format!("aggregation-{code}"), source, facts)?;
        if let Some(forwarder) = &forwarder {
            forwarder.forward(scope, args, one);
        }
        names.extend([rules.config_rule_names, rules.conformance_pack_names]);
    }
    Ok(names)
}
