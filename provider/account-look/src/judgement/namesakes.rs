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

pub fn judge(look: &Look, request: &LookRequest) -> Vec<ScanMessage> {
    let Some(owner) = &request.owner else { return Vec::new() };
    let foreign = look.namesakes.iter().filter_map(|namesake| refused(namesake, request, owner));
    let mut findings: Vec<_> = foreign.collect();
    findings.extend(second_aggregation(look, request, owner));
    findings
}

fn refused(namesake: &Namesake, request: &LookRequest, owner: &Owner) -> Option<ScanMessage> {
    let whose = match ownership(namesake.tags.as_ref(), namesake.created_by.as_deref(), Some(owner)) {
        Ownership::Ours | Ownership::Unknown => return None,
        Ownership::Marked(other) => format!("it belongs to the deployment `{other}`"),
        Ownership::Foreign(words) => format!("it was {words}"),
        Ownership::Unmarked if namesake.kind == NamesakeKind::Dashboard => {
            format!("its text does not carry `{}`", Owner::mark(&owner.value))
        }
        Ownership::Unmarked => format!("it does not carry the tag `{OWNER_TAG}` of this deployment"),
    };
    let (path, name) = (path(namesake, request), &namesake.name);
    let mark = |command: &str, option: &str| {
        let (arn, owner) = (&namesake.arn, &owner.value);
        format!(
            "if it is yours, tag it: `aws {command} tag-resource {option} {arn} --tags Key={OWNER_TAG},Value='{owner}'`"
        )
    };
    let config = mark("configservice", "--resource-arn");
    Some(match namesake.kind {
        // Putting an authorization again changes nothing, so only the destruction is worth a word.
        NamesakeKind::Authorization => ScanMessage::warning(
            path,
            format!(
                "the authorization of the aggregators of `{name}` is there already, and {whose}: destroying this deployment \
             takes it from others, too"
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
    })
}

fn refusal(what: &str, remedy: &str, name: &str, whose: &str, mark: &str) -> String {
    format!(
        "{what} `{name}` is there already, and {whose}; deploying would overwrite it and destroying would delete it: \
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
    };
    planned.unwrap_or(&ROOT)
}
