//! What was found, as data, and whose it is.

use account_look::{Namesake, NamesakeKind, OWNER_TAG, Owner, PlannedResource, Tags};
use compliance_types::arn::Arn;
use pulumi_component::value::PropertyPath;

use crate::inputs::on_destroy::OnDestroy;
use crate::plan::target::Target;

/// What a deployment will have, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Planned {
    /// Everything that has a name.
    pub names: Vec<PlannedResource>,
    /// Name of the report bucket where it is sensitive: it is compared and never printed.
    pub hidden_bucket: Option<String>,
    /// Start of the names, with the hyphen.
    pub prefix: String,
    /// Whether a replacement of what holds data was asked for.
    pub allow_replacement: bool,
    /// What becomes of the bucket when it is destroyed or replaced.
    pub on_destroy: OnDestroy,
    /// Whether the deployment has a key of its own.
    pub own_key: bool,
    /// Alias of that key.
    pub key_alias: String,
    /// The account, where it is known: the `aws` provider knows a Glue database by it.
    pub account_id: Option<String>,
    /// Whether it is of a part that is used alone and has no input that asks for a replacement.
    pub never_replaced: bool,
}

impl Planned {
    pub(super) fn of(&self, kind: NamesakeKind) -> impl Iterator<Item = &str> {
        self.names.iter().filter(move |planned| planned.kind == kind).map(|planned| planned.name.as_str())
    }

    /// The name that is compared with what is deployed, and what messages call it.
    pub(super) fn compared(&self, kind: NamesakeKind) -> Option<(&str, &str)> {
        let shown = self.of(kind).next().map(|name| (name, name));
        let hidden = self.hidden_bucket.as_deref().filter(|_| kind == NamesakeKind::Bucket);
        shown.or(hidden.map(|name| (name, "[secret]")))
    }

    pub(super) fn path(&self, kind: NamesakeKind) -> PropertyPath {
        if kind == NamesakeKind::Bucket && self.hidden_bucket.is_some() {
            return ["reports", "bucketName"].into();
        }
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

impl Marked {
    pub(super) fn is(&self, kind: NamesakeKind, name: &str) -> bool {
        self.named.as_ref().is_some_and(|(of, called)| *of == kind && called == name)
    }

    pub(super) fn is_of(&self, kind: NamesakeKind) -> bool {
        self.named.as_ref().is_some_and(|(of, _)| *of == kind)
    }

    pub(super) fn is_key(&self) -> bool {
        Arn::parse(&self.arn).is_ok_and(|arn| arn.is_kms_key())
    }
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
    /// Of an alias, the id of the key: an alias takes no tags and belongs to whom its key belongs to.
    pub key: Option<String>,
}

/// A key that carries this deployment's tag and does not wait for its deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnedKey {
    /// Its id.
    pub id: String,
    /// Its state, such as `Enabled`; `None` where it could not be read.
    pub state: Option<String>,
}

impl OwnedKey {
    pub(super) fn is_enabled(&self) -> bool {
        self.state.as_deref() == Some("Enabled")
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Existing {
    /// What has a name that is planned.
    pub present: Vec<Present>,
    /// Everything in the region that carries the owner tag, whoever's; `None` where that is not known.
    pub marked: Option<Vec<Marked>>,
    /// Whether that was asked for, and refused.
    pub tags_are_refused: bool,
    /// This deployment's keys.
    pub keys: Vec<OwnedKey>,
    /// Whether the stack has no key of its own any more: a key that was retained has lost its alias.
    pub key_is_released: bool,
}

impl Existing {
    pub(super) fn owned(&self, owner: &Owner) -> impl Iterator<Item = &Marked> {
        self.marked.iter().flatten().filter(|one| owner.is(&one.owner))
    }

    pub(super) fn owns(&self, owner: &Owner, kind: NamesakeKind, name: &str) -> bool {
        self.owned(owner).any(|one| one.is(kind, name))
    }

    /// Whether the planned deployment exists: it has functions, of which a destroyed one has none. Functions under other names
    /// say nothing of what has the planned ones.
    pub(crate) fn is_deployed(&self, planned: &Planned, owner: &Owner) -> bool {
        planned.of(NamesakeKind::Function).any(|name| self.owns(owner, NamesakeKind::Function, name))
    }

    /// The tag of something; of an alias that of its key.
    pub(super) fn mark(&self, one: &Present) -> Option<&Marked> {
        let mut marked = self.marked.iter().flatten();
        match &one.key {
            Some(key) => marked.find(|mark| mark.is_key() && mark.arn.rsplit('/').next() == Some(key)),
            None => marked.find(|mark| mark.is(one.kind, &one.name)),
        }
    }

    /// The owner tag of what has this name, as tags; none where nobody's tag claims it, `None` where the tags are not known.
    pub(crate) fn owner_tags(&self, kind: NamesakeKind, name: &str) -> Option<Tags> {
        let found = self.marked.as_ref()?.iter().find(|one| one.is(kind, name));
        Some(found.map(|one| (OWNER_TAG.to_owned(), one.owner.clone())).into_iter().collect())
    }

    /// What has planned names, each with the tag that it carries. Nothing where the tags are not known. Without a tag of
    /// anybody's it belongs to this deployment where that exists: versions before 0.2 did not tag all of it.
    pub(crate) fn namesakes(&self, owner: &Owner, exists: bool, target: &Target) -> Vec<Namesake> {
        if self.marked.is_none() {
            return Vec::new();
        }
        let namesake = |one: &Present| {
            let mark = self.mark(one);
            let tags = match mark {
                Some(mark) => Some([(OWNER_TAG.to_owned(), mark.owner.clone())].into()),
                None if exists => Some([(OWNER_TAG.to_owned(), owner.value.clone())].into()),
                None => Some(Tags::new()),
            };
            let arn = arn(one.kind, &one.name, target).unwrap_or_default();
            Namesake { kind: one.kind, name: one.name.clone(), arn, created_by: None, tags }
        };
        self.present.iter().map(namesake).collect()
    }
}

/// Kind and name by the ARN.
pub(super) fn named(arn: &str) -> Option<(NamesakeKind, String)> {
    let Arn { service, resource, .. } = Arn::parse(arn).ok()?;
    let of = |kind, name: &str| Some((kind, name.to_owned()));
    match service {
        "s3" => of(NamesakeKind::Bucket, resource),
        "sns" => of(NamesakeKind::Topic, resource),
        "sqs" => of(NamesakeKind::Queue, resource),
        "dynamodb" => of(NamesakeKind::Table, resource.strip_prefix("table/")?),
        "lambda" => of(NamesakeKind::Function, resource.strip_prefix("function:")?),
        "glue" => of(NamesakeKind::Database, resource.strip_prefix("database/")?),
        "athena" => of(NamesakeKind::Workgroup, resource.strip_prefix("workgroup/")?),
        "logs" => of(NamesakeKind::LogGroup, resource.strip_prefix("log-group:")?.trim_end_matches(":*")),
        _ => None,
    }
}

/// The ARN by kind and name; nothing where the place is not known, and of what takes no tags.
fn arn(kind: NamesakeKind, name: &str, target: &Target) -> Option<String> {
    let (service, resource) = match kind {
        NamesakeKind::Bucket => ("s3", name.to_owned()),
        NamesakeKind::Topic => ("sns", name.to_owned()),
        NamesakeKind::Queue => ("sqs", name.to_owned()),
        NamesakeKind::Table => ("dynamodb", format!("table/{name}")),
        NamesakeKind::Function => ("lambda", format!("function:{name}")),
        NamesakeKind::Database => ("glue", format!("database/{name}")),
        NamesakeKind::Workgroup => ("athena", format!("workgroup/{name}")),
        NamesakeKind::LogGroup => ("logs", format!("log-group:{name}")),
        _ => return None,
    };
    let partition = target.known_partition()?;
    let (region, account) = match kind {
        NamesakeKind::Bucket => ("", ""),
        _ => (target.region.as_deref()?, target.account_id.as_deref()?),
    };
    Some(format!("arn:{partition}:{service}:{region}:{account}:{resource}"))
}
