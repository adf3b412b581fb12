//! Brings compliance changes of the other regions to the event bus of home: only then is a change noticed as soon as one of
//! home.

use aws_resources::{ArnBuilder, EventPattern, Json, PolicyDocument, Statement, cloudwatch, iam};
use functions_core::contract::compliance_change;
use pulumi_component::{Output, ResourceOptions, Scope};
use serde_json::Value;

use crate::account::facts::AccountFacts;
use crate::account::prepared::OtherRegion;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::parts::tags;
use crate::plan::event_pattern::suffix;

/// EventBridge, the same in every partition.
const PRINCIPAL: &str = "events.amazonaws.com";

/// The role that event rules of other regions put events on the bus of home with.
#[derive(Clone)]
pub(super) struct Forwarder {
    role: Output<String>,
    /// Id of its policy, for what waits for that.
    policy: Output<String>,
    bus: Output<String>,
}

impl Forwarder {
    /// Describes the role, once for all regions. `home`: the account in the region of the provider.
    pub(super) fn describe(scope: &Scope, args: &ComplianceMonitoringArgs, home: &AccountFacts) -> Self {
        let events = |region: Output<String>, resource: String| {
            ArnBuilder::of(home.partition(), "events").region(region).account(home.account_id()).resource(resource)
        };
        // EventBridge User Guide, "Cross-service confused deputy prevention": the ARN is that of the rule.
        let rules = events(Output::known("*".to_owned()), format!("rule/{}*", args.name_prefix.compliance_change("")));
        let trust = Statement::allow("EventBridge")
            .service(PRINCIPAL)
            .actions(["sts:AssumeRole"])
            .when("StringEquals", "aws:SourceAccount", home.account_id())
            .when("ArnLike", "aws:SourceArn", rules);
        let description = "Forwards compliance changes of other regions".to_owned();
        let role = args.iam.role(scope, "forwarder-role", PolicyDocument::new([trust]), description, &args.tags);
        let bus = events(home.region(), "event-bus/default".to_owned());
        let allowed = Statement::allow("Forward").actions(["events:PutEvents"]).on(bus.clone());
        let policy = PolicyDocument::new([allowed]);
        let policy = iam::RolePolicy::child(scope, "forwarder-policy", policy, role.name()).register();
        Self { role: role.arn(), policy: policy.id(), bus }
    }

    /// Describes the event rules of a region.
    pub(super) fn forward(&self, scope: &Scope, args: &ComplianceMonitoringArgs, one: &OtherRegion) {
        let (code, facts) = (&one.planned.code, &one.account);
        for (index, names) in one.planned.plan.event_patterns.iter().enumerate() {
            let suffix = suffix(index);
            let rule = cloudwatch::EventRule::child(scope, &format!("forward-{code}{suffix}"))
                .name(args.name_prefix.compliance_change(&suffix))
                .description("Forwards compliance changes of the watched rules")
                .event_pattern(changes_of(names))
                .tags(tags::owned(&args.tags, facts))
                .set_region(facts.other_region())
                .register();
            cloudwatch::EventTarget::child(scope, &format!("forward-{code}-target{suffix}"), &self.bus, rule.name())
                .target_id("home")
                .role_arn(&self.role)
                .set_region(facts.other_region())
                .options(ResourceOptions::default().and_depends_on_origin_of(&self.policy))
                .register();
        }
    }
}

/// The pattern of compliance changes of rules with these names, or beginnings of names.
pub(super) fn changes_of(names: &[Value]) -> EventPattern {
    let names: Vec<_> = match names.is_empty() {
        // EventBridge refuses an empty list, and without the key every rule of the account would match.
        true => vec![Json::Known(serde_json::json!({ "exists": false }))],
        false => names.iter().cloned().map(Json::Known).collect(),
    };
    EventPattern::of(compliance_change::SOURCE, compliance_change::DETAIL_TYPE)
        .detail("messageType", [compliance_change::MESSAGE_TYPE])
        .detail("configRuleName", names)
}
