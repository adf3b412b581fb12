//! Whose the things are that have names of ours.

use property_path::PropertyPath;

use super::{ROOT, ScanMessage, names, place};
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
    let mut findings: Vec<_> = many.iter().map(|(whose, group)| together(whose, group, request, owner)).collect();
    findings.extend(few.iter().flat_map(|(_, group)| group).map(|refused| alone(refused, request, owner)));
    findings.extend(shared.iter().map(|refused| alone(refused, request, owner)));
    findings.extend(second_aggregation(look, request, owner));
    findings
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

/// One finding for everything that belongs to somebody.
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
        Whose::Nobody => format!(
            "{count} resources with these names exist, and none has the tag `{OWNER_TAG}` of this deployment; {effect}: set another \
             `namePrefix`, delete them, or, if they are all of an earlier version of this deployment, set `lookup.adoptUnmarked: true` for \
             one deployment, or tag them, and the next deployment takes them over: `aws \
             resourcegroupstaggingapi tag-resources --resource-arn-list ARN ... --tags {OWNER_TAG}={}`. They are: {list}",
            owner.value
        ),
    };
    ScanMessage::error(path, message)
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
    };
    if count == 1 { one } else { many }
}

/// What is said of one namesake.
fn alone(Refused { namesake, whose }: &Refused<'_>, request: &LookRequest, owner: &Owner) -> ScanMessage {
    let whose = match whose {
        Whose::Deployment(other) => format!("it belongs to the deployment `{other}`"),
        Whose::Foreign(words) => format!("it was {words}"),
        Whose::Nobody if namesake.kind == NamesakeKind::Dashboard => {
            format!("its text does not carry `{}`", Owner::mark(&owner.value))
        }
        Whose::Nobody => format!("it does not carry the tag `{OWNER_TAG}` of this deployment"),
    };
    let (path, name) = (path(namesake, request), &namesake.name);
    let mark = |command: &str, option: &str| {
        let (arn, owner) = (&namesake.arn, &owner.value);
        format!(
            "if it is yours, tag it: `aws {command} tag-resource {option} {arn} --tags Key={OWNER_TAG},Value='{owner}'`"
        )
    };
    let config = mark("configservice", "--resource-arn");
    match namesake.kind {
        // Putting an authorization again changes nothing, so only the destruction is worth a word.
        NamesakeKind::Authorization => ScanMessage::warning(
            path,
            format!(
                "the authorization for the aggregators of `{name}` exists, and {whose}: it is shared, and destroying this stack also \
                 removes it for others"
            ),
        ),
        NamesakeKind::Rule => {
            ScanMessage::error(path, refusal("a rule", "give ours another name", name, &whose, &config))
        }
        NamesakeKind::Aggregator => {
            ScanMessage::error(path, refusal("an aggregator", "give another `namePrefix`", name, &whose, &config))
        }
        NamesakeKind::ConformancePack => {
            ScanMessage::error(path, refusal("a conformance pack", "give ours another name", name, &whose, &config))
        }
        NamesakeKind::EventRule => {
            let mark = mark("events", "--resource-arn");
            ScanMessage::error(path, refusal("an event rule", "give another `namePrefix`", name, &whose, &mark))
        }
        NamesakeKind::Alarm => {
            let remedy = "give another `namePrefix`, or set `alarms.enabled` to false";
            let mark = mark("cloudwatch", "--resource-arn");
            ScanMessage::error(path, refusal("an alarm", remedy, name, &whose, &mark))
        }
        NamesakeKind::Dashboard => {
            let remedy = "give another `namePrefix`, or set `dashboard.enabled` to false";
            let mark = "if it is yours, set `lookup.adoptUnmarked` to true for one run";
            ScanMessage::error(path, refusal("a dashboard", remedy, name, &whose, mark))
        }
        NamesakeKind::Bucket
        | NamesakeKind::Table
        | NamesakeKind::Topic
        | NamesakeKind::Queue
        | NamesakeKind::Function
        | NamesakeKind::LogGroup => ScanMessage::error(path, taken(namesake.kind, name, &whose)),
    }
}

/// What is said of a resource that is not created by its name: AWS refuses it, or gives the one that exists.
fn taken(kind: NamesakeKind, name: &str, whose: &str) -> String {
    let (delete, import) = match kind {
        NamesakeKind::Bucket => (format!("aws s3 rb s3://{name}"), format!("aws:s3/bucket:Bucket NAME {name}")),
        NamesakeKind::Table => {
            (format!("aws dynamodb delete-table --table-name {name}"), format!("aws:dynamodb/table:Table NAME {name}"))
        }
        NamesakeKind::Function => (
            format!("aws lambda delete-function --function-name {name}"),
            format!("aws:lambda/function:Function NAME {name}"),
        ),
        NamesakeKind::LogGroup => (
            format!("aws logs delete-log-group --log-group-name {name}"),
            format!("aws:cloudwatch/logGroup:LogGroup NAME {name}"),
        ),
        NamesakeKind::Topic => ("aws sns delete-topic --topic-arn ARN".into(), "aws:sns/topic:Topic NAME ARN".into()),
        _ => ("aws sqs delete-queue --queue-url URL".into(), "aws:sqs/queue:Queue NAME URL".into()),
    };
    format!(
        "the {} `{name}` exists, and {whose}: set another name, delete it with `{delete}`, or take it into the stack with \
         `pulumi import {import}`",
        plural(kind, 1)
    )
}

fn refusal(what: &str, remedy: &str, name: &str, whose: &str, mark: &str) -> String {
    format!(
        "{what} `{name}` exists, and {whose}; a deployment would overwrite it, and a destroy would delete it: \
         {remedy}, or {mark}"
    )
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
