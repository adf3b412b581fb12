//! Brings compliance changes of other regions and accounts to the event bus of home: only then is a change noticed as soon as
//! one of home.

use aws_resources::{ArnBuilder, EventPattern, Json, PolicyDocument, Statement, cloudwatch, iam};
use functions_core::contract::compliance_change;
use pulumi_component::{Input, Output, ResourceOptions, Scope};
use serde_json::Value;

use crate::account::facts::AccountFacts;
use crate::account::prepared::Prepared;
use crate::parts::rule_set::args::RuleSetArgs;
use crate::parts::tags;
use crate::plan::event_pattern::suffix;

/// EventBridge, the same in every partition.
const PRINCIPAL: &str = "events.amazonaws.com";

/// The role that event rules of other regions and accounts put events on the bus of home with.
#[derive(Clone)]
pub(super) struct Forwarder {
    role: Output<String>,
    /// Id of its policy, for what waits for that.
    policy: Output<String>,
    bus: Output<String>,
}

impl Forwarder {
    /// Describes the role, once for all regions. `account`: that of the event rules; `home`: account and region of the bus.
    pub(super) fn describe(
        scope: &Scope,
        args: &RuleSetArgs,
        account: &AccountFacts,
        (home, region): (&Input<String>, &Input<String>),
        description: &str,
    ) -> Self {
        // EventBridge User Guide, "Cross-service confused deputy prevention": the ARN is that of the rule.
        let rules = ArnBuilder::of(account.partition(), "events").region("*").account(account.account_id());
        let rules = rules.resource(format!("rule/{}*", args.name_prefix.compliance_change("")));
        let trust = Statement::allow("EventBridge")
            .service(PRINCIPAL)
            .actions(["sts:AssumeRole"])
            .when("StringEquals", "aws:SourceAccount", account.account_id())
            .when("ArnLike", "aws:SourceArn", rules);
        let description = description.to_owned();
        let role = args.iam.role(scope, "forwarder-role", PolicyDocument::new([trust]), description, &args.tags);
        // No partition sees another, so that home is in this one.
        let bus = ArnBuilder::of(account.partition(), "events").region(region).account(home);
        let bus = bus.resource("event-bus/default");
        let allowed = Statement::allow("Forward").actions(["events:PutEvents"]).on(bus.clone());
        let policy = PolicyDocument::new([allowed]);
        let policy = iam::RolePolicy::child(scope, "forwarder-policy", policy, role.name()).register();
        Self { role: role.arn(), policy: policy.id(), bus }
    }

    /// ARN of the role.
    pub(super) fn role_arn(&self) -> &Output<String> {
        &self.role
    }

    /// Describes the event rules of a region; `name`: start of their logical names.
    pub(super) fn forward(&self, scope: &Scope, args: &RuleSetArgs, (name, prepared): (&str, &Prepared)) {
        let facts = &prepared.account;
        for (index, names) in prepared.plan.event_patterns.iter().enumerate() {
            let suffix = suffix(index);
            let rule = cloudwatch::EventRule::child(scope, &format!("{name}{suffix}"))
                .name(args.name_prefix.compliance_change(&suffix))
                .description("Forwards compliance changes of the watched rules")
                .event_pattern(changes_of(names))
                .tags(tags::owned(&args.tags, facts))
                .set_region(facts.other_region())
                .register();
            cloudwatch::EventTarget::child(scope, &format!("{name}-target{suffix}"), &self.bus, rule.name())
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
