//! Whose the things are that have names of ours.

use property_path::PropertyPath;

use super::message::{ROOT, ScanMessage};
use super::words::{names, place};
use crate::look::{Look, Namesake, NamesakeKind, Tags};
use crate::request::{LookRequest, OWNER_TAG, Owner, PlannedName};

/// The tag that CloudFormation puts on what it makes (CloudFormation User Guide, "Resource tags").
const CLOUDFORMATION_TAG: &str = "aws:cloudformation:stack-name";

/// Whose something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// This deployment's.
    Ours,
    /// Another deployment's of ours.
    Marked(String),
    /// Somebody else's, in words.
    Foreign(String),
    /// Nobody says.
    Unmarked,
    /// Its tags were not read, or nobody asks.
    Unknown,
}

/// Whose something is with these tags.
pub fn ownership(tags: Option<&Tags>, created_by: Option<&str>, asking: Option<&Owner>) -> Ownership {
    if let Some(service) = created_by {
        return Ownership::Foreign(format!("made by the service `{service}`"));
    }
    let Some(tags) = tags else { return Ownership::Unknown };
    match (tags.get(OWNER_TAG), asking) {
        (Some(value), Some(asking)) if asking.is(value) => Ownership::Ours,
        (Some(value), _) => Ownership::Marked(value.clone()),
        (None, Some(asking)) if asking.unmarked_is_ours => Ownership::Ours,
        (None, _) => match tags.get(CLOUDFORMATION_TAG) {
            Some(stack) => Ownership::Foreign(format!("made by the CloudFormation stack `{stack}`")),
            None => Ownership::Unmarked,
        },
    }
}

/// From this many on, what belongs to one deployment is said together: a renamed one has more than a hundred resources.
const TOGETHER: usize = 3;
/// Names of one kind that are said.
const NAMES_SAID: usize = 3;
/// Resources that one command tags at most (Resource Groups Tagging API Reference, "TagResources").
const TAGGED_AT_ONCE: usize = 20;

pub fn judge(look: &Look, request: &LookRequest) -> Vec<ScanMessage> {
    let Some(owner) = &request.owner else { return Vec::new() };
    let (shared, foreign): (Vec<_>, Vec<_>) = look
        .namesakes
        .iter()
        .filter_map(|namesake| Some(Refused { namesake, whose: whose(namesake, owner)? }))
        .partition(|refused| refused.namesake.kind == NamesakeKind::Authorization);
    let mut groups: Vec<(&Whose, Vec<&Refused<'_>>)> = Vec::new();
    for refused in &foreign {
        match groups.iter_mut().find(|(whose, _)| **whose == refused.whose) {
            Some((_, group)) => group.push(refused),
            None => groups.push((&refused.whose, vec![refused])),
        }
    }
    let (many, few): (Vec<_>, Vec<_>) = groups.into_iter().partition(|(_, group)| group.len() >= TOGETHER);
    let mut messages: Vec<_> = many.iter().map(|(whose, group)| together(whose, group, request, owner)).collect();
    messages.extend(few.iter().flat_map(|(_, group)| group).map(|refused| alone(refused, request, owner)));
    messages.extend(shared.iter().map(|refused| alone(refused, request, owner)));
    messages.extend(second_aggregation(look, request, owner));
    messages
}

/// A namesake that is not this deployment's.
struct Refused<'a> {
    namesake: &'a Namesake,
    whose: Whose,
}

/// Whose it is, where it is not this deployment's.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Whose {
    Deployment(String),
    Foreign(String),
    Nobody,
}

fn whose(namesake: &Namesake, owner: &Owner) -> Option<Whose> {
    match ownership(namesake.tags.as_ref(), namesake.created_by.as_deref(), Some(owner)) {
        Ownership::Ours | Ownership::Unknown => None,
        Ownership::Marked(other) => Some(Whose::Deployment(other)),
        Ownership::Foreign(words) => Some(Whose::Foreign(words)),
        Ownership::Unmarked => Some(Whose::Nobody),
    }
}

/// One message for everything that belongs to somebody.
fn together(whose: &Whose, group: &[&Refused<'_>], request: &LookRequest, owner: &Owner) -> ScanMessage {
    let path = group.first().map_or(&ROOT, |refused| path(refused.namesake, request));
    let count = group.len();
    let mut kinds: Vec<(NamesakeKind, Vec<&str>)> = Vec::new();
    for Refused { namesake, .. } in group {
        match kinds.iter_mut().find(|(kind, _)| *kind == namesake.kind) {
            Some((_, of)) => of.push(&namesake.name),
            None => kinds.push((namesake.kind, vec![&namesake.name])),
        }
    }
    let of_kind = |(kind, of): &(NamesakeKind, Vec<&str>)| {
        let said: Vec<_> = of.iter().take(NAMES_SAID).map(|name| format!("`{name}`")).collect();
        let more = of.len().saturating_sub(NAMES_SAID);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        format!("{} {}{more}", plural(*kind, of.len()), said.join(", "))
    };
    let list = kinds.iter().map(of_kind).collect::<Vec<_>>().join("; ");
    let effect = "deploying would overwrite or reuse them, and destroying would delete them";
    let message = match whose {
        Whose::Deployment(other) => format!(
            "{count} resources with these names belong to the deployment `{other}`; {effect}. If you renamed or moved it, set \
             `lookup.formerOwners: [\"{other}\"]`, or give the component an alias of its former name; else set another `namePrefix`, \
             or destroy that deployment first. They are: {list}"
        ),
        Whose::Foreign(words) => {
            format!(
                "{count} resources with these names were {words}; {effect}: set another `namePrefix`. They are: {list}"
            )
        }
        Whose::Nobody => {
            let tag = tagged(group, owner).map_or_else(String::new, |command| format!(", or tag them: `{command}`"));
            format!(
                "{count} resources with these names exist, and none has the tag `{OWNER_TAG}` of this deployment; {effect}: set \
                 another `namePrefix`, or delete them. If they are to belong to this deployment, as those of an earlier version do, \
                 set `lookup.adoptUnmarked: true` and run `pulumi up`, `pulumi refresh` and `pulumi up`, which import, update and tag \
                 them{tag}. They are: {list}"
            )
        }
    };
    ScanMessage::error(path, message)
}

/// The command that tags all of these as this deployment's; nothing where one command does not do it.
fn tagged(group: &[&Refused<'_>], owner: &Owner) -> Option<String> {
    let arns: Vec<_> = group.iter().map(|refused| arn_to_tag(refused.namesake)).collect::<Option<_>>()?;
    (arns.len() <= TAGGED_AT_ONCE).then(|| tag_command(&arns, owner))
}

/// The ARN of what the command takes.
fn arn_to_tag(Namesake { kind, arn, .. }: &Namesake) -> Option<&str> {
    // What takes no tags, and what is tagged by its own service's command alone.
    let other = [
        NamesakeKind::Dashboard,
        NamesakeKind::KeyAlias,
        NamesakeKind::ConformancePack,
        NamesakeKind::LogGroup,
        NamesakeKind::Database,
    ];
    let takes_tags = !other.contains(kind);
    (takes_tags && !arn.is_empty()).then_some(arn.as_str())
}

fn tag_command(arns: &[&str], owner: &Owner) -> String {
    let (arns, value) = (arns.join(" "), &owner.value);
    format!("aws resourcegroupstaggingapi tag-resources --resource-arn-list {arns} --tags '{OWNER_TAG}={value}'")
}

fn plural(kind: NamesakeKind, count: usize) -> &'static str {
    let (one, many) = match kind {
        NamesakeKind::Rule => ("rule", "rules"),
        NamesakeKind::Aggregator => ("aggregator", "aggregators"),
        NamesakeKind::Authorization => ("authorization", "authorizations"),
        NamesakeKind::ConformancePack => ("conformance pack", "conformance packs"),
        NamesakeKind::EventRule => ("event rule", "event rules"),
        NamesakeKind::Dashboard => ("dashboard", "dashboards"),
        NamesakeKind::Alarm => ("alarm", "alarms"),
        NamesakeKind::Bucket => ("bucket", "buckets"),
        NamesakeKind::Table => ("table", "tables"),
        NamesakeKind::Topic => ("topic", "topics"),
        NamesakeKind::Queue => ("queue", "queues"),
        NamesakeKind::Function => ("function", "functions"),
        NamesakeKind::LogGroup => ("log group", "log groups"),
        NamesakeKind::Database => ("Glue database", "Glue databases"),
        NamesakeKind::Workgroup => ("Athena workgroup", "Athena workgroups"),
        NamesakeKind::KeyAlias => ("key alias", "key aliases"),
    };
    if count == 1 { one } else { many }
}

/// What is said of one namesake.
fn alone(Refused { namesake, whose }: &Refused<'_>, request: &LookRequest, owner: &Owner) -> ScanMessage {
    let said = match whose {
        Whose::Deployment(other) => format!("it belongs to the deployment `{other}`"),
        Whose::Foreign(words) => format!("it was {words}"),
        Whose::Nobody if namesake.kind == NamesakeKind::Dashboard => {
            format!("its text does not carry `{}`", Owner::mark(&owner.value))
        }
        Whose::Nobody if namesake.kind == NamesakeKind::KeyAlias => {
            format!("its key does not carry the tag `{OWNER_TAG}` of this deployment")
        }
        Whose::Nobody => format!("it does not carry the tag `{OWNER_TAG}` of this deployment"),
    };
    let (path, name) = (path(namesake, request), &namesake.name);
    let refusal = |what: &str, remedy: &str| {
        let take_over = take_over(namesake, whose, owner).map_or_else(String::new, |way| format!(", or, {way}"));
        let message = format!(
            "{what} `{name}` exists, and {said}; a deployment would overwrite it, and a destroy would delete it: \
             {remedy}{take_over}"
        );
        ScanMessage::error(path, message)
    };
    match namesake.kind {
        NamesakeKind::Authorization if request.authorization.is_some() => ScanMessage::error(
            path,
            format!(
                "the authorization for the aggregators of `{name}` exists, and {said}: remove the `AggregationSource` that made it, or \
                 delete it with `{}`",
                delete_command(namesake)
            ),
        ),
        // Putting an authorization again changes nothing, so only the destruction is worth a word.
        NamesakeKind::Authorization => ScanMessage::warning(
            path,
            format!(
                "the authorization for the aggregators of `{name}` exists, and {said}: it is shared, and destroying this stack also \
                 removes it for others"
            ),
        ),
        NamesakeKind::Rule => refusal("a rule", "give ours another name"),
        NamesakeKind::Aggregator => refusal("an aggregator", "give another `namePrefix`"),
        NamesakeKind::ConformancePack => refusal("a conformance pack", "give ours another name"),
        NamesakeKind::EventRule => refusal("an event rule", "give another `namePrefix`"),
        NamesakeKind::Alarm => refusal("an alarm", "give another `namePrefix`, or set `alarms.enabled` to false"),
        NamesakeKind::Dashboard => {
            refusal("a dashboard", "give another `namePrefix`, or set `dashboard.enabled` to false")
        }
        NamesakeKind::Bucket
        | NamesakeKind::Table
        | NamesakeKind::Topic
        | NamesakeKind::Queue
        | NamesakeKind::Function
        | NamesakeKind::LogGroup
        | NamesakeKind::Database
        | NamesakeKind::Workgroup
        | NamesakeKind::KeyAlias => {
            let take_over = take_over(namesake, whose, owner).map_or_else(String::new, |way| format!(", or, {way}"));
            ScanMessage::error(
                path,
                format!(
                    "the {} `{name}` exists, and {said}: set another name, delete it with `{}`{take_over}",
                    plural(namesake.kind, 1),
                    delete_command(namesake)
                ),
            )
        }
    }
}

/// How a namesake becomes this deployment's; nothing where it is somebody else's for good.
fn take_over(namesake: &Namesake, whose: &Whose, owner: &Owner) -> Option<String> {
    let (arn, value) = (&namesake.arn, &owner.value);
    let mark = |command: &str| {
        format!(
            "if it is yours, tag it: `aws {command} tag-resource --resource-arn {arn} --tags Key={OWNER_TAG},Value='{value}'`"
        )
    };
    match whose {
        Whose::Deployment(other) => {
            return Some(format!("if you renamed or moved that deployment, set `lookup.formerOwners: [\"{other}\"]`"));
        }
        Whose::Foreign(_) => return None,
        Whose::Nobody => {}
    }
    match namesake.kind {
        NamesakeKind::EventRule => Some(mark("events")),
        NamesakeKind::Alarm => Some(mark("cloudwatch")),
        NamesakeKind::Dashboard | NamesakeKind::KeyAlias => {
            Some("if it is yours, set `lookup.adoptUnmarked` to true for one deployment".to_owned())
        }
        NamesakeKind::Rule | NamesakeKind::Aggregator | NamesakeKind::Authorization | NamesakeKind::ConformancePack => {
            Some(mark("configservice"))
        }
        _ if arn.is_empty() => None,
        NamesakeKind::LogGroup => Some(format!(
            "if it is to belong to this deployment, tag it, and the next deployment imports and updates it: \
             `aws logs tag-resource --resource-arn {arn} --tags '{OWNER_TAG}={value}'`"
        )),
        NamesakeKind::Database => Some(format!(
            "if it is to belong to this deployment, tag it, and the next deployment imports and updates it: \
             `aws glue tag-resource --resource-arn {arn} --tags-to-add '{OWNER_TAG}={value}'`"
        )),
        _ => Some(format!(
            "if it is to belong to this deployment, tag it, and the next deployment imports and updates it: `{}`",
            tag_command(&[arn], owner)
        )),
    }
}

/// What deletes a resource that is not created by its name alone: AWS refuses it, or gives the one that exists.
fn delete_command(Namesake { kind, name, arn, .. }: &Namesake) -> String {
    match kind {
        NamesakeKind::Bucket => format!("aws s3 rb s3://{name}"),
        NamesakeKind::Table => format!("aws dynamodb delete-table --table-name {name}"),
        NamesakeKind::Function => format!("aws lambda delete-function --function-name {name}"),
        NamesakeKind::LogGroup => format!("aws logs delete-log-group --log-group-name {name}"),
        NamesakeKind::Database => format!("aws glue delete-database --name {name}"),
        NamesakeKind::Workgroup => {
            format!("aws athena delete-work-group --work-group {name} --recursive-delete-option")
        }
        NamesakeKind::KeyAlias => format!("aws kms delete-alias --alias-name {name}"),
        NamesakeKind::Authorization => {
            let (account, region) = name.split_once('/').unwrap_or((name, ""));
            format!(
                "aws configservice delete-aggregation-authorization --authorized-account-id {account} --authorized-aws-region \
                 {region}"
            )
        }
        NamesakeKind::Topic => format!("aws sns delete-topic --topic-arn {arn}"),
        _ => format!(
            "aws sqs delete-queue --queue-url $(aws sqs get-queue-url --queue-name {name} --query QueueUrl --output text)"
        ),
    }
}

/// The aggregator of another deployment of ours: AWS keeps one authorization for all aggregators of an account and
/// region, so the first of two to be destroyed would blind the other.
fn second_aggregation(look: &Look, request: &LookRequest, owner: &Owner) -> Option<ScanMessage> {
    let planned = request.aggregator.as_ref()?;
    let (account, region) = place(look);
    look.aggregators.iter().flatten().filter(|one| one.name != planned.name).find_map(|one| {
        match ownership(one.tags.as_ref(), one.created_by.as_deref(), Some(owner)) {
            Ownership::Marked(other) => Some(ScanMessage::error(&planned.path, format!(
                "the deployment `{other}` has an aggregation in account {account}, region {region} already (aggregator \
                 {}), and there may be one; destroy that one first",
                names(&[&one.name])
            ))),
            _ => None,
        }
    })
}

/// The property that gives a namesake's name to ours.
fn path<'a>(namesake: &Namesake, request: &'a LookRequest) -> &'a PropertyPath {
    let of = |planned: &'a [PlannedName]| planned.iter().find(|one| one.name == namesake.name).map(|one| &one.path);
    let planned = match namesake.kind {
        NamesakeKind::Rule => request.rules.iter().find(|rule| rule.name == namesake.name).map(|rule| &rule.path),
        NamesakeKind::ConformancePack => of(&request.conformance_packs),
        NamesakeKind::EventRule => of(&request.event_rules),
        NamesakeKind::Alarm => of(&request.alarms),
        NamesakeKind::Dashboard => request.dashboard.as_ref().map(|dashboard| &dashboard.path),
        NamesakeKind::Aggregator | NamesakeKind::Authorization => {
            request.aggregator.as_ref().map(|aggregator| &aggregator.path)
        }
        kind => {
            let resources = &request.resources;
            resources.iter().find(|one| one.kind == kind && one.name == namesake.name).map(|one| &one.path)
        }
    };
    planned.unwrap_or(&ROOT)
}
