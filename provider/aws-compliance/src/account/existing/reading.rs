//! The questions to the `aws` provider.

use account_look::{NamesakeKind, OWNER_TAG, Owner};
use futures::future::join_all;
use futures::join;
use pulumi_component::value::{PropertyMap, PropertyValue, Value};
use pulumi_component::{Context, Error};

use crate::account::existing::found::{Existing, Marked, OwnedKey, Planned, Present, named};
use crate::account::facts::plain;
use crate::inputs::on_destroy::ON_DESTROY_TAG;

/// The kinds that are asked for, in the order in which they are told.
const KINDS: [NamesakeKind; 9] = [
    NamesakeKind::Bucket,
    NamesakeKind::KeyAlias,
    NamesakeKind::Table,
    NamesakeKind::Topic,
    NamesakeKind::Queue,
    NamesakeKind::Function,
    NamesakeKind::LogGroup,
    NamesakeKind::Database,
    NamesakeKind::Workgroup,
];

/// The provider's words for what it does not find (terraform-provider-aws, "retry.NotFoundError").
const NOT_FOUND: [&str; 2] = ["couldn't find resource", "empty result"];

/// An answer.
enum Answer {
    /// What the provider says.
    Given(PropertyMap),
    /// The provider does not find it.
    Missing,
    /// A preview cannot know yet.
    NotYet,
    /// The provider was refused, or failed: nothing is known.
    Refused,
}

/// Asks everything.
pub(crate) async fn read(context: &Context, planned: &Planned, owner: &Owner) -> Existing {
    if planned.names.is_empty() {
        return Existing::default();
    }
    let asked = KINDS.map(|kind| present(context, planned, kind));
    let (present, (marked, tags_are_refused)) = join!(join_all(asked), marked(context));
    let mut existing = Existing { present: present.concat(), marked, tags_are_refused, ..Existing::default() };
    let keys: Vec<_> = existing.owned(owner).filter(|one| one.is_key()).map(|one| one.arn.clone()).collect();
    let keys = join_all(keys.into_iter().map(|arn| key(context, arn))).await;
    existing.keys = keys.into_iter().flatten().collect();
    if existing.takes_key_away(planned, owner).is_some() {
        existing.key_is_released = is_missing_alias(context, &planned.key_alias).await;
    }
    existing
}

/// Those of the planned names of a kind that exist.
async fn present(context: &Context, planned: &Planned, kind: NamesakeKind) -> Vec<Present> {
    let names: Vec<String> = planned.of(kind).map(str::to_owned).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let prefix = |member: &str, start: &str| argument(member, &format!("{start}{}", planned.prefix));
    let (what, token, arguments, member) = match kind {
        NamesakeKind::Table => ("tables", "aws:dynamodb/getTables:getTables", PropertyMap::new(), "names"),
        NamesakeKind::Queue => ("queues", "aws:sqs/getQueues:getQueues", prefix("queueNamePrefix", ""), "queueUrls"),
        NamesakeKind::Function => {
            ("functions", "aws:lambda/getFunctions:getFunctions", PropertyMap::new(), "functionNames")
        }
        NamesakeKind::LogGroup => (
            "log groups",
            "aws:cloudwatch/getLogGroups:getLogGroups",
            prefix("logGroupNamePrefix", "/aws/lambda/"),
            "logGroupNames",
        ),
        // These say of one name whether it exists: the provider fails where it does not.
        _ => {
            return join_all(names.into_iter().map(|name| one(context, planned, kind, name)))
                .await
                .into_iter()
                .flatten()
                .collect();
        }
    };
    let said = format!("which {what} exist with names of this component");
    let Answer::Given(answer) = ask(context, &said, token, arguments).await else { return Vec::new() };
    // A queue's id is its URL, which ends in its name.
    let is_called = |id: &str, name: &str| match kind {
        NamesakeKind::Queue => id.rsplit('/').next() == Some(name),
        _ => id == name,
    };
    let of = |id: String| {
        let name = names.iter().find(|name| is_called(&id, name))?.clone();
        Some(Present { kind, name, id, key: None })
    };
    texts(&answer, member).into_iter().filter_map(of).collect()
}

/// What the provider has no function of its own for: Cloud Control reads it, by the name of its type in CloudFormation.
pub(in crate::account) const CLOUD_CONTROL: &str = "aws:cloudcontrol/getResource:getResource";

/// A database of Glue or a workgroup of Athena of this name, where it exists. The deployer must be allowed to read it itself.
async fn controlled(context: &Context, planned: &Planned, kind: NamesakeKind, name: String) -> Option<Present> {
    let (what, type_name) = match kind {
        NamesakeKind::Database => ("Glue database", "AWS::Glue::Database"),
        _ => ("Athena workgroup", "AWS::Athena::WorkGroup"),
    };
    let said = format!("whether the {what} `{name}` exists");
    let arguments =
        PropertyMap::from([("typeName".to_owned(), type_name.into()), ("identifier".to_owned(), name.as_str().into())]);
    let Answer::Given(answer) = ask(context, &said, CLOUD_CONTROL, arguments).await else { return None };
    text(&answer, "properties")?;
    let id = match (kind, &planned.account_id) {
        (NamesakeKind::Database, Some(account)) => format!("{account}:{name}"),
        _ => name.clone(),
    };
    Some(Present { kind, name, id, key: None })
}

/// A bucket, topic or alias of this name, where it exists.
async fn one(context: &Context, planned: &Planned, kind: NamesakeKind, name: String) -> Option<Present> {
    let (what, token, member, id) = match kind {
        NamesakeKind::Bucket => ("bucket", "aws:s3/getBucket:getBucket", "bucket", "id"),
        NamesakeKind::Topic => ("topic", "aws:sns/getTopic:getTopic", "name", "arn"),
        NamesakeKind::KeyAlias => ("key alias", "aws:kms/getAlias:getAlias", "name", "name"),
        _ => return controlled(context, planned, kind, name).await,
    };
    let said = format!("whether the {what} `{name}` exists");
    let Answer::Given(answer) = ask(context, &said, token, argument(member, &name)).await else { return None };
    let key = text(&answer, "targetKeyId").filter(|_| kind == NamesakeKind::KeyAlias);
    Some(Present { kind, name, id: text(&answer, id)?, key })
}

/// Everything that carries the owner tag, and whether the question was refused.
async fn marked(context: &Context) -> (Option<Vec<Marked>>, bool) {
    let filter = argument("key", OWNER_TAG);
    let filters = PropertyValue::from(Value::List(vec![Value::Object(filter).into()]));
    let arguments = PropertyMap::from([("tagFilters".to_owned(), filters)]);
    let token = "aws:resourcegroupstaggingapi/getResources:getResources";
    match ask(context, "which resources carry the tag of this deployment", token, arguments).await {
        Answer::Given(answer) => match answer.get("resourceTagMappingLists").map(|list| &list.value) {
            Some(Value::List(mappings)) => (Some(mappings.iter().filter_map(mapping).collect()), false),
            _ => (None, false),
        },
        Answer::NotYet => (None, false),
        Answer::Missing | Answer::Refused => (None, true),
    }
}

fn mapping(value: &PropertyValue) -> Option<Marked> {
    let Value::Object(mapping) = &value.value else { return None };
    let arn = text(mapping, "resourceArn")?;
    let Value::Object(tags) = &mapping.get("tags")?.value else { return None };
    let named = named(&arn);
    Some(Marked { named, owner: text(tags, OWNER_TAG)?, on_destroy: text(tags, ON_DESTROY_TAG), arn })
}

/// A key; nothing where it is deleted, or will be.
async fn key(context: &Context, arn: String) -> Option<OwnedKey> {
    let id = arn.rsplit('/').next().unwrap_or_default().to_owned();
    let said = format!("whether the key {id} can be used");
    let state = match ask(context, &said, "aws:kms/getKey:getKey", argument("keyId", &arn)).await {
        Answer::Given(answer) => text(&answer, "keyState"),
        Answer::Missing => return None,
        Answer::NotYet | Answer::Refused => None,
    };
    let is_deleted = matches!(state.as_deref(), Some("PendingDeletion" | "PendingReplicaDeletion"));
    (!is_deleted).then_some(OwnedKey { id, state })
}

/// Whether no key has this alias. An answer that does not say so counts as a key.
async fn is_missing_alias(context: &Context, alias: &str) -> bool {
    let said = format!("whether the key alias `{alias}` exists");
    match ask(context, &said, "aws:kms/getAlias:getAlias", argument("name", alias)).await {
        Answer::Given(answer) => text(&answer, "targetKeyId").is_none(),
        Answer::Missing => true,
        Answer::NotYet | Answer::Refused => false,
    }
}

/// Asks a question; a refusal is a warning that names what was not found out.
async fn ask(context: &Context, what: &str, token: &str, arguments: PropertyMap) -> Answer {
    match context.invoke(&aws_resources::AWS, token, arguments).await {
        Ok(Some(answer)) => Answer::Given(answer),
        Ok(None) => Answer::NotYet,
        Err(error) if is_missing(&error) => Answer::Missing,
        Err(error) => {
            context.warn(format!(
                "{what} was not found out: {}; a name that is in use already will be refused by AWS when it is created",
                plain(&error.to_string())
            ));
            Answer::Refused
        }
    }
}

/// Whether the provider says that something does not exist, and not that it was not allowed to look.
pub(in crate::account) fn is_missing(error: &Error) -> bool {
    let said = error.to_string();
    NOT_FOUND.iter().any(|words| said.contains(words))
}

fn argument(name: &str, value: &str) -> PropertyMap {
    PropertyMap::from([(name.to_owned(), value.into())])
}

fn text(of: &PropertyMap, name: &str) -> Option<String> {
    match &of.get(name)?.value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

fn texts(of: &PropertyMap, name: &str) -> Vec<String> {
    let Some(Value::List(items)) = of.get(name).map(|list| &list.value) else { return Vec::new() };
    let text = |item: &PropertyValue| match &item.value {
        Value::String(text) => Some(text.clone()),
        _ => None,
    };
    items.iter().filter_map(text).collect()
}
