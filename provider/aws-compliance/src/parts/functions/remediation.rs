//! What the remediation function may do, and what whoever approves its changes may do.

use std::collections::BTreeMap;

use aws_resources::{ArnBuilder, PolicyDocument, Statement, dynamodb, lambda};
use functions_core::key::segment;
use functions_core::remediation::action::{Permission, Risk, Scope};
use functions_core::remediation::actions;
use functions_core::remediation::settings::{RuleSettings, Settings};
use pulumi_component::{Input, Output, interpolate};

use crate::parts::functions::shared::Shared;

/// Operator and key of a condition on the partition of the table's entries (Amazon DynamoDB Developer Guide, "Using IAM policy
/// conditions for fine-grained access control").
const EACH_EQUALS: &str = "ForAllValues:StringEquals";
const LEADING_KEYS: &str = "dynamodb:LeadingKeys";
/// Whether the key is absent from a request: conditions on each of its values hold where it has none.
const ABSENT: &str = "Null";
/// Whoever asks, as IAM knows them.
const ASKING: &str = "approvals/${aws:userid}";

/// What remediation reads, and what the actions of rules that are switched on read and change: with every rule in mode `dryRun`
/// it may change nothing.
pub(super) fn statements(shared: &Shared<'_>, table: &dynamodb::Table, settings: Option<&Settings>) -> Vec<Statement> {
    let mut statements = vec![
        Statement::allow("Table").actions(["dynamodb:GetItem", "dynamodb:Query"]).on(table.arn()),
        // Not the partitions of decisions and of the stop switch, which people write.
        Statement::allow("Remediations")
            .actions(["dynamodb:DeleteItem", "dynamodb:PutItem"])
            .on(table.arn())
            .when(EACH_EQUALS, LEADING_KEYS, own(shared, "remediation"))
            .when(ABSENT, LEADING_KEYS, "false"),
    ];
    statements.extend(
        shared.args.topic_arn.as_ref().map(|topic| Statement::allow("Notices").actions(["sns:Publish"]).on(topic)),
    );
    let Some(settings) = settings else { return statements };
    // Reads that AWS binds to no resource, or of which none is named (Service Authorization Reference, "AWS Config",
    // "AWS CloudFormation" and "Amazon Resource Group Tagging API").
    statements.push(
        Statement::allow("Guards")
            .actions([
                "cloudformation:DescribeStackResources",
                "config:GetComplianceDetailsByResource",
                "config:GetDiscoveredResourceCounts",
                "config:SelectResourceConfig",
                "tag:GetResources",
            ])
            .on_everything(),
    );
    let permissions = permissions(settings.rules.values());
    // The deployment's own bucket is its stack's, and has a policy that remediation must not touch.
    let of_buckets: Vec<&str> = permissions
        .iter()
        .filter(|permission| permission.sid.starts_with("Change") && permission.scope == Scope::Buckets)
        .flat_map(|permission| permission.actions.iter().copied())
        .collect();
    if !of_buckets.is_empty() {
        statements.push(Statement::deny("NotOwnBucket").actions(of_buckets).on(&shared.bucket_arn));
    }
    for permission in permissions {
        let statement = Statement::allow(permission.sid).actions(permission.actions.iter().copied());
        statements.push(match permission.scope {
            Scope::Everything => statement.on_everything(),
            Scope::Buckets => statement.on(ArnBuilder::of(shared.facts.partition(), "s3").resource("*")),
            Scope::Own { service, resource } => statement.on(own_resources(shared, service, resource)),
        });
    }
    statements
}

/// The permissions of the actions, each once.
fn permissions<'a>(rules: impl Iterator<Item = &'a RuleSettings>) -> Vec<Permission> {
    let mut all = BTreeMap::new();
    for rule in rules {
        let Some(action) = actions::action(&rule.action) else { continue };
        let changes = rule.mode.acts() && !matches!(action.risk(), Risk::Advice(_));
        let changes: &[Permission] = if changes { action.changes() } else { &[] };
        all.extend(action.reads().iter().chain(changes).map(|permission| (permission.sid, *permission)));
    }
    all.into_values().collect()
}

/// Resources of a service in the region and account of the function.
fn own_resources(shared: &Shared<'_>, service: &'static str, resource: &'static str) -> Output<String> {
    let facts = shared.facts;
    let arns = ArnBuilder::of(facts.partition(), service);
    arns.region(facts.region()).account(facts.account_id()).resource(resource)
}

/// A partition of this account and region.
fn own(shared: &Shared<'_>, kind: &'static str) -> Output<String> {
    let account = shared.facts.account_id().map(|account| segment(&account));
    let region = shared.facts.region().map(|region| segment(&region));
    interpolate!("{}/{}/{}", Output::known(kind.to_owned()), account, region)
}

/// The policy of whoever may approve, reject and undo changes and turn the stop switch: it allows decisions under their own
/// identity alone.
pub(super) fn approver_policy(
    shared: &Shared<'_>,
    table: &dynamodb::Table,
    function: &lambda::Function,
) -> Output<String> {
    let of = |statement: Statement, partition: Input<String>| {
        let statement = statement.on(table.arn()).when(EACH_EQUALS, LEADING_KEYS, partition);
        statement.when(ABSENT, LEADING_KEYS, "false")
    };
    let read = |sid: &'static str, partition: Input<String>| {
        of(Statement::allow(sid).actions(["dynamodb:GetItem", "dynamodb:Query"]), partition)
    };
    let write = |sid: &'static str, partition: Input<String>| {
        of(Statement::allow(sid).actions(["dynamodb:PutItem"]), partition)
    };
    let facts = shared.facts;
    let table_region = interpolate!("dynamodb.{}.amazonaws.com", facts.region());
    let policy: Input<String> = PolicyDocument::new([
        read("ReadRemediations", own(shared, "remediation").into()),
        read("ReadOwnDecisions", ASKING.into()),
        read("ReadStopSwitch", own(shared, "control").into()),
        write("Decide", ASKING.into()),
        write("TurnStopSwitch", own(shared, "control").into()),
        Statement::allow("Carry").actions(["lambda:InvokeFunction"]).on(function.arn()),
        Statement::allow("Key").actions(["kms:Decrypt"]).on(&shared.args.kms_key_arn).when(
            "StringEquals",
            "kms:ViaService",
            table_region,
        ),
    ])
    .into();
    policy.output().clone()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use functions_core::remediation::action::Action;
    use functions_core::remediation::settings::Mode;

    use super::*;

    fn rule(action: &dyn Action, mode: Mode) -> RuleSettings {
        RuleSettings { action: action.id().to_owned(), mode, ..RuleSettings::default() }
    }

    #[test]
    fn dry_run_of_every_action_permits_no_change() {
        let rules: Vec<RuleSettings> = actions::ALL.iter().map(|action| rule(*action, Mode::DryRun)).collect();
        let permitted = permissions(rules.iter());
        let changes: BTreeSet<&str> = actions::ALL
            .iter()
            .flat_map(|action| action.changes())
            .flat_map(|one| one.actions.iter().copied())
            .collect();
        assert!(!permitted.is_empty());
        assert!(permitted.iter().flat_map(|one| one.actions).all(|action| !changes.contains(action)));
    }

    #[test]
    fn action_of_one_rule_permits_the_change_of_that_action_alone() {
        let mut rules: Vec<RuleSettings> = actions::ALL.iter().map(|action| rule(*action, Mode::DryRun)).collect();
        rules.extend(actions::action("s3-tls-only").map(|action| rule(action, Mode::Approve)));
        let sids: BTreeSet<&str> = permissions(rules.iter()).iter().map(|one| one.sid).collect();
        let changing: Vec<&&str> = sids.iter().filter(|sid| sid.starts_with("Change")).collect();
        assert_eq!(changing, [&"ChangeBucketPolicies"]);
    }
}
