//! What the account has under names that this component gives, and what carries the owner tag, asked of the `aws` provider.
//!
//! The account scan reads what AWS overwrites in silence with credentials of its own. These questions are asked with the
//! provider's, so that they are answered wherever a deployment is possible. A question that is refused leaves its answer
//! unknown and is a warning.
//!
//! What carries this deployment's tag is imported where the stack does not have it: bucket and key that were retained when the
//! stack was destroyed, and what an update created that was killed before it could record it. The engine ignores the import of
//! what it has already.

use account_look::{Namesake, NamesakeKind, OWNER_TAG, Owner, PlannedResource};
use compliance_types::arn::Arn;
use futures::future::join_all;
use futures::join;
use pulumi_component::{Context, PropertyError, PropertyMap, PropertyPath, PropertyValue, ResourceOptions, Value};

use crate::inputs::on_destroy::ON_DESTROY_TAG;

/// The kinds that are asked for, in the order in which they are told.
const KINDS: [NamesakeKind; 6] = [
    NamesakeKind::Bucket,
    NamesakeKind::Table,
    NamesakeKind::Topic,
    NamesakeKind::Queue,
    NamesakeKind::Function,
    NamesakeKind::LogGroup,
];

/// What a deployment will have, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Planned {
    /// Everything that has a name.
    pub names: Vec<PlannedResource>,
    /// Start of the names, with the hyphen.
    pub prefix: String,
    /// Whether a replacement of what holds data was asked for.
    pub allow_replacement: bool,
    /// Whether the deployment has a key of its own.
    pub own_key: bool,
}

impl Planned {
    fn of(&self, kind: NamesakeKind) -> impl Iterator<Item = &str> {
        self.names.iter().filter(move |planned| planned.kind == kind).map(|planned| planned.name.as_str())
    }

    fn path(&self, kind: NamesakeKind) -> PropertyPath {
        let planned = self.names.iter().find(|planned| planned.kind == kind);
        planned.map_or_else(|| "namePrefix".into(), |planned| planned.path.clone())
    }
}

/// A resource that carries the owner tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marked {
    /// Its ARN.
    pub arn: String,
    /// Its kind and name, where it is of a kind that has one.
    pub named: Option<(NamesakeKind, String)>,
    /// What the tag says.
    pub owner: String,
    /// What the last deployment wanted of it when it is destroyed; of the bucket alone.
    pub on_destroy: Option<String>,
}

/// A resource with a planned name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Present {
    /// Its kind.
    pub kind: NamesakeKind,
    /// Its name.
    pub name: String,
    /// The id that the `aws` provider knows it by.
    pub id: String,
}

impl Marked {
    fn is(&self, kind: NamesakeKind, name: &str) -> bool {
        self.named.as_ref().is_some_and(|(of, called)| *of == kind && called == name)
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Existing {
    /// What has a name that is planned.
    pub present: Vec<Present>,
    /// Everything in the region that carries the owner tag, whoever's; `None` where that is not known.
    pub marked: Option<Vec<Marked>>,
    /// Ids of keys of this deployment's that can be used.
    pub usable_keys: Vec<String>,
}

/// Reads it.
pub(crate) async fn read(context: &Context, planned: &Planned, owner: &Owner) -> Existing {
    if planned.names.is_empty() {
        return Existing::default();
    }
    let asked = KINDS.map(|kind| present(context, planned, kind));
    let (present, marked) = join!(join_all(asked), marked(context));
    let mut existing = Existing { present: present.concat(), marked, usable_keys: Vec::new() };
    let keys: Vec<_> = existing.owned(owner).filter(|one| is_key(&one.arn)).map(|one| one.arn.clone()).collect();
    let usable = join_all(keys.into_iter().map(|arn| usable(context, arn))).await;
    existing.usable_keys = usable.into_iter().flatten().collect();
    existing
}

/// Those of the planned names of a kind that exist.
async fn present(context: &Context, planned: &Planned, kind: NamesakeKind) -> Vec<Present> {
    let names: Vec<String> = planned.of(kind).map(str::to_owned).collect();
    let prefix = |member: &str, start: &str| argument(member, &format!("{start}{}", planned.prefix));
    let (token, arguments, member) = match kind {
        NamesakeKind::Table => ("aws:dynamodb/getTables:getTables", PropertyMap::new(), "names"),
        NamesakeKind::Queue => ("aws:sqs/getQueues:getQueues", prefix("queueNamePrefix", ""), "queueUrls"),
        NamesakeKind::Function => ("aws:lambda/getFunctions:getFunctions", PropertyMap::new(), "functionNames"),
        NamesakeKind::LogGroup => {
            ("aws:cloudwatch/getLogGroups:getLogGroups", prefix("logGroupNamePrefix", "/aws/lambda/"), "logGroupNames")
        }
        // These say of one name whether it exists: the provider fails where it does not.
        NamesakeKind::Bucket => {
            return one_by_one(context, kind, ("aws:s3/getBucket:getBucket", "bucket", "id"), names).await;
        }
        NamesakeKind::Topic => {
            return one_by_one(context, kind, ("aws:sns/getTopic:getTopic", "name", "arn"), names).await;
        }
        _ => return Vec::new(),
    };
    let found = ask(context, token, arguments).await.map(|answer| texts(&answer, member)).unwrap_or_default();
    // A queue's id is its URL, which ends in its name.
    let is_called = |id: &str, name: &str| match kind {
        NamesakeKind::Queue => id.rsplit('/').next() == Some(name),
        _ => id == name,
    };
    let of = |id: String| {
        let name = names.iter().find(|name| is_called(&id, name))?.clone();
        Some(Present { kind, name, id })
    };
    found.into_iter().filter_map(of).collect()
}

async fn one_by_one(
    context: &Context,
    kind: NamesakeKind,
    (token, member, id): (&str, &str, &str),
    names: Vec<String>,
) -> Vec<Present> {
    let asked = names.into_iter().map(|name| async move {
        let answer = context.invoke(&aws_resources::AWS, token, argument(member, &name)).await.ok().flatten()?;
        Some(Present { kind, name, id: text(&answer, id)? })
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// Everything that carries the owner tag.
async fn marked(context: &Context) -> Option<Vec<Marked>> {
    let filter = argument("key", OWNER_TAG);
    let filters = PropertyValue::from(Value::List(vec![Value::Object(filter).into()]));
    let arguments = PropertyMap::from([("tagFilters".to_owned(), filters)]);
    let answer = ask(context, "aws:resourcegroupstaggingapi/getResources:getResources", arguments).await?;
    let Value::List(mappings) = &answer.get("resourceTagMappingLists")?.value else { return None };
    Some(mappings.iter().filter_map(mapping).collect())
}

fn mapping(value: &PropertyValue) -> Option<Marked> {
    let Value::Object(mapping) = &value.value else { return None };
    let arn = text(mapping, "resourceArn")?;
    let Value::Object(tags) = &mapping.get("tags")?.value else { return None };
    let named = named(&arn);
    Some(Marked { named, owner: text(tags, OWNER_TAG)?, on_destroy: text(tags, ON_DESTROY_TAG), arn })
}

/// Kind and name by the ARN.
fn named(arn: &str) -> Option<(NamesakeKind, String)> {
    let Arn { service, resource, .. } = Arn::parse(arn).ok()?;
    let of = |kind, name: &str| Some((kind, name.to_owned()));
    match service {
        "s3" => of(NamesakeKind::Bucket, resource),
        "sns" => of(NamesakeKind::Topic, resource),
        "sqs" => of(NamesakeKind::Queue, resource),
        "dynamodb" => of(NamesakeKind::Table, resource.strip_prefix("table/")?),
        "lambda" => of(NamesakeKind::Function, resource.strip_prefix("function:")?),
        "logs" => of(NamesakeKind::LogGroup, resource.strip_prefix("log-group:")?.trim_end_matches(":*")),
        _ => None,
    }
}

fn is_key(arn: &str) -> bool {
    Arn::parse(arn).is_ok_and(|arn| arn.is_kms_key())
}

/// The id of a key that can be used: one that waits for its deletion cannot.
async fn usable(context: &Context, arn: String) -> Option<String> {
    let answer = ask(context, "aws:kms/getKey:getKey", argument("keyId", &arn)).await?;
    (text(&answer, "keyState").as_deref() == Some("Enabled")).then(|| text(&answer, "keyId").unwrap_or(arn))
}

/// An answer; nothing where it is refused, which is said once a question.
async fn ask(context: &Context, token: &str, arguments: PropertyMap) -> Option<PropertyMap> {
    match context.invoke(&aws_resources::AWS, token, arguments).await {
        Ok(answer) => answer,
        Err(error) => {
            context.warn(format!("whether names of this component are in use already was not checked: {error}"));
            None
        }
    }
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

/// What is imported where the stack does not have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Adoption {
    /// What has a name.
    named: Vec<Present>,
    /// Id of the key.
    key: Option<String>,
}

impl Adoption {
    /// The options of a resource with a name.
    pub(crate) fn of(&self, kind: NamesakeKind, name: &str, options: ResourceOptions) -> ResourceOptions {
        match self.named.iter().find(|one| one.kind == kind && one.name == name) {
            Some(found) => options.import(&found.id),
            None => options,
        }
    }

    /// The options of the bucket, of which there is one.
    pub(crate) fn bucket(&self, options: ResourceOptions) -> ResourceOptions {
        match self.bucket_name() {
            Some(name) => options.import(name),
            None => options,
        }
    }

    fn bucket_name(&self) -> Option<&str> {
        self.named.iter().find(|one| one.kind == NamesakeKind::Bucket).map(|one| one.name.as_str())
    }

    /// The options of the key.
    pub(crate) fn key(&self, options: ResourceOptions) -> ResourceOptions {
        match &self.key {
            Some(id) => options.import(id),
            None => options,
        }
    }
}

impl Existing {
    fn owned(&self, owner: &Owner) -> impl Iterator<Item = &Marked> {
        self.marked.iter().flatten().filter(|one| owner.is(&one.owner))
    }

    /// Whether this deployment exists: what it left when it was destroyed has no functions.
    pub(crate) fn is_deployed(&self, owner: &Owner) -> bool {
        self.owned(owner).any(|one| matches!(one.named, Some((NamesakeKind::Function, _))))
    }

    /// What has planned names, each with the tag that it carries. Nothing where the tags are not known. Without a tag of
    /// anybody's it belongs to this deployment where that exists: versions before 0.2 did not tag all of it.
    pub(crate) fn namesakes(&self, owner: &Owner, exists: bool) -> Vec<Namesake> {
        let Some(marked) = &self.marked else { return Vec::new() };
        let namesake = |Present { kind, name, .. }: &Present| {
            let mark = marked.iter().find(|one| one.is(*kind, name));
            let tags = match mark {
                Some(mark) => Some([(OWNER_TAG.to_owned(), mark.owner.clone())].into()),
                None if exists => Some([(OWNER_TAG.to_owned(), owner.value.clone())].into()),
                None => Some(account_look::Tags::new()),
            };
            let arn = mark.map(|mark| mark.arn.clone()).unwrap_or_default();
            Namesake { kind: *kind, name: name.clone(), arn, created_by: None, tags }
        };
        self.present.iter().map(namesake).collect()
    }

    /// What this deployment imports where it does not have it: what carries its own tag.
    pub(crate) fn adoption(&self, owner: &Owner) -> Adoption {
        let named = self.present.iter().filter(|one| self.owns(owner, one.kind, &one.name)).cloned().collect();
        // Of several keys none is known to be the one that the objects are encrypted with.
        let key = match self.usable_keys.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
        Adoption { named, key }
    }

    fn owns(&self, owner: &Owner, kind: NamesakeKind, name: &str) -> bool {
        self.owned(owner).any(|one| one.is(kind, name))
    }

    /// What holds data and would be replaced: its name is no longer the one that is planned.
    pub(crate) fn replaced(&self, planned: &Planned, owner: &Owner) -> Vec<Replacement> {
        let kinds = [NamesakeKind::Bucket, NamesakeKind::Table, NamesakeKind::Topic];
        let replaced = kinds.into_iter().filter_map(|kind| {
            let new = planned.of(kind).next()?;
            if self.owns(owner, kind, new) {
                return None;
            }
            let old = self.owned(owner).find(|one| one.named.as_ref().is_some_and(|(k, _)| *k == kind))?;
            let (_, name) = old.named.clone()?;
            let path = planned.path(kind);
            Some(Replacement { kind, old: name, new: new.to_owned(), path, on_destroy: old.on_destroy.clone() })
        });
        replaced.collect()
    }

    /// What a preview says of it.
    pub(crate) fn told(&self, planned: &Planned, owner: &Owner, adoption: &Adoption) -> Vec<String> {
        let mut lines = Vec::new();
        if let (Some(bucket), false) = (adoption.bucket_name(), self.is_deployed(owner)) {
            let key = adoption.key.as_ref().map_or_else(String::new, |key| format!(" and the key {key}"));
            lines.push(format!(
                "the bucket {bucket}{key} of an earlier deployment of this component will be imported; its reports and history \
                 continue"
            ));
        }
        for replacement in self.replaced(planned, owner).iter().filter(|one| one.kind == NamesakeKind::Bucket) {
            lines.push(format!(
                "the bucket {} is retained with its objects; to copy them after the update: aws s3 sync s3://{} s3://{}",
                replacement.old, replacement.old, replacement.new
            ));
        }
        lines
    }

    /// Refuses a key of the user's in place of this component's where the engine would schedule that one for deletion: what is
    /// in the bucket is encrypted with it.
    pub(crate) fn refused_key(&self, planned: &Planned, owner: &Owner) -> Option<PropertyError> {
        let of_delete = |one: &&Marked| matches!(one.on_destroy.as_deref(), Some("delete" | "refuse"));
        let bucket = self.owned(owner).find(of_delete).and_then(|one| one.named.clone())?;
        let key = self.usable_keys.first().filter(|_| !planned.own_key)?;
        Some(PropertyError::new(
            "kmsKeyArn",
            format!(
                "this would take the key {key} away, and what is in the bucket `{}` is encrypted with it: set \
                 `reports.onDestroy` to `retain`, run `pulumi up`, and set `kmsKeyArn` after that",
                bucket.1
            ),
        ))
    }

    /// Refuses a replacement that was not asked for, and one that the engine would delete the old bucket in.
    pub(crate) fn refused_replacement(&self, planned: &Planned, owner: &Owner) -> Option<PropertyError> {
        let replaced = self.replaced(planned, owner);
        let first = replaced.first()?;
        let bucket = replaced.iter().find(|one| one.kind == NamesakeKind::Bucket);
        if let (true, Some(bucket)) = (planned.allow_replacement, bucket) {
            let why = match bucket.on_destroy.as_deref() {
                Some("delete") => "its replacement would delete it with everything in it",
                Some("refuse") => "the engine refuses to replace it",
                _ => return None,
            };
            return Some(PropertyError::new(
                ["reports", "allowReplacement"],
                format!(
                    "the bucket `{}` was deployed with `reports.onDestroy: {}`, so that {why}: go back to the former name, set \
                     `reports.onDestroy` to `retain`, run `pulumi up`, and change the name after that",
                    bucket.old,
                    bucket.on_destroy.as_deref().unwrap_or_default(),
                ),
            ));
        }
        if planned.allow_replacement {
            return None;
        }
        let what: Vec<_> = replaced.iter().map(Replacement::to_string).collect();
        let keep = bucket.map_or_else(String::new, |bucket| {
            format!(", or keep the bucket with `reports.bucketName: {}`", bucket.old)
        });
        Some(PropertyError::new(
            first.path.clone(),
            format!(
                "this would replace {}: reports, history, ledger and subscriptions would not move. Keep the former name{keep}. To \
                 replace them: 1. run `pulumi up` with `reports.onDestroy: retain` and the former name, 2. set \
                 `reports.allowReplacement: true` and the new name and run `pulumi up`; the former bucket stays in the account",
                what.join(", ")
            ),
        ))
    }
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replacement {
    kind: NamesakeKind,
    old: String,
    new: String,
    path: PropertyPath,
    on_destroy: Option<String>,
}

impl std::fmt::Display for Replacement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            NamesakeKind::Bucket => "the report bucket",
            NamesakeKind::Table => "the ledger's table",
            _ => "the topic",
        };
        write!(f, "{kind} `{}` by `{}`", self.old, self.new)
    }
}

#[cfg(test)]
#[path = "existing_tests.rs"]
mod tests;
